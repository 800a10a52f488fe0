"""How often somebody has asked for a code or tried a wrong one, by digests of what it is counted by."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, text

from ordering.ports import Tries
from ordering.store.connection import Work
from ordering.store.tables import login_tries

_OF_THESE = (login_tries.c.key.in_(bindparam("keys", expanding=True)), login_tries.c.what == bindparam("kind"))
_COUNT = (
    select(login_tries.c.key, func.count().label("times"), func.max(login_tries.c.at).label("last"))
    .where(*_OF_THESE, login_tries.c.at > bindparam("since"))
    .group_by(login_tries.c.key)
)
# In one order for everybody, since two who wait for each other would both fail.
_ONE_AT_A_TIME = text(
    "SELECT pg_advisory_xact_lock(place) FROM"
    " (SELECT DISTINCT hashtextextended(key, 0) AS place FROM unnest(CAST(:keys AS text[])) AS key ORDER BY 1) AS each"
)
_FORGET = delete(login_tries).where(*_OF_THESE)


class SqlLoginTries:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def one_at_a_time(self, keys: Sequence[str]) -> None:
        await self._work.begin_writing()
        if self._work.on_postgresql:
            await self._work.read(_ONE_AT_A_TIME, {"keys": list(keys)})

    async def count(self, what: str, keys: Sequence[str], *, since: datetime) -> dict[str, Tries]:
        rows = await self._work.read(_COUNT, {"keys": list(keys), "kind": what, "since": since})
        found = {row.key: Tries(row.times, row.last) for row in rows}
        return {key: found.get(key, Tries()) for key in keys}

    async def add(self, what: str, keys: Sequence[str], *, at: datetime) -> None:
        if keys:
            await self._work.write(insert(login_tries), [{"what": what, "key": key, "at": at} for key in keys])

    async def forget(self, what: str, keys: Sequence[str]) -> None:
        await self._work.write(_FORGET, {"keys": list(keys), "kind": what})
