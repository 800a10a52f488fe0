"""Values as they are read aloud: plain YAML data in a few words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rulebook.rule_history import Valued
from rulebook.sources import Source

_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def words(text: str) -> str:
    """`driver_calls_signature` as "driver calls signature"; anything that is no code stays as it is."""
    said = text.replace("_", " ") if _CODE.fullmatch(text) else text
    return f"c/o{said[2:]}" if said == "co" or said.startswith("co ") else said


def readable(plain: Any) -> str:
    """One line for any value of the parameter files."""
    if plain is None or (isinstance(plain, list | dict) and not plain):
        return "none"
    if isinstance(plain, bool):
        return "yes" if plain else "no"
    if isinstance(plain, Mapping):
        return _mapping(plain)
    if isinstance(plain, list):
        if all(isinstance(item, Mapping) and not _is_named(item) for item in plain):
            return "; ".join(_row(item, alone=len(plain) == 1) for item in plain)
        return ", ".join(_item(item) for item in plain)
    return words(str(plain))


def _mapping(plain: Mapping[str, Any]) -> str:
    if any(isinstance(value, list | Mapping) for value in plain.values()):
        return "; ".join(f"{words(key)}: {readable(value)}" for key, value in plain.items())
    return ", ".join(f"{words(key)} {readable(value)}" for key, value in plain.items())


def _is_named(item: Mapping[str, Any]) -> bool:
    """A name with its conditions, such as {door_code: {dwelling: flat}}."""
    return len(item) == 1 and isinstance(next(iter(item.values())), Mapping) and "when" not in item


def _item(item: Any) -> str:
    if not isinstance(item, Mapping):
        return readable(item)
    name, conditions = next(iter(item.items()))
    return f"{words(name)} ({_conditions(conditions)})"


def _row(row: Mapping[str, Any], *, alone: bool) -> str:
    then = {key: value for key, value in row.items() if key not in ("when", "rules")}
    if len(then) == 1 and isinstance(next(iter(then.values())), list):
        said = readable(next(iter(then.values())))
    else:
        said = ", ".join(_part(key, value) for key, value in then.items())
    if "when" in row:
        return f"{_conditions(row['when'])}: {said}"
    return said if alone else f"otherwise: {said}"


def _part(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return words(key) if value else f"not {words(key)}"
    if isinstance(value, Mapping):
        return f"{words(key)} ({_mapping(value)})"
    return f"{value} {key}" if key == "kr" else f"{words(key)} {readable(value)}"


def _conditions(when: Mapping[str, Any]) -> str:
    said = []
    for key, value in when.items():
        if isinstance(value, list):
            names = [words(str(name)) for name in value]
            said.append(" or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names))
        elif value is None:
            said.append(f"no {words(key)}")
        else:
            said.append(_part(key, value))
    return ", ".join(said)


def has_number(plain: Any) -> bool:
    """Is there a quantity in it, so that its unit matters?"""
    if isinstance(plain, Mapping):
        return any(has_number(value) for value in plain.values())
    if isinstance(plain, list):
        return any(has_number(item) for item in plain)
    if isinstance(plain, str):
        return re.fullmatch(r"\d+/\d+", plain) is not None
    return isinstance(plain, int) and not isinstance(plain, bool)


def named(key: str, rules: Sequence[str], unit: str, plain: Any) -> str:
    """A parameter with the rules that it states, and its unit where there is a quantity."""
    return f"{words(key)} ({', '.join(rules)})" + (f": {unit}" if has_number(plain) else "")


def over_time(values: Sequence[Valued]) -> str:
    """Each value with its first day, oldest first; the first one holds from the beginning."""
    said = []
    for value in values:
        start = f"from {value.start}: " if value.start else ""
        note = f" ({value.source.note})" if value.source.note and len(values) > 1 else ""
        said.append(f"{start}{readable(value.plain)}{note}")
    return " → ".join(said)


def source(each: Source, *, with_decider: bool = True) -> str:
    """Document, heading, who decided and what the note says."""
    said = f"{each.document}, {each.heading}"
    if each.decided_by and with_decider:
        said += f"; decided by {each.decided_by}"
    return said + (f" ({each.note})" if each.note else "")


def where(regions: Sequence[str], every: Sequence[str]) -> str:
    return "all" if len(every) > 1 and set(regions) == set(every) else ", ".join(regions)
