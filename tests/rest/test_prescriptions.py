"""What prescribers are told before they save, and what an ended line is copied to."""

import json
from typing import Any

import pytest

from ordering.importing import import_file
from tests.rest.conftest import TODAY

RANGE = [
    {"number": "V1", "name": "Stomipåse, 30 st", "area": "ostomy", "region": "vg", "pieces_per_package": 30},
    {"number": "V2", "name": "Stomipåse, udda", "area": "ostomy", "region": "vg", "kind": "exemption", "price_kr": 90},
    {"number": "S1", "name": "Fresubin Energy drink jordgubb", "area": "special_foods", "subgroup": "supplement"},
    {
        "number": "S2",
        "name": "Fresubin 2 kcal DRINK",
        "area": "special_foods",
        "subgroup": "supplement",
        "price_kr": 45,
    },
    {"number": "S3", "name": "Fresubin sondnäring", "area": "special_foods", "subgroup": "tube_feed"},
    {"number": "S4", "name": "Mjölkersättning", "area": "special_foods", "subgroup": "infant_formula"},
]
VG: dict[str, Any] = {
    "region": "vg",
    "prescriber": {"role": "physician"},
    "unit": "431207",
    "person": {"born": "1961-07-02"},
    "area": "ostomy",
    "article": "V1",
    "amount": {"days_per_withdrawal": 30, "withdrawals": 12, "pieces_per_day": 2},
}
SKANE: dict[str, Any] = VG | {
    "region": "skane",
    "prescriber": {"role": "dietitian"},
    "area": "special_foods",
    "type": "energy_nutrition",
    "article": "S2",
    "amount": {"days_per_withdrawal": 30, "withdrawals": 12, "packages_per_withdrawal": 8},
}
FORM = {"motivation": "Läcker", "manager_name": "N N", "manager_email": "n@example.com", "manager_approval": True}


@pytest.fixture
async def the_range(stores, tmp_path) -> None:
    articles = [{"region": "skane", "product": "dryck"} | one for one in RANGE]
    path = tmp_path / "range.json"
    path.write_text(json.dumps({"format": "pafyll-import-1", "articles": articles}), encoding="utf-8")
    await import_file(stores, path, today=TODAY)


@pytest.fixture
def check(client, the_range):
    async def check(body: dict[str, Any]) -> dict[str, Any]:
        got = await client.post("/api/v1/prescriptions/check", json=body)
        assert got.status_code == 200, got.text
        return got.json()

    return check


async def test_amount_and_duties_are_told_before_saving(check):
    got = await check(VG)
    assert (got["verdict"], got["reason"]) == ("allowed", None)
    assert (got["pieces"], got["packages"], got["cost_kr"]) == (60, 2, None)
    assert got["duties"] == ["fit_need_and_period", "record_in_journal"]
    assert {"P1", "P3", "P4", "P17"} <= set(got["rules"])
    assert got["sources"][0]["title"]
    assert got["exemption"] is None


async def test_the_cost_of_a_withdrawal_is_told(check):
    got = await check(SKANE)
    assert (got["verdict"], got["packages"], got["pieces"], got["cost_kr"]) == ("allowed", 8, 8, 360)
    assert got["duties"] == []


@pytest.mark.parametrize(
    ("change", "reason", "rule"),
    [
        ({"unit": "43120"}, "not_a_customer_number", "P16"),
        ({"area": "diabetes"}, "not_of_this_area", "P11"),
        ({"prescriber": {"role": "orderer"}}, "no_right", "P11"),
        ({"prescriber": {"role": "physician", "rights": ["diabetes"]}}, "no_right", "P18"),
        ({"prescriber": {"role": "physician", "units": ["431348"]}}, "no_right", "P11"),
        ({"amount": VG["amount"] | {"withdrawals": 13}}, "over_a_year", "P1"),
        ({"unit": "43120", "prescriber": {"role": "orderer"}}, "not_a_customer_number", "P16"),
    ],
)
async def test_the_first_reason_that_applies_is_given(check, change, reason, rule):
    got = await check(VG | change)
    assert (got["verdict"], got["reason"]) == ("refused", reason)
    assert rule in got["rules"]
    assert got["packages"], "the amount is worked out all the same"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "infant_formula"}, "not_of_this_type"),
        ({"type": "coeliac_metabolic"}, "not_of_this_type"),
        ({"article": "S3"}, None),
        ({"article": "S4", "type": "infant_formula", "person": {"born": "2009-03-01"}}, "age"),
        ({"article": "S4", "type": "infant_formula", "person": {"born": "2009-03-03"}}, None),
        ({"person": {"born": "2010-03-03"}}, "no_right"),
        ({"person": {"born": "2010-03-03"}, "prescriber": {"role": "physician"}}, None),
        ({"person": {"born": "2010-03-03"}, "prescriber": {"role": "dietitian", "granted_under_16": True}}, None),
        ({"unit": "utan form"}, None),
    ],
)
async def test_the_rules_of_special_foods_are_judged(check, change, reason):
    assert (await check(SKANE | change))["reason"] == reason


