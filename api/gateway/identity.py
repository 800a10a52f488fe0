"""Who is speaking: personal number and one-time code on phone and chat, the mobile's own number in SMS.

Whatever somebody tries, known, unknown, protected and wrong meet the same sentences (I7), and the work done for
them is as alike as can be. Nothing that is read here reaches Rasa, a log, or the inbox in the clear.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from api.gateway import language
from api.gateway.choices import MOST_KEYS, pick
from api.gateway.cleaning import fold
from api.gateway.context import Context, Said
from api.gateway.memory import Ask, Offered
from ordering.local_time import STOCKHOLM
from ordering.model import Person
from ordering.use_cases import pin
from rulebook.identity_numbers import IdentityNumber, find_numbers, parse_identity

CODE_LASTS = timedelta(minutes=5)
MOST_TRIES = 5
MOST_CODES = 3  # in a visit
PERSON_CODES = 6  # for a person in an hour, over all visits
NOBODY = 0  # stands for an unknown person where a known one's id is counted

_GIVE_UP = frozenset(
    ("avbryt", "avbryta", "cancel", "strunta i det", "glom det", "nej", "vill inte", "nevermind", "never mind")
)
_MYSELF = frozenset(("mig", "jag", "sjalv", "me", "myself"))
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


@dataclass(frozen=True, slots=True)
class Known:
    """Login is done (`ask`: the question that waited for it), with what is said before the answer."""

    ask: Ask


async def recognise_mobile(ctx: Context) -> None:
    """At the start of an SMS visit: a mobile that is one patient's own says who writes."""
    owners = await _owners(ctx)
    if len(owners) != 1 or await ctx.tx.people.represented_by(owners[0].id):
        return
    person = ctx.person = owners[0]
    ctx.set_visit(person_id=person.id, speaker_id=person.id, proof="number")
    await language.meet(ctx, person)


async def begin(ctx: Context, waiting: Ask | None) -> Said:
    """Something was asked that needs identity. Says what to do; `waiting` is answered once it is proved."""
    memory = ctx.memory
    if memory.closed:
        return await _over(ctx)
    if memory.step is None or waiting is not None:
        memory.waiting = waiting
    if memory.step == "code":
        return Said([ctx.say("utter_gateway_code_again")], offered=[], expects="code")
    if ctx.visit.proof == "code":
        return await whom(ctx, await options(ctx))
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


async def take(ctx: Context, text: str) -> Said | Known | None:
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


async def _owners(ctx: Context) -> list[Person]:
    address = ctx.incoming.address
    people = await ctx.tx.people.by_mobile(ctx.visit.region, address) if address else []
    return [person for person in people if not person.protected]


async def _unreadable(ctx: Context) -> Said:
    ctx.changed = True
    ctx.memory.unreadable += 1
    if ctx.memory.unreadable > MOST_TRIES:
        return await _close(ctx)
    return Said([ctx.say("utter_gateway_identity_unreadable")], offered=[], expects="identity", understood=False)


async def _take_number(ctx: Context, value: str) -> Said:
    person = await ctx.tx.people.by_identity(ctx.visit.region, value)
    known = None if person is None or person.protected else person
    ctx.memory.step = "code"
    return await _send_code(ctx, known)


async def _send_code(ctx: Context, person: Person | None) -> Said:
    """Sends a code to a known person's mobile, and says the same to everybody."""
    memory = ctx.memory
    ctx.changed = True
    if memory.codes >= MOST_CODES:
        return await _close(ctx)
    memory.codes += 1
    memory.sent_at = ctx.real.timestamp()
    hour_ago = ctx.real - timedelta(hours=1)
    sent = await ctx.tx.conversations.codes_sent(person_id=person.id if person else NOBODY, since=hour_ago)
    mobile = await ctx.tx.people.code_mobile(person) if person and sent < PERSON_CODES else None
    has_pin = await ctx.tx.pins.of_person(person.id if person else NOBODY) is not None
    code_id, code = await _new_code(ctx, person.id if person and (mobile or has_pin) else None)
    if mobile:
        text = ctx.tools.say("utter_gateway_code_sms", channel="sms", language=ctx.visit.language, code=code)
        await ctx.sms(recipient=mobile, text=text, key=f"code:{code_id}")
    return Said([ctx.say("utter_gateway_code_sent", service=await ctx.service())], offered=[], expects="code")


