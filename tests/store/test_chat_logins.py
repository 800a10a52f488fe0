"""Logins by electronic ID: each goes one way, once, whoever else moves it at the same time."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from ordering.model import ChatLogin, Person
from ordering.store import SqlStores
from tests.store.conftest import NOW

LOGIN = ChatLogin(state="s1", browser="b1", message="key:m1", sealed=b"sealed", begun_at=NOW)
LATELY = NOW - timedelta(minutes=15)


async def begun(stores: SqlStores, login: ChatLogin = LOGIN) -> ChatLogin:
    async with stores.begin() as tx:
        assert await tx.chat_logins.begin(login)
        found = await tx.chat_logins.by_state(login.state)
    assert found is not None
    assert replace(found, id=0) == login
    return found


async def test_a_login_that_passed_is_told_once(demo: SqlStores, anna: Person) -> None:
    login = await begun(demo)
    async with demo.begin() as tx:
        assert await tx.chat_logins.finish(login.id, person_id=anna.id)
        assert not await tx.chat_logins.finish(login.id, person_id=anna.id)
    async with demo.begin() as tx:
        assert await tx.chat_logins.take("key:m2", begun_after=LATELY) is None
        assert await tx.chat_logins.take("key:m1", begun_after=LATELY) == anna.id
        assert await tx.chat_logins.take("key:m1", begun_after=LATELY) is None


async def test_a_login_that_was_asked_for_too_early_or_too_late_lets_nobody_in(demo: SqlStores, anna: Person) -> None:
    early = await begun(demo)
    late = await begun(demo, replace(LOGIN, state="s2", message="key:m2"))
    async with demo.begin() as tx:
        assert await tx.chat_logins.take("key:m1", begun_after=LATELY) is None
        assert not await tx.chat_logins.finish(early.id, person_id=anna.id), "it was asked for before it was done"
        assert await tx.chat_logins.finish(late.id, person_id=anna.id)
        assert await tx.chat_logins.take("key:m2", begun_after=NOW + timedelta(seconds=1)) is None


async def test_a_login_that_failed_lets_nobody_in(stores: SqlStores) -> None:
    login = await begun(stores)
    async with stores.begin() as tx:
        assert await tx.chat_logins.finish(login.id, person_id=None)
        assert await tx.chat_logins.take("key:m1", begun_after=LATELY) is None
        assert await tx.chat_logins.by_state("s2") is None


async def test_one_message_asks_for_one_login(stores: SqlStores) -> None:
    await begun(stores)
    async with stores.begin() as tx:
        assert not await tx.chat_logins.begin(replace(LOGIN, state="s2"))


async def test_asked_for_many_times_at_once_it_is_told_once(demo: SqlStores, anna: Person) -> None:
    login = await begun(demo)
    async with demo.begin() as tx:
        await tx.chat_logins.finish(login.id, person_id=anna.id)

    async def ask() -> int | None:
        async with demo.begin() as tx:
            return await tx.chat_logins.take("key:m1", begun_after=LATELY)

    told = await asyncio.gather(*(ask() for _ in range(8)))
    assert [one for one in told if one] == [anna.id]


async def test_it_goes_with_the_login_codes(stores: SqlStores) -> None:
    await begun(stores)
    async with stores.begin() as tx:
        assert await tx.retention.count("codes", before=NOW) == 0
        assert await tx.retention.remove("codes", before=NOW + timedelta(seconds=1), limit=10) == 1
        assert await tx.chat_logins.by_state("s1") is None


async def test_a_session_has_the_serial_of_its_newest_login(stores: SqlStores) -> None:
    async def thread():
        async with stores.begin() as tx:
            return await tx.conversations.thread(channel="chat", region="vg", key="key", address=None)

    first = await thread()
    assert (first.serial, first.renewed_by) == (None, None)
    async with stores.begin() as tx:
        await tx.conversations.renew(first.id, serial="f" * 32, by="key:m1")
    assert await thread() == replace(first, serial="f" * 32, renewed_by="key:m1")
