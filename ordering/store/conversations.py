"""Threads with their leases, the inbox, visits and one-time codes."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, literal_column, null, or_, select, update

from ordering.model import Channel, InboxRow, OneTimeCode, Thread, Visit
from ordering.ports.messages import ALWAYS
from ordering.store.connection import Work
from ordering.store.tables import inbox, one_time_codes, threads, visits

_IS_WAITING = inbox.c.status == literal_column("'received'")

_THREAD = select(*(threads.c[field.name] for field in fields(Thread)))
# Locked against being purged; beside other messages of the same thread.
_THREAD_BY_KEY = _THREAD.where(
    threads.c.channel == bindparam("channel"), threads.c.key == bindparam("key")
).with_for_update(read=True, key_share=True)
_first = select(func.min(inbox.c.id).label("id")).where(_IS_WAITING).group_by(inbox.c.thread_id).subquery()
_THREADS_WAITING = (
    _THREAD.join(inbox, inbox.c.thread_id == threads.c.id)
    .join(_first, _first.c.id == inbox.c.id)
    .where(
        inbox.c.due_at <= bindparam("now"),
        or_(threads.c.lease_until.is_(None), threads.c.lease_until <= bindparam("now")),
    )
    .order_by(inbox.c.id)
    .limit(bindparam("most"))
)
_LEASE = (
    update(threads)
    .where(
        threads.c.id == bindparam("thread"),
        or_(
            threads.c.lease_token.is_(None),
            threads.c.lease_token == bindparam("token"),
            threads.c.lease_until <= bindparam("now"),
        ),
    )
    .values(lease_token=bindparam("token"), lease_until=bindparam("until"))
)
_RELEASE = (
    update(threads)
    .where(threads.c.id == bindparam("thread"), threads.c.lease_token == bindparam("token"))
    .values(lease_token=null(), lease_until=null())
)

_INBOX = select(
    inbox.c.id,
    inbox.c.thread_id,
    inbox.c.provider_id,
    inbox.c.status,
    inbox.c.attempts,
    inbox.c.received_at,
    inbox.c.sealed,
    inbox.c.reply,
    inbox.c.due_at,
)
_INBOX_BY_PROVIDER = _INBOX.where(inbox.c.provider_id == bindparam("provider"))
_ALL_WAITING = _INBOX.where(inbox.c.thread_id == bindparam("thread"), _IS_WAITING).order_by(inbox.c.id)
_NEXT_WAITING = _ALL_WAITING.limit(1)
_HANDLED = (
    update(inbox)
    .where(inbox.c.id == bindparam("message"))
    .values(
        status="done",
        sealed=null(),
        error=null(),
        text=bindparam("masked"),
        reply=bindparam("answer"),
        handled_at=bindparam("now"),
    )
)
_FAILED = (
    update(inbox)
    .where(inbox.c.id == bindparam("message"))
    .values(
        status=bindparam("new_status"),
        attempts=inbox.c.attempts + 1,
        error=bindparam("reason"),
        due_at=bindparam("retry_at"),
    )
)
_FAILED_FOR_GOOD = _FAILED.values(sealed=null())

_VISIT = select(*visits.c, threads.c.region, threads.c.channel).join(threads, threads.c.id == visits.c.thread_id)
_PRESENT_VISIT = (
    _VISIT.where(
        visits.c.thread_id == bindparam("thread"),
        visits.c.ended_at.is_(None),
        visits.c.last_at >= bindparam("since"),
        visits.c.started_at >= bindparam("begun"),
    )
    .order_by(visits.c.id.desc())
    .limit(1)
)
_VISITED_SINCE = (
    select(visits.c.id)
    .where(
        visits.c.person_id == bindparam("person"),
        visits.c.last_at > bindparam("since"),
        visits.c.id != bindparam("besides"),
    )
    .limit(1)
)
_OF_SOMEBODY = or_(visits.c.person_id == bindparam("person"), visits.c.speaker_id == bindparam("person"))
_FORGET_MESSAGES = (
    update(inbox).where(inbox.c.thread_id.in_(bindparam("threads", expanding=True))).values(reply=null(), text=null())
)
_FORGET_VISITS = (
    update(visits)
    .where(_OF_SOMEBODY)
    .values(
        person_id=null(),
        speaker_id=null(),
        proof=null(),
        state=bindparam("empty"),
        ended_at=func.coalesce(visits.c.ended_at, bindparam("now", type_=visits.c.ended_at.type)),
    )
    .returning(visits.c.thread_id)
)
_VISIT_BY_SENDER = _VISIT.where(visits.c.sender_id == bindparam("sender"))
_ADDRESS = (
    select(threads.c.address).join(visits, visits.c.thread_id == threads.c.id).where(visits.c.id == bindparam("visit"))
)
_SAVE_VISIT = (
    update(visits)
    .where(visits.c.id == bindparam("visit"), visits.c.ended_at.is_(None))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in (
                "sender_id", "turns", "last_at", "ended_at", "language", "person_id", "speaker_id", "proof", "state",
            )
        }
    )
)  # fmt: skip

_CODE = (
    select(
        one_time_codes.c.id,
        one_time_codes.c.visit_id,
        one_time_codes.c.person_id,
        one_time_codes.c.digest,
        one_time_codes.c.expires_at,
        one_time_codes.c.tries,
        one_time_codes.c.used,
    )
    .where(one_time_codes.c.visit_id == bindparam("visit"))
    .order_by(one_time_codes.c.id.desc())
    .limit(1)
)
_COUNT_TRY = (
    update(one_time_codes)
    .where(one_time_codes.c.id == bindparam("code"))
    .values(tries=one_time_codes.c.tries + 1, used=or_(one_time_codes.c.used, bindparam("is_used")))
)


class SqlConversations:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def thread(self, *, channel: Channel, region: str, key: str, address: str | None) -> Thread:
        parameters = {"channel": channel, "key": key}
        await self._work.begin_writing()
        row = (await self._work.read(_THREAD_BY_KEY, parameters)).first()
        if row is None:
            new = await self._work.insert_new(threads, parameters | {"region": region, "address": address})
            if new is not None:
                return Thread(new, channel, region, key, address)
            row = (await self._work.read(_THREAD_BY_KEY, parameters)).one()
        return Thread(**row._mapping)

    async def receive(self, *, thread_id: int, provider_id: str, sealed: bytes, now: datetime) -> InboxRow | None:
        values = {
            "thread_id": thread_id,
            "provider_id": provider_id,
            "status": "received",
            "attempts": 0,
            "received_at": now,
            "due_at": now,
            "sealed": sealed,
        }
        new = await self._work.insert_new(inbox, values, unless="provider_id")
        return None if new is None else InboxRow(new, thread_id, provider_id, "received", 0, now, sealed, None, now)

    async def inbox(self, provider_id: str) -> InboxRow | None:
        row = (await self._work.read(_INBOX_BY_PROVIDER, {"provider": provider_id})).first()
        return None if row is None else InboxRow(**row._mapping)

    async def next_waiting(self, thread_id: int) -> InboxRow | None:
        row = (await self._work.read(_NEXT_WAITING, {"thread": thread_id})).first()
        return None if row is None else InboxRow(**row._mapping)

    async def waiting(self, thread_id: int) -> list[InboxRow]:
        rows = await self._work.read(_ALL_WAITING, {"thread": thread_id})
        return [InboxRow(**row._mapping) for row in rows]

    async def threads_waiting(self, now: datetime, limit: int = 50) -> list[Thread]:
        """The longest waiting first."""
        rows = await self._work.read(_THREADS_WAITING, {"now": now, "most": limit})
        return [Thread(**row._mapping) for row in rows]

    async def lease(self, thread_id: int, token: str, *, now: datetime, seconds: float) -> bool:
        parameters = {"thread": thread_id, "token": token, "now": now, "until": now + timedelta(seconds=seconds)}
        return (await self._work.write(_LEASE, parameters)).rowcount == 1

    async def release(self, thread_id: int, token: str) -> bool:
        return (await self._work.write(_RELEASE, {"thread": thread_id, "token": token})).rowcount == 1

    async def handled(self, inbox_id: int, *, text: str | None, reply: dict[str, Any] | None, now: datetime) -> None:
        await self._work.write(_HANDLED, {"message": inbox_id, "masked": text, "answer": reply, "now": now})

    async def failed(
        self, inbox_id: int, *, error: str, retry_at: datetime | None, now: datetime, replayable: bool
    ) -> None:
        status = "dead" if retry_at is None else "received"
        parameters = {"message": inbox_id, "new_status": status, "reason": error, "retry_at": retry_at or now}
        await self._work.write(_FAILED if retry_at or replayable else _FAILED_FOR_GOOD, parameters)

    async def renew(self, thread_id: int, *, serial: str, by: str) -> None:
        await self._work.write(update(threads).where(threads.c.id == thread_id).values(serial=serial, renewed_by=by))

    async def visit(
        self, thread_id: int, *, now: datetime, silence: timedelta, longest: timedelta = ALWAYS
    ) -> Visit | None:
        parameters = {"thread": thread_id, "since": now - silence, "begun": now - longest}
        row = (await self._work.read(_PRESENT_VISIT, parameters)).first()
        return None if row is None else _visit(row)

    async def start_visit(
        self,
        thread: Thread,
        *,
        sender_id: str,
        now: datetime,
        language: str = "sv",
        state: dict[str, Any] | None = None,
    ) -> Visit:
        values = {"thread_id": thread.id, "sender_id": sender_id, "turns": 0, "language": language}
        values |= {"started_at": now, "last_at": now, "state": state or {}}
        visit_id = await self._work.insert_new(visits, values)
        if visit_id is None:
            raise ValueError("the sender id of a visit must be new")
        return Visit(
            id=visit_id,
            thread_id=thread.id,
            region=thread.region,
            channel=thread.channel,
            sender_id=sender_id,
            turns=0,
            started_at=now,
            last_at=now,
            language=language,
            state=state or {},
        )

    async def save_visit(self, visit: Visit) -> bool:
        saved = await self._work.write(
            _SAVE_VISIT,
            {
                "visit": visit.id,
                "new_sender_id": visit.sender_id,
                "new_turns": visit.turns,
                "new_last_at": visit.last_at,
                "new_ended_at": visit.ended_at,
                "new_language": visit.language,
                "new_person_id": visit.person_id,
                "new_speaker_id": visit.speaker_id,
                "new_proof": visit.proof,
                "new_state": visit.state,
            },
        )
        return saved.rowcount == 1

    async def visited_since(self, person_id: int, since: datetime, *, besides: int) -> bool:
        parameters = {"person": person_id, "since": since, "besides": besides}
        return (await self._work.read(_VISITED_SINCE, parameters)).first() is not None

    async def forget(self, person_id: int, *, now: datetime) -> None:
        # Visits before messages, as a turn writes them: two that wait for each other would both fail.
        shut = await self._work.write(_FORGET_VISITS, {"person": person_id, "now": now, "empty": {}})
        if threads := sorted(set(shut.scalars())):
            await self._work.write(_FORGET_MESSAGES, {"threads": threads})

    async def visit_by_sender(self, sender_id: str) -> Visit | None:
        row = (await self._work.read(_VISIT_BY_SENDER, {"sender": sender_id})).first()
        return None if row is None else _visit(row)

    async def address(self, visit_id: int) -> str | None:
        found: str | None = (await self._work.read(_ADDRESS, {"visit": visit_id})).scalar()
        return found

    async def add_code(self, *, visit_id: int, person_id: int | None, digest: str, expires_at: datetime) -> int:
        values = {"visit_id": visit_id, "person_id": person_id, "digest": digest, "expires_at": expires_at}
        # Codes go by real time, also in a demo whose clock has been moved.
        values |= {"created_at": datetime.now(UTC), "tries": 0, "used": False}
        code_id = await self._work.insert_new(one_time_codes, values)
        if code_id is None:
            raise RuntimeError("the code was not stored")
        return code_id

    async def code(self, visit_id: int) -> OneTimeCode | None:
        row = (await self._work.read(_CODE, {"visit": visit_id})).first()
        return None if row is None else OneTimeCode(**row._mapping)

    async def count_try(self, code_id: int, *, used: bool) -> None:
        await self._work.write(_COUNT_TRY, {"code": code_id, "is_used": used})


def _visit(row: Row[Any]) -> Visit:
    return Visit(
        id=row.id,
        thread_id=row.thread_id,
        region=row.region,
        channel=row.channel,
        sender_id=row.sender_id,
        turns=row.turns,
        started_at=row.started_at,
        last_at=row.last_at,
        language=row.language,
        person_id=row.person_id,
        speaker_id=row.speaker_id,
        proof=row.proof,
        ended_at=row.ended_at,
        state=row.state,
    )
