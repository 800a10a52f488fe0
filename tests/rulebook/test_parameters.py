"""The parameter files: every value dated and sourced, nothing wrong gets in, and a region is one file."""

import shutil
from datetime import date
from pathlib import Path

import pytest

import rulebook
from rulebook import Rulebook, RulebookError, UnknownParameter, UnknownRegion, load_rulebook
from rulebook.facts import Article, DeliveryDetails, Line, Person, Want, Withdrawn
from rulebook.parameter_files import UNDATED, read_folder
from rulebook.parameter_values import FORMS

SOURCE = Path(rulebook.__file__).parent
BOOK = load_rulebook()
DAY = date(2026, 3, 2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SOURCE / "parameters", tmp_path / "parameters"))


def change(path: Path, old: str, new: str) -> None:
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def test_both_regions_are_there() -> None:
    assert BOOK.regions == ("skane", "vg")
    assert BOOK.region_name("vg") == "Västra Götaland"


def test_every_value_says_where_it_comes_from_and_when_it_was_checked() -> None:
    for region in BOOK.regions:
        for key in FORMS:
            parameter = BOOK.history(region, key)
            assert parameter.unit
            assert parameter.rules
            assert parameter.last_checked >= date(2026, 11, 21)
            assert parameter.values[0].start == UNDATED
            assert all(value.source.document and value.source.heading for value in parameter.values)


def test_decided_changes_say_who_decided_g1_g2() -> None:
    dated = [value for key in FORMS for value in BOOK.history("vg", key).values if value.source.document == "BL"]
    assert {value.source.decided_by for value in dated if value.start != UNDATED} == {
        "Ledningsråd MTP",
        "Ledningsråd för hjälpmedel",
    }
    assert all(value.source.decided_by for value in dated if value.start != UNDATED)


def test_a_change_of_value_holds_from_its_day_g1() -> None:
    assert BOOK.parameter("vg", date(2023, 12, 31), "waiting_fraction") is None
    assert BOOK.parameter("vg", date(2024, 1, 1), "waiting_fraction") == "2/3"


def test_an_unknown_region_or_key_is_an_error_and_not_an_answer() -> None:
    with pytest.raises(UnknownRegion):
        BOOK.parameter("norr", DAY, "waiting_fraction")
    with pytest.raises(UnknownParameter):
        BOOK.parameter("vg", DAY, "luck")


@pytest.mark.parametrize(
    ("old", "new", "path", "reason"),
    [
        ("value: 2/3", "value: two thirds", "parameters.waiting_fraction.values[1].value", "fraction"),
        ("value: 2/3", "value: 3/2", "parameters.waiting_fraction.values[1].value", "at most 1"),
        ("from: 2024-01-01", "from: soon", "parameters.waiting_fraction.values[1].from", "day"),
        ("from: 2023-11-16", "from: undated", "parameters.answer_target.values[1].from", "later"),
        ("{document: NMU, heading: Ingressen", "{document: XX, heading: Ingressen", ".document", "not among"),
        ("        source: {document: BR, heading: Skövdedepån}\n", "", "carriers.values[0]", "source is missing"),
        ("    last_checked: 2026-11-21\n", "", "parameters.areas", "last_checked is missing"),
        ("    unit: product areas\n", "    units: product areas\n", "parameters.areas.units", "unknown key"),
        ("  waiting_fraction:", "  waiting_part:", "parameters.waiting_part", "unknown key"),
        ("rules: [W1, W3]", "rules: [Waiting]", "parameters.waiting_fraction.rules", "no rule id"),
        ("region: vg", "region: west", "region", "must be vg"),
        ("- when: {kind: [cgm, insulin_pump]}", "- when: {kind: [toaster]}", ".when.kind[0]", "one of"),
        ("- when: {kind: [cgm, insulin_pump]}", "- when: {colour: [red]}", ".when.colour", "unknown key"),
        ("latest: 7", "latest: 7\n            when: {area: [x]}", "", "stands twice"),
        (
            "- when: {area: [tracheostomy]}\n            latest",
            "- when: {area: [dental]}\n            latest",
            "parameters.delivery_promise",
            "no area",
        ),
        ("rules: [D5]", "rules: [D]", "delivery_options.values[0].value[0].rules", "no rule id"),
        ("decided_by: Ledningsråd MTP", "decided_by: Someone", "source.decided_by", "not among the forums"),
        ("    from: 2019-03-12\n", "", "forums[1]", "from is missing"),
        ('by: form\n            unit: "602413"', 'by: post\n            unit: "602413"', ".by", "one of"),
        ("          unit: [receiver_name]\n", "", "parameters.required_details", "unit is offered"),
        ("unit: [receiver_name]", "unit: [shoe_size]", "required_details.values[0].value.unit[0]", "unknown detail"),
        ('opens: "08:00"', 'opens: "18:00"', "parameters.opening_hours.values[0].value", "follow each other"),
        ('opens: "08:00"', "opens: 8:00", "parameters.opening_hours.values[0].value.opens", "time of day"),
        ("share: 85", "share: 185", "answer_target.values[0].value.share", "100"),
        ("value: 14", "value: -14", "parameters.complaint_days.values[0].value", "not negative"),
        ("  pickup_days:", "  carriers:", "", "stands twice"),
    ],
)
def test_a_wrong_file_is_refused_by_file_path_and_reason(
    folder: Path, old: str, new: str, path: str, reason: str
) -> None:
    change(folder / "vg.yml", old, new)
    with pytest.raises(RulebookError) as caught:
        read_folder(folder)
    assert caught.value.file == "vg.yml"
    assert path in caught.value.path
    assert reason in caught.value.reason


