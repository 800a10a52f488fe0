"""Staff read what patients have reported; nobody else may, since it tells about patients in their own words."""

from dataclasses import replace

import pytest

from tests.rest.conftest import NOW

STAFF = {"X-API-Key": "demo-staff-key"}


@pytest.fixture
async def told(stores, demo):
    async with stores.begin() as tx:
        anna = await tx.people.by_identity("vg", "198501012382")
        opened = await tx.complaints.add(person_id=anna.id, region="vg", channel="sms", visit_id=1, now=NOW)
        whole = replace(
            opened, status="received", kind="damaged", route="deviation_report", text="kartongen var krossad"
        )
        assert await tx.complaints.save(whole)
        half = await tx.complaints.add(person_id=anna.id, region="vg", channel="chat", visit_id=2, now=NOW)
        gone = await tx.complaints.add(person_id=anna.id, region="vg", channel="chat", visit_id=3, now=NOW)
        assert await tx.complaints.save(replace(gone, status="cancelled"))
        return opened, half


async def listed(client, **params) -> list[dict]:
    answer = await client.get("/api/v1/complaints", params={"region": "vg"} | params, headers=STAFF)
    assert answer.status_code == 200, answer.text
    return answer.json()["complaints"]


async def test_staff_read_what_was_told_and_what_is_half_told_but_nothing_taken_back(client, told):
    whole, half = told
    newest, oldest = await listed(client)
    assert (newest["case_number"], newest["status"]) == (half.case_number, "open")
    assert (oldest["case_number"], oldest["kind"], oldest["text"]) == (
        whole.case_number, "damaged", "kartongen var krossad",
    )  # fmt: skip
    assert oldest["person"] == {"identity_number": "198501012382", "name": "Anna Lindqvist"}
    assert await listed(client, region="skane") == []
    assert await listed(client, since="2026-03-03") == []


@pytest.mark.parametrize(("headers", "status"), [({}, 403), ({"X-API-Key": "x"}, 401)])
async def test_only_staff_read_complaints(client, told, headers, status):
    answer = await client.get("/api/v1/complaints", params={"region": "vg"}, headers=headers)
    assert answer.status_code == status


async def test_an_unknown_region_is_malformed(client, demo):
    answer = await client.get("/api/v1/complaints", params={"region": "norr"}, headers=STAFF)
    assert (answer.status_code, answer.json()["fields"]) == (422, ["query.region"])
