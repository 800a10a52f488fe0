"""All that is kept about one person, by table: to be given out, and to be erased. A table with a key to people, or to
rows about them, that stands here nowhere fails a test."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, Table, and_, delete, exists, literal, or_, select, update
from sqlalchemy.exc import DBAPIError

from ordering.store.connection import Work
from ordering.store.tables import (
    access_log,
    callbacks,
    chat_logins,
    complaints,
    inbox,
    lifted_blocks,
    lines,
    one_time_codes,
    order_lines,
    orders,
    outbox,
    people,
    phone_calls,
    pictures,
    pins,
    representatives,
    stopped_numbers,
    threads,
    visits,
)
from rulebook.facts import UNDER_WAY

# Nothing that anybody could read: digests and what is sealed.
_UNREADABLE = frozenset({"digest", "salt", "state", "reply", "browser", "lease_token", "idempotency_key"})
_MAILS = ("complaint:", "wish:")  # what the keys of mails about a case begin with
_LOCK_NOT_AVAILABLE = "55P03"  # what PostgreSQL calls it
_CLOSED_CALLS = ("left", "withdrawn", "closed")


class SqlOnePerson:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def rows(self, person_id: int) -> dict[str, list[dict[str, Any]]]:
        """Table -> its rows about the person, oldest first, without what is a digest or sealed."""
        return {table.name: await self._readable(table, which) for table, which in about(person_id).items()}

    async def unfinished(self, person_id: int) -> list[str]:
        """What still has to happen: kinds of it, in a fixed order. Until the transaction ends nothing new is added."""
        await self._work.begin_writing()
        if not await self._hold(person_id):
            return ["in_use"]
        open_now: dict[str, tuple[Table, ColumnElement[bool]]] = {
            "orders": (orders, and_(orders.c.person_id == person_id, orders.c.status.in_(sorted(UNDER_WAY)))),
            "complaints": (complaints, and_(complaints.c.person_id == person_id, complaints.c.status == "open")),
            "callbacks": (
                callbacks,
                and_(callbacks.c.person_id == person_id, callbacks.c.status.not_in(_CLOSED_CALLS)),
            ),
            "messages": (inbox, and_(inbox.c.thread_id.in_(_threads_of(person_id)), inbox.c.status == "received")),
            "sending": (
                outbox,
                and_(or_(_about_records(person_id), _to_or_of(person_id)), outbox.c.status.not_in(("sent", "dead"))),
            ),
        }
        return [kind for kind, (table, which) in open_now.items() if await self._any(table, which)]

    async def _hold(self, person_id: int) -> bool:
        """Keeps others from adding anything. Never waits, since a turn that waits for us would wait for ever."""
        try:
            for table, which in (
                (people, people.c.id == person_id),
                (threads, threads.c.id.in_(_threads_of(person_id))),
            ):
                await self._work.read(select(table.c.id).where(which).with_for_update(nowait=True))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            return False
        return True

    async def erase(self, person_id: int) -> dict[str, int]:
        """What is no record of the region's and does not come from its register: how many rows of each table went."""
        gone = {table.name: await self._delete(table, which) for table, which in _passing(person_id)}
        own = {column.name: None for column in people.c if column.name.startswith("own_")}
        kept_by_patient = or_(*(people.c[name].is_not(None) for name in own))
        changed = await self._work.write(update(people).where(people.c.id == person_id, kept_by_patient).values(own))
        return gone | {"people": changed.rowcount}

    async def erase_records(self, person_id: int) -> dict[str, int]:
        """All the rest, after `erase`: orders, complaints, prescriptions and the person."""
        mobile = select(people.c.mobile).where(people.c.id == person_id).scalar_subquery()
        others = people.alias("others")
        shared = exists().where(others.c.mobile == stopped_numbers.c.number, others.c.id != person_id)
        await self._work.write(update(orders).where(orders.c.ordered_by == person_id).values(ordered_by=None))
        steps: Sequence[tuple[Table, ColumnElement[bool]]] = (
            (stopped_numbers, and_(stopped_numbers.c.number == mobile, ~shared)),
            (outbox, _about_records(person_id)),
            (pictures, pictures.c.complaint_id.in_(_complaints_of(person_id))),
            (complaints, complaints.c.person_id == person_id),
            (order_lines, order_lines.c.order_id.in_(_orders_of(person_id))),
            (orders, orders.c.person_id == person_id),
            (lifted_blocks, lifted_blocks.c.line_id.in_(_lines_of(person_id))),
            (lines, lines.c.person_id == person_id),
            (representatives, _represents(person_id)),
            (people, people.c.id == person_id),
        )
        return {table.name: await self._delete(table, which) for table, which in steps}

    async def _readable(self, table: Table, which: ColumnElement[bool]) -> list[dict[str, Any]]:
        readable = [
            column for column in table.c if not isinstance(column.type, LargeBinary) and column.name not in _UNREADABLE
        ]
        found = await self._work.read(select(*readable).where(which).order_by(*table.primary_key.columns))
        return [dict(row) for row in found.mappings()]

    async def _any(self, table: Table, which: ColumnElement[bool]) -> bool:
        return (await self._work.read(select(table.c.id).where(which).limit(1))).first() is not None

    async def _delete(self, table: Table, which: ColumnElement[bool]) -> int:
        return (await self._work.write(delete(table).where(which))).rowcount


