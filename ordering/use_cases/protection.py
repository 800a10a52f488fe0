"""Protected identity (I5): from the moment it is marked, nothing of the person is told, kept open or on its way out."""

from dataclasses import dataclass, replace
from datetime import datetime

from ordering.model import Person
from ordering.ports import Transaction
from ordering.use_cases.access_log import Reader
from ordering.use_cases.named import named


@dataclass(frozen=True, slots=True)
class Shut:
    """protected: still, also where only the register says so. orders: numbers of those stopped before they were sent.
    callbacks: how many were taken back."""

    protected: bool
    orders: tuple[str, ...] = ()
    callbacks: int = 0


async def mark(
    tx: Transaction, reader: Reader, *, region: str, identity_number: str, protected: bool, now: datetime
) -> Shut | None:
    """Marks the person, or takes the mark away, as staff know it. None: there is no such person."""
    person = await named(tx, region, identity_number)
    if person is None:
        return None
    tx.access_log.acting(reader)
    await tx.people.mark_protected(person.id, protected=protected)
    if protected:
        return await shut(tx, person, now=now)
    return Shut((await tx.people.get(person.id)).protected)


async def shut(tx: Transaction, person: Person, *, now: datetime) -> Shut:
    """Ends the visits of the person and those about them, and stops what has not gone out: an order that is not sent
    would carry the address that is to be hidden."""
    # In the order in which a turn writes, or two that wait for each other would both fail; and once more, for what a
    # turn has added that the visits were waited for.
    taken_back = await _take_back(tx, person)
    await tx.conversations.forget(person.id, now=now)
    taken_back += await _take_back(tx, person)
    stopped = []
    for order in await tx.orders.of_person(person.id):
        if await tx.orders.set_status(order.id, was=("confirmed",), to="cancelled", now=now):
            stopped.append(order.number)
    await tx.outbox.drop_unsent(recipient=person.mobile, person_id=person.id)
    return Shut(True, tuple(stopped), taken_back)


async def _take_back(tx: Transaction, person: Person) -> int:
    """The order being made, and calls: how many of them."""
    await tx.orders.drop_draft(person.id)
    taken_back = 0
    for callback in await tx.callbacks.of_person(person.id):
        gone = replace(callback, status="withdrawn", asking=None)
        taken_back += await tx.callbacks.save(gone, was=("asked", "booked"))
    return taken_back
