"""Lets in only what Twilio has signed.

The signature covers the public address and every form field exactly as sent, unknown and blank ones too.
"""

import re
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from api.channels.shared import settings_of
from api.rest.problems import refusals
from ordering.logs import get_log

log = get_log("pafyll.twilio_webhooks")
E164 = re.compile(r"\+[1-9]\d{6,14}")


async def signed_form(request: Request) -> dict[str, str]:
    """The form fields of a signed webhook, untrimmed. 403 when the signature is missing or does not fit."""
    settings = settings_of(request)
    token = settings.twilio_auth_token
    form = await request.form(max_files=0, max_fields=200)
    signature = request.headers.get(SIGNATURE_HEADER, "")
    algorithm = get_signature_algorithm(request.headers.get(SIGNATURE_SETTINGS_HEADER))
    url = public_address(request, settings.public_url)
    if not token or not RequestValidator(token).validate(url, form, signature, algorithm=algorithm):
        log.warning("refused a webhook without a valid signature", route=request.scope["route"].path)
        raise HTTPException(403, "The signature is missing or does not fit.")
    return {name: value for name, value in form.items() if isinstance(value, str)}


def described(required: str, more: str = "") -> dict[str, Any]:
    """For the OpenAPI description of a webhook: the fields that are read, as words. Twilio sends others too."""
    fields = {name: {"type": "string"} for name in f"{required} {more}".split()}
    form = {"schema": {"type": "object", "properties": fields, "required": required.split()}}
    return {"requestBody": {"required": bool(required), "content": {"application/x-www-form-urlencoded": form}}}


REFUSALS = refusals(400, 403, 404)
TWIML: dict[int | str, dict[str, Any]] = {200: {"content": {"text/xml": {"schema": {"type": "string"}}}}}
SignedForm = Annotated[dict[str, str], Depends(signed_form)]


def public_address(request: Request, public_url: str) -> str:
    """The address as Twilio knows it: proxies change scheme, host and port, so only path and query are taken."""
    query = request.url.query
    return f"{public_url}{request.url.path}" + (f"?{query}" if query else "")


def required(form: dict[str, str], *names: str) -> list[str]:
    """The values of these fields; 400 names the first that is not there."""
    for name in names:
        if not form.get(name):
            raise HTTPException(400, f"The field {name} is missing.")
    return [form[name] for name in names]


def region_called(request: Request, number: str) -> str:
    """The region whose number this is. 404 when it is none of ours."""
    region = settings_of(request).inbound_numbers.get(number)
    if region is None:
        log.error("a webhook came for a number that is not in PAFYLL_INBOUND_NUMBERS", last_figures=number[-4:])
        raise HTTPException(404, f"{number} is not one of the numbers in PAFYLL_INBOUND_NUMBERS.")
    return region


def phone_number(value: str) -> str | None:
    """E.164, or None for a hidden or unknown caller."""
    return value if E164.fullmatch(value) else None
