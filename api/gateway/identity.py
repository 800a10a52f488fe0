"""Who is speaking: personal number and one-time code on phone and chat, the mobile's own number in SMS.

Whatever somebody tries, known, unknown, protected and wrong meet the same sentences (I7), and the work done for
them is as alike as can be. Nothing that is read here reaches Rasa, a log, or the inbox in the clear.
"""

import re
import secrets
from datetime import date, timedelta

from api.gateway import failures, language, whom
from api.gateway.choices import pick
from api.gateway.cleaning import fold
from api.gateway.context import Context, Said
from api.gateway.memory import Ask, Offered
from ordering.asking import may_ask
from ordering.local_time import STOCKHOLM
from ordering.model import Person
from ordering.use_cases import pin, throttle, trust
from ordering.use_cases.throttle import Counted
from rulebook.identity_numbers import IdentityNumber, find_numbers, parse_identity

CODE_LASTS = timedelta(minutes=5)
MOST_TRIES = 5
MOST_CODES = 3  # in a visit; how many over all visits, ordering.use_cases.throttle says

_GIVE_UP = frozenset(
    ("avbryt", "avbryta", "cancel", "strunta i det", "glom det", "nej", "vill inte", "nevermind", "never mind")
)
_MYSELF = re.compile(
    r"(?:(?:det|galler|ar|till|at|for|bara|it|is|its|just|only) )*(?:mig|jag|me|myself)(?: sjalv)?(?: tack| please)?"
)
_NO_NUMBER = re.compile(
    r"\b(?:har (?:inget|inte|ej|inga)|saknar|minns inte|kommer inte ihag|vet inte|glomt|vill inte"
    r"|dont have|do not have|have no|dont remember|do not remember|forgot|dont know|do not know)\b"
)
_NEW_CODE = re.compile(
    r"\b(?:ny|nya|igen|skicka|fick|kom|new|resend|again|another)\b.*\b(?:kod|koden|code)\b|\bresend\b"
)
_NEW_CODE_ALONE = frozenset(
    ("ny", "ny kod", "igen", "resend", "new code", "fick ingen", "ingen kod", "no code", "send again")
)
_NO_CODE = re.compile(
    r"\b(?:ingen|inte|inget|saknar|tappat|aldrig|no|not|dont|never|lost)\b.*\b(?:mobil|telefon|lur|sms|kod|phone|text|code)"
)


async def begin(ctx: Context, waiting: Ask | None) -> Said:
    """Something was asked that needs identity. Says what to do; `waiting` is answered once it is proved."""
    memory = ctx.memory
    if memory.closed:
        return await _over(ctx)
    if memory.step is None or waiting is not None:
        memory.waiting = waiting
    if memory.step == "code":
        name = "utter_gateway_code_again" if waiting is None else "utter_gateway_code_kept"
        return Said([ctx.say(name)], offered=[], expects="code")
    if trust.is_proved(ctx.visit):
        return await whom.ask_whom(ctx, await whom.options(ctx))
    if ctx.visit.channel == "sms":
        return await _code_by_reply(ctx)
    memory.step = "number"
    return ask_number(ctx)


def ask_number(ctx: Context) -> Said:
    return Said([ctx.say("utter_gateway_ask_identity")], offered=[], expects="identity")


def ask_again(ctx: Context) -> Said | None:
    """The step that login stands at, asked again after a question in between."""
    if ctx.memory.step == "number":
        return ask_number(ctx)
    if ctx.memory.step == "code":
        return Said([ctx.say("utter_gateway_code_again")], offered=[], expects="code")
    if ctx.memory.step == "who":
        return Said([ctx.say("utter_gateway_who")], offered=list(ctx.memory.offered), expects="choice")
    return None


def back(ctx: Context) -> Said | Ask:
    """One step back: from the code to the number, which may have been mistyped, and from there to the menu."""
    ctx.changed = True
    if ctx.memory.step == "code":
        ctx.memory.step = "number"
        return ask_number(ctx)
    if ctx.memory.step == "number":
        ctx.memory.step = ctx.memory.waiting = None
        return Ask(intent="repeat")
    return ask_again(ctx) or Ask(intent="repeat")


