"""The distributor reports how far an order has come."""

from datetime import UTC, date, datetime

import httpx
import pytest
from fastapi import FastAPI

from api import rest
from ordering.importing import load_demo
from ordering.model import NewOrder, OrderLine

CONFIRMED_AT = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)


@pytest.fixture
async def number(stores) -> str:
    """A confirmed order's number."""
    await load_demo(stores, today=date(2024, 3, 4))
    async with stores.begin() as tx:
        anna = await tx.people.by_identity("vg", "198501012382")
        line = (await tx.people.lines(anna.id))[0]
        draft = await tx.orders.save_draft(anna.id, {}, version=None, now=CONFIRMED_AT)
        new = NewOrder(
            person_id=anna.id,
            region="vg",
            payer=line.payer,
            channel="chat",
            ordered_by=anna.id,
            day=CONFIRMED_AT.date(),
            confirmed_at=CONFIRMED_AT,
            send_after=CONFIRMED_AT,
            option="home_delivery",
            details={},
            lines=(OrderLine(line.id, line.article.number, 1),),
            fee_kr=None,
            expected_earliest=None,
            expected_latest=None,
            idempotency_key="draft:1",
        )
        [order] = await tx.orders.place([new], draft=draft)
    return order.number


@pytest.fixture
def report(client, number):
    async def report(status: str, **more: str) -> httpx.Response:
        body = {"status": status} | more
        return await client.post(f"/api/v1/orders/{number}/status", json=body)

    return report


async def test_an_order_is_reported_on_its_way_and_then_delivered(report, number, stores):
    first = await report("out_for_delivery")
    assert (first.status_code, first.json()) == (
        200,
        {"number": number, "status": "out_for_delivery", "changed": True},
    )
    assert (await report("delivered", at="2024-03-06T23:30:00+00:00")).json()["status"] == "delivered"
    async with stores.begin() as tx:
        order = await tx.orders.by_number(number)
    assert order.delivered_on == date(2024, 3, 7)  # the local day


async def test_a_repeated_report_changes_nothing_and_is_no_error(report, number, stores):
    await report("delivered", at="2024-03-06T10:00:00Z")
    again = await report("delivered", at="2024-03-08T10:00:00Z")
    assert (again.status_code, again.json()["changed"]) == (200, False)
    async with stores.begin() as tx:
        assert (await tx.orders.by_number(number)).delivered_on == date(2024, 3, 6)


async def test_a_late_report_does_not_move_an_order_back(report):
    await report("delivered")
    late = await report("out_for_delivery")
    assert late.json()["status"] == "delivered"
    assert late.json()["changed"] is False


async def test_a_cancelled_order_cannot_be_delivered(report, number, stores):
    async with stores.begin() as tx:
        order = await tx.orders.by_number(number)
        await tx.orders.set_status(order.id, was=["confirmed"], to="cancelled", now=CONFIRMED_AT)
    answer = await report("delivered")
    assert (answer.status_code, answer.json()["code"]) == (409, "cancelled_order")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.case(23)
async def test_an_unknown_order_is_not_found(client):
    answer = await client.post("/api/v1/orders/0000000/status", json={"status": "delivered"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_order")


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": ""}, {"X-API-Key": "demo-kex"}, {"X-API-Key": "å"}])
async def test_without_a_valid_key_nothing_is_told(headers, client, number, stores):
    del client.headers["X-API-Key"]
    raw = {name: value.encode() for name, value in headers.items()}
    answer = await client.post(f"/api/v1/orders/{number}/status", json={"status": "delivered"}, headers=raw)
    assert (answer.status_code, answer.json()["code"]) == (401, "no_valid_key")
    async with stores.begin() as tx:
        assert (await tx.orders.by_number(number)).status == "confirmed"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "ordered"}, "body.status"),
        ({"status": "delivered", "at": "2024-03-06T10:00:00"}, "body.at"),
        ({"status": "delivered", "patient": "198501012382"}, "body.patient"),
        ({}, "body.status"),
    ],
)
async def test_a_malformed_report_names_the_field_and_never_its_content(body, field, client, number):
    answer = await client.post(f"/api/v1/orders/{number}/status", json=body)
    assert (answer.status_code, answer.json()["fields"]) == (422, [field])
    assert "198501012382" not in answer.text


def test_every_problem_of_a_route_is_in_its_description():
    app = FastAPI()
    rest.add_to(app)
    described = app.openapi()["paths"]["/api/v1/orders/{number}/status"]["post"]["responses"]
    assert set(described) == {"200", "400", "401", "403", "404", "409", "422"}
