"""Every test of this folder runs on SQLite and on PostgreSQL, in a database made by the migrations."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from ordering.importing import load_demo
from ordering.model import Person
from ordering.store import SqlStores
from ordering.store.migrations import upgrade_now
from ordering.store.tables import metadata

POSTGRES_URL = os.environ.get("PAFYLL_TEST_POSTGRES_URL", "postgresql+asyncpg://postgres@127.0.0.1:5432/test")
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, 30, 15, 250_000, tzinfo=UTC)
ANNA = "198501012382"


async def on_server(*statements: str) -> None:
    engine = create_async_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    finally:
        await engine.dispose()


def without_postgres(error: Exception) -> None:
    reason = (
        f"PostgreSQL does not answer ({type(error).__name__}); start one and set PAFYLL_TEST_POSTGRES_URL to "
        "postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE of a user who may create databases"
    )
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of this run's own, dropped afterwards."""
    name = f"pafyll_test_{uuid.uuid4().hex[:12]}"
    try:
        asyncio.run(on_server(f"CREATE DATABASE {name}"))
    except Exception as error:
        without_postgres(error)
    url = make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    try:
        upgrade_now(url)
        yield url
    finally:
        asyncio.run(on_server(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "template.sqlite3"
    upgrade_now(f"sqlite+aiosqlite:///{path}")
    return path


async def empty(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        tables = ", ".join(table.name for table in metadata.sorted_tables)
        # The access log lets nobody empty it; who owns the table can still take its triggers away for a moment.
        await connection.execute(text("ALTER TABLE access_log DISABLE TRIGGER USER"))
        await connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        await connection.execute(text("ALTER TABLE access_log ENABLE TRIGGER USER"))
    await engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated database."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
        return f"sqlite+aiosqlite:///{path}"
    url: str = request.getfixturevalue("postgres_url")
    asyncio.run(empty(url))
    return url


@pytest.fixture
async def stores(database_url: str) -> AsyncIterator[SqlStores]:
    stores = SqlStores(database_url)
    yield stores
    await stores.close()


@pytest.fixture
async def demo(stores: SqlStores) -> SqlStores:
    """With the demo people in it, as of TODAY."""
    await load_demo(stores, today=TODAY)
    return stores


@pytest.fixture
async def anna(demo: SqlStores) -> Person:
    async with demo.begin() as tx:
        person = await tx.people.by_identity("vg", ANNA)
    assert person is not None
    return person