async def take(ctx: Context, text: str) -> Said | whom.Known | None:
    """A message while login stands at a step. None: it has nothing to do with login."""
    if ctx.memory.step == "who":
        return await _take_who(ctx, text)
    said = fold(text)
    if said in _GIVE_UP:
        return await _leave(ctx)
    if number := number_in(ctx, text):
        return await _take_number(ctx, number.value) if ctx.visit.channel != "sms" else None
    if ctx.memory.step == "code":
        return await _take_code(ctx, text, said)
    if _NO_NUMBER.search(said):
        return await _leave(ctx)
    if sum(character.isdigit() for character in text) >= 5:
        return await _unreadable(ctx)
    return None


def looks_like_identity(ctx: Context, text: str) -> bool:
    """A whole message that is somebody's number, before anybody asked for it."""
    return parse_identity(text, today=_today(ctx)) is not None


def number_in(ctx: Context, text: str) -> IdentityNumber | None:
    """The number that a text consists of, or the only one that it holds ("mitt personnummer är ...")."""
    if whole := parse_identity(text, today=_today(ctx)):
        return whole
    spans = find_numbers(text)
    return parse_identity(text[spans[0].start : spans[0].end], today=_today(ctx)) if len(spans) == 1 else None


def _today(ctx: Context) -> date:
    return ctx.real.astimezone(STOCKHOLM).date()


async def _unreadable(ctx: Context) -> Said:
    ctx.changed = True
    ctx.memory.unreadable += 1
    if ctx.memory.unreadable > MOST_TRIES:
        return await _close(ctx)
    return Said([ctx.say("utter_gateway_identity_unreadable")], offered=[], expects="identity", understood=False)


async def _take_number(ctx: Context, value: str) -> Said:
    person = await ctx.tx.people.by_identity(ctx.visit.region, value)
    known = None if person is None or person.protected else person
    ctx.memory.step, ctx.memory.trying = "code", _number(ctx, value)
    return await _send_code(ctx, known)


def _number(ctx: Context, told: str) -> str:
    """told: the number that somebody says is theirs: an identity number, in SMS the telephone's."""
    return throttle.counted(ctx.tools.sealer, "number", f"{ctx.visit.region}:{told}").key


def _tried_by(ctx: Context) -> list[Counted]:
    """What tries are counted by: the number that was told, and where they come from. A caller's number is a hint that
    can be forged, so calls do not count for SMS."""
    here, key = ctx.incoming, ctx.memory.trying
    by = [Counted("number", key)] if key else []
    if here.address:
        by.append(throttle.counted(ctx.tools.sealer, "phone", f"{here.channel}:{here.address}"))
    if here.network:
        by.append(throttle.counted(ctx.tools.sealer, "network", here.network))
    return by


async def _send_code(ctx: Context, person: Person | None) -> Said:
    """Sends a code to a known person's mobile, and says the same to everybody."""
    memory = ctx.memory
    ctx.changed = True
    if memory.codes >= MOST_CODES:
        return await _close(ctx)
    memory.codes += 1
    memory.sent_at = ctx.real.timestamp()
    mobile = await trust.code_mobile(ctx.tx, ctx.tools.book, person, day=await ctx.day())
    if not await _may_ask(ctx):
        mobile = None
    has_pin = await ctx.tx.pins.of_person(person.id if person else trust.NOBODY) is not None
    code_id, code = await _new_code(ctx, person.id if person and (mobile or has_pin) else None)
    text = ctx.tools.say("utter_gateway_code_sms", channel="sms", language=ctx.visit.language, code=code)
    await ctx.sms(recipient=mobile, text=text, key=f"code:{code_id}", by_worker=True)
    return Said([ctx.say("utter_gateway_code_sent", service=await ctx.service())], offered=[], expects="code")


