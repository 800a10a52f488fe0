"""Every case in tests/cases holds, and together they ask everything that a question can ask."""

import re
from collections import Counter
from pathlib import Path

import pytest

from rulebook import load_rulebook
from rulebook.case_questions import QUESTIONS
from rulebook.cases import Case, differences, read_cases
from rulebook.catalogue import catalogue

CASES = Path(__file__).parents[1] / "cases"
BOOK = load_rulebook()
ALL = [case for path in sorted(CASES.glob("*.yml")) for case in read_cases(path, BOOK)]
BORNE = Counter(rule for case in ALL for rule in case.rules)


def _ids(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The rules that some question's facts and answers can tell apart from their absence.
ASKABLE = _ids(
    """
    W1 W2 W3 W4 W5 W6 W7 W8 W9 W10 W11 W12 W13
    V1 V2 V3 V4 V5
    P1 P2 P3 P4 P5 P6 P7 P8 P10 P11 P12 P14
    F1 F2 F3 F4 F5 F6
    D1 D2 D3 D4 D5 D6 D8 D9 D10 D11 D12 D13 D14 D15 D16 D17 D18
    D20 D21 D22 D23 D24 D25 D26 D27 D28 D29 D30 D31 D32
    C1 C2 C3 C4 C5
    S1 S3 S4 I5 I7 G1
    """
)

# The others, each group with why no question expresses it. They are held by tests of the book and of the dialogue.
NOT_ASKABLE = {
    "what the patient is told and when, beside the verdict": _ids("W14 W15 F7 D7 D34 C6 C7 P15"),
    "texts and contact details, which no answer carries": _ids("S2 S5 S6 S8 D33 I8"),
    "prescribers' tools and records: no facts about copying, searching, units, journals or finer rights": _ids(
        "P9 P13 P16 P17 P18 S7"
    ),
    "lists of what has been charged, kept in the store": _ids("F8"),
    "how people are found and registered: no question looks anyone up": _ids("I1 I2 I3 I4 I6 I9 I10 I11"),
    "who decided, shown in the history only": _ids("G2"),
}


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{Path(case.file).stem}: {case.name}")
def test_the_case_holds(case: Case) -> None:
    assert not [str(found) for found in differences(case, BOOK)]


def test_there_are_many_cases() -> None:
    assert len(ALL) >= 250


def test_every_question_is_asked_in_some_case() -> None:
    assert {case.ask for case in ALL} == set(QUESTIONS)


def test_every_question_about_a_region_is_asked_in_each() -> None:
    asked = {(case.ask, case.asked.region) for case in ALL}
    only_one_region_states = {"joint", "urgent"}  # D12 and D14: Skåne's sources know neither
    for ask in QUESTIONS.keys() - only_one_region_states:
        assert {region for question, region in asked if question == ask} >= set(BOOK.regions), ask


def test_no_two_cases_of_a_file_have_the_same_name() -> None:
    twice = [key for key, number in Counter((case.file, case.name) for case in ALL).items() if number > 1]
    assert twice == []


def test_every_rule_is_either_askable_or_has_a_reason_why_not() -> None:
    groups = [ASKABLE, *NOT_ASKABLE.values()]
    assert frozenset().union(*groups) == catalogue().keys()
    assert sum(map(len, groups)) == len(catalogue()), "a rule stands in two groups"


def test_every_rule_that_a_question_expresses_has_two_cases() -> None:
    assert sorted(rule for rule in ASKABLE if BORNE[rule] < 2) == []


def test_every_rule_that_a_case_bears_has_two_cases() -> None:
    assert sorted(rule for rule, number in BORNE.items() if number < 2) == []


def test_no_case_bears_a_rule_that_its_question_cannot_show() -> None:
    assert sorted(BORNE.keys() - ASKABLE) == []


def test_every_rule_that_no_question_expresses_is_borne_by_a_test() -> None:
    tests = [
        name
        for path in CASES.parent.rglob("test_*.py")
        for name in re.findall(r"def test_(\w+)", path.read_text(encoding="utf-8"))
    ]
    borne = {word.upper() for name in tests for word in name.split("_") if re.fullmatch(r"[a-z]\d{1,2}", word)}
    assert sorted(frozenset().union(*NOT_ASKABLE.values()) - borne) == []
