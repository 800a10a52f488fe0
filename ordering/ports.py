"""What the use cases and the gateway need from outside, as protocols. `wiring` chooses the adapters.

All store methods are coroutines inside one transaction: `async with stores.begin() as tx:` commits at the end
of the block and rolls back when it raises. Nothing is visible to others before that.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from ordering.imported import Counts, ImportBatch, Known, References
from ordering.model import (
    Access,
    Address,
    Article,
    Callback,
    Channel,
    Complaint,
    DraftRow,
    InboxRow,
    Line,
    NewOrder,
    OneTimeCode,
    Order,
    OrderStatus,
    OutboxRow,
    Person,
    PhoneCall,
    Pin,
    SmsDetail,
    Thread,
    Visit,
)


class People(Protocol):
    async def get(self, person_id: int) -> Person: ...
    async def by_identity(self, region: str, identity_number: str) -> Person | None: ...
    async def by_mobile(self, region: str, mobile: str) -> list[Person]:
        """Whose own number this is (not those they represent). Oldest id first."""
        ...

    async def represented_by(self, person_id: int) -> list[Person]:
        """The patients that this person may order for (W11), protected ones left out."""
        ...

    async def code_mobile(self, person: Person) -> str | None:
        """The mobile a login code goes to: the person's own, else that of the first who represents them."""
        ...

    async def lines(self, person_id: int) -> list[Line]:
        """All lines, ended ones too, by number."""
        ...

    async def save_address(self, person_id: int, address: Address | None) -> None:
        """An address for later deliveries, beside the registered one (W12); None takes it away."""
        ...

    async def save_sms_detail(self, person_id: int, detail: SmsDetail | None) -> None:
        """How much an SMS may tell this person; it goes before what the register says. None takes it away."""
        ...

    async def save_language(self, person_id: int, language: str) -> None:
        """What the person asked to be spoken to in; it goes before what the register says."""
        ...


class Articles(Protocol):
    async def get(self, region: str, number: str) -> Article | None: ...
    async def of_region(self, region: str) -> list[Article]:
        """The whole range, by number."""
        ...


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An order that has not been delivered, by what the rules judge it; nothing that tells whose it is.

    `items`: each article with the prescription type of its line.
    """

    number: str
    status: OrderStatus
    day: date
    items: tuple[tuple[Article, str | None], ...]


class Orders(Protocol):
    async def draft(self, person_id: int) -> DraftRow | None: ...
    async def save_draft(
        self, person_id: int, content: dict[str, Any], *, version: int | None, now: datetime
    ) -> DraftRow | None:
        """Insert (version None) or replace by compare-and-swap on `version`. None: somebody else was first."""
        ...

    async def drop_draft(self, person_id: int) -> None: ...
    async def place(self, orders: Sequence[NewOrder], *, draft: DraftRow) -> list[Order] | None:
        """Writes the orders and removes the draft if it still has that version.

        When the same idempotency keys are there already, gives back those orders (a repeated yes).
        None: the draft has changed meanwhile and nothing was written.
        """
        ...

    async def of_person(self, person_id: int) -> list[Order]:
        """All placed orders, newest first, cancelled ones too; orders made elsewhere too (W13)."""
        ...

    async def under_way(self, region: str) -> list[UnderWay]:
        """Of all patients, oldest first: orders confirmed, ordered or out for delivery, made elsewhere too."""
        ...

    async def by_number(self, number: str) -> Order | None: ...
    async def set_status(self, order_id: int, *, was: Sequence[OrderStatus], to: OrderStatus, now: datetime) -> bool:
        """Compare-and-swap on the status. False: it was none of `was`."""
        ...


class Complaints(Protocol):
    async def current(self, person_id: int, *, visit_id: int, message_id: str | None = None) -> Complaint | None:
        """The visit's open complaint, or the one that this very message changed last; the newest if there are two."""
        ...

    async def of_person(self, person_id: int) -> list[Complaint]:
        """All of them, newest first, cancelled ones too."""
        ...

    async def of_region(self, region: str, *, since: datetime) -> list[Complaint]:
        """Those opened since then that were not taken back, newest first; half told ones too."""
        ...

    async def add(self, *, person_id: int, region: str, channel: str, visit_id: int, now: datetime) -> Complaint:
        """An open one under a free case number, with nothing told yet."""
        ...

    async def save(self, complaint: Complaint) -> bool:
        """Writes what has been told. False: it is not open any more, and nothing was changed."""
        ...

    async def add_picture(self, complaint_id: int, *, key: str, sealed: bytes, now: datetime) -> bool:
        """False: a picture with that key is there already."""
        ...

    async def pictures(self, complaint_id: int) -> list[int]:
        """Ids of its pictures, oldest first."""
        ...

    async def picture(self, picture_id: int) -> tuple[Complaint, bytes] | None:
        """The sealed picture, and what it belongs to."""
        ...