async def _may_ask(ctx: Context) -> bool:
    """Whether a code may be sent now; counted either way."""
    by = _tried_by(ctx)
    may = await throttle.may_ask(ctx.tx, by, now=ctx.real)
    await throttle.note(ctx.tx, throttle.ASKED, by, now=ctx.real, may=may)
    return may


async def _code_by_reply(ctx: Context) -> Said:
    """The code goes to the number that wrote, in the reply itself: only who holds the telephone can read it."""
    owners = await whom.owners(ctx)
    if not owners:
        return Said([ctx.say("utter_gateway_unknown_number", service=await ctx.service())], offered=[])
    ctx.changed = True
    # By the telephone alone: whoever tries the person's number elsewhere must not keep them out here.
    ctx.memory.trying = _number(ctx, str(ctx.incoming.address))
    if ctx.memory.codes >= MOST_CODES or not await _may_ask(ctx):
        return await _close(ctx)
    ctx.memory.codes += 1
    ctx.memory.sent_at = ctx.real.timestamp()
    ctx.memory.step = "code"
    _, code = await _new_code(ctx, owners[0].id)
    return Said([ctx.say("utter_gateway_code_reply", code=code)], offered=[], expects="code")


async def _new_code(ctx: Context, person_id: int | None) -> tuple[int, str]:
    code = f"{secrets.randbelow(10**6):06d}"
    digest = ctx.tools.sealer.digest("login", str(ctx.visit.id), code)
    code_id = await ctx.tx.conversations.add_code(
        visit_id=ctx.visit.id, person_id=person_id, digest=digest, expires_at=ctx.real + CODE_LASTS
    )
    return code_id, code


async def _take_code(ctx: Context, text: str, said: str) -> Said | whom.Known | None:
    digits = re.sub(r"\D", "", text)
    if len(digits) < 4:  # else "the new code is 123456" is an answer
        if said in _NEW_CODE_ALONE or _NEW_CODE.search(said):
            return await _again(ctx)
        return ask_again(ctx) if _NO_CODE.search(said) else None
    ctx.changed = True
    stored = await ctx.tx.conversations.code(ctx.visit.id)
    right = stored is not None and ctx.tools.sealer.is_digest(stored.digest, "login", str(ctx.visit.id), digits)
    if stored is None or stored.tries >= MOST_TRIES:
        return await _close(ctx)
    by = _tried_by(ctx)
    may = await throttle.may_try(ctx.tx, by, now=ctx.real)
    found = await ctx.tx.people.find(stored.person_id or trust.NOBODY)
    owner = found if found and may and not found.protected else None
    good = right and owner is not None and not stored.used and stored.expires_at > ctx.real
    by_pin = not good and ctx.visit.channel == "voice" and await _is_pin(ctx, owner.id if owner else None, digits)
    await ctx.tx.conversations.count_try(stored.id, used=good or by_pin)
    if owner and (good or by_pin):
        await throttle.right(ctx.tx, by)
        return await _proved(ctx, owner, by_pin=by_pin)
    await throttle.note(ctx.tx, throttle.WRONG, by, now=ctx.real, may=may)
    if stored.tries + 1 >= MOST_TRIES:
        return await _close(ctx)
    return Said([ctx.say("utter_gateway_code_wrong")], offered=[], expects="code")


async def _is_pin(ctx: Context, person_id: int | None, digits: str) -> bool:
    return await pin.is_right(ctx.tx, ctx.tools.sealer, person_id, digits, now=ctx.real)


async def _again(ctx: Context) -> Said:
    """A new code, not too soon: half a minute after the first, a minute after the second."""
    waited = ctx.real.timestamp() - ctx.memory.sent_at
    if waited < 30 * ctx.memory.codes and ctx.memory.codes < MOST_CODES:
        return Said([ctx.say("utter_gateway_code_wait")], offered=[], expects="code")
    if ctx.visit.channel == "sms":
        return await _code_by_reply(ctx)
    stored = await ctx.tx.conversations.code(ctx.visit.id)
    person = await ctx.tx.people.find(stored.person_id if stored and stored.person_id else trust.NOBODY)
    return await _send_code(ctx, None if person is None or person.protected else person)


