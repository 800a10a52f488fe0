"""The chat widget and the form page in Chromium, against the real app with a scripted gateway."""

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from api.app import Parts, create_app
from api.gateway.messages import Choice, Incoming, Reply
from ordering.settings import Settings
from ordering.wiring import build_sealer
from tests.channels.doubles import FakeBook, FakeGateway, FakeStores, say
from tests.channels.live import browser, free_port, served

HOST_PAGE = """<!doctype html><html lang="sv"><title>Kommunen</title><body><h1>Kommunen</h1>
<button id="before">Före</button><pafyll-chat region="vg" {attribute}></pafyll-chat><button id="after">Efter</button>
<script src="{base}/chat/widget.js"></script></body></html>"""
ORDER, OTHER = Choice("tok-order", "Beställa", "1"), Choice("tok-other", "Något annat", "2")


class ScriptedGateway(FakeGateway):
    """Greets with two choices; a choice leads to identity, identity to a code, and then it repeats what is said."""

    async def answer(self, incoming: Incoming) -> Reply:
        self.reply = self._next(incoming)
        return await super().answer(incoming)

    def _next(self, incoming: Incoming) -> Reply:
        if incoming.event == "start":
            return Reply(texts=("Hej! Vad gäller det?",), choices=(ORDER, OTHER), expects="choice")
        if incoming.choice:
            return Reply(texts=("Skriv ditt personnummer.",), expects="identity")
        if incoming.text == "198501012382":
            return Reply(texts=("Skriv koden.",), expects="code")
        return Reply(texts=(f"Du skrev <b>{incoming.text}</b>",))


@pytest.fixture(scope="module")
def gateway():
    return ScriptedGateway()


@pytest.fixture(scope="module")
def sites(gateway):
    """Addresses of the service, and of another web site that carries the widget (/inline and /launcher)."""
    port, host_port = free_port(), free_port()
    site = f"http://127.0.0.1:{host_port}"
    settings = Settings(secret_key="k" * 40, public_url=f"http://127.0.0.1:{port}", chat_allowed_origins=[site])
    service = create_app(settings, Parts(gateway, FakeStores(), build_sealer(settings), FakeBook(), say))
    with served(service, port) as base, served(host_site(base), host_port):
        yield base, site


def host_site(base: str) -> FastAPI:
    site = FastAPI()

    @site.get("/{kind}", response_class=HTMLResponse)
    def page(kind: str) -> str:
        return HOST_PAGE.format(attribute="inline" if kind == "inline" else "", base=base)

    return site


@pytest.fixture(scope="module")
def chromium():
    with browser() as one:
        yield one


@pytest.fixture
def page(chromium, sites, gateway):
    """A browser page on the other web site. Fails the test if a script of the page fails."""
    gateway.received.clear()
    gateway.broken = None
    context = chromium.new_context(locale="sv-SE", base_url=sites[1])
    page = context.new_page()
    page.set_default_timeout(8000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []
    context.close()


def said(page) -> list[str]:
    return page.locator("pafyll-chat .said").all_inner_texts()


def wait_for(page, text: str) -> None:
    page.locator("pafyll-chat .said.bot", has_text=text).last.wait_for()


def stored(page) -> str:
    return page.evaluate("JSON.stringify(sessionStorage)")


def test_a_patient_clicks_types_and_is_answered_over_a_socket(page, gateway):
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.url.endswith("/chat/message") else None)
    page.goto("/inline")
    page.get_by_role("button", name="Beställa").click()
    wait_for(page, "Skriv ditt personnummer.")
    assert page.get_by_role("button", name="Något annat").count() == 0
    page.get_by_label("Personnummer").fill("198501012382")
    page.get_by_role("button", name="Skicka").click()
    wait_for(page, "Skriv koden.")
    page.get_by_label("Sexsiffrig kod").fill("482119")
    page.keyboard.press("Enter")
    wait_for(page, "Du skrev <b>482119</b>")
    assert posted == []
    assert [(one.event, one.choice, one.text) for one in gateway.received] == [
        ("start", None, ""),
        ("message", "tok-order", ""),
        ("message", None, "198501012382"),
        ("message", None, "482119"),
    ]


def test_a_personal_number_and_a_code_are_neither_shown_nor_kept(page):
    page.goto("/inline")
    page.get_by_role("button", name="Beställa").click()
    wait_for(page, "Skriv ditt personnummer.")
    page.get_by_label("Personnummer").fill("198501012382")
    page.keyboard.press("Enter")
    wait_for(page, "Skriv koden.")
    page.get_by_label("Sexsiffrig kod").fill("123123")
    page.keyboard.press("Enter")
    assert [text.split(":", 1)[1].strip() for text in said(page) if text.startswith("Du:")] == [
        "Beställa",
        "•••",
        "•••",
    ]
    assert "198501012382" not in stored(page)
    assert "123123" not in stored(page).replace("Du skrev <b>123123</b>", "")


