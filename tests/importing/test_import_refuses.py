import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ordering.importing import SCHEMA_FILE, ImportRefused, import_file
from ordering.store import SqlStores
from tests.importing.conftest import TODAY, Document, Importer

LINE = "$.prescriptions[0].lines[0]"
PARTS = "$.withdrawals[0].lines"


def put(document: Document, path: str, value: Any) -> None:
    """Sets what stands at a JSON path such as $.people[0].mobile."""
    *steps, last = [step for step in path.removeprefix("$.").replace("[", ".").replace("]", "").split(".") if step]
    place: Any = document
    for step in steps:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = value


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("$.format", "other", 'must be "pafyll-import-1"'),
        ("$.people[1].region", "nowhere", "there are no rules for region nowhere"),
        ("$.people[0].identity_number", "198501012383", "is no personal, coordination, reserve or LMA number"),
        ("$.people[0].identity_number", "850101-2382", "is no personal, coordination, reserve or LMA number"),
        ("$.people[1].identity_number", "198501012382", "the same person stands twice in the file"),
        ("$.people[0].mobile", "031-390 06 05", "is no mobile number"),
        ("$.people[0].mobile", "hej", "is no mobile number"),
        ("$.people[0].born", "1985-01-02", "is another day than the identity number tells"),
        ("$.people[0].born", "1985-13-02", 'must be a day as "2026-03-31"'),
        ("$.people[0].email", "anna", "must be an e-mail address"),
        ("$.people[0].given_name", " ", "must be a text of 1 to 200 characters"),
        ("$.people[0].represents[0]", "x", "must be a personal or coordination number"),
        ("$.people[0].represents[0]", "199001012385", "no such person in region vg"),
        ("$.articles[0].area", "shoes", "must be a product area of the region: general, diabetes"),
        ("$.articles[0].area", "special_foods", "must be a product area of the region: general, diabetes"),
        ("$.articles[0].supplier_number", " ", "must be 1 to 40 characters"),
        ("$.articles[0].warn_above", 0, "must be a whole number from 1 to 1000"),
        ("$.articles[0].stocked", "yes", "must be true or false"),
        ("$.units[0].payers", {"special_foods": "S"}, "must be a product area of the region: general, diabetes"),
        ("$.articles[0].price_kr", -1, "must be whole kronor"),
        ("$.articles[1].number", "A1", "the same article stands twice in the file"),
        ("$.articles[1].variants[1].code", "J", "the same variant code stands twice in the file"),
        ("$.articles[1].variants[1].name", "jordgubb", "the same variant name stands twice in the file"),
        ("$.units[0].customer_number", "12345", "is no customer number of the region (P16)"),
        ("$.units[0].customer_number", "A23456", "is no customer number of the region (P16)"),
        ("$.units[0].customer_number", "1234567", "must be a customer number, in the form of the region's rules"),
        ("$.prescriptions[0].person", "199001012385", "no such person in region vg"),
        (f"{LINE}.article", "A9", "no article A9 in region vg, neither in the file nor in the database"),
        (f"{LINE}.unit", "654321", "no unit 654321 with a payer, neither in the file nor in the database"),
        (f"{LINE}.withdrawals", 0, "must be a whole number from 1 to 1000"),
        (f"{LINE}.prescription_type", "coeliac_metabolic", "the region has no prescription types (P10)"),
        (f"{LINE}.written", {"days_ago": -1}, 'must be a day as "2026-03-31"'),
        ("$.prescriptions[0].lines[1].number", 1, "the same line of this person stands twice in the file"),
        ("$.withdrawals[0].status", "confirmed", "must be a status: ordered, out_for_delivery, delivered, cancelled"),
        ("$.withdrawals[0].person", "199001012385", "no such person in region vg"),
        (f"{PARTS}[0].number", 7, "the person has no such prescription line"),
        (f"{PARTS}[0].variants", {"J": 6, "Z": 4}, "article A2 has no variant Z"),
        (f"{PARTS}[0].variants", {"J": 6}, "they make 6 packages, not 10"),
    ],
)
async def test_an_error_names_its_place_and_its_reason(
    importer: Importer, document: Document, path: str, value: Any, reason: str
) -> None:
    document["people"][0]["represents"] = ["202001012398"]
    put(document, path, value)
    errors = await importer.errors(document)
    assert any(error.startswith(f"{path}: {reason}") for error in errors), errors


async def test_a_missing_field_and_an_unknown_one_are_named(importer: Importer, document: Document) -> None:
    del document["people"][0]["given_name"]
    document["people"][0]["firstname"] = "Anna"
    first, second = await importer.errors(document)
    assert {first.split(" (")[0], second} == {
        "$.people[0]: firstname is not a field here",
        "$.people[0]: given_name is missing",
    }


async def test_a_payer_must_be_known_for_the_area(importer: Importer, document: Document) -> None:
    document["units"][0]["payers"] = {"nutrition": "N"}
    assert await importer.errors(document) == [f"{LINE}.unit: unit 123456 has no payer for diabetes (P16)"]


async def test_the_lines_of_one_withdrawal_have_one_payer(importer: Importer, document: Document) -> None:
    document["withdrawals"][0]["lines"].append({"number": 1, "packages": 6})
    assert await importer.errors(document) == [f"{PARTS}: the lines of one withdrawal must have the same payer (W9)"]


async def test_an_lma_number_needs_a_date_of_birth(importer: Importer, document: Document) -> None:
    document["people"].append(
        {"region": "vg", "identity_number": "50-008920/4", "given_name": "T", "family_name": "A", "asylum_seeker": True}
    )
    assert await importer.errors(document) == [
        "$.people[2].born: is missing: an LMA number does not tell the date of birth (I2)"
    ]


async def test_all_errors_are_told_and_nothing_is_written(
    importer: Importer, stores: SqlStores, document: Document
) -> None:
    document["people"][0]["mobile"] = "1"
    document["people"][1]["identity_number"] = "202001012390"
    assert len(await importer.errors(document)) == 2
    document = document | {"people": document["people"][:1]}
    document["people"][0]["mobile"] = "0701740605"
    document["withdrawals"][0]["lines"][0]["number"] = 9
    await importer.errors(document)
    async with stores.begin() as tx:
        assert await tx.people.by_identity("vg", "198501012382") is None


async def test_no_error_quotes_a_personal_number_or_a_name(importer: Importer, document: Document) -> None:
    document["people"][0] |= {"identity_number": "198501012383", "given_name": ["Anna"], "mobile": 701740605}
    document["prescriptions"][0]["person"] = 198501012382
    text = "\n".join(await importer.errors(document))
    assert "19850101" not in text
    assert "701740605" not in text
    assert "Anna" not in text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{,}", "line 1, column 2: not JSON"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"[]", "$: must be of type object"),
        (b"", "line 1, column 1: not JSON"),
    ],
)
async def test_what_is_no_import_file_is_refused(
    stores: SqlStores, tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "wrong.json"
    path.write_bytes(content)
    with pytest.raises(ImportRefused) as refused:
        await import_file(stores, path, today=TODAY)
    assert str(refused.value).startswith(f"{path}: {reason}")


async def test_a_file_that_is_not_there_is_one_sentence(stores: SqlStores, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"nowhere.json: cannot be read \(No such file or directory\)$"):
        await import_file(stores, tmp_path / "nowhere.json", today=TODAY)


def test_the_published_schema_is_one() -> None:
    Draft202012Validator.check_schema(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