class Callbacks(Protocol):
    async def asking(self, visit_id: int) -> Callback | None:
        """The one whose question is open in this visit."""
        ...

    async def booked(
        self, region: str, *, visit_id: int, person_id: int | None = None, number: str | None = None
    ) -> Callback | None:
        """The newest that is booked in this visit, for this person, or to this number."""
        ...

    async def by_id(self, callback_id: int) -> Callback | None: ...
    async def of_region(self, region: str, *, booked: bool) -> list[Callback]:
        """booked: those that wait, the earliest window first. Otherwise those closed or withdrawn, the newest first."""
        ...

    async def add(self, callback: Callback) -> Callback:
        """`id` is given by the store."""
        ...

    async def save(self, callback: Callback, *, was: tuple[str, ...]) -> bool:
        """Compare-and-swap on the status. False: it was none of `was`, and nothing was changed."""
        ...


class PhoneCalls(Protocol):
    """Each moment is kept the first time it is told; False where it was known, or the call is not."""

    async def begin(self, sid: str, *, region: str, now: datetime) -> None: ...
    async def by_sid(self, sid: str) -> PhoneCall | None: ...
    async def transferred(self, sid: str, *, now: datetime) -> None: ...
    async def answered(self, sid: str, *, now: datetime) -> bool: ...
    async def ended(self, sid: str, *, status: str, seconds: int | None, now: datetime) -> bool: ...
    async def followed(self, sid: str, *, now: datetime) -> bool: ...
    async def to_follow(self, *, ended_before: datetime, limit: int) -> list[PhoneCall]:
        """Those over before then that nobody has followed up, oldest first."""
        ...

    async def of_region(self, region: str, *, since: datetime, until: datetime) -> list[PhoneCall]:
        """Those that began in that time, oldest first."""
        ...


class Pins(Protocol):
    async def of_person(self, person_id: int) -> Pin | None: ...
    async def set(self, pin: Pin) -> None:
        """In place of the one that was."""
        ...

    async def remove(self, person_id: int) -> bool: ...
    async def tried(self, person_id: int, *, wrong: int, now: datetime) -> None:
        """wrong: how many wrong ones in a row there are now."""
        ...


