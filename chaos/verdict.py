"""What must hold after everything: nothing lost, nothing doubled, nothing that cannot be explained.

Read from the database and from what Twilio and the distributor have taken, not from what the service says of itself.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from chaos.outside import Outside
from chaos.patients import RECEIPT, Patient
from ordering.ports import Stores
from ordering.use_cases.failed_messages import failed_messages

Row = Mapping[str, Any]
STILL_OPEN = """
    SELECT (SELECT count(*) FROM inbox WHERE status = 'received')
         + (SELECT count(*) FROM outbox WHERE status IN ('pending', 'sending', 'unknown'))
"""
PEOPLE = "SELECT id, mobile FROM people"
INBOX = """
    SELECT inbox.id, provider_id, status, threads.address FROM inbox JOIN threads ON threads.id = inbox.thread_id
"""
OUTBOX = "SELECT id, kind, recipient, status, key, provider_id, sealed IS NULL AS wiped FROM outbox"
ORDERS = "SELECT number, person_id, status FROM orders WHERE status <> 'new' AND channel = 'sms'"


@dataclass(slots=True)
class Verdict:
    """`lost`, `doubled`, `unexplained`: one line each for what should not be."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    given_up: int = 0  # listed for staff

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.unexplained)

    def lines(self) -> Iterable[str]:
        for name in ("lost", "doubled", "unexplained"):
            yield from (f"{name}: {line}" for line in getattr(self, name))


@dataclass(frozen=True, slots=True)
class Rows:
    """What the database holds."""

    people: Sequence[Row]
    inbox: Sequence[Row]
    outbox: Sequence[Row]
    orders: Sequence[Row]


async def read(database_url: str, *statements: str) -> list[list[Row]]:
    engine = create_async_engine(database_url)
    try:
        async with engine.connect() as connection:
            return [[dict(row) for row in (await connection.execute(text(one))).mappings()] for one in statements]
    finally:
        await engine.dispose()


async def still_open(database_url: str) -> int:
    """How many messages are not yet handled or sent."""
    [[row]] = await read(database_url, STILL_OPEN)
    return int(next(iter(row.values())))


async def judge(
    database_url: str, stores: Stores, outside: Outside, patients: Sequence[Patient], taken: Mapping[str, str]
) -> Verdict:
    """`taken`: who wrote each message that the door has taken, by the message's id."""
    rows = Rows(*await read(database_url, PEOPLE, INBOX, OUTBOX, ORDERS))
    async with stores.begin() as tx:
        listed = {message.id for message in await failed_messages(tx, limit=100_000)}
    return judge_rows(rows, outside, patients, taken, listed)


def judge_rows(
    rows: Rows, outside: Outside, patients: Sequence[Patient], taken: Mapping[str, str], listed: set[str]
) -> Verdict:
    """`listed`: ids of the failed messages that staff can see."""
    verdict = Verdict(given_up=len(listed))
    _orders(verdict, rows, outside, patients)
    _incoming(verdict, rows, taken, listed)
    _outgoing(verdict, rows, outside, listed)
    verdict.unexplained += outside.breaches
    return verdict


def _orders(verdict: Verdict, rows: Rows, outside: Outside, patients: Sequence[Patient]) -> None:
    """Each patient has one order, has been told of that one alone, and the distributor has it once."""
    owner = {row["id"]: row["mobile"] for row in rows.people}
    of = {row["number"]: owner[row["person_id"]] for row in rows.orders}
    made = Counter(of.values())
    for patient in patients:
        if made[patient.mobile] == 0:
            verdict.lost.append(f"the order of {patient.mobile}: {patient.heard[-6:]}")
        if made[patient.mobile] > 1:
            verdict.doubled.append(f"{made[patient.mobile]} orders of {patient.mobile}: {patient.heard}")
        for number in patient.told:
            if of.get(number) != patient.mobile:
                verdict.unexplained.append(f"{patient.mobile} was told of order {number}, which is {of.get(number)}'s")
        if made[patient.mobile] and not patient.told:
            verdict.lost.append(f"the receipt of {patient.mobile}: {patient.heard[-6:]}")
    known = {patient.mobile for patient in patients}
    verdict.unexplained += [f"an order of {whose}, who wrote nothing" for whose in made if whose not in known]
    at_distributor = Counter(document["order"] for document in outside.orders.values())
    for number in of:
        if at_distributor[number] != 1:
            kind = verdict.doubled if at_distributor[number] else verdict.lost
            kind.append(f"order {number} is {at_distributor[number]} times at the distributor")
    verdict.unexplained += [f"the distributor has order {number}" for number in at_distributor if number not in of]


def _incoming(verdict: Verdict, rows: Rows, taken: Mapping[str, str], listed: set[str]) -> None:
    """Each message that the door took is in the inbox once, and was answered once or is listed for staff."""
    answered = {row["key"] for row in rows.outbox}
    kept = {row["provider_id"]: row for row in rows.inbox}
    verdict.doubled += [
        f"message {name}" for name, count in Counter(r["provider_id"] for r in rows.inbox).items() if count > 1
    ]
    verdict.lost += [f"message {name} was taken and is not in the inbox" for name in taken if name not in kept]
    for name, row in kept.items():
        if row["status"] == "dead":
            if f"in-{row['id']}" not in listed:
                verdict.lost.append(f"message {row['id']} was given up and is not listed")
        elif row["status"] != "done":
            verdict.lost.append(f"message {row['id']} is still {row['status']}")
        elif f"reply:{name}" not in answered:
            verdict.lost.append(f"the answer to message {row['id']}")
        if name in taken and taken[name] != row["address"]:
            verdict.unexplained.append(f"message {row['id']} is in another conversation")


def _outgoing(verdict: Verdict, rows: Rows, outside: Outside, listed: set[str]) -> None:
    """Each message of ours has gone out once or is listed for staff, and nothing else has gone out."""
    sent = {sms.sid: sms for sms in outside.sent}
    claimed = Counter(row["provider_id"] for row in rows.outbox if row["kind"] == "sms" and row["provider_id"])
    for row in rows.outbox:
        if row["status"] == "dead":
            if f"out-{row['id']}" not in listed:
                verdict.lost.append(f"outgoing {row['id']} was given up and is not listed")
        elif row["status"] != "sent":
            verdict.lost.append(f"outgoing {row['id']} ({row['kind']}) is still {row['status']}")
        elif row["kind"] == "sms" and row["provider_id"] not in sent:
            verdict.lost.append(f"outgoing {row['id']} is marked as sent, and Twilio has not got it")
        elif not row["wiped"]:
            verdict.unexplained.append(f"outgoing {row['id']} is sent and its text still kept")
    verdict.unexplained += [f"two rows of ours for Twilio's {sid}" for sid, count in claimed.items() if count > 1]
    texts = Counter((sms.recipient, sms.body) for sms in outside.sent if sms.sid in claimed)
    for sid, sms in sent.items():
        if sid not in claimed:
            twin = texts[(sms.recipient, sms.body)]
            (verdict.doubled if twin else verdict.unexplained).append(f"an SMS to {sms.recipient}: {sms.body[:60]!r}")


async def told_too_early(database_url: str, text_of_sms: str) -> str | None:
    """The number of an order that a receipt tells of and that is not committed."""
    found = RECEIPT.search(text_of_sms)
    if found is None:
        return None
    [rows] = await read(database_url, f"SELECT 1 FROM orders WHERE number = '{found[1]}'")  # noqa: S608  seven digits
    return None if rows else found[1]
