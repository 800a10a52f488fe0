"""A login at an OpenID provider: authorization code with PKCE, state and nonce, and an ID token that is checked whole.

Sources: OpenID Connect Core 1.0 (3.1), Discovery 1.0, RFC 7636, RFC 9207, and the Swedish OpenID Connect Profile for
the claims. Nothing is kept between two requests, so keys and addresses that the provider has changed are the new ones.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from httpx2 import HTTPError, InvalidURL
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ordering.settings import Settings

SECONDS = 10.0  # longest wait for one answer of the provider
LEEWAY = 60  # seconds that its clock may differ from ours
# Signatures that only the provider can have made: no "none", and no secret that we share.
ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"]


class NotLoggedIn(Exception):
    """The login came to nothing. The text is a code for the log and holds nothing of the person's."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a login is begun with, and what it takes to finish it. `address`: where the browser is sent."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser came back with. issuer: as RFC 9207 has it, empty when the provider does not send it."""

    code: str = ""
    error: str = ""
    issuer: str = ""


class Provider:
    """The provider that the settings name. callback: our address that it sends the browser back to."""

    def __init__(self, settings: Settings, *, callback: str) -> None:
        self._settings = settings
        self._callback = callback

    async def begin(self, *, language: str) -> Request:
        """Raises NotLoggedIn when the provider does not answer."""
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        try:
            async with self._client() as client:
                known = await self._metadata(client)
                address, state = client.create_authorization_url(
                    known["authorization_endpoint"],
                    state=secrets.token_urlsafe(32),
                    code_verifier=verifier,
                    nonce=nonce,
                    # Somebody else may have been logged in at this computer just before.
                    prompt="login",
                    ui_locales=language,
                    **self._levels(),
                )
        except (HTTPError, InvalidURL, KeyError, TypeError, ValueError) as error:
            raise NotLoggedIn(f"no_provider {type(error).__name__}") from None
        return Request(address, state, nonce, verifier)

    async def finish(self, answer: Answer, *, nonce: str, verifier: str) -> str:
        """The personal number of who has logged in, as the provider writes it. Raises NotLoggedIn."""
        if answer.error or not answer.code:
            raise NotLoggedIn("refused")
        if answer.issuer and answer.issuer != self._settings.oidc_issuer:
            raise NotLoggedIn("other_issuer")
        try:
            async with self._client() as client:
                known = await self._metadata(client)
                token = await client.fetch_token(
                    known["token_endpoint"],
                    grant_type="authorization_code",
                    code=answer.code,
                    code_verifier=verifier,
                )
                keys = KeySet.import_key_set(await self._json(client, known["jwks_uri"]))
                claims = self._checked(token, keys, nonce)
                return await self._number(client, known, claims)
        except (AuthlibBaseError, JoseError, HTTPError, InvalidURL, KeyError, TypeError, ValueError) as error:
            raise NotLoggedIn(f"bad_answer {type(error).__name__}") from None

    def _client(self) -> AsyncOAuth2Client:
        settings = self._settings
        return AsyncOAuth2Client(
            settings.oidc_client_id,
            settings.oidc_client_secret or None,
            scope=settings.oidc_scopes,
            redirect_uri=self._callback,
            code_challenge_method="S256",
            timeout=SECONDS,
        )

    async def _metadata(self, client: AsyncOAuth2Client) -> dict[str, Any]:
        issuer = self._settings.oidc_issuer
        known: dict[str, Any] = await self._json(client, issuer.rstrip("/") + "/.well-known/openid-configuration")
        if known["issuer"] != issuer:
            raise ValueError("the metadata is another issuer's")
        return known

    @staticmethod
    async def _json(client: AsyncOAuth2Client, address: str, *, with_token: bool = False) -> Any:
        answer = await client.request("GET", address, withhold_token=not with_token)
        answer.raise_for_status()
        return answer.json()

    def _checked(self, token: dict[str, Any], keys: KeySet, nonce: str) -> CodeIDToken:
        settings = self._settings
        decoded = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS)
        asked: dict[str, Any] = {
            "iss": {"essential": True, "value": settings.oidc_issuer},
            "aud": {"essential": True, "value": settings.oidc_client_id},
        }
        if settings.oidc_acr_values:
            asked["acr"] = {"essential": True, "values": settings.oidc_acr_values}
        given = {"nonce": nonce, "client_id": settings.oidc_client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(decoded.claims, decoded.header, asked, given)
        claims.validate(now=int(datetime.now(UTC).timestamp()), leeway=LEEWAY)
        return claims

    async def _number(self, client: AsyncOAuth2Client, known: dict[str, Any], claims: CodeIDToken) -> str:
        """From the ID token, else from UserInfo, where it must be the same person's."""
        if number := self._number_in(claims):
            return number
        if "userinfo_endpoint" not in known:
            raise NotLoggedIn("no_number")
        told = await self._json(client, known["userinfo_endpoint"], with_token=True)
        if told["sub"] != claims["sub"]:
            raise NotLoggedIn("other_person")
        if number := self._number_in(told):
            return number
        raise NotLoggedIn("no_number")

    def _number_in(self, claims: dict[str, Any]) -> str:
        names = self._settings.oidc_number_claims
        return next((str(claims[name]) for name in names if claims.get(name)), "")

    def _levels(self) -> dict[str, str]:
        levels = self._settings.oidc_acr_values
        return {"acr_values": " ".join(levels)} if levels else {}
