"""What the use cases and the gateway need from outside, as protocols. `wiring` chooses the adapters.

All store methods are coroutines inside one transaction: `async with stores.begin() as tx:` commits at the end
of the block and rolls back when it raises. Nothing is visible to others before that.
"""

from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from ordering.model import Access
from ordering.ports.messages import (
    ChatLogins,
    Conversations,
    FailedMessages,
    FailedRow,
    Outbox,
    RowCount,
    StoppedNumbers,
)
from ordering.ports.orders import Callbacks, Complaints, Orders, PhoneCalls, UnderWay
from ordering.ports.outside import Media, PickupPoint, PickupPoints, PictureNotFetched, SealBroken, Sealer
from ordering.ports.register import Articles, Imports, LoginTries, People, Pins, Tries

__all__ = [
    "AccessLog",
    "Acting",
    "Articles",
    "Callbacks",
    "ChatLogins",
    "Complaints",
    "Conversations",
    "Facts",
    "FailedMessages",
    "FailedRow",
    "Imports",
    "LoginTries",
    "Media",
    "OnePerson",
    "Orders",
    "Outbox",
    "People",
    "PhoneCalls",
    "PickupPoint",
    "PickupPoints",
    "PictureNotFetched",
    "Pins",
    "Retention",
    "RowCount",
    "SealBroken",
    "Sealed",
    "Sealer",
    "StoppedNumbers",
    "Stores",
    "Transaction",
    "Tries",
    "UnderWay",
]


class Retention(Protocol):
    """Takes away what has been kept long enough. `kind`: one of ordering.use_cases.purge.KEPT."""

    async def count(self, kind: str, *, before: datetime) -> int:
        """How many rows `remove` would take."""
        ...

    async def remove(self, kind: str, *, before: datetime, limit: int) -> int:
        """Removes at most `limit` rows and says how many; 0 when there are no more."""
        ...


class Sealed(Protocol):
    """Everything that is sealed in a column of its own. A place: "table.column" and the row's id."""

    async def places(self) -> list[tuple[str, int]]: ...
    async def read(self, place: tuple[str, int]) -> bytes | None: ...
    async def replace(self, place: tuple[str, int], was: bytes, to: bytes) -> bool:
        """False: it has been changed or erased meanwhile, and stays as it is."""
        ...


class Acting(Protocol):
    """Who does what is done in a transaction."""

    def changed(self, what: str, *, person_id: int, region: str, now: datetime) -> Access: ...


class AccessLog(Protocol):
    """Rows are only added; the database refuses to change them.

    Changes are noted by the store itself, once for each person and kind of data, when the transaction commits.
    """

    def acting(self, who: Acting) -> None:
        """Whose changes the transaction's are from now on. Without one they are the service's own."""
        ...

    async def add(self, *entries: Access) -> None: ...
    async def of_person(self, person_id: int, *, limit: int) -> list[Access]:
        """Newest first."""
        ...

    async def of_region(
        self, region: str, *, since: datetime, until: datetime, after: int, limit: int
    ) -> list[tuple[int, Access]]:
        """Oldest first, each with its id, from that id on."""
        ...

    async def by_others(self, person_id: int, *, limit: int) -> list[Access]:
        """The same without what the person has read."""
        ...


class OnePerson(Protocol):
    """All that is kept about one person, by table (ordering.use_cases.one_person)."""

    async def rows(self, person_id: int) -> dict[str, list[dict[str, Any]]]:
        """Table -> its rows, without what is a digest or sealed."""
        ...

    async def unfinished(self, person_id: int) -> list[str]:
        """Kinds of what still has to happen: orders, complaints, callbacks, messages, sending; or in_use alone, when
        somebody is just at work on what is theirs. Until the transaction ends nothing is added to what is theirs, so
        that nobody loses what comes meanwhile."""
        ...

    async def erase(self, person_id: int) -> dict[str, int]:
        """What is no record and not from the register. Table -> how many rows went. Only after `unfinished`."""
        ...

    async def erase_records(self, person_id: int) -> dict[str, int]:
        """All the rest, the person too. Only after `erase`."""
        ...


class Facts(Protocol):
    """Small settings that live in the database."""

    async def purged_at(self) -> datetime | None:
        """When the last purge was finished."""
        ...

    async def set_purged_at(self, moment: datetime) -> None: ...

    async def clock_offset(self) -> timedelta: ...
    async def set_clock_offset(self, offset: timedelta) -> None: ...


class Transaction(Protocol):
    people: People
    articles: Articles
    orders: Orders
    complaints: Complaints
    callbacks: Callbacks
    phone_calls: PhoneCalls
    pins: Pins
    login_tries: LoginTries
    conversations: Conversations
    chat_logins: ChatLogins
    outbox: Outbox
    stopped_numbers: StoppedNumbers
    failed_messages: FailedMessages
    retention: Retention
    sealed: Sealed
    access_log: AccessLog
    one_person: OnePerson
    facts: Facts
    imports: Imports


class Stores(Protocol):
    def begin(self) -> AbstractAsyncContextManager[Transaction]: ...
