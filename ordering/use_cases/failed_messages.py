"""Messages that were given up, for staff: what failed and why in codes, never what was written, and trying again.

An id is "in-" and the number of a patient's message, or "out-" and that of one of ours.
"""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ordering.ports import FailedRow, Stores, Transaction

MESSAGE_ID = re.compile(r"(in|out)-([1-9][0-9]{0,8})", re.ASCII)
INCOMING = "incoming"

# Only for as long as it takes to put the message back.
_LEASE_SECONDS = 30.0
_CODE = "code:"  # how the keys of one-time codes begin

# What the log of an attempt says, and the code for it. Anything else is "other": a text might quote what it failed on.
_REASONS = tuple(
    (re.compile(pattern, re.ASCII), code)
    for pattern, code in (
        (r"Twilio answered (\d+), code (\d+)", "twilio_{}_{}"),
        (r"Twilio answered (\d+)", "twilio_{}"),
        (r"(?:failed|undelivered): (\d+)$", "undelivered_{}"),
        (r"failed: |undelivered: ", "undelivered"),
        (r"the mail server answered (\d+)", "mail_server_{}"),
        (r"the mail server offers no STARTTLS", "mail_server_without_starttls"),
        (r"the recipient is no e-mail address", "no_mail_address"),
        (r"the payload ", "content_unusable"),
        (r"the distributor answered (\d+)", "distributor_{}"),
        (r"cannot write to ", "folder_not_writable"),
        (r"status (\d+)", "dialogue_{}"),
        (r"no answer in time", "dialogue_timeout"),
        (r"nothing was answered|no value for |a button whose ", "dialogue_no_answer"),
        (r"([A-Z][A-Za-z]{2,40}(?:Error|Timeout|Exception|Broken|Disconnected|Refused))\b", "fault_{}"),
    )
)


@dataclass(frozen=True, slots=True)
class FailedMessage:
    """kind: INCOMING, else that of the outbox row. channel: of an incoming one. since: when it was given up.

    reason: a code. to: whose it is or where it goes, with no more of a number than its last two figures.
    why_not: None when it can be replayed, else the code of what stands in the way.
    """

    id: str
    kind: str
    channel: str | None
    since: datetime
    attempts: int
    reason: str
    to: str | None
    why_not: str | None


async def failed_messages(
    tx: Transaction, *, kind: str | None = None, regions: Collection[str] | None = None, limit: int
) -> list[FailedMessage]:
    """Those given up, longest ago first. `kind`, `regions`: only these."""
    if kind == INCOMING:
        rows = await tx.failed_messages.all(box="in", regions=regions, limit=limit)
    else:
        rows = await tx.failed_messages.all(box="out" if kind else None, kind=kind, regions=regions, limit=limit)
    return [_told(row) for row in rows]


async def replay(
    stores: Stores, message_id: str, *, now: datetime, regions: Collection[str] | None = None
) -> str | None:
    """Puts a message back to be handled or sent at once. None, or the code of why it was not.

    A patient's message is handled again by the gateway, before any newer one that waits, under the same message id:
    what an earlier attempt has changed is not changed twice. Once a newer message of the conversation has been
    answered it is too late (`conversation_went_on`), since the patient then has gone on from there.
    One of ours is sent under the same key.
    `unknown_message`: no such failed message in these regions, perhaps since it has been replayed.
    `conversation_busy`: try again.
    """
    match = MESSAGE_ID.fullmatch(message_id)
    if match is None:
        return "unknown_message"
    async with stores.begin() as tx:
        row = await tx.failed_messages.get(match[1], int(match[2]))
        if row is None or (regions is not None and row.region not in regions):
            return "unknown_message"
        return why_not(row) or await _revive(tx, row, now)


async def _revive(tx: Transaction, row: FailedRow, now: datetime) -> str | None:
    if row.thread_id is None:
        return None if await tx.failed_messages.revive(row, now=now) else "unknown_message"
    token = secrets.token_urlsafe(16)
    # With the lease nobody answers a newer message between our look and the row's return.
    if not await tx.conversations.lease(row.thread_id, token, now=now, seconds=_LEASE_SECONDS):
        return "conversation_busy"
    revived = await tx.failed_messages.revive(row, now=now)
    await tx.conversations.release(row.thread_id, token)
    if revived:
        return None
    still = await tx.failed_messages.get(row.box, row.id)
    return (why_not(still) if still else None) or "unknown_message"


def why_not(row: FailedRow) -> str | None:
    """What stands in the way of a replay."""
    if not row.has_content:
        return "content_gone"
    if row.key and row.key.startswith(_CODE):
        return "one_time_code"
    return "conversation_went_on" if row.went_on else None


def reason(error: str | None) -> str:
    """The code of what an attempt failed on."""
    for pattern, code in _REASONS:
        if match := pattern.match(error or ""):
            return code.format(*match.groups())
    return "other"


def masked(address: str | None) -> str | None:
    """ "...05", "...@region.example"; the region of a distributor as it is."""
    if not address:
        return None
    if "@" in address:
        return f"...@{address.rpartition('@')[2]}"
    return f"...{address[-2:]}" if any(char.isdecimal() for char in address) else address


def _told(row: FailedRow) -> FailedMessage:
    incoming = row.box == "in"
    return FailedMessage(
        id=f"{row.box}-{row.id}",
        kind=INCOMING if incoming else row.kind,
        channel=row.kind if incoming else None,
        since=row.since,
        attempts=row.attempts,
        reason=reason(row.error),
        to=masked(row.address),
        why_not=why_not(row),
    )
