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


LABEL_NAMES = ("patient", "receiver", "receiver_or_patient", "guardian", "co_name")