async def _code_by_reply(ctx: Context) -> Said:
    """The code goes to the number that wrote, in the reply itself: only who holds the telephone can read it."""
    owners = await _owners(ctx)
    if not owners:
        return Said([ctx.say("utter_gateway_unknown_number", service=await ctx.service())], offered=[])
    ctx.changed = True
    if ctx.memory.codes >= MOST_CODES:
        return await _close(ctx)
    ctx.memory.codes += 1
    ctx.memory.sent_at = ctx.real.timestamp()
    ctx.memory.step = "code"
    _, code = await _new_code(ctx, owners[0].id)
    return Said([ctx.say("utter_gateway_code_reply", code=code)], offered=[], expects="code")


async def _new_code(ctx: Context, person_id: int | None) -> tuple[int, str]:
    code = f"{secrets.randbelow(10**6):06d}"
    code_id = await ctx.tx.conversations.add_code(
        visit_id=ctx.visit.id, person_id=person_id, digest=_digest(ctx, code), expires_at=ctx.real + CODE_LASTS
    )
    return code_id, code


def _digest(ctx: Context, code: str) -> str:
    return ctx.tools.sealer.digest("login", str(ctx.visit.id), code)


async def _take_code(ctx: Context, text: str, said: str) -> Said | Known | None:
    if said in _NEW_CODE_ALONE or _NEW_CODE.search(said):
        return await _again(ctx)
    digits = re.sub(r"\D", "", text)
    if len(digits) < 4:
        return None
    ctx.changed = True
    stored = await ctx.tx.conversations.code(ctx.visit.id)
    right = stored is not None and hmac.compare_digest(stored.digest, _digest(ctx, digits))
    if stored is None or stored.tries >= MOST_TRIES:
        return await _close(ctx)
    good = right and not stored.used and stored.expires_at > ctx.real and stored.person_id is not None
    by_pin = not good and ctx.visit.channel == "voice" and await _is_pin(ctx, stored.person_id, digits)
    await ctx.tx.conversations.count_try(stored.id, used=good or by_pin)
    if (good or by_pin) and stored.person_id is not None:
        return await _proved(ctx, await ctx.tx.people.get(stored.person_id), by_pin=by_pin)
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
    person = await ctx.tx.people.get(stored.person_id) if stored and stored.person_id else None
    return await _send_code(ctx, person)


async def _proved(ctx: Context, owner: Person, *, by_pin: bool = False) -> Said | Known:
    """The code was right: whoever holds the mobile it went to is speaking. A PIN is the owner's own."""
    speaker = owner
    if not by_pin and not owner.mobile and (mobile := await ctx.tx.people.code_mobile(owner)):
        holders = await ctx.tx.people.by_mobile(ctx.visit.region, mobile)
        for holder in holders:
            if any(patient.id == owner.id for patient in await ctx.tx.people.represented_by(holder.id)):
                speaker = holder
                break
    ctx.set_visit(speaker_id=speaker.id, proof="code")
    if ctx.visit.channel != "sms":  # there, the number may be that of several
        await language.meet(ctx, speaker)
    ctx.memory.step = None
    ctx.memory.codes = 0
    of_theirs = await options(ctx)
    ctx.memory.people = {str(person.id): person.given_name for person in of_theirs}
    if speaker.id != owner.id:
        return await _about(ctx, owner)
    return await _about(ctx, of_theirs[0]) if len(of_theirs) == 1 else await whom(ctx, of_theirs)


async def options(ctx: Context) -> list[Person]:
    """Whom the visit may be about: those the number belongs to (SMS) or the speaker, and whom they represent."""
    speaker = await ctx.tx.people.get(ctx.visit.speaker_id) if ctx.visit.speaker_id else None
    holders = await _owners(ctx) if ctx.visit.channel == "sms" else [speaker] if speaker else []
    represented = [person for holder in holders for person in await ctx.tx.people.represented_by(holder.id)]
    with_lines = [holder for holder in holders if not represented or await ctx.tx.people.lines(holder.id)]
    return list({person.id: person for person in (*with_lines, *represented)}.values()) or holders


