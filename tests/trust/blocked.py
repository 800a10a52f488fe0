"""A database in which nobody can finish an order: whoever tries stands before the commit until the block ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from chaos.site import Site
from chaos.verdict import read
from tests.trust.phones import PATIENCE_SECONDS

_WAITING = "SELECT count(*) AS many FROM pg_locks WHERE NOT granted"


@asynccontextmanager
async def no_order_can_be_placed(site: Site) -> AsyncIterator[None]:
    engine = create_async_engine(site.settings.database_url)
    connection = await engine.connect()
    await connection.execute(text("LOCK TABLE order_lines IN SHARE MODE"))
    try:
        yield
    finally:
        with suppress(DBAPIError, OSError):  # the database may have lost its power meanwhile
            await connection.rollback()
        with suppress(DBAPIError, OSError):
            await connection.close()
        await engine.dispose()


async def someone_waits(site: Site) -> None:
    """Returns when a process stands before its commit."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await read(site.settings.database_url, _WAITING))[0][0]["many"] == 0:  # noqa: ASYNC110  it is outside
            await asyncio.sleep(0.05)
