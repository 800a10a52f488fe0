"""What must be known for a delivery, what must the patient hear, and whose name is on it? (D2-D11, D21-D28, D31)"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from rulebook.verdict import Label


class Named(NamedTuple):
    """A detail to ask for, or a message to tell, where every fact in `when` is so."""

    name: str
    when: tuple[tuple[str, Any], ...] = ()


class LabelRow(NamedTuple):
    """Who stands on the name line and on the c/o line: one of LABEL_NAMES, None for an empty line."""

    name: str
    co: str | None


def that_apply(items: Collection[Named], known: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(item.name for item in items if all(known.get(fact) == value for fact, value in item.when))


def not_known(needed: Collection[str], known: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in needed if known.get(name) is None)


def label(row: LabelRow, patient: str | None, known: Mapping[str, Any]) -> Label:
    """D4, D26, D27, D31."""
    names = {
        "patient": patient,
        "receiver": known.get("receiver_name"),
        "receiver_or_patient": known.get("receiver_name") or patient,
        "guardian": known.get("guardian_name"),
        "co_name": known.get("co_name"),
    }
    return Label(names[row.name], names[row.co] if row.co else None)


def rules_of_details(names: Collection[str]) -> tuple[str, ...]:
    """W12, D2, D4, D7, D9, D26-D28, D31, D32: what asks for these details."""
    return _rules(names, _RULES_OF_DETAILS)


def rules_of_messages(codes: Collection[str]) -> tuple[str, ...]:
    """D3, D6, D10, D11, D21-D24: what says that the patient must hear these."""
    return _rules(codes, _RULES_OF_MESSAGES)


def _rules(names: Collection[str], known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule for name in names for rule in known.get(name, ("D7",))))


_RULES_OF_DETAILS = {
    "address": ("W12", "D2", "D7"),
    "dwelling": ("D2",),
    "door_code": ("D2",),
    "name_on_door": ("D4",),
    "co_name": ("D4",),
    "pickup_point": ("D8",),
    "notify_by": ("D9", "D32"),
    "mobile": ("D9", "D21", "D24"),
    "email": ("D9",),
    "guardian_name": ("D31",),
    "receiver_name": ("D26", "D27"),
    "note_to_driver": ("D28",),
}
_RULES_OF_MESSAGES = {
    "be_home_to_open": ("D3",),
    "no_time_promise": ("D6",),
    "collect_within_7_days": ("D10",),
    "bring_code_and_id": ("D11",),
    "notified_by_letter": ("D23",),
    "driver_calls_sign": ("D22", "D24"),
    "supplier_calls_to_book": ("D21",),
    "sms_when_loaded": ("D24",),
}
LABEL_NAMES = ("patient", "receiver", "receiver_or_patient", "guardian", "co_name")
