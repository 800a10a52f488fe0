"""Which values a rule has, had and when: what holds on a day, what changed, what was not checked for long (G1, G2)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from rulebook.book import Rulebook
from rulebook.catalogue import Rule, catalogue
from rulebook.parameter_files import UNDATED, DatedParameter, DatedValue
from rulebook.parameter_values import FORMS
from rulebook.sources import Source
from rulebook.strict_yaml import load_yaml

_PARAMETERS = Path(__file__).parent / "parameters"
_OFFERS = ("delivery_options", "staff_delivery_options")
_PER_OPTION = ("required_details", "tell")  # their values go by delivery option


@dataclass(frozen=True, slots=True)
class Stated:
    """A parameter and the regions that share it, being stated once for all of them."""

    regions: tuple[str, ...]
    parameter: DatedParameter


@dataclass(frozen=True, slots=True)
class Valued:
    """A value as written, without the rows that state other rules. `start` None: as far back as anyone asks."""

    start: date | None
    plain: Any
    source: Source


@dataclass(frozen=True, slots=True)
class Held:
    """What a rule has in these regions on a day."""

    regions: tuple[str, ...]
    parameter: DatedParameter
    value: Valued


@dataclass(frozen=True, slots=True)
class Deciding:
    """A forum. `start` None: from before anyone asks."""

    name: str
    start: date | None
    task: str
    source: Source


@dataclass(frozen=True, slots=True)
class RuleOnDay:
    rule: Rule
    values: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One new value, whose source says who decided. `start` is its first day."""

    regions: tuple[str, ...]
    parameter: DatedParameter
    start: date
    old: Valued
    new: Valued


def stated(book: Rulebook, regions: Sequence[str]) -> list[Stated]:
    """Every parameter of these regions, in the order of the rules' own parameters."""
    found: list[Stated] = []
    for key in FORMS:
        shared: dict[int, tuple[list[str], DatedParameter]] = {}
        for region in regions:
            parameter = book.history(region, key)
            shared.setdefault(id(parameter), ([], parameter))[0].append(region)
        found += [Stated(tuple(names), parameter) for names, parameter in shared.values()]
    return found


def over_time(parameter: DatedParameter, rule: str | None = None) -> list[Valued]:
    """Every value the parameter has had, oldest first; with `rule`, only the rows that state it."""
    return [_valued(value, rule) for value in parameter.values]


def _valued(value: DatedValue, rule: str | None = None) -> Valued:
    plain = value.plain
    if rule is not None and _is_rows(plain):
        plain = [row for row in plain if rule in row.get("rules", (rule,))]
    return Valued(None if value.start == UNDATED else value.start, plain, value.source)


def bearing(rule: Rule, parameters: Sequence[Stated]) -> list[Stated]:
    """Those that state the rule, each with only the regions where the rule holds.

    Of a region that the catalogue does not name, its own parameters decide.
    """
    known, found = _regions_named(), []
    for each in parameters:
        here = tuple(name for name in each.regions if rule.holds_in(name) or name not in known)
        if here and rule.id in each.parameter.rules:
            found.append(replace(each, regions=here))
    return found


@lru_cache(maxsize=1)
def _regions_named() -> frozenset[str]:
    return frozenset(name for rule in catalogue().values() for name in rule.regions or ())


def on_day(book: Rulebook, day: date, regions: Sequence[str], area: str | None = None) -> list[RuleOnDay]:
    """The rules that hold in any of these regions with their values on this day.

    With `area`, rules about other product areas are left out, and so are rows for them and the details of delivery
    options that it does not have; then also rules that have nothing else.
    """
    parameters, found = stated(book, regions), []
    for rule in catalogue().values():
        held = [
            Held(each.regions, each.parameter, _valued(each.parameter.on(day), rule.id))
            for each in bearing(rule, parameters)
        ]
        holds = any(rule.holds_in(name) for name in regions)
        if area is not None:
            if not rule.is_about(area):
                held, holds = [own for each in held if (own := _of_unnamed(each))], False
            kept = [_in_area(book, day, area, each) for each in held]
            if None in kept and not any(each and each.value.plain and _is_rows(each.value.plain) for each in kept):
                continue
            held = [each for each in kept if each]
        if held or holds:
            found.append(RuleOnDay(rule, tuple(held)))
    return found


def _of_unnamed(held: Held) -> Held | None:
    """Which product areas a rule is about says the catalogue, but only of the regions that it names."""
    regions = tuple(name for name in held.regions if name not in _regions_named())
    return replace(held, regions=regions) if regions else None


def _in_area(book: Rulebook, day: date, area: str, held: Held) -> Held | None:
    """None where everything in the value is for other product areas."""
    plain = held.value.plain
    if not plain:
        return held
    if held.parameter.key in _PER_OPTION:
        offered = {option for region in held.regions for option in _offered(book, day, area, region)}
        plain = {option: details for option, details in plain.items() if option in offered}
    elif _is_rows(plain):
        plain = [row for row in plain if _is_for(area, row)]
    return replace(held, value=replace(held.value, plain=plain)) if plain else None


def _offered(book: Rulebook, day: date, area: str, region: str) -> set[str]:
    """To patients or staff, for any article of this product area."""
    rows = [row for key in _OFFERS for row in book.history(region, key).on(day).plain]
    return {option for row in rows if _is_for(area, row) for option in row["options"]}


def _is_for(area: str, row: Mapping[str, Any]) -> bool:
    return area in row.get("when", {}).get("area", (area,))


def forums_of(book: Rulebook, region: str) -> list[Deciding]:
    """Who decides about the region's rules, oldest first (G2)."""
    return [
        Deciding(each.name, None if each.start == UNDATED else each.start, each.task, each.source)
        for each in book.forums(region)
    ]


def changes(book: Rulebook, one_day: date, other_day: date, regions: Sequence[str]) -> list[Change]:
    """Every value that began after the earlier day and no later than the later one, oldest first."""
    first, last = sorted((one_day, other_day))
    found = [
        Change(each.regions, each.parameter, new.start, _valued(old), _valued(new))
        for each in stated(book, regions)
        for old, new in zip(each.parameter.values, each.parameter.values[1:], strict=False)
        if first < new.start <= last
    ]
    return sorted(found, key=lambda change: change.start)


def stale(book: Rulebook, day: date, days: int, regions: Sequence[str]) -> list[Stated]:
    """Parameters that were last checked more than `days` before this day, oldest first."""
    found = [each for each in stated(book, regions) if (day - each.parameter.last_checked).days > days]
    return sorted(found, key=lambda each: each.parameter.last_checked)


@lru_cache(maxsize=4)
def files_of_rules(folder: Path = _PARAMETERS) -> Mapping[str, tuple[str, ...]]:
    """Rule id -> the parameter files that bear it, in a parameter or in one of its rows."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.yml")):
        for parameter in load_yaml(path.read_text(encoding="utf-8"))["parameters"].values():
            for rule in _named_in(parameter):
                if path.name not in found.setdefault(rule, []):
                    found[rule].append(path.name)
    return {rule: tuple(names) for rule, names in found.items()}


def _named_in(parameter: Mapping[str, Any]) -> Iterator[str]:
    yield from parameter["rules"]
    for value in parameter["values"]:
        if _is_rows(value["value"]):
            for row in value["value"]:
                yield from row.get("rules", ())


def _is_rows(plain: Any) -> bool:
    return (
        isinstance(plain, Collection)
        and not isinstance(plain, str | Mapping)
        and all(isinstance(row, Mapping) for row in plain)
    )
