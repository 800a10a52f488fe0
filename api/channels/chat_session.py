"""Chat sessions: a name of 128 random bits that we have signed, so that a browser can use only one it was given.

Nothing is stored when a session is made. When somebody logs in, the session gets a serial of 128 new bits
(`threads.serial`), and tokens without it hold no more: whoever knew the token before the login learns nothing after.

The widget is a guest on other web sites, where browsers keep no cookies for us: it sends the token in bodies and
frames, so no other site can make it be sent. The pages without script, which are our own, have it in a cookie that
scripts cannot read, and a CSRF token of it in each form. No token ever stands in an address.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import HTTPConnection
from starlette.responses import Response

from api.channels.shared import regions_of, sealer_of, settings_of
from ordering.ports import Sealer

PURPOSE, FORM_PURPOSE = "chat-session", "chat-form"
SIGNATURE_LENGTH = 32  # hex digits: 128 bits, the fewest that still count as a digest


@dataclass(frozen=True, slots=True)
class ChatSession:
    """`key` names the conversation in the database and is of no use without the signature.

    serial: which of the session's tokens this is; empty until somebody logs in.
    """

    region: str
    key: str
    serial: str
    token: str


def new_session(sealer: Sealer, region: str) -> ChatSession:
    return _signed(sealer, region, secrets.token_hex(16), "")


def renewed(sealer: Sealer, session: ChatSession, serial: str) -> ChatSession:
    """The same conversation under the token that holds from now on."""
    return _signed(sealer, session.region, session.key, serial)


def open_session(connection: HTTPConnection, token: object) -> ChatSession | None:
    """The session of a token; None when we did not make it or the region is no longer served.

    Whether the token still is the session's present one is looked up with the message (api.gateway.keeping).
    """
    given = str(token)
    if not given.isascii():
        return None
    region, key, serial, signature = (*given.split(".", 3), "", "", "", "")[:4]
    genuine = sealer_of(connection).is_digest(signature, PURPOSE, region, key, serial)
    return ChatSession(region, key, serial, given) if genuine and region in regions_of(connection) else None


def csrf_token(sealer: Sealer, session: ChatSession) -> str:
    """Stands in the forms of a page, beside the cookie that comes by itself."""
    return sealer.digest(FORM_PURPOSE, session.token)[:SIGNATURE_LENGTH]


def is_csrf_token(sealer: Sealer, session: ChatSession, token: str) -> bool:
    return sealer.is_digest(token, FORM_PURPOSE, session.token)


def origin_allowed(connection: HTTPConnection) -> bool:
    """True for our own pages and PAFYLL_CHAT_ALLOWED_ORIGINS. Without an Origin it is no browser, so nobody's page."""
    origin = connection.headers.get("origin")
    settings = settings_of(connection)
    return origin is None or origin in (settings.public_origin, *settings.chat_allowed_origins)


def cookie(connection: HTTPConnection, name: str) -> str:
    """Empty when there is none."""
    return connection.cookies.get(_cookie_name(connection, name), "")


def set_cookie(
    connection: HTTPConnection, response: Response, name: str, value: str, *, lasts: timedelta | None = None
) -> None:
    """One that scripts cannot read and other sites' forms do not send. lasts: None until the browser is closed."""
    response.set_cookie(
        _cookie_name(connection, name),
        value,
        max_age=None if lasts is None else round(lasts.total_seconds()),
        secure=_is_https(connection),
        httponly=True,
        samesite="lax",
    )


def _cookie_name(connection: HTTPConnection, name: str) -> str:
    # With this prefix a browser takes it from nobody but us, and over https alone.
    return f"__Host-{name}" if _is_https(connection) else name


def _is_https(connection: HTTPConnection) -> bool:
    return settings_of(connection).public_url.startswith("https:")


def _signed(sealer: Sealer, region: str, key: str, serial: str) -> ChatSession:
    signature = sealer.digest(PURPOSE, region, key, serial)[:SIGNATURE_LENGTH]
    return ChatSession(region, key, serial, f"{region}.{key}.{serial}.{signature}")
