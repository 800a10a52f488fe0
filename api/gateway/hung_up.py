"""Calls that broke off in the middle of an order: an SMS, once, offers to go on by text."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from api.gateway.cleaning import fold
from api.gateway.context import Context
from api.gateway.memory import Ask, recall
from ordering.model import PhoneCall, Visit
from ordering.ports import Transaction
from ordering.use_cases.trust import is_proved

if TYPE_CHECKING:
    from api.gateway.turn import Handler

# Time for the last answer to be finished, and for the caller to call again.
FOLLOWED_AFTER = timedelta(seconds=45)
AT_A_TIME = 20
_ORDERING = frozenset(("order_products", "same_as_last_time", "choose_variants", "choose_delivery"))
_GO_ON = frozenset(("fortsatt", "ja fortsatt", "go on", "continue", "yes go on"))


def goes_on(ctx: Context, text: str) -> Ask | None:
    """The words that the SMS says may be answered; the draft is then offered, once it is known who writes."""
    asked = ctx.memory.question is not None or ctx.memory.confirm is not None
    if ctx.visit.channel == "sms" and not asked and fold(text) in _GO_ON:
        return Ask(intent="order_products")
    return None


async def follow_up(handler: "Handler", tx: Transaction, *, now: datetime) -> list[int]:
    """Looks once at each call that has ended. Gives the outbox rows to send."""
    sent: list[int] = []
    for call in await tx.phone_calls.to_follow(ended_before=now - FOLLOWED_AFTER, limit=AT_A_TIME):
        if await tx.phone_calls.followed(call.sid, now=now):
            sent += await _offer(handler, tx, call, now)
    return sent


async def _offer(handler: "Handler", tx: Transaction, call: PhoneCall, now: datetime) -> list[int]:
    thread = await tx.conversations.thread(channel="voice", region=call.region, key=call.sid, address=None)
    silence = timedelta(minutes=handler.tools.settings.visit_silence_minutes)
    visit = await tx.conversations.visit(thread.id, now=now, silence=silence)
    if visit is None or not is_proved(visit) or visit.person_id is None or not _was_ordering(handler, visit):
        return []
    draft = await tx.orders.draft(visit.person_id)
    ended = call.ended_at or now
    if draft is None or await tx.conversations.visited_since(visit.person_id, ended, besides=visit.id):
        return []
    speaker, patient = await tx.people.get(visit.speaker_id or visit.person_id), await tx.people.get(visit.person_id)
    if not speaker.mobile or speaker.protected or patient.protected:
        return []
    names = ("utter_gateway_hung_up", "utter_gateway_how_to_stop")
    text = " ".join(handler.tools.say(name, channel="sms", language=visit.language) for name in names)
    key = f"hung-up:{draft.id}"  # once for an order, however often its calls break off
    return await handler.tools.put_sms(
        tx, thread, recipient=speaker.mobile, text=text, key=key, due_at=now, person_id=patient.id, unasked=True
    )


def _was_ordering(handler: "Handler", visit: Visit) -> bool:
    memory = recall(visit, handler.tools.sealer)
    asked = memory.question or ""
    return bool(_ORDERING & set(memory.about)) or bool(asked and not asked.startswith(("complaint", "callback")))
