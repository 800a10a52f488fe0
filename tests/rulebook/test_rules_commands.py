"""`pafyll rules`: what its commands print and return, on the real rules and on a changed copy of them."""

import re
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.commands import rules
from api.commands.rules import asking, table, wording
from rulebook import load_rulebook
from rulebook.catalogue import catalogue
from rulebook.facts import STOCKHOLM
from rulebook.rule_history import files_of_rules

ROOT = Path(__file__).parents[2]
PARAMETERS = ROOT / "rulebook" / "parameters"

type Change = Callable[..., None]


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit status, what was printed (runs of spaces as one), and the errors."""
    result = CliRunner().invoke(rules.app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, re.sub(r"\s+", " ", result.stdout), result.stderr.strip()


def rows(*arguments: str) -> dict[str, list[str]]:
    """The other cells of each row of the table that is printed, by what stands in the first one."""
    lines = CliRunner().invoke(rules.app, list(arguments)).stdout.splitlines()
    starts = [found.start() for found in re.finditer(r"\S+( \S+)*", lines[2])]
    found: dict[str, list[str]] = {}
    for line in lines[4:]:
        if re.match(r"[A-Z]+: ", line):
            break  # the documents, below the table
        cells = [line[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=True)]
        if cells[0]:
            current = found[cells[0]] = [""] * (len(cells) - 1)
        for index, cell in enumerate(cells[1:]):
            current[index] = f"{current[index]} {cell}".strip()
    return found


@pytest.fixture
def change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Change:
    """Replaces a text in a copy of a parameter file, from which the commands then read."""
    folder = tmp_path / "parameters"
    shutil.copytree(PARAMETERS, folder)

    def changed(file: str, old: str, new: str, *, count: int = 1) -> None:
        path = folder / file
        content = path.read_text(encoding="utf-8")
        assert old in content
        path.write_text(content.replace(old, new, count), encoding="utf-8")
        load_rulebook.cache_clear()
        monkeypatch.setattr(asking, "load_rulebook", lambda: load_rulebook(folder))

    return changed


# show


def test_show_gives_every_rule_of_a_region_and_no_other() -> None:
    assert set(rows("show", "--region", "vg")) == {rule.id for rule in catalogue().values() if rule.holds_in("vg")}
    assert set(rows("show")) == set(catalogue())


def test_show_gives_the_values_of_the_day_with_their_sources() -> None:
    before, after = (rows("show", "--region", "vg", "--day", day)["W1"] for day in ("2023-12-31", "2024-01-01"))
    assert before[1] == "waiting fraction: none"
    assert after[1].endswith("between withdrawals), since 2024-01-01: 2/3")
    assert "NMU, Vad innebär förändringen?" in after[2]
    assert f"{catalogue()['W1'].says} Reading: {catalogue()['W1'].reading}" == after[0]


def test_show_names_the_region_of_a_value_where_regions_differ() -> None:
    _, value, _ = rows("show", "--day", "2026-05-20")["D15"]
    assert "vg: delivery promise (working days, the order day is day 0): - exemption: within 10 working days -" in value
    assert "- tracheostomy: within 7 working days" in value


def test_show_says_of_a_day_nothing_that_came_later() -> None:
    shown = rows("show", "--region", "vg", "--day", "2019-06-01")
    says, value, _ = shown["D12"]
    assert "urgent may be asked by: prescriber, patient" in value
    assert not {"responsible", "14:00", "list", "prescriber"} & set(re.findall(r"[\w:]+", says))
    assert [rule for rule, (_, _, source) in shown.items() if rule != "G2" and "decided by" in source] == []


def test_show_holds_for_today_in_sweden_when_no_day_is_said() -> None:
    before = datetime.now(STOCKHOLM).date()
    _, output, _ = run("show", "--region", "vg")
    assert any(f"Rules on {day}: Västra Götaland" in output for day in (before, datetime.now(STOCKHOLM).date()))


def test_show_for_an_area_leaves_out_what_holds_for_others_only() -> None:
    diabetes = rows("show", "--region", "skane", "--area", "diabetes")
    assert {"D25", "D26", "W4", "S3"} <= set(diabetes)
    assert not {"D20", "D24", "D27", "F1", "F5", "F7", "F8", "P6", "P7", "P10"} & set(diabetes)
    assert "incontinence" not in diabetes["D18"][1]
    foods = set(rows("show", "--region", "skane", "--area", "special_foods"))
    assert {"F1", "F5", "F7", "F8", "P6", "P7", "P10", "D28"} <= foods
    assert not {"D20", "D25", "D26", "D27"} & foods
    assert "D28" not in rows("show", "--region", "skane", "--area", "incontinence")
    assert "D5" in rows("show", "--region", "vg", "--area", "diabetes")
    assert "D5" not in rows("show", "--region", "vg", "--area", "ostomy")


def test_show_lists_details_by_delivery_option_and_for_an_area_only_its_options() -> None:
    every = rows("show", "--region", "skane")["D23"][1]
    assert "required details: - outside door: address - outside door sms: address, mobile - booked day:" in every
    diabetes = rows("show", "--region", "skane", "--area", "diabetes")["D23"][1]
    assert "required details: - pickup point: guardian name (minor) - unit: receiver name way to notify" in diabetes
    assert "tell: pickup point: notified by letter (no mobile)" in diabetes


def test_show_for_an_area_keeps_the_options_that_staff_have_for_it(change: Change) -> None:
    incontinence = "show", "--region", "skane", "--area", "incontinence"
    assert "- unit: receiver name" in rows(*incontinence)["D31"][1]
    change("skane.yml", "            options: [unit]\n", "            options: []\n")
    assert "unit:" not in rows(*incontinence)["D31"][1]


@pytest.mark.parametrize("width", [60, 80, 109, 110, 140, 200])
def test_show_cuts_no_word(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PIPED_WIDTH", width)
    printed = set(CliRunner().invoke(rules.app, ["show"]).stdout.split())
    words = {word for rule in catalogue().values() for word in f"{rule.says} {rule.reading or ''}".split()}
    headings = {word for rule in catalogue().values() for source in rule.sources for word in source.heading.split()}
    assert words <= printed
    assert {word for word in headings if f"{word};" not in printed} <= printed
    assert "kundtjanst.skovdedepan@vgregion.se;" in printed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show", "--region", "norr"), "There is no region norr; there is skane and vg."),
        (
            ("show", "--region", "skane", "--area", "ostomy"),
            "There is no product area ostomy in skane; there is diabetes, incontinence, special_foods.",
        ),
        (("show", "--day", "2026-02-30"), "2026-02-30 is no day; write it as 2026-03-01."),
        (("show", "--day", "20260301"), "20260301 is no day; write it as 2026-03-01."),
        (("diff", "2026-01-01", "yesterday"), "yesterday is no day; write it as 2026-03-01."),
        (("diff", "2026-01-01", "2026-02-01", "--region", "x"), "There is no region x; there is skane and vg."),
        (("stale", "--day", "1/2"), "1/2 is no day; write it as 2026-03-01."),
    ],
)
def test_what_is_unknown_is_one_sentence_and_exit_status_2(arguments: tuple[str, ...], sentence: str) -> None:
    assert run(*arguments) == (2, "", sentence)


@pytest.mark.parametrize(
    "arguments",
    [("show",), ("diff", "2020-01-01", "2021-01-01"), ("stale",), ("table",), ("check", "x.yml"), ("explain", "x.yml")],
)
def test_a_broken_rulebook_is_one_sentence_and_exit_status_2(arguments: tuple[str, ...], change: Change) -> None:
    change("vg.yml", "value: 2/3", "value: [")
    status, output, error = run(*arguments)
    assert (status, output) == (2, "")
    assert error.startswith("The rulebook cannot be used: vg.yml: is not YAML")
    assert "\n" not in error


# diff


def test_diff_tells_what_changed_from_when_by_whom_and_where_it_is_written() -> None:
    _, output, _ = run("diff", "2023-11-15", "2023-11-16")
    assert output.startswith("Changes after 2023-11-15, up to 2023-11-16:")
    assert rows("diff", "2023-11-15", "2023-11-16")["2023-11-16"][:5] == [
        "vg",
        "answer target (S4): percent of calls, minutes",
        "85 % within 3 minutes",
        "80 % within 5 minutes",
        "Ledningsråd för hjälpmedel",
    ]
    assert "BL, 6.1" in output


def test_diff_holds_the_first_day_and_not_the_last_day_before() -> None:
    assert run("diff", "2023-11-14", "2023-11-15")[1] == "Nothing changed between 2023-11-14 and 2023-11-15. "
    assert run("diff", "2023-11-16", "2023-11-17")[1] == "Nothing changed between 2023-11-16 and 2023-11-17. "


def test_diff_is_the_same_whichever_day_comes_first() -> None:
    assert run("diff", "2019-01-01", "2024-06-01") == run("diff", "2024-06-01", "2019-01-01")
    assert run("diff", "2020-01-01", "2020-01-01")[1].startswith("Nothing changed")


def test_diff_of_a_region_leaves_the_others_out() -> None:
    assert run("diff", "2019-01-01", "2026-01-01", "--region", "skane")[1].startswith("Nothing changed")
    assert "waiting fraction" in run("diff", "2019-01-01", "2026-01-01", "--region", "vg")[1]


def test_diff_shows_a_later_value_that_is_added_and_one_that_all_regions_share(change: Change) -> None:
    change(
        "common.yml",
        "        value: [customer_service]\n",
        "        value: [customer_service]\n"
        "        source: {document: GSL, heading: Skapa uttag}\n"
        "      - from: 2027-03-01\n"
        "        value: [customer_service, prescriber]\n",
    )
    assert "block override by" not in run("diff", "2026-01-01", "2027-02-28")[1]
    assert rows("diff", "2026-01-01", "2027-03-01")["2027-03-01"][:5] == [
        "all",
        "block override by (W6)",
        "customer service",
        "customer service, prescriber",
        "not stated",
    ]


# stale


def test_nothing_is_stale_is_exit_status_0() -> None:
    newest = max(
        book.history(region, key).last_checked
        for book in [load_rulebook()]
        for region in book.regions
        for key in ("areas", "waiting_fraction")
    )
    status, output, _ = run("stale", "--day", str(newest), "--days", "0")
    assert (status, output) == (0, f"On {newest} every value has been checked within 0 days. ")


def test_stale_lists_what_was_checked_more_than_a_year_ago_oldest_first(change: Change) -> None:
    change("vg.yml", "    unit: days\n    last_checked: 2026-11-21", "    unit: days\n    last_checked: 2024-11-21")
    change("skane.yml", "last_checked: 2026-11-21", "last_checked: 2024-11-20")
    status, output, _ = run("stale", "--day", "2026-01-01")
    assert status == 1
    assert re.findall(r"(2024-11-\d\d) (\d+) (\w+) (\w+)", output) == [
        ("2024-11-20", "407", "skane", "areas"),
        ("2024-11-21", "406", "vg", "pickup"),
    ]


def test_a_check_lasts_the_given_days_and_no_longer(change: Change) -> None:
    change("vg.yml", "    unit: days\n    last_checked: 2026-11-21", "    unit: days\n    last_checked: 2025-01-01")
    assert run("stale", "--day", "2026-01-01")[0] == 0
    assert run("stale", "--day", "2026-01-02")[0] == 1
    assert run("stale", "--day", "2026-01-02", "--days", "366")[0] == 0
    assert run("stale", "--day", "2026-01-02", "--region", "skane")[0] == 0


# explain

CASE = """
- name: Twenty-eight days wait nineteen
  rule: W1
  region: vg
  day: 2026-05-19
  ask: withdraw
  given:
    line: {written: 2026-05-01, area: general, days_per_withdrawal: 28, withdrawals: 3, packages_per_withdrawal: 2}
    history: [{day: 2026-05-01, status: delivered, packages: 2}]
    want: {packages: 2}
  expect: {reason: too_early, possible_from: 2026-05-20}
