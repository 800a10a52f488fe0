"""Who has read what about a patient is kept as it was written."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ordering.model import Access, Person
from ordering.store import SqlStores
from ordering.store.connection import make_engine
from ordering.use_cases.purge import purge
from tests.store.conftest import NOW


def read(person_id: int, what: str = "action_prescriptions", *, days_ago: int = 0) -> Access:
    at = NOW - timedelta(days=days_ago)
    return Access(at, "vg", person_id, "patient", "sms", what, "ask_prescriptions")


async def test_the_newest_of_a_person_come_first(demo: SqlStores, anna: Person) -> None:
    first, second, third = (read(anna.id, what) for what in ("one", "two", "three"))
    async with demo.begin() as tx:
        await tx.access_log.add(first, second)
        await tx.access_log.add(third, read(anna.id + 1))
    async with demo.begin() as tx:
        assert await tx.access_log.of_person(anna.id, limit=10) == [third, second, first]
        assert await tx.access_log.of_person(anna.id, limit=1) == [third]


async def test_a_row_goes_when_it_has_been_kept_long_enough(demo: SqlStores, anna: Person) -> None:
    new, old = read(anna.id), read(anna.id, days_ago=1900)
    async with demo.begin() as tx:
        await tx.access_log.add(new, old)
    removed = await purge(demo, {"access_log": 1826}, now=NOW)
    assert removed == {"access_log": 1}
    async with demo.begin() as tx:
        assert await tx.access_log.of_person(anna.id, limit=10) == [new]


@pytest.mark.parametrize("statement", ["UPDATE access_log SET who = 'nobody'", "DELETE FROM access_log"])
async def test_the_database_lets_nobody_change_it(
    demo: SqlStores, anna: Person, database_url: str, statement: str
) -> None:
    async with demo.begin() as tx:
        await tx.access_log.add(replace(read(anna.id), at=datetime.now(UTC)))  # the database's clock decides
    engine = make_engine(database_url)
    with pytest.raises(DBAPIError):
        async with engine.begin() as connection:
            await connection.execute(text(statement))
    await engine.dispose()
    async with demo.begin() as tx:
        assert len(await tx.access_log.of_person(anna.id, limit=10)) == 1
