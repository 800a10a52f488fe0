"""What was given up: listed without content, put back once, and never behind what has been answered since."""

import asyncio
from datetime import datetime, timedelta

import pytest

from ordering.ports import RowCount
from ordering.store import SqlStores
from ordering.use_cases.failed_messages import FailedMessage, failed_messages, masked, reason, replay
from tests.store.conftest import NOW

LATER = NOW + timedelta(hours=3)


async def dead_sms(stores: SqlStores, key: str = "reply:7", error: str = "Twilio answered 400, code 21610") -> str:
    async with stores.begin() as tx:
        row_id = await tx.outbox.put(kind="sms", recipient="+46701740605", sealed=b"hemligt", key=key, due_at=NOW)
        assert row_id is not None
        await tx.outbox.failed(row_id, error=error, retry_at=None, now=LATER)
    return f"out-{row_id}"


async def received(stores: SqlStores, provider_id: str, key: str = "+46701740605>+46313900600") -> int:
    async with stores.begin() as tx:
        thread = await tx.conversations.thread(channel="sms", region="vg", key=key, address="+46701740605")
        row = await tx.conversations.receive(thread_id=thread.id, provider_id=provider_id, sealed=b"hemligt", now=NOW)
    assert row is not None
    return row.id


async def dead_incoming(stores: SqlStores, provider_id: str, *, replayable: bool = True) -> str:
    row_id = await received(stores, provider_id)
    async with stores.begin() as tx:
        error = "status 502: action_x: KeyError"
        await tx.conversations.failed(row_id, error=error, retry_at=None, now=LATER, replayable=replayable)
    return f"in-{row_id}"


async def answered(stores: SqlStores, row_id: int) -> None:
    async with stores.begin() as tx:
        await tx.conversations.handled(row_id, text="hej", reply=None, now=LATER)


async def listed(stores: SqlStores, kind: str | None = None) -> list[FailedMessage]:
    async with stores.begin() as tx:
        return await failed_messages(tx, kind=kind, limit=50)


async def test_what_was_given_up_is_listed_by_kind_in_codes_and_without_its_number(stores: SqlStores) -> None:
    mine, ours = await dead_incoming(stores, "SM1"), await dead_sms(stores)
    await received(stores, "SM2")
    found = {one.id: one for one in await listed(stores)}
    assert found == {
        mine: FailedMessage(mine, "incoming", "sms", LATER, 1, "dialogue_502", "...05", None),
        ours: FailedMessage(ours, "sms", None, LATER, 1, "twilio_400_21610", "...05", None),
    }
    assert [one.id for one in await listed(stores, "incoming")] == [mine]
    assert [one.id for one in await listed(stores, "sms")] == [ours]
    assert await listed(stores, "mail") == []


async def test_ours_is_due_at_once_under_its_key_and_looked_up_before_it_is_sent(stores: SqlStores) -> None:
    message = await dead_sms(stores)
    assert await replay(stores, message, now=LATER) is None
    assert await listed(stores) == []
    async with stores.begin() as tx:
        (row,) = await tx.outbox.lease(LATER)
    assert (row.key, row.status, row.attempts, row.sealed) == ("reply:7", "unknown", 0, b"hemligt")
    assert await replay(stores, message, now=LATER) == "unknown_message"


async def test_a_patients_message_is_put_back_before_newer_ones_that_wait(stores: SqlStores) -> None:
    message = await dead_incoming(stores, "SM1")
    newer = await received(stores, "SM2")
    assert await replay(stores, message, now=LATER) is None
    async with stores.begin() as tx:
        row = await tx.conversations.inbox("SM1")
        assert row is not None
        waiting = await tx.conversations.waiting(row.thread_id)
        assert await tx.conversations.lease(row.thread_id, "gateway", now=LATER, seconds=1), "the lease was given back"
    assert [one.id for one in waiting] == [row.id, newer]
    assert (row.attempts, row.due_at, row.sealed) == (0, LATER, b"hemligt")


