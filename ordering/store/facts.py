"""Small settings that live in the database."""

from datetime import timedelta

from sqlalchemy import bindparam, insert, select, update

from ordering.store.connection import Work
from ordering.store.tables import facts

_CLOCK_OFFSET = "clock_offset_seconds"
_READ = select(facts.c.value).where(facts.c.key == bindparam("fact"))
_CHANGE = update(facts).where(facts.c.key == bindparam("fact")).values(value=bindparam("new_value"))


class SqlFacts:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def clock_offset(self) -> timedelta:
        seconds = (await self._work.read(_READ, {"fact": _CLOCK_OFFSET})).scalar()
        return timedelta(seconds=seconds or 0)

    async def set_clock_offset(self, offset: timedelta) -> None:
        seconds = offset.total_seconds()
        changed = await self._work.write(_CHANGE, {"fact": _CLOCK_OFFSET, "new_value": seconds})
        if changed.rowcount == 0:
            await self._work.write(insert(facts), {"key": _CLOCK_OFFSET, "value": seconds})
