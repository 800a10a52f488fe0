import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from ordering.model import InboxRow, Person, Thread, Visit
from ordering.store import SqlStores
from ordering.store.tables import inbox
from tests.store.conftest import NOW

SILENCE = timedelta(minutes=30)


async def thread_of(stores: SqlStores, key: str = "+46701740605>+46313900600") -> Thread:
    async with stores.begin() as tx:
        return await tx.conversations.thread(channel="sms", region="vg", key=key, address="+46701740605")


async def receive(stores: SqlStores, thread: Thread, provider_id: str, at: datetime = NOW) -> InboxRow | None:
    async with stores.begin() as tx:
        return await tx.conversations.receive(thread_id=thread.id, provider_id=provider_id, sealed=b"secret", now=at)


async def start_visit(stores: SqlStores, thread: Thread, sender_id: str = "a1b2") -> Visit:
    async with stores.begin() as tx:
        return await tx.conversations.start_visit(thread, sender_id=sender_id, now=NOW, state={"step": "identity"})


async def test_an_address_has_one_thread_however_many_ask_at_once(stores: SqlStores) -> None:
    threads = await asyncio.gather(*(thread_of(stores) for _ in range(10)))
    assert len(set(threads)) == 1
    assert await thread_of(stores) == threads[0]
    assert (await thread_of(stores, "another")).id != threads[0].id


async def test_the_same_message_twenty_times_at_once_is_one_row(stores: SqlStores) -> None:
    thread = await thread_of(stores)
    rows = await asyncio.gather(*(receive(stores, thread, "SM1") for _ in range(20)))
    (stored,) = [row for row in rows if row is not None]
    async with stores.begin() as tx:
        assert await tx.conversations.inbox("SM1") == stored
        assert await tx.conversations.inbox("SM2") is None
        assert await tx.conversations.next_waiting(thread.id) == stored


async def test_messages_of_a_thread_wait_in_order_of_arrival(stores: SqlStores) -> None:
    thread = await thread_of(stores)
    for number in range(3):
        await receive(stores, thread, f"SM{number}")
    seen = []
    async with stores.begin() as tx:
        assert [row.provider_id for row in await tx.conversations.waiting(thread.id)] == ["SM0", "SM1", "SM2"]
        while row := await tx.conversations.next_waiting(thread.id):
            seen.append(row.provider_id)
            await tx.conversations.handled(row.id, text="hej", reply=None, now=NOW)
        assert await tx.conversations.waiting(thread.id) == []
    assert seen == ["SM0", "SM1", "SM2"]


async def test_a_handled_message_keeps_its_reply_and_nothing_readable(stores: SqlStores) -> None:
    thread = await thread_of(stores)
    row = await receive(stores, thread, "CA1-3")
    assert row is not None
    async with stores.begin() as tx:
        await tx.conversations.handled(row.id, text=None, reply={"messages": ["Tack!"]}, now=NOW)
    async with stores.begin() as tx:
        done = await tx.conversations.inbox("CA1-3")
    assert done == replace(row, status="done", sealed=None, reply={"messages": ["Tack!"]})


async def test_a_failed_message_waits_until_it_is_due_and_is_given_up_in_the_end(stores: SqlStores) -> None:
    thread = await thread_of(stores)
    row = await receive(stores, thread, "SM1")
    assert row is not None
    soon = NOW + timedelta(seconds=30)
    async with stores.begin() as tx:
        assert await tx.conversations.threads_waiting(NOW) == [thread]
        await tx.conversations.failed(row.id, error="timeout", retry_at=soon, now=NOW, replayable=True)
    async with stores.begin() as tx:
        assert await tx.conversations.threads_waiting(NOW) == []
        assert await tx.conversations.threads_waiting(soon) == [thread]
        await tx.conversations.failed(row.id, error="timeout", retry_at=None, now=soon, replayable=True)
    async with stores.begin() as tx:
        dead = await tx.conversations.inbox("SM1")
        assert await tx.conversations.threads_waiting(soon) == []
    assert dead == replace(row, status="dead", attempts=2, due_at=soon), (
        "kept with its content, so that it can be replayed"
    )


async def test_what_nobody_can_answer_any_more_is_kept_without_its_content(stores: SqlStores) -> None:
    row = await receive(stores, await thread_of(stores), "CA1:1")
    assert row is not None
    async with stores.begin() as tx:
        await tx.conversations.failed(row.id, error="timeout", retry_at=NOW, now=NOW, replayable=False)
        waiting = await tx.conversations.inbox("CA1:1")
        await tx.conversations.failed(row.id, error="timeout", retry_at=None, now=NOW, replayable=False)
        dead = await tx.conversations.inbox("CA1:1")
    assert waiting is not None
    assert waiting.sealed == row.sealed, "what is tried again is still needed"
    assert dead == replace(row, status="dead", attempts=2, due_at=NOW, sealed=None)


async def test_a_message_waits_behind_an_older_one_that_is_not_due_yet(stores: SqlStores) -> None:
    thread = await thread_of(stores)
    first = await receive(stores, thread, "SM1")
    assert first is not None
    soon = NOW + timedelta(seconds=30)
    async with stores.begin() as tx:
        await tx.conversations.failed(first.id, error="timeout", retry_at=soon, now=NOW, replayable=True)
    await receive(stores, thread, "SM2")
    async with stores.begin() as tx:
        assert await tx.conversations.threads_waiting(NOW) == []
        assert await tx.conversations.threads_waiting(soon) == [thread]
        next_one = await tx.conversations.next_waiting(thread.id)
    assert next_one is not None
    assert (next_one.provider_id, next_one.due_at) == ("SM1", soon)