async def test_of_many_who_replay_at_once_one_does(stores: SqlStores) -> None:
    for message in (await dead_incoming(stores, "SM1"), await dead_sms(stores)):
        outcomes = await asyncio.gather(*(replay(stores, message, now=LATER) for _ in range(6)))
        assert outcomes.count(None) == 1, outcomes


async def test_a_message_is_too_late_once_a_newer_one_has_been_answered(stores: SqlStores) -> None:
    message = await dead_incoming(stores, "SM1")
    await answered(stores, await received(stores, "SM2", key="another>conversation"))
    assert [one.why_not for one in await listed(stores)] == [None]
    await answered(stores, await received(stores, "SM3"))
    assert [one.why_not for one in await listed(stores)] == ["conversation_went_on"]
    assert await replay(stores, message, now=LATER) == "conversation_went_on"


async def test_a_conversation_that_is_being_answered_is_left_alone(stores: SqlStores) -> None:
    message = await dead_incoming(stores, "SM1")
    async with stores.begin() as tx:
        row = await tx.conversations.inbox("SM1")
        assert row is not None
        await tx.conversations.lease(row.thread_id, "gateway", now=LATER, seconds=20)
    assert await replay(stores, message, now=LATER) == "conversation_busy"
    assert await replay(stores, message, now=LATER + timedelta(seconds=21)) is None


async def test_what_has_no_content_any_more_or_is_a_login_code_is_not_replayed(stores: SqlStores) -> None:
    called = await dead_incoming(stores, "CA1:1", replayable=False)
    code = await dead_sms(stores, key="code:9")
    assert {one.id: one.why_not for one in await listed(stores)} == {called: "content_gone", code: "one_time_code"}
    assert await replay(stores, called, now=LATER) == "content_gone"
    assert await replay(stores, code, now=LATER) == "one_time_code"


@pytest.mark.parametrize(
    "message", ["in-99", "out-99", "in-0", "99", "in-1; DROP TABLE inbox", "in-999999999", "in-9999999999"]
)
async def test_an_id_that_is_none_is_unknown(message: str, stores: SqlStores) -> None:
    assert await replay(stores, message, now=NOW) == "unknown_message"


async def test_waiting_and_dead_rows_are_counted_with_the_oldest(stores: SqlStores) -> None:
    await dead_sms(stores)
    async with stores.begin() as tx:
        for key, due in (("a", NOW), ("b", NOW - timedelta(hours=1))):
            await tx.outbox.put(kind="mail", recipient="a@b.se", sealed=b"x", key=key, due_at=due)
    await received(stores, "SM1")
    async with stores.begin() as tx:
        counts = await tx.failed_messages.counts()
    earlier: datetime = NOW - timedelta(hours=1)
    assert sorted(counts, key=lambda one: (one.box, one.kind)) == [
        RowCount("in", "sms", "waiting", 1, NOW),
        RowCount("out", "mail", "waiting", 2, earlier),
        RowCount("out", "sms", "dead", 1, LATER),
    ]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("Twilio answered 500, code None", "twilio_500"),
        ("undelivered: 30003", "undelivered_30003"),
        ("failed: no code", "undelivered"),
        ("undelivered: call me on 0701740605", "undelivered"),
        ("the mail server answered 550", "mail_server_550"),
        ("the distributor answered 409", "distributor_409"),
        ("ConnectError", "fault_ConnectError"),
        ("KeyError in base.py:12, by way of orders.py:83", "fault_KeyError"),
        ("Anna Ek, 0701740605", "other"),
        (None, "other"),
    ],
)
def test_a_reason_is_a_code_and_quotes_nothing(error: str | None, code: str) -> None:
    assert reason(error) == code


@pytest.mark.parametrize(
    ("address", "shown"),
    [("+46701740605", "...05"), ("anna.ek@region.example", "...@region.example"), ("vg", "vg"), (None, None)],
)
def test_no_more_than_two_figures_of_a_number_are_shown(address: str | None, shown: str | None) -> None:
    assert masked(address) == shown
