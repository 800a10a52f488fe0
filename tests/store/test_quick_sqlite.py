import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from ordering.store import SqlStores, quick_sqlite
from ordering.store.connection import make_engine
from tests.store.conftest import NOW


@pytest.fixture
async def quick(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[SqlStores]:
    path = tmp_path / "quick.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    stores = SqlStores(f"sqlite+aiosqlite:///{path}")
    async with stores.begin() as tx:
        await tx.facts.clock_offset()
    yield stores
    await stores.close()


@pytest.fixture
def visits(quick: SqlStores, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the connection's thread is asked to do."""
    asked: list[str] = []
    really: Any = aiosqlite.Connection._execute

    async def count(self: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(function.__name__)
        return await really(self, function, *args, **kwargs)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", count)
    return asked


async def test_reading_and_writing_never_visit_the_thread(quick: SqlStores, visits: list[str]) -> None:
    async with quick.begin() as tx:
        await tx.facts.clock_offset()
        await tx.outbox.put(kind="sms", recipient="r", sealed=b"", key="k", due_at=NOW)
    assert visits == []


@pytest.fixture
def other_process(quick: SqlStores, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else who is writing."""
    other = sqlite3.connect(tmp_path / "quick.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


async def test_waiting_for_another_process_that_writes_stops_nobody_else(
    quick: SqlStores, other_process: sqlite3.Connection
) -> None:
    async def write() -> None:
        async with quick.begin() as tx:
            await tx.facts.set_clock_offset(timedelta(hours=1))

    writing = asyncio.create_task(write())
    async with quick.begin() as tx:
        assert await tx.facts.clock_offset() == timedelta()
    await asyncio.sleep(0.01)
    assert not writing.done()
    other_process.execute("COMMIT")
    await asyncio.wait_for(writing, 2)


async def test_another_process_that_never_stops_writing_is_an_error_in_the_end(
    quick: SqlStores, other_process: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick_sqlite, "BUSY_SECONDS", 0.02)
    with pytest.raises(OperationalError, match="locked"):
        async with quick.begin() as tx:
            await tx.facts.set_clock_offset(timedelta(hours=1))


async def test_a_failed_transaction_is_rolled_back(quick: SqlStores) -> None:
    async def fail() -> None:
        async with quick.begin() as tx:
            await tx.facts.set_clock_offset(timedelta(hours=1))
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await fail()
    async with quick.begin() as tx:
        assert await tx.facts.clock_offset() == timedelta()


async def test_a_statement_that_sqlite_refuses_raises_sqlalchemys_error(quick: SqlStores) -> None:
    with pytest.raises(IntegrityError):
        async with quick.begin() as tx:
            await tx.outbox.put(kind="sms", recipient="r", sealed=b"", key="k", due_at=NOW, order_id=987)
    async with quick.begin() as tx:
        assert await tx.outbox.lease(NOW) == []


async def test_a_folder_that_cannot_be_made_or_no_file_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs a file"):
        make_engine("sqlite+aiosqlite://")
    stores = SqlStores(f"sqlite+aiosqlite:///{tmp_path}")
    with pytest.raises(OperationalError):
        async with stores.begin() as tx:
            await tx.facts.clock_offset()
    await stores.close()
