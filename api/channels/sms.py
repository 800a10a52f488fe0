"""SMS by Twilio. The answer goes out through the outbox, so the webhook is answered with empty TwiML."""

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter, HTTPException, Request, Response
from prometheus_client import Counter

from api.channels.shared import ANSWER_SECONDS, MESSAGES_IN, gateway_of, not_kept, stores_of
from api.channels.twilio_signature import (
    REFUSALS,
    TWIML,
    SignedForm,
    described,
    phone_number,
    region_called,
    required,
)
from api.gateway.messages import Incoming
from api.rest.problems import refusals
from ordering.logs import get_log

log = get_log("pafyll.sms")
router = APIRouter(prefix="/twilio/sms", tags=["Twilio"], responses=REFUSALS)

NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
DELIVERY = Counter("pafyll_sms_delivery", "Delivery reports for SMS that we sent.", ["status"])
NEVER_ARRIVED = {"failed", "undelivered"}
# What Twilio has already answered itself, where its opt-out management is on.
_KEYWORDS: dict[str, Literal["stop", "start", "help"]] = {"STOP": "stop", "START": "start", "HELP": "help"}
MOST_MEDIA = 10
STATUSES = NEVER_ARRIVED | {"queued", "sending", "sent", "delivered", "read", "canceled"}


@router.post(
    "",
    response_class=Response,
    responses=TWIML | refusals(503),
    openapi_extra=described("MessageSid From To", "Body NumMedia MediaUrl0 OptOutType"),
)
async def incoming_sms(request: Request, form: SignedForm) -> Response:
    """An SMS from a patient. 200 means it is in the inbox; 503 sends Twilio to its fallback address."""
    message_sid, sender, receiver = required(form, "MessageSid", "From", "To")
    incoming = Incoming(
        channel="sms",
        region=region_called(request, receiver),
        thread_key=f"{sender}>{receiver}",
        provider_id=message_sid,
        address=phone_number(sender),
        text=form.get("Body", ""),
        media=_media(form),
        keyword=_KEYWORDS.get(form.get("OptOutType", "")),
    )
    with ANSWER_SECONDS.labels("sms").time():
        try:
            new = await gateway_of(request).receive(incoming)
        except Exception as error:
            not_kept(incoming, error)
            raise HTTPException(503, "The message could not be kept; try the fallback.") from None
    MESSAGES_IN.labels("sms", "kept" if new else "repeated").inc()
    return Response(NOTHING_TO_SAY, media_type="text/xml")


@router.post("/status", status_code=204, openapi_extra=described("MessageSid MessageStatus", "ErrorCode"))
async def sms_status(request: Request, form: SignedForm) -> None:
    """A delivery report. One that says the SMS never arrived leaves its outbox row among the dead."""
    message_sid, status = required(form, "MessageSid", "MessageStatus")
    known = status if status in STATUSES else "other"
    DELIVERY.labels(known).inc()
    async with stores_of(request).begin() as tx:
        row = await tx.outbox.by_provider(message_sid)
        if row is None:
            # The report can overtake our own note of the sid; nothing is lost, the SMS is on its way.
            log.info("delivery report for an SMS that is not in the outbox", status=known)
        elif status in NEVER_ARRIVED:
            code = _error_code(form)
            log.warning("SMS not delivered", row=row.id, status=known, code=code)
            await tx.outbox.failed(row.id, error=f"{status}: {code}", retry_at=None, now=datetime.now(UTC))
        else:
            log.info("SMS reported", row=row.id, status=known)


def _error_code(form: dict[str, str]) -> str:
    """Figures, as all of Twilio's are, or "no code": this goes to the log."""
    code = form.get("ErrorCode", "")
    return code if code.isascii() and code.isdigit() else "no code"


def _media(form: dict[str, str]) -> tuple[str, ...]:
    """Addresses of what came with an MMS, as Twilio keeps it."""
    number = form.get("NumMedia", "0")
    told = int(number) if number.isdecimal() else 0
    addresses = (form.get(f"MediaUrl{place}", "") for place in range(min(told, MOST_MEDIA)))
    return tuple(address for address in addresses if address)
