"""Calls to the phone line, from their beginning to how they ended, and how transfers to customer service went."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import bindparam, select, update

from ordering.model import PhoneCall
from ordering.store.connection import Work
from ordering.store.tables import phone_calls

_ROW = select(*(phone_calls.c[field.name] for field in fields(PhoneCall)))
_BY_SID = _ROW.where(phone_calls.c.sid == bindparam("which"))
_OF_REGION = _ROW.where(
    phone_calls.c.region == bindparam("region"),
    phone_calls.c.began_at >= bindparam("since"),
    phone_calls.c.began_at < bindparam("until"),
).order_by(phone_calls.c.id)
_UNFOLLOWED = (
    _ROW.where(phone_calls.c.followed_at.is_(None), phone_calls.c.ended_at < bindparam("before"))
    .order_by(phone_calls.c.id)
    .limit(bindparam("most"))
)


class SqlPhoneCalls:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def begin(self, sid: str, *, region: str, now: datetime) -> None:
        await self._work.insert_new(phone_calls, {"sid": sid, "region": region, "began_at": now}, unless="sid")

    async def by_sid(self, sid: str) -> PhoneCall | None:
        row = (await self._work.read(_BY_SID, {"which": sid})).first()
        return None if row is None else PhoneCall(**row._mapping)

    async def transferred(self, sid: str, *, now: datetime) -> None:
        await self._set(sid, "transferred_at", transferred_at=now)

    async def answered(self, sid: str, *, now: datetime) -> bool:
        return await self._set(sid, "answered_at", answered_at=now)

    async def ended(self, sid: str, *, status: str, seconds: int | None, now: datetime) -> bool:
        return await self._set(sid, "ended_at", ended_at=now, status=status, seconds=seconds)

    async def followed(self, sid: str, *, now: datetime) -> bool:
        return await self._set(sid, "followed_at", followed_at=now)

    async def to_follow(self, *, ended_before: datetime, limit: int) -> list[PhoneCall]:
        rows = await self._work.read(_UNFOLLOWED, {"before": ended_before, "most": limit})
        return [PhoneCall(**row._mapping) for row in rows]

    async def of_region(self, region: str, *, since: datetime, until: datetime) -> list[PhoneCall]:
        rows = await self._work.read(_OF_REGION, {"region": region, "since": since, "until": until})
        return [PhoneCall(**row._mapping) for row in rows]

    async def _set(self, sid: str, unless: str, **values: object) -> bool:
        """Only the first time: what comes late or twice changes nothing."""
        change = update(phone_calls).where(phone_calls.c.sid == sid, phone_calls.c[unless].is_(None)).values(**values)
        return (await self._work.write(change)).rowcount == 1
