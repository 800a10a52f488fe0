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
        await tx.complaints.save(whole)
        half = await tx.complaints.add(person_id=anna.id, region="vg", channel="chat", visit_id=2, now=NOW)
        gone = await tx.complaints.add(person_id=anna.id, region="vg", channel="chat", visit_id=3, now=NOW)
        await tx.complaints.save(replace(gone, status="cancelled"))
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


# Pictures


@pytest.fixture
async def pictured(stores, told, app) -> int:
    async with stores.begin() as tx:
        whole, _ = told
        sealed = app.state.sealer.seal_bytes(b"\xff\xd8 a picture")
        assert await tx.complaints.add_picture(whole.id, key="m1:1", sealed=sealed, now=NOW)
        assert not await tx.complaints.add_picture(whole.id, key="m1:1", sealed=sealed, now=NOW)
        (picture_id,) = await tx.complaints.pictures(whole.id)
    return picture_id


async def test_staff_see_the_pictures_of_a_complaint_and_that_is_noted(client, stores, pictured):
    newest, oldest = await listed(client)
    assert (newest["pictures"], oldest["pictures"]) == ([], [pictured])
    answer = await client.get(f"/api/v1/complaints/pictures/{pictured}", headers=STAFF)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content == b"\xff\xd8 a picture"
    async with stores.begin() as tx:
        anna = await tx.people.by_identity("vg", "198501012382")
        assert (await tx.access_log.of_person(anna.id, limit=1))[0].what == "complaints"


async def test_nobody_else_sees_them(client, pictured):
    path = f"/api/v1/complaints/pictures/{pictured}"
    assert (await client.get(path)).status_code == 403
    assert (await client.get(path, headers={"X-API-Key": "x"})).status_code == 401


async def test_of_a_complaint_of_another_region_or_one_taken_back_there_is_no_picture(client, app, stores, pictured):
    path = f"/api/v1/complaints/pictures/{pictured}"
    keys = app.state.settings.api_keys
    elsewhere = keys["customer service"].model_copy(update={"key": "skane", "regions": ("skane",)})
    app.state.settings = app.state.settings.model_copy(update={"api_keys": keys | {"skåne": elsewhere}})
    assert (await client.get(path, headers={"X-API-Key": "skane"})).json()["code"] == "unknown_picture"
    assert (await client.get("/api/v1/complaints/pictures/99999", headers=STAFF)).status_code == 404
    async with stores._engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE complaints SET status = 'cancelled'")
    assert (await client.get(path, headers=STAFF)).status_code == 404


# Closing


async def test_a_closed_complaint_waits_no_more_and_stays_as_it_was_closed_first(client, told):
    whole, half = told
    path = f"/api/v1/complaints/{whole.case_number}/close"
    first = (await client.post(path, headers=STAFF)).json()
    assert (first["case_number"], first["closed_by"]) == (whole.case_number, "customer service")
    assert (await client.post(path, headers=STAFF)).json() == first
    assert [one["case_number"] for one in await listed(client)] == [half.case_number]
    (closed,) = await listed(client, open=False)
    assert (closed["case_number"], closed["status"], closed["text"]) == (
        whole.case_number, "closed", "kartongen var krossad",
    )  # fmt: skip


async def test_what_is_not_there_or_elsewhere_or_of_somebody_protected_is_unknown(client, app, stores, told):
    whole, _ = told
    path = f"/api/v1/complaints/{whole.case_number}/close"
    keys = app.state.settings.api_keys
    elsewhere = keys["customer service"].model_copy(update={"key": "skane", "regions": ("skane",)})
    app.state.settings = app.state.settings.model_copy(update={"api_keys": keys | {"skåne": elsewhere}})
    assert (await client.post(path, headers={"X-API-Key": "skane"})).json()["code"] == "unknown_complaint"
    assert (await client.post("/api/v1/complaints/R000000/close", headers=STAFF)).status_code == 404
    async with stores.begin() as tx:
        await tx.people.mark_protected(whole.person_id, protected=True)
    assert (await client.post(path, headers=STAFF)).json()["code"] == "unknown_complaint"
    assert await listed(client) == []


async def test_a_picture_of_somebody_protected_is_not_there(client, stores, told, pictured):
    async with stores.begin() as tx:
        await tx.people.mark_protected(told[0].person_id, protected=True)
    assert (await client.get(f"/api/v1/complaints/pictures/{pictured}", headers=STAFF)).status_code == 404