async def _proved(ctx: Context, owner: Person, *, by_pin: bool = False) -> Said | whom.Known:
    """The code was right: whoever holds the mobile it went to is speaking. A PIN is the owner's own."""
    speaker = owner
    mobile = await trust.code_mobile(ctx.tx, ctx.tools.book, owner, day=await ctx.day())
    if not by_pin and not owner.mobile and mobile:
        holders = await ctx.tx.people.by_mobile(ctx.visit.region, mobile)
        for holder in holders:
            if any(patient.id == owner.id for patient in await whom.represented(ctx, holder.id)):
                speaker = holder
                break
    ctx.set_visit(speaker_id=speaker.id, proof="pin" if by_pin else "code")
    if ctx.visit.channel != "sms":  # there, the number may be that of several
        await language.meet(ctx, speaker)
    ctx.memory.step = None
    ctx.memory.codes = 0
    of_theirs = await whom.options(ctx)
    ctx.memory.people = {str(person.id): person.given_name for person in of_theirs}
    if speaker.id != owner.id:
        return await whom.about(ctx, owner)
    if len(of_theirs) > 1:
        named = whom.named(ctx, of_theirs)
        if named is None:
            return await whom.ask_whom(ctx, of_theirs)
        ctx.memory.tell_whom = named.id != speaker.id
        return await whom.turn_to(ctx, named)
    ctx.memory.tell_whom = of_theirs[0].id != speaker.id  # taken for granted, so it is said
    return await whom.about(ctx, of_theirs[0])


async def _take_who(ctx: Context, text: str) -> Said | whom.Known | None:
    if fold(text) in _GIVE_UP:
        return await _leave(ctx)
    picked = pick(text, ctx.memory.offered, multiple=False)
    words = fold(text).split()
    named = [choice for choice in ctx.memory.offered if fold(choice.label) in words]
    if not named and _MYSELF.fullmatch(fold(text)):
        named = [choice for choice in ctx.memory.offered if choice.person_id == ctx.visit.speaker_id]
    if len(named) == 1:  # "åt Elias tack"
        return await choose(ctx, named[0])
    if picked is None and (may_ask(text) or not failures.is_once_too_many(ctx.memory)):
        return None
    if picked is None or not picked.choices:
        asked = ctx.say("utter_gateway_who")
        return Said([asked], offered=list(ctx.memory.offered), expects="choice", understood=False)
    return await choose(ctx, picked.choices[0])


async def choose(ctx: Context, choice: Offered) -> Said | whom.Known:
    """A first name was picked. Whether the speaker may still act for that person is looked up again."""
    allowed = await whom.options(ctx)
    person = next((person for person in allowed if person.id == choice.person_id), None)
    if person is None or not trust.is_proved(ctx.visit):
        return await _over(ctx)
    return await whom.turn_to(ctx, person)


async def _leave(ctx: Context) -> Said | whom.Known:
    ctx.changed = True
    ctx.memory.step = ctx.memory.waiting = None
    if ctx.visit.person_id is not None:  # known by their number: what was open before is asked again
        return whom.Known(Ask(intent="repeat"))
    return Said([ctx.say("utter_gateway_identity_left", service=await ctx.service())], offered=[])


async def _close(ctx: Context) -> Said:
    ctx.changed = True
    ctx.memory.closed = True
    return await _over(ctx)


async def proved_by_electronic_id(ctx: Context, holder: Person) -> Said | whom.Known:
    """It is its holder's own, as a PIN is."""
    said = await _proved(ctx, holder, by_pin=True)
    ctx.set_visit(proof="eid")
    return said


async def _over(ctx: Context) -> Said:
    ctx.memory.step = ctx.memory.waiting = None
    return Said([ctx.say("utter_gateway_identity_over", service=await ctx.service())], offered=[])
