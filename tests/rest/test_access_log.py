"""Auditors see who has read what about a patient, themselves included."""

import csv
import inspect
import io
from dataclasses import replace

import pytest
from rasa_sdk.executor import ActionExecutor

from actions.turn import VisitAction
from ordering.model import Callback
from ordering.use_cases.access_log import KINDS, SEEN
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
    entries = [one for one in answer.json()["entries"] if one["who"] not in ("import", "service")]
    return [(entry["who"], entry["what"], entry["why"]) for entry in entries]


async def test_every_reading_by_staff_is_noted_and_so_is_reading_the_log(client, reported):
    for path in ("callbacks", "complaints"):
        got = await client.get(f"/api/v1/{path}", params={"region": "vg"}, headers=KEYS["desk"])
        assert got.status_code == 200
    await client.post("/api/v1/prescriptions/copy", json=ANNA | {"line": 1}, headers=KEYS["prescriber"])
    assert await log(client) == [
        ("auditor", "access_log", "auditor"),
        ("prescriber", "prescriptions", "prescriber"),
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


WEST = {"region": "vg", "first": "2026-01-01", "last": "2036-12-31"}


async def test_what_is_told_is_the_kind_of_data_and_whether_it_was_changed(client, demo):
    await client.put("/api/v1/sms-detail", json=ANNA | {"sms_detail": "full"}, headers=KEYS["desk"])
    told = (await client.post("/api/v1/access-log", json=ANNA, headers=KEYS["auditor"])).json()["entries"]
    assert [(one["did"], one["what"]) for one in told[:2]] == [("read", "access_log"), ("changed", "sms_detail")]
    assert {one["what"] for one in told} <= set(KINDS)


async def test_the_log_of_a_person_comes_as_csv_too(client, reported):
    answer = await client.post("/api/v1/access-log?form=csv", json=ANNA, headers=KEYS["auditor"])
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert (rows[0]["who"], rows[0]["did"], rows[0]["what"]) == ("auditor", "read", "access_log")
    assert "198501012382" not in answer.text


async def test_the_log_of_a_region_comes_whole_in_pages(client, demo, monkeypatch):
    monkeypatch.setattr("ordering.use_cases.access_log.MOST_TOLD", 7)
    found, after = [], 0
    while after is not None:
        answer = await client.get("/api/v1/access-log", params=WEST | {"after": after}, headers=KEYS["auditor"])
        assert answer.status_code == 200, answer.text
        found += answer.json()["entries"]
        after = answer.json()["next"]
    monkeypatch.undo()
    whole = await client.get("/api/v1/access-log", params=WEST, headers=KEYS["auditor"])
    assert found == whole.json()["entries"]
    assert len(found) > 14
    as_csv = await client.get("/api/v1/access-log", params=WEST | {"form": "csv"}, headers=KEYS["auditor"])
    assert len(as_csv.text.splitlines()) == len(found) + 1


async def test_the_log_of_a_region_is_for_its_auditors_and_its_days(client, demo):
    desk = await client.get("/api/v1/access-log", params=WEST, headers=KEYS["desk"])
    assert desk.status_code == 403
    past = WEST | {"last": "2026-01-02"}
    none = await client.get("/api/v1/access-log", params=past, headers=KEYS["auditor"])
    assert none.json() == {"entries": [], "next": None}


def test_every_action_about_a_patient_has_a_kind_of_data():
    ActionExecutor().register_package("actions")
    named = {action().name() for action in _all_of(VisitAction) if not inspect.isabstract(action)}
    assert set(SEEN) <= named
    assert set(SEEN.values()) <= set(KINDS)


def _all_of(kind):
    return {below for one in kind.__subclasses__() for below in (one, *_all_of(one))}


@pytest.mark.parametrize(
    ("first", "last", "status"), [("0001-01-01", "9999-12-31", 200), ("2026-02-30", "2026-03-01", 422)]
)
async def test_the_farthest_days_are_days_too(client, demo, first, last, status):
    asked = WEST | {"first": first, "last": last}
    assert (await client.get("/api/v1/access-log", params=asked, headers=KEYS["auditor"])).status_code == status
