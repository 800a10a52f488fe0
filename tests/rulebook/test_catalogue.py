"""The catalogue of rules holds every rule, and a catalogue that is not whole is refused."""

from pathlib import Path

import pytest

from rulebook import RulebookError
from rulebook.catalogue import Document, catalogue, documents

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
