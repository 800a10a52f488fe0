"""A call back, as the gateway knows it: its question, the number that Rasa must not see, and the SMS about it."""

from collections.abc import Sequence

from api.gateway.cleaning import fold
from api.gateway.context import Context
from api.gateway.memory import Ask
from api.gateway.rasa_client import Utterance
from ordering.use_cases import call_back, call_back_choices
from ordering.use_cases.call_back import Calling
from ordering.use_cases.pending import Pending

_ASKED = {f"utter_ask_{name}" for name in call_back.QUESTIONS}
_TAKE_BACK = frozenset(
    (
        *("avboka", "avboka samtal", "avboka samtalet", "ring inte", "ring mig inte"),
        *("cancel call", "cancel the call", "do not call", "do not call me", "dont call", "dont call me"),
    )
)
_FEWEST_DIGITS = 6  # of a code or a personal number


def asks(said: Sequence[Utterance]) -> bool:
    return any(one.name in _ASKED for one in said)


def is_asked(ctx: Context) -> bool:
    """Whether the question that the patient has before them is about the call."""
    return ctx.memory.question in call_back.QUESTIONS


def holds_a_number(text: str) -> bool:
    """Whether a text tells the number that is asked for, also where it is put as a question."""
    return call_back.read_number(text) is not None


def is_login(ctx: Context, text: str) -> bool:
    """Whether login may take a message: while a number to call is asked for, figures are no personal number, but a
    code may come in place of an answer to the offer."""
    if not is_asked(ctx):
        return True
    offer = ctx.memory.question == call_back.OFFER
    return offer and sum(character.isdigit() for character in text) >= _FEWEST_DIGITS


def taken_back(text: str) -> Ask | None:
    """The words that the SMS about the call says may be answered."""
    if fold(text) in _TAKE_BACK:
        return Ask(intent="talk_to_human", entities=(("choice", "callback=take_back"),))
    return None


async def calling(ctx: Context) -> Calling:
    transfer = ctx.visit.region in ctx.tools.settings.transfer_numbers
    return await call_back.calling(ctx.tx, ctx.tools.book, ctx.visit, now=await ctx.now(), transfer=transfer)


async def pending(ctx: Context) -> Pending | None:
    """The open question about the call."""
    callback = await ctx.tx.callbacks.asking(ctx.visit.id)
    return call_back_choices.pending(await calling(ctx), callback) if callback else None


async def answer_privately(ctx: Context, text: str) -> str | None:
    return await call_back.answer_privately(await calling(ctx), ctx.memory.question or "", text, ctx.message_id)


async def confirm(ctx: Context, callback_id: object) -> None:
    """Tells by SMS what was booked. Not in an SMS visit from that very number: there the answer tells it."""
    callback = await ctx.tx.callbacks.by_id(callback_id) if isinstance(callback_id, int) else None
    if callback is None or callback.status != "booked":
        return
    c = await calling(ctx)
    recipient = call_back.sms_to(callback, c.own)
    if recipient is None or (ctx.visit.channel == "sms" and recipient == ctx.incoming.address):
        return
    values = {"number": call_back.as_written(callback.number)}
    name = "utter_gateway_callback_sms_no_time"
    if callback.day:
        name = "utter_gateway_callback_sms"
        values |= call_back.when(callback, ctx.visit.language, c.local)
    text = ctx.tools.say(name, channel="sms", language=ctx.visit.language, **values)
    # Who is not known may give any number: it gets one SMS about a time, however often they ask.
    who = callback.id if callback.person_id else recipient
    key = f"callback:{callback.region}:{who}:{callback.day}:{callback.starts}:{callback.number}"
    await ctx.sms(recipient=recipient, text=text, key=key)
