"""Reads and checks `parameters/*.yml`. A region is one file; `common.yml` holds what is the same in all of them.

A region may state a common key of its own, which then goes before the common one.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from rulebook import parameter_forms as forms
from rulebook.catalogue import catalogue
from rulebook.errors import RulebookError, UnknownParameter
from rulebook.parameter_forms import Malformed
from rulebook.parameter_values import FORMS, Parameters
from rulebook.situations import Row
from rulebook.sources import Source
from rulebook.strict_yaml import load_yaml

UNDATED = date.min  # `from: undated`: the source gives no start, so it holds as far back as anyone asks


@dataclass(frozen=True, slots=True)
class DatedValue:
    """What holds from `start` (UNDATED where the source gives no start). `plain` is as written, `read` as used."""

    start: date
    plain: Any
    read: Any
    source: Source


@dataclass(frozen=True, slots=True)
class DatedParameter:
    """One key of one region. `reading`: how we read a source that is silent or unclear."""

    key: str
    rules: tuple[str, ...]
    unit: str
    last_checked: date
    reading: str | None
    values: tuple[DatedValue, ...]

    def on(self, day: date) -> DatedValue:
        """The value of that day (G1)."""
        return self.values[max(bisect_right(self.values, day, key=lambda value: value.start) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Forum:
    """A forum that decides about the rules, from `start` on (G2)."""

    start: date
    name: str
    task: str
    source: Source


class RegionParameters:
    """All parameters of one region, put together once for every stretch of days between two changes."""

    def __init__(
        self, code: str, name: str, file: str, parameters: dict[str, DatedParameter], forums: tuple[Forum, ...] = ()
    ) -> None:
        self.code, self.name, self.parameters, self.forums = code, name, parameters, forums
        self._starts = sorted({value.start for each in parameters.values() for value in each.values})
        self._stretches: list[Parameters] = []
        for start in self._starts:
            on_day = Parameters(**{key: each.on(start).read for key, each in parameters.items()})
            try:
                _check_together(on_day)
            except Malformed as wrong:
                raise RulebookError(file, wrong.path, wrong.reason) from None
            self._stretches.append(on_day)
        self._unheard_of = all(rule.regions is None or code not in rule.regions for rule in catalogue().values())
        self._sources: dict[tuple[int, tuple[str, ...], tuple[str, ...]], tuple[Source, ...]] = {}

    def on(self, day: date) -> Parameters:
        return self._stretches[self._stretch(day)]

    def _stretch(self, day: date) -> int:
        return bisect_right(self._starts, day) - 1

    def sources(self, day: date, rules: tuple[str, ...], keys: tuple[str, ...] = tuple(FORMS)) -> tuple[Source, ...]:
        """Of the values of `keys` that state these rules on this day; of the catalogue for a rule that none states."""
        asked = (self._stretch(day), rules, keys)
        found = self._sources.get(asked)
        if found is None:
            found = self._sources[asked] = tuple(dict.fromkeys(self._find_sources(day, rules, keys)))
        return found

    def _find_sources(self, day: date, rules: tuple[str, ...], keys: tuple[str, ...]) -> Iterator[Source]:
        looked_at = [self.parameters[key] for key in keys]
        for rule in rules:
            stated = [each.on(day).source for each in looked_at if rule in each.rules]
            yield from stated or catalogue()[rule].sources

    def rules_here(self, rules: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the rules that hold in the region; for a region that the catalogue does not know, all of them."""
        return tuple(rule for rule in rules if self._unheard_of or catalogue()[rule].holds_in(self.code))

    def dated(self, key: str) -> DatedParameter:
        try:
            return self.parameters[key]
        except KeyError:
            raise UnknownParameter(key) from None


def read_folder(folder: Path) -> dict[str, RegionParameters]:
    """Region code -> its parameters, by code. Raises RulebookError."""
    common = _read_file(folder / "common.yml", common=True)
    documents = common["documents"]
    shared = _parameters("common.yml", common["parameters"], documents)
    regions: dict[str, RegionParameters] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.name == "common.yml":
            continue
        region = _read_file(path, common=False)
        if region["region"] != path.stem:
            raise RulebookError(path.name, "region", f"must be {path.stem}, as the file is called")
        own = _parameters(path.name, region["parameters"], documents | region.get("documents", {}))
        merged = shared | own
        for key in FORMS:
            if key not in merged:
                raise RulebookError(path.name, "parameters", f"{key} is missing")
        forums = _forums(path.name, region.get("forums", []), documents | region.get("documents", {}))
        _check_deciders(path.name, own, forums)
        regions[path.stem] = RegionParameters(path.stem, region["name"], path.name, merged, forums)
    if not regions:
        raise RulebookError(str(folder), "", "holds no region")
    return regions


