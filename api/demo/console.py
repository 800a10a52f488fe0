"""The demo page and what its buttons do."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from pydantic import Base64Bytes, BaseModel, Field

from api.channels.shared import settings_of, stores_of
from api.demo import electronic_id, people, speech, twilio_double
from api.demo.inside import Inside, WatchedGateway, WatchedRasa
from api.demo.signing import WEBHOOK_SECONDS, post_signed
from api.demo.twilio_double import Phones, phones_of
from ordering import wording
from ordering.gsm7 import is_gsm7, segments
from ordering.local_time import STOCKHOLM
from ordering.wiring import now

STATIC = Path(__file__).parent / "static"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src blob:; base-uri 'none'; frame-ancestors 'none'; "
    "connect-src 'self' ws://127.0.0.1:* ws://localhost:*"
)
Phone = Annotated[str, Field(pattern=r"^\+[1-9]\d{6,14}$")]


class SmsToSend(BaseModel):
    """`picture`: sent along as an MMS, as base64."""

    sender: Phone
    recipient: Phone
    text: str = Field(max_length=1600)
    picture: Base64Bytes | None = None


class Call(BaseModel):
    caller: Phone
    called: Phone


class CallStep(Call):
    """`action`: where the TwiML said to post. `transfer`: how a call that was passed on went; `redirect`: nothing was
    done, the TwiML leads on by itself. None of these: silence."""

    action: str
    digits: str | None = Field(None, pattern=r"^[0-9*#]*$", max_length=32)
    speech: str | None = Field(None, max_length=500)
    transfer: Literal["completed", "no-answer", "busy"] | None = None
    redirect: bool = False


class ToSay(BaseModel):
    text: str = Field(min_length=1, max_length=speech.LONGEST_TEXT)
    language: Literal["sv", "en"] = "sv"


class ClockMove(BaseModel):
    """Days forward from where the clock stands; None puts it right again."""

    days: int | None = Field(None, ge=1, le=365)


class Delivery(BaseModel):
    status: Literal["out_for_delivery", "delivered"]


async def from_this_machine(request: Request) -> None:
    """The console signs as anyone, so neither another web site nor a name that points here may use it."""
    origin = request.headers.get("origin")
    if request.url.hostname not in LOOPBACK or (origin and urlsplit(origin).netloc != request.headers["host"]):
        raise HTTPException(403, "The demo answers its own page only.")


router = APIRouter(prefix="/demo", include_in_schema=False, dependencies=[Depends(from_this_machine)])


def add_to(app: FastAPI) -> None:
    app.state.demo_phones = Phones()
    app.state.inside = Inside(app.state.settings)
    app.state.demo_rasa = WatchedRasa(app.state.inside)
    app.state.demo_electronic_id = electronic_id.ElectronicId(app.state.settings)
    app.include_router(router)
    app.include_router(twilio_double.router, include_in_schema=False)
    app.include_router(electronic_id.router, include_in_schema=False, dependencies=[Depends(from_this_machine)])
    app.mount("/demo/static", StaticFiles(directory=STATIC), name="demo")


def watch(app: FastAPI) -> None:
    """Once the parts of the service are there."""
    app.state.gateway = WatchedGateway(app.state.gateway, app.state.inside, app.state.stores)


@router.get("")
async def page() -> FileResponse:
    return FileResponse(STATIC / "index.html", headers={"Content-Security-Policy": PAGE_POLICY})


@router.get("/people")
async def choose_from(request: Request) -> list[dict[str, Any]]:
    """The demo's people, with their region's number and what each of them shows."""
    return await people.listed(settings_of(request), stores_of(request))


@router.post("/sms", status_code=204)
async def send_sms(request: Request, sms: SmsToSend) -> None:
    kept = phones_of(request).keep(
        sender=sms.sender, recipient=sms.recipient, body=sms.text, direction="inbound", picture=sms.picture
    )
    fields = {"From": sms.sender, "To": sms.recipient, "Body": sms.text, "MessageSid": kept.sid, "NumMedia": "0"}
    fields |= {"AccountSid": settings_of(request).twilio_account_sid, "ApiVersion": twilio_double.VERSION}
    fields |= {"NumSegments": str(segments(sms.text)), "SmsStatus": "received"}
    if sms.picture:
        address = twilio_double.media_address(settings_of(request), kept)
        fields |= {"NumMedia": "1", "MediaUrl0": address, "MediaContentType0": "image/jpeg"}
    await post_signed(request, "/twilio/sms", fields)


@router.get("/sms")
async def sms_thread(request: Request, number: str) -> list[dict[str, Any]]:
    """All SMS to and from a phone, oldest first, with what each costs in segments."""
    return [
        {
            "sid": sms.sid,
            "who": "me" if sms.sender == number else "pafyll",
            "text": sms.body,
            "segments": segments(sms.body),
            "gsm7": is_gsm7(sms.body),
            "picture": sms.picture is not None,
            "at": sms.at.astimezone(STOCKHOLM).strftime("%H:%M"),
        }
        for sms in phones_of(request).of(number)
    ]


@router.post("/calls", status_code=201)
async def begin_call(request: Request, call: Call) -> dict[str, str]:
    call_sid = "CA" + secrets.token_hex(16)
    answer = await post_signed(request, "/twilio/voice", _call_fields(call, call_sid, "ringing"))
    return {"call": call_sid, "twiml": answer.text}


@router.post("/calls/{call_sid}/step")
async def step(request: Request, call_sid: str, given: CallStep) -> dict[str, str]:
    """Keys, words or silence, posted to where the TwiML said."""
    base = settings_of(request).public_url
    path = given.action.removeprefix(base)
    if not path.startswith("/twilio/voice/step/"):
        raise HTTPException(400, "The TwiML leads out of the phone line.")
    fields = _call_fields(given, call_sid, "in-progress")
    if given.redirect:
        pass
    elif given.transfer:
        fields |= {"DialCallStatus": given.transfer, "DialCallSid": "CA" + secrets.token_hex(16)}
    elif given.speech:
        fields |= {"SpeechResult": given.speech, "Confidence": "0.93", "Language": "sv-SE"}
    else:
        fields |= {"Digits": given.digits or "", "msg": "Gather End"}
    return {"twiml": (await post_signed(request, path, fields)).text}


@router.post("/calls/{call_sid}/end", status_code=204)
async def end_call(request: Request, call_sid: str, call: Call) -> None:
    await post_signed(request, "/twilio/voice/status", _call_fields(call, call_sid, "completed"))


@router.get("/abilities")
async def abilities() -> dict[str, bool]:
    """What depends on the machine: whether it can speak."""
    return {"speech": speech.program() is not None}


@router.post("/speech")
async def say_aloud(words: ToSay) -> Response:
    return Response(await speech.speech(words.text, words.language), media_type="audio/wav")


@router.get("/inside")
async def what_happened(request: Request, after: int = 0) -> dict[str, Any]:
    """Asked for again and again while the page is open; otherwise nothing is gathered."""
    inside: Inside = request.app.state.inside
    return await inside.look(stores_of(request), after=after)


@router.get("/clock")
async def clock(request: Request) -> dict[str, str | int]:
    async with stores_of(request).begin() as tx:
        moment = (await now(tx, settings_of(request))).astimezone(STOCKHOLM)
        offset = await tx.facts.clock_offset()
    written = f"{wording.day(moment.date(), 'sv', today=moment.date())}, {moment:%H:%M}"
    return {"now": written, "days": round(offset / timedelta(days=1))}


@router.post("/clock")
async def move_clock(request: Request, move: ClockMove) -> dict[str, str | int]:
    async with stores_of(request).begin() as tx:
        offset = timedelta() if move.days is None else await tx.facts.clock_offset() + timedelta(days=move.days)
        await tx.facts.set_clock_offset(offset)
    told = await clock(request)
    request.app.state.inside.note("clock", **told)
    return told


@router.post("/people/{person_id}/deliveries")
async def deliver(request: Request, person_id: int, delivery: Delivery) -> dict[str, str]:
    """Reports the person's latest order as the distributor does, through the REST interface."""
    settings = settings_of(request)
    async with stores_of(request).begin() as tx:
        orders = [order for order in await tx.orders.of_person(person_id) if order.status != "cancelled"]
    if not orders:
        raise HTTPException(404, "no_order")
    path = f"/api/v1/orders/{orders[0].number}/status"
    request.app.state.inside.note("rest", path=path, json={"status": delivery.status}, caller="distributor")
    answer = await request.app.state.http.post(
        settings.public_url + path,
        json={"status": delivery.status},
        headers={"X-API-Key": settings.api_keys["distributor"].key},
        timeout=WEBHOOK_SECONDS,
    )
    if not answer.is_success:
        raise HTTPException(502, f"Order {orders[0].number}: {answer.status_code} {answer.text[:200]}")
    return {"order": orders[0].number, "status": delivery.status}


def _call_fields(call: Call, call_sid: str, status: str) -> dict[str, str]:
    return {
        "CallSid": call_sid,
        "From": call.caller,
        "To": call.called,
        "CallStatus": status,
        "Direction": "inbound",
        "ApiVersion": twilio_double.VERSION,
    }
