"""Puts incoming messages into the inbox, and answers emergencies in the same breath."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from api.gateway import pictures
from api.gateway.cleaning import clean, mask
from api.gateway.emergency import emergency
from api.gateway.messages import Incoming, Reply
from api.gateway.replies import as_sms, opened, sealed
from api.gateway.turn import Handler
from ordering.logs import get_log
from ordering.model import InboxRow, Thread
from ordering.ports import SealBroken, Transaction

log = get_log("pafyll.gateway")

SPARE_SECONDS = 5.0  # beyond Rasa's own time, for the database and for a message in front


class OldSession(Exception):
    """The message came with a token that somebody's login has replaced: nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that is in the inbox.

    row: None when it was there before. reply: what it was answered with already.
    leased: its thread is ours and it is the next one to handle. outbox: rows to send now.
    """

    thread: Thread
    row: InboxRow | None = None
    reply: Reply | None = None
    leased: bool = False
    outbox: tuple[int, ...] = ()


def hear_emergency(handler: Handler, incoming: Incoming) -> Reply | None:
    """The answer to what is surely an emergency. Needs neither identity, nor Rasa, nor the database."""
    if incoming.event != "message" or not incoming.text:
        return None
    heard = emergency(clean(incoming.text))
    if heard is None or not heard.sure:
        return None
    log.warning("an emergency was heard", channel=incoming.channel)
    text = handler.tools.say("utter_gateway_emergency", channel=incoming.channel, language=heard.language)
    return Reply(texts=(text,), language=heard.language)


async def keep(
    handler: Handler,
    incoming: Incoming,
    *,
    urgent: Reply | None,
    may_lease: Callable[[Thread], bool],
) -> Kept:
    """Commits the message. `urgent`: what it is answered with at once, so that it never waits behind anything.

    may_lease: whether this process may take the thread now. Raises OldSession.
    """
    now = datetime.now(UTC)
    waiting = handler.tools.sealer.seal(asdict(incoming))
    async with handler.stores.begin() as tx:
        thread = await tx.conversations.thread(
            channel=incoming.channel, region=incoming.region, key=incoming.thread_key, address=incoming.address
        )
        if not urgent and _is_old(thread, incoming):
            raise OldSession
        row = await tx.conversations.receive(
            thread_id=thread.id, provider_id=incoming.provider_id, sealed=waiting, now=now
        )
        if row is None:
            return Kept(thread, reply=await reply_of(handler, tx, thread, incoming.provider_id))
        if urgent:
            return await _answer_now(handler, tx, thread, row, incoming, urgent)
        leased = False
        if may_lease(thread):
            first = await tx.conversations.next_waiting(thread.id)
            leased = first is not None and first.id == row.id and await lease(handler, tx, thread)
    return Kept(thread, row, leased=leased)


def _is_old(thread: Thread, incoming: Incoming) -> bool:
    """The message that logged in may come again as it was: its answer, with the new token, may have been lost."""
    return thread.serial not in (None, incoming.serial) and thread.renewed_by != incoming.provider_id


async def lease(handler: Handler, tx: Transaction, thread: Thread) -> bool:
    seconds = handler.tools.settings.turn_timeout_seconds + 2 * SPARE_SECONDS
    return await tx.conversations.lease(thread.id, handler.token, now=datetime.now(UTC), seconds=seconds)


async def reply_of(handler: Handler, tx: Transaction, thread: Thread, provider_id: str) -> Reply | None:
    """What a message was answered with. None while it waits."""
    row = await tx.conversations.inbox(provider_id)
    if row is None or row.status == "received":
        return None
    if row.reply:
        with suppress(SealBroken):  # kept under a secret which is gone
            return opened(row.reply, handler.tools.sealer)
    return handler.trouble_reply(thread.channel, thread.region, datetime.now(UTC))


async def _answer_now(
    handler: Handler, tx: Transaction, thread: Thread, row: InboxRow, incoming: Incoming, urgent: Reply
) -> Kept:
    now, reply = datetime.now(UTC), None
    sent: list[int] = []
    if thread.channel != "sms":
        reply = sealed(urgent, handler.tools.sealer)
    elif thread.address:
        key = f"reply:{row.provider_id}"
        text = as_sms(urgent)
        sent = await handler.tools.put_sms(tx, thread, recipient=thread.address, text=text, key=key, due_at=now)
    sent += await pictures.forget(tx, handler.tools.sealer, incoming, now=now)
    kept = mask(clean(incoming.text)).text
    await tx.conversations.handled(row.id, text=kept, reply=reply, now=now)
    return Kept(thread, row, urgent, outbox=tuple(sent))