class Conversations(Protocol):
    async def thread(self, *, channel: Channel, region: str, key: str, address: str | None) -> Thread:
        """Finds it or makes it. Until the end of the transaction it is not purged."""
        ...

    async def receive(self, *, thread_id: int, provider_id: str, sealed: bytes, now: datetime) -> InboxRow | None:
        """Stores an incoming message. None: a message with that provider_id is there already."""
        ...

    async def inbox(self, provider_id: str) -> InboxRow | None: ...
    async def next_waiting(self, thread_id: int) -> InboxRow | None:
        """The oldest row of the thread with status received, due or not: the others wait behind it."""
        ...

    async def waiting(self, thread_id: int) -> list[InboxRow]:
        """All rows of the thread with status received, oldest first."""
        ...

    async def threads_waiting(self, now: datetime, limit: int = 50) -> list[Thread]:
        """Threads whose oldest received row is due for its next attempt and that nobody holds the lease of."""
        ...

    async def lease(self, thread_id: int, token: str, *, now: datetime, seconds: float) -> bool:
        """Takes or renews the thread's lease by compare-and-swap; False when another token holds it."""
        ...

    async def release(self, thread_id: int, token: str) -> None: ...
    async def handled(self, inbox_id: int, *, text: str | None, reply: dict[str, Any] | None, now: datetime) -> None:
        """Marks done: wipes `sealed`, keeps the masked `text` (None for identity input) and the reply."""
        ...

    async def failed(
        self, inbox_id: int, *, error: str, retry_at: datetime | None, now: datetime, replayable: bool
    ) -> None:
        """Counts an attempt. retry_at None: gives up, status dead.

        replayable: an SMS, which can still be answered later: a dead row keeps `sealed`. In a call or a chat nobody
        waits for the answer any more, so `sealed` is wiped and only the row with its error stays.
        """
        ...

    async def visit(self, thread_id: int, *, now: datetime, silence: timedelta) -> Visit | None:
        """The thread's visit that has not ended and was active within `silence`."""
        ...

    async def start_visit(
        self,
        thread: Thread,
        *,
        sender_id: str,
        now: datetime,
        language: str = "sv",
        state: dict[str, Any] | None = None,
    ) -> Visit: ...
    async def save_visit(self, visit: Visit) -> None:
        """Only the gateway does, while it holds the thread's lease."""
        ...

    async def visited_since(self, person_id: int, since: datetime, *, besides: int) -> bool:
        """Whether a visit about this person, other than the one besides, has been active since then."""
        ...

    async def visit_by_sender(self, sender_id: str) -> Visit | None: ...
    async def address(self, visit_id: int) -> str | None:
        """The telephone number that the visit's messages come from. None in chat, and for a hidden number."""
        ...

    async def add_code(self, *, visit_id: int, person_id: int | None, digest: str, expires_at: datetime) -> int: ...
    async def code(self, visit_id: int) -> OneTimeCode | None:
        """The newest code of the visit."""
        ...

    async def codes_sent(self, *, person_id: int, since: datetime) -> int: ...
    async def count_try(self, code_id: int, *, used: bool) -> None: ...


