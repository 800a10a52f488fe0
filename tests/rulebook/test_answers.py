"""Every answer says by which rules, numbers and sources it came about, and can be written as JSON."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from rulebook import load_rulebook
from rulebook.cases import Case, answer, read_cases
from rulebook.catalogue import catalogue
from rulebook.looked_at import LOOKS_AT
from rulebook.parameter_values import Parameters

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
    assert silent <= {"delivery_options", "delivery_check", "delivery_day", "fee", "complain", "parameter"}


class Watched:
    """The parameters of a day, and which of them were looked at."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters, self.seen = parameters, set[str]()

    def __getattr__(self, name: str) -> Any:
        self.seen.add(name)
        return getattr(self.parameters, name)


def test_an_answer_cites_the_parameters_that_its_rules_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, set[str]] = {}
    for case in CASES:
        if case.ask in LOOKS_AT:
            watched = Watched(BOOK._on(case.asked.region, case.asked.day))
            monkeypatch.setattr(BOOK, "_on", lambda region, day, here=watched: here)
            answer(case, BOOK)
            monkeypatch.undo()
            seen.setdefault(case.ask, set()).update(watched.seen)
    assert len(seen) > 10
    assert {ask: sorted(keys) for ask, keys in seen.items()} == {ask: sorted(LOOKS_AT[ask]) for ask in seen}


def test_the_sources_are_those_of_the_region_and_day() -> None:
    too_early = [case for case in CASES if case.expect.get("reason") == "too_early"]
    assert too_early
    for case in too_early:
        assert ("NMU", "Vad innebär förändringen?") in {
            (source.document, source.heading) for source in answer(case, BOOK).sources
        }


def test_no_answer_cites_a_rule_of_another_region() -> None:
    for case in CASES:
        if case.asked.region:
            for rule in answer(case, BOOK).rules:
                assert catalogue()[rule].holds_in(case.asked.region), (case.name, rule)