async def whom(ctx: Context, among: list[Person]) -> Said:
    """Asks by first name. A name that two share is told apart by the year of birth."""
    ctx.changed = True
    ctx.memory.step = "who"
    names = [person.given_name for person in among]
    offered = [
        Offered(
            token=secrets.token_urlsafe(16),
            label=person.given_name
            if names.count(person.given_name) == 1 or person.born is None
            else f"{person.given_name} {person.born.year}",
            key=str(place) if place <= MOST_KEYS else None,
            person_id=person.id,
        )
        for place, person in enumerate(among, 1)
    ]
    return Said([ctx.say("utter_gateway_who")], offered=offered, expects="choice")


async def _take_who(ctx: Context, text: str) -> Said | Known:
    if fold(text) in _GIVE_UP:
        return await _leave(ctx)
    picked = pick(text, ctx.memory.offered, multiple=False)
    words = fold(text).split()
    named = [choice for choice in ctx.memory.offered if fold(choice.label) in words]
    if not named and _MYSELF & set(words):
        named = [choice for choice in ctx.memory.offered if choice.person_id == ctx.visit.speaker_id]
    if len(named) == 1:  # "åt Elias tack"
        return await choose(ctx, named[0])
    if picked is None or not picked.choices:
        return Said([ctx.say("utter_gateway_who")], offered=list(ctx.memory.offered), expects="choice")
    return await choose(ctx, picked.choices[0])


async def choose(ctx: Context, choice: Offered) -> Said | Known:
    """A first name was picked. Whether the speaker may still act for that person is looked up again."""
    allowed = await options(ctx)
    person = next((person for person in allowed if person.id == choice.person_id), None)
    if person is None or ctx.visit.proof != "code":
        return await _over(ctx)
    return await turn_to(ctx, person)


async def turn_to(ctx: Context, person: Person) -> Known:
    """The visit is about this person from now on, one of `options`."""
    if ctx.visit.channel == "sms":
        await _speaker_for(ctx, person)
    return await _about(ctx, person)


async def _speaker_for(ctx: Context, person: Person) -> None:
    """Several may share the mobile: the patient, else the one of them who represents the patient."""
    holders = await _owners(ctx)
    if any(holder.id == person.id for holder in holders):
        ctx.set_visit(speaker_id=person.id)
        return
    for holder in holders:
        if any(patient.id == person.id for patient in await ctx.tx.people.represented_by(holder.id)):
            ctx.set_visit(speaker_id=holder.id)
            return


async def _about(ctx: Context, person: Person) -> Known:
    # A new sender id: what Rasa has heard before login, or about somebody else, stays behind.
    ctx.set_visit(person_id=person.id, sender_id=secrets.token_urlsafe(16), turns=0)
    ctx.person = person
    if ctx.visit.channel == "sms" and ctx.visit.speaker_id:
        await language.meet(ctx, await ctx.tx.people.get(ctx.visit.speaker_id))
    memory = ctx.memory
    memory.whom, memory.settled = ctx.message_id, False
    ask = memory.waiting or Ask(intent="greet")
    memory.step, memory.waiting, memory.offered, memory.question, memory.private = None, None, [], None, False
    return Known(ask)


async def _leave(ctx: Context) -> Said:
    ctx.changed = True
    ctx.memory.step = ctx.memory.waiting = None
    return Said([ctx.say("utter_gateway_identity_left", service=await ctx.service())], offered=[])


async def _close(ctx: Context) -> Said:
    ctx.changed = True
    ctx.memory.closed = True
    return await _over(ctx)


async def _over(ctx: Context) -> Said:
    ctx.memory.step = ctx.memory.waiting = None
    return Said([ctx.say("utter_gateway_identity_over", service=await ctx.service())], offered=[])
