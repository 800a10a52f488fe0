"""Pictures that come with a message: kept with the complaint that they show, or politely declined."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from api.gateway.messages import Incoming
from api.gateway.rasa_client import Utterance
from ordering.logs import get_log
from ordering.model import Complaint
from ordering.pictures import NoPicture, clean_picture
from ordering.ports import Media, PictureNotFetched, Sealer, Transaction
from ordering.use_cases import trust

if TYPE_CHECKING:
    from api.gateway.context import Context, Tools

log = get_log("pafyll.gateway")

DELETED_MEDIA = "media"  # the kind of outbox row that has a picture deleted at Twilio
MOST_OF_A_COMPLAINT = 10
FETCH_SECONDS = 6.0  # of all pictures of a message, so that its thread is answered before the lease runs out
# A picture is often taken after the call or the chat in which the fault was told.
STILL_WELCOME = timedelta(days=14)
_ABOUT_A_COMPLAINT = ("utter_ask_complaint_", "utter_complaint_")


@dataclass(frozen=True, slots=True)
class Pictures:
    """What came, clean. `problem`: why one of them is missing, as the name of a response."""

    clean: tuple[bytes, ...] = ()
    problem: str | None = None


def came(incoming: Incoming) -> bool:
    return bool(incoming.media or incoming.picture)


def are_welcome(said: Sequence[Utterance]) -> bool:
    """Whether what is said is about a complaint, so that a picture can be sent to it."""
    return any(one.name.startswith(_ABOUT_A_COMPLAINT) for one in said)


async def received(tools: "Tools", incoming: Incoming) -> Pictures | None:
    """The pictures of a message, fetched and made clean outside any transaction. None: it has none."""
    if not came(incoming):
        return None
    if incoming.picture:
        return Pictures((base64.b64decode(incoming.picture),))
    taken = await asyncio.gather(*(_taken(tools.media, address) for address in incoming.media))
    clean = tuple(one for one in taken if isinstance(one, bytes))
    return Pictures(clean, next((one for one in taken if isinstance(one, str)), None))


async def _taken(media: Media | None, address: str) -> bytes | str:
    """A clean picture, or the name of the response that tells why there is none."""
    try:
        if media is None:
            raise PictureNotFetched("no account to fetch it with")
        async with asyncio.timeout(FETCH_SECONDS):
            return await asyncio.to_thread(clean_picture, await media.fetch(address))
    except (PictureNotFetched, TimeoutError) as error:
        log.warning("a picture was not fetched", reason=str(error) or "no answer in time")
        return "utter_gateway_picture_not_fetched"
    except NoPicture as error:
        log.info("a picture was not taken", reason=str(error))
        return "utter_gateway_picture_unreadable"


async def keep(ctx: "Context") -> list[str]:
    """Keeps what came with the message, in its transaction, and says what became of it."""
    if ctx.sent is None:
        return []
    complaint = await _complaint(ctx)
    if complaint is None:  # while it is proved who speaks, none has been begun
        return [ctx.say("utter_gateway_picture_later" if ctx.memory.step else "utter_gateway_picture_declined")]
    ctx.memory.takes_picture = True
    there = len(await ctx.tx.complaints.pictures(complaint.id))
    new = ctx.sent.clean[: max(MOST_OF_A_COMPLAINT - there, 0)]
    for number, picture in enumerate(new, 1):
        await ctx.tx.complaints.add_picture(
            complaint.id,
            key=f"{ctx.message_id}:{number}",
            sealed=ctx.tools.sealer.seal_bytes(picture),
            now=await ctx.now(),
        )
    case = {"case_number": complaint.case_number}
    told = [ctx.say("utter_gateway_picture_kept", **case)] if new else []
    if len(new) < len(ctx.sent.clean):
        told.append(ctx.say("utter_gateway_picture_too_many", **case))
    return [*told, ctx.say(ctx.sent.problem)] if ctx.sent.problem else told


async def forget(tx: Transaction, sealer: Sealer, incoming: Incoming, *, now: datetime) -> list[int]:
    """Has what Twilio keeps of a message's pictures deleted, now that the message is handled. Gives the outbox rows."""
    put = [
        await tx.outbox.put(
            kind=DELETED_MEDIA,
            recipient="Twilio",
            sealed=sealer.seal({"address": address}),
            key=f"{DELETED_MEDIA}:{incoming.provider_id}:{number}",
            due_at=now,
            region=incoming.region,
        )
        for number, address in enumerate(incoming.media, 1)
    ]
    return [row for row in put if row is not None]


async def _may_show(ctx: "Context", person_id: int) -> bool:
    visit, people = ctx.visit, ctx.tx.people
    patient, speaker = await people.get(person_id), await people.get(visit.speaker_id or person_id)
    may = await trust.rights(ctx.tx, ctx.tools.book, patient=patient, speaker=speaker, day=await ctx.day())
    try:
        trust.check(visit, may or frozenset(), trust.SHOWS)
    except (trust.NotProved, trust.NotTheirs):
        return False
    return True


async def _complaint(ctx: "Context") -> Complaint | None:
    """The one that is being told, or that this message closed; else the patient's newest, for a while. None too when
    whoever speaks may not complain for the patient."""
    person = ctx.visit.person_id
    if person is None or not await _may_show(ctx, person):
        return None
    told = await ctx.tx.complaints.current(person, visit_id=ctx.visit.id, message_id=ctx.message_id)
    since = await ctx.now() - STILL_WELCOME
    newest = await ctx.tx.complaints.of_person(person)
    candidates = [*([told] if told else []), *(one for one in newest if one.opened_at >= since)]
    return next((one for one in candidates if one.status in ("open", "received")), None)
