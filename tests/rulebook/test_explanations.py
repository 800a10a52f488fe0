"""An explanation tells what the decision did: its reasons in their order, each passed, refused or not reached."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rulebook import load_rulebook
from rulebook.case_questions import QUESTIONS, read_asked
from rulebook.cases import Case, read_cases
from rulebook.catalogue import catalogue
from rulebook.explanations import explain
from rulebook.facts import (
    STATUSES,
    Actor,
    Amount,
    Article,
    DeliveryDetails,
    Line,
    Person,
    Prescriber,
    Want,
    Withdrawn,
)
from rulebook.reasons import REASONS
from rulebook.workings import WORKINGS

BOOK = load_rulebook()
CASES = Path(__file__).parents[1] / "cases"
ALL = [case for path in sorted(CASES.glob("*.yml")) for case in read_cases(path, BOOK)]
DAY = date(2026, 5, 20)


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{Path(case.file).stem}: {case.name}")
def test_every_case_can_be_explained(case: Case) -> None:
    told = explain(case, BOOK)
    assert told.differences == ()
    assert told.steps
    assert {rule for step in told.steps for rule in step.rules} <= set(catalogue())
    outcomes = [step.outcome for step in told.steps if step.outcome]
    reason = getattr(told.answer, "reason", None)
    assert [step.reason for step in told.steps if step.outcome == "refused"] == ([reason] if reason else [])
    if reason:
        refused = outcomes.index("refused")
        assert set(outcomes[:refused]) <= {"pass"}
        assert set(outcomes[refused + 1 :]) <= {"not reached"}
    for step in told.steps:
        assert bool(step.lines) == (step.outcome not in (None, "not reached")) or step.title == "What follows", step


def test_every_question_is_told_in_one_way() -> None:
    assert set(REASONS) | set(WORKINGS) == set(QUESTIONS)
    assert not set(REASONS) & set(WORKINGS)


type Given = dict[str, Any]
type Mended = tuple[str, Mapping[str, Any]]


def mend(ask: Callable[..., Any], question: str, wrong: Given, mended: list[Mended]) -> None:
    """Everything is wrong at first, and is put right in the order of the reasons; each time the next one is given."""
    assert [code for code, _ in mended] == [reason.code for reason in REASONS[question]]
    given = wrong
    for code, better in mended:
        assert ask(**given).reason == code
        given = {**given, **better}
    assert ask(**given).reason is None


def test_withdraw_gives_its_reasons_in_the_order_they_are_told() -> None:
    line = Line(
        written=date(2026, 8, 1),
        area="nutrition",
        article="1",
        days_per_withdrawal=30,
        withdrawals=1,
        packages_per_withdrawal=4,
        variants=("Choklad",),
        voided=date(2026, 5, 1),
    )
    standing = replace(line, voided=None)
    expired = replace(standing, written=date(2024, 1, 1))
    valid = replace(standing, written=date(2026, 1, 1))
    many = replace(valid, withdrawals=9)
    wrong = {
        "region": "skane",
        "day": DAY,
        "actor": Actor("stranger", True),
        "person": Person(protected=True),
        "line": line,
        "history": [Withdrawn(date(2026, 5, 15), "ordered")],
        "want": Want(variants={"Lakrits": 99, "Choklad": -1}),
    }
    delivered = [Withdrawn(date(2026, 5, 15), "delivered")]
    mend(
        BOOK.withdraw,
        "withdraw",
        wrong,
        [
            ("no_right", {"actor": Actor("prescriber", True)}),
            ("own_prescription", {"actor": Actor("patient"), "region": "vg"}),
            ("protected_identity", {"person": Person()}),
            ("voided", {"line": standing}),
            ("not_yet_valid", {"line": expired}),
            ("expired", {"line": valid}),
            ("none_left", {"line": many}),
            ("on_its_way", {"history": delivered}),
            ("too_early", {"history": [Withdrawn(date(2026, 4, 1), "delivered")]}),
            ("nothing_asked", {"want": Want(variants={"Lakrits": 99})}),
            ("not_a_variant", {"want": Want(variants={"Choklad": 99})}),
            ("too_many", {"want": Want(variants={"Choklad": 4})}),
        ],
    )


def test_delivery_check_gives_its_reasons_in_the_order_they_are_told() -> None:
    sensitive = DeliveryDetails(note_to_driver="Ring 070-174 06 05")
    whole = replace(sensitive, address="Storgatan 1", dwelling="house", name_on_door=True)
    wrong = {
        "region": "vg",
        "day": DAY,
        "area": "diabetes",
        "article": Article(kind="cgm"),
        "option": "booked_day",
        "person": Person(),
        "details": sensitive,
    }
    mend(
        BOOK.delivery_check,
        "delivery_check",
        wrong,
        [
            ("not_in_this_region", {"option": "outside_door"}),
            ("not_for_this_article", {"article": Article()}),
            ("missing_details", {"details": whole}),
            ("sensitive_note", {"details": replace(whole, note_to_driver="Ställ den bakom huset")}),
        ],
    )


def test_prescribe_gives_its_reasons_in_the_order_they_are_told() -> None:
    wrong = {
        "region": "skane",
        "day": DAY,
        "prescriber": Prescriber("physician"),
        "person": Person(born=date(1980, 1, 1), protected=True),
        "area": "special_foods",
        "prescription_type": "infant_formula",
        "article": Article(),
        "amount": Amount(days_per_withdrawal=366, withdrawals=1, packages_per_withdrawal=1),
    }
    year = Amount(days_per_withdrawal=365, withdrawals=1, packages_per_withdrawal=1)
    mend(
        BOOK.prescribe,
        "prescribe",
        wrong,
        [
            ("protected_identity", {"person": Person(born=date(1980, 1, 1))}),
            ("no_right", {"prescriber": Prescriber("dietitian")}),
            ("age", {"prescription_type": "specific_content"}),
            ("over_a_year", {"amount": year}),
        ],
    )


def test_urgent_and_joint_give_their_reasons_in_the_order_they_are_told() -> None:
    wrong = {"region": "skane", "day": DAY, "asked_by": "patient", "article": Article(kind="exemption")}
    listed = Article(stocked=True, on_urgent_list=True)
    mend(
        BOOK.urgent,
        "urgent",
        wrong,
        [
            ("not_in_this_region", {"region": "vg"}),
            ("only_prescriber", {"asked_by": "prescriber"}),
            ("not_for_this_article", {"article": listed}),
        ],
    )
    mend(
        BOOK.joint,
        "joint",
        {"region": "vg", "day": DAY, "areas": ["nutrition"], "customer_numbers": ["602154", "602155"]},
        [("one_customer_number", {"customer_numbers": ["602154"]}), ("not_in_joint_order", {"areas": ["ostomy"]})],
    )


def test_change_gives_no_reason_that_is_not_told() -> None:
    given = {BOOK.change(status=status, what="cancel").reason for status in STATUSES}
    assert given - {None} == {reason.code for reason in REASONS["change"]}


@pytest.mark.parametrize(
    ("payers", "lines"),
    [
        (["a"], ["order 1: line 1, paid by a"]),
        (["a", "b", "a", "a"], ["order 1: lines 1, 3 and 4, paid by a", "order 2: line 2, paid by b"]),
    ],
)
def test_a_split_says_which_lines_are_in_each_order(payers: list[str], lines: list[str]) -> None:
    asked = read_asked(
        {
            "ask": "split",
            "region": "vg",
            "day": DAY,
            "given": {"lines": [{"payer": payer} for payer in payers]},
        },
        BOOK,
    )
    assert WORKINGS["split"](asked, QUESTIONS["split"].put(BOOK, asked)) == lines


def test_opening_hours_are_told_without_the_lunch() -> None:
    asked = read_asked({"ask": "opening", "region": "vg", "at": "2026-05-20T12:15"}, BOOK)
    told = WORKINGS["opening"](asked, QUESTIONS["opening"].put(BOOK, asked))
    assert told[1:] == ["open on working days 08:00-12:00 and 12:30-16:30", "opens next Wed 2026-05-20 12:30"]
