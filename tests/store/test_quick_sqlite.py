from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from ordering.store import SqlStores
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


async def test_reading_visits_the_thread_once_for_each_statement(quick: SqlStores, visits: list[str]) -> None:
    async with quick.begin() as tx:
        await tx.facts.clock_offset()
        await tx.facts.clock_offset()
    assert visits == ["execute_and_fetch"] * 2


async def test_writing_adds_a_beginning_and_a_commit(quick: SqlStores, visits: list[str]) -> None:
    async with quick.begin() as tx:
        await tx.outbox.put(kind="sms", recipient="r", sealed=b"", key="k", due_at=NOW)
    assert visits == ["execute_and_fetch", "execute_and_fetch", "commit"]


async def test_a_failed_transaction_is_rolled_back(quick: SqlStores, visits: list[str]) -> None:
    async def fail() -> None:
        async with quick.begin() as tx:
            await tx.facts.set_clock_offset(timedelta(hours=1))
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await fail()
    assert visits[-1] == "rollback"


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
