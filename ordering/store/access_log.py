"""The log of who has read or changed what about a patient. The database itself keeps it from being changed."""

from dataclasses import asdict, fields
from datetime import datetime
from itertools import batched
from typing import Any

from sqlalchemy import Select, bindparam, insert, select

from ordering.model import Access
from ordering.ports import Acting
from ordering.store.connection import Work
from ordering.store.tables import access_log, people

_ADD = insert(access_log)
_OF_PERSON = (
    select(*(access_log.c[field.name] for field in fields(Access)))
    .where(access_log.c.person_id == bindparam("person"))
    .order_by(access_log.c.id.desc())
    .limit(bindparam("most"))
)

_BY_OTHERS = _OF_PERSON.where(access_log.c.who.not_in(("patient", "service", "import")))


_OF_REGION = (
    select(access_log.c.id, *(access_log.c[field.name] for field in fields(Access)))
    .where(
        access_log.c.region == bindparam("of_region"),
        access_log.c.at >= bindparam("since"),
        access_log.c.at < bindparam("until"),
        access_log.c.id > bindparam("after"),
    )
    .order_by(access_log.c.id)
    .limit(bindparam("most"))
)
_REGIONS = select(people.c.id, people.c.region).where(people.c.id.in_(bindparam("ids", expanding=True)))
_CHUNK = 500


class _Service:
    """What the service does by itself."""

    def changed(self, what: str, *, person_id: int, region: str, now: datetime) -> Access:
        return Access(now, region, person_id, "service", "worker", what, "service", did="changed")


class SqlAccessLog:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._acting: Acting = _Service()

    def acting(self, who: Acting) -> None:
        self._acting = who

    async def note_changes(self, *, now: datetime) -> None:
        """What the transaction has changed, and whose it is."""
        changes, self._work.changes = self._work.changes, {}
        for ids in batched(sorted(changes), _CHUNK):
            regions = await self._work.read(_REGIONS, {"ids": list(ids)})
            of_whom = [
                self._acting.changed(what, person_id=row.id, region=row.region, now=now)
                for row in regions
                for what in sorted(changes[row.id])
            ]
            await self.add(*of_whom)

    async def add(self, *entries: Access) -> None:
        if entries:
            await self._work.write(_ADD, [asdict(entry) for entry in entries])

    async def of_person(self, person_id: int, *, limit: int) -> list[Access]:
        return await self._found(_OF_PERSON, person_id, limit)

    async def of_region(
        self, region: str, *, since: datetime, until: datetime, after: int, limit: int
    ) -> list[tuple[int, Access]]:
        asked = {"of_region": region, "since": since, "until": until, "after": after, "most": limit}
        rows = await self._work.read(_OF_REGION, asked)
        return [
            (row.id, Access(**{name: value for name, value in row._mapping.items() if name != "id"})) for row in rows
        ]

    async def by_others(self, person_id: int, *, limit: int) -> list[Access]:
        return await self._found(_BY_OTHERS, person_id, limit)

    async def _found(self, query: Select[Any], person_id: int, limit: int) -> list[Access]:
        rows = await self._work.read(query, {"person": person_id, "most": limit})
        return [Access(**row._mapping) for row in rows]
