"""The catalogue of rules holds every rule, and a catalogue that is not whole is refused."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rulebook import RulebookError, load_rulebook
from rulebook.catalogue import Document, Rule, catalogue, documents
from rulebook.rule_history import bearing, over_time, stated

NUMBERS = {
    "W": range(1, 16),
    "V": range(1, 6),
    "P": range(1, 19),
    "F": range(1, 9),
    "D": [number for number in range(1, 35) if number != 19],
    "C": range(1, 8),
    "S": range(1, 9),
    "I": range(1, 12),
    "G": range(1, 3),
}
GOOD = """
W1:
  says: Two thirds of the period must have passed.
  regions: [vg]
  sources: [{document: NMU, heading: Exempel}]
  reading: Rounded up.
D1:
  says: There are two ways.
  regions: all
  areas: [ostomy, special_foods]
  sources: [{document: BR, heading: Leveransregler, decided_by: A council}]
"""


def write(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "catalogue.yml"
    path.write_text(content, encoding="utf-8")
    return path


def test_every_rule_stands_in_the_catalogue_and_no_other() -> None:
    assert list(catalogue()) == [f"{family}{number}" for family, numbers in NUMBERS.items() for number in numbers]


def test_a_rule_is_read_with_its_regions_sources_and_reading(tmp_path: Path) -> None:
    rules = catalogue(write(tmp_path, GOOD))
    assert rules["W1"].holds_in("vg")
    assert not rules["W1"].holds_in("skane")
    assert rules["W1"].reading == "Rounded up."
    assert rules["D1"].holds_in("skane")
    assert rules["D1"].family == "D"
    assert rules["D1"].is_about("ostomy")
    assert not rules["D1"].is_about("diabetes")
    assert rules["W1"].is_about("diabetes")
    assert [(each.document, each.heading, each.decided_by) for each in rules["D1"].sources] == [
        ("BR", "Leveransregler", "A council")
    ]


@pytest.mark.parametrize(
    ("old", "new", "path", "reason"),
    [
        ("  says: There are two ways.\n", "", "D1", "says is missing"),
        ("  sources: [{document: NMU, heading: Exempel}]\n", "", "W1", "sources is missing"),
        ("[{document: NMU, heading: Exempel}]", "[]", "W1.sources", "at least one source"),
        ("document: NMU", "document: XX", "W1.sources[0].document", "XX is not among the documents"),
        (", heading: Exempel", "", "W1.sources[0]", "heading is missing"),
        ("heading: Exempel", "heading: ''", "W1.sources[0].heading", "must be a text"),
        ("regions: [vg]", "regions: []", "W1.regions", "must be all, or a list"),
        ("regions: [vg]", "regions: vg", "W1.regions", "must be all, or a list"),
        ("[ostomy, special_foods]", "[ostomy, wounds]", "D1.areas", "wounds is no product area of any region"),
        ("[ostomy, special_foods]", "[]", "D1.areas", "at least one product area"),
        ("[ostomy, special_foods]", "ostomy", "D1.areas", "must be a list"),
        ("reading:", "remark:", "W1.remark", "unknown key"),
        ("D1:", "X1:", "X1", "is no rule id"),
        ("D1:", "D01:", "D01", "is no rule id"),
        ("D1:", "V1:\n  x: 1\nV2:", "V1.x", "unknown key"),
        ("document: BR", "document: reading", "D1", "reading is missing"),
        ("W1:", "V1:\n  says: a\n  regions: all\n  sources: [{document: BR, heading: b}]\nW1:", "", "in the order"),
        ("D1:", "W1:", "", "stands twice"),
    ],
)
def test_what_is_not_whole_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, path: str, reason: str
) -> None:
    assert old in GOOD
    with pytest.raises(RulebookError) as caught:
        catalogue(write(tmp_path, GOOD.replace(old, new, 1)))
    assert (caught.value.file, caught.value.path) == ("catalogue.yml", path)
    assert reason in caught.value.reason


def test_a_catalogue_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="cannot be read"):
        catalogue(tmp_path / "nowhere.yml")


def test_the_documents_are_those_of_the_parameters() -> None:
    assert list(documents()) == ["BR", "NMU", "GSL", "LR", "BL"]
    assert documents()["BL"] == Document(
        "Logg över beslutade ändringar i avtalet om läkemedelsnära produkter (Västra Götaland)", "2019-2023"
    )


NUMBER_WORDS = {
    **{2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten"},
    **{14: "fourteen", 16: "sixteen", 18: "eighteen"},
}


def changing(plain: Any) -> Iterator[str]:
    """Every number in a value, in figures and as a word, and every text with a figure in it."""
    if isinstance(plain, Mapping):
        for each in plain.values():
            yield from changing(each)
    elif isinstance(plain, list):
        for each in plain:
            yield from changing(each)
    elif isinstance(plain, int) and not isinstance(plain, bool):
        yield str(plain)
        yield NUMBER_WORDS.get(plain, str(plain))
    elif isinstance(plain, str) and re.search(r"\d|@", plain):
        yield plain


@pytest.mark.parametrize("rule", catalogue().values(), ids=lambda rule: rule.id)
def test_a_rule_repeats_no_number_that_its_parameters_hold_nor_a_year(rule: Rule) -> None:
    book = load_rulebook()
    held = [value for each in bearing(rule, stated(book, book.regions)) for value in over_time(each.parameter, rule.id)]
    repeats = {text for value in held for text in changing(value.plain)}
    assert [text for text in repeats if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", rule.says, re.IGNORECASE)] == []
    assert not re.search(r"\b(19|20)\d\d\b|two thirds", rule.says)
