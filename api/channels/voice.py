"""The phone line by Twilio. Each step of a call is a webhook whose answer says what to speak and listen for.

A step has its number in its address, so a webhook that Twilio repeats is the same message and gets the same answer.
A step that takes long is answered by a word to wait, and asked for again: the caller never hears nothing for long.
"""

import asyncio
import re
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.channels.shared import (
    answered,
    customer_service_of,
    gateway_of,
    not_kept,
    say_of,
    settings_of,
    stores_of,
    twilio_id,
)
from api.channels.twilio_signature import (
    REFUSALS,
    TWIML,
    SignedForm,
    described,
    phone_number,
    region_called,
    required,
)
from api.channels.twiml import hold, speak, voices_of
from api.gateway.messages import Event, Incoming, Reply
from api.rest.problems import responses
from ordering.logs import get_log
from ordering.use_cases.phone_calls import hear_end
from ordering.wiring import utc_now

log = get_log("pafyll.voice")
router = APIRouter(prefix="/twilio/voice", tags=["Twilio"], responses=REFUSALS | responses("malformed"))

# What stands in From when the caller is hidden: ANONYMOUS, RESTRICTED, UNAVAILABLE, UNKNOWN, BLOCKED in key letters.
HIDDEN = frozenset({"+266696687", "+7378742833", "+86282452253", "+8656696", "+2562533"})
PATIENCE_SECONDS = 3.5  # of silence, before the caller hears that we are still there; five would be too long
STATUSES = frozenset({"queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"})
MOST_WAITS = 20
_ANSWERING: set[asyncio.Task[Reply | None]] = set()

CALL = described("CallSid To", "From Digits SpeechResult DialCallStatus DialCallDuration")
CallSid = Annotated[str, Path(pattern="^CA[0-9a-f]{32}$")]
Step = Annotated[int, Path(ge=1, le=1000)]
Language = Annotated[str, Query(pattern="^(sv|en)$", description="Spoken last, in case nothing can be looked up.")]
HeardIn = Annotated[str | None, Query(pattern="^(sv|en)$", description="Listened for, when it is not the one spoken.")]


@router.post("", response_class=Response, responses=TWIML, openapi_extra=CALL)
async def call_begins(request: Request, form: SignedForm) -> Response:
    """A patient calls."""
    return await _answer(request, _incoming(request, form, step=0), "sv")


@router.post("/step/{step}", response_class=Response, responses=TWIML, openapi_extra=CALL)
async def caller_did_something(
    request: Request, form: SignedForm, step: Step, language: Language = "sv", heard: HeardIn = None
) -> Response:
    """Keys, words or silence, or how a transfer went. `step` counts the answers we have given in this call."""
    return await _answer(request, _incoming(request, form, step=step, heard_in=heard), language)


@router.post("/step/{step}/wait/{times}", response_class=Response, responses=TWIML, openapi_extra=CALL)
async def caller_waits(
    request: Request,
    form: SignedForm,
    step: Annotated[int, Path(ge=0, le=1000)],
    times: Annotated[int, Path(ge=1, le=MOST_WAITS)],
    language: Language = "sv",
) -> Response:
    """What the caller did at `step` was not answered in time, and we have told them to wait so many times."""
    incoming = _incoming(request, form, step=step)
    answering = asyncio.create_task(_answer_to_come(request, incoming))
    return await _told(request, incoming, answering, language, waited=times)


@router.post("/answered/{call_sid}", status_code=204, openapi_extra=described("", "CallSid CallStatus"))
async def transfer_answered(request: Request, form: SignedForm, call_sid: CallSid) -> None:
    """Somebody at customer service has taken the call that was passed on. The form is about the call to them."""
    async with stores_of(request).begin() as tx:
        await tx.phone_calls.answered(call_sid, now=utc_now())


