"""The words that every SMS service answers: STOPP, START and HJÄLP. Alone in a message they mean nothing else."""

from typing import Literal

from api.gateway.cleaning import fold
from api.gateway.context import Context, Said

Word = Literal["stop", "start", "help"]

_STOP = ("stopp", "stop", "stoppa", "stopp sms", "stop sms", "stoppa sms", "stopall", "stop all", "unsubscribe")
_START = ("start", "starta", "start sms", "starta sms", "unstop")
_HELP = ("hjalp", "help", "info")
_MEANS: dict[str, Word] = {
    **dict.fromkeys(_STOP, "stop"),
    **dict.fromkeys(_START, "start"),
    **dict.fromkeys(_HELP, "help"),
}


def said_word(ctx: Context, text: str) -> Word | None:
    """None where the message is something else, or no SMS. What Twilio took it for goes first."""
    if ctx.incoming.channel != "sms" or ctx.incoming.address is None:
        return None
    return ctx.incoming.keyword or _MEANS.get(fold(text))


async def stop_or_start(ctx: Context, word: Word) -> Said | None:
    """Keeps what the number wants. None where START changes nothing: then it is only somebody who begins.

    What was asked stands as it was: a patient who wants no reminders may still be in the middle of an order.
    """
    number = str(ctx.incoming.address)
    if word == "stop":
        await ctx.tx.stopped_numbers.stop(number, now=ctx.real)
        return _and_then(ctx, "utter_gateway_stopped")
    if not await ctx.tx.stopped_numbers.start(number):
        return None
    return _and_then(ctx, "utter_gateway_started")


def _and_then(ctx: Context, name: str) -> Said:
    return Said([ctx.say(name)], expects=ctx.memory.expects, understood=None)  # the choices still stand