async def test_the_day_decides_on_which_side_of_a_birthday_it_is(check):
    body = SKANE | {"person": {"born": "2010-03-03"}}
    assert (await check(body | {"day": "2026-03-03"}))["reason"] is None
    assert (await check(body | {"day": "2026-03-02"}))["reason"] == "no_right"


@pytest.mark.parametrize("lacking", sorted(FORM))
async def test_an_article_outside_the_range_needs_its_whole_form(check, lacking):
    body = VG | {"article": "V2"}
    whole = await check(body | {"exemption": FORM})
    assert (whole["verdict"], whole["exemption"]["missing"], whole["cost_kr"]) == ("allowed", [], 180 * 30)
    assert "P14" in whole["rules"]
    got = await check(body | {"exemption": {key: value for key, value in FORM.items() if key != lacking}})
    assert (got["reason"], got["exemption"]["missing"]) == ("missing_details", [lacking])
    assert "P14" in got["rules"]


async def test_an_exemption_lapses_when_it_has_not_been_prescribed_for_long(check):
    async def lapsed(last: str) -> bool:
        body = VG | {"article": "V2", "exemption": FORM | {"last_prescribed": last}}
        return (await check(body))["exemption"]["lapsed"]

    assert await lapsed("2024-09-01")
    assert not await lapsed("2024-09-02")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"region": "norr"}, "body.region"),
        ({"area": "special_foods"}, "body.area"),
        ({"type": "energy_nutrition"}, "body.type"),
        ({"prescriber": {"role": "nurse"}}, "body.prescriber.role"),
        ({"amount": {"days_per_withdrawal": 30, "withdrawals": 1}}, "body.amount"),
        ({"amount": VG["amount"] | {"packages_per_withdrawal": 1}}, "body.amount"),
        ({"amount": VG["amount"] | {"withdrawals": 0}}, "body.amount.withdrawals"),
        ({"patient": "198501012382"}, "body.patient"),
        ({"article": "V2", "exemption": {"last_prescribed": "9999-12-31"}}, "body.exemption.last_prescribed"),
    ],
)
async def test_what_is_not_in_the_form_is_named(malformed, the_range, change, field):
    fields, _ = await malformed("POST", "/prescriptions/check", json=VG | change)
    assert fields == [field]


async def test_an_article_of_another_region_is_unknown(client, the_range):
    got = await client.post("/api/v1/prescriptions/check", json=VG | {"article": "S1"})
    assert (got.status_code, got.json()["code"]) == (404, "unknown_article")


@pytest.fixture
def copy(client, demo):
    async def copy(person: str, line: int, region: str = "vg", **more: str) -> tuple[int, dict[str, Any]]:
        body = {"region": region, "person": person, "line": line} | more
        got = await client.post("/api/v1/prescriptions/copy", json=body, headers={"X-API-Key": "demo-prescriber-key"})
        return got.status_code, got.json()

    return copy


async def test_an_active_line_is_not_copied_and_an_ended_one_is(copy, stores):
    async with stores.begin() as tx:
        anna = await tx.people.by_identity("vg", "198501012382")
        line = (await tx.people.lines(anna.id))[0]
    status, active = await copy("19850101-2382", line.number)
    assert (status, active["verdict"], active["reason"]) == (200, "refused", "still_active")
    _, ended = await copy("198501012382", line.number, day="2030-01-01")
    assert (ended["verdict"], ended["numbers"]["ended"]) == ("allowed", "expired")
    assert ended["amount"] == {
        "days_per_withdrawal": line.days_per_withdrawal,
        "withdrawals": line.withdrawals,
        "packages_per_withdrawal": line.packages_per_withdrawal,
        "pieces_per_day": None,
        "pieces_per_package": None,
    }
    assert ended["article"]["number"] == line.article.number
    assert ended["area"] == line.article.area


