"""What has been given up: inbox and outbox rows with status dead, and how many rows wait."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, exists, false, func, literal, literal_column, null, select, update

from ordering.ports import FailedRow, RowCount
from ordering.store.connection import Work
from ordering.store.tables import inbox, outbox, threads

# Literals, not parameters: only then can SQLite see that a partial index covers the query.
_DEAD_IN = inbox.c.status == literal_column("'dead'")
_DEAD_OUT = outbox.c.status == literal_column("'dead'")
_WAITS_IN = inbox.c.status == literal_column("'received'")
_WAITS_OUT = outbox.c.status.in_(
    [literal_column("'pending'"), literal_column("'sending'"), literal_column("'unknown'")]
)

_later = inbox.alias("later")
_WENT_ON = exists().where(
    _later.c.thread_id == inbox.c.thread_id, _later.c.id > inbox.c.id, _later.c.status == literal_column("'done'")
)
_INCOMING: Select[Any] = (
    select(
        literal("in").label("box"),
        inbox.c.id,
        threads.c.channel.label("kind"),
        inbox.c.due_at.label("since"),
        inbox.c.attempts,
        inbox.c.error,
        threads.c.region,
        threads.c.address,
        inbox.c.sealed.is_not(None).label("has_content"),
        _WENT_ON.label("went_on"),
        inbox.c.thread_id,
        null().label("key"),
    )
    .join(threads, threads.c.id == inbox.c.thread_id)
    .where(_DEAD_IN)
)
_OUTGOING: Select[Any] = select(
    literal("out").label("box"),
    outbox.c.id,
    outbox.c.kind,
    outbox.c.due_at.label("since"),
    outbox.c.attempts,
    outbox.c.error,
    outbox.c.region,
    outbox.c.recipient.label("address"),
    outbox.c.sealed.is_not(None).label("has_content"),
    false().label("went_on"),
    null().label("thread_id"),
    outbox.c.key,
).where(_DEAD_OUT)
_BOXES = {"in": (inbox, _INCOMING), "out": (outbox, _OUTGOING)}

_REVIVE_INCOMING = (
    update(inbox)
    .where(inbox.c.id == bindparam("row"), _DEAD_IN, inbox.c.sealed.is_not(None), ~_WENT_ON)
    .values(status="received", attempts=0, due_at=bindparam("now"))
)
# Unknown, so that the sender looks whether an earlier attempt got through before it sends.
_REVIVE_OUTGOING = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"), _DEAD_OUT, outbox.c.sealed.is_not(None))
    .values(status="unknown", attempts=0, due_at=bindparam("now"))
)


def _counts(waits: Any, dead: Any, kind: Any, box: Any) -> tuple[Select[Any], Select[Any]]:
    joined = box.join(threads, threads.c.id == inbox.c.thread_id) if box is inbox else box
    return tuple(  # type: ignore[return-value]
        select(kind.label("kind"), func.count().label("count"), func.min(box.c.due_at).label("since"))
        .select_from(joined)
        .where(of_these)
        .group_by(kind)
        for of_these in (waits, dead)
    )


_COUNTS = {
    "in": _counts(_WAITS_IN, _DEAD_IN, threads.c.channel, inbox),
    "out": _counts(_WAITS_OUT, _DEAD_OUT, outbox.c.kind, outbox),
}


class SqlFailedMessages:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def all(
        self, *, box: str | None = None, kind: str | None = None, regions: Collection[str] | None = None, limit: int
    ) -> list[FailedRow]:
        found: list[FailedRow] = []
        for name, (table, query) in _BOXES.items():
            if box in (None, name):
                of_kind = threads.c.channel if name == "in" else outbox.c.kind
                of_region = threads.c.region if name == "in" else outbox.c.region
                wanted = query if kind is None else query.where(of_kind == kind)
                wanted = wanted if regions is None else wanted.where(of_region.in_(sorted(regions)))
                rows = await self._work.read(wanted.order_by(table.c.id).limit(limit))
                found += [_failed(row) for row in rows]
        return sorted(found, key=lambda row: (row.since, row.box, row.id))[:limit]

    async def get(self, box: str, row_id: int) -> FailedRow | None:
        table, query = _BOXES[box]
        row = (await self._work.read(query.where(table.c.id == row_id))).first()
        return None if row is None else _failed(row)

    async def revive(self, row: FailedRow, *, now: datetime) -> bool:
        statement = _REVIVE_INCOMING if row.box == "in" else _REVIVE_OUTGOING
        return (await self._work.write(statement, {"row": row.id, "now": now})).rowcount == 1

    async def counts(self) -> list[RowCount]:
        return [
            RowCount(box=box, status=status, **row)
            for box, queries in _COUNTS.items()
            for status, query in zip(("waiting", "dead"), queries, strict=True)
            for row in (await self._work.read(query)).mappings()
        ]


def _failed(row: Row[Any]) -> FailedRow:
    return FailedRow(**{**row._mapping, "has_content": bool(row.has_content), "went_on": bool(row.went_on)})
