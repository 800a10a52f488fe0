"""What comes in, what goes out, and what failed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from ordering.model import (
    Channel,
    ChatLogin,
    InboxRow,
    OneTimeCode,
    OutboxRow,
    Thread,
    Visit,
)

ALWAYS = timedelta(days=36_500)


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

    async def release(self, thread_id: int, token: str) -> bool:
        """False: the lease ran out, and another token has it or had it."""
        ...

    async def renew(self, thread_id: int, *, serial: str, by: str) -> None:
        """From now on only tokens of that serial hold for the chat session, and the message `by` sent once more."""
        ...

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

    async def visit(
        self, thread_id: int, *, now: datetime, silence: timedelta, longest: timedelta = ALWAYS
    ) -> Visit | None:
        """The thread's visit that has not ended, was active within `silence` and began within `longest`."""
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
    async def save_visit(self, visit: Visit) -> bool:
        """Only the gateway does, while it holds the thread's lease. False: it has ended meanwhile, as when nobody may
        know of the person any more, and stays as it is."""
        ...

    async def visited_since(self, person_id: int, since: datetime, *, besides: int) -> bool:
        """Whether a visit about this person, other than the one besides, has been active since then."""
        ...

    async def forget(self, person_id: int, *, now: datetime) -> None:
        """Ends the visits of the person and those about them, with all that is kept of them, and the answers that a
        message sent once more would get."""
        ...

    async def visit_by_sender(self, sender_id: str) -> Visit | None: ...
    async def address(self, visit_id: int) -> str | None:
        """The telephone number that the visit's messages come from. None in chat, and for a hidden number."""
        ...

    async def add_code(self, *, visit_id: int, person_id: int | None, digest: str, expires_at: datetime) -> int: ...
    async def code(self, visit_id: int) -> OneTimeCode | None:
        """The newest code of the visit."""
        ...

    async def count_try(self, code_id: int, *, used: bool) -> None: ...


class ChatLogins(Protocol):
    async def begin(self, login: ChatLogin) -> bool:
        """False: one that the same message will ask about is there already."""
        ...

    async def by_state(self, state: str) -> ChatLogin | None: ...
    async def finish(self, login_id: int, *, person_id: int | None) -> bool:
        """How it went; None: nobody whom we may let in. False: that was told before, or has been asked for."""
        ...

    async def take(self, message: str, *, begun_after: datetime) -> int | None:
        """Who has passed. Gives it once; a login that is not finished by then cannot be any more."""
        ...


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
        region: str | None = None,
        person_id: int | None = None,
        unasked: bool = False,
        to_nobody: bool = False,
    ) -> int | None:
        """The row's id; None when the key is there already.

        region: whose staff may see it when it fails; None: those of all regions only. person_id: whom an SMS tells of,
        whoever it goes to: not sent once the person is protected. unasked: not sent to a number that has said STOPP.

        to_nobody: there is nobody to send it to, and putting it here shall take as long as if there were.
        """
        ...

    async def drop_unsent(self, *, recipient: str | None, person_id: int) -> None:
        """Takes away the SMS to a number, and those that tell of a person, that wait or have failed."""
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

    async def renew(self, row_id: int, *, leased_at: datetime, now: datetime) -> bool:
        """A whole lease from now on, for a row leased at that moment. False: it ran out and somebody else has it."""
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
    of it only, not for showing. region: None where it is not known. address: whole. went_on: a newer message of the
    same thread has been answered. thread_id: of an incoming one. key: of an outgoing one.
    """

    box: str
    id: int
    kind: str
    since: datetime
    attempts: int
    error: str | None
    region: str | None
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
    async def all(
        self, *, box: str | None = None, kind: str | None = None, regions: Collection[str] | None = None, limit: int
    ) -> list[FailedRow]:
        """The longest dead first. regions: only of these."""
        ...

    async def get(self, box: str, row_id: int) -> FailedRow | None: ...
    async def revive(self, row: FailedRow, *, now: datetime) -> bool:
        """Makes it due now, with all its attempts before it. False: it is not dead, has no content, or went on.

        For an incoming one the caller holds the thread's lease.
        """
        ...

    async def counts(self) -> list[RowCount]: ...


class StoppedNumbers(Protocol):
    """Mobiles (E.164) that have said STOPP to what they have not asked for."""

    async def stop(self, number: str, *, now: datetime) -> None: ...
    async def start(self, number: str) -> bool:
        """False: it had not been stopped."""
        ...

    async def is_stopped(self, number: str) -> bool: ...