def test_a_personal_number_that_nobody_asked_for_is_masked_too(page):
    page.goto("/inline")
    wait_for(page, "Hej!")
    page.get_by_label("Skriv här").fill("jag är 850101-2382 hej")
    page.keyboard.press("Enter")
    wait_for(page, "Du skrev")
    assert "jag är ••• hej" in said(page)[1]


def test_the_keyboard_is_enough_and_is_never_trapped(page, gateway):
    page.goto("/launcher")
    page.locator("#before").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for(page, "Hej!")
    assert focused(page) == "text"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert focused(page) == "Beställa"
    page.keyboard.press("Space")
    wait_for(page, "Skriv ditt personnummer.")
    assert focused(page) == "text"
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "after":
            break
    assert page.evaluate("document.activeElement.id") == "after"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    assert focused(page) == "Beställ hjälpmedel"
    assert page.locator("pafyll-chat .panel").is_hidden()
    assert gateway.received[1].choice == "tok-order"


def focused(page) -> str:
    return page.evaluate(
        """() => { const inner = document.querySelector("pafyll-chat").shadowRoot.activeElement;
                   return inner ? inner.id || inner.textContent : document.activeElement.id; }"""
    )


def test_a_reload_shows_the_conversation_again_without_asking_or_announcing(page, gateway):
    page.goto("/inline")
    page.get_by_role("button", name="Beställa").click()
    wait_for(page, "Skriv ditt personnummer.")
    page.reload()
    wait_for(page, "Skriv ditt personnummer.")
    assert [text.split(":", 1)[0] for text in said(page)] == ["Påfyll", "Du", "Påfyll"]
    assert page.locator("pafyll-chat [role=log] .said").count() == 0
    assert page.get_by_label("Personnummer").is_visible()
    page.get_by_label("Personnummer").fill("198501012382")
    page.keyboard.press("Enter")
    wait_for(page, "Skriv koden.")
    assert len(gateway.received) == 3
    assert len({one.thread_key for one in gateway.received}) == 1


def test_without_a_socket_the_chat_goes_over_http(page, gateway):
    page.add_init_script("window.WebSocket = class { constructor() { throw new Error('no sockets'); } };")
    page.goto("/inline")
    page.get_by_role("button", name="Beställa").click()
    wait_for(page, "Skriv ditt personnummer.")
    assert len(gateway.received) == 2


def test_a_message_is_sent_again_until_it_is_kept_and_counts_once(page, gateway):
    page.goto("/inline")
    wait_for(page, "Hej!")
    gateway.broken = OSError("database is down")
    page.get_by_label("Skriv här").fill("hej")
    page.keyboard.press("Enter")
    page.get_by_text("Ingen kontakt just nu.").wait_for()
    gateway.broken = None
    wait_for(page, "Du skrev <b>hej</b>")
    assert [one.text for one in gateway.received] == ["", "hej"]


def test_text_from_the_service_is_never_markup(page):
    page.goto("/inline")
    wait_for(page, "Hej!")
    page.get_by_label("Skriv här").fill("<img src=x onerror=document.title='x'>")
    page.keyboard.press("Enter")
    wait_for(page, "onerror")
    assert page.locator("pafyll-chat .said img").count() == 0
    assert page.title() == "Kommunen"


def test_start_over_forgets_the_conversation_and_begins_a_new_one(page, gateway):
    page.goto("/inline")
    page.get_by_role("button", name="Beställa").click()
    wait_for(page, "Skriv ditt personnummer.")
    page.get_by_role("button", name="Börja om").click()
    page.get_by_role("button", name="Något annat").wait_for()
    assert len(said(page)) == 1
    assert len({one.thread_key for one in gateway.received}) == 2


def test_what_it_is_and_how_to_reach_a_person_are_always_there(page):
    page.goto("/inline")
    assert page.get_by_text("Du skriver med en automatisk assistent.").is_visible()
    link = page.get_by_role("link", name="010-441 31 90")
    assert link.get_attribute("href") == "tel:0104413190"
    assert "vardagar 08:00–16:30, lunchstängt 12:00–12:30" in page.locator("pafyll-chat .contact").inner_text()
    assert page.get_by_role("log", name="Samtal").count() == 1


def test_the_widget_fits_a_narrow_phone(page):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/inline")
    wait_for(page, "Hej!")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for button in page.locator("pafyll-chat button:visible").all():
        assert button.bounding_box()["height"] >= 44


def test_the_form_page_works_with_script_turned_off(chromium, sites):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(8000)
    page.goto(f"{sites[0]}/chat/form?region=vg")
    page.get_by_role("button", name="Börja").click()
    page.get_by_role("button", name="Beställa").click()
    page.get_by_text("Skriv ditt personnummer.").wait_for()
    page.get_by_label("Skriv här").fill("198501012382")
    page.keyboard.press("Enter")
    page.get_by_text("Skriv koden.").wait_for()
    assert page.get_by_text("•••").count() == 1
    context.close()
