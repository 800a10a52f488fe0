"""What breaks a rule is refused with the rule's id, as the rulebook judges; what is only unusual is warned about."""

import json
from typing import Any

import pytest

from ordering.importing import SCHEMA_FILE, import_file
from ordering.store import SqlStores
from rulebook import facts
from tests.importing.conftest import TODAY, Document, Importer

LINE = "$.prescriptions[0].lines[1]"


@pytest.fixture
def skane() -> Document:
    """Infant formula in the region with prescription types, for somebody who has just turned 16."""
    return {
        "format": "pafyll-import-1",
        "articles": [
            {
                "region": "skane", "number": "M1", "name": "Ersättning", "product": "ersättning",
                "area": "special_foods", "subgroup": "infant_formula",
            }
        ],
        "units": [{"customer_number": "Enh1", "region": "skane", "name": "Ö", "payers": {"special_foods": "S"}}],
        "people": [
            {
                "region": "skane", "identity_number": "50-991234/6", "born": "2010-11-21", "given_name": "T",
                "family_name": "A",
            }
        ],
        "prescriptions": [
            {
                "region": "skane", "person": "50-991234/6",
                "lines": [
                    {
                        "number": 1, "unit": "Enh1", "article": "M1", "written": "2026-11-21",
                        "days_per_withdrawal": 30, "withdrawals": 12, "packages_per_withdrawal": 2,
                        "prescription_type": "infant_formula",
                    }
                ],
            }
        ],
    }  # fmt: skip


def withdrawal(reference: str, days_ago: int, packages: int = 10, **more: Any) -> dict[str, Any]:
    taken = {
        "reference": reference, "region": "vg", "person": "198501012382", "day": {"days_ago": days_ago},
        "status": "delivered", "option": "pickup_point", "lines": [{"number": 2, "packages": packages}],
    }  # fmt: skip
    return taken | more


async def test_a_line_may_last_a_year_and_not_a_day_longer(importer: Importer, document: Document) -> None:
    line = document["prescriptions"][0]["lines"][1]
    line |= {"days_per_withdrawal": 73, "withdrawals": 5}
    assert (await importer.take(document))["prescription lines"] == (2, 0, 0)
    line |= {"days_per_withdrawal": 61, "withdrawals": 6}
    assert await importer.errors(document) == [
        f"{LINE}: the withdrawals last 366 days together, more than 365 (P1)",
    ]


async def test_infant_formula_is_for_those_up_to_sixteen(importer: Importer, skane: Document) -> None:
    assert (await importer.take(skane))["prescription lines"] == (1, 0, 0)
    skane["people"][0]["born"] = "2009-11-21"
    error = "$.prescriptions[0].lines[0]: it is not prescribed to somebody of this age (P7)"
    assert await importer.errors(skane) == [error]


async def test_a_person_of_the_database_has_an_age_too(importer: Importer, skane: Document) -> None:
    await importer.take({key: skane[key] for key in ("format", "people", "units", "articles")})
    alone = {key: skane[key] for key in ("format", "prescriptions")}
    alone["prescriptions"][0]["lines"][0]["written"] = "2027-11-21"
    assert (await importer.errors(alone))[0].endswith("(P7)")


async def test_the_article_is_one_of_the_type(importer: Importer, skane: Document) -> None:
    line = skane["prescriptions"][0]["lines"][0]
    line["prescription_type"] = "energy_nutrition"
    where = "$.prescriptions[0].lines[0].prescription_type"
    assert await importer.errors(skane) == [f"{where}: the article is not prescribed under this type (P10)"]
    line["prescription_type"] = "gluten"
    [error] = await importer.errors(skane)
    assert error.startswith(f"{where}: must be a prescription type of the region: coeliac_metabolic, ")
    assert error.endswith("(P10)")
    line["prescription_type"] = "energy_nutrition"
    del skane["articles"][0]["subgroup"]
    await importer.take(skane)  # a register without subgroups


async def test_an_unusual_amount_is_taken_in_with_a_warning(
    importer: Importer, stores: SqlStores, document: Document
) -> None:
    document["articles"][1]["warn_above"] = 10
    await importer.take(document)
    assert (await import_file(stores, importer.path, today=TODAY)).warnings == ()
    document["articles"][1]["warn_above"] = 9
    await importer.take(document)
    what = "an unusually large amount, more than 9 packages (P5)"
    assert (await import_file(stores, importer.path, today=TODAY)).warnings == (
        f"{importer.path}: {LINE}.packages_per_withdrawal: {what}",
    )


@pytest.mark.parametrize(
    ("taken", "reason"),
    [
        ([withdrawal("A", 20, 11)], "more packages than the line gives in one withdrawal (W7)"),
        ([withdrawal("A", 82)], "the line had not been written (W10)"),
        (
            [withdrawal("B", 15), withdrawal("A", 40), withdrawal("C", 5)],
            "no withdrawal was left on the line (W4, W10)",
        ),
        ([withdrawal("A", 40, status="cancelled"), withdrawal("B", 15), withdrawal("C", 5)], None),
        ([withdrawal("A", 20, 10)], None),
        ([withdrawal("A", 81)], None),
        ([withdrawal("A", 6), withdrawal("B", 5)], None),  # too early, yet perhaps a joint order or let through
    ],
)
async def test_a_withdrawal_made_elsewhere_keeps_to_its_line(
    importer: Importer, document: Document, taken: list[dict[str, Any]], reason: str | None
) -> None:
    document["prescriptions"][0]["lines"][1]["withdrawals"] = 2
    document["withdrawals"] = taken
    if reason is None:
        await importer.take(document)
        return
    last = min(range(len(taken)), key=lambda place: taken[place]["day"]["days_ago"])
    assert await importer.errors(document) == [f"$.withdrawals[{last}].lines[0]: {reason}"]


async def test_it_keeps_to_a_line_of_the_database_too(importer: Importer, document: Document) -> None:
    await importer.take(document | {"withdrawals": []})
    alone = {"format": "pafyll-import-1", "withdrawals": [withdrawal("A", 20, 11)]}
    [error] = await importer.errors(alone)
    assert error.endswith("(W7)")


async def test_nothing_is_taken_from_a_line_after_the_day_it_was_voided(importer: Importer, document: Document) -> None:
    document["prescriptions"][0]["lines"][1]["voided"] = {"days_ago": 20}
    await importer.take(document)  # on the day itself it may have come first
    document["withdrawals"][0]["day"] = {"days_ago": 19}
    assert await importer.errors(document) == ["$.withdrawals[0].lines[0]: the line had been voided (W10, P8)"]


async def test_nothing_is_taken_from_a_line_that_had_expired(importer: Importer, document: Document) -> None:
    line, taken = document["prescriptions"][0]["lines"][1], document["withdrawals"][0]
    line["written"], taken["day"] = {"days_ago": 400}, {"days_ago": 35}
    await importer.take(document)
    taken["day"] = {"days_ago": 34}
    assert await importer.errors(document) == ["$.withdrawals[0].lines[0]: the line had expired (W10, P2)"]


def test_the_published_codes_are_those_of_the_rules() -> None:
    defined = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))["$defs"]
    assert tuple(defined["article"]["properties"]["kind"]["enum"]) == facts.KINDS
    withdrawn = defined["withdrawal"]["properties"]
    assert tuple(withdrawn["option"]["enum"]) == facts.OPTIONS
    assert set(withdrawn["status"]["enum"]) == set(facts.STATUSES) - {"new", "confirmed"}
