"""Reads one parameter value from plain YAML data into what the rules use. Raises Malformed with its path."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from fractions import Fraction
from typing import Any, Literal

from rulebook import facts
from rulebook.delivery_days import Promise
from rulebook.delivery_details import LABEL_NAMES, LabelRow, Named
from rulebook.fees import FeeRow
from rulebook.people import RegistrationRow
from rulebook.situations import Row, When
from rulebook.verdict import OpeningHours


class Malformed(Exception):
    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


type Care = Literal["all", "cannot_wait"]
type Form = Callable[[Any, str], Any]
REPORTERS = ("patient", "prescriber", "supplier")
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
    fax: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class AccessRequests:
    """Who approves that staff get into the system, where it is asked for, and how many days it takes then."""

    approved_by: str
    through: str
    by_phone: bool
    days: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class PrescriberContact:
    given_to_patients: bool
    direct_number_registered: bool


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
_RULE_ID = re.compile(r"[WVPFDCSIG][1-9]\d?")


def rule_ids(value: Any, path: str) -> tuple[str, ...]:
    ids: tuple[str, ...] = names(value, path)
    for rule in ids:
        if not _RULE_ID.fullmatch(rule):
            raise Malformed(path, f"{rule} is no rule id")
    if not ids:
        raise Malformed(path, "names no rule")
    return ids


def _when(value: Any, path: str) -> When:
    read: dict[str, Form] = {
        "area": names,
        "type": names,
        "kind": kinds,
        "option": options,
        "subgroup": names,
        "who": many(one_of(*facts.WITHOUT_FULL_RECORD)),
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
    """A list of rows, each with an optional `when` and `rules`, and the keys that `form` reads."""

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
            own = rule_ids(item["rules"], f"{where}.rules") if "rules" in item else ()
            found.append(Row(when, form({key: item[key] for key in item if key not in ("when", "rules")}, where), own))
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


def right_row(value: Any, path: str) -> str:
    return text(fields(value, path, required=("right",))["right"], f"{path}.right")


def care_row(value: Any, path: str) -> Care:
    given = fields(value, path, required=("care",))
    care: Care = one_of("all", "cannot_wait")(given["care"], f"{path}.care")
    return care


def registration_row(value: Any, path: str) -> RegistrationRow:
    read: dict[str, Form] = {
        "by": one_of("form", "customer_service", "not_in_system"),
        "approved_by": text,
        "unit": text,
        "name_ends": text,
        "card_must_be_valid": yes_no,
        "withdrawals": whole,
        "label": _label_texts,
    }
    given = fields(value, path, required=("by",), optional=tuple(read))
    return RegistrationRow(**{key: read[key](item, f"{path}.{key}") for key, item in given.items()})


def _label_texts(value: Any, path: str) -> tuple[str, str]:
    given = fields(value, path, required=("name", "co"))
    return text(given["name"], f"{path}.name"), text(given["co"], f"{path}.co")


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


def names_per_name(value: Any, path: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, Mapping):
        raise Malformed(path, "must be a mapping")
    return {text(key, path): names(item, f"{path}.{key}") for key, item in value.items()}


def text_per_name(*allowed: str) -> Form:
    def read(value: Any, path: str) -> dict[str, str]:
        given = fields(value, path, optional=allowed)
        return {key: text(item, f"{path}.{key}") for key, item in given.items()}

    return read


def access_requests(value: Any, path: str) -> AccessRequests:
    given = fields(value, path, required=("approved_by", "through", "by_phone"), optional=("days",))
    days = many(whole)(given["days"], f"{path}.days") if "days" in given else None
    if days is not None and (len(days) != 2 or days[0] > days[1]):
        raise Malformed(f"{path}.days", "must be the fewest and the most days")
    return AccessRequests(
        approved_by=text(given["approved_by"], f"{path}.approved_by"),
        through=text(given["through"], f"{path}.through"),
        by_phone=yes_no(given["by_phone"], f"{path}.by_phone"),
        days=days,
    )


def prescriber_contact(value: Any, path: str) -> PrescriberContact:
    keys = ("given_to_patients", "direct_number_registered")
    given = fields(value, path, required=keys)
    return PrescriberContact(*(yes_no(given[key], f"{path}.{key}") for key in keys))


def hours(value: Any, path: str) -> tuple[str, str]:
    given = fields(value, path, required=("from", "to"))
    return clock(given["from"], f"{path}.from"), clock(given["to"], f"{path}.to")


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
    given = fields(value, path, required=("phone", "email"), optional=("phone_prescribers", "fax", "address"))
    return Contact(**{key: text(item, f"{path}.{key}") for key, item in given.items()})


def menu(value: Any, path: str) -> dict[str, str]:
    given = fields(value, path, optional=tuple("0123456789"))
    return {key: text(topic, f"{path}.{key}") for key, topic in given.items()}
