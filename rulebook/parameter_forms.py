"""Reads one parameter value from plain YAML data into what the rules use. Raises Malformed with its path."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from fractions import Fraction
from typing import Any

from rulebook import facts
from rulebook.delivery_days import Promise
from rulebook.delivery_details import LABEL_NAMES, LabelRow, Named
from rulebook.fees import FeeRow
from rulebook.situations import Row, When
from rulebook.verdict import OpeningHours


class Malformed(Exception):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


type Form = Callable[[Any, str], Any]
_DETAILS = tuple(facts.DeliveryDetails.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class AnswerTarget:
    """Share of calls (percent) to be answered within `minutes`."""

    share: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Contact:
    phone: str
    email: str
    phone_prescribers: str | None = None


def fields(value: Any, path: str, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """A mapping with the required and perhaps the optional keys, and no other."""
    if not isinstance(value, Mapping):
        raise Malformed(path, "must be a mapping")
    for key in value:
        if key not in required and key not in optional:
            raise Malformed(f"{path}.{key}", "unknown key")
    for key in required:
        if key not in value:
            raise Malformed(path, f"{key} is missing")
    return dict(value)


def text(value: Any, path: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Malformed(path, "must be a text")
    return value


def yes_no(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise Malformed(path, "must be true or false")
    return value


def whole(value: Any, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Malformed(path, "must be a whole number, not negative")
    return value


def fraction(value: Any, path: str) -> Fraction:
    parts = value.split("/") if isinstance(value, str) else []
    if len(parts) != 2 or not all(part.isdecimal() for part in parts) or int(parts[1]) == 0:
        raise Malformed(path, 'must be a fraction such as "2/3"')
    if not 0 < (read := Fraction(int(parts[0]), int(parts[1]))) <= 1:
        raise Malformed(path, "must be above 0 and at most 1")
    return read


def clock(value: Any, path: str) -> str:
    try:
        if not isinstance(value, str) or len(value) != 5:
            raise ValueError
        time.fromisoformat(value)
    except ValueError:
        raise Malformed(path, 'must be a time of day such as "08:00", in quotes') from None
    return value


def one_of(*allowed: str) -> Form:
    def read(value: Any, path: str) -> str:
        if value not in allowed:
            raise Malformed(path, f"must be one of {', '.join(allowed)}")
        return str(value)

    return read


def maybe(form: Form) -> Form:
    """`null` ends a rule, or says that the sources state none."""
    return lambda value, path: None if value is None else form(value, path)


def many(form: Form) -> Form:
    def read(value: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Malformed(path, "must be a list")
        items = tuple(form(item, f"{path}[{index}]") for index, item in enumerate(value))
        if len(set(map(repr, items))) != len(items):
            raise Malformed(path, "has the same member twice")
        return items

    return read


names = many(text)
options = many(one_of(*facts.OPTIONS))
kinds = many(one_of(*facts.KINDS))
roles = many(one_of(*facts.ROLES))


def _when(value: Any, path: str) -> When:
    read: dict[str, Form] = {
        "area": names,
        "type": names,
        "kind": kinds,
        "option": options,
        "supplier_has": text,
        "name_has": text,
        "name_known": yes_no,
        "under_age": whole,
        "minor": yes_no,
        "asylum_seeker": yes_no,
    }
    given = fields(value, path, optional=tuple(read))
    if not given:
        raise Malformed(path, "states no condition; leave it out")
    conditions: dict[str, Any] = {}
    for key, condition in given.items():
        parsed = read[key](condition, f"{path}.{key}")
        name = "prescription_type" if key == "type" else key
        conditions[name] = frozenset(parsed) if isinstance(parsed, tuple) else parsed
    return When(**conditions)


def rows(form: Form) -> Form:
    """A list of rows, each with an optional `when` and the keys that `form` reads."""

    def read(value: Any, path: str) -> tuple[Row[Any], ...]:
        if not isinstance(value, list):
            raise Malformed(path, "must be a list of rows")
        found: list[Row[Any]] = []
        for index, item in enumerate(value):
            where = f"{path}[{index}]"
            if not isinstance(item, Mapping):
                raise Malformed(where, "must be a mapping")
            if found and found[-1].when == When():
                raise Malformed(where, "can never be reached: the row before it fits everything")
            when = _when(item["when"], f"{where}.when") if "when" in item else When()
            found.append(Row(when, form({key: item[key] for key in item if key != "when"}, where)))
        return tuple(found)

    return read


def options_row(value: Any, path: str) -> frozenset[str]:
    given = fields(value, path, required=("options",))
    return frozenset(options(given["options"], f"{path}.options"))


def carriers_row(value: Any, path: str) -> tuple[str, ...]:
    given = fields(value, path, required=("carriers",))
    return tuple(names(given["carriers"], f"{path}.carriers"))


def age_row(value: Any, path: str) -> int:
    given = fields(value, path, required=("age",))
    age: int = whole(given["age"], f"{path}.age")
    return age


def fee_row(value: Any, path: str) -> FeeRow:
    given = fields(value, path, required=("per",), optional=("kr",))
    per = one_of("withdrawal", "product")(given["per"], f"{path}.per")
    kr = whole(given["kr"], f"{path}.kr") if "kr" in given else None
    if kr is None and per == "withdrawal":
        raise Malformed(path, "kr is missing")
    return FeeRow(kr, per)


def promise_row(value: Any, path: str) -> Promise:
    given = fields(value, path, optional=("earliest", "latest", "counted_from", "received_before"))
    if "earliest" not in given and "latest" not in given:
        raise Malformed(path, "states neither earliest nor latest")
    counted_from = one_of("order", "call")(given.get("counted_from", "order"), f"{path}.counted_from")
    return Promise(
        earliest=maybe(whole)(given.get("earliest"), f"{path}.earliest"),
        latest=maybe(whole)(given.get("latest"), f"{path}.latest"),
        counted_from=counted_from,
        received_before=maybe(clock)(given.get("received_before"), f"{path}.received_before"),
    )


def label_row(value: Any, path: str) -> LabelRow:
    given = fields(value, path, required=("name",), optional=("co",))
    who = one_of(*LABEL_NAMES)
    return LabelRow(
        name=who(given["name"], f"{path}.name"),
        co=maybe(who)(given.get("co"), f"{path}.co"),
    )


def _named(allowed: tuple[str, ...] | None) -> Form:
    def read(value: Any, path: str) -> Named:
        name = value
        conditions: dict[str, Any] = {}
        if isinstance(value, Mapping):
            if len(value) != 1:
                raise Malformed(path, "must be one name with its conditions")
            name, conditions = next(iter(value.items()))
            conditions = fields(conditions, f"{path}.{name}", optional=(*_DETAILS, "minor"))
        if allowed is not None and name not in allowed:
            raise Malformed(path, f"unknown detail {name}")
        return Named(text(name, path), tuple(conditions.items()))

    return read


def _per_option(form: Form) -> Form:
    def read(value: Any, path: str) -> dict[str, Any]:
        given = fields(value, path, optional=facts.OPTIONS)
        return {option: form(item, f"{path}.{option}") for option, item in given.items()}

    return read


details_per_option = _per_option(many(_named(_DETAILS)))
messages_per_option = _per_option(many(_named(None)))


def opening_hours(value: Any, path: str) -> OpeningHours:
    given = fields(value, path, required=("opens", "closes"), optional=("lunch",))
    opens, closes = clock(given["opens"], f"{path}.opens"), clock(given["closes"], f"{path}.closes")
    lunch: tuple[str, str] | None = None
    if "lunch" in given:
        times = many(clock)(given["lunch"], f"{path}.lunch")
        if len(times) != 2:
            raise Malformed(f"{path}.lunch", "must be two times")
        lunch = (times[0], times[1])
    in_order = [opens, *(lunch or ()), closes]
    if in_order != sorted(set(in_order)):
        raise Malformed(path, "the times must follow each other")
    return OpeningHours(opens, closes, lunch)


def answer_target(value: Any, path: str) -> AnswerTarget:
    given = fields(value, path, required=("share", "minutes"))
    share = whole(given["share"], f"{path}.share")
    if share > 100:
        raise Malformed(f"{path}.share", "must be at most 100 percent")
    return AnswerTarget(share, whole(given["minutes"], f"{path}.minutes"))


def contact(value: Any, path: str) -> Contact:
    given = fields(value, path, required=("phone", "email"), optional=("phone_prescribers",))
    return Contact(**{key: text(item, f"{path}.{key}") for key, item in given.items()})


def menu(value: Any, path: str) -> dict[str, str]:
    given = fields(value, path, optional=tuple("0123456789"))
    return {key: text(topic, f"{path}.{key}") for key, topic in given.items()}
