"""Whom a visit is about, and who speaks: looked up, chosen by first name, and forgotten when it holds no more."""

import secrets
from dataclasses import dataclass

from api.gateway import language
from api.gateway.choices import MOST_KEYS
from api.gateway.cleaning import fold
from api.gateway.context import Context, Said
from api.gateway.memory import Ask, Memory, Offered
from api.gateway.rasa_client import Utterance
from ordering.model import Person
from ordering.use_cases import trust

# What is heard in place of what Rasa said to somebody who has been forgotten meanwhile.
SHUT_OUT = (Utterance(custom={"need": "identity"}),)


@dataclass(frozen=True, slots=True)
class Known:
    """Login is done (`ask`: the question that waited for it), with what is said before the answer."""

    ask: Ask


async def recognise_mobile(ctx: Context) -> None:
    """At the start of an SMS visit: a mobile that is one patient's own says who writes."""
    holders = await owners(ctx)
    if len(holders) != 1 or await represented(ctx, holders[0].id):
        return
    person = ctx.person = holders[0]
    ctx.set_visit(person_id=person.id, speaker_id=person.id, proof="number")
    await language.meet(ctx, person)


async def look_again(ctx: Context) -> bool:
    """Finds whom the visit is about and who speaks, and forgets them where nobody may know of them any more (I5) or
    the right to speak for the patient has ended, also in the middle of a visit. False: then."""
    visit = ctx.visit
    if visit.person_id is None:
        return True
    ctx.person = await ctx.tx.people.get(visit.person_id)
    ctx.speaker = None
    if visit.speaker_id not in (None, visit.person_id):
        ctx.speaker = await ctx.tx.people.find(visit.speaker_id or trust.NOBODY)
    speaker = ctx.speaker or ctx.person
    if await trust.rights(ctx.tx, ctx.tools.book, patient=ctx.person, speaker=speaker, day=await ctx.day()) is None:
        forget(ctx)
        return False
    return True


def forget(ctx: Context) -> None:
    """The visit is nobody's any more, and goes on as that of somebody we do not know."""
    ctx.person = ctx.speaker = None
    ctx.memory = Memory(serial=ctx.memory.serial)
    ctx.set_visit(person_id=None, speaker_id=None, proof=None, sender_id=secrets.token_urlsafe(16), turns=0)


async def owners(ctx: Context) -> list[Person]:
    address = ctx.incoming.address
    people = await ctx.tx.people.by_mobile(ctx.visit.region, address) if address else []
    return [person for person in people if not person.protected]


async def represented(ctx: Context, person_id: int) -> list[Person]:
    return await trust.represented(ctx.tx, ctx.tools.book, person_id, day=await ctx.day())


async def options(ctx: Context) -> list[Person]:
    """Whom the visit may be about: those the number belongs to (SMS) or the speaker, and whom they represent."""
    speaker = await ctx.tx.people.get(ctx.visit.speaker_id) if ctx.visit.speaker_id else None
    holders = await owners(ctx) if ctx.visit.channel == "sms" else [speaker] if speaker else []
    patients = [person for holder in holders for person in await represented(ctx, holder.id)]
    with_lines = [holder for holder in holders if not patients or await ctx.tx.people.lines(holder.id)]
    return list({person.id: person for person in (*with_lines, *patients)}.values()) or holders


def named(ctx: Context, among: list[Person]) -> Person | None:
    """The one whose first name stands in what waits for login: "jag vill beställa åt Elias"."""
    words = fold((ctx.memory.waiting and ctx.memory.waiting.text) or "").split()
    found = [person for person in among if fold(person.given_name) in words]
    return found[0] if len(found) == 1 else None


async def ask_whom(ctx: Context, among: list[Person]) -> Said:
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


async def turn_to(ctx: Context, person: Person) -> Known:
    """The visit is about this person from now on, one of `options`."""
    if ctx.visit.channel == "sms":
        await _speaker_for(ctx, person)
    return await about(ctx, person)


async def _speaker_for(ctx: Context, person: Person) -> None:
    """Several may share the mobile: the patient, else the one of them who represents the patient."""
    holders = await owners(ctx)
    if any(holder.id == person.id for holder in holders):
        ctx.set_visit(speaker_id=person.id)
        return
    for holder in holders:
        if any(patient.id == person.id for patient in await represented(ctx, holder.id)):
            ctx.set_visit(speaker_id=holder.id)
            return


async def about(ctx: Context, person: Person) -> Known:
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
