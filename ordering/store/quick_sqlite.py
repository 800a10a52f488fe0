"""SQLAlchemy's aiosqlite driver without a visit to the connection's thread for each statement.

SQLite answers in microseconds, and the driver's way to its thread and back costs ten times that, several times for
each statement. Here statements run on the spot. What can take long still does not stop the event loop: waiting for
another process that writes is done by asking again, and many rows at once are written in the thread.
Leave it out (make_engine) and all works as before.
"""

import asyncio
import sqlite3
import time
from collections import deque
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor
from sqlalchemy.util import await_only

BUSY_SECONDS = 5.0
ASK_AGAIN_SECONDS = 0.002


class QuickCursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ()

    _awaitable_cursor_close = False
    _connection: Any
    _cursor: Any

    def _make_new_cursor(self, connection: Any) -> Any:
        return connection._conn.cursor()

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        give_up = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._cursor.execute(operation, parameters or ())
                self._rows = deque(self._cursor.fetchall() if self._cursor.description else ())
                return
            except sqlite3.OperationalError as error:
                code: int = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what extends it
                if code != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
            await asyncio.sleep(ASK_AGAIN_SECONDS)

    async def _executemany_async(self, operation: str, seq_of_parameters: Any) -> None:
        async with self._adapt_connection._execute_mutex:
            await self._connection._execute(self._cursor.executemany, operation, seq_of_parameters)


class QuickConnection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()

    _cursor_cls = QuickCursor
    _connection: Any

    def commit(self) -> None:
        self._end("commit")

    def rollback(self) -> None:
        # No statement is running here: SQLAlchemy throws away a connection whose statement was cancelled.
        self._end("rollback")

    def _end(self, how: str) -> None:
        try:
            if self._connection._connection and self._connection._conn.in_transaction:
                getattr(self._connection._conn, how)()
        except Exception as error:
            self._handle_exception(error)


def connect(dialect: Any, path: str, **options: Any) -> QuickConnection:
    """What an engine's `creator` does. SQLite itself never waits (timeout 0), since all would wait with it. The thread
    check is off since statements run outside the thread; those of one connection still run one at a time."""
    connection: Any = aiosqlite.connect(path, check_same_thread=False, timeout=0, **options)
    connection._thread.daemon = True  # a process that is told to stop does not wait for open connections
    return QuickConnection(dialect.dbapi, await_only(connection))
