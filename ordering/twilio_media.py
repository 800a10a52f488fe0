"""The pictures of an MMS at Twilio, which keeps them under our account until we have them deleted."""

import asyncio
import re
from urllib.parse import urlsplit

import httpx

from ordering.outbox.sending import NotSent, Outgoing, Rejected
from ordering.pictures import LARGEST_BYTES, NoPicture
from ordering.ports import PictureNotFetched

_ID = "[0-9a-fA-F]{32}"
_PATH = re.compile(rf"/2010-04-01/Accounts/(AC{_ID})/Messages/(?:SM|MM){_ID}/Media/ME{_ID}")
_WAITS = (0.5, 2.0)  # seconds; a picture can be there a little after the message
_MOST_REDIRECTS = 3


class TwilioMedia:
    """Asks the configured base address, whatever host an address names, so credentials go nowhere else."""

    def __init__(self, *, account_sid: str, auth_token: str, base_url: str, timeout_seconds: float = 8.0) -> None:
        self._account_sid = account_sid
        self._auth = (account_sid, auth_token)
        self._base_url = base_url.rstrip("/")
        self._timeout_seconds = timeout_seconds
        self._client = httpx.AsyncClient(timeout=timeout_seconds)

    async def fetch(self, address: str) -> bytes:
        """Within `timeout_seconds` in all. PictureNotFetched when it cannot be had; NoPicture when it is too large."""
        path = media_path(address, self._account_sid)
        if path is None:
            raise PictureNotFetched("not an address of our account's media")
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._with_patience(self._base_url + path)
        except TimeoutError:
            raise PictureNotFetched("no answer in time") from None

    async def close(self) -> None:
        await self._client.aclose()

    async def _with_patience(self, address: str) -> bytes:
        for wait in (*_WAITS, None):
            try:
                return await self._fetch(address)
            except (httpx.HTTPError, _NotNow) as error:
                if wait is None:
                    raise PictureNotFetched(str(error) or type(error).__name__) from None
                await asyncio.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    async def _fetch(self, address: str) -> bytes:
        """Twilio sends on to where the file lies, with a signed address that needs no credentials."""
        auth: tuple[str, str] | None = self._auth
        for _ in range(_MOST_REDIRECTS):
            async with self._client.stream("GET", address, auth=auth) as answer:
                if not answer.is_redirect:
                    return await _content(answer)
                onward = answer.next_request
                if onward is None or not self._may_follow(onward.url):
                    raise PictureNotFetched("sent on to where we do not go")
                address, auth = str(onward.url), None
        raise PictureNotFetched("sent on too often")

    def _may_follow(self, url: httpx.URL) -> bool:
        base = httpx.URL(self._base_url)
        return url.scheme == "https" or (url.scheme, url.host) == (base.scheme, base.host)


class TwilioMediaDeletion:
    """A sender of the outbox: has a picture deleted at Twilio once we need it no more. Payload: {"address": ...}.

    Twice does no harm: what is gone already is as it should be.
    """

    attempts = 8

    def __init__(self, *, account_sid: str, auth_token: str, base_url: str, timeout_seconds: float = 10.0) -> None:
        self._account_sid = account_sid
        self._base_url = base_url.rstrip("/")
        self._client = httpx.AsyncClient(timeout=timeout_seconds, auth=(account_sid, auth_token))

    async def send(self, message: Outgoing) -> str | None:
        path = media_path(str(message.payload["address"]), self._account_sid)
        if path is None:
            raise Rejected("not an address of our account's media")
        try:
            answer = await self._client.delete(f"{self._base_url}{path}.json")
        except httpx.HTTPError as error:
            raise NotSent(type(error).__name__) from None
        if not (answer.is_success or answer.status_code == httpx.codes.NOT_FOUND):
            raise NotSent(f"Twilio answered {answer.status_code}")
        return None

    async def sent_before(self, message: Outgoing) -> list[str] | None:
        return None

    async def close(self) -> None:
        await self._client.aclose()


def media_path(address: str, account_sid: str) -> str | None:
    """The path of an address, if it is one of this account's media."""
    path = urlsplit(address).path
    match = _PATH.fullmatch(path)
    return path if match and match[1] == account_sid else None


class _NotNow(Exception):
    """Worth another attempt."""


async def _content(answer: httpx.Response) -> bytes:
    if answer.status_code in (404, 408, 429) or answer.status_code >= 500:
        raise _NotNow(f"Twilio answered {answer.status_code}")
    if not answer.is_success:
        raise PictureNotFetched(f"Twilio answered {answer.status_code}")
    content = bytearray()
    async for chunk in answer.aiter_bytes():
        content += chunk
        if len(content) > LARGEST_BYTES:
            raise NoPicture("too many bytes")
    return bytes(content)