async def test_threads_wait_in_order_of_their_oldest_message(stores: SqlStores) -> None:
    first, second = await thread_of(stores, "first"), await thread_of(stores, "second")
    for thread, provider_id in ((second, "1"), (first, "2"), (second, "3")):
        await receive(stores, thread, provider_id)
    async with stores.begin() as tx:
        assert await tx.conversations.threads_waiting(NOW) == [second, first]
        assert await tx.conversations.threads_waiting(NOW, limit=1) == [second]


async def test_a_lease_is_taken_by_one_only(stores: SqlStores) -> None:
    thread = await thread_of(stores)

    async def take(token: str) -> bool:
        async with stores.begin() as tx:
            return await tx.conversations.lease(thread.id, token, now=NOW, seconds=10)

    results = await asyncio.gather(*(take(f"worker {number}") for number in range(10)))
    assert sum(results) == 1


async def test_a_lease_can_be_renewed_released_and_runs_out(stores: SqlStores) -> None:
    thread = await thread_of(stores)
    await receive(stores, thread, "SM1")
    later = NOW + timedelta(seconds=11)
    async with stores.begin() as tx:
        take = tx.conversations.lease
        assert await take(thread.id, "a", now=NOW, seconds=10)
        assert await tx.conversations.threads_waiting(NOW) == []
        assert await take(thread.id, "a", now=NOW, seconds=10)
        assert not await take(thread.id, "b", now=NOW, seconds=10)
        await tx.conversations.release(thread.id, "b")
        assert not await take(thread.id, "b", now=NOW, seconds=10), "only its holder releases it"
        assert await take(thread.id, "b", now=later, seconds=10)
        await tx.conversations.release(thread.id, "b")
        assert await take(thread.id, "a", now=later, seconds=10)


async def test_a_visit_goes_on_until_it_has_been_silent_or_has_ended(stores: SqlStores) -> None:
    thread = await thread_of(stores)
    visit = await start_visit(stores, thread)
    async with stores.begin() as tx:
        assert await tx.conversations.visit(thread.id, now=NOW + SILENCE, silence=SILENCE) == visit
        assert await tx.conversations.visit(thread.id, now=NOW + SILENCE * 1.01, silence=SILENCE) is None
        assert await tx.conversations.visit(thread.id, now=NOW + SILENCE, silence=SILENCE, longest=SILENCE) == visit
        assert await tx.conversations.visit(thread.id, now=NOW + SILENCE, silence=SILENCE, longest=SILENCE / 2) is None
        await tx.conversations.save_visit(replace(visit, ended_at=NOW))
        assert await tx.conversations.visit(thread.id, now=NOW, silence=SILENCE) is None


async def test_everything_that_changes_in_a_visit_is_saved(demo: SqlStores, anna: Person) -> None:
    visit = await start_visit(demo, await thread_of(demo))
    changed = replace(
        visit,
        sender_id="c3d4",
        turns=16,
        last_at=NOW + timedelta(seconds=1),
        language="en",
        person_id=anna.id,
        speaker_id=anna.id,
        proof="code",
        state={"choices": [["1", "/affirm"]]},
    )
    async with demo.begin() as tx:
        await tx.conversations.save_visit(changed)
    async with demo.begin() as tx:
        assert await tx.conversations.visit_by_sender("c3d4") == changed
        assert await tx.conversations.visit_by_sender("a1b2") is None


async def test_a_visit_that_was_forgotten_is_not_written_over(demo: SqlStores, anna: Person) -> None:
    thread = await thread_of(demo)
    visit = await start_visit(demo, thread)
    async with demo.begin() as tx:
        row = await tx.conversations.receive(thread_id=thread.id, provider_id="said", sealed=b"s", now=NOW)
        assert row
        await tx.conversations.handled(row.id, text="jag flyttar på fredag", reply=None, now=NOW)
        assert await tx.conversations.save_visit(replace(visit, person_id=anna.id, speaker_id=anna.id, proof="code"))
    async with demo.begin() as tx:
        await tx.conversations.forget(anna.id, now=NOW)
    async with demo.begin() as tx:
        assert not await tx.conversations.save_visit(replace(visit, person_id=anna.id, turns=2))
        found = await tx.conversations.visit_by_sender(visit.sender_id)
    async with demo._engine.connect() as connection:
        assert (await connection.execute(select(inbox.c.text))).scalars().all() == [None]
    assert found
    assert (found.person_id, found.speaker_id, found.turns, found.ended_at) == (None, None, visit.turns, NOW)


async def test_two_visits_cannot_have_the_same_sender(stores: SqlStores) -> None:
    thread = await thread_of(stores)
    await start_visit(stores, thread)
    with pytest.raises(ValueError, match="must be new"):
        await start_visit(stores, thread)


async def test_the_newest_code_counts_and_its_tries_add_up(demo: SqlStores, anna: Person) -> None:
    visit = await start_visit(demo, await thread_of(demo))
    expires = NOW + timedelta(minutes=5)
    async with demo.begin() as tx:
        assert await tx.conversations.code(visit.id) is None
        await tx.conversations.add_code(visit_id=visit.id, person_id=anna.id, digest="old", expires_at=expires)
        newest = await tx.conversations.add_code(visit_id=visit.id, person_id=anna.id, digest="new", expires_at=expires)
        await tx.conversations.count_try(newest, used=False)
        await tx.conversations.count_try(newest, used=True)
        await tx.conversations.count_try(newest, used=False)
        code = await tx.conversations.code(visit.id)
    assert code is not None
    assert (code.id, code.digest, code.expires_at, code.tries, code.used) == (newest, "new", expires, 3, True)