"""
ANOTHER = """
- name: "Ordered on a Wednesday: five working days"
  rule: D15
  region: vg
  day: 2026-05-13
  ask: delivery_day
  given: {area: ostomy, ordered: 2026-05-13T10:00}
  expect: {latest: 2026-05-20}
"""


@pytest.fixture
def one(tmp_path: Path) -> Path:
    path = tmp_path / "one.yml"
    path.write_text(CASE, encoding="utf-8")
    return path


@pytest.fixture
def two(tmp_path: Path) -> Path:
    path = tmp_path / "two.yml"
    path.write_text(CASE + ANOTHER, encoding="utf-8")
    return path


def test_explain_walks_through_the_reasons_with_the_arithmetic(one: Path) -> None:
    status, output, _ = run("explain", str(one))
    assert status == 0
    for said in (
        "withdraw, Västra Götaland, 2026-05-19",
        "6. Is the line still valid? pass (W10, P2) 2026-05-01 + 365 days = 2027-05-01, the last valid day",
        "3 on the line - 1 made = 2 left",
        "9. Has the waiting time passed? refused: too_early (W1, W14) 2/3 of 28 days = 18 2/3, rounded up to 19 days "
        "last withdrawal 2026-05-01 + 19 days = 2026-05-20, the first possible day; asked on 2026-05-19 days left: 1",
        "10. Is something asked for? not reached",
        "possible_from: 2026-05-20 (as expected)",
        "Sources NMU, Vad innebär förändringen?",
        "The answer is what the case expects.",
    ):
        assert said in output


def test_explain_counts_working_days_and_skips_days_off(two: Path) -> None:
    _, output, _ = run("explain", f"{two}:2")
    assert "day 0: Wed 2026-05-13" in output
    assert "1 Fri 2026-05-15, 2 Mon 2026-05-18" in output
    assert "days off besides Saturdays and Sundays: Thu 2026-05-14" in output
    assert "latest: working day 5, Thu 2026-05-21" in output
    assert "latest: 2026-05-21 (not as expected: latest: expected 2026-05-20, got 2026-05-21)" in output
    assert "The answer is not what the case expects." in output


@pytest.mark.parametrize("which", ["2", "Ordered on a Wednesday: five working days", "wednesday"])
def test_explain_finds_a_case_by_its_number_or_name(two: Path, which: str) -> None:
    assert run("explain", f"{two}:{which}")[1].startswith("Ordered on a Wednesday: five working days (D15)")


@pytest.mark.parametrize(
    ("which", "sentence"),
    [
        ("", "holds 2 cases; say which, as {file}:1 or {file}:NAME."),
        (":3", "holds no case called 3."),
        (":0", "holds no case called 0."),
        (":e", "holds several cases called e."),
        (":", "holds no case called ."),
        (":nothing", "holds no case called nothing."),
    ],
)
def test_a_case_that_is_not_found_is_one_sentence(two: Path, which: str, sentence: str) -> None:
    assert run("explain", f"{two}{which}") == (2, "", f"{two} {sentence.format(file=two)}")


def test_a_file_that_is_not_there_or_has_no_cases_is_one_sentence(tmp_path: Path, one: Path) -> None:
    status, _, error = run("explain", str(tmp_path / "nowhere.yml"))
    assert (status, "nowhere.yml: cannot be read" in error) == (2, True)
    one.write_text(CASE.replace("ask: withdraw", "ask: borrow"), encoding="utf-8")
    status, said, error = run("explain", str(one))
    assert (status, said) == (2, "")
    assert error.startswith(f"{one}: Twenty-eight days wait nineteen: ask: unknown question borrow; there are ")


# table


def test_the_table_in_docs_is_that_of_the_rules_as_they_are() -> None:
    written = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert written == table.markdown(load_rulebook()), "run: pafyll rules table --write docs/rules.md"


def test_the_table_has_every_rule_with_reading_values_sources_and_files() -> None:
    _, output, _ = run("table")
    lines = {line.split(" | ")[0][2:]: line for line in table.markdown(load_rulebook()).splitlines() if " | " in line}
    assert set(catalogue()) <= set(lines)
    for rule in catalogue().values():
        assert rule.says in lines[rule.id]
        assert (rule.reading or "") in lines[rule.id]
        assert not lines[rule.id].rstrip(" |").endswith(" -"), f"{rule.id} stands in no file"
    assert "from 2024-01-01: 2/3" in lines["W1"]
    assert "120 kr per withdrawal" in lines["F1"]
    assert "210" not in lines["F1"]
    assert "decided by Ledningsråd MTP" in lines["D13"]
    assert "Ledningsrådet LMN" in output


def test_the_table_has_a_value_only_where_the_rule_holds() -> None:
    lines = {line.split(" | ")[0][2:]: line for line in table.markdown(load_rulebook()).splitlines() if " | " in line}
    for rule in ("S6", "S8", "C1", "D12"):
        assert "vg: `" in lines[rule]
        assert "skane: `" not in lines[rule]
    assert "hjalpmedelkundtjanst" not in lines["S1"]
    assert not re.search(r"[|>] (GSL|LR),|<br>(GSL|LR),", lines["D12"] + lines["S6"])
    assert "vg: `prescriber_contact`" in lines["S5"]
    assert "skane: `prescriber_contact`" in lines["S5"]


def test_the_table_has_a_value_of_a_region_that_is_added_wherever_it_is_stated(change: Change, tmp_path: Path) -> None:
    change("vg.yml", "name: Västra Götaland", "name: Västra Götaland")
    added = (PARAMETERS / "skane.yml").read_text(encoding="utf-8").replace("region: skane", "region: norr", 1)
    (tmp_path / "parameters" / "norr.yml").write_text(added, encoding="utf-8")
    load_rulebook.cache_clear()
    text = table.markdown(asking.the_book())
    lines = {line.split(" | ")[0][2:]: line for line in text.splitlines() if " | " in line}
    assert "norr: `mailbox`" in lines["S6"]
    assert "skane: `mailbox`" not in lines["S6"]
    assert "norr: `fees`" in lines["F1"]


def test_the_table_is_written_where_it_is_asked_to(tmp_path: Path) -> None:
    assert run("table", "--write", str(tmp_path / "rules.md")) == (0, "", "")
    assert (tmp_path / "rules.md").read_text(encoding="utf-8") == table.markdown(load_rulebook())
    status, _, error = run("table", "--write", str(tmp_path / "no" / "rules.md"))
    assert (status, error) == (2, f"{tmp_path}/no/rules.md cannot be written: No such file or directory.")


def test_every_rule_stands_in_a_function_or_a_parameter_and_they_name_no_other() -> None:
    named = set(table.files_naming()) | set(files_of_rules())
    assert sorted(set(catalogue()) - named) == []
    assert sorted(named - set(catalogue())) == []


def test_a_docstring_names_rules_by_themselves_and_in_ranges() -> None:
    assert list(table.ids_named("What holds (W1, D17-D20; P2-P3)? Not W3C, A4 or S256.")) == [
        *("W1", "D17", "D18", "D20", "P2", "P3")
    ]
    assert list(table.ids_named("D19")) == ["D19"]


def test_parameters_that_begin_later_do_not_show_before(change: Change) -> None:
    change("vg.yml", "      - from: 2024-01-01\n        value: 2/3", "      - from: 2025-01-01\n        value: 1/2")
    book = asking.load_rulebook()
    assert book.parameter("vg", date(2024, 6, 1), "waiting_fraction") is None
    assert rows("show", "--region", "vg", "--day", "2024-06-01")["W1"][1] == "waiting fraction: none"


def test_a_region_that_is_added_shows_what_its_file_states(change: Change, tmp_path: Path) -> None:
    change("skane.yml", "name: Skåne", "name: Skåne")
    content = (PARAMETERS / "skane.yml").read_text(encoding="utf-8")
    added = content.replace("region: skane", "region: norr", 1).replace("name: Skåne", "name: Norr", 1)
    (tmp_path / "parameters" / "norr.yml").write_text(added, encoding="utf-8")
    load_rulebook.cache_clear()
    status, output, _ = run("show", "--region", "norr", "--area", "incontinence")
    assert (status, "Norr" in output) == (0, True)
    shown = rows("show", "--region", "norr", "--area", "incontinence")
    assert {"W4", "D20", "S3"} <= set(shown)
    assert "F1" not in shown


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        (None, "none"),
        ([], "none"),
        ({}, "none"),
        (True, "yes"),
        (7, "7"),
        ("driver_calls_signature", "driver calls signature"),
        ("co_name", "c/o name"),
        ("lmn@vgregion.se", "lmn@vgregion.se"),
        (["sms", "email"], "SMS, email"),
        ("e_service_1177", "e-service 1177"),
        ({"share": 80, "minutes": 5}, "80 % within 5 minutes"),
        ({"opens": "08:00", "closes": "16:30"}, "08:00-16:30"),
        ({"opens": "08:00", "closes": "16:30", "lunch": ["12:00", "12:30"]}, "08:00-16:30, closed 12:00-12:30"),
        ({"from": "08:00", "to": "19:00"}, "08:00-19:00"),
        ({"patient": "phone", "supplier": "form"}, "patient: phone; supplier: form"),
        (
            {"approved_by": "manager", "through": "e_catalogue", "by_phone": False, "days": [2, 3]},
            "2 to 3 days, approved by the manager, through the e-catalogue, not by phone",
        ),
        ({"unit": ["address", {"door_code": {"dwelling": "flat"}}]}, "unit: address, door code (in a flat)"),
        ({"outside_door": [{"co_name": {"name_on_door": False}}], "joint": []},
         "outside door: c/o name (no name on the door); joint: none"),
        ({"pickup_point": [{"by_letter": {"mobile": None}}]}, "pickup point: by letter (no mobile)"),
        ([{"kr": 50, "per": "withdrawal", "when": {"asylum_seeker": True}}], "asylum seeker: 50 kr per withdrawal"),
        ([{"when": {"area": ["a"], "under_age": 16}, "per": "product"}], "a and under 16: the price, per product"),
        ([{"when": {"area": ["a", "b", "c"]}, "options": ["x"]}], "a, b or c: x"),
        ([{"when": {"area": ["a", "b", "c"], "minor": False}, "options": []}], "(a, b or c) and not minor: none"),
        (
            [{"when": {"kind": ["exemption"], "area": ["diabetes", "incontinence", "ostomy"]}, "options": ["joint"]}],
            "exemption and (diabetes, incontinence or ostomy): joint",
        ),
        ([{"when": {"area": ["a"]}, "carriers": ["dhl"]}, {"carriers": ["x", "y"]}], "a: DHL; otherwise: x, y"),
        ([{"carriers": ["bring"], "rules": ["D8"]}], "Bring"),
        ([{"when": {"who": ["protected"]}, "by": "not_in_system"}], "protected: not in the system"),
        (
            [{"by": "form", "withdrawals": 1, "label": {"name": "unit", "co": "responsible_person"}}],
            "by a form, 1 withdrawal, label: unit on the name line, responsible person as c/o",
        ),
        ([{"by": "form", "withdrawals": 2}], "by a form, 2 withdrawals"),
        ([{"when": {"name_known": False}, "name": "guardian"}], "name not known: guardian on the name line"),
        ([{"earliest": 1, "latest": 1, "received_before": "14:00"}], "on working day 1, if received before 14:00"),
        ([{"earliest": 5, "counted_from": "call"}], "from working day 5 on, counted from the call"),
        ([{"earliest": 3, "latest": 5}], "on working day 3 to 5"),
        ([{"latest": 10}], "within 10 working days"),
    ],
)  # fmt: skip
def test_values_are_said_in_words(plain: Any, said: str) -> None:
    assert wording.readable(plain) == said
