"""What the chat without script looks like: pages of text, choices as buttons, one form for each thing to answer."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape
from string import Template
from typing import Any, Literal

from fastapi import Request, Response

from api.channels.chat import contact_json
from api.channels.chat_session import ChatSession, csrf_token, set_cookie
from api.channels.chat_widget import STATIC, page_texts
from api.channels.chat_wire import LONGEST_TEXT
from api.channels.shared import sealer_of, settings_of
from api.gateway.messages import Choice, Reply

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
}
PICTURE_TYPES = "image/jpeg,image/png,image/webp,image/gif"
COOKIE = "pafyll-chat"
Language = Literal["sv", "en"]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a session, in a language; `id` makes what is answered on it one message."""

    request: Request
    session: ChatSession
    language: Language
    id: str = field(default_factory=lambda: secrets.token_hex(12))

    @property
    def texts(self) -> dict[str, str]:
        return page_texts()[self.language]


def form(page: Page, inside: str, expects: str = "anything", *, to: str = "/chat/form", files: bool = False) -> str:
    hidden = {
        "csrf": csrf_token(sealer_of(page.request), page.session),
        "region": page.session.region,
        "page": page.id,
        "language": page.language,
        "expects": expects,
    }
    fields = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in hidden.items())
    kind = ' enctype="multipart/form-data"' if files else ""
    return f'<form method="post" action="{to}"{kind}>{fields}{inside}</form>'


def said(page: Page, who: str, texts: tuple[str, ...], language: str) -> str:
    paragraphs = "".join(f"<p{_lang(language)}>{escape(text)}</p>" for text in texts)
    return f'<section class="said"><p class="who">{page.texts[who]}:</p>{paragraphs}</section>'


def note(page: Page, name: str, **values: object) -> str:
    return f'<p class="said">{page.texts[name].format_map(values)}</p>'


def answer_forms(page: Page, reply: Reply) -> str:
    settings = settings_of(page.request)
    # One form for each choice: Enter in the text field must not press the first choice.
    forms = [form(page, _choice(choice, reply.language)) for choice in reply.choices]
    if reply.expects == "identity" and settings.oidc_issuer:
        forms.append(form(page, f'<button class="send">{page.texts["eid"]}</button>', to="/chat/form/login"))
    forms.append(form(page, _text(page, reply.expects), reply.expects))
    if reply.takes_picture:
        forms.append(form(page, _picture(page), to="/chat/form/picture", files=True))
    if reply.ends_at is not None:
        forms.append(note(page, "idle_note", minutes=settings.visit_silence_minutes))
    return "".join(forms)


def _text(page: Page, expects: str) -> str:
    label = {"identity": "label_identity", "code": "label_code"}.get(expects, "label")
    digits = ' inputmode="numeric"' if expects in {"code", "number"} else ""
    complete = ' autocomplete="one-time-code"' if expects == "code" else ' autocomplete="off"'
    return (
        f'<label for="text">{page.texts[label]}</label>'
        f'<input type="text" id="text" name="text" maxlength="{LONGEST_TEXT}" required{digits}{complete}>'
        f'<button class="send">{page.texts["send"]}</button>'
    )


def _picture(page: Page) -> str:
    return (
        f'<label for="picture">{page.texts["picture_label"]}</label>'
        f'<input type="file" id="picture" name="picture" accept="{PICTURE_TYPES}" required>'
        f'<button class="send">{page.texts["picture_send"]}</button>'
    )


def _choice(choice: Choice, language: str) -> str:
    label = escape(choice.label)
    return (
        f'<input type="hidden" name="label" value="{label}">'
        f'<button name="choice" value="{escape(choice.token)}"{_lang(language)}>{label}</button>'
    )


def _lang(language: str) -> str:
    return f' lang="{escape(language)}"' if language else ""


def shown(page: Page, *, conversation: str, answer: str, status: int = 200, opens: bool = True) -> Response:
    """opens: the browser goes on with the page's session, whatever it had before."""
    contact = contact_json(page.request, page.session.region)
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
    response = html("form.html", values, status=status)
    if opens:
        set_cookie(page.request, response, COOKIE, page.session.token)
    return response


def html(name: str, values: Mapping[str, str], *, status: int = 200) -> Response:
    """One of our pages, filled in; the values are markup."""
    return Response(Template(_static(name)).substitute(values), status, media_type="text/html", headers=HEADERS)


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
