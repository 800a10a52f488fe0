"""Changes of the tables over time, one file per change under versions/, never edited once released."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from ordering.store.connection import make_engine

# Two processes that start at once must not both migrate; any number that no other program uses will do.
_POSTGRESQL_LOCK = 7_205_911_406
# A change of a table waits for the transactions that use it, and all others wait behind it. It gives way before
# PostgreSQL looks for who waits for whom (after a second), which could cost a patient's transaction, and tries again.
_LONGEST_WAIT_FOR_A_TABLE = "500ms"
_TRIES = 40
_PAUSE_SECONDS = 0.5
_GAVE_WAY = {"55P03", "40P01"}  # lock not available, deadlock


async def upgrade(database_url: str, *, to: str = "head") -> None:
    """Brings the database to the newest tables, in one transaction. Does nothing when it is there already.

    Others may use the database meanwhile. Raises DBAPIError when some table is in use whenever it is tried.
    """
    engine = make_engine(database_url)
    try:
        for left in range(_TRIES, 0, -1):
            try:
                return await _upgrade_once(engine, to)
            except DBAPIError as error:
                if left == 1 or getattr(error.orig, "sqlstate", None) not in _GAVE_WAY:
                    raise
            await asyncio.sleep(_PAUSE_SECONDS)
    finally:
        await engine.dispose()


async def _upgrade_once(engine: AsyncEngine, to: str) -> None:
    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})")
            await connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LONGEST_WAIT_FOR_A_TABLE}'")
        await connection.run_sync(_upgrade, to)
        await connection.commit()


def upgrade_now(database_url: str) -> None:
    """`upgrade` for a caller that has no event loop."""
    asyncio.run(upgrade(database_url))


def _upgrade(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
