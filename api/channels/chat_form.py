"""The chat as a plain form, for browsers without script: each answer is a page."""

import hashlib
import secrets
from dataclasses import dataclass, field
from functools import cache
from html import escape
from string import Template
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from pydantic import BaseModel

from api.channels.chat import contact_json, from_an_allowed_page
from api.channels.chat_session import ChatSession, new_session, open_session
from api.channels.chat_widget import STATIC, texts
from api.channels.chat_wire import LONGEST_TEXT, SECRET, ChatMessage, incoming, read_message
from api.channels.shared import answered, regions_of, sealer_of
from api.gateway.messages import Choice, Reply

router = APIRouter(prefix="/chat", tags=["Chat"])

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'",
}
DOTS = "•••"
Language = Literal["sv", "en"]


class Answer(BaseModel):
    """What a page sends: hidden fields, and one of text, choice and event. `expects` is what the page had asked for.

    language: of the page around the conversation, not of what is said in it.
    """

    session: str
    page: str
    language: Language = "sv"
    expects: str = "anything"
    text: str = ""
    choice: str = ""
    label: str = ""
    event: str = ""


@router.get("/form.css")
async def style() -> Response:
    return Response(_static("form.css"), media_type="text/css", headers={"Cache-Control": "public, max-age=300"})


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a session, in a language; `id` makes what is answered on it one message."""

    session: ChatSession
    language: Language
    id: str = field(default_factory=lambda: secrets.token_hex(12))

    @property
    def texts(self) -> dict[str, str]:
        return texts()[self.language]


@router.get("/form")
async def first_page(request: Request, region: str, language: Language = "sv") -> Response:
    """Says what this is, with a button to begin."""
    if region not in regions_of(request):
        raise HTTPException(404, f"There is no region named {region[:20]!r}.")
    page = Page(new_session(sealer_of(request), region), language)
    # The service greets in Swedish, unless another language is asked for by its name.
    opening = (
        'name="event" value="start"' if language == "sv" else f'name="text" value="{texts()["sv"]["other_language"]}"'
    )
    button = f'<button class="send" {opening}>{page.texts["begin"]}</button>'
    return _shown(request, page, conversation="", answer=_form(page, button))


@router.post("/form", dependencies=[Depends(from_an_allowed_page)])
async def next_page(request: Request, sent: Annotated[Answer, Form()]) -> Response:
    """Passes on what was written or chosen and shows the answer."""
    session = open_session(request, sent.session)
    if session is None:
        raise HTTPException(401, "This chat is not open any more; begin again.")
    message = _message(sent)
    if message is None:
        raise HTTPException(422, "Nothing was written or chosen.")
    page = Page(session, sent.language)
    reply = await answered(request, incoming(session, message))
    if reply is None:
        sorry = f'<p class="said">{page.texts["unavailable"]}</p>'
        return _shown(request, page, conversation=sorry, answer="", status=503)
    said_text = DOTS if message.text and sent.expects in SECRET else message.text or sent.label
    mine = _said(page, "you", (said_text,), "") if said_text else ""
    answer = _answer_forms(page, reply)
    return _shown(request, page, conversation=mine + _said(page, "bot", reply.texts, reply.language), answer=answer)


def _message(sent: Answer) -> ChatMessage | None:
    """The same page with the same answer is the same message, so a double click or a reload changes nothing."""
    content: dict[str, str] = {"event": "start"} if sent.event else {}
    if sent.choice:
        content = {"choice": sent.choice}
    elif sent.text.strip():
        content = {"text": sent.text}
    digest = hashlib.sha256(repr(content).encode("utf-8", "replace")).hexdigest()[:16]
    return read_message({"id": f"{sent.page}-{digest}", **content})


def _said(page: Page, who: str, said: tuple[str, ...], language: str) -> str:
    paragraphs = "".join(f"<p{_lang(language)}>{escape(text)}</p>" for text in said)
    return f'<section class="said"><p class="who">{page.texts[who]}:</p>{paragraphs}</section>'


def _lang(language: str) -> str:
    return f' lang="{escape(language)}"' if language else ""


def _form(page: Page, inside: str, expects: str = "anything") -> str:
    hidden = {"session": page.session.token, "page": page.id, "language": page.language, "expects": expects}
    fields = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in hidden.items())
    return f'<form method="post" action="/chat/form">{fields}{inside}</form>'


def _answer_forms(page: Page, reply: Reply) -> str:
    # One form for each choice: Enter in the text field must not press the first choice.
    choices = "".join(_form(page, _choice(choice, reply.language)) for choice in reply.choices)
    label = {"identity": "label_identity", "code": "label_code"}.get(reply.expects, "label")
    digits = ' inputmode="numeric"' if reply.expects in {"code", "number"} else ""
    complete = ' autocomplete="one-time-code"' if reply.expects == "code" else ' autocomplete="off"'
    text = (
        f'<label for="text">{page.texts[label]}</label>'
        f'<input type="text" id="text" name="text" maxlength="{LONGEST_TEXT}" required{digits}{complete}>'
        f'<button class="send">{page.texts["send"]}</button>'
    )
    return choices + _form(page, text, reply.expects)


def _choice(choice: Choice, language: str) -> str:
    label = escape(choice.label)
    return (
        f'<input type="hidden" name="label" value="{label}">'
        f'<button name="choice" value="{escape(choice.token)}"{_lang(language)}>{label}</button>'
    )


def _shown(request: Request, page: Page, *, conversation: str, answer: str, status: int = 200) -> Response:
    contact = contact_json(request, page.session.region)
    other: Language = "en" if page.language == "sv" else "sv"
    here = "/chat/form?region=" + escape(page.session.region)
    calls = {"emergency": '<a href="tel:112">112</a>', "advice": '<a href="tel:1177">1177</a>'}
    values = page.texts | {
        "notice": page.texts["notice"].format(**calls),
        "language": page.language,
        "other": other,
        "other_link": f"{here}&amp;language={other}",
        "restart_link": f"{here}&amp;language={page.language}",
        "conversation": conversation,
        "answer": answer,
        "phone": escape(contact["phone"]),
        "phone_link": "".join(filter(str.isdigit, contact["phone"])),
        "hours": escape(_hours(page, contact["hours"])),
    }
    return Response(Template(_static("form.html")).substitute(values), status, media_type="text/html", headers=HEADERS)


def _hours(page: Page, hours: dict[str, Any] | None) -> str:
    if hours is None:
        return ""
    words = page.texts["hours"].format(**hours)
    if hours["lunch"]:
        begins, ends = hours["lunch"]
        words += ", " + page.texts["lunch"].format_map({"from": begins, "to": ends})
    return f" ({words})"


@cache
def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
