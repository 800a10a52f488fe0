"""One transaction's connection, made when it is first needed, and the engine it comes from."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import CursorResult, Executable, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ordering.store.quick_sqlite import connect

LONGEST_WAIT_TO_WRITE = 30.0
# For one of our connections: then the door refuses, before whoever knocks has given up (Twilio after 15 seconds).
LONGEST_WAIT_TO_CONNECT = 8.0
POOL: dict[str, Any] = {"pool_size": 10, "max_overflow": 10, "pool_timeout": LONGEST_WAIT_TO_CONNECT}

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


class Work:
    """Runs the statements of one transaction.

    On SQLite a transaction begins (BEGIN IMMEDIATE) with the first statement that writes, so reading never waits for
    a writer and a writer never finds that its reading has gone stale. What was read before that first write is read
    as PostgreSQL reads it by default: each statement sees what is committed when it runs. Whoever writes what it
    decided from such a reading therefore checks it again in the statement that writes (compare-and-swap).
    """

    def __init__(self, engine: AsyncEngine, write_turn: asyncio.Lock) -> None:
        self._engine = engine
        self._write_turn = write_turn
        self._connection: AsyncConnection | None = None
        self._writing = False
        self._committed = False
        self.changes: dict[int, set[str]] = {}  # kinds of data, by the person whose they are

    def changed(self, person_id: int | None, what: str) -> None:
        """For the access log: `what` is one of ordering.use_cases.access_log.KINDS."""
        if person_id is not None:
            self.changes.setdefault(person_id, set()).add(what)

    @property
    def on_postgresql(self) -> bool:
        return self._engine.dialect.name == "postgresql"

    async def read(self, statement: Executable, parameters: Parameters = None) -> CursorResult[Any]:
        connection = self._connection or await self._connect()
        return await connection.execute(statement, parameters)

    async def write(self, statement: Executable, parameters: Parameters = None) -> CursorResult[Any]:
        connection = await self.begin_writing()
        return await connection.execute(statement, parameters)

    async def insert_new(self, table: Table, values: Mapping[str, Any], *, unless: str | None = None) -> int | None:
        """The new row's id, or None when a row with the same value in the unique column `unless` is there already.

        Without `unless`, any unique key counts. Waits for another transaction that is just inserting the same key.
        """
        inserted = await self.write(_insert_new(table, unless, self.on_postgresql), values)
        found: int | None = inserted.scalar()
        return found

    async def begin_writing(self) -> AsyncConnection:
        """From here on nobody else writes (SQLite); call it before reading what must not change meanwhile."""
        connection = self._connection or await self._connect()
        if not (self._writing or self.on_postgresql):
            # Within one process writers queue here, in order; waiting for another process is by polling and unfair.
            async with asyncio.timeout(LONGEST_WAIT_TO_WRITE):
                await self._write_turn.acquire()
            self._writing = True
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        return connection

    async def commit(self) -> None:
        if self._connection is not None and (self._writing or self.on_postgresql):
            await self._connection.commit()
        self._committed = True

    async def close(self) -> None:
        """Rolls back what is not committed, and lets the next one write."""
        connection, self._connection = self._connection, None
        try:
            if connection is not None and self._committed:
                await connection.close()
            elif connection is not None:
                await asyncio.shield(connection.close())  # a cancelled task must not leave its transaction open
        finally:
            if self._writing:
                self._writing = False
                self._write_turn.release()

    async def _connect(self) -> AsyncConnection:
        self._connection = await self._engine.connect()
        return self._connection


@cache
def _insert_new(table: Table, unless: str | None, on_postgresql: bool) -> Executable:
    target = [unless] if unless else None
    if on_postgresql:
        return postgresql.insert(table).on_conflict_do_nothing(index_elements=target).returning(table.c.id)
    return sqlite.insert(table).on_conflict_do_nothing(index_elements=target).returning(table.c.id)


def make_engine(database_url: str) -> AsyncEngine:
    """The folder of an SQLite file is made if it is missing. Its errors tell statements but never values, which may be
    door codes and addresses."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, hide_parameters=True, pool_pre_ping=True, **POOL)
    path = Path(url.database or "")
    if not path.name:
        raise ValueError("an SQLite database needs a file: sqlite+aiosqlite:///FILE")
    path.parent.mkdir(parents=True, exist_ok=True)
    # isolation_level None: sqlite3 begins nothing by itself, Work.begin_writing does.
    engine: AsyncEngine = create_async_engine(
        url,
        hide_parameters=True,
        **POOL,
        creator=lambda: connect(engine.dialect, str(path), isolation_level=None),
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