class Outbox(Protocol):
    async def put(
        self,
        *,
        kind: str,
        recipient: str,
        sealed: bytes,
        key: str,
        due_at: datetime,
        sender: str | None = None,
        order_id: int | None = None,
        unasked: bool = False,
    ) -> int | None:
        """The row's id; None when the key is there already. unasked: not sent to a number that has said STOPP."""
        ...

    async def withdraw(self, key: str) -> bool:
        """Takes back what nobody has tried to send yet. False: there is no such row."""
        ...

    async def lease(self, now: datetime, *, ids: Sequence[int] | None = None, limit: int = 20) -> list[OutboxRow]:
        """Due rows, marked `sending` (compare-and-swap; SKIP LOCKED on PostgreSQL), oldest id first. `ids`: only these.

        Due: status pending, unknown or sending with `due_at` passed; leasing moves `due_at` a minute on, so a row
        whose sender died comes back. The rows carry the status they had before; a lease that ran out is `unknown`:
        the message may have gone out already. `attempts` are those reported with `sent` and `failed`.
        """
        ...

    async def sent(self, row_id: int, *, provider_id: str | None, now: datetime) -> None:
        """Marks sent and wipes the payload."""
        ...

    async def failed(
        self, row_id: int, *, error: str, retry_at: datetime | None, now: datetime, status: str = "pending"
    ) -> None:
        """Counts an attempt. retry_at None: status dead since now; the payload stays where there is one."""
        ...

    async def postponed(self, row_id: int, *, reason: str, retry_at: datetime, status: str) -> None:
        """Nothing could be tried yet, so no attempt is counted."""
        ...

    async def by_provider(self, provider_id: str) -> OutboxRow | None: ...


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A row of the inbox or the outbox that was given up.

    box: "in" or "out". kind: the channel of an incoming message, else the kind of the outgoing. error: for the code
    of it only, not for showing. address: whole. went_on: a newer message of the same thread has been answered.
    thread_id: of an incoming one. key: of an outgoing one.
    """

    box: str
    id: int
    kind: str
    since: datetime
    attempts: int
    error: str | None
    address: str | None
    has_content: bool
    went_on: bool
    thread_id: int | None
    key: str | None


@dataclass(frozen=True, slots=True)
class RowCount:
    """How many rows of a box and kind are `waiting` or `dead`. since: the earliest moment one is due, or died."""

    box: str
    kind: str
    status: str
    count: int
    since: datetime


class FailedMessages(Protocol):
    async def all(self, *, box: str | None = None, kind: str | None = None, limit: int) -> list[FailedRow]:
        """The longest dead first."""
        ...

    async def get(self, box: str, row_id: int) -> FailedRow | None: ...
    async def revive(self, row: FailedRow, *, now: datetime) -> bool:
        """Makes it due now, with all its attempts before it. False: it is not dead, has no content, or went on.

        For an incoming one the caller holds the thread's lease.
        """
        ...

    async def counts(self) -> list[RowCount]: ...


class Retention(Protocol):
    """Takes away what has been kept long enough. `kind`: one of ordering.use_cases.purge.KEPT."""

    async def count(self, kind: str, *, before: datetime) -> int:
        """How many rows `remove` would take."""
        ...

    async def remove(self, kind: str, *, before: datetime, limit: int) -> int:
        """Removes at most `limit` rows and says how many; 0 when there are no more."""
        ...


class StoppedNumbers(Protocol):
    """Mobiles (E.164) that have said STOPP to what they have not asked for."""

    async def stop(self, number: str, *, now: datetime) -> None: ...
    async def start(self, number: str) -> bool:
        """False: it had not been stopped."""
        ...

    async def is_stopped(self, number: str) -> bool: ...


class AccessLog(Protocol):
    """Rows are only added; the database refuses to change them."""

    async def add(self, *entries: Access) -> None: ...
    async def of_person(self, person_id: int, *, limit: int) -> list[Access]:
        """Newest first."""
        ...

    async def by_others(self, person_id: int, *, limit: int) -> list[Access]:
        """The same without what the person has read."""
        ...


class Facts(Protocol):
    """Small settings that live in the database."""

    async def purged_at(self) -> datetime | None:
        """When the last purge was finished."""
        ...

    async def set_purged_at(self, moment: datetime) -> None: ...

    async def clock_offset(self) -> timedelta: ...
    async def set_clock_offset(self, offset: timedelta) -> None: ...


class Imports(Protocol):
    """What `ordering.importing` needs. Nobody else writes people, articles, units or prescriptions."""

    async def known(self, references: References) -> Known: ...
    async def write(self, batch: ImportBatch) -> dict[str, Counts]:
        """Adds and changes; every reference within the batch must be in it or known. Counts by kind of row."""
        ...


class Transaction(Protocol):
    people: People
    articles: Articles
    orders: Orders
    complaints: Complaints
    callbacks: Callbacks
    phone_calls: PhoneCalls
    pins: Pins
    conversations: Conversations
    outbox: Outbox
    stopped_numbers: StoppedNumbers
    failed_messages: FailedMessages
    retention: Retention
    access_log: AccessLog
    facts: Facts
    imports: Imports


class Stores(Protocol):
    def begin(self) -> AbstractAsyncContextManager[Transaction]: ...


@dataclass(frozen=True, slots=True)
class PickupPoint:
    id: str
    carrier: str
    name: str
    street: str
    postal_code: str
    city: str
    distance_m: int | None = None
    opening_hours: str | None = None


class PickupPoints(Protocol):
    async def nearest(
        self, *, region: str, postal_code: str, carriers: Sequence[str], limit: int = 3
    ) -> list[PickupPoint]:
        """By distance from the postal code. Empty when the carrier does not answer."""
        ...


class PictureNotFetched(Exception):
    """A picture that came with a message could not be had. The text says why, and nothing of the message."""


class Media(Protocol):
    async def fetch(self, address: str) -> bytes:
        """A picture of an MMS. Raises PictureNotFetched, or ordering.pictures.NoPicture when it is too large."""
        ...

    async def close(self) -> None: ...


class Sealer(Protocol):
    """Encrypts what waits in the inbox and outbox, and makes keyed digests of codes."""

    def seal(self, payload: dict[str, Any]) -> bytes: ...
    def open(self, sealed: bytes) -> dict[str, Any]: ...
    def seal_bytes(self, content: bytes) -> bytes:
        """The same for what is no JSON: a picture."""
        ...

    def open_bytes(self, sealed: bytes) -> bytes: ...
    def digest(self, *parts: str) -> str: ...
