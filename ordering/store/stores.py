"""Opens the database and hands out transactions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ordering import ports
from ordering.store.access_log import SqlAccessLog
from ordering.store.articles import SqlArticles
from ordering.store.callbacks import SqlCallbacks
from ordering.store.complaints import SqlComplaints
from ordering.store.connection import Work, make_engine
from ordering.store.conversations import SqlConversations
from ordering.store.facts import SqlFacts
from ordering.store.failed_messages import SqlFailedMessages
from ordering.store.imports import SqlImports
from ordering.store.orders import SqlOrders
from ordering.store.outbox import SqlOutbox
from ordering.store.people import SqlPeople
from ordering.store.phone_calls import SqlPhoneCalls
from ordering.store.pins import SqlPins
from ordering.store.retention import SqlRetention
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
    conversations: ports.Conversations
    outbox: ports.Outbox
    stopped_numbers: ports.StoppedNumbers
    failed_messages: ports.FailedMessages
    retention: ports.Retention
    access_log: ports.AccessLog
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
        self.conversations = SqlConversations(work)
        self.outbox = SqlOutbox(work)
        self.stopped_numbers = SqlStoppedNumbers(work)
        self.failed_messages = SqlFailedMessages(work)
        self.retention = SqlRetention(work)
        self.access_log = SqlAccessLog(work)
        self.facts = SqlFacts(work)
        self.imports = SqlImports(work)


class SqlStores:
    """`database_url` as SQLAlchemy writes it: sqlite+aiosqlite:///FILE or postgresql+asyncpg://...

    The tables must be there (ordering.store.migrations.upgrade). Use it within one event loop.
    A transaction that writes must not be opened inside another one that writes: on SQLite it would wait for itself.
    """

    def __init__(self, database_url: str) -> None:
        self._engine = make_engine(database_url)
        self._write_turn = asyncio.Lock()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[ports.Transaction]:
        work = Work(self._engine, self._write_turn)
        try:
            yield SqlTransaction(work)
            await work.commit()
        finally:
            await work.close()

    async def close(self) -> None:
        await self._engine.dispose()
