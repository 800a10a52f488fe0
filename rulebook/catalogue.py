"""The catalogue of rules: what each says, where it holds and where it comes from. Its numbers are the parameters'."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from rulebook import parameter_forms as forms
from rulebook.errors import RulebookError
from rulebook.parameter_forms import Malformed
from rulebook.sources import Source
from rulebook.strict_yaml import load_yaml

READING = "reading"  # stands as the document of a rule that no document states
_HERE = Path(__file__).parent
_RULE_ID = re.compile(r"([A-Z])([1-9]\d?)")
FAMILIES = {
    "W": "Withdrawals",
    "V": "Flavours and other variants",
    "P": "Prescriptions",
    "F": "Patient fees",
    "D": "Delivery",
    "C": "Complaints",
    "S": "Customer service",
    "I": "People",
    "G": "Governance",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A source document. `date` as far as it is known, such as 2026-02-06, 2019-2023 or undated."""

    title: str
    date: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, in our own words, whatever its values are on a day.

    `regions` and `areas` None: every region, every product area. `reading`: how we read an unclear or silent source.
    """

    id: str
    says: str
    regions: tuple[str, ...] | None
    sources: tuple[Source, ...]
    reading: str | None = None
    areas: tuple[str, ...] | None = None

    @property
    def family(self) -> str:
        return self.id[0]

    def holds_in(self, region: str) -> bool:
        return self.regions is None or region in self.regions

    def is_about(self, area: str) -> bool:
        return self.areas is None or area in self.areas


@lru_cache(maxsize=4)
def catalogue(path: Path = _HERE / "catalogue.yml", parameters: Path = _HERE / "parameters") -> Mapping[str, Rule]:
    """Rule id -> rule, family by family. Raises RulebookError naming file, path and reason."""
    known, areas = documents(parameters), _areas_of_regions(parameters)
    content = _read(path)
    try:
        rules = {
            key: _rule(key, value, known, areas)
            for key, value in forms.fields(content, "", optional=_keys(content)).items()
        }
        if list(rules) != sorted(rules, key=_order):
            raise Malformed("", "the rules must stand in the order of their ids, family by family")
    except Malformed as wrong:
        raise RulebookError(path.name, wrong.path.removeprefix("."), wrong.reason) from None
    return MappingProxyType(rules)


@lru_cache(maxsize=4)
def documents(parameters: Path = _HERE / "parameters") -> Mapping[str, Document]:
    """Document id -> document. Raises RulebookError."""
    path = parameters / "common.yml"
    content = _read(path)
    try:
        given = forms.fields(content, "", required=("documents", "parameters"))["documents"]
        found = {
            key: forms.fields(value, f"documents.{key}", required=("title", "date"))
            for key, value in forms.fields(given, "documents", optional=_keys(given)).items()
        }
    except Malformed as wrong:
        raise RulebookError(path.name, wrong.path.removeprefix("."), wrong.reason) from None
    return MappingProxyType({key: Document(str(each["title"]), str(each["date"])) for key, each in found.items()})


def _areas_of_regions(parameters: Path) -> frozenset[str]:
    """Of any day. What is wrong with a region's file is said by its own reader."""
    found: set[str] = set()
    for path in parameters.glob("*.yml"):
        try:
            for value in _read(path)["parameters"]["areas"]["values"]:
                found |= set(value["value"])
        except (RulebookError, KeyError, TypeError):
            continue
    return frozenset(found)


def _read(path: Path) -> Any:
    try:
        return load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RulebookError(path.name, "", f"cannot be read: {error}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise RulebookError(path.name, "", f"is not YAML: {' '.join(str(error).split())}") from error


def _keys(content: Any) -> tuple[str, ...]:
    return tuple(content) if isinstance(content, Mapping) else ()


def _rule(key: str, content: Any, known: Mapping[str, Document], areas: frozenset[str]) -> Rule:
    found = _RULE_ID.fullmatch(key)
    if found is None or found[1] not in FAMILIES:
        raise Malformed(key, "is no rule id")
    given = forms.fields(content, key, required=("says", "regions", "sources"), optional=("areas", "reading"))
    if not isinstance(given["sources"], list) or not given["sources"]:
        raise Malformed(f"{key}.sources", "must be a list with at least one source")
    sources = tuple(_source(each, f"{key}.sources[{index}]", known) for index, each in enumerate(given["sources"]))
    if any(source.document == READING for source in sources) and "reading" not in given:
        raise Malformed(key, "reading is missing, though it is the source")
    return Rule(
        id=key,
        says=forms.text(given["says"], f"{key}.says"),
        regions=_regions(given["regions"], f"{key}.regions"),
        sources=sources,
        reading=forms.text(given["reading"], f"{key}.reading") if "reading" in given else None,
        areas=_areas(given["areas"], f"{key}.areas", areas) if "areas" in given else None,
    )


def _areas(value: Any, path: str, known: frozenset[str]) -> tuple[str, ...]:
    areas = tuple(forms.names(value, path))
    if not areas:
        raise Malformed(path, "must be a list with at least one product area")
    for area in areas:
        if area not in known:
            raise Malformed(path, f"{area} is no product area of any region")
    return areas


def _regions(value: Any, path: str) -> tuple[str, ...] | None:
    if value == "all":
        return None
    regions = tuple(forms.names(value, path)) if isinstance(value, list) else ()
    if not regions:
        raise Malformed(path, "must be all, or a list of regions")
    return regions


def _source(content: Any, path: str, known: Mapping[str, Document]) -> Source:
    given = forms.fields(content, path, required=("document", "heading"), optional=("decided_by", "note"))
    document = forms.text(given["document"], f"{path}.document")
    if document not in known and document != READING:
        raise Malformed(f"{path}.document", f"{document} is not among the documents")
    return Source(**{key: forms.text(value, f"{path}.{key}") for key, value in given.items()})


def _order(rule: str) -> tuple[int, int]:
    return list(FAMILIES).index(rule[0]), int(rule[1:])
