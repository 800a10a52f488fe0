"""The demo's electronic ID: an OpenID provider with nothing but its public contract, where one picks who to be.

OpenID Connect Core 1.0 (3.1), Discovery 1.0, RFC 7636 (S256) and RFC 9207. It signs with a key made at start, knows
one client, and forgets everything when it stops.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import ECKey

from api.channels.chat_login import CALLBACK
from api.channels.shared import settings_of, stores_of
from api.demo import people
from ordering.settings import Settings

PATH = "/demo/eid"
ALGORITHM = "ES256"
LEVEL = "http://id.elegnamnden.se/loa/1.0/loa3"
CODE_SECONDS, TOKEN_SECONDS = 60, 300
MOST_KEPT = 100
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
}
_PAGE = Path(__file__).parent / "static" / "electronic_id.html"

router = APIRouter(prefix=PATH)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asked for, and from when it holds."""

    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    at: float


class ElectronicId:
    """Requests that wait for somebody to pick a person, and codes that wait for the client; both are used once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.issuer = settings.public_url + PATH
        self.key = ECKey.generate_key("P-256", {"alg": ALGORITHM, "use": "sig"}, auto_kid=True)
        self._salt = secrets.token_bytes(16)
        self._requests: OrderedDict[str, Asked] = OrderedDict()
        self._codes: OrderedDict[str, tuple[Asked, str]] = OrderedDict()

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def ask(self, asked: Asked) -> str:
        """What the page names the request by."""
        return _keep(self._requests, asked)

    def answer(self, name: str, number: str | None) -> str:
        """Where the browser goes on to; number: of who was picked, None when the login was called off."""
        asked = self._requests.pop(name, None)
        if asked is None:
            raise HTTPException(400, "This request was answered before.")
        told = {"state": asked.state, "iss": self.issuer}
        told |= {"error": "access_denied"} if number is None else {"code": _keep(self._codes, (asked, number))}
        return f"{asked.redirect_uri}?{urlencode(told)}"

    def token(self, code: str, *, redirect_uri: str, verifier: str) -> str | None:
        """The ID token; None when the code, or who asks, is not the right one."""
        asked, number = self._codes.pop(code, (None, ""))
        if asked is None or asked.redirect_uri != redirect_uri or time.time() - asked.at > CODE_SECONDS + TOKEN_SECONDS:
            return None
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if not hmac.compare_digest(digest, asked.challenge):
            return None
        return jwt.encode({"alg": ALGORITHM, "kid": self.key.kid}, self.claims(asked, number), self.key)

    def claims(self, asked: Asked, number: str) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self.issuer,
            "sub": hmac.new(self._salt, number.encode(), hashlib.sha256).hexdigest(),
            "aud": self.settings.oidc_client_id,
            "iat": now,
            "auth_time": now,
            "exp": now + TOKEN_SECONDS,
            "nonce": asked.nonce,
            "acr": LEVEL,
            self.settings.oidc_number_claims[0]: number,
        }


def _keep[Kept](among: OrderedDict[str, Kept], one: Kept) -> str:
    name = secrets.token_urlsafe(32)
    among[name] = one
    if len(among) > MOST_KEPT:
        among.popitem(last=False)
    return name


def _of(request: Request) -> ElectronicId:
    provider: ElectronicId = request.app.state.demo_electronic_id
    return provider


@router.get("/.well-known/openid-configuration")
async def metadata(request: Request) -> dict[str, Any]:
    return _of(request).metadata()


@router.get("/keys")
async def keys(request: Request) -> dict[str, Any]:
    return {"keys": [_of(request).key.as_dict(private=False)]}


@router.get("/authorize")
async def choose(
    request: Request,
    client_id: str,
    redirect_uri: str,
    response_type: str,
    scope: str,
    state: str,
    nonce: str,
    code_challenge: str,
    code_challenge_method: str,
) -> Response:
    """The page where one picks who to be. Whoever asks in another way than our client does is refused here."""
    settings = settings_of(request)
    known = client_id == settings.oidc_client_id and redirect_uri == settings.public_url + CALLBACK
    if not known or response_type != "code" or code_challenge_method != "S256" or "openid" not in scope.split():
        raise HTTPException(400, "No client of the demo asks so.")
    asked = Asked(redirect_uri, state, nonce, code_challenge, time.time())
    everybody = await people.listed(settings, stores_of(request))
    rows = "".join(
        f'<p><button name="person" value="{escape(one["identity_number"])}">{escape(one["name"])}</button> '
        f"{escape(one['region_name'])}: {escape(one['title'])}</p>"
        for one in everybody
    )
    page = Template(_PAGE.read_text(encoding="utf-8")).substitute(request=_of(request).ask(asked), people=rows)
    return Response(page, media_type="text/html", headers=HEADERS)


@router.post("/chosen")
async def chosen(
    request: Request, name: Annotated[str, Form(alias="request")], person: Annotated[str, Form()] = ""
) -> Response:
    return RedirectResponse(_of(request).answer(name, person or None), 303, headers={"Cache-Control": "no-store"})


@router.post("/token")
async def token(
    request: Request,
    grant_type: Annotated[str, Form()],
    code: Annotated[str, Form()],
    redirect_uri: Annotated[str, Form()],
    client_id: Annotated[str, Form()],
    code_verifier: Annotated[str, Form()],
) -> JSONResponse:
    provider = _of(request)
    known = grant_type == "authorization_code" and client_id == provider.settings.oidc_client_id
    made = provider.token(code, redirect_uri=redirect_uri, verifier=code_verifier) if known else None
    headers = {"Cache-Control": "no-store"}
    if made is None:
        return JSONResponse({"error": "invalid_grant"}, 400, headers=headers)
    told = {"access_token": secrets.token_urlsafe(32), "expires_in": TOKEN_SECONDS, "id_token": made}
    told["token_type"] = "Bearer"  # noqa: S105  # nosec B105  # a kind, no secret
    return JSONResponse(told, headers=headers)
