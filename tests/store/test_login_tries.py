"""Tries to log in, counted by digests."""

import asyncio
from datetime import UTC, datetime, timedelta

from ordering.ports import Tries
from ordering.store import SqlStores
from ordering.use_cases import throttle
from ordering.use_cases.throttle import Counted

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


async def test_of_many_tries_in_the_same_moment_only_the_free_ones_count(stores: SqlStores) -> None:
    """Those who come together must not all see that nobody has tried yet."""
    shared, limit = Counted("number", "k"), throttle.LIMITS["number"].wrong

    async def tries(place: int) -> bool:
        by = [Counted("phone", f"p{place}"), shared]
        async with stores.begin() as tx:
            may = await throttle.may_try(tx, by if place % 2 else by[::-1], now=NOW)
            await asyncio.sleep(0.005)
            await throttle.note(tx, throttle.WRONG, by, now=NOW, may=may)
        return may

    assert sum(await asyncio.gather(*map(tries, range(16)))) == limit
    async with stores.begin() as tx:
        counted = await tx.login_tries.count(throttle.REFUSED, ["k"], since=NOW - timedelta(days=1))
    assert counted["k"].times == 16 - limit


async def test_those_with_nothing_in_common_do_not_wait_on_a_server(stores: SqlStores) -> None:
    if stores._engine.dialect.name != "postgresql":
        return
    async with stores.begin() as one, stores.begin() as other:
        await one.login_tries.one_at_a_time(["a", "b"])
        async with asyncio.timeout(10):
            await other.login_tries.one_at_a_time(["c"])
