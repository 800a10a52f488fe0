"""Staff list whom to call and close each; nobody else may, since it tells about patients."""

from dataclasses import replace
from datetime import date

import pytest

from ordering.model import Callback
from tests.rest.conftest import NOW

STAFF = {"X-API-Key": "demo-staff-key"}
MONDAY = date(2026, 3, 2)
ABOUT = {"intents": ["ask_fee"], "orders": ["1234567"], "complaint": None}


@pytest.fixture
async def booked(stores, demo) -> Callback:
    async with stores.begin() as tx:
        anna = await tx.people.by_identity("vg", "198501012382")
        asked = Callback(0, "vg", "chat", 1, NOW, person_id=anna.id, number="+46701740605", about=ABOUT)
        window = {"day": MONDAY, "starts": "12:30", "ends": "16:30"}
        return await tx.callbacks.add(replace(asked, status="booked", **window))


async def listed(client, **params) -> list[dict]:
    answer = await client.get("/api/v1/callbacks", params={"region": "vg"} | params, headers=STAFF)
    assert answer.status_code == 200, answer.text
    return answer.json()["callbacks"]


async def test_staff_read_whom_to_call_when_and_about_what(client, booked):
    (told,) = await listed(client)
    assert told["person"] == {"identity_number": "198501012382", "name": "Anna Lindqvist"}
    assert (told["number"], told["day"], told["starts"], told["ends"]) == (
        "+46701740605", "2026-03-02", "12:30", "16:30",
    )  # fmt: skip
    assert told["about"] == ABOUT
    assert await listed(client, region="skane") == []


async def test_a_closed_one_leaves_the_list_and_stays_as_it_was_closed_first(client, booked):
    first = await client.post(f"/api/v1/callbacks/{booked.id}/close", headers=STAFF)
    assert first.json()["closed_by"] == "customer service"
    assert await listed(client) == []
    (told,) = await listed(client, open="false")
    assert told["status"] == "closed"
    assert (await client.post(f"/api/v1/callbacks/{booked.id}/close", headers=STAFF)).json() == first.json()


async def test_what_is_not_booked_cannot_be_closed(client, booked):
    answer = await client.post(f"/api/v1/callbacks/{booked.id + 1}/close", headers=STAFF)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_callback")


async def test_other_callers_read_nothing_about_patients(client, booked):
    for method, path in (("GET", "?region=vg"), ("POST", f"/{booked.id}/close")):
        answer = await client.request(method, f"/api/v1/callbacks{path}")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_your_role")
        assert "Anna" not in answer.text
