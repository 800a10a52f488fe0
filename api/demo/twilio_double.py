"""Stands in for Twilio's REST API: takes the SMS that we send and keeps them in memory, for the demo page to show."""

import asyncio
import contextlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from api.channels.shared import settings_of
from api.demo.signing import post_signed
from ordering.gsm7 import segments
from ordering.settings import Settings

VERSION = "2010-04-01"
MOST_KEPT = 10_000
DELIVERED_AFTER_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Sms:
    sid: str
    sender: str
    recipient: str
    body: str
    direction: str  # "inbound" or "outbound-api", as Twilio says
    at: datetime
    picture: bytes | None = None


@dataclass(slots=True)
class Phones:
    """All SMS of the demo's phones, oldest first. Gone when the process stops."""

    kept: list[Sms] = field(default_factory=list)
    reports: set[asyncio.Task[None]] = field(default_factory=set)

    def keep(self, *, sender: str, recipient: str, body: str, direction: str, picture: bytes | None = None) -> Sms:
        kind = "MM" if picture else "SM"
        sms = Sms(kind + secrets.token_hex(16), sender, recipient, body, direction, datetime.now(UTC), picture)
        self.kept.append(sms)
        del self.kept[:-MOST_KEPT]
        return sms

    def of(self, number: str) -> list[Sms]:
        return [sms for sms in self.kept if number in (sms.sender, sms.recipient)]


def phones_of(request: Request) -> Phones:
    phones: Phones = request.app.state.demo_phones
    return phones


async def our_account(request: Request, sid: str, given: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> None:
    settings = settings_of(request)
    username_fits = secrets.compare_digest(given.username.encode(), settings.twilio_account_sid.encode())
    password_fits = secrets.compare_digest(given.password.encode(), settings.twilio_auth_token.encode())
    if not (username_fits and password_fits and sid == settings.twilio_account_sid):
        raise HTTPException(401, "Authenticate")


router = APIRouter(prefix=f"/demo/twilio/{VERSION}/Accounts/{{sid}}", dependencies=[Depends(our_account)])


@router.post("/Messages.json", status_code=201)
async def create_message(request: Request, sid: str) -> Any:
    """Takes an SMS and reports it delivered a moment later, to the address it asks for."""
    form = await request.form()
    recipient, sender, body = (str(form.get(name) or "") for name in ("To", "From", "Body"))
    if not (recipient and sender and body):
        return JSONResponse({"code": 21604, "message": "To, From and Body are required", "status": 400}, 400)
    sms = phones_of(request).keep(sender=sender, recipient=recipient, body=body, direction="outbound-api")
    request.app.state.inside.sms_out(recipient=recipient, text=body)
    if form.get("StatusCallback"):
        _report_delivered(request, sms, sid)
    return message_resource(sms, sid)


@router.get("/Messages.json")
async def list_messages(request: Request, sid: str) -> dict[str, Any]:
    """The SMS between two numbers, newest first, on one page."""
    to, sender = request.query_params.get("To"), request.query_params.get("From")
    found = [
        message_resource(sms, sid)
        for sms in reversed(phones_of(request).kept)
        if to in (None, sms.recipient) and sender in (None, sms.sender)
    ]
    uri = f"/{VERSION}/Accounts/{sid}/Messages.json"
    page = {"start": 0, "page": 0, "page_size": MOST_KEPT, "end": max(len(found) - 1, 0)}
    addresses = {"uri": uri, "first_page_uri": uri, "next_page_uri": None, "previous_page_uri": None}
    return {"messages": found, **page, **addresses}


@router.get("/Messages/{message_sid}/Media/{media_sid}")
async def media(request: Request, message_sid: str, media_sid: str) -> Response:
    """The picture of an MMS, for whoever has the account's credentials."""
    found = next((one for one in phones_of(request).kept if one.sid == message_sid and one.picture), None)
    if found is None or media_sid != _media_sid(found):
        raise HTTPException(404)
    return Response(found.picture, media_type="image/jpeg")


@router.delete("/Messages/{message_sid}/Media/{media_sid}.json", status_code=204)
async def delete_media(request: Request, message_sid: str, media_sid: str) -> None:
    """The picture is gone; the thread on the page still shows that there was one."""
    kept = phones_of(request).kept
    for place, sms in enumerate(kept):
        if sms.sid == message_sid and sms.picture and media_sid == _media_sid(sms):
            kept[place] = replace(sms, picture=b"")
            return
    raise HTTPException(404)


def media_address(settings: Settings, sms: Sms) -> str:
    """As Twilio tells it: on its own host, which whoever fetches it replaces with PAFYLL_TWILIO_BASE_URL."""
    account = f"https://api.twilio.com/{VERSION}/Accounts/{settings.twilio_account_sid}"
    return f"{account}/Messages/{sms.sid}/Media/{_media_sid(sms)}"


def _media_sid(sms: Sms) -> str:
    return "ME" + sms.sid[2:]


def message_resource(sms: Sms, account_sid: str) -> dict[str, Any]:
    uri = f"/{VERSION}/Accounts/{account_sid}/Messages/{sms.sid}"
    outbound = sms.direction == "outbound-api"
    return {
        "account_sid": account_sid,
        "api_version": VERSION,
        "body": sms.body,
        "date_created": format_datetime(sms.at),
        "date_sent": format_datetime(sms.at),
        "date_updated": format_datetime(sms.at),
        "direction": sms.direction,
        "error_code": None,
        "error_message": None,
        "from": sms.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(segments(sms.body)),
        "price": None,
        "price_unit": "SEK",
        "sid": sms.sid,
        "status": "queued" if outbound else "received",
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": sms.recipient,
        "uri": f"{uri}.json",
    }


def _report_delivered(request: Request, sms: Sms, account_sid: str) -> None:
    async def report() -> None:
        await asyncio.sleep(DELIVERED_AFTER_SECONDS)
        fields = {
            "AccountSid": account_sid,
            "From": sms.sender,
            "MessageSid": sms.sid,
            "MessageStatus": "delivered",
            "To": sms.recipient,
        }
        with contextlib.suppress(HTTPException):  # a report is not repeated by Twilio either
            await post_signed(request, "/twilio/sms/status", fields)

    task = asyncio.create_task(report())
    reports = phones_of(request).reports
    reports.add(task)
    task.add_done_callback(reports.discard)