def _read_file(path: Path, *, common: bool) -> dict[str, Any]:
    try:
        content = load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RulebookError(path.name, "", f"cannot be read: {error}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise RulebookError(path.name, "", f"is not YAML: {error}") from error
    required = ("documents", "parameters") if common else ("region", "name", "parameters")
    try:
        given = forms.fields(content, "", required=required, optional=() if common else ("documents", "forums"))
        if not common:
            forms.text(given["name"], "name")
        for key, document in forms.fields(
            given.get("documents", {}), "documents", optional=tuple(given.get("documents") or ())
        ).items():
            forms.fields(document, f"documents.{key}", required=("title", "date"))
    except Malformed as wrong:
        raise RulebookError(path.name, wrong.path.removeprefix("."), wrong.reason) from None
    return given


def _forums(file: str, content: Any, documents: dict[str, Any]) -> tuple[Forum, ...]:
    try:
        if not isinstance(content, list):
            raise Malformed("forums", "must be a list")
        return tuple(_forum(item, f"forums[{index}]", documents) for index, item in enumerate(content))
    except Malformed as wrong:
        raise RulebookError(file, wrong.path, wrong.reason) from None


def _forum(content: Any, path: str, documents: dict[str, Any]) -> Forum:
    given = forms.fields(content, path, required=("name", "from", "task", "source"))
    return Forum(
        start=_start(given["from"], f"{path}.from"),
        name=forms.text(given["name"], f"{path}.name"),
        task=forms.text(given["task"], f"{path}.task"),
        source=_source(given["source"], f"{path}.source", documents),
    )


def _check_deciders(file: str, parameters: dict[str, DatedParameter], forums: tuple[Forum, ...]) -> None:
    """G2: what was decided was decided by a forum of the region."""
    known = {forum.name for forum in forums}
    for parameter in parameters.values():
        for index, value in enumerate(parameter.values):
            if value.source.decided_by not in (None, *known):
                path = f"parameters.{parameter.key}.values[{index}].source.decided_by"
                raise RulebookError(file, path, f"{value.source.decided_by} is not among the forums")


def _parameters(file: str, content: Any, documents: dict[str, Any]) -> dict[str, DatedParameter]:
    try:
        given = forms.fields(content, "parameters", optional=tuple(FORMS))
        return {key: _parameter(key, value, f"parameters.{key}", documents) for key, value in given.items()}
    except Malformed as wrong:
        raise RulebookError(file, wrong.path, wrong.reason) from None


def _parameter(key: str, content: Any, path: str, documents: dict[str, Any]) -> DatedParameter:
    given = forms.fields(content, path, required=("rules", "unit", "last_checked", "values"), optional=("reading",))
    rules = forms.rule_ids(given["rules"], f"{path}.rules")
    return DatedParameter(
        key=key,
        rules=rules,
        unit=forms.text(given["unit"], f"{path}.unit"),
        last_checked=_day(given["last_checked"], f"{path}.last_checked"),
        reading=forms.maybe(forms.text)(given.get("reading"), f"{path}.reading"),
        values=tuple(_dated_values(key, given["values"], f"{path}.values", documents, rules)),
    )


def _dated_values(
    key: str, content: Any, path: str, documents: dict[str, Any], rules: tuple[str, ...]
) -> Iterator[DatedValue]:
    if not isinstance(content, list) or not content:
        raise Malformed(path, "must be a list with at least one value")
    previous: date | None = None
    for index, item in enumerate(content):
        where = f"{path}[{index}]"
        given = forms.fields(item, where, required=("from", "value", "source"))
        start = _start(given["from"], f"{where}.from")
        if previous is None and start != UNDATED:
            raise Malformed(f"{where}.from", "the first value must be from: undated (null where nothing held)")
        if previous is not None and start <= previous:
            raise Malformed(f"{where}.from", "must be later than the value before it")
        previous = start
        yield DatedValue(
            start=start,
            plain=given["value"],
            read=_with_rules(FORMS[key](given["value"], f"{where}.value"), rules),
            source=_source(given["source"], f"{where}.source", documents),
        )


def _with_rules(value: Any, rules: tuple[str, ...]) -> Any:
    """Rows that name no rules of their own have those of the parameter."""
    if not isinstance(value, tuple) or not all(isinstance(row, Row) for row in value):
        return value
    return tuple(row if row.rules else replace(row, rules=rules) for row in value)


def _source(content: Any, path: str, documents: dict[str, Any]) -> Source:
    given = forms.fields(content, path, required=("document", "heading"), optional=("decided_by", "note"))
    if given["document"] not in documents:
        raise Malformed(f"{path}.document", f"{given['document']} is not among the documents")
    return Source(**{key: forms.text(value, f"{path}.{key}") for key, value in given.items()})


def _start(value: Any, path: str) -> date:
    return UNDATED if value == "undated" else _day(value, path)


def _day(value: Any, path: str) -> date:
    if type(value) is not date:
        raise Malformed(path, "must be a day such as 2024-01-01")
    return value


def _check_together(on_day: Parameters) -> None:
    """What one value says must fit the others of the same region and day."""
    offered: set[str] = set()
    for key in FORMS:
        value = getattr(on_day, key)
        if not isinstance(value, tuple):
            continue
        for row in value:
            if not isinstance(row, Row):
                break
            _check_names(key, "area", row.when.area, on_day.areas)
            _check_names(key, "type", row.when.prescription_type, on_day.prescription_types)
            if key in ("delivery_options", "staff_delivery_options"):
                offered |= row.then
    for key in ("patient_named_in_note", "joint_areas", "express_areas"):
        _check_names(key, "area", frozenset(getattr(on_day, key) or ()), on_day.areas)
    for option in sorted(offered - set(on_day.required_details)):
        raise Malformed("parameters.required_details", f"{option} is offered but has no entry")


def _check_names(key: str, what: str, used: frozenset[str] | None, known: tuple[str, ...]) -> None:
    for name in sorted((used or frozenset()) - set(known)):
        raise Malformed(f"parameters.{key}", f"{name} is no {what} of this region")
