"""SQLAlchemy's aiosqlite driver with one visit to the connection's thread for each statement instead of four.

The driver asks the thread for a cursor, then for the execution, then for the rows, then to close the cursor, and for
a rollback after every reading. SQLite answers in microseconds, so those visits are nearly all of what a statement
costs. Here a statement is executed and fetched in one visit, cursors are opened and closed on the spot, and a
rollback is asked for only when there is something to roll back. Leave it out (make_engine) and all works as before.
"""

from collections import deque
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor
from sqlalchemy.util import await_only


class QuickCursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ()

    _awaitable_cursor_close = False
    _connection: Any
    _cursor: Any

    def _make_new_cursor(self, connection: Any) -> Any:
        return connection._conn.cursor()

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: str, parameters: Any) -> None:
        cursor = self._cursor

        def execute_and_fetch() -> list[Any]:
            cursor.execute(operation, parameters or ())
            return cursor.fetchall() if cursor.description else []

        async with self._adapt_connection._execute_mutex:
            self._rows = deque(await self._connection._execute(execute_and_fetch))

    async def _executemany_async(self, operation: str, seq_of_parameters: Any) -> None:
        async with self._adapt_connection._execute_mutex:
            await self._connection._execute(self._cursor.executemany, operation, seq_of_parameters)


class QuickConnection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()

    _cursor_cls = QuickCursor
    _connection: Any

    def rollback(self) -> None:
        # A statement cannot be running here: SQLAlchemy throws away a connection whose statement was cancelled.
        if self._connection._connection and self._connection._conn.in_transaction:
            super().rollback()


def connect(dialect: Any, path: str, **options: Any) -> QuickConnection:
    """What an engine's `creator` does. The thread check is off since cursors are made outside the thread; statements
    of one connection still run one at a time."""
    connection: Any = aiosqlite.connect(path, check_same_thread=False, **options)
    connection._thread.daemon = True  # a process that is told to stop does not wait for open connections
    return QuickConnection(dialect.dbapi, await_only(connection))
