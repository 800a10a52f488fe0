"""The chat as plain pages, for browsers without script. The session is in a cookie, its CSRF token in each form."""

import asyncio
import hashlib
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, File, Form, HTTPException, Query, Request, Response, UploadFile
from pydantic import BaseModel

from api.channels.chat import from_an_allowed_page
from api.channels.chat_login import sent_away
from api.channels.chat_page import COOKIE, Language, Page, answer_forms, form, note, said, shown
from api.channels.chat_session import ChatSession, cookie, is_csrf_token, new_session, open_session, renewed
from api.channels.chat_widget import STATIC, texts
from api.channels.chat_wire import MESSAGE_ID, SECRET, ChatMessage, incoming, incoming_picture, read_message
from api.channels.shared import answered, regions_of, sealer_of, settings_of
from api.gateway.keeping import OldSession
from api.gateway.messages import Incoming, Reply
from api.rest.problems import refusals, responses
from ordering.logs import get_log
from ordering.pictures import LARGEST_BYTES, NoPicture, clean_picture

log = get_log("pafyll.chat")

router = APIRouter(prefix="/chat", tags=["Chat"])
guarded = [Depends(from_an_allowed_page)]

DOTS = "•••"
PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {"schema": {"type": "string"}}}}}
ANSWERS: dict[int | str, dict[str, Any]] = (
    PAGE
    | {
        401: PAGE[200] | {"description": "The page's chat is not open any more; it says so."},
        403: PAGE[200] | {"description": "The page is not of the browser's chat, or another web site sent it."},
        503: PAGE[200] | {"description": "unavailable"},
    }
    | refusals(404)
    | responses("malformed")
)


class Answer(BaseModel):
    """What a page sends: hidden fields, and one of text, choice and event. `expects` is what the page had asked for.

    language: of the page around the conversation, not of what is said in it.
    """

    region: str
    page: str
    csrf: str = ""
    language: Language = "sv"
    expects: str = "anything"
    text: str = ""
    choice: str = ""
    label: str = ""
    event: str = ""


@router.get(
    "/form.css",
    response_class=Response,
    responses={200: {"content": {"text/css": {"schema": {"type": "string"}}}}},
)
async def style() -> Response:
    content = (STATIC / "form.css").read_text(encoding="utf-8")
    return Response(content, media_type="text/css", headers={"Cache-Control": "public, max-age=300"})


@router.get("/form", response_class=Response, responses=PAGE | refusals(404) | responses("malformed"))
async def first_page(request: Request, region: str, language: Language = "sv") -> Response:
    """Says what this is, with a button to begin."""
    page = Page(request, _new(request, region), language)
    # The service greets in Swedish, unless another language is asked for by its name.
    opening = (
        'name="event" value="start"' if language == "sv" else f'name="text" value="{texts()["sv"]["other_language"]}"'
    )
    button = f'<button class="send" {opening}>{page.texts["begin"]}</button>'
    return shown(page, conversation="", answer=form(page, button))


@router.post("/form", dependencies=guarded, response_class=Response, responses=ANSWERS)
async def next_page(request: Request, sent: Annotated[Answer, Form()]) -> Response:
    """Passes on what was written or chosen and shows the answer."""
    page = _page(request, sent)
    if isinstance(page, Response):
        return page
    message = _message(sent)
    if message is None:
        raise HTTPException(422, "Nothing was written or chosen.")
    mine = DOTS if message.text and sent.expects in SECRET else message.text or sent.label
    return await _answered(page, incoming(page.session, message), mine)


@router.post("/form/picture", dependencies=guarded, response_class=Response, responses=ANSWERS)
async def next_page_with_picture(
    request: Request, sent: Annotated[Answer, Form()], picture: Annotated[UploadFile, File()]
) -> Response:
    """The same for a picture of what is wrong: made clean before it is kept, as from the widget."""
    page = _page(request, sent)
    if isinstance(page, Response):
        return page
    try:
        clean = await asyncio.to_thread(clean_picture, await picture.read(LARGEST_BYTES + 1))
    except NoPicture as error:
        log.info("a picture was not taken", reason=str(error))
        answer = answer_forms(page, Reply((), takes_picture=True))
        return shown(page, conversation=note(page, "picture_rejected"), answer=answer)
    message_id = f"{sent.page}-{hashlib.sha256(clean).hexdigest()[:16]}"
    return await _answered(page, incoming_picture(page.session, message_id, clean), page.texts["picture_sent"])


@router.post("/form/login", dependencies=guarded, response_class=Response, responses=ANSWERS)
async def log_in(request: Request, sent: Annotated[Answer, Form()]) -> Response:
    """On to the electronic ID."""
    page = _page(request, sent)
    if isinstance(page, Response):
        return page
    back = urlencode({"page": page.id, "region": page.session.region, "language": page.language})
    address = f"{settings_of(request).public_url}/chat/form/login?{back}"
    return await sent_away(request, page.session, message_id=page.id, back=address, language=page.language)


@router.get("/form/login", response_class=Response, responses=ANSWERS)
async def back_from_login(
    request: Request, region: str, page: Annotated[str, Query(pattern=MESSAGE_ID)], language: Language = "sv"
) -> Response:
    """Back from there, however it went. The chat goes on with what was asked before."""
    session = open_session(request, cookie(request, COOKIE))
    if session is None or session.region != region:
        return _over(request, region, language, 401)
    message = incoming(session, ChatMessage(id=page, event="login"))
    return await _answered(Page(request, session, language), message, "")


def _page(request: Request, sent: Answer) -> Page | Response:
    """The page that follows; or one that says, kindly, that this one is not of the browser's present chat."""
    session = open_session(request, cookie(request, COOKIE))
    if session is None:
        return _over(request, sent.region, sent.language, 401)
    if not is_csrf_token(sealer_of(request), session, sent.csrf):
        return _over(request, sent.region, sent.language, 403)
    return Page(request, session, sent.language)


async def _answered(page: Page, message: Incoming, mine: str) -> Response:
    """mine: what the patient sees of their own message."""
    request, session = page.request, page.session
    try:
        reply = await answered(request, message)
    except OldSession:
        return _over(request, session.region, page.language, 401)
    if reply is None:
        return shown(page, conversation=note(page, "unavailable"), answer="", status=503)
    if reply.serial is not None:
        page = Page(request, renewed(sealer_of(request), session, reply.serial), page.language)
    conversation = (said(page, "you", (mine,), "") if mine else "") + said(page, "bot", reply.texts, reply.language)
    return shown(page, conversation=conversation, answer=answer_forms(page, reply))


def _over(request: Request, region: str, language: Language, status: int) -> Response:
    page = Page(request, _new(request, region), language)
    return shown(page, conversation=note(page, "over"), answer="", status=status, opens=False)


def _new(request: Request, region: str) -> ChatSession:
    if region not in regions_of(request):
        raise HTTPException(404, f"There is no region named {region[:20]!r}.")
    return new_session(sealer_of(request), region)


def _message(sent: Answer) -> ChatMessage | None:
    """The same page with the same answer is the same message, so a double click or a reload changes nothing."""
    content: dict[str, str] = {"event": "start"} if sent.event else {}
    if sent.choice:
        content = {"choice": sent.choice}
    elif sent.text.strip():
        content = {"text": sent.text}
    digest = hashlib.sha256(repr(content).encode("utf-8", "replace")).hexdigest()[:16]
    return read_message({"id": f"{sent.page}-{digest}", **content})
