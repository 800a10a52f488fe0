"""Chat sessions: 128 random bits that we have signed, so that a browser can use only a session it was given.

Nothing is stored when a session is made. The token travels in bodies and frames, never in an address or a cookie.
"""

import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from api.channels.shared import regions_of, sealer_of, settings_of
from ordering.ports import Sealer

PURPOSE = "chat-session"
SIGNATURE_LENGTH = 32


@dataclass(frozen=True, slots=True)
class ChatSession:
    """`key` names the conversation in the database and is of no use without the signature."""

    region: str
    key: str
    token: str


def new_session(sealer: Sealer, region: str) -> ChatSession:
    key = secrets.token_hex(16)
    return ChatSession(region, key, f"{region}.{key}.{_signature(sealer, region, key)}")


def open_session(connection: HTTPConnection, token: object) -> ChatSession | None:
    """The session of a token; None when we did not make it or the region is no longer served."""
    region, key, signature = (*str(token).split("."), "", "", "")[:3]
    genuine = signature.isascii() and hmac.compare_digest(signature, _signature(sealer_of(connection), region, key))
    return ChatSession(region, key, str(token)) if genuine and region in regions_of(connection) else None


def origin_allowed(connection: HTTPConnection) -> bool:
    """True for our own pages and PAFYLL_CHAT_ALLOWED_ORIGINS. Without an Origin it is no browser, so nobody's page."""
    origin = connection.headers.get("origin")
    settings = settings_of(connection)
    own = urlsplit(settings.public_url)
    return origin is None or origin in (f"{own.scheme}://{own.netloc}", *settings.chat_allowed_origins)


def _signature(sealer: Sealer, region: str, key: str) -> str:
    return sealer.digest(PURPOSE, region, key)[:SIGNATURE_LENGTH]
