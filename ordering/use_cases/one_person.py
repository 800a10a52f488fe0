"""All that is kept about one person: given out to them, and erased at their wish as far as it may be.

What may not go by a wish alone: orders and complaints are a public body's records, and the region decides when they may
be destroyed (arkivlagen 1990:782, 10 §; GDPR article 17.3 b and d); people and prescriptions come from the region's
register, and would come back with its next import; STOPP is kept so that it is heeded. The access log stays in any case
for as long as it is kept: it tells who has read, of somebody by our own number of theirs.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ordering.model import Access, Person
from ordering.ports import Sealer, Stores, Transaction
from ordering.use_cases.access_log import OPERATOR
from ordering.use_cases.named import named

FORMAT = "pafyll-person/1"
Why = str
# Kept unless the region has decided that the records may go; the words stand in the module's docstring.
KEPT_RECORDS: Mapping[str, Why] = {"orders": "record", "complaints": "record", "prescriptions": "register"}

# What is told of an order that they made for somebody else.
ORDERED_FOR_OTHERS = ("number", "region", "day", "channel", "ordered_by", "confirmed_at")


class UnknownPerson(Exception):
    """The region has no person with that number. The text says so, and not the number."""


class Unfinished(Exception):
    """Something still has to happen for the person, so nothing was erased. `kinds`: of what, codes."""

    def __init__(self, kinds: list[str]) -> None:
        super().__init__(", ".join(kinds))
        self.kinds = kinds


@dataclass(frozen=True, slots=True)
class Erased:
    """removed: table -> how many rows went, or would. kept: kind of data -> why: record (of a public body), register
    (comes with the region's import), stopp (so that it is heeded), log (who has read and changed)."""

    removed: dict[str, int]
    kept: dict[str, Why]


async def export_person(
    stores: Stores, sealer: Sealer, *, region: str, identity_number: str, by: str, now: datetime
) -> dict[str, Any]:
    """A JSON document with everything about one person that can be read, and the access log; the export is noted there.

    Raises UnknownPerson. Messages are kept masked, so they come as they were kept; pictures as JPEG in base64.
    """
    async with stores.begin() as tx:
        person = await _found(tx, region, identity_number)
        await tx.access_log.add(_noted(person, by, "export", now, did="read"))
        rows = _theirs_alone(await tx.one_person.rows(person.id), person)
        for row in rows["pictures"]:
            found = await tx.complaints.picture(row["id"])
            row["jpeg_base64"] = base64.b64encode(sealer.open_bytes(found[1])).decode() if found else None
        names = {line.id: line.article.name for line in await tx.people.lines(person.id)}
    for row in rows["lines"]:
        row["article_name"] = names.get(row["id"])
    for row in rows["order_lines"]:
        row["article_name"] = names.get(row["line_id"])
    told = {table: [_plain(row) for row in found] for table, found in rows.items()}
    return {"format": FORMAT, "exported_at": now.isoformat(), "region": region, **told}


async def erase_person(
    stores: Stores,
    *,
    region: str,
    identity_number: str,
    by: str,
    now: datetime,
    decision: str | None = None,
    dry_run: bool = False,
) -> Erased:
    """Removes what may go by the person's wish; with the region's `decision` (its number) that their records may be
    destroyed, everything but the access log.

    Raises UnknownPerson, and Unfinished while an order, complaint, call or message of theirs is under way: it would be
    lost. All or nothing; `dry_run`: nothing, but counted as if.
    """
    try:
        async with stores.begin() as tx:
            person = await _found(tx, region, identity_number)
            if kinds := await tx.one_person.unfinished(person.id):
                raise Unfinished(kinds)
            stopped = person.mobile is not None and await tx.stopped_numbers.is_stopped(person.mobile)
            removed = await tx.one_person.erase(person.id)
            if decision:
                removed |= await tx.one_person.erase_records(person.id)
            why = f"erase {decision}" if decision else "erase"
            await tx.access_log.add(_noted(person, by, why, now, did="changed"))
            if dry_run:
                raise _OnlyCounted(removed)
    except _OnlyCounted as counted:
        removed = counted.removed
    kept: dict[str, Why] = {} if decision else dict(KEPT_RECORDS)
    kept |= {"stopped_numbers": "stopp"} if stopped and not removed.get("stopped_numbers") else {}
    return Erased({table: count for table, count in removed.items() if count}, kept | {"access_log": "log"})


class _OnlyCounted(Exception):
    """Rolls the transaction back."""

    def __init__(self, removed: dict[str, int]) -> None:
        super().__init__()
        self.removed = removed


async def _found(tx: Transaction, region: str, identity_number: str) -> Person:
    person = await named(tx, region, identity_number)
    if person is None:
        raise UnknownPerson("the region has no person with this number")
    return person


def _noted(person: Person, by: str, why: str, now: datetime, *, did: Any) -> Access:
    who = replace(OPERATOR, name=f"operator {by}"[:100])
    return replace(who.of(person, "everything", now=now), did=did, why=why[:60])


def _theirs_alone(rows: dict[str, list[dict[str, Any]]], person: Person) -> dict[str, list[dict[str, Any]]]:
    """Without where somebody else lives whom they have ordered for, and the number of somebody who orders for them."""
    for place, order in enumerate(rows["orders"]):
        if order["person_id"] != person.id:
            rows["orders"][place] = {name: order[name] for name in ORDERED_FOR_OTHERS}
        elif order["details"]:
            order["details"] = {name: _own(name, value, person) for name, value in order["details"].items()}
    for row in rows["callbacks"]:
        row["number"] = _own("mobile", row["number"], person)
    for row in rows["outbox"]:
        if row["kind"] == "sms":
            row["recipient"] = _own("mobile", row["recipient"], person)
    return rows


def _own(name: str, value: Any, person: Person) -> Any:
    return None if name == "mobile" and value != person.mobile else value


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
