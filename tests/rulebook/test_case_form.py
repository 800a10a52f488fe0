"""The form of case files: what is read, what is refused, and what `pafyll rules check` says and returns."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.commands.rules import app
from rulebook import load_rulebook
from rulebook.cases import MalformedCase, differences, read_cases

BOOK = load_rulebook()
GOOD = """
- name: Thirty days opens when twenty have passed
  rule: [W1, W4]
  region: vg
  day: 2026-05-21
  ask: withdraw
  given:
    person: {born: 1961-07-02}
    line: {written: 2026-05-01, area: general, days_per_withdrawal: 30, withdrawals: 3, packages_per_withdrawal: 2}
    history: [{day: 2026-05-01, status: delivered, packages: 2}]
    want: {packages: 2}
  expect: {verdict: allowed, withdrawals_left: 2}
- name: It opens at eight
  rule: S1
  region: vg
  at: 2026-05-21T07:30
  ask: opening
  expect: {open: false, opens: 2026-05-21T08:00}
- name: The order of a set does not matter
  rule: D1
  region: vg
  day: 2026-05-21
  ask: delivery_options
  given: {area: ostomy}
  expect: {options: [pickup_point, outside_door]}
"""


def write(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "cases.yml"
    path.write_text(content, encoding="utf-8")
    return path


def check(*files: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", *map(str, files)])
    return result.exit_code, result.output


def test_days_times_sets_and_nested_facts_are_read(tmp_path: Path) -> None:
    cases = read_cases(write(tmp_path, GOOD), BOOK)
    assert [case.name for case in cases][1:] == ["It opens at eight", "The order of a set does not matter"]
    assert cases[0].rules == ("W1", "W4")
    assert all(not differences(case, BOOK) for case in cases)


def test_all_passed_is_exit_status_0(tmp_path: Path) -> None:
    assert check(write(tmp_path, GOOD)) == (0, "3 passed, 0 failed\n")


def test_a_failing_case_is_one_line_with_expected_and_actual_and_exit_status_1(tmp_path: Path) -> None:
    wrong = GOOD.replace("withdrawals_left: 2", "withdrawals_left: 3").replace("[pickup_point, outside_door]", "[unit]")
    status, output = check(write(tmp_path, wrong))
    lines = output.splitlines()
    assert status == 1
    assert len(lines) == 3
    assert "Thirty days opens when twenty have passed (W1, W4): withdrawals_left: expected 3, got 2" in lines[0]
    assert "options: expected [unit], got [outside_door, pickup_point]" in lines[1]
    assert lines[2] == "1 passed, 2 failed"


def test_an_absent_answer_is_shown_as_null(tmp_path: Path) -> None:
    wrong = GOOD.replace("{verdict: allowed, withdrawals_left: 2}", "{reason: too_early, possible_from: 2026-05-21}")
    _, output = check(write(tmp_path, wrong))
    assert "reason: expected too_early, got null; possible_from: expected 2026-05-21, got null" in output


def test_a_malformed_file_is_exit_status_2_and_nothing_is_run(tmp_path: Path) -> None:
    good = tmp_path / "good.yml"
    good.write_text(GOOD, encoding="utf-8")
    status, output = check(good, write(tmp_path, GOOD.replace("ask: opening", "ask: closing")))
    assert status == 2
    assert "cases.yml: It opens at eight: ask: unknown question closing" in output
    assert "passed" not in output


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("  rule: S1\n", "", ""),
        ("rule: S1", "rule: S99", "rule"),
        ("rule: S1", "rule: D19", "rule"),  # a number that the catalogue leaves out
        ("rule: S1", "rule: s1", "rule"),
        ("rule: [W1, W4]", "rule: []", "rule"),
        ("ask: withdraw", "asks: withdraw", "asks"),
        ("region: vg", "region: norr", "region"),
        ("day: 2026-05-21\n", "day: 21/5\n", "day"),
        ("  at: 2026-05-21T07:30\n", "  day: 2026-05-21\n", "at"),
        ("at: 2026-05-21T07:30", "at: half past seven", "at"),
        ("at: 2026-05-21T07:30", "day: 2026-05-21", "at"),
        ("born:", "birth:", "given.person.birth"),
        ("withdrawals: 3", "withdrawals: three", "given.line.withdrawals"),
        ("written: 2026-05-01, ", "written: soon, ", "given.line.written"),
        ("status: delivered", "status: lost", "given.history[0].status"),
        ("{area: ostomy}", "{area: dental}", "given.area"),
        ("{area: ostomy}", "{area: ostomy, type: dairy}", "given.type"),
        ("{area: ostomy}", "{area: ostomy, article: {kind: edible}}", "given.article.kind"),
        ("{area: ostomy}", "{area: ostomy, article: {price: 3, price_kr: 4}}", "given.article"),
        ("{area: ostomy}", "{area: [ostomy]}", "given.area"),
        ("want: {packages: 2}", "want: {packages: 2, packages: 3}", ""),
        ("want: {packages: 2}", "want: {packages: 2, override_by: orderer}", "given.want.override_by"),
        ("want: {packages: 2}", "want: {variants: {hallon: many}}", "given.want.variants.hallon"),
        ("{open: false, opens:", "{opened: false, opens:", "expect.opened"),
        ("{open: false, opens: 2026-05-21T08:00}", "{}", "expect"),
        ("{verdict: allowed,", "{verdict: perhaps,", "expect.verdict"),
        ("options: [pickup_point, outside_door]", "options: pickup_point", "expect.options"),
    ],
)
def test_what_is_not_in_the_form_is_named(tmp_path: Path, old: str, new: str, field: str) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(MalformedCase) as caught:
        read_cases(path, BOOK)
    assert caught.value.file == str(path)
    assert caught.value.field == field
    assert caught.value.reason


@pytest.mark.parametrize("content", ["", "[]", "name: one", "- [", "- just words", "\t- x"])
def test_what_is_no_list_of_cases_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(MalformedCase):
        read_cases(write(tmp_path, content), BOOK)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    status, output = check(tmp_path / "nowhere.yml")
    assert status == 2
    assert "nowhere.yml: cannot be read" in output


def test_a_case_without_a_name_is_named_by_its_place(tmp_path: Path) -> None:
    with pytest.raises(MalformedCase) as caught:
        read_cases(write(tmp_path, GOOD.replace("- name: It opens at eight\n  rule: S1", "- rule: S1")), BOOK)
    assert caught.value.case == "case 2"


def test_an_unknown_parameter_is_refused(tmp_path: Path) -> None:
    content = (
        "- {name: A, rule: G1, region: vg, day: 2026-01-01, ask: parameter, given: {key: luck}, expect: {value: 1}}"
    )
    with pytest.raises(MalformedCase, match="unknown parameter luck"):
        read_cases(write(tmp_path, content), BOOK)


@pytest.mark.parametrize("share", ["85", "0.85", '"85%"'])
def test_a_share_may_be_written_in_three_ways(tmp_path: Path, share: str) -> None:
    content = (
        "- {name: A, rule: S4, region: vg, day: 2023-11-15, ask: parameter, given: {key: answer_target}, "
        f"expect: {{value: {{share: {share}, minutes: 3}}}}}}"
    )
    assert check(write(tmp_path, content)) == (0, "1 passed, 0 failed\n")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            "{ask: withdraw, given: {line: {withdrawals: 2}}}",
            "{verdict: allowed, withdrawals_left: 2, max_packages: null}",
        ),
        (
            "{ask: withdraw, given: {line: {}, actor: null, history: null}}",
            "{verdict: allowed, withdrawals_left: null}",
        ),
        ("{ask: withdraw, given: {line: {packages_per_withdrawal: 2}, want: {packages: 3}}}", "{reason: too_many}"),
        ("{ask: same_as_last_time, given: {line: {variants: [a]}}}", "{variants: {}, unavailable: null}"),
        ("{ask: fee, given: {type: null}}", "{kr: null}"),
        ("{ask: delivery_options, given: {}}", "{options: []}"),
        ("{ask: delivery_check, given: {option: pickup_point, details: {mobile: ''}}}", "{label: null}"),
        ("{ask: overdue, given: {area: ostomy, ordered: 2026-01-05}}", "{overdue: true}"),
        (
            "{ask: prescribe, given: {prescriber: {role: physician}, line: {packages_per_withdrawal: 2}}}",
            "{packages: 2}",
        ),
        ("{ask: parameter, given: {key: answer_target}}", "{value: {share: '0.80', minutes: 5}}"),
        ("{ask: parameter, given: {key: answer_target}}", "{value: {share: 4/5, minutes: 5}}"),
    ],
)
def test_what_is_left_out_or_null_is_not_known(tmp_path: Path, asked: str, expected: str) -> None:
    case = f"- {asked[:-1]}, name: A case, rule: W7, region: vg, day: 2026-05-20, expect: {expected}}}\n"
    assert check(write(tmp_path, case)) == (0, "1 passed, 0 failed\n")


def test_a_name_over_several_lines_is_told_on_one(tmp_path: Path) -> None:
    case = "- name: |\n    Two\n    lines\n  rule: W9\n  ask: split\n  given: {lines: []}\n  expect: {orders: 1}\n"
    assert "Two lines (W9): orders: expected 1, got 0" in check(write(tmp_path, case))[1]


def test_a_day_that_no_calendar_has_is_told_with_its_line(tmp_path: Path) -> None:
    status, output = check(write(tmp_path, GOOD.replace("2026-05-01", "2026-13-01")))
    assert status == 2
    assert "2026-13-01: month must be in 1..12" in output
    assert "line 9" in output
