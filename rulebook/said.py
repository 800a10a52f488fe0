"""Facts and answers as they are said in an explanation: codes as in the cases, days in ISO form."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any


def said(value: Any, *, unknown: str = "none") -> str:
    if value is None or value == "":
        return unknown
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, frozenset | set):
        return ", ".join(sorted(map(str, value))) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {said(item)}" for name, item in value.items()) or "none"
    if is_dataclass(value):
        return ", ".join(f"{each.name} {said(getattr(value, each.name))}" for each in fields(value))
    return str(value)
