"""Customer service sets how much an SMS may tell a person; nobody learns thereby who exists."""

import pytest

from ordering.importing import load_demo
from tests.rest.conftest import TODAY

STAFF = {"X-API-Key": "demo-staff-key"}
ANNA, PROTECTED = "198501012382", "191401682396"


async def put(client, detail, *, person: str = ANNA, headers=STAFF, region: str = "vg"):
    body = {"region": region, "person": person, "sms_detail": detail}
    return await client.put("/api/v1/sms-detail", json=body, headers=headers)


async def detail_of_anna(stores) -> str | None:
    async with stores.begin() as tx:
        return (await tx.people.by_identity("vg", ANNA)).sms_detail


async def test_it_goes_before_the_register_and_stays_through_an_import(client, stores, demo):
    registered = await detail_of_anna(stores)
    assert (await put(client, "neutral")).status_code == 200
    assert await detail_of_anna(stores) == "neutral"
    await load_demo(stores, today=TODAY)
    assert await detail_of_anna(stores) == "neutral"
    assert (await put(client, None)).status_code == 200
    assert await detail_of_anna(stores) == registered


async def test_it_is_noted_who_did_it(client, stores, demo):
    await put(client, "full")
    async with stores.begin() as tx:
        anna = await tx.people.by_identity("vg", ANNA)
        (entry,) = await tx.access_log.of_person(anna.id, limit=1)
    assert (entry.did, entry.what, entry.who) == ("changed", "sms_detail", "customer service")


@pytest.mark.parametrize("person", ["198501012390x", "200001012384", PROTECTED, ""])
async def test_unknown_and_protected_people_are_alike(client, demo, person):
    answer = await put(client, "neutral", person=person)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_person")


async def test_only_customer_service_may(client, stores, demo):
    assert (await put(client, "full", headers={})).status_code == 403
    assert (await put(client, "full", headers={"X-API-Key": "x"})).status_code == 401


async def test_what_is_no_detail_is_malformed(client, demo):
    assert (await put(client, "everything")).json()["fields"] == ["body.sms_detail"]
