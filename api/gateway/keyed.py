"""Numbers on the phone: what was keyed, and a personal number that was said, is read back and taken on a yes.

The code that came by SMS is not read back: it is told at once whether it is right.
"""

import re
import secrets
from itertools import accumulate

from api.gateway import callback, identity
from api.gateway.choices import pick
from api.gateway.context import Context, Said
from api.gateway.memory import Keyed, Offered
from api.spoken import in_groups

_FEWEST_OF_A_TEXT = 2  # a single key where words are awaited is a choice
_IN_GROUPS = {12: (4, 2, 2, 4), 10: (3, 3, 2, 2), 8: (2, 2, 2, 2), 5: (3, 2)}
_YES_WORDS = ("ja", "japp", "rätt", "det stämmer", "stämmer", "yes", "correct", "that is right")
_NO_WORDS = ("nej", "fel", "nä", "no", "wrong")


def is_keying(ctx: Context) -> bool:
    """Whether the caller is keying a number, so that only * is a command."""
    return ctx.memory.expects == "number" and ctx.memory.keyed is None


def read_back(ctx: Context, text: str) -> Said | None:
    """Asks whether a number is right before it is used. None: it needs no such question."""
    number = identity.number_in(ctx, text) if ctx.memory.step == "number" else None
    digits = number.value if number else re.sub(r"\D", "", text)
    if ctx.memory.keyed or not digits or not (number or _is_to_be_checked(ctx, text, digits)):
        return None
    memory = ctx.memory
    memory.keyed = Keyed(text, memory.expects, list(memory.offered), list(memory.last))
    ctx.changed = True
    figures = _grouped(digits)
    if memory.expects == "number" and len(digits) > 1:
        asked = ctx.say("utter_gateway_keyed_amount", figures=figures, amount=int(digits))
    else:
        asked = ctx.say("utter_gateway_keyed", figures=figures)
    memory.last = [asked]
    return Said([asked], offered=_yes_or_no(ctx), expects="choice", understood=None)


def settle(ctx: Context, text: str) -> Said | str | None:
    """The answer to "is it right?". The number, when it is; the question anew, when it is not; None for other words,
    which then mean what they would have meant before."""
    memory, keyed = ctx.memory, ctx.memory.keyed
    if keyed is None:
        return None
    picked = pick(text, memory.offered, multiple=False)
    if picked and picked.problem:
        again = [ctx.say("utter_gateway_no_such_choice")]
        return Said(again, offered=list(memory.offered), expects="choice", understood=False)
    drop(ctx)
    if picked and picked.choices[0].entities.get("keyed") == "yes":
        return keyed.text
    if picked or "*" in text:
        again = [ctx.say("utter_gateway_keyed_again"), *keyed.last[-1:]]
        return Said(again, offered=list(keyed.offered), expects=keyed.expects, understood=None)
    return None


def drop(ctx: Context) -> None:
    """The number is forgotten, and its question is the open one again."""
    memory, keyed = ctx.memory, ctx.memory.keyed
    if keyed:
        memory.keyed = None
        memory.offered, memory.expects, memory.last = list(keyed.offered), keyed.expects, list(keyed.last)
        ctx.changed = True


def _is_to_be_checked(ctx: Context, text: str, digits: str) -> bool:
    memory = ctx.memory
    if not ctx.incoming.keyed or memory.step or callback.is_asked(ctx) or not text.isdecimal():
        return False  # the number to call is asked about by its own question
    if memory.expects == "number":
        return True
    return memory.expects == "text" and len(digits) >= _FEWEST_OF_A_TEXT


def _yes_or_no(ctx: Context) -> list[Offered]:
    told = (("yes", "utter_choice_keyed_yes", _YES_WORDS), ("no", "utter_choice_keyed_no", _NO_WORDS))
    return [
        Offered(secrets.token_urlsafe(16), ctx.say(label), str(key), entities={"keyed": value}, aliases=words)
        for key, (value, label, words) in enumerate(told, 1)
    ]


def _grouped(digits: str) -> str:
    """ "1 9 8 5, 0 1, 0 1, 2 3 8 2": figure by figure, with a pause where one is made in writing."""
    sizes = _IN_GROUPS.get(len(digits))
    if sizes is None:
        return ", ".join(" ".join(group) for group in in_groups(digits))
    ends = list(accumulate(sizes))
    return ", ".join(" ".join(digits[end - size : end]) for size, end in zip(sizes, ends, strict=True))