@pytest.mark.parametrize(
    ("person", "line"),
    [("198501012382", 99), ("199901012385", 1), ("nobody", 1), ("191401682396", 1)],
)
async def test_no_line_no_person_and_a_protected_person_are_told_alike(copy, person, line):
    status, problem = await copy(person, line)
    assert (status, problem["code"]) == (404, "unknown_line")
    assert person not in json.dumps(problem)


async def test_how_somebody_is_registered(client):
    async def told(region: str, who: str, born: str) -> dict[str, Any]:
        got = await client.get("/api/v1/registration", params={"region": region, "who": who, "born": born})
        return got.json()

    child, adult = await told("vg", "asylum_seeker", "2010-01-01"), await told("vg", "asylum_seeker", "1990-01-01")
    assert (child["by"], child["unit"], child["care"], adult["care"]) == ("form", "602413", "all", "cannot_wait")
    assert {"I2", "I10"} <= set(child["rules"])
    assert (await told("skane", "protected", "1990-01-01"))["by"] == "not_in_system"


@pytest.mark.parametrize(("name", "value"), [("who", "guest"), ("region", "norr"), ("born", "1990")])
async def test_registration_of_nobody_is_refused(malformed, name, value):
    params = {"region": "vg", "who": "protected"} | {name: value}
    assert (await malformed("GET", "/registration", params=params))[0] == [f"query.{name}"]


@pytest.fixture
def find(client, the_range):
    async def find(**params: str) -> list[str]:
        got = await client.get("/api/v1/articles", params={"region": "skane"} | params)
        assert got.status_code == 200, got.text
        return [article["number"] for article in got.json()["articles"]]

    return find


async def test_articles_are_found_by_number_or_parts_of_the_name(find):
    assert await find(q="fresu drink") == ["S1", "S2"]
    assert await find(q="DRINK energy") == ["S1"]
    assert await find(q="s4") == ["S4"]
    assert await find(q="4") == [], "a part of a number is none"
    assert await find(q="fresubin", type="energy_nutrition") == ["S1", "S2", "S3"]
    assert await find(type="infant_formula") == ["S4"]
    assert await find(q="fresubin", subgroup="tube_feed") == ["S3"]
    assert await find(subgroup="tube_feed", type="infant_formula") == []
    assert await find(region="vg") == ["V1", "V2"]


@pytest.mark.parametrize(("name", "value"), [("type", "anything"), ("region", "norr")])
async def test_articles_of_nothing_are_refused(malformed, the_range, name, value):
    params = {"region": "skane"} | {name: value}
    assert (await malformed("GET", "/articles", params=params))[0] == [f"query.{name}"]


async def test_articles_are_found_by_the_suppliers_number(client, demo):
    async def numbers(q: str) -> list[tuple[str, str]]:
        got = await client.get("/api/v1/articles", params={"region": "vg", "q": q})
        return [(article["number"], article["supplier_number"]) for article in got.json()["articles"]]

    assert await numbers("sn-200e") == [("70011001", "SN-200E")]
    assert await numbers("70011001") == [("70011001", "SN-200E")]
    assert await numbers("SN") == []


async def test_an_unusually_large_amount_is_warned_about_and_allowed(client, demo):
    async def warnings(packages: int) -> list[str]:
        amount = {"days_per_withdrawal": 30, "withdrawals": 3, "packages_per_withdrawal": packages}
        body = VG | {"area": "nutrition", "article": "70011001", "amount": amount}
        got = (await client.post("/api/v1/prescriptions/check", json=body)).json()
        assert got["verdict"] == "allowed"
        return got["warnings"]

    assert await warnings(60) == []
    assert await warnings(61) == ["unusually_large"]


async def test_articles_come_a_page_at_a_time(client, demo):
    async def page(**params):
        answer = await client.get("/api/v1/articles", params={"region": "vg"} | params)
        assert answer.status_code == 200
        told = answer.json()
        return [article["number"] for article in told["articles"]], told["next"]

    whole, last = await page()
    assert (len(whole), last) == (8, None)
    first, following = await page(limit=5)
    assert (first, following) == (whole[:5], whole[4])
    assert await page(limit=5, after=following) == (whole[5:], None)
    assert await page(limit=8) == (whole, None)
    for limit in (0, 501):
        assert (await client.get("/api/v1/articles", params={"region": "vg", "limit": limit})).status_code == 422
