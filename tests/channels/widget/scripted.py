"""A web site that carries the widget, a gateway that follows a script, and what a patient does on the page."""

import asyncio
import time
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from api.app import Parts, create_app
from api.gateway.messages import Choice, Incoming, Reply
from ordering.settings import Settings
from ordering.wiring import build_sealer
from tests.channels.doubles import FakeBook, FakeGateway, FakeStores, say

EXAMPLE = Path(__file__).parents[3] / "docs" / "embedding" / "index.html"
HOST_PAGE = """<!doctype html><html lang="sv"><head><title>Kommunen</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"></head><body><main><h1>Kommunen</h1>
<button id="before">Före</button>
<pafyll-chat {attributes} region="vg"><a href="#form">Chatten utan skript</a></pafyll-chat>
<button id="after">Efter</button></main><script src="{base}/chat/widget.js"></script></body></html>"""
ORDER, OTHER = Choice("tok-order", "Beställa", "1"), Choice("tok-other", "Något annat", "2")
ENGLISH = Choice("tok-order", "Order products")
LINES = tuple(
    Choice(f"tok-line-{number}", label)
    for number, label in enumerate(
        (
            "Näringsdryck 4 x 200 ml",
            "Sensor till glukosmätare",
            "Stomipåse sluten 30 st",
            "Inkontinensskydd 28 st",
            "Alla",
        )
    )
)
THANKS = (
    "Tack! Beställning 9125320 är klar.",
    "Du får 20 Näringsdryck Energi 200 ml (10 jordgubb, 5 choklad och 5 neutral) senast fredag 27 november. " * 2,
    "Du får 6 Teststickor blodglukos 50 st och 2 Lansetter 0,3 mm 200 st senast fredag 27 november. " * 2,
    "Du kan ångra dig inom 15 minuter: skriv ångra beställning.",
)
YES, NO = Choice("tok-yes", "Ja, beställ"), Choice("tok-no", "Nej, ändra")
NUMBER, CODE = "198501012382", "482119"
FAULT = "en flaska läcker"
LATE = "jag har varit här länge"
NASTY = "<img src=x onerror=\"document.title='x'\"><script>document.title='x'</script>"


class ScriptedGateway(FakeGateway):
    """A whole order: greeting, identity, code, lines, read-back, thanks. Anything else is repeated as it was said."""

    async def answer(self, incoming: Incoming) -> Reply:
        if incoming.text == "långsamt" or incoming.choice == YES.token:
            await asyncio.sleep(1.5)
        self.reply = self._next(incoming)
        return await super().answer(incoming)

    def _next(self, incoming: Incoming) -> Reply:
        by_choice = {
            ORDER.token: Reply(texts=("Skriv ditt personnummer.",), expects="identity"),
            "tok-nasty": Reply(texts=("Nu är det gjort.",)),
            OTHER.token: Reply(texts=("Skriv ditt personnummer.",), expects="identity"),
            YES.token: Reply(texts=THANKS, end=True),
        } | {line.token: Reply(texts=("Portkod: 4821. Stämmer allt?",), choices=(YES, NO)) for line in LINES}
        by_text = {
            NUMBER: Reply(texts=("Skriv koden.",), expects="code"),
            CODE: Reply(texts=("Det här kan du ta ut nu. Vad vill du ha?",), choices=LINES, expects="choice"),
            "English": Reply(texts=("What would you like to do?",), choices=(ENGLISH,), language="en"),
            "Svenska": Reply(texts=("Vad vill du göra?",), choices=(ORDER, OTHER), expects="choice"),
            "elakt": Reply(texts=(NASTY,), choices=(Choice("tok-nasty", NASTY),), language='sv"><img src=x>'),
        }
        if incoming.picture:
            return Reply(texts=("Tack, bilden är sparad i ärende R482119.",), takes_picture=True)
        if incoming.text == LATE:
            return Reply(texts=("Då går vi vidare.",), ends_at=time.time() + 20 * 60)
        if incoming.text == FAULT:
            return Reply(texts=("Berätta med egna ord vad som är fel.",), takes_picture=True)
        if incoming.event == "start":
            return Reply(texts=("Hej! Vad gäller det?",), choices=(ORDER, OTHER), expects="choice")
        if incoming.choice:
            return by_choice[incoming.choice]
        return by_text.get(incoming.text) or Reply(texts=(f"Du skrev <b>{incoming.text}</b>",))


def service(gateway: FakeGateway, port: int, *origins: str) -> FastAPI:
    settings = Settings(secret_key="k" * 40, public_url=f"http://127.0.0.1:{port}", chat_allowed_origins=list(origins))
    return create_app(settings, Parts(gateway, FakeStores(), build_sealer(settings), FakeBook(), say))


def host_site(base: str) -> FastAPI:
    """Carries the widget at /inline and /launcher, where ?attributes= stand in its tag; and the page of the docs."""
    site = FastAPI()

    @site.get("/example", response_class=HTMLResponse)
    def example() -> str:
        # It names the address that `make run` serves at.
        return EXAMPLE.read_text(encoding="utf-8").replace("127.0.0.1:8000", base.removeprefix("http://"))

    @site.get("/{kind}", response_class=HTMLResponse)
    def page(kind: str, attributes: str = "") -> str:
        return HOST_PAGE.format(attributes=f"inline {attributes}" if kind == "inline" else attributes, base=base)

    return site


def said(page) -> list[str]:
    return page.locator("pafyll-chat .said").all_inner_texts()


def wait_for(page, text: str) -> None:
    page.locator("pafyll-chat .said.bot", has_text=text).last.wait_for()


def write(page, text: str) -> None:
    page.locator("pafyll-chat textarea").fill(text)
    page.keyboard.press("Enter")


def stored(page) -> str:
    return page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage) + document.cookie")


def log_in(page) -> None:
    page.get_by_role("button", name="Beställa", exact=True).click()
    wait_for(page, "Skriv ditt personnummer.")
    write(page, NUMBER)
    wait_for(page, "Skriv koden.")
    write(page, CODE)
    page.get_by_role("button", name="Alla").wait_for()
