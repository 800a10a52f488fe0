"""Picks the row of a parameter that fits the case at hand, the first that does: so differences stay data."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_WORD = re.compile(r"\w+")  # so that "FreeStyle-Libre" holds "freestyle libre"


@dataclass(frozen=True, slots=True)
class Situation:
    """What a row may be chosen by. None: not known, or not part of this question."""

    area: str | None = None
    prescription_type: str | None = None
    kind: str | None = None
    supplier: str | None = None
    article_name: str | None = None
    option: str | None = None
    subgroup: str | None = None
    who: str | None = None
    age: int | None = None
    minor: bool = False
    asylum_seeker: bool = False


@dataclass(frozen=True, slots=True)
class When:
    """The conditions of one row; all that are stated must hold. An unknown fact holds for none of them."""

    area: frozenset[str] | None = None
    prescription_type: frozenset[str] | None = None
    kind: frozenset[str] | None = None
    option: frozenset[str] | None = None
    subgroup: frozenset[str] | None = None
    who: frozenset[str] | None = None
    supplier_has: str | None = None
    name_has: str | None = None
    name_known: bool | None = None
    under_age: int | None = None
    minor: bool | None = None
    asylum_seeker: bool | None = None

    def holds(self, case: Situation) -> bool:
        return (
            (self.area is None or case.area in self.area)
            and (self.prescription_type is None or case.prescription_type in self.prescription_type)
            and (self.kind is None or case.kind in self.kind)
            and (self.option is None or case.option in self.option)
            and (self.subgroup is None or case.subgroup in self.subgroup)
            and (self.who is None or case.who in self.who)
            and (self.supplier_has is None or _has(case.supplier, self.supplier_has))
            and (self.name_has is None or _has(case.article_name, self.name_has))
            and (self.name_known is None or self.name_known == bool(case.article_name))
            and (self.under_age is None or (case.age is not None and case.age < self.under_age))
            and (self.minor is None or self.minor == case.minor)
            and (self.asylum_seeker is None or self.asylum_seeker == case.asylum_seeker)
        )


@dataclass(frozen=True, slots=True)
class Row[T]:
    """`rules`: the ids that this row states; those of its parameter where it names none of its own."""

    when: When
    then: T
    rules: tuple[str, ...] = ()


def _has(text: str | None, part: str) -> bool:
    return text is not None and part.casefold() in " ".join(_WORD.findall(text.casefold()))


def fitting_row[T](rows: Iterable[Row[T]], case: Situation) -> Row[T] | None:
    return next((row for row in rows if row.when.holds(case)), None)


def first_fit[T](rows: Iterable[Row[T]], case: Situation) -> T | None:
    row = fitting_row(rows, case)
    return None if row is None else row.then
