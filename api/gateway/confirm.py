"""The yes to an SMS read-back: the code that stands in it proves that the yes is for exactly that order."""

import hmac
import re
import secrets
from dataclasses import replace

from api.gateway.cleaning import fold
from api.gateway.context import Context, Said
from api.gateway.memory import Ask, Confirm
from ordering.use_cases import throttle

MOST_WRONG = 5
_AROUND = (
    r"(?:(?:ja|japp|jajamen|jajamän|jo|ok|okej|yes|y|koden|kod|code|svaret|svar|svarar|jag|är|is|the|min|det|stämmer"
    r"|beställ|här|kommer|tack|please|thanks|thank you)[\s,.:;!\"'-]*)*"
)
_YES_CODE = re.compile(rf"[\s\"']*{_AROUND}(\d{{4}})[\s,.:;!\"')-]*{_AROUND}", re.IGNORECASE)
_YES = frozenset(
    (
        "ja",
        "japp",
        "jajamen",
        "ja tack",
        "jo",
        "ok",
        "okej",
        "yes",
        "y",
        "j",
        "stammer",
        "det stammer",
        "bestall",
        "ja bestall",
    )
)


def write_code(ctx: Context, fingerprint: str) -> str:
    """The four-digit code of what is read back now. Read back once more unchanged, it keeps its code."""
    confirm = ctx.memory.confirm
    if confirm is None or confirm.fingerprint != fingerprint:
        confirm = ctx.memory.confirm = Confirm(f"{secrets.randbelow(9000) + 1000}", fingerprint)
    return confirm.code


async def take(ctx: Context, text: str) -> Said | Ask | None:
    """A message after a read-back with a code. None: it is neither a code nor a bare yes."""
    confirm, match = ctx.memory.confirm, _YES_CODE.fullmatch(text)
    if confirm is None:
        # Sent twice: the second yes hears of the order that the first one made.
        # Four digits that answer another question (a door code) are no yes.
        return Ask(intent="affirm") if match and ctx.memory.confirm_ok and not ctx.memory.question else None
    if match:
        return await _take_code(ctx, confirm, match[1])
    if fold(text) in _YES:
        ctx.changed = True
        code = write_code(ctx, confirm.fingerprint)
        return Said([ctx.say("utter_gateway_confirm_with_code", code=code)], expects="text")
    return None


async def _take_code(ctx: Context, confirm: Confirm, code: str) -> Said | Ask:
    """Who can read it holds the telephone, so it proves the rest of the visit too."""
    ctx.changed = True
    by = [throttle.counted(ctx.tools.sealer, "order", str(ctx.visit.person_id))]
    may = await throttle.may_try(ctx.tx, by, now=ctx.real)
    if hmac.compare_digest(confirm.code, code) and may:
        ctx.memory.confirm_ok = confirm.fingerprint
        ctx.set_visit(proof="code")
        await throttle.right(ctx.tx, by)
        return Ask(intent="affirm")
    await throttle.note(ctx.tx, throttle.WRONG, by, now=ctx.real, may=may)
    wrong = confirm.wrong + 1
    if wrong >= MOST_WRONG:
        ctx.memory.confirm = None
        return Ask(intent="inform")  # says nothing new, so the order is read back once more, with a new code
    ctx.memory.confirm = replace(confirm, wrong=wrong)
    return Said([ctx.say("utter_gateway_confirm_wrong")], expects="text")
