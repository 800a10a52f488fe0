import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from ordering.model import OutboxRow
from ordering.store import SqlStores
from ordering.store.outbox import LEASE
from tests.store.conftest import NOW


async def put(stores: SqlStores, key: str, due_at: datetime = NOW) -> int | None:
    async with stores.begin() as tx:
        return await tx.outbox.put(kind="sms", recipient="+46701740605", sealed=b"sealed", key=key, due_at=due_at)


async def lease(stores: SqlStores, now: datetime = NOW, ids: list[int] | None = None) -> list[OutboxRow]:
    async with stores.begin() as tx:
        return await tx.outbox.lease(now, ids=ids)


async def test_the_same_key_is_never_put_in_twice(stores: SqlStores) -> None:
    ids = await asyncio.gather(*(put(stores, "reply:7") for _ in range(10)))
    assert len([row_id for row_id in ids if row_id is not None]) == 1


async def test_each_row_is_leased_by_one_of_many_senders(stores: SqlStores) -> None:
    for number in range(30):
        await put(stores, str(number))
    taken = await asyncio.gather(*(lease(stores) for _ in range(6)))
    ids = [row.id for rows in taken for row in rows]
    assert len(ids) == len(set(ids))
    rest = await lease(stores)
    assert len(ids) + len(rest) == 30


async def test_rows_are_leased_when_due_the_oldest_first_and_only_those_asked_for(stores: SqlStores) -> None:
    late = await put(stores, "late", NOW + timedelta(minutes=1))
    second = await put(stores, "second", NOW)
    first = await put(stores, "first", NOW - timedelta(seconds=1))
    assert late is not None
    assert await lease(stores, ids=[late]) == []
    assert await lease(stores, ids=[]) == []
    assert [row.id for row in await lease(stores)] == [first, second]
    assert [row.id for row in await lease(stores, NOW + timedelta(minutes=1) - timedelta(seconds=1))] == []


async def test_a_sent_row_is_wiped_and_found_by_the_providers_id(stores: SqlStores) -> None:
    row_id = await put(stores, "a")
    assert row_id
    (row,) = await lease(stores)
    async with stores.begin() as tx:
        await tx.outbox.sent(row.id, provider_id="SM9", now=NOW)
    async with stores.begin() as tx:
        sent = await tx.outbox.by_provider("SM9")
        assert await tx.outbox.by_provider("SM8") is None
    assert sent == replace(row, status="sent", attempts=1, sealed=None, provider_id="SM9", due_at=NOW + LEASE)
    assert await lease(stores, NOW + timedelta(days=1)) == []


async def test_a_failed_row_is_due_again_later_and_is_given_up_in_the_end(stores: SqlStores) -> None:
    row_id = await put(stores, "a")
    assert row_id
    await lease(stores)
    soon = NOW + timedelta(seconds=20)
    async with stores.begin() as tx:
        await tx.outbox.failed(row_id, error="503", retry_at=soon, now=NOW)
    assert await lease(stores) == []
    (row,) = await lease(stores, soon)
    assert (row.status, row.attempts) == ("pending", 1)
    async with stores.begin() as tx:
        await tx.outbox.failed(row_id, error="400", retry_at=None, now=NOW)
    assert await lease(stores, NOW + timedelta(days=1)) == []


async def test_a_row_that_may_have_gone_out_says_so_when_it_comes_back(stores: SqlStores) -> None:
    reported, crashed = await put(stores, "reported"), await put(stores, "crashed")
    assert reported is not None
    assert crashed is not None
    await lease(stores)
    async with stores.begin() as tx:
        await tx.outbox.failed(reported, error="connection lost", retry_at=NOW + LEASE, now=NOW, status="unknown")
    assert await lease(stores, NOW + LEASE - timedelta(seconds=1)) == []
    again = await lease(stores, NOW + LEASE)
    assert {row.id: row.status for row in again} == {reported: "unknown", crashed: "unknown"}


async def test_what_nobody_has_tried_to_send_can_be_taken_back(stores: SqlStores) -> None:
    async with stores.begin() as tx:
        for key in ("waiting", "tried"):
            await tx.outbox.put(kind="mail", recipient="a@b.se", sealed=b"x", key=key, due_at=NOW)
    async with stores.begin() as tx:
        assert await tx.outbox.withdraw("waiting")
        assert not await tx.outbox.withdraw("waiting")
        (tried,) = await tx.outbox.lease(NOW)
        assert not await tx.outbox.withdraw("tried"), "it is on its way"
        await tx.outbox.failed(tried.id, error="no answer", retry_at=NOW, now=NOW)
        assert not await tx.outbox.withdraw("tried"), "it may have gone out"
