"""Reads the facts and answers of a case file from plain YAML data. Raises Malformed with the field's path."""

import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from rulebook import facts
from rulebook.parameter_forms import Form, Malformed, fields, maybe, one_of, text, yes_no


def day(value: Any, path: str) -> date:
    """A day may stand as text, since JSON has no days."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        with suppress(ValueError):
            return date.fromisoformat(value)
    if type(value) is not date:
        raise Malformed(path, "must be a day such as 2026-03-01")
    return value


def moment(value: Any, path: str) -> datetime:
    """A local time without zone; a day alone is its first minute."""
    if type(value) is date:
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  (local by definition)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise Malformed(path, "must be a local time such as 2026-03-02T12:10") from None
    if not isinstance(value, datetime):
        raise Malformed(path, "must be a local time such as 2026-03-02T12:10")
    try:
        return value if value.tzinfo is None else value.astimezone(facts.STOCKHOLM).replace(tzinfo=None)
    except OverflowError:
        raise Malformed(path, "is beyond the calendar") from None


def integer(value: Any, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed(path, "must be a whole number")
    return value


def _not_negative(value: Any, path: str) -> int:
    if (read := integer(value, path)) < 0:
        raise Malformed(path, "must be 0 or more")
    return read


def _above_zero(value: Any, path: str) -> int:
    if (read := integer(value, path)) < 1:
        raise Malformed(path, "must be 1 or more")
    return read


def number(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Malformed(path, "must be a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise Malformed(path, "must be a number")
    return value


def word(value: Any, path: str) -> str:
    """A text, which YAML may have taken for a number (an article number, a door code)."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value, path)


def _perhaps_blank(value: Any, path: str) -> str | None:
    """A text of delivery details, where a blank one is not known."""
    return None if isinstance(value, str) and not value.strip() else word(value, path)


def listed(form: Form) -> Form:
    def read(value: Any, path: str) -> list[Any]:
        if not isinstance(value, list):
            raise Malformed(path, "must be a list")
        return [form(item, f"{path}[{index}]") for index, item in enumerate(value)]

    return read


def members(value: Any, path: str) -> frozenset[str]:
    """A set; null is an empty one."""
    return frozenset() if value is None else frozenset(listed(text)(value, path))


def counts(value: Any, path: str) -> dict[str, int]:
    """Numbers by name; null is none."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Malformed(path, "must be a mapping of names to numbers")
    return {word(name, path): integer(item, f"{path}.{name}") for name, item in value.items()}


def anything(value: Any, path: str) -> Any:
    return value


def mapping(
    required: Mapping[str, Form], optional: Mapping[str, Form], *, null_is_an_answer: bool = False
) -> Callable[[Any, str], dict[str, Any]]:
    """A mapping of these fields and no others, each read by its form. What is left out, or null, stays out."""

    def read(value: Any, path: str) -> dict[str, Any]:
        given = fields(value, path, required=tuple(required), optional=tuple(optional))
        forms = {**required, **optional}
        return {
            key: forms[key](item, f"{path}.{key}")
            for key, item in given.items()
            if item is not None or null_is_an_answer or key in required
        }

    return read


def made_by(make: Callable[..., Any], required: Mapping[str, Form], optional: Mapping[str, Form]) -> Form:
    read = mapping(required, optional)
    return lambda value, path: make(**read(value, path))


def _tuple(form: Form) -> Form:
    return lambda value, path: tuple(listed(form)(value, path))


person = made_by(
    facts.Person,
    {},
    {"born": maybe(day), "name": maybe(text), "asylum_seeker": yes_no, "protected": yes_no},
)
actor = made_by(facts.Actor, {}, {"role": one_of(*facts.ROLES), "prescribed_this": yes_no})

# Facts of a line that are not known stand in no rule's way: no waiting, and as much as anybody asks for.
UNKNOWN_NUMBER = 10**9


def _line(**given: Any) -> facts.Line:
    unknown = {
        "written": date.min,  # whoever asks takes the day of the question
        "area": "",
        "article": "",
        "days_per_withdrawal": 0,
        "withdrawals": UNKNOWN_NUMBER,
        "packages_per_withdrawal": UNKNOWN_NUMBER,
    }
    return facts.Line(**{**unknown, **given})


line = made_by(
    _line,
    {},
    {
        "written": day,
        "days_per_withdrawal": _not_negative,
        "withdrawals": _not_negative,
        "packages_per_withdrawal": _not_negative,
        "area": text,
        "article": word,
        "variants": _tuple(word),
        "voided": day,
    },
)


def _withdrawn(**given: Any) -> facts.Withdrawn:
    return facts.Withdrawn(**{"status": "delivered", **given})


history = listed(
    made_by(
        _withdrawn,
        {"day": day},
        {"status": one_of(*facts.STATUSES), "packages": maybe(integer), "variants": counts},
    )
)
want = made_by(
    facts.Want,
    {},
    {
        "packages": maybe(integer),
        "variants": counts,
        "joint_order": yes_no,
        "override_by": maybe(one_of("customer_service", "patient", "prescriber")),
    },
)

_PRICES = ("price_kr", "price", "price_per_package", "price per package")


def article(value: Any, path: str) -> facts.Article:
    given = mapping(
        {},
        {
            "kind": one_of(*facts.KINDS),
            **dict.fromkeys(("supplier", "name", "subgroup"), maybe(text)),
            **dict.fromkeys(_PRICES, maybe(number)),
            **dict.fromkeys(("stocked", "on_urgent_list"), maybe(yes_no)),
            "warn_above": maybe(integer),
        },
    )(value, path)
    prices = [given.pop(name) for name in _PRICES if name in given]
    if len(prices) > 1:
        raise Malformed(path, "states the price twice")
    return facts.Article(**given, price_kr=prices[0] if prices else None)


details = made_by(
    facts.DeliveryDetails,
    {},
    {
        **dict.fromkeys(facts.DeliveryDetails.__dataclass_fields__, _perhaps_blank),
        "dwelling": maybe(one_of("house", "flat")),
        "notify_by": maybe(one_of(*facts.NOTIFY_BY)),
        **dict.fromkeys(("entry_phone", "name_on_door", "outside_region"), maybe(yes_no)),
    },
)
prescriber = made_by(facts.Prescriber, {"role": one_of(*facts.PRESCRIBER_ROLES)}, {"granted_under_16": yes_no})
amount = made_by(
    facts.Amount,
    {},
    {
        "days_per_withdrawal": _not_negative,
        "withdrawals": _not_negative,
        "packages_per_withdrawal": maybe(_not_negative),
        "pieces_per_day": maybe(number),
        "pieces_per_package": maybe(_above_zero),
    },
)
payers = listed(lambda value, path: mapping({"payer": word}, {})(value, path)["payer"])
_label = mapping({}, {"name": maybe(text), "co": maybe(text)}, null_is_an_answer=True)


def label(value: Any, path: str) -> dict[str, Any]:
    """The lines of a label that are to be compared; null is none of them."""
    return {} if value is None else _label(value, path)
