"""Tells how a case was decided, step by step, from the answer's own reason, numbers, rules and sources."""

from dataclasses import dataclass
from typing import Any, Literal

from rulebook.book import Rulebook
from rulebook.case_questions import QUESTIONS, Asked
from rulebook.cases import Case, Difference, differences
from rulebook.reasons import REASONS, Reason
from rulebook.verdict import Answer
from rulebook.workings import AFTERWARDS, WORKINGS

Outcome = Literal["pass", "refused", "not judged", "not reached"]


@dataclass(frozen=True, slots=True)
class Step:
    """One reason that was tried, or (without outcome) one step of a working.

    `lines`: what was looked at for the reason, and the arithmetic.
    """

    title: str
    lines: tuple[str, ...] = ()
    outcome: Outcome | None = None
    reason: str | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """`answers`: the answer's fields that a case may expect. `differences`: where they are not what it expects."""

    steps: tuple[Step, ...]
    answer: Answer
    answers: dict[str, Any]
    differences: tuple[Difference, ...]


def explain(case: Case, book: Rulebook) -> Explanation:
    question = QUESTIONS[case.ask]
    answer = question.put(book, case.asked)
    return Explanation(
        tuple(_steps(case.ask, case.asked, answer)),
        answer,
        {name: getattr(answer, name) for name in question.answers},
        tuple(differences(case, book)),
    )


def _steps(ask: str, asked: Asked, answer: Any) -> list[Step]:
    if ask not in REASONS:
        return [Step(line) for line in WORKINGS[ask](asked, answer)]
    steps = list(_reasons(REASONS[ask], asked, answer))
    refused_early = answer.reason is not None and answer.reason != REASONS[ask][-1].code
    if ask in AFTERWARDS and not (ask == "delivery_check" and refused_early):
        steps.append(Step("What follows", tuple(AFTERWARDS[ask](asked, answer))))
    return steps


def _reasons(reasons: tuple[Reason, ...], asked: Asked, answer: Any) -> list[Step]:
    steps, refused = [], False
    for each in reasons:
        if refused:
            steps.append(Step(each.asks, (), "not reached", each.code, each.rules))
        elif not each.judged(answer):
            steps.append(Step(each.asks, ("nothing has been said about it",), "not judged", each.code, each.rules))
        else:
            refused = answer.reason == each.code
            rules = answer.rules if refused else each.rules
            lines = tuple(each.look(asked, answer))
            steps.append(Step(each.asks, lines, "refused" if refused else "pass", each.code, rules))
    return steps
