"""Every answer says by which rules, numbers and sources it came about, and can be written as JSON."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from rulebook import load_rulebook
from rulebook.cases import Case, answer, read_cases
from rulebook.catalogue import catalogue

BOOK = load_rulebook()
CASES = [
    case for path in sorted((Path(__file__).parents[1] / "cases").glob("*.yml")) for case in read_cases(path, BOOK)
]
ONE_OF_EACH = list({(case.ask, case.expect.get("reason"), case.asked.region): case for case in CASES}.values())


@pytest.mark.parametrize("case", ONE_OF_EACH, ids=lambda case: f"{case.ask}: {case.name}")
def test_the_answer_carries_rules_and_sources_and_is_json(case: Case) -> None:
    given = answer(case, BOOK)
    assert set(given.rules) <= set(catalogue())
    if given.rules:
        assert given.sources
    plain = json.loads(json.dumps(given.plain()))
    assert plain.keys() == {each.name for each in fields(given)}
    assert plain["rules"] == list(given.rules)


def test_only_what_no_region_states_has_no_rule() -> None:
    silent = {case.ask for case in CASES if not answer(case, BOOK).rules}
    assert silent <= {"delivery_options", "delivery_check", "delivery_day"}


def test_the_sources_are_those_of_the_region_and_day() -> None:
    too_early = [case for case in CASES if case.expect.get("reason") == "too_early"]
    assert too_early
    for case in too_early:
        assert ("NMU", "Vad innebär förändringen?") in {
            (source.document, source.heading) for source in answer(case, BOOK).sources
        }