def test_a_missing_parameter_is_refused(folder: Path) -> None:
    content = (folder / "skane.yml").read_text(encoding="utf-8")
    (folder / "skane.yml").write_text(content[: content.index("  answer_target:")], encoding="utf-8")
    with pytest.raises(RulebookError, match=r"skane\.yml: parameters: answer_target is missing"):
        read_folder(folder)


def test_a_folder_without_regions_is_refused(folder: Path) -> None:
    (folder / "vg.yml").unlink()
    (folder / "skane.yml").unlink()
    with pytest.raises(RulebookError, match="holds no region"):
        read_folder(folder)


def test_a_region_is_added_by_one_file(folder: Path) -> None:
    content = (folder / "vg.yml").read_text(encoding="utf-8")
    new = content.replace("region: vg", "region: norr").replace("value: 2/3", "value: 1/2")
    (folder / "norr.yml").write_text(new, encoding="utf-8")
    book = Rulebook(read_folder(folder))
    line = Line(date(2026, 1, 1), "ostomy", "1", days_per_withdrawal=30, withdrawals=4, packages_per_withdrawal=2)
    decision = book.withdraw(
        region="norr",
        day=date(2026, 1, 2),
        person=Person(),
        line=line,
        history=[Withdrawn(date(2026, 1, 1), "delivered")],
        want=Want(),
    )
    assert book.regions == ("norr", "skane", "vg")
    assert decision.possible_from == date(2026, 1, 16)


def test_a_region_may_have_documents_and_a_common_key_of_its_own(folder: Path) -> None:
    own = """
documents:
  NY: {title: Ny rutin, date: 2026-01-01}
parameters:
  validity_days:
    rules: [P2]
    unit: days
    last_checked: 2026-11-21
    values: [{from: undated, value: 180, source: {document: NY, heading: Giltighet}}]
"""
    change(folder / "vg.yml", "\nparameters:\n", own)
    book = Rulebook(read_folder(folder))
    assert book.parameter("vg", DAY, "validity_days") == 180
    assert book.parameter("skane", DAY, "validity_days") == 365


def test_null_ends_a_rule(folder: Path) -> None:
    ended = """        value: 2/3
        source: {document: NMU, heading: "Vad innebär förändringen?"}
      - from: 2026-02-01
        value: null
        source: {document: BR, heading: Förskrivning}
"""
    change(
        folder / "vg.yml",
        '        value: 2/3\n        source: {document: NMU, heading: "Vad innebär förändringen?"}\n',
        ended,
    )
    book = Rulebook(read_folder(folder))
    line = Line(date(2026, 1, 1), "ostomy", "1", days_per_withdrawal=90, withdrawals=4, packages_per_withdrawal=2)

    def allowed(day: date) -> bool:
        history = [Withdrawn(date(2026, 1, 10), "delivered")]
        return book.withdraw(region="vg", day=day, person=Person(), line=line, history=history, want=Want()).allowed

    assert not allowed(date(2026, 1, 31))
    assert allowed(date(2026, 2, 1))


def test_region_differences_are_data_and_never_a_region_name_in_the_rules() -> None:
    for path in SOURCE.glob("*.py"):
        content = path.read_text(encoding="utf-8")
        for region in BOOK.regions:
            assert f'"{region}"' not in content, path.name


def test_one_rule_never_calls_another() -> None:
    families = {
        "complaints", "delivery_days", "delivery_details", "delivery_options", "driver_notes", "fees",
        "joint_delivery", "opening_hours", "orders", "people", "prescriptions", "urgent_delivery", "variants",
        "withdrawals",
    }  # fmt: skip
    for family in families:
        content = (SOURCE / f"{family}.py").read_text(encoding="utf-8")
        for other in families:
            assert f"rulebook.{other} import" not in content, (family, other)
            assert f"rulebook import {other}" not in content, (family, other)


def test_the_rules_read_no_clock() -> None:
    for path in SOURCE.glob("*.py"):
        content = path.read_text(encoding="utf-8")
        assert ".now(" not in content, path.name
        assert ".today(" not in content, path.name


def test_an_option_that_is_not_offered_answers_nothing_else() -> None:
    check = BOOK.delivery_check(
        region="vg",
        day=DAY,
        area="ostomy",
        article=Article(),
        option="booked_day",
        person=Person(name="Karin Ek"),
        details=DeliveryDetails(),
    )
    assert (check.missing, check.tell, check.label.name) == ((), (), None)
