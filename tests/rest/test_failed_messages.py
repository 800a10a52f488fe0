"""Staff see what was given up, in codes, and try it again."""

from datetime import timedelta

import pytest
from prometheus_client import generate_latest

from api import waiting
from ordering.settings import ApiKey
from tests.rest.conftest import NOW

LIST, KEYS = "/api/v1/failed-messages", {"id", "kind", "channel", "since", "attempts", "reason", "to", "why_not"}


@pytest.fixture(autouse=True)
def as_staff(client) -> None:
    client.headers["X-API-Key"] = "demo-staff-key"


@pytest.fixture
async def dead(stores) -> str:
    async with stores.begin() as tx:
        row_id = await tx.outbox.put(kind="sms", recipient="+46701740605", sealed=b"hemligt", key="reply:1", due_at=NOW)
        await tx.outbox.failed(row_id, error="undelivered: 30003", retry_at=None, now=NOW)
    return f"out-{row_id}"


async def test_a_failed_message_is_listed_and_replayed_once(client, dead, stores):
    (told,) = (await client.get(LIST, params={"kind": "sms"})).json()["messages"]
    assert told.keys() == KEYS
    assert (told["id"], told["reason"], told["to"], told["why_not"]) == (dead, "undelivered_30003", "...05", None)
    answer = await client.post(f"{LIST}/{dead}/replay")
    assert (answer.status_code, answer.json()) == (202, {"id": dead, "status": "waiting"})
    assert (await client.get(LIST)).json() == {"messages": []}
    again = await client.post(f"{LIST}/{dead}/replay")
    assert (again.status_code, again.json()["code"]) == (404, "unknown_message")
    async with stores.begin() as tx:
        assert [row.key for row in await tx.outbox.lease(NOW)] == ["reply:1"]


async def test_what_stands_in_the_way_is_told_before_and_after_trying(client, dead, stores):
    async with stores.begin() as tx:
        row_id = await tx.outbox.put(kind="sms", recipient="+46701740605", sealed=b"x", key="code:1", due_at=NOW)
        await tx.outbox.failed(row_id, error="e", retry_at=None, now=NOW)
    shown = {one["id"]: one["why_not"] for one in (await client.get(LIST)).json()["messages"]}
    assert shown == {dead: None, f"out-{row_id}": "one_time_code"}
    answer = await client.post(f"{LIST}/out-{row_id}/replay")
    assert (answer.status_code, answer.json()["code"]) == (409, "one_time_code")


async def test_a_key_for_one_region_sees_and_replays_those_of_that_region_alone(client, dead, stores, app, settings):
    async with stores.begin() as tx:
        thread = await tx.conversations.thread(channel="sms", region="skane", key="k", address="+46701740699")
        row = await tx.conversations.receive(thread_id=thread.id, provider_id="p", sealed=b"s", now=NOW)
        await tx.conversations.failed(row.id, error="e", retry_at=None, now=NOW, replayable=True)
        out = await tx.outbox.put(
            kind="sms", recipient="+46701740699", sealed=b"s", key="reply:p", due_at=NOW, region="vg"
        )
        await tx.outbox.failed(out, error="e", retry_at=None, now=NOW)
    for region, own, other in (("vg", f"out-{out}", f"in-{row.id}"), ("skane", f"in-{row.id}", f"out-{out}")):
        key = ApiKey(key=region, roles=["customer_service"], regions=[region])
        app.state.settings = settings.model_copy(update={"api_keys": {region: key}})
        headers = {"X-API-Key": region}
        assert [one["id"] for one in (await client.get(LIST, headers=headers)).json()["messages"]] == [own]
        for theirs in (other, dead):  # of that one nobody knows the region
            answer = await client.post(f"{LIST}/{theirs}/replay", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_message")
        assert (await client.post(f"{LIST}/{own}/replay", headers=headers)).status_code == 202


@pytest.mark.parametrize(("key", "status"), [("wrong", 401), ("demo-key", 403)])
async def test_nothing_is_told_or_done_without_the_key_of_staff(key, status, client, dead):
    for answer in (
        await client.get(LIST, headers={"X-API-Key": key}),
        await client.post(f"{LIST}/{dead}/replay", headers={"X-API-Key": key}),
    ):
        assert answer.status_code == status
    assert len((await client.get(LIST)).json()["messages"]) == 1


async def test_what_is_no_id_or_kind_is_malformed(malformed):
    assert (await malformed("POST", "/failed-messages/out-x/replay"))[0] == ["path.id"]
    assert (await malformed("GET", "/failed-messages", params={"kind": "letters"}))[0] == ["query.kind"]
    assert (await malformed("GET", "/failed-messages", params={"limit": 0}))[0] == ["query.limit"]


def shown(name: str) -> set[str]:
    return {line for line in generate_latest().decode().splitlines() if line.startswith(f"pafyll_messages_{name}{{")}


async def test_waiting_and_dead_messages_are_measured_and_gone_with_the_database(dead, stores):
    async with stores.begin() as tx:
        await tx.outbox.put(kind="mail", recipient="a@b.se", sealed=b"x", key="mail", due_at=NOW)
    await waiting.measure(stores, NOW + timedelta(minutes=2))
    assert 'pafyll_messages_dead{box="outbox",kind="sms"} 1.0' in shown("dead")
    assert 'pafyll_messages_waiting{box="outbox",kind="mail"} 1.0' in shown("waiting")
    assert 'pafyll_messages_waiting{box="inbox",kind="chat"} 0.0' in shown("waiting")
    assert 'pafyll_messages_overdue_seconds{box="outbox",kind="mail"} 120.0' in shown("overdue_seconds")

    class Down:
        def begin(self):
            raise OSError

    await waiting.measure(Down(), NOW)
    assert shown("dead") == shown("waiting") == set()
