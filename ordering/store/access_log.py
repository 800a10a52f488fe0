"""The log of who has read or changed what about a patient. The database itself keeps it from being changed."""

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Select, bindparam, insert, select

from ordering.model import Access
from ordering.store.connection import Work
from ordering.store.tables import access_log

_ADD = insert(access_log)
_OF_PERSON = (
    select(*(access_log.c[field.name] for field in fields(Access)))
    .where(access_log.c.person_id == bindparam("person"))
    .order_by(access_log.c.id.desc())
    .limit(bindparam("most"))
)

_BY_OTHERS = _OF_PERSON.where(access_log.c.who != "patient")


class SqlAccessLog:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def add(self, *entries: Access) -> None:
        if entries:
            await self._work.write(_ADD, [asdict(entry) for entry in entries])

    async def of_person(self, person_id: int, *, limit: int) -> list[Access]:
        return await self._found(_OF_PERSON, person_id, limit)

    async def by_others(self, person_id: int, *, limit: int) -> list[Access]:
        return await self._found(_BY_OTHERS, person_id, limit)

    async def _found(self, query: Select[Any], person_id: int, limit: int) -> list[Access]:
        rows = await self._work.read(query, {"person": person_id, "most": limit})
        return [Access(**row._mapping) for row in rows]
