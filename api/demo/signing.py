"""Posts webhooks as Twilio would: signed, over HTTP, to the public address."""

import re
from typing import Any

import httpx
from fastapi import HTTPException, Request
from twilio.request_validator import RequestValidator

from api.channels.shared import settings_of
from api.demo.inside import Inside

WEBHOOK_SECONDS = 20.0


async def post_signed(request: Request, path: str, fields: dict[str, str]) -> httpx.Response:
    """The webhook's answer. 502 tells of an answer that Twilio would take for a failure."""
    settings = settings_of(request)
    url = f"{settings.public_url}{path}"
    signature = RequestValidator(settings.twilio_auth_token).compute_signature(url, fields)
    http: Any = request.app.state.http
    inside: Inside = request.app.state.inside
    kind = "report" if path.endswith("/status") else "webhook"
    turn = message_id(path, fields)
    inside.note(kind, turn=turn, path=path, fields=fields, signature=signature)
    try:
        answer: httpx.Response = await http.post(
            url, data=fields, headers={"X-Twilio-Signature": signature}, timeout=WEBHOOK_SECONDS
        )
    except httpx.HTTPError as error:
        raise HTTPException(502, f"{path}: {type(error).__name__}") from None
    if not answer.is_success:
        raise HTTPException(502, f"{path}: {answer.status_code} {answer.text[:200]}")
    if answer.headers.get("content-type", "").startswith("text/xml"):
        inside.note("twiml", turn=turn, xml=answer.text)
    return answer


def message_id(path: str, fields: dict[str, str]) -> str:
    """What the product knows the message of a webhook by."""
    if path.startswith("/twilio/sms"):
        return fields["MessageSid"]
    step = re.search(r"/step/(\d+)", path)
    return f"{fields['CallSid']}:{step[1] if step else 0}"
