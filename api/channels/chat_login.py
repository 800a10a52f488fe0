"""Logging in to the chat with an electronic ID: the browser leaves for the provider, and comes back to the chat.

Everything happens in the same window, since other windows are blocked, lost or not understood. A login belongs to the
chat session that asked for it, to the browser that was sent away (a cookie of our own, which it has first-hand), and
to one message that will ask how it went; so nobody can finish their own login in somebody else's chat, or have
somebody else's finished in theirs. Nothing in an address tells who anybody is.
"""

import hmac
import secrets
from datetime import timedelta
from html import escape
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from api.channels.chat import from_an_allowed_page
from api.channels.chat_page import Language, html
from api.channels.chat_session import ChatSession, cookie, open_session, set_cookie
from api.channels.chat_widget import page_texts
from api.channels.chat_wire import MESSAGE_ID, provider_id
from api.channels.oidc import Answer, NotLoggedIn, Provider
from api.channels.shared import local_day, sealer_of, settings_of, stores_of
from api.rest.problems import refusals, responses
from ordering.logs import get_log
from ordering.model import ChatLogin
from ordering.ports import Sealer
from ordering.wiring import utc_now
from rulebook.identity_numbers import parse_identity

log = get_log("pafyll.chat")

router = APIRouter(prefix="/chat", tags=["Chat"])

CALLBACK = "/chat/login/callback"
COOKIE = "pafyll-login"
LASTS = timedelta(minutes=10)
_HTML: dict[str, Any] = {"content": {"text/html": {"schema": {"type": "string"}}}}
PAGE: dict[int | str, dict[str, Any]] = {200: _HTML}
BACK: dict[int | str, dict[str, Any]] = {
    303: {"description": "Back to the page where the patient chatted."},
    403: _HTML | {"description": "The browser did not leave for this login; the page says so."},
}


class ToLogIn(BaseModel):
    """What the widget sends: its session, the id of the message that will ask how it went, and where it stands."""

    session: str
    id: Annotated[str, Field(pattern=MESSAGE_ID)]
    back: Annotated[str, Field(max_length=2000)]
    language: Language = "sv"


@router.post(
    "/login",
    dependencies=[Depends(from_an_allowed_page)],
    response_class=Response,
    responses=PAGE | refusals(403, 404) | responses("malformed"),
)
async def leave(request: Request, asked: Annotated[ToLogIn, Form()]) -> Response:
    """A form that the widget sends, so that the browser itself goes. It comes back to the page that sent it."""
    there = urlsplit(asked.back)
    if request.headers.get("origin") != f"{there.scheme}://{there.netloc}":
        raise HTTPException(403, "A login begins on the page that it comes back to.")
    session = open_session(request, asked.session)
    if session is None:  # which the chat will be told when it is there again
        return _onward(asked.language, asked.back)
    return await sent_away(request, session, message_id=asked.id, back=asked.back, language=asked.language)


async def sent_away(
    request: Request, session: ChatSession, *, message_id: str, back: str, language: Language
) -> Response:
    """A page that goes on to the provider by itself; back at once when the provider does not answer.

    A page, since a web site's policy for its forms (form-action) would hold for redirects too.
    """
    if not settings_of(request).oidc_issuer:
        raise HTTPException(404, "There is no login with an electronic ID here.")
    try:
        begun = await _provider(request).begin(language=language)
    except NotLoggedIn as error:
        log.error("a login could not be begun", reason=str(error))
        return _onward(language, back)
    browser = cookie(request, COOKIE) or secrets.token_urlsafe(32)
    sealer = sealer_of(request)
    login = ChatLogin(
        state=_digest(sealer, "state", begun.state),
        browser=_digest(sealer, "browser", browser),
        message=provider_id(session, message_id),
        sealed=sealer.seal({"nonce": begun.nonce, "verifier": begun.verifier, "back": back, "region": session.region}),
        begun_at=utc_now(),
    )
    async with stores_of(request).begin() as tx:
        new = await tx.chat_logins.begin(login)
    response = _onward(language, begun.address if new else back)
    set_cookie(request, response, COOKIE, browser, lasts=LASTS)
    return response


@router.get("/login/callback", status_code=303, response_class=Response, responses=BACK | responses("malformed"))
async def come_back(request: Request, state: str = "", code: str = "", error: str = "", iss: str = "") -> Response:
    """Where the provider sends the browser. How it went is kept for the chat to ask, once; nobody else is told."""
    sealer, stores = sealer_of(request), stores_of(request)
    browser = _digest(sealer, "browser", cookie(request, COOKIE))
    async with stores.begin() as tx:
        login = await tx.chat_logins.by_state(_digest(sealer, "state", state))
    if login is None or not hmac.compare_digest(login.browser, browser):
        log.warning("a login came back to a browser that did not leave for it")
        return _page("sv", told=page_texts()["sv"]["strange"], status=403)
    kept = sealer.open(login.sealed)
    if login.outcome == "begun":
        too_late = utc_now() - login.begun_at > LASTS
        person_id = None if too_late else await _who(request, kept, Answer(code=code, error=error, issuer=iss))
        async with stores.begin() as tx:
            await tx.chat_logins.finish(login.id, person_id=person_id)
    return RedirectResponse(kept["back"], 303, headers={"Cache-Control": "no-store"})


async def _who(request: Request, kept: dict[str, str], answer: Answer) -> int | None:
    """The person's id; None for nobody that we know of, or may know of (I5)."""
    try:
        told = await _provider(request).finish(answer, nonce=kept["nonce"], verifier=kept["verifier"])
    except NotLoggedIn as error:
        log.info("a login came to nothing", reason=str(error))
        return None
    number = parse_identity(told, today=local_day())
    async with stores_of(request).begin() as tx:
        person = await tx.people.by_identity(kept["region"], number.value) if number else None
    return None if person is None or person.protected else person.id


def _provider(request: Request) -> Provider:
    settings = settings_of(request)
    return Provider(settings, callback=settings.public_url + CALLBACK)


def _digest(sealer: Sealer, what: str, value: str) -> str:
    return sealer.digest("chat-login", what, value)


def _onward(language: Language, address: str) -> Response:
    words, there = page_texts()[language], escape(address)
    refresh = f'<meta http-equiv="refresh" content="0; url={there}">'
    link = f'<p><a href="{there}">{words["go_on"]}</a></p>'
    return _page(language, told=words["leave"], refresh=refresh, link=link)


def _page(language: Language, *, told: str, refresh: str = "", link: str = "", status: int = 200) -> Response:
    values = {"language": language, "leave_title": page_texts()[language]["leave_title"]}
    return html("login.html", values | {"told": told, "refresh": refresh, "link": link}, status=status)
