"""What customer service reads of the complaints in a region (C4, C6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ordering.model import Complaint, Order, Person
from ordering.ports import Sealer, Transaction
from ordering.use_cases.access_log import Reader


@dataclass(frozen=True, slots=True)
class Told:
    """`person` None: has protected identity since, so nothing is told of who it was (I5)."""

    complaint: Complaint
    order: Order | None
    person: Person | None
    pictures: tuple[int, ...] = ()


async def list_complaints(
    tx: Transaction, region: str, reader: Reader, *, since: datetime, now: datetime
) -> list[Told]:
    """Newest first, half told ones too: what a patient has begun to tell must not be lost."""
    found = []
    for complaint in await tx.complaints.of_region(region, since=since):
        person = await tx.people.get(complaint.person_id)
        orders = await tx.orders.of_person(complaint.person_id) if complaint.order_id else []
        order = next((order for order in orders if order.id == complaint.order_id), None)
        pictures = tuple(await tx.complaints.pictures(complaint.id))
        found.append(Told(complaint, order, None if person.protected else person, pictures))
    readings = {told.person.id: reader.of(told.person, "complaints", now=now) for told in found if told.person}
    await tx.access_log.add(*readings.values())
    return found


async def show_picture(
    tx: Transaction, sealer: Sealer, picture_id: int, reader: Reader, *, may_see: Callable[[str], bool], now: datetime
) -> bytes | None:
    """A picture of a complaint, JPEG, and the reading noted. None: there is none, the complaint is another region's
    than the reader's (may_see), or it has been taken back."""
    found = await tx.complaints.picture(picture_id)
    if found is None:
        return None
    complaint, sealed = found
    if complaint.status == "cancelled" or not may_see(complaint.region):
        return None
    person = await tx.people.get(complaint.person_id)
    await tx.access_log.add(reader.of(person, "complaint_picture", now=now))
    return sealer.open_bytes(sealed)
