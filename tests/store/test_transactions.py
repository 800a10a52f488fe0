import asyncio
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest

from ordering.store import SqlStores
from tests.store.conftest import NOW

WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from ordering.store import SqlStores

async def main(url, name):
    stores = SqlStores(url)
    async def put(number):
        async with stores.begin() as tx:
            await tx.outbox.put(kind="sms", recipient="r", sealed=b"", key=f"{name}-{number}", due_at=datetime.now(UTC))
            await tx.facts.clock_offset()
    await asyncio.gather(*(put(number) for number in range(40)))
    await stores.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_nothing_is_seen_by_others_before_the_end_of_a_transaction(stores: SqlStores) -> None:
    async with stores.begin() as writing:
        await writing.facts.set_clock_offset(timedelta(hours=5))
        assert await writing.facts.clock_offset() == timedelta(hours=5)
        async with stores.begin() as reading:
            assert await reading.facts.clock_offset() == timedelta(0)
    async with stores.begin() as tx:
        assert await tx.facts.clock_offset() == timedelta(hours=5)
        await tx.facts.set_clock_offset(timedelta(days=-1, seconds=1))
        assert await tx.facts.clock_offset() == timedelta(days=-1, seconds=1)


async def test_a_transaction_that_raises_or_is_cancelled_writes_nothing(stores: SqlStores) -> None:
    entered = asyncio.Event()

    async def write_and_wait() -> None:
        async with stores.begin() as tx:
            await tx.facts.set_clock_offset(timedelta(hours=1))
            entered.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(write_and_wait())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with stores.begin() as tx:
        assert await tx.facts.clock_offset() == timedelta(0)
        await tx.facts.set_clock_offset(timedelta(hours=2))  # and nobody is left holding a lock


async def test_a_task_cancelled_while_it_waits_to_write_leaves_no_lock_behind(
    stores: SqlStores, database_url: str
) -> None:
    others, third = SqlStores(database_url), SqlStores(database_url)  # as other processes do

    async def write(stores: SqlStores, hours: int) -> None:
        async with stores.begin() as tx:
            await tx.facts.set_clock_offset(timedelta(hours=hours))

    await write(stores, 1)
    async with stores.begin() as tx:
        await tx.facts.set_clock_offset(timedelta(hours=2))
        waiting = asyncio.create_task(write(others, 3))
        await asyncio.sleep(0.1)
        waiting.cancel()
    await asyncio.wait([waiting])
    async with asyncio.timeout(3):
        await write(third, 4)
        await write(others, 5)
    async with stores.begin() as tx:
        assert await tx.facts.clock_offset() == timedelta(hours=5)
    await others.close()
    await third.close()


async def test_many_tasks_that_read_and_then_write_all_get_their_turn(stores: SqlStores) -> None:
    async def read_and_write(number: int) -> int | None:
        async with stores.begin() as tx:
            await tx.facts.clock_offset()
            return await tx.outbox.put(kind="sms", recipient="r", sealed=b"", key=str(number), due_at=NOW)

    ids = await asyncio.gather(*(read_and_write(number) for number in range(100)))
    assert len(set(ids)) == 100


async def test_several_processes_write_at_once_without_an_error(stores: SqlStores, database_url: str) -> None:
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", WRITER, database_url, name, stderr=subprocess.PIPE)
        for name in ("api", "worker")
    ]
    results = await asyncio.gather(*(process.communicate() for process in processes))
    assert [error.decode() for _, error in results] == ["", ""]
    async with stores.begin() as tx:
        rows = await tx.outbox.lease(datetime.now(NOW.tzinfo) + timedelta(hours=1), limit=1000)
    assert len(rows) == 2 * 40


async def test_moments_come_back_in_utc_to_the_microsecond(stores: SqlStores) -> None:
    summer = datetime(2026, 7, 1, 14, 5, 6, 789_012, tzinfo=timezone(timedelta(hours=2)))
    async with stores.begin() as tx:
        await tx.outbox.put(kind="sms", recipient="r", sealed=b"", key="k", due_at=summer)
        (row,) = await tx.outbox.lease(summer)
    assert row.due_at == summer
    assert row.due_at.utcoffset() == timedelta(0)


async def test_a_moment_without_a_time_zone_is_refused(stores: SqlStores) -> None:
    with pytest.raises(Exception, match="needs a time zone"):
        async with stores.begin() as tx:
            await tx.outbox.put(kind="sms", recipient="r", sealed=b"", key="k", due_at=NOW.replace(tzinfo=None))
