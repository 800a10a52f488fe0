"""What the measurement says of its figures; the figures themselves are no test's business."""

from pathlib import Path

import pytest

from bench.people import MOST_PATIENTS, identity_number, mobile
from bench.rules import write_cases
from bench.table import PERFORMANCE, TABLES, Row, as_markdown, as_text, marks, ratio, write
from rulebook import load_rulebook
from rulebook.cases import differences, read_cases
from rulebook.identity_numbers import parse_identity


def test_a_ratio_passes_up_to_its_limit_and_fails_above_it() -> None:
    assert ratio("turn", 0.020, 0.080, limit=0.25, names=("ours", "stock")).verdict == "pass"
    slow = ratio("turn", 0.021, 0.080, limit=0.25, names=("ours", "stock"))
    assert (slow.verdict, slow.shown, slow.beside) == ("FAIL", "0.26 ×", "ours 21.0 ms, stock 80.0 ms")


def test_a_figure_without_a_target_has_no_verdict() -> None:
    row = Row("turns", "50 a second")
    assert (row.target, row.verdict) == ("", "")


def test_columns_of_the_table_stand_under_each_other() -> None:
    first, second = as_text([Row("a", "figure"), Row("a longer name", "x")]).splitlines()[1:]
    assert first.index("figure") == second.index("x")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_put_between_its_marks_and_nowhere_else(tmp_path: Path, table: str) -> None:
    page = tmp_path / "performance.md"
    places = {name: "{}\nold\n{}\n".format(*marks(name)) for name in TABLES}
    page.write_text("between\n".join(places.values()))
    rows = [Row("start", "10 s", value=10, limit=30, unit=" s")]
    for _ in range(2):
        write(rows, "A quiet day.", page, table)
    places[table] = f"{marks(table)[0]}\nA quiet day.\n\n{as_markdown(rows)}\n{marks(table)[1]}\n"
    assert page.read_text() == "between\n".join(places.values())


def test_every_table_has_one_place_on_the_page() -> None:
    text = PERFORMANCE.read_text(encoding="utf-8")
    assert all(text.count(mark) == 1 for table in TABLES for mark in marks(table))


def test_the_cases_to_measure_with_are_in_the_form_and_hold(tmp_path: Path) -> None:
    book = load_rulebook()
    files = write_cases(tmp_path, 1200)
    cases = [case for file in files for case in read_cases(file, book)]
    assert (len(files), len(cases)) == (2, 1200)
    assert not [case for case in cases if differences(case, book)]
    assert {case.expect.get("reason") for case in cases} >= {None, "too_early", "too_many", "expired"}


def test_every_patient_of_the_measurement_can_be_imported_and_none_is_the_demos() -> None:
    numbers = range(MOST_PATIENTS)
    assert all(parse_identity(identity_number(number)) for number in numbers)
    assert len({mobile(number) for number in numbers}) == MOST_PATIENTS
    assert all(mobile(number)[-4:] > "0999" for number in numbers)
