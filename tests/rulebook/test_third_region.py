"""A region of its own making is one file: every question is answered by its numbers, and no Python knows of it."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

import rulebook
from rulebook import Rulebook, load_rulebook
from rulebook.case_questions import QUESTIONS
from rulebook.cases import Case, differences, read_cases
from rulebook.parameter_files import read_folder
from rulebook.parameter_values import FORMS

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "rules"
HERE = ("norrland",)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    folder = tmp_path_factory.mktemp("rules") / "parameters"
    shutil.copytree(Path(rulebook.__file__).parent / "parameters", folder)
    shutil.copy(DATA / "norrland.yml", folder)
    return Rulebook(read_folder(folder))


@pytest.fixture(scope="module")
def cases(book: Rulebook) -> list[Case]:
    return read_cases(DATA / "norrland_cases.yml", book)


def test_every_case_of_the_new_region_holds(book: Rulebook, cases: list[Case]) -> None:
    wrong = {case.name: [str(found) for found in differences(case, book)] for case in cases}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_every_question_is_asked_of_the_new_region_and_both_allowed_and_refused(cases: list[Case]) -> None:
    assert {case.asked.region for case in cases} == set(HERE)
    assert {case.ask for case in cases} == set(QUESTIONS)
    judging = {ask for ask, question in QUESTIONS.items() if "verdict" in question.answers}
    for verdict in ("allowed", "refused"):
        assert {case.ask for case in cases if case.expect.get("verdict") == verdict} == judging


def test_the_new_region_states_every_parameter_from_a_document_of_its_own(book: Rulebook) -> None:
    for key in FORMS:
        sources = {value.source.document for value in book.history(*HERE, key).values}
        assert sources == {"NR"}, f"norrland.yml does not state {key}"


def test_the_new_region_does_not_touch_the_others(book: Rulebook) -> None:
    alone = load_rulebook()
    assert book.regions == tuple(sorted((*alone.regions, *HERE)))
    for region in alone.regions:
        for key in FORMS:
            assert book.history(region, key) == alone.history(region, key)


def test_the_new_region_has_its_own_service_and_carriers(book: Rulebook) -> None:
    day = date(2026, 3, 2)
    service = book.customer_service(region="norrland", day=day)
    assert (service.phone, dict(service.menu), service.busy) == (
        "0980-319 212",
        {"3": "order_products"},
        ("first_snow",),
    )
    assert book.carriers(region="norrland", day=day, area="wounds") == ("dog_sled",)
    assert book.region_name("norrland") == "Norrland (made up)"


def test_no_python_knows_the_new_region() -> None:
    for package in ("rulebook", "ordering", "actions", "api"):
        for path in (ROOT / package).rglob("*.py"):
            assert not re.search("norrland", path.read_text(encoding="utf-8"), re.IGNORECASE), path
