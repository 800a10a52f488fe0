"""Outgoing messages: put with the business that causes them, leased by whoever sends."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, literal_column, null, or_, select, update

from ordering.model import OutboxRow
from ordering.store.connection import Work
from ordering.store.tables import outbox

LEASE = timedelta(seconds=60)

_IS_OPEN = outbox.c.status.in_([literal_column("'pending'"), literal_column("'sending'"), literal_column("'unknown'")])
_ROW = select(
    outbox.c.id,
    outbox.c.kind,
    outbox.c.recipient,
    outbox.c.sender,
    outbox.c.status,
    outbox.c.attempts,
    outbox.c.due_at,
    outbox.c.sealed,
    outbox.c.key,
    outbox.c.order_id,
    outbox.c.provider_id,
    outbox.c.unasked,
    outbox.c.person_id,
)
_DUE = (
    _ROW.where(_IS_OPEN, outbox.c.due_at <= bindparam("now"))
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_DUE_OF_THESE = _DUE.where(outbox.c.id.in_(bindparam("ids", expanding=True)))
_TAKE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("taken", expanding=True)))
    .values(status="sending", due_at=bindparam("until"))
)
_RENEW = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"), outbox.c.status == "sending", outbox.c.due_at == bindparam("was_until"))
    .values(due_at=bindparam("until"))
)
_SENT = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        status="sent",
        sealed=null(),
        error=null(),
        attempts=outbox.c.attempts + 1,
        provider_id=bindparam("provider"),
        sent_at=bindparam("now"),
    )
)
_POSTPONED = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(status=bindparam("new_status"), error=bindparam("reason"), due_at=bindparam("retry_at"))
)
_FAILED = _POSTPONED.values(attempts=outbox.c.attempts + 1)
_WITHDRAW = delete(outbox).where(
    outbox.c.key == bindparam("which"), outbox.c.status == "pending", outbox.c.attempts == 0
)
_DROP_UNSENT = delete(outbox).where(
    outbox.c.kind == "sms",
    or_(outbox.c.recipient == bindparam("to"), outbox.c.person_id == bindparam("person")),
    outbox.c.status.in_(("pending", "unknown", "dead")),
)
_BY_PROVIDER = _ROW.where(outbox.c.provider_id == bindparam("provider"))


class SqlOutbox:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def put(
        self,
        *,
        kind: str,
        recipient: str,
        sealed: bytes,
        key: str,
        due_at: datetime,
        sender: str | None = None,
        order_id: int | None = None,
        region: str | None = None,
        person_id: int | None = None,
        unasked: bool = False,
        to_nobody: bool = False,
    ) -> int | None:
        values = {"kind": kind, "recipient": recipient, "sealed": sealed, "key": key, "due_at": due_at}
        values |= {"sender": sender, "order_id": order_id, "region": region, "person_id": person_id}
        values |= {"status": "pending", "attempts": 0, "unasked": unasked}
        nobody = {"status": "sent", "sent_at": due_at, "sealed": None, "recipient": ""}
        values |= nobody if to_nobody else {"sent_at": None}
        return await self._work.insert_new(outbox, values, unless="key")

    async def drop_unsent(self, *, recipient: str | None, person_id: int) -> None:
        await self._work.write(_DROP_UNSENT, {"to": recipient, "person": person_id})

    async def withdraw(self, key: str) -> bool:
        return (await self._work.write(_WITHDRAW, {"which": key})).rowcount == 1

    async def lease(self, now: datetime, *, ids: Sequence[int] | None = None, limit: int = 20) -> list[OutboxRow]:
        """Rows come back with the status they were found in, so that the sender knows what it is up to.

        A row that somebody took LEASE ago and never reported on comes back as `unknown`: it may have gone out.
        """
        await self._work.begin_writing()
        parameters = {"now": now, "most": limit}
        if ids is None:
            found = await self._work.read(_DUE, parameters)
        else:
            found = await self._work.read(_DUE_OF_THESE, parameters | {"ids": list(ids)})
        rows = [
            OutboxRow(**{**row._mapping, "status": "unknown" if row.status == "sending" else row.status})
            for row in found
        ]
        if rows:
            await self._work.write(_TAKE, {"taken": [row.id for row in rows], "until": now + LEASE})
        return rows

    async def renew(self, row_id: int, *, leased_at: datetime, now: datetime) -> bool:
        values = {"row": row_id, "was_until": leased_at + LEASE, "until": now + LEASE}
        return (await self._work.write(_RENEW, values)).rowcount == 1

    async def sent(self, row_id: int, *, provider_id: str | None, now: datetime) -> None:
        await self._work.write(_SENT, {"row": row_id, "provider": provider_id, "now": now})

    async def failed(
        self, row_id: int, *, error: str, retry_at: datetime | None, now: datetime, status: str = "pending"
    ) -> None:
        new_status = "dead" if retry_at is None else status
        parameters = {"row": row_id, "reason": error, "new_status": new_status, "retry_at": retry_at or now}
        await self._work.write(_FAILED, parameters)

    async def postponed(self, row_id: int, *, reason: str, retry_at: datetime, status: str) -> None:
        parameters = {"row": row_id, "reason": reason, "new_status": status, "retry_at": retry_at}
        await self._work.write(_POSTPONED, parameters)

    async def by_provider(self, provider_id: str) -> OutboxRow | None:
        row = (await self._work.read(_BY_PROVIDER, {"provider": provider_id})).first()
        return None if row is None else OutboxRow(**row._mapping)
