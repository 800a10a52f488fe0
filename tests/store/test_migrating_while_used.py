"""A migration takes its place among the transactions of a service that goes on, and none of them is lost to it."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from ordering.store.migrations import upgrade
from tests.store.conftest import POSTGRES_URL, on_server, without_postgres

WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'access_log'::regclass"


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """An empty PostgreSQL database."""
    name = f"pafyll_test_{uuid.uuid4().hex[:12]}"
    try:
        await on_server(f"CREATE DATABASE {name}")
    except Exception as error:
        without_postgres(error)
    yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
    await on_server(f"DROP DATABASE {name} WITH (FORCE)")


async def test_a_migration_gives_way_to_who_would_wait_for_it_in_a_circle(url: str) -> None:
    await upgrade(url, to="0011")
    engine = create_async_engine(url)
    async with engine.connect() as patient, engine.connect() as looking:
        await patient.execute(text("SELECT count(*) FROM access_log"))
        migrating = asyncio.create_task(upgrade(url, to="0013"))  # changes people, then access_log
        while not (await looking.execute(text(WAITS))).scalar():
            await looking.commit()
        # Either would now wait for the other for ever; PostgreSQL would end the one who came last.
        assert (await patient.execute(text("SELECT count(*) FROM people"))).scalar() == 0
        await patient.commit()
        await migrating
        assert (await looking.execute(text("SELECT version_num FROM alembic_version"))).scalar() == "0013"
    await engine.dispose()
