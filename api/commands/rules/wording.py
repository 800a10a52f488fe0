"""Values as they are read aloud: plain YAML data in a few words."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rulebook.catalogue import Rule
from rulebook.rule_history import Valued
from rulebook.sources import Source

_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
_NAMES = {
    "cgm": "CGM",
    "sms": "SMS",
    "bring": "Bring",
    "dhl": "DHL",
    "postnord": "PostNord",
    "co_name": "c/o name",
    "notify_by": "way to notify",
    "delivery_complaints_other": "delivery, complaints or other",
}
# A field of a value by its name, and by its name and value where one form does not fit all.
_FIELDS: Mapping[str, str] = {
    "right": "the right for {}",
    "unit": "unit {}",
    "name_ends": 'name ending in "{}"',
    "approved_by": "approved by the {}",
    "withdrawals": "{} withdrawals",
    "received_before": "if received before {}",
    "counted_from": "counted from the {}",
    "under_age": "under {}",
    "name_has": 'name with "{}"',
    "supplier_has": 'supplier with "{}"',
    "notify_by": "notified by {}",
    "dwelling": "in a {}",
}
_SAID: Mapping[tuple[str, Any], str] = {
    ("by", "form"): "by a form",
    ("by", "not_in_system"): "not in the system",
    ("care", "all"): "all care",
    ("care", "cannot_wait"): "care that cannot wait",
    ("direct_number_registered", False): "no direct number registered",
    ("through", "e_catalogue"): "through the e-catalogue",
    ("through", "form_to_mailbox"): "by a form to the mailbox",
    ("name_known", False): "name not known",
    ("name_on_door", False): "no name on the door",
    ("withdrawals", 1): "1 withdrawal",
}


def words(text: str) -> str:
    """`driver_calls_signature` as "driver calls signature"; anything that is no code stays as it is."""
    if text in _NAMES:
        return _NAMES[text]
    text = text.replace("_", " ") if _CODE.fullmatch(text) else text
    return f"e-{text[2:]}" if text.startswith("e ") else text


def readable(plain: Any, *, between: str = "; ") -> str:
    """Any value of the parameter files. `between` stands between the rows, or the options, that it has."""
    if plain is None or (isinstance(plain, list | dict) and not plain):
        return "none"
    if isinstance(plain, bool):
        return "yes" if plain else "no"
    if isinstance(plain, Mapping):
        if any(isinstance(value, list) for value in plain.values()) and not _together(plain)[0]:
            return between.join(f"{words(key)}: {readable(value)}" for key, value in plain.items())
        return _mapping(plain)
    if isinstance(plain, list):
        if all(isinstance(item, Mapping) and not _is_named(item) for item in plain):
            return between.join(_row(item, alone=len(plain) == 1) for item in plain)
        return ", ".join(_item(item) for item in plain)
    return words(str(plain))


def _mapping(plain: Mapping[str, Any]) -> str:
    said, left = _together(plain)
    if said or any(_phrase(key, value) for key, value in left.items()):
        return ", ".join([*said, *(_part(key, value) for key, value in left.items())])
    return "; ".join(f"{words(key)}: {readable(value)}" for key, value in left.items())


def _together(plain: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """What fields say that belong together, and the other fields."""
    said, left = [], dict(plain)
    for fields, phrase in _TOGETHER:
        if left.keys() & fields:
            said.append(phrase(left))
            left = {key: value for key, value in left.items() if key not in fields}
    return said, left


def _promise(row: Mapping[str, Any]) -> str:
    earliest, latest = row.get("earliest"), row.get("latest")
    if earliest == latest:
        return f"on working day {latest}"
    if earliest is None:
        return f"within {latest} working days"
    return f"from working day {earliest} on" if latest is None else f"on working day {earliest} to {latest}"


def _fee(row: Mapping[str, Any]) -> str:
    return f"{row['kr']} kr per {row['per']}" if row.get("kr") is not None else f"the price, per {row['per']}"


def _label(row: Mapping[str, Any]) -> str:
    return f"{words(row['name'])} on the name line" + (f", {words(row['co'])} as c/o" if row.get("co") else "")


def _hours(row: Mapping[str, Any]) -> str:
    lunch = row.get("lunch")
    return f"{row['opens']}-{row['closes']}" + (f", closed {lunch[0]}-{lunch[1]}" if lunch else "")


_TOGETHER: tuple[tuple[frozenset[str], Callable[[Mapping[str, Any]], str]], ...] = (
    (frozenset({"earliest", "latest"}), _promise),
    (frozenset({"kr", "per"}), _fee),
    (frozenset({"name", "co"}), _label),
    (frozenset({"opens", "closes", "lunch"}), _hours),
    (frozenset({"from", "to"}), lambda row: f"{row['from']}-{row['to']}"),
    (frozenset({"share", "minutes"}), lambda row: f"{row['share']} % within {row['minutes']} minutes"),
    (frozenset({"days"}), lambda row: " to ".join(map(str, dict.fromkeys(row["days"]))) + " days"),
)


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
        together, left = _together(then)
        said = ", ".join([*together, *(_part(key, value) for key, value in left.items())])
    if "when" in row:
        return f"{_conditions(row['when'])}: {said}"
    return said if alone else f"otherwise: {said}"


def _part(key: str, value: Any) -> str:
    if phrase := _phrase(key, value):
        return phrase
    if isinstance(value, Mapping):
        return f"{words(key)}: {_mapping(value)}"
    return f"{words(key)} {readable(value)}"


def _phrase(key: str, value: Any) -> str | None:
    if not isinstance(value, list | Mapping) and (key, value) in _SAID:
        return _SAID[key, value]
    if isinstance(value, bool):
        return words(key) if value else f"not {words(key)}"
    if key in _FIELDS and not isinstance(value, list | Mapping):
        return _FIELDS[key].format(words(str(value)))
    return None


def _conditions(when: Mapping[str, Any]) -> str:
    """All of them must be met; of the names in a list one is enough."""
    said = []
    for key, value in when.items():
        if isinstance(value, list):
            names = [words(str(name)) for name in value]
            either = " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
            said.append(f"({either})" if len(names) > 1 and len(when) > 1 else either)
        elif value is None:
            said.append(f"no {words(key)}")
        else:
            said.append(_part(key, value))
    return " and ".join(said)


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


def about(rule: Rule, *, with_regions: bool) -> str:
    """Where the rule holds, and the product areas that it is about; in brackets, or nothing to say."""
    regions = "" if not with_regions else "all regions" if rule.regions is None else ", ".join(rule.regions)
    areas = ", ".join(map(words, rule.areas or ()))
    said = ": ".join(part for part in (regions, areas) if part)
    return f" ({said})" if said else ""
