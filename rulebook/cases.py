"""Rule cases: YAML that a pharmacist can read and a machine can run (`pafyll rules check`)."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from rulebook import case_forms
from rulebook.book import Rulebook
from rulebook.case_questions import ASKED_FIELDS, QUESTIONS, Asked, read_asked
from rulebook.catalogue import catalogue
from rulebook.parameter_forms import Malformed, fields, text
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


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Reading makes many small objects and hardly any garbage: to look for some takes two fifths of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@_without_collecting()
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
        case = fields(content, "", required=("name", "rule", "ask", "expect"), optional=ASKED_FIELDS)
        name = " ".join(text(case["name"], "name").split())
        asked = read_asked({key: case[key] for key in ASKED_FIELDS if key in case}, book)
        expect = case_forms.mapping({}, QUESTIONS[case["ask"]].answers, null_is_an_answer=True)(
            case["expect"], "expect"
        )
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
    """Lists stand for sets. A share may be written 85, 0.85, 17/20 or "85%"."""
    if isinstance(value, list | tuple) and all(isinstance(member, str) for member in value):
        return frozenset(value)
    if isinstance(value, Mapping) and "share" in value:
        return {**value, "share": _percent(value["share"])}
    return value


def _percent(share: Any) -> Any:
    try:
        number = Fraction(str(share).removesuffix("%").strip())
    except (ValueError, ZeroDivisionError):
        return share
    return number * 100 if number <= 1 else number


def _shown(value: Any) -> str:
    if isinstance(value, frozenset | set | list | tuple):
        return "[" + ", ".join(sorted(map(str, value))) + "]"
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
