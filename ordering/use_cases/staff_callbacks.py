"""What staff do with the calls that patients have asked for: list them, and close each when it is done."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ordering.model import Callback, Person
from ordering.ports import Transaction
from ordering.use_cases.access_log import Reader


@dataclass(frozen=True, slots=True)
class Waiting:
    """person: None for somebody who has not proved who they are."""

    callback: Callback
    person: Person | None


async def list_callbacks(tx: Transaction, region: str, reader: Reader, *, booked: bool, now: datetime) -> list[Waiting]:
    """booked: those that wait, in the order to call; else those closed or taken back, the newest first. What concerns
    somebody who is protected is left out (I5)."""
    found = await tx.callbacks.of_region(region, booked=booked)
    named = [Waiting(one, await tx.people.get(one.person_id) if one.person_id else None) for one in found]
    waiting = [one for one in named if one.person is None or not one.person.protected]
    readings = {each.person.id: reader.of(each.person, "callbacks", now=now) for each in waiting if each.person}
    await tx.access_log.add(*readings.values())
    return waiting


async def close_callback(
    tx: Transaction, callback_id: int, reader: Reader, *, may_see: Callable[[str], bool], now: datetime
) -> Callback | None:
    """Closed twice it stays as it was closed first.

    `may_see`: whether the reader works for a region. None: there is none there, or the patient has taken it back.
    """
    callback = await tx.callbacks.by_id(callback_id)
    if callback is None or callback.status not in ("booked", "closed") or not may_see(callback.region):
        return None
    if callback.status == "booked":
        callback = replace(callback, status="closed", asking=None, closed_at=now, closed_by=reader.name)
        tx.access_log.acting(reader)
        if not await tx.callbacks.save(callback, was=("booked",)):
            return await close_callback(tx, callback_id, reader, may_see=may_see, now=now)
    return callback
