"""SMS through Twilio's REST API."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
from twilio.base.exceptions import TwilioRestException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from ordering.gsm7 import to_gsm7
from ordering.outbox.sending import NotSent, OptedOut, Outgoing, PerhapsSent, Rejected

TWILIO = "https://api.twilio.com"
# 401 and 403 tell of our own account, not of the message: it waits until the operator has put that right.
WORTH_ANOTHER_TRY = frozenset({401, 403, 404, 408, 425, 429})
UNSUBSCRIBED = 21610  # has written STOP to Twilio's own opt-out management
NEVER_ARRIVED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

_quiet = logging.getLogger("pafyll.twilio")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False  # Twilio's library logs whole requests, which hold numbers and texts


class TwilioSms:
    """Payload: {"text": ...}. Recipient and sender are E.164 numbers."""

    attempts = 8

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        status_callback: str,
        clock: Callable[[], datetime],
        base_url: str = TWILIO,
        timeout_seconds: float = 10.0,
    ) -> None:
        self._status_callback = status_callback
        self._clock = clock
        self._http = HttpxTwilioClient(base_url, timeout_seconds)
        self._client = Client(account_sid, auth_token, http_client=self._http)

    async def send(self, message: Outgoing) -> str | None:
        try:
            created = await self._client.messages.create_async(
                to=message.recipient,
                from_=message.sender,
                body=to_gsm7(str(message.payload["text"])),
                status_callback=self._status_callback,
            )
        except TwilioRestException as error:
            reason = f"Twilio answered {error.status}, code {error.code}"
            if error.status in WORTH_ANOTHER_TRY or error.status >= 500:
                raise NotSent(reason) from None
            raise (OptedOut if error.code == UNSUBSCRIBED else Rejected)(reason) from None
        except NEVER_ARRIVED as error:
            raise NotSent(type(error).__name__) from None
        except httpx.HTTPError as error:
            raise PerhapsSent(type(error).__name__) from None
        return str(created.sid)

    async def sent_before(self, message: Outgoing) -> list[str]:
        """Messages with the same numbers and text, newest first; Twilio filters by day, so from yesterday on."""
        body = to_gsm7(str(message.payload["text"]))
        try:
            found = await self._client.messages.list_async(
                to=message.recipient,
                from_=message.sender,
                date_sent_after=self._clock() - timedelta(days=1),
                limit=200,
            )
        except TwilioRestException as error:
            raise NotSent(f"Twilio answered {error.status}, code {error.code}") from None
        except httpx.HTTPError as error:
            raise NotSent(type(error).__name__) from None
        return [one.sid for one in found if one.body == body and one.sid]

    async def close(self) -> None:
        await self._http.close()


class HttpxTwilioClient(AsyncHttpClient):  # type: ignore[misc]  # the library is untyped
    """Sends the library's requests with httpx, which tells "never arrived" from "no answer", to a base URL of choice.

    The library itself has no setting for the address.
    """

    def __init__(self, base_url: str, timeout_seconds: float) -> None:
        super().__init__(_quiet, True, timeout_seconds)
        self._base_url = base_url.rstrip("/")
        self._client = httpx.AsyncClient(timeout=timeout_seconds)

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  the library's signature
        allow_redirects: bool = False,
    ) -> Response:
        given: dict[str, Any] = {"params": params} if params else {}
        answer = await self._client.request(
            method.upper(),
            self._base_url + url.removeprefix(TWILIO),
            data=data,
            headers=headers,
            auth=auth,
            follow_redirects=allow_redirects,
            **given,
        )
        return Response(answer.status_code, answer.text, answer.headers)

    async def close(self) -> None:
        await self._client.aclose()