def about(person_id: int) -> dict[Table, ColumnElement[bool]]:
    """Which rows are about a person."""
    in_own_threads = _own_threads(person_id)
    return {
        people: people.c.id == person_id,
        representatives: _represents(person_id),
        lines: lines.c.person_id == person_id,
        lifted_blocks: lifted_blocks.c.line_id.in_(_lines_of(person_id)),
        orders: or_(orders.c.person_id == person_id, orders.c.ordered_by == person_id),
        order_lines: order_lines.c.order_id.in_(_orders_of(person_id)),
        complaints: complaints.c.person_id == person_id,
        pictures: pictures.c.complaint_id.in_(_complaints_of(person_id)),
        callbacks: callbacks.c.person_id == person_id,
        visits: or_(visits.c.person_id == person_id, visits.c.speaker_id == person_id),
        one_time_codes: or_(
            one_time_codes.c.person_id == person_id, one_time_codes.c.visit_id.in_(_visits_of(person_id))
        ),
        chat_logins: chat_logins.c.person_id == person_id,
        threads: threads.c.id.in_(in_own_threads),
        inbox: inbox.c.thread_id.in_(in_own_threads),
        phone_calls: phone_calls.c.sid.in_(select(threads.c.key).where(threads.c.id.in_(in_own_threads))),
        outbox: or_(outbox.c.order_id.in_(_orders_of(person_id)), _to_or_of(person_id)),
        stopped_numbers: stopped_numbers.c.number == _mobile(person_id),
        pins: pins.c.person_id == person_id,
        access_log: or_(access_log.c.person_id == person_id, access_log.c.speaker_id == person_id),
    }


def _passing(person_id: int) -> Sequence[tuple[Table, ColumnElement[bool]]]:
    """In the order to delete them. What somebody who shares the number has written stays."""
    which = about(person_id)
    theirs = and_(_to_or_of(person_id), outbox.c.status.in_(("sent", "dead")), outbox.c.order_id.is_(None))
    by_staff = and_(_represents(person_id), representatives.c.registered_by.is_not(None))
    return (
        (one_time_codes, which[one_time_codes]),
        (chat_logins, which[chat_logins]),
        (pins, which[pins]),
        (phone_calls, which[phone_calls]),
        # With it go its messages and visits.
        (threads, which[threads]),
        (visits, which[visits]),
        (outbox, theirs),
        (callbacks, and_(which[callbacks], callbacks.c.status.in_(_CLOSED_CALLS))),
        (representatives, by_staff),
        (orders, and_(orders.c.person_id == person_id, orders.c.status == "new")),
    )


def _about_records(person_id: int) -> ColumnElement[bool]:
    cases = select(complaints.c.case_number).where(complaints.c.person_id == person_id)
    mails = [outbox.c.key.in_(select(literal(kind) + cases.subquery().c.case_number)) for kind in _MAILS]
    return or_(outbox.c.order_id.in_(_orders_of(person_id)), *mails)


def _to_or_of(person_id: int) -> ColumnElement[bool]:
    """What tells of them; of SMS to their number those that tell of nobody in particular, for it may be shared."""
    to_them = and_(outbox.c.recipient == _mobile(person_id), outbox.c.person_id.is_(None))
    return or_(to_them, outbox.c.person_id == person_id)


def _represents(person_id: int) -> ColumnElement[bool]:
    return or_(representatives.c.patient_id == person_id, representatives.c.representative_id == person_id)


def _orders_of(person_id: int) -> Select[Any]:
    return select(orders.c.id).where(orders.c.person_id == person_id)


def _complaints_of(person_id: int) -> Select[Any]:
    return select(complaints.c.id).where(complaints.c.person_id == person_id)


def _lines_of(person_id: int) -> Select[Any]:
    return select(lines.c.id).where(lines.c.person_id == person_id)


def _visits_of(person_id: int) -> Select[Any]:
    return select(visits.c.id).where(or_(visits.c.person_id == person_id, visits.c.speaker_id == person_id))


def _threads_of(person_id: int) -> Select[Any]:
    return select(visits.c.thread_id).where(or_(visits.c.person_id == person_id, visits.c.speaker_id == person_id))


def _own_threads(person_id: int) -> Select[Any]:
    """Those that nobody else has spoken in, or been spoken for."""
    other = visits.alias("other")
    somebody_else = exists().where(
        other.c.thread_id == visits.c.thread_id,
        or_(other.c.person_id != person_id, other.c.speaker_id != person_id),
    )
    return _threads_of(person_id).where(~somebody_else)


def _mobile(person_id: int) -> Any:
    return select(people.c.mobile).where(people.c.id == person_id).scalar_subquery()
