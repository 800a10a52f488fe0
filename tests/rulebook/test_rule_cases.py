"""Every case in tests/cases holds, and together they ask everything."""

import re
from pathlib import Path

import pytest

from rulebook import load_rulebook
from rulebook.case_questions import QUESTIONS
from rulebook.cases import Case, differences, read_cases

CASES = Path(__file__).parents[1] / "cases"
BOOK = load_rulebook()
ALL = [case for path in sorted(CASES.glob("*.yml")) for case in read_cases(path, BOOK)]

# The rules that patients meet from the first order on.
FROM_THE_START = (
    {f"W{n}" for n in (*range(1, 13), 14)}
    | {f"V{n}" for n in range(1, 6)}
    | {"P2", "P8", "D15", "D18", "D33", "D34", "I5", "I7", "S1", "S2", "S3"}
    | {f"D{n}" for n in (*range(1, 12), *range(20, 32))}
    | {f"F{n}" for n in range(1, 8)}
)


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{Path(case.file).stem}: {case.name}")
def test_the_case_holds(case: Case) -> None:
    assert not [str(found) for found in differences(case, BOOK)]


def test_every_question_is_asked_in_some_case() -> None:
    assert {case.ask for case in ALL} == set(QUESTIONS)


def test_no_two_cases_of_a_file_have_the_same_name() -> None:
    names = [(case.file, case.name) for case in ALL]
    assert len(names) == len(set(names))


def test_every_rule_of_a_first_order_is_borne_by_a_case_or_a_test() -> None:
    borne = {rule for case in ALL for rule in case.rules}
    for path in Path(__file__).parent.glob("test_*.py"):
        if path != Path(__file__):
            tests = re.findall(r"def test_(\w+)", path.read_text(encoding="utf-8"))
            borne |= {word.upper() for name in tests for word in name.split("_") if re.fullmatch(r"[a-z]\d+", word)}
    assert sorted(FROM_THE_START - borne) == []
