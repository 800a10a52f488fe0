"""The phone line by Twilio. Each step of a call is a webhook whose answer says what to speak and listen for.

A step has its number in its address, so a webhook that Twilio repeats is the same message and gets the same answer.
"""

import logging

from fastapi import APIRouter, Path, Request, Response

from api.channels.shared import answered, customer_service_of, say_of, settings_of
from api.channels.twilio_signature import SignedForm, phone_number, region_called, required
from api.channels.twiml import speak
from api.gateway.messages import Event, Incoming, Reply

logger = logging.getLogger(__name__)
router = APIRouter(prefix="/twilio/voice", tags=["Twilio"])

# What stands in From when the caller is hidden: ANONYMOUS, RESTRICTED, UNAVAILABLE, UNKNOWN, BLOCKED in key letters.
HIDDEN = frozenset({"+266696687", "+7378742833", "+86282452253", "+8656696", "+2562533"})


@router.post("")
async def call_begins(request: Request, form: SignedForm) -> Response:
    """A patient calls."""
    call_sid, receiver = required(form, "CallSid", "To")
    return await _step(request, _incoming(form, call_sid, region_called(request, receiver), step=0))


@router.post("/step/{step}")
async def caller_did_something(request: Request, form: SignedForm, step: int = Path(ge=1, le=1000)) -> Response:
    """Keys, words or silence, or how a transfer went. `step` counts the answers we have given in this call."""
    call_sid, receiver = required(form, "CallSid", "To")
    return await _step(request, _incoming(form, call_sid, region_called(request, receiver), step=step))


@router.post("/status", status_code=204)
async def call_status(form: SignedForm) -> None:
    """How a call went, as Twilio reports it."""
    call_sid, status = required(form, "CallSid", "CallStatus")
    logger.info("Call %s is %s after %s s", call_sid, status, form.get("CallDuration", "?"))


def _incoming(form: dict[str, str], call_sid: str, region: str, *, step: int) -> Incoming:
    text = "" if step == 0 else form.get("Digits") or form.get("SpeechResult") or ""
    return Incoming(
        channel="voice",
        region=region,
        thread_key=call_sid,
        provider_id=f"{call_sid}:{step}",
        address=_caller(form.get("From", "")),
        text=text,
        event="start" if step == 0 else _event(form, text),
    )


def _event(form: dict[str, str], text: str) -> Event:
    if dialled := form.get("DialCallStatus"):
        return "transferred" if dialled in ("completed", "answered") else "unanswered"
    return "message" if text.strip() else "silence"


def _caller(number: str) -> str | None:
    return None if number in HIDDEN else phone_number(number)


async def _step(request: Request, incoming: Incoming) -> Response:
    reply = await answered(request, incoming) or _out_of_order(request, incoming.region)
    step = int(incoming.provider_id.rpartition(":")[2])
    next_step = f"{settings_of(request).public_url}/twilio/voice/step/{step + 1}"
    twiml = speak(reply, next_step=next_step, say=say_of(request), voices=settings_of(request).voices)
    return Response(twiml, media_type="text/xml")


def _out_of_order(request: Request, region: str) -> Reply:
    """Nothing could be kept: say so and give the number, instead of Twilio's own "an application error"."""
    contact = customer_service_of(request, region)
    say = say_of(request)
    return Reply(texts=(say("utter_voice_unavailable", channel="voice", language="sv", phone=contact.phone),), end=True)
