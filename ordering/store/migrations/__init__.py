"""Changes of the tables over time, one file per change under versions/, never edited once released."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from ordering.store.connection import make_engine

# Two processes that start at once must not both migrate; any number that no other program uses will do.
_POSTGRESQL_LOCK = 7_205_911_406


async def upgrade(database_url: str, *, to: str = "head") -> None:
    """Brings the database to the newest tables, in one transaction. Does nothing when it is there already."""
    engine = make_engine(database_url)
    try:
        async with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})")
            await connection.run_sync(_upgrade, to)
            await connection.commit()
    finally:
        await engine.dispose()


def upgrade_now(database_url: str) -> None:
    """`upgrade` for a caller that has no event loop."""
    asyncio.run(upgrade(database_url))


def _upgrade(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
