"""Auditors see who has read what about a patient, themselves included."""

from dataclasses import replace

import pytest

from ordering.model import Callback
from tests.rest.conftest import NOW

ANNA = {"region": "vg", "person": "19850101-2382"}
KEYS = {
    name: {"X-API-Key": f"demo-{key}"}
    for name, key in {"desk": "staff-key", "prescriber": "prescriber-key", "auditor": "auditor-key"}.items()
}


@pytest.fixture
async def reported(stores, demo) -> None:
    """Anna waits for a call and has begun to report something."""
    async with stores.begin() as tx:
        anna = await tx.people.by_identity("vg", "198501012382")
        about = {"intents": [], "orders": [], "complaint": None}
        asked = Callback(0, "vg", "chat", 1, NOW, person_id=anna.id, number="+46701740605", about=about)
        waiting = await tx.callbacks.add(asked)
        assert await tx.callbacks.save(replace(waiting, status="booked"), was=("asked",))
        await tx.complaints.add(person_id=anna.id, region="vg", channel="sms", visit_id=1, now=NOW)


async def log(client) -> list[tuple[str, str, str]]:
    answer = await client.post("/api/v1/access-log", json=ANNA, headers=KEYS["auditor"])
    assert answer.status_code == 200, answer.text
    return [(entry["who"], entry["what"], entry["why"]) for entry in answer.json()["entries"]]


async def test_every_reading_by_staff_is_noted_and_so_is_reading_the_log(client, reported):
    for path in ("callbacks", "complaints"):
        got = await client.get(f"/api/v1/{path}", params={"region": "vg"}, headers=KEYS["desk"])
        assert got.status_code == 200
    await client.post("/api/v1/prescriptions/copy", json=ANNA | {"line": 1}, headers=KEYS["prescriber"])
    assert await log(client) == [
        ("auditor", "access_log", "auditor"),
        ("prescriber", "prescription_copy", "prescriber"),
        ("customer service", "complaints", "customer_service"),
        ("customer service", "callbacks", "customer_service"),
    ]
    assert len(await log(client)) == 5


async def test_nothing_is_noted_where_nothing_was_told(client, demo):
    await client.get("/api/v1/callbacks", params={"region": "vg"}, headers=KEYS["desk"])
    assert await log(client) == [("auditor", "access_log", "auditor")]


@pytest.mark.parametrize("number", ["199901012385", "nobody", "191401682396"])
async def test_nobody_and_a_protected_person_are_told_alike(client, demo, number):
    answer = await client.post("/api/v1/access-log", json=ANNA | {"person": number}, headers=KEYS["auditor"])
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_person")
