"""Whether everything an import file points at exists, in the file or in the store."""

from dataclasses import fields, replace
from typing import NamedTuple

from ordering.imported import (
    ImportBatch,
    ImportedLine,
    ImportedPart,
    ImportedWithdrawal,
    Known,
    KnownLine,
    LineKey,
    References,
)
from ordering.model import Article

Errors = list[tuple[str, str]]  # JSON path, reason


def references_of(batch: ImportBatch) -> References:
    """What the file points at and does not hold itself. Units always: their payers may be in the store."""
    held_people = {one.key for one in batch.people}
    held_articles = {(one.region, one.number) for one in batch.articles}
    held_lines = {one.key for one in batch.lines}
    owners = {(line.region, line.identity_number) for line in batch.lines}
    owners |= {(taken.region, taken.identity_number) for taken in batch.withdrawals}
    owners |= {(person.region, one.patient) for person in batch.people for one in person.represents or ()}
    return References(
        people=frozenset(owners - held_people),
        articles=frozenset({(line.region, line.article) for line in batch.lines} - held_articles),
        units=frozenset(line.unit for line in batch.lines),
        lines=frozenset({_key(taken, part) for taken in batch.withdrawals for part in taken.parts} - held_lines),
    )


def check_references(batch: ImportBatch, known: Known) -> tuple[ImportBatch, Errors]:
    """The batch with the withdrawals' articles and payers filled in, and every reference that leads nowhere."""
    checks = _Checks(batch, known)
    for person in batch.people:
        for number, one in enumerate(person.represents or ()):
            checks.person(f"{person.where}.represents[{number}]", person.region, one.patient)
    for line in batch.lines:
        checks.line(line)
    withdrawals = tuple(checks.withdrawal(one) for one in batch.withdrawals)
    return replace(batch, withdrawals=withdrawals), checks.errors


class _LineFacts(NamedTuple):
    article: Article | None
    payer: str | None


class _Checks:
    def __init__(self, batch: ImportBatch, known: Known) -> None:
        self.errors: Errors = []
        self._people = set(known.people) | {one.key for one in batch.people}
        self._articles = known.articles | {(one.region, one.number): one for one in batch.articles}
        of_file = {(one.customer_number, area): payer for one in batch.units for area, payer in one.payers.items()}
        self._payers = known.payers | of_file
        self._units = {unit for unit, _ in self._payers} | {one.customer_number for one in batch.units}
        self._lines: dict[LineKey, KnownLine] = known.lines | {one.key: line_as_known(one) for one in batch.lines}

    def person(self, where: str, region: str, identity_number: str) -> None:
        if (region, identity_number) not in self._people:
            self.errors.append((where, f"no such person in region {region}, neither in the file nor in the database"))

    def line(self, line: ImportedLine) -> None:
        self.person(f"{line.where.split('.lines')[0]}.person", line.region, line.identity_number)
        article = self._articles.get((line.region, line.article))
        if article is None:
            reason = f"no article {line.article} in region {line.region}, neither in the file nor in the database"
            self.errors.append((f"{line.where}.article", reason))
        if line.unit not in self._units:
            reason = f"no unit {line.unit} with a payer, neither in the file nor in the database"
            self.errors.append((f"{line.where}.unit", reason))
        elif article and (line.unit, article.area) not in self._payers:
            self.errors.append((f"{line.where}.unit", f"unit {line.unit} has no payer for {article.area} (P16)"))

    def withdrawal(self, taken: ImportedWithdrawal) -> ImportedWithdrawal:
        self.person(f"{taken.where}.person", taken.region, taken.identity_number)
        parts = []
        payers = set()
        for number, part in enumerate(taken.parts):
            where = f"{taken.where}.lines[{number}]"
            article, payer = self._facts_of(_key(taken, part))
            if article is None:
                self.errors.append((f"{where}.number", "the person has no such prescription line"))
                continue
            self._check_variants(f"{where}.variants", part, article)
            parts.append(replace(part, article=article.number))
            payers.add(payer)
        if len(payers) > 1:
            self.errors.append((f"{taken.where}.lines", "the lines of one withdrawal must have the same payer (W9)"))
        return replace(taken, parts=tuple(parts), payer=next(iter(payers), None) or "")

    def _facts_of(self, key: LineKey) -> _LineFacts:
        line = self._lines.get(key)
        article = self._articles.get((key[0], line.article)) if line else None
        if line is None or article is None:
            return _LineFacts(None, None)
        return _LineFacts(article, self._payers.get((line.unit, article.area)))

    def _check_variants(self, where: str, part: ImportedPart, article: Article) -> None:
        unknown = set(part.variants) - {variant.code for variant in article.variants}
        if unknown:
            reason = f"article {article.number} has no variant {', '.join(sorted(unknown))}"
            self.errors.append((where, reason))
        elif part.variants and sum(part.variants.values()) != part.packages:
            self.errors.append((where, f"they make {sum(part.variants.values())} packages, not {part.packages}"))


def line_as_known(line: ImportedLine) -> KnownLine:
    return KnownLine(**{each.name: getattr(line, each.name) for each in fields(KnownLine)})


def _key(taken: ImportedWithdrawal, part: ImportedPart) -> LineKey:
    return taken.region, taken.identity_number, part.number
