"""Small settings that live in the database."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from ordering.store.connection import Work
from ordering.store.tables import facts

_CLOCK_OFFSET = "clock_offset_seconds"
_PURGED_AT = "purged_at"
_READ = select(facts.c.value).where(facts.c.key == bindparam("fact"))
_CHANGE = update(facts).where(facts.c.key == bindparam("fact")).values(value=bindparam("new_value"))


class SqlFacts:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def clock_offset(self) -> timedelta:
        seconds = (await self._work.read(_READ, {"fact": _CLOCK_OFFSET})).scalar()
        return timedelta(seconds=seconds or 0)

    async def set_clock_offset(self, offset: timedelta) -> None:
        await self._set(_CLOCK_OFFSET, offset.total_seconds())

    async def purged_at(self) -> datetime | None:
        moment = (await self._work.read(_READ, {"fact": _PURGED_AT})).scalar()
        return datetime.fromisoformat(moment) if moment else None

    async def set_purged_at(self, moment: datetime) -> None:
        await self._set(_PURGED_AT, moment.isoformat())

    async def _set(self, fact: str, value: Any) -> None:
        changed = await self._work.write(_CHANGE, {"fact": fact, "new_value": value})
        if changed.rowcount == 0:
            await self._work.write(insert(facts), {"key": fact, "value": value})