@router.post("/status", status_code=204, openapi_extra=described("CallSid CallStatus To", "CallDuration"))
async def call_status(request: Request, form: SignedForm) -> None:
    """How a call went, as Twilio reports it: late, twice or out of order too."""
    call_sid, status, receiver = required(form, "CallSid", "CallStatus", "To")
    region, seconds = region_called(request, receiver), _seconds(form, "CallDuration")
    known = status if status in STATUSES else "other"
    log.info("call reported", call=twilio_id(call_sid), status=known, seconds=seconds)
    async with stores_of(request).begin() as tx:
        await hear_end(tx, sid=call_sid, region=region, status=status, seconds=seconds, now=utc_now())


def _seconds(form: dict[str, str], name: str) -> int | None:
    told = form.get(name, "")
    return int(told) if re.fullmatch("[0-9]{1,6}", told) else None


def _incoming(request: Request, form: dict[str, str], *, step: int, heard_in: str | None = None) -> Incoming:
    call_sid, receiver = required(form, "CallSid", "To")
    text = "" if step == 0 else form.get("Digits") or form.get("SpeechResult") or ""
    return Incoming(
        channel="voice",
        region=region_called(request, receiver),
        thread_key=call_sid,
        provider_id=f"{call_sid}:{step}",
        address=_caller(form.get("From", "")),
        text=text,
        keyed=bool(text and form.get("Digits")),
        event="start" if step == 0 else _event(form, text),
        talked_seconds=_seconds(form, "DialCallDuration") or 0,
        heard_in=heard_in,
    )


def _event(form: dict[str, str], text: str) -> Event:
    if dialled := form.get("DialCallStatus"):
        return "transferred" if dialled in ("completed", "answered") else "unanswered"
    return "message" if text.strip() else "silence"


def _caller(number: str) -> str | None:
    return None if number in HIDDEN else phone_number(number)


async def _answer(request: Request, incoming: Incoming, language: str) -> Response:
    answering = asyncio.create_task(answered(request, incoming))
    return await _told(request, incoming, answering, language, waited=0)


async def _answer_to_come(request: Request, incoming: Incoming) -> Reply | None:
    try:
        return await gateway_of(request).answer_to_come(incoming)
    except Exception as error:
        not_kept(incoming, error)
        return None


async def _told(
    request: Request, incoming: Incoming, answering: asyncio.Task[Reply | None], language: str, *, waited: int
) -> Response:
    """The answer, or a word to wait. The answer goes on being made meanwhile, and is not made twice."""
    say, settings = say_of(request), settings_of(request)
    step = int(incoming.provider_id.rpartition(":")[2])
    address = f"{settings.public_url}/twilio/voice/step/"
    await asyncio.wait({answering}, timeout=PATIENCE_SECONDS)
    if not answering.done() and waited < MOST_WAITS:
        _remember(answering)
        again = _in_language(f"{address}{step}/wait/{waited + 1}", language)
        twiml = hold(again, say=say, language=language, voices=voices_of(settings), longer=waited > 0)
    else:
        reply = (answering.result() if answering.done() else None) or _out_of_order(request, incoming.region, language)
        next_step = _in_language(f"{address}{step + 1}", reply.language)
        heard_also = f"{address}{step + 1}?language={reply.language}&heard={reply.also_in}"
        taken = f"{settings.public_url}/twilio/voice/answered/{incoming.thread_key}"
        voices = voices_of(settings)
        twiml = speak(reply, next_step=next_step, heard_also=heard_also, taken=taken, say=say, voices=voices)
    return Response(twiml, media_type="text/xml")


def _in_language(address: str, language: str) -> str:
    return address if language == "sv" else f"{address}?language={language}"


def _remember(answering: asyncio.Task[Reply | None]) -> None:
    """Else nobody would hold the task, and it could vanish unfinished."""
    _ANSWERING.add(answering)
    answering.add_done_callback(_ANSWERING.discard)


def _out_of_order(request: Request, region: str, language: str) -> Reply:
    """Nothing could be kept: say so and give the number, instead of Twilio's own "an application error"."""
    phone = customer_service_of(request, region).phone
    text = say_of(request)("utter_voice_unavailable", channel="voice", language=language, phone=phone)
    return Reply(texts=(text,), end=True, language=language)
