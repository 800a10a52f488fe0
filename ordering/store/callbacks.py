"""Calls that patients have asked for, while they are being settled and once they are booked."""

from dataclasses import asdict, fields, replace
from typing import Any

from sqlalchemy import Row, Select, bindparam, or_, select, update

from ordering.model import Callback
from ordering.store.connection import Work
from ordering.store.tables import callbacks

_ROW = select(*(callbacks.c[field.name] for field in fields(Callback)))
_BY_ID = _ROW.where(callbacks.c.id == bindparam("callback"))
_ASKING = (
    _ROW.where(callbacks.c.visit_id == bindparam("visit"), callbacks.c.asking.is_not(None))
    .order_by(callbacks.c.id.desc())
    .limit(1)
)
_BOOKED = _ROW.where(callbacks.c.region == bindparam("region"), callbacks.c.status == "booked")
_MINE = (
    _BOOKED.where(
        or_(
            callbacks.c.visit_id == bindparam("visit"),
            callbacks.c.person_id == bindparam("person"),
            callbacks.c.number == bindparam("number"),
        )
    )
    .order_by(callbacks.c.id.desc())
    .limit(1)
)
_WAITING = _BOOKED.order_by(callbacks.c.day, callbacks.c.starts, callbacks.c.id)
_OVER = _ROW.where(callbacks.c.region == bindparam("region"), callbacks.c.status.in_(("closed", "withdrawn"))).order_by(
    callbacks.c.id.desc()
)
_OF_PERSON = _ROW.where(callbacks.c.person_id == bindparam("person")).order_by(callbacks.c.id)
# What stays as it was when it was begun.
_FIXED = frozenset({"id", "region", "channel", "visit_id", "opened_at"})


class SqlCallbacks:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def asking(self, visit_id: int) -> Callback | None:
        return await self._one(_ASKING, visit=visit_id)

    async def booked(
        self, region: str, *, visit_id: int, person_id: int | None = None, number: str | None = None
    ) -> Callback | None:
        return await self._one(_MINE, region=region, visit=visit_id, person=person_id, number=number)

    async def by_id(self, callback_id: int) -> Callback | None:
        return await self._one(_BY_ID, callback=callback_id)

    async def of_region(self, region: str, *, booked: bool) -> list[Callback]:
        rows = await self._work.read(_WAITING if booked else _OVER, {"region": region})
        found = [_callback(row) for row in rows]
        # Without a window last, on either database.
        return sorted(found, key=lambda one: one.day is None) if booked else found

    async def of_person(self, person_id: int) -> list[Callback]:
        return [_callback(row) for row in await self._work.read(_OF_PERSON, {"person": person_id})]

    async def add(self, callback: Callback) -> Callback:
        row = {name: value for name, value in asdict(callback).items() if name != "id"}
        callback_id = await self._work.insert_new(callbacks, row)
        if callback_id is None:
            raise RuntimeError("the callback was not stored")
        self._work.changed(callback.person_id, "callbacks")
        return replace(callback, id=callback_id)

    async def save(self, callback: Callback, *, was: tuple[str, ...]) -> bool:
        values = {name: value for name, value in asdict(callback).items() if name not in _FIXED}
        change = update(callbacks).where(callbacks.c.id == callback.id, callbacks.c.status.in_(was)).values(values)
        self._work.changed(callback.person_id, "callbacks")
        return (await self._work.write(change)).rowcount == 1

    async def _one(self, query: Select[Any], **parameters: Any) -> Callback | None:
        row = (await self._work.read(query, parameters)).first()
        return None if row is None else _callback(row)


def _callback(row: Row[Any]) -> Callback:
    return Callback(**row._mapping)
