"""Rule cases: YAML that a pharmacist can read and a machine can run (`pafyll rules check`)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from rulebook import case_forms
from rulebook.book import Rulebook
from rulebook.case_questions import QUESTIONS, Asked
from rulebook.catalogue import catalogue
from rulebook.errors import UnknownParameter
from rulebook.parameter_forms import Malformed, fields, one_of, text
from rulebook.strict_yaml import load_yaml
from rulebook.verdict import Answer


class MalformedCase(Exception):
    """A file that is not in the form of cases. `case` is its name, or which one it is; None: the file itself."""

    def __init__(self, file: str, case: str | None, field: str, reason: str) -> None:
        super().__init__(": ".join(part for part in (file, case, field, reason) if part))
        self.file, self.case, self.field, self.reason = file, case, field, reason


@dataclass(frozen=True, slots=True)
class Case:
    """One case, read and checked. `expect` holds only the fields to compare."""

    file: str
    name: str
    rules: tuple[str, ...]
    ask: str
    asked: Asked
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    field: str
    expected: Any
    actual: Any

    def __str__(self) -> str:
        return f"{self.field}: expected {_shown(self.expected)}, got {_shown(self.actual)}"


def read_cases(path: Path, book: Rulebook) -> list[Case]:
    """Every case of the file. Raises MalformedCase for the first thing that is not in the form."""
    file = str(path)
    try:
        content = load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedCase(file, None, "", f"cannot be read: {error}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise MalformedCase(file, None, "", f"is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, list) or not content:
        raise MalformedCase(file, None, "", "must be a list of cases, at least one")
    return [_read_case(file, index, item, book) for index, item in enumerate(content, start=1)]


def _read_case(file: str, index: int, content: Any, book: Rulebook) -> Case:
    named = isinstance(content, Mapping) and isinstance(content.get("name"), str)
    label = content["name"] if named else f"case {index}"
    try:
        case = fields(
            content, "", required=("name", "rule", "ask", "expect"), optional=("region", "day", "at", "given")
        )
        name = text(case["name"], "name")
        if not isinstance(case["ask"], str) or case["ask"] not in QUESTIONS:
            raise Malformed("ask", f"unknown question {case['ask']}")
        question = QUESTIONS[case["ask"]]
        asked = _asked(case, question.needs, book)
        given = case_forms.mapping(question.required, question.optional)(case.get("given") or {}, "given")
        asked = Asked(asked.region, asked.day, asked.at, given)
        _check_codes(asked, book)
        expect = case_forms.mapping({}, question.answers)(case["expect"], "expect")
        if not expect:
            raise Malformed("expect", "names no field, so it could not fail")
        return Case(file, name, _rule_ids(case["rule"]), case["ask"], asked, expect)
    except Malformed as wrong:
        raise MalformedCase(file, label, wrong.path.removeprefix("."), wrong.reason) from None


def _rule_ids(value: Any) -> tuple[str, ...]:
    ids = value if isinstance(value, list) else [value]
    if not ids:
        raise Malformed("rule", "names no rule")
    for rule in ids:
        if not isinstance(rule, str) or rule not in catalogue():
            raise Malformed("rule", f"{rule} is no rule of the catalogue")
    return tuple(ids)


def _asked(case: dict[str, Any], needs: Sequence[str], book: Rulebook) -> Asked:
    if "region" in case:
        one_of(*book.regions)(case["region"], "region")
    elif "region" in needs:
        raise Malformed("region", "is missing")
    at = case_forms.moment(case["at"], "at") if "at" in case else None
    if at is None and "at" in needs:
        raise Malformed("at", "is missing: this question needs a time")
    day = case_forms.day(case["day"], "day") if "day" in case else at.date() if at else None
    if day is None and "day" in needs:
        raise Malformed("day", "is missing")
    if at is not None and day != at.date():
        raise Malformed("at", "is not on the case's day")
    return Asked(case.get("region", ""), day or date.min, at, {})


def _check_codes(asked: Asked, book: Rulebook) -> None:
    """Codes that live in the parameters: an area or type may be one of another region, never one of no region."""
    areas = {area for region in book.regions for area in book.areas(region, asked.day)}
    types = {each for region in book.regions for each in book.prescription_types(region, asked.day)}
    if "area" in asked.given:
        one_of(*sorted(areas))(asked.given["area"], "given.area")
    if "type" in asked.given:
        one_of(*sorted(types))(asked.given["type"], "given.type")
    for index, area in enumerate(asked.given.get("areas", ())):
        one_of(*sorted(areas))(area, f"given.areas[{index}]")
    if "key" in asked.given:
        try:
            book.parameter(asked.region, asked.day, asked.given["key"])
        except UnknownParameter:
            raise Malformed("given.key", f"unknown parameter {asked.given['key']}") from None


def differences(case: Case, book: Rulebook) -> list[Difference]:
    """Where the book's answer is not what the case expects; empty when it passes."""
    return list(_compare(case.expect, answer(case, book)))


def answer(case: Case, book: Rulebook) -> Answer:
    """What the book answers to the case's question."""
    return QUESTIONS[case.ask].put(book, case.asked)


def _compare(expect: Mapping[str, Any], answer: Answer) -> Iterator[Difference]:
    for field, expected in expect.items():
        actual = getattr(answer, field)
        if field == "label":
            yield from (
                Difference(f"label.{line}", name, getattr(actual, line))
                for line, name in expected.items()
                if name != getattr(actual, line)
            )
        elif _comparable(expected) != _comparable(actual):
            yield Difference(field, expected, actual)


def _comparable(value: Any) -> Any:
    """Lists stand for sets. A share may be written 85, 0.85 or "85%"."""
    if isinstance(value, list | tuple) and all(isinstance(member, str) for member in value):
        return frozenset(value)
    if isinstance(value, Mapping) and "share" in value:
        share = value["share"]
        if isinstance(share, str) and share.rstrip("% ").isdecimal():
            share = int(share.rstrip("% "))
        elif isinstance(share, float) and share <= 1:
            share = round(share * 100)
        return {**value, "share": share}
    return value


def _shown(value: Any) -> str:
    if isinstance(value, frozenset | set | list | tuple):
        return "[" + ", ".join(sorted(map(str, value))) + "]"
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
