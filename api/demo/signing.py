"""Posts webhooks as Twilio would: signed, over HTTP, to the public address."""

from typing import Any

import httpx
from fastapi import HTTPException, Request
from twilio.request_validator import RequestValidator

from api.channels.shared import settings_of

WEBHOOK_SECONDS = 20.0


async def post_signed(request: Request, path: str, fields: dict[str, str]) -> httpx.Response:
    """The webhook's answer. 502 tells of an answer that Twilio would take for a failure."""
    settings = settings_of(request)
    url = f"{settings.public_url}{path}"
    signature = RequestValidator(settings.twilio_auth_token).compute_signature(url, fields)
    http: Any = request.app.state.http
    try:
        answer: httpx.Response = await http.post(
            url, data=fields, headers={"X-Twilio-Signature": signature}, timeout=WEBHOOK_SECONDS
        )
    except httpx.HTTPError as error:
        raise HTTPException(502, f"{path}: {type(error).__name__}") from None
    if not answer.is_success:
        raise HTTPException(502, f"{path}: {answer.status_code} {answer.text[:200]}")
    return answer
