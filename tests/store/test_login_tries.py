"""Tries to log in, counted by digests."""

from datetime import UTC, datetime, timedelta

from ordering.ports import Tries
from ordering.store import SqlStores

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


async def test_tries_are_counted_for_each_key_and_kind_since_a_moment(stores: SqlStores) -> None:
    async with stores.begin() as tx:
        for minute in (0, 5, 9):
            await tx.login_tries.add("wrong", ["a", "b"], at=NOW + timedelta(minutes=minute))
        await tx.login_tries.add("asked", ["a"], at=NOW)
        await tx.login_tries.add("wrong", [], at=NOW)
    async with stores.begin() as tx:
        counted = await tx.login_tries.count("wrong", ["a", "c"], since=NOW + timedelta(minutes=1))
        assert counted == {"a": Tries(2, NOW + timedelta(minutes=9)), "c": Tries()}
        assert (await tx.login_tries.count("asked", ["a"], since=NOW - timedelta(minutes=1)))["a"].times == 1


async def test_what_is_forgotten_of_one_stays_of_the_other(stores: SqlStores) -> None:
    async with stores.begin() as tx:
        await tx.login_tries.add("wrong", ["a", "b"], at=NOW)
        await tx.login_tries.add("asked", ["a"], at=NOW)
        await tx.login_tries.forget("wrong", ["a"])
    async with stores.begin() as tx:
        wrong = await tx.login_tries.count("wrong", ["a", "b"], since=NOW - timedelta(days=1))
        asked = await tx.login_tries.count("asked", ["a"], since=NOW - timedelta(days=1))
    assert (wrong["a"].times, wrong["b"].times, asked["a"].times) == (0, 1, 1)
