"""Back from the electronic ID: who has logged in there is speaking. Nobody's number comes this way.

A login that was cancelled, refused, too slow, somebody's whom we do not know, or a protected person's: all hear the
same (I7), and the personal number and the customer service are still there.
"""

import secrets
from datetime import timedelta

from api.gateway import identity, whom
from api.gateway.context import Context, Said
from api.gateway.memory import Ask, Offered

LASTS = timedelta(minutes=15)  # from leaving for the login until the chat has asked how it went


async def take(ctx: Context) -> Said | whom.Known | Ask:
    """What the message that follows a login is answered with. Gives Ask where the visit goes on as it was."""
    person_id = await ctx.tx.chat_logins.take(ctx.incoming.provider_id, begun_after=ctx.real - LASTS)
    person = await ctx.tx.people.get(person_id) if person_id else None
    if person and not person.protected and person.region == ctx.visit.region:
        return await identity.proved_by_electronic_id(ctx, person)
    ctx.changed = True
    if ctx.visit.person_id is not None:
        return Ask(intent="repeat")
    ctx.memory.step = "number"
    human = Offered(token=secrets.token_urlsafe(16), label=ctx.say("utter_gateway_human"), intent="talk_to_human")
    text = ctx.say("utter_gateway_eid_failed", service=await ctx.service())
    return Said([text], offered=[human], expects="identity", understood=None)
