"""Whom a message is about, where the speaker may speak of several people (W11).

A visit is about one person at a time. It goes over to another when a message names somebody, or a product that only
the other has, and to the speaker when what was done for somebody else is done.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from api.gateway import whom
from api.gateway.cleaning import clean, fold
from api.gateway.context import Context
from api.gateway.rasa_client import Utterance
from ordering.model import Person
from ordering.use_cases.trust import is_proved
from ordering.use_cases.whose import has_prescribed, is_own

if TYPE_CHECKING:
    from api.gateway.before import Decided

# Said of the order that was just made or stopped for somebody else.
_STILL_ABOUT_IT = re.compile(
    r"\b(?:angra\w*|avbryt\w*|avbestall\w*|ta tillbaka|andra|fel|undo|cancel|take back|change)\b"
    r"|^(?:ja|nej|ok|okej|tack|jattebra|bra|hej da|yes|no|thanks|thank you|bye|goodbye)\b"
)
_SELF = re.compile(
    r"\b(?:jag sjalv|mig sjalv|(?:at|till|for|galler) mig|mina egna|min egen|myself|for me|about me|my own)\b"
)
_CHANGE = re.compile(r"\b(?:byta?|ny|annan|switch|change|another) person\b")
# While something else is asked, its answer may hold a name, "my" or a product.
_MAY_TURN_AT = (None, "lines")
# What tells of somebody's own: then it is said who that is.
_OF_SOMEBODY = (
    *("utter_possible_now", "utter_too_early", "utter_on_its_way", "utter_none_left", "utter_expired"),
    *("utter_not_yet_valid", "utter_no_prescription", "utter_not_prescribed", "utter_prescription_line"),
    *("utter_order_", "utter_no_order_under_way", "utter_fee", "utter_read_lines", "utter_ask_lines"),
    *("utter_ask_complaint_", "utter_ask_resume"),
)


async def settle(ctx: Context, decided: "Decided") -> "Decided":
    """Turns the visit to whom the words are about, before Rasa hears them; asks where that cannot be told."""
    memory, visit = ctx.memory, ctx.visit
    asked = decided.ask
    if not asked or asked.text is None or memory.step or len(memory.people) < 2 or visit.person_id is None:
        return decided
    if not is_proved(visit) or memory.question not in _MAY_TURN_AT:
        return decided
    options = await whom.options(ctx)
    found = await _meant(ctx, options, clean(ctx.incoming.text))
    if found == "ask":
        memory.waiting = asked
        return replace(decided, ask=None, said=await whom.ask_whom(ctx, options))
    if isinstance(found, Person) and found.id != visit.person_id:
        memory.waiting = asked
        known = await whom.turn_to(ctx, found)
        memory.tell_whom = True
        return replace(decided, ask=known.ask)
    return decided


async def _meant(ctx: Context, options: Sequence[Person], text: str) -> Person | str | None:
    """The person, "ask" when it must be asked, or None when nothing tells of another than it is about now."""
    said = fold(text)
    if _CHANGE.search(said):
        return "ask"
    named = [person for person in options if fold(person.given_name) in said.split()]
    if len(named) == 1:
        return named[0]
    about = next((person for person in options if person.id == ctx.visit.person_id), None)
    speaker = next((person for person in options if person.id == ctx.visit.speaker_id), None)
    if _SELF.search(said) and speaker:
        return speaker
    have = [person for person in options if has_prescribed(await ctx.tx.people.lines(person.id), text)]
    if have:
        return None if about in have else (have[0] if len(have) == 1 else "ask")
    if about is None or speaker is None or about is speaker:
        return None
    if ctx.memory.settled:
        return None if _STILL_ABOUT_IT.search(said) else speaker
    return "ask" if is_own(text) else None


def is_receipt(one: Utterance) -> bool:
    """Whether it tells of an order that was just made: each ends with when it comes."""
    return one.name in ("utter_receipt", "utter_receipt_no_day", "utter_receipt_earliest")


def ordered_by(ctx: Context) -> str | None:
    """Who ordered for whom, on the receipt. None: the patient did; on the phone it was said just before, and a longer
    receipt would have to be told in parts."""
    if ctx.person is None or ctx.speaker is None or ctx.visit.channel == "voice":
        return None
    return ctx.say("utter_gateway_ordered_by", speaker=ctx.speaker.given_name, person=ctx.person.given_name)


def hear(ctx: Context, said: Sequence[Utterance]) -> list[str]:
    """What is said first of all of Rasa's answer: whom it is about. Remembers that somebody else's matter is done."""
    memory = ctx.memory
    if any(one.custom.get("settled") for one in said):
        memory.settled = True
    told = memory.tell_whom or any(one.name.startswith(_OF_SOMEBODY) for one in said)
    name = memory.people.get(str(ctx.visit.person_id))
    if name is None or not (told if len(memory.people) > 1 else memory.tell_whom):
        return []
    memory.tell_whom = False
    return [ctx.say("utter_gateway_about", person=name)]
