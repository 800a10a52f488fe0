"""Opens the database and hands out transactions."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from ordering import ports
from ordering.store.access_log import SqlAccessLog
from ordering.store.articles import SqlArticles
from ordering.store.callbacks import SqlCallbacks
from ordering.store.chat_logins import SqlChatLogins
from ordering.store.complaints import SqlComplaints
from ordering.store.connection import Work, make_engine
from ordering.store.conversations import SqlConversations
from ordering.store.facts import SqlFacts
from ordering.store.failed_messages import SqlFailedMessages
from ordering.store.imports import SqlImports
from ordering.store.login_tries import SqlLoginTries
from ordering.store.one_person import SqlOnePerson
from ordering.store.orders import SqlOrders
from ordering.store.outbox import SqlOutbox
from ordering.store.people import SqlPeople
from ordering.store.phone_calls import SqlPhoneCalls
from ordering.store.pins import SqlPins
from ordering.store.retention import SqlRetention
from ordering.store.sealed import SqlSealed
from ordering.store.stopped_numbers import SqlStoppedNumbers


class SqlTransaction:
    """The ports over one connection. Costs nothing until the first statement."""

    people: ports.People
    articles: ports.Articles
    orders: ports.Orders
    complaints: ports.Complaints
    callbacks: ports.Callbacks
    phone_calls: ports.PhoneCalls
    pins: ports.Pins
    login_tries: ports.LoginTries
    conversations: ports.Conversations
    chat_logins: ports.ChatLogins
    outbox: ports.Outbox
    stopped_numbers: ports.StoppedNumbers
    failed_messages: ports.FailedMessages
    retention: ports.Retention
    sealed: ports.Sealed
    access_log: ports.AccessLog
    one_person: ports.OnePerson
    facts: ports.Facts
    imports: ports.Imports

    def __init__(self, work: Work) -> None:
        self.people = SqlPeople(work)
        self.articles = SqlArticles(work)
        self.orders = SqlOrders(work)
        self.complaints = SqlComplaints(work)
        self.callbacks = SqlCallbacks(work)
        self.phone_calls = SqlPhoneCalls(work)
        self.pins = SqlPins(work)
        self.login_tries = SqlLoginTries(work)
        self.conversations = SqlConversations(work)
        self.chat_logins = SqlChatLogins(work)
        self.outbox = SqlOutbox(work)
        self.stopped_numbers = SqlStoppedNumbers(work)
        self.failed_messages = SqlFailedMessages(work)
        self.retention = SqlRetention(work)
        self.sealed = SqlSealed(work)
        self._log = SqlAccessLog(work)
        self.access_log = self._log
        self.one_person = SqlOnePerson(work)
        self.facts = SqlFacts(work)
        self.imports = SqlImports(work)

    async def note_changes(self, *, now: datetime) -> None:
        await self._log.note_changes(now=now)


class SqlStores:
    """`database_url` as SQLAlchemy writes it: sqlite+aiosqlite:///FILE or postgresql+asyncpg://...

    The tables must be there (ordering.store.migrations.upgrade). Use it within one event loop.
    A transaction that writes must not be opened inside another one that writes: on SQLite it would wait for itself.
    """

    def __init__(self, database_url: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._engine = make_engine(database_url)
        self._write_turn = asyncio.Lock()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[ports.Transaction]:
        work = Work(self._engine, self._write_turn)
        try:
            tx = SqlTransaction(work)
            yield tx
            if work.changes:
                await tx.note_changes(now=self._clock())
            await work.commit()
        finally:
            await work.close()

    async def close(self) -> None:
        await self._engine.dispose()
