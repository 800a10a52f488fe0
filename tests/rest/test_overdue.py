"""Which orders under way are late (D16, D17)."""

import json
from typing import Any

import pytest

from ordering.importing import import_file
from tests.rest.conftest import TODAY

PERSON = "198501012382"
UNITS = {"vg": "431207", "skane": "521640"}
PAYERS = {"nutrition": "P", "tracheostomy": "P"}
ARTICLES = [
    {"region": "vg", "number": "N1", "name": "Dryck", "product": "dryck", "area": "nutrition"},
    {"region": "vg", "number": "T1", "name": "Kanyl", "product": "kanyl", "area": "tracheostomy"},
    {"region": "vg", "number": "N2", "name": "Ovanlig", "product": "dryck", "area": "nutrition", "stocked": False},
    {"region": "skane", "number": "M1", "name": "Mjöl", "product": "mjöl", "area": "special_foods"},
    {"region": "skane", "number": "K1", "name": "Special", "product": "mat", "area": "special_foods"},
]


def line(number: int, article: str, **more: str) -> dict[str, Any]:
    amount = {"days_per_withdrawal": 30, "withdrawals": 12, "packages_per_withdrawal": 2}
    return {"number": number, "article": article, "unit": UNITS["vg"], "written": "2026-01-02"} | amount | more


def order(reference: str, day: str, *lines: int, region: str = "vg", status: str = "ordered") -> dict[str, Any]:
    parts = [{"number": number, "packages": 1} for number in lines]
    return {
        "reference": reference, "region": region, "person": PERSON, "day": day, "status": status,
        "option": "pickup_point", "lines": parts,
    }  # fmt: skip


@pytest.fixture
def late(client, stores, tmp_path):
    async def late(*orders: dict[str, Any], **params: str) -> dict[str, Any]:
        document = {
            "format": "pafyll-import-1",
            "articles": ARTICLES,
            "units": [
                {"customer_number": UNITS["vg"], "region": "vg", "name": "Ån", "payers": PAYERS},
                {"customer_number": UNITS["skane"], "region": "skane", "name": "Ö", "payers": {"special_foods": "P"}},
            ],
            "people": [
                {"region": region, "identity_number": PERSON, "given_name": "Anna", "family_name": "Ek"}
                for region in ("vg", "skane")
            ],
            "prescriptions": [
                {"region": "vg", "person": PERSON, "lines": [line(1, "N1"), line(2, "T1"), line(3, "N2")]},
                {
                    "region": "skane",
                    "person": PERSON,
                    "lines": [
                        line(1, "M1", unit=UNITS["skane"], prescription_type="coeliac_metabolic"),
                        line(2, "K1", unit=UNITS["skane"]),
                    ],
                },
            ],
            "withdrawals": list(orders),
        }
        path = tmp_path / "orders.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        await import_file(stores, path, today=TODAY)
        got = await client.get("/api/v1/orders/overdue", params={"region": "vg"} | params)
        assert got.status_code == 200, got.text
        assert "Anna" not in got.text
        assert PERSON not in got.text
        return got.json()

    return late


async def test_an_order_is_late_the_day_after_its_last_day(late):
    in_time = await late(order("A", "2026-02-23", 1))  # the fifth working day is today
    assert in_time == {"day": "2026-03-02", "orders": []}
    [found] = (await late(order("A", "2026-02-23", 1), day="2026-03-04"))["orders"]
    assert found.pop("number").isdecimal()
    assert found == {
        "status": "ordered",
        "ordered": "2026-02-23",
        "last_day": "2026-03-02",
        "target_day": "2026-02-27",
        "days_late": 2,
        "contact_patient": True,
    }


async def test_the_oldest_comes_first_and_what_has_come_is_left_out(late):
    orders = [
        order("B", "2026-02-05", 1),
        order("C", "2026-02-02", 1, status="out_for_delivery"),
        order("D", "2026-02-02", 1, status="delivered"),
        order("E", "2026-02-02", 1, status="cancelled"),
    ]
    found = (await late(*orders))["orders"]
    assert [(one["ordered"], one["status"]) for one in found] == [
        ("2026-02-02", "out_for_delivery"),
        ("2026-02-05", "ordered"),
    ]


async def test_an_order_comes_whole_so_its_slowest_article_decides(late):
    both = order("A", "2026-02-23", 1, 2)  # five and seven working days
    assert (await late(both, day="2026-03-04"))["orders"] == []
    [found] = (await late(both, day="2026-03-05"))["orders"]
    assert (found["last_day"], found["days_late"]) == ("2026-03-04", 1)


async def test_nobody_need_be_contacted_about_special_articles_only(late):
    [special] = (await late(order("A", "2026-02-20", 3)))["orders"]
    assert special["contact_patient"] is False
    [mixed] = (await late(order("A", "2026-02-20", 1, 3)))["orders"]
    assert mixed["contact_patient"] is True


async def test_the_prescription_type_and_the_region_decide(late):
    coeliac, other = order("A", "2026-02-16", 1, region="skane"), order("B", "2026-02-16", 2, region="skane")
    [found] = (await late(coeliac, other, region="skane", day="2026-03-02"))["orders"]
    assert (found["last_day"], found["target_day"], found["contact_patient"]) == ("2026-02-23", None, False)
    assert len((await late(coeliac, other, region="skane", day="2026-03-03"))["orders"]) == 2
    assert (await late(coeliac, other, region="vg", day="2026-03-03"))["orders"] == []


async def test_a_region_that_there_is_none_of_is_refused(malformed):
    assert (await malformed("GET", "/orders/overdue", params={"region": "norr"}))[0] == ["query.region"]
