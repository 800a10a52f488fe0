"""The chat as a plain form, for browsers without script: each answer is a page."""

import hashlib
import secrets
from functools import cache
from html import escape
from string import Template
from typing import Annotated

import yaml
from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from pydantic import BaseModel

from api.channels.chat import STATIC, contact_json, from_an_allowed_page
from api.channels.chat_session import ChatSession, new_session, open_session
from api.channels.chat_wire import LONGEST_TEXT, SECRET, ChatMessage, incoming, read_message
from api.channels.shared import answered, regions_of, sealer_of
from api.gateway.messages import Reply

router = APIRouter(prefix="/chat", tags=["Chat"])

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'",
}
DOTS = "•••"


class Answer(BaseModel):
    """What a page sends: hidden fields, and one of text, choice and event. `expects` is what the page had asked for."""

    session: str
    page: str
    expects: str = "anything"
    text: str = ""
    choice: str = ""
    label: str = ""
    event: str = ""


@router.get("/form.css")
async def style() -> Response:
    return Response(_static("form.css"), media_type="text/css", headers={"Cache-Control": "public, max-age=300"})


@router.get("/form")
async def first_page(request: Request, region: str) -> Response:
    """Says what this is, with a button to begin."""
    if region not in regions_of(request):
        raise HTTPException(404, f"There is no region named {region[:20]!r}.")
    session = new_session(sealer_of(request), region)
    button = f'<button class="send" name="event" value="start">{_texts()["begin"]}</button>'
    begin = _form(session, _page_id(), button)
    return _page(request, session, conversation="", answer=begin)


@router.post("/form", dependencies=[Depends(from_an_allowed_page)])
async def next_page(request: Request, sent: Annotated[Answer, Form()]) -> Response:
    """Passes on what was written or chosen and shows the answer."""
    session = open_session(request, sent.session)
    if session is None:
        raise HTTPException(401, "This chat is not open any more; begin again.")
    message = _message(sent)
    if message is None:
        raise HTTPException(422, "Nothing was written or chosen.")
    reply = await answered(request, incoming(session, message))
    if reply is None:
        return _page(request, session, conversation=_said("bot", (_texts()["unavailable"],)), answer="", status=503)
    said_text = DOTS if message.text and sent.expects in SECRET else message.text or sent.label
    conversation = (_said("you", (said_text,)) if said_text else "") + _said("bot", reply.texts)
    return _page(request, session, conversation=conversation, answer=_answer_forms(session, reply), reply=reply)


def _message(sent: Answer) -> ChatMessage | None:
    """The same page with the same answer is the same message, so a double click or a reload changes nothing."""
    content: dict[str, str] = {"event": "start"} if sent.event else {}
    if sent.choice:
        content = {"choice": sent.choice}
    elif sent.text.strip():
        content = {"text": sent.text}
    digest = hashlib.sha256(repr(content).encode("utf-8", "replace")).hexdigest()[:16]
    return read_message({"id": f"{sent.page}-{digest}", **content})


def _page_id() -> str:
    return secrets.token_hex(12)


def _said(who: str, texts: tuple[str, ...]) -> str:
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in texts)
    return f'<section class="said"><p class="who">{_texts()[who]}:</p>{paragraphs}</section>'


def _form(session: ChatSession, page: str, inside: str, expects: str = "anything") -> str:
    hidden = {"session": session.token, "page": page, "expects": expects}
    fields = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in hidden.items())
    return f'<form method="post" action="/chat/form">{fields}{inside}</form>'


def _answer_forms(session: ChatSession, reply: Reply) -> str:
    page = _page_id()
    # One form for each choice: Enter in the text field must not press the first choice.
    choices = "".join(
        _form(
            session,
            page,
            f'<input type="hidden" name="label" value="{escape(choice.label)}">'
            f'<button name="choice" value="{escape(choice.token)}">{escape(choice.label)}</button>',
        )
        for choice in reply.choices
    )
    digits = ' inputmode="numeric"' if reply.expects in SECRET | {"number"} else ""
    complete = ' autocomplete="one-time-code"' if reply.expects == "code" else ' autocomplete="off"'
    text = (
        f'<label for="text">{_texts()["write"]}</label>'
        f'<input type="text" id="text" name="text" maxlength="{LONGEST_TEXT}" required{digits}{complete}>'
        f'<button class="send">{_texts()["send"]}</button>'
    )
    return choices + _form(session, page, text, reply.expects)


def _page(
    request: Request,
    session: ChatSession,
    *,
    conversation: str,
    answer: str,
    reply: Reply | None = None,
    status: int = 200,
) -> Response:
    contact = contact_json(request, session.region)
    hours = contact["hours"]
    text = Template(_static("form.html")).substitute(
        language=reply.language if reply else "sv",
        conversation=conversation,
        answer=answer,
        phone=escape(contact["phone"]),
        phone_link="".join(filter(str.isdigit, contact["phone"])),
        hours=f" ({_texts()['hours'].format(**hours)})" if hours else "",
    )
    return Response(text, status, media_type="text/html", headers=HEADERS)


@cache
def _texts() -> dict[str, str]:
    texts: dict[str, str] = yaml.safe_load(_static("form.sv.yml"))
    return texts


@cache
def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
