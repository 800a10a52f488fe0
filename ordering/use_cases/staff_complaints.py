"""What customer service reads of the complaints in a region (C4, C6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ordering.model import Complaint, Order, Person
from ordering.ports import Sealer, Transaction
from ordering.use_cases.access_log import Reader


@dataclass(frozen=True, slots=True)
class Told:
    complaint: Complaint
    order: Order | None
    person: Person
    pictures: tuple[int, ...] = ()


async def list_complaints(
    tx: Transaction, region: str, reader: Reader, *, since: datetime, closed: bool = False, now: datetime
) -> list[Told]:
    """Newest first, half told ones too: what a patient has begun to tell must not be lost. `closed`: only those closed,
    else all others. What somebody has told who is protected now is shut with everything about them (I5)."""
    found = []
    for complaint in await tx.complaints.of_region(region, since=since):
        person = await tx.people.get(complaint.person_id)
        if person.protected or (complaint.status == "closed") != closed:
            continue
        orders = await tx.orders.of_person(complaint.person_id) if complaint.order_id else []
        order = next((order for order in orders if order.id == complaint.order_id), None)
        pictures = tuple(await tx.complaints.pictures(complaint.id))
        found.append(Told(complaint, order, person, pictures))
    readings = {told.person.id: reader.of(told.person, "complaints", now=now) for told in found}
    await tx.access_log.add(*readings.values())
    return found


async def close_complaint(
    tx: Transaction, case_number: str, reader: Reader, *, may_see: Callable[[str], bool], now: datetime
) -> Complaint | None:
    """Closed twice it stays as it was closed first. None: there is none that `reader` may see."""
    complaint = await tx.complaints.by_case_number(case_number)
    if complaint is None or complaint.status == "cancelled" or not may_see(complaint.region):
        return None
    if (await tx.people.get(complaint.person_id)).protected:
        return None
    tx.access_log.acting(reader)
    await tx.complaints.close(complaint, by=reader.name, now=now)
    return await tx.complaints.by_case_number(case_number)


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
    if person.protected:
        return None
    await tx.access_log.add(reader.of(person, "complaints", now=now))
    return sealer.open_bytes(sealed)
