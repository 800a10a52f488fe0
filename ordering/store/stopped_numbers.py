"""Numbers that want nothing they have not asked for."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select

from ordering.store.connection import Work
from ordering.store.tables import stopped_numbers

_IS_STOPPED = select(stopped_numbers.c.number).where(stopped_numbers.c.number == bindparam("which"))
_START = delete(stopped_numbers).where(stopped_numbers.c.number == bindparam("which"))


class SqlStoppedNumbers:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def stop(self, number: str, *, now: datetime) -> None:
        await self._work.write(_START, {"which": number})
        await self._work.write(stopped_numbers.insert(), {"number": number, "stopped_at": now})

    async def start(self, number: str) -> bool:
        return (await self._work.write(_START, {"which": number})).rowcount == 1

    async def is_stopped(self, number: str) -> bool:
        return (await self._work.read(_IS_STOPPED, {"which": number})).first() is not None
