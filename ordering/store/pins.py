"""PIN codes of people who have no mobile: digests only, and how often a wrong one was tried."""

from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from ordering.model import Pin
from ordering.store.connection import Work
from ordering.store.tables import pins

_OF = select(*(pins.c[field.name] for field in fields(Pin))).where(pins.c.person_id == bindparam("person"))


class SqlPins:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def of_person(self, person_id: int) -> Pin | None:
        row = (await self._work.read(_OF, {"person": person_id})).first()
        return None if row is None else Pin(**row._mapping)

    async def set(self, pin: Pin) -> None:
        await self.remove(pin.person_id)
        await self._work.write(pins.insert(), asdict(pin))
        self._work.changed(pin.person_id, "pin")

    async def remove(self, person_id: int) -> bool:
        if not (await self._work.write(delete(pins).where(pins.c.person_id == person_id))).rowcount:
            return False
        self._work.changed(person_id, "pin")
        return True

    async def count_try(self, person_id: int, *, salt: str, digest: str, wrong: int, now: datetime) -> bool:
        values = {"digest": digest, "wrong": wrong, "wrong_at": now}
        change = update(pins).where(pins.c.person_id == person_id, pins.c.salt == salt).values(values)
        return (await self._work.write(change)).rowcount == 1
