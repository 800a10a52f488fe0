"""Wishes that may be said at any time (ordering.use_cases.wishes), turned into a question for Rasa."""

import re

from api.gateway.cleaning import clean, has_words, mask
from api.gateway.context import Context
from api.gateway.memory import Ask
from ordering.use_cases.wishes import Wish, read_wish

# As an intent and a choice: Rasa's rules lead it to the order form, or to the order that is placed already.
_ASKS = {
    "no_note": Ask(intent="change_delivery", entities=(("choice", "note_to_driver=none"),)),
    "save_address": Ask(intent="change_address", entities=(("choice", "save_address=yes"),)),
    "forget_address": Ask(intent="change_address", entities=(("choice", "save_address=forget"),)),
    "change_order": Ask(intent="change_delivery", entities=(("choice", "change_order=any"),)),
    "change_address": Ask(intent="change_address"),
    "enough": Ask(intent="inform", entities=(("choice", "more_lines=none"),)),
    "start_over": Ask(intent="cancel", entities=(("choice", "start_over=yes"),)),
}
_ASK_FOR_NOTE = Ask(intent="change_delivery", entities=(("choice", "note_to_driver=ask"),))
_OTHER_FORMS = ("complaint", "callback")
# What was just answered with somebody to turn to.
_HAS_SOMEBODY = ("ask_urgent_delivery", "ask_new_prescription")
_WHO = re.compile(
    r"^\W*(?:(?:ja|jo|ok|okej|men|och|but|and|so|yes) )*(?:vem|vilka|who)\b(?! (?:är|are) (?:du|ni|you)\b)"
    r".*\b(?:det|den|detta|it|that|this)\W*$",
    re.IGNORECASE,
)
_FEW_WORDS = 8


def wish_in(ctx: Context, text: str) -> Wish | None:
    """None while something else than an order is asked about: what is told there is its own."""
    question = ctx.memory.question or ""
    wish = None if question.startswith(_OTHER_FORMS) else read_wish(text)
    # "Det räcker" is said of what is ordered, and means other things where nothing is.
    return None if wish and wish.kind == "enough" and not question else wish


def asked_further(ctx: Context, text: str) -> Ask | None:
    """ "Vem kan ordna det?" is about what was answered last."""
    about = ctx.memory.about[-1:]
    asks_who = len(text.split()) <= _FEW_WORDS and _WHO.match(text)
    return Ask(intent=about[0]) if about and about[0] in _HAS_SOMEBODY and asks_who else None


async def ask_for(ctx: Context, wish: Wish) -> tuple[Ask, tuple[str, ...]]:
    """What Rasa is asked, and what is told first. A note is kept here: Rasa reads only what else was said."""
    if wish.kind != "note":
        return _ASKS[wish.kind], ()
    rest = clean(mask(wish.rest, people=ctx.people).text) if has_words(wish.rest) else ""
    if wish.note and rest and ctx.visit.person_id is None:
        return Ask(text=rest), (ctx.say("utter_note_later"),)
    if not wish.note or ctx.visit.person_id is None:
        return _ASK_FOR_NOTE, ()
    noted = await ctx.tools.dialogue.note_privately(
        ctx.tx,
        ctx.visit,
        note=wish.note,
        begin=bool(rest),
        # The rest is a message of its own, which changes the draft too.
        message_id=f"{ctx.message_id}:note" if rest else ctx.message_id,
        now=await ctx.now(),
    )
    if not noted.taken:
        return _ASK_FOR_NOTE, ()
    ctx.changed = True
    first = (ctx.say(noted.problem),) if noted.problem else ()
    return Ask(text=rest) if rest else Ask(intent="inform"), first
