"""What only a telephone has: keys that are commands, numbers that are keyed, pages of a list, and silence."""

import re
from datetime import timedelta

from api.gateway import failures, identity, keyed, language, paging
from api.gateway.choices import pick
from api.gateway.context import Context, Said
from api.gateway.memory import Ask, Memory
from ordering.numbers import figures_said

MOST_SILENCES = 3  # in a step; at this one a person is offered, at the next the call ends
_PERSON, _AGAIN, _BACK = "0", "9", "*"
_LANGUAGE = "8"
_FETCHED = ("identity", "code")  # has to be found first, which takes its time
_QUESTION = re.compile(r"[^.!?]*\?.*", re.DOTALL)

Heard = Said | Ask | str


async def hear(ctx: Context, text: str) -> Heard:
    """What keys or words mean on the phone: an answer, a question for Rasa, or the text to go on with."""
    memory = ctx.memory
    text = _in_figures(ctx, text.rstrip("# "))
    if text == _AGAIN and not keyed.is_keying(ctx):
        return again(ctx)
    if memory.keyed and text in (_PERSON, _LANGUAGE):
        keyed.drop(ctx)
        return _command(ctx, text, keying=False) or text
    if memory.keyed:
        settled = keyed.settle(ctx, text)
        return _command(ctx, text) or text if settled is None else settled
    picked = pick(text, memory.offered, multiple=False)
    if picked and picked.choices and picked.choices[0].page is not None:
        return paging.turn_to(ctx, picked.choices[0].page)
    return _command(ctx, text) or keyed.read_back(ctx, text) or text


def again(ctx: Context) -> Said:
    """What was said last, once more."""
    memory = ctx.memory
    if not memory.last and not memory.offered:
        return Said([ctx.say("utter_gateway_nothing_to_repeat")], understood=None)
    return Said(list(memory.last), offered=list(memory.offered), expects=memory.expects, understood=None)


async def silence(ctx: Context) -> Said | Ask:
    """Asks again, only the question; then tells what can be done; then offers a person; then ends the call.

    Counted in the step, and in the call together with what was not understood.
    """
    memory = ctx.memory
    if (page := paging.goes_on(ctx)) is not None:
        return paging.turn_to(ctx, page)
    fetched = memory.expects in _FETCHED
    memory.silences += 1
    most = MOST_SILENCES + fetched
    if memory.silences > most:
        return Said([ctx.say("utter_gateway_silence_last", service=await ctx.service())], end=True)
    if memory.silences == most or (not fetched and _is_once_too_many(memory)):
        memory.silences = most
        return failures.OFFER
    if not fetched:
        memory.failed += 1
    otherwise = "utter_gateway_silence_number" if keyed.is_keying(ctx) else "utter_gateway_silence_again"
    name = "utter_gateway_silence_first" if memory.silences == 1 else otherwise
    # A page has so many choices that only they are told again.
    question = [] if paging.is_page(ctx) else [_question(text) for text in memory.last[-1:]]
    texts = [ctx.say(name), *question]
    return Said(texts, offered=list(memory.offered), expects=memory.expects, understood=None)


def _is_once_too_many(memory: Memory) -> bool:
    """Words that were not understood weigh more than silence: after them one silence in the step is enough."""
    return memory.failed_here > 0 or memory.failed + 1 >= failures.MOST_IN_A_VISIT


async def note(ctx: Context, said: Said) -> None:
    """Keeps when the call began, was passed on and was answered there, for the figures of customer service (S4)."""
    if ctx.visit.channel != "voice":
        return
    calls, sid, event = ctx.tx.phone_calls, ctx.thread.key, ctx.incoming.event
    if event == "start":
        await calls.begin(sid, region=ctx.visit.region, now=ctx.real)
    if event == "transferred":  # known to the second already, unless that report was lost
        await calls.answered(sid, now=ctx.real - timedelta(seconds=ctx.incoming.talked_seconds))
    if said.transfer:
        await calls.transferred(sid, now=ctx.real)


def told(ctx: Context, said: Said) -> Said:
    """The reply as the phone tells it: keys explained once, another language offered, long ones in pages."""
    if ctx.visit.channel != "voice":
        return said
    event = ctx.incoming.event
    if event == "start" and said.offered:
        said.texts.insert(1, ctx.say("utter_gateway_keys"))
    wished = ctx.memory.language == "wished"
    lost = event == "silence" or said.understood is False or (said.lost and not wished)
    lost = lost and ctx.visit.person_id is None
    if not said.transfer and not said.end and (event == "start" or lost):
        said.also_in = language.other_than(ctx.visit.language)  # who is not understood may speak another
        said.hears_also = lost and event == "message" and not ctx.incoming.keyed and not wished
    return paging.paged(ctx, said)


def _in_figures(ctx: Context, text: str) -> str:
    """Numbers that are said in words, as figures; of two ways to read them, the one that is somebody's number."""
    readings = [figures_said(text), figures_said(text, together=False)]
    if ctx.memory.step == "number":
        return next((reading for reading in readings if identity.number_in(ctx, reading)), readings[0])
    return readings[0]


def _command(ctx: Context, text: str, *, keying: bool | None = None) -> Said | Ask | None:
    """0, 8 and *. While an amount is keyed only * is one, wherever it stands among the figures."""
    memory = ctx.memory
    if (ctx.incoming.keyed and _BACK in text) or text == _BACK:
        if memory.step:
            return identity.back(ctx)
        nobody = ctx.visit.person_id is None and not memory.question
        return Ask(intent="repeat" if nobody else "go_back")
    if keyed.is_keying(ctx) if keying is None else keying:
        return None
    if text == _PERSON:
        return Ask(intent="talk_to_human")
    if text == _LANGUAGE:  # no choice has it: there are at most five on a page
        wish = language.other_than(ctx.visit.language)
        return Ask(intent="switch_language", entities=(("language", wish),))
    return None


def _question(text: str) -> str:
    """The question that a text ends with; all of it when it asks none."""
    found = _QUESTION.search(text)
    return found[0].strip() if found else text
