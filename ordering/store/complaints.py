"""Complaints: written down from the first words, and filled in as the patient tells more."""

import secrets
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, exists, or_, select, update

from ordering.model import Complaint
from ordering.ports.orders import ClosedMeanwhile
from ordering.store.connection import Work
from ordering.store.tables import complaints, pictures, visits

_TRIES = 50
_ROW = select(*(complaints.c[field.name] for field in fields(Complaint)))
_CURRENT = (
    _ROW.where(
        complaints.c.person_id == bindparam("person"),
        complaints.c.visit_id == bindparam("visit"),
        or_(complaints.c.status == "open", complaints.c.seen == bindparam("message")),
    )
    .order_by(complaints.c.id.desc())
    .limit(1)
)
_OF_PERSON = _ROW.where(complaints.c.person_id == bindparam("person")).order_by(complaints.c.id.desc())
_OF_REGION = _ROW.where(
    complaints.c.region == bindparam("region"),
    complaints.c.status != "cancelled",
    complaints.c.opened_at >= bindparam("since"),
).order_by(complaints.c.id.desc())
_WHOSE = select(complaints.c.person_id).where(complaints.c.id == bindparam("complaint"))
_BY_CASE = _ROW.where(complaints.c.case_number == bindparam("case_number"))
_GOES_ON = exists().where(
    visits.c.id == complaints.c.visit_id, visits.c.ended_at.is_(None), visits.c.last_at >= bindparam("since")
)
_LEFT = _ROW.where(complaints.c.status == "open", ~_GOES_ON).order_by(complaints.c.id).limit(bindparam("most"))
_PICTURES = select(pictures.c.id).where(pictures.c.complaint_id == bindparam("complaint")).order_by(pictures.c.id)
_PICTURE = (
    _ROW.add_columns(pictures.c.sealed)
    .join(pictures, pictures.c.complaint_id == complaints.c.id)
    .where(pictures.c.id == bindparam("picture"))
)
# What stays as it was when the complaint was opened.
_FIXED = frozenset({"id", "case_number", "person_id", "region", "channel", "opened_at", "visit_id"})


class SqlComplaints:
    def __init__(self, work: Work) -> None:
        self._work = work

    async def current(self, person_id: int, *, visit_id: int, message_id: str | None = None) -> Complaint | None:
        parameters = {"person": person_id, "visit": visit_id, "message": message_id}
        row = (await self._work.read(_CURRENT, parameters)).first()
        return None if row is None else _complaint(row)

    async def of_person(self, person_id: int) -> list[Complaint]:
        return [_complaint(row) for row in await self._work.read(_OF_PERSON, {"person": person_id})]

    async def of_region(self, region: str, *, since: datetime) -> list[Complaint]:
        rows = await self._work.read(_OF_REGION, {"region": region, "since": since})
        return [_complaint(row) for row in rows]

    async def add(self, *, person_id: int, region: str, channel: str, visit_id: int, now: datetime) -> Complaint:
        for _ in range(_TRIES):
            case_number = f"R{secrets.randbelow(900_000) + 100_000}"
            made = Complaint(0, case_number, person_id, region, channel, now, visit_id)
            row = {name: value for name, value in _values(made).items() if name != "id"}
            complaint_id = await self._work.insert_new(complaints, row, unless="case_number")
            if complaint_id is not None:
                self._work.changed(person_id, "complaints")
                return Complaint(complaint_id, case_number, person_id, region, channel, now, visit_id)
        raise RuntimeError("no free case number found")

    async def left(self, *, silent_since: datetime, limit: int) -> list[Complaint]:
        rows = await self._work.read(_LEFT, {"since": silent_since, "most": limit})
        return [_complaint(row) for row in rows]

    async def save(self, complaint: Complaint) -> None:
        values = {name: value for name, value in _values(complaint).items() if name not in _FIXED}
        change = update(complaints).where(complaints.c.id == complaint.id, complaints.c.status == "open").values(values)
        self._work.changed(complaint.person_id, "complaints")
        if (await self._work.write(change)).rowcount != 1:
            raise ClosedMeanwhile

    async def tell_more(self, complaint: Complaint, text: str, *, message_id: str | None) -> bool:
        of_this = (complaints.c.id == complaint.id, complaints.c.status == "received")
        told = update(complaints).where(*of_this).values(text=text, seen=message_id)
        self._work.changed(complaint.person_id, "complaints")
        return (await self._work.write(told)).rowcount == 1

    async def by_case_number(self, case_number: str) -> Complaint | None:
        row = (await self._work.read(_BY_CASE, {"case_number": case_number})).first()
        return None if row is None else _complaint(row)

    async def close(self, complaint: Complaint, *, by: str, now: datetime) -> bool:
        of_this = (complaints.c.id == complaint.id, complaints.c.status.not_in(("closed", "cancelled")))
        closed = update(complaints).where(*of_this).values(status="closed", closed_at=now, closed_by=by)
        self._work.changed(complaint.person_id, "complaints")
        return (await self._work.write(closed)).rowcount == 1

    async def add_picture(self, complaint_id: int, *, key: str, sealed: bytes, now: datetime) -> bool:
        row = {"complaint_id": complaint_id, "key": key, "sealed": sealed, "received_at": now}
        if await self._work.insert_new(pictures, row, unless="key") is None:
            return False
        self._work.changed((await self._work.read(_WHOSE, {"complaint": complaint_id})).scalar(), "complaints")
        return True

    async def pictures(self, complaint_id: int) -> list[int]:
        return list((await self._work.read(_PICTURES, {"complaint": complaint_id})).scalars())

    async def picture(self, picture_id: int) -> tuple[Complaint, bytes] | None:
        row = (await self._work.read(_PICTURE, {"picture": picture_id})).first()
        if row is None:
            return None
        values = dict(row._mapping)
        sealed: bytes = values.pop("sealed")
        return Complaint(**{**values, "answered": tuple(row.answered)}), sealed


def _values(complaint: Complaint) -> dict[str, Any]:
    return asdict(complaint) | {"answered": list(complaint.answered)}


def _complaint(row: Row[Any]) -> Complaint:
    return Complaint(**{**row._mapping, "answered": tuple(row.answered)})
