"""Orders, and what a patient tells or asks about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from ordering.model import (
    Article,
    Callback,
    Complaint,
    DraftRow,
    Line,
    NewOrder,
    Order,
    OrderStatus,
    PhoneCall,
)


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
    async def lift_block(self, line: Line, *, reason: str, by: str, now: datetime) -> None:
        """For the next withdrawal of the line (W6)."""
        ...

    async def use_lifted(self, order: Order) -> None:
        """The order has taken what was lifted for its lines."""
        ...

    async def set_status(self, order_id: int, *, was: Sequence[OrderStatus], to: OrderStatus, now: datetime) -> bool:
        """Compare-and-swap on the status. False: it was none of `was`."""
        ...


class ClosedMeanwhile(Exception):
    """A complaint was no longer open when it was written: nothing was, and the turn is to be done anew."""


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

    async def left(self, *, silent_since: datetime, limit: int) -> list[Complaint]:
        """The open ones whose visit is over, or silent since then, oldest first."""
        ...

    async def save(self, complaint: Complaint) -> None:
        """Writes what has been told. Raises ClosedMeanwhile."""
        ...

    async def tell_more(self, complaint: Complaint, text: str, *, message_id: str | None) -> bool:
        """Other words for one that has been received. False: staff have closed it, and nothing was changed."""
        ...

    async def by_case_number(self, case_number: str) -> Complaint | None: ...
    async def close(self, complaint: Complaint, *, by: str, now: datetime) -> bool:
        """False: it was closed or taken back already, and nothing was changed."""
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

    async def of_person(self, person_id: int) -> list[Callback]:
        """All of them, oldest first."""
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
