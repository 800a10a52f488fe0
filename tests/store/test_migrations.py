import asyncio
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from ordering.store.connection import make_engine
from ordering.store.migrations import upgrade
from ordering.store.tables import metadata


def differences(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def checks(connection: Connection) -> set[str | None]:
    found = inspect(connection)
    return {check["name"] for table in metadata.tables for check in found.get_check_constraints(table)}


def partial_indexes(connection: Connection) -> dict[str | None, str]:
    found = inspect(connection)
    where = f"{connection.dialect.name}_where"
    return {
        index["name"]: str(index["dialect_options"][where])
        for table in metadata.tables
        for index in found.get_indexes(table)
        if where in index.get("dialect_options", {})
    }


async def test_the_migrations_make_exactly_the_tables_of_the_code(database_url: str) -> None:
    engine = make_engine(database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(checks) == {"ck_orders_whole", "ck_order_lines_packages"}
        partial = await connection.run_sync(partial_indexes)
    await engine.dispose()
    assert set(partial) == {
            "uq_orders_draft", "ix_orders_due", "ix_inbox_waiting", "ix_outbox_due", "ix_callbacks_booked",
            "ix_inbox_dead", "ix_outbox_dead", "ix_phone_calls_to_follow",
        }  # fmt: skip
    assert "new" in partial["uq_orders_draft"]


async def test_several_processes_may_migrate_at_once(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/folder/that/is/made/pafyll.sqlite3"
    await asyncio.gather(*(upgrade(url) for _ in range(4)))
    engine = make_engine(url)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).all() == [("0015",)]
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        assert (await connection.execute(text("PRAGMA foreign_keys"))).scalar() == 1
    await engine.dispose()
