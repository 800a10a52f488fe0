"""Removing what has been kept long enough. Which rows of a kind of data may go stands here, how old in the settings."""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Table, and_, bindparam, delete, exists, func, or_, select

from ordering.store.connection import Work
from ordering.store.tables import (
    access_log,
    callbacks,
    chat_logins,
    complaints,
    inbox,
    login_tries,
    one_time_codes,
    orders,
    outbox,
    phone_calls,
    threads,
    visits,
)

_BEFORE: BindParameter[datetime] = bindparam("before")
_FINISHED = ("delivered", "cancelled")

_order_over = or_(
    outbox.c.order_id.is_(None),
    exists().where(orders.c.id == outbox.c.order_id, orders.c.status.in_(_FINISHED)),
)
_sent_for_order = outbox.alias("for_order")
_mail = outbox.alias("mail")
_mail_unsent = exists().where(
    _mail.c.key.in_(["complaint:" + complaints.c.case_number, "wish:" + complaints.c.case_number]),
    _mail.c.status != "sent",
)

# Kind of data: its tables, with the rows that may go. Waiting messages stand in none of these conditions.
_MAY_GO: dict[str, tuple[tuple[Table, ColumnElement[bool]], ...]] = {
    "visits": (
        (visits, visits.c.last_at < _BEFORE),
        # The conversation itself, which holds the number, once nothing of it is left.
        (
            threads,
            and_(
                ~exists().where(inbox.c.thread_id == threads.c.id),
                ~exists().where(visits.c.thread_id == threads.c.id),
            ),
        ),
    ),
    "messages": (
        (inbox, and_(inbox.c.status == "done", inbox.c.handled_at < _BEFORE)),
        (outbox, and_(outbox.c.status == "sent", outbox.c.sent_at < _BEFORE, _order_over)),
    ),
    # A mail about a complaint, or an order on its way to the distributor, stays until it has been sent after all.
    "failed": (
        (inbox, and_(inbox.c.status == "dead", inbox.c.due_at < _BEFORE)),
        (outbox, and_(outbox.c.status == "dead", outbox.c.due_at < _BEFORE, outbox.c.kind != "mail", _order_over)),
    ),
    "codes": (
        (one_time_codes, one_time_codes.c.created_at < _BEFORE),
        (login_tries, login_tries.c.at < _BEFORE),
        (chat_logins, chat_logins.c.begun_at < _BEFORE),
    ),
    "callbacks": (
        (
            callbacks,
            and_(
                callbacks.c.status.in_(("left", "withdrawn", "closed")),
                callbacks.c.asking.is_(None),
                func.coalesce(callbacks.c.closed_at, callbacks.c.opened_at) < _BEFORE,
            ),
        ),
    ),
    "calls": ((phone_calls, phone_calls.c.began_at < _BEFORE),),
    "access_log": ((access_log, access_log.c.at < _BEFORE),),
    "drafts": ((orders, and_(orders.c.status == "new", orders.c.status_at < _BEFORE)),),
    "complaints": ((complaints, and_(complaints.c.status != "open", complaints.c.opened_at < _BEFORE, ~_mail_unsent)),),
    "orders": (
        (
            orders,
            and_(
                orders.c.status.in_(_FINISHED),
                orders.c.status_at < _BEFORE,
                ~exists().where(complaints.c.order_id == orders.c.id),
                ~exists().where(_sent_for_order.c.order_id == orders.c.id),
            ),
        ),
    ),
}


# Tables that are in no kind of their own, and why. A table that is neither here nor above fails a test.
NOT_BY_AGE = {
    "order_lines": "go with their order",
    "pictures": "go with their complaint",
    "people": "the region's register",
    "representatives": "the region's register, or until staff end it",
    "lines": "the region's register",
    "lifted_blocks": "a decision about a prescription line, kept as long as the line",
    "pins": "until it is taken away",
    "stopped_numbers": "until the number says START",
    "articles": "about nobody",
    "units": "about nobody",
    "payers": "about nobody",
    "facts": "about nobody",
}


def kinds_of_tables() -> dict[str, list[str]]:
    """Table -> the kinds of data whose rows it holds."""
    found: dict[str, list[str]] = {}
    for kind, parts in _MAY_GO.items():
        for table, _ in parts:
            found.setdefault(table.name, []).append(kind)
    return found


class SqlRetention:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def count(self, kind: str, *, before: datetime) -> int:
        counted = 0
        for table, may_go in _MAY_GO[kind]:
            query = select(func.count()).select_from(table).where(may_go)
            counted += (await self._work.read(query, {"before": before})).scalar_one()
        return counted

    async def remove(self, kind: str, *, before: datetime, limit: int) -> int:
        await self._work.begin_writing()
        removed = 0
        for table, may_go in _MAY_GO[kind]:
            if removed < limit:
                removed += await self._remove(table, may_go, {"before": before}, limit - removed)
        return removed

    async def _remove(self, table: Table, may_go: ColumnElement[bool], parameters: dict[str, Any], limit: int) -> int:
        found = (
            select(table.c.id)
            .where(may_go)
            .order_by(table.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=table)
        )
        ids = list((await self._work.read(found, parameters)).scalars())
        if not ids:
            return 0
        # Asked once more now that the rows are locked: a message may have come to a thread in between, and on
        # PostgreSQL only a new statement sees it.
        return (await self._work.write(delete(table).where(table.c.id.in_(ids), may_go), parameters)).rowcount
