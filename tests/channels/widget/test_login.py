"""Logging in with the electronic ID from a web site of another site than ours, in Chromium, with the real gateway."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from api.app import create_app
from ordering.importing import load_demo
from ordering.settings import Settings
from ordering.wiring import build_stores, migrate, utc_now
from tests.channels.live import free_port, served
from tests.channels.widget.scripted import said, stored, wait_for, write
from tests.gateway.conftest import FakeRasa

ANNA, QUESTION = "Anna Lindqvist", "var är min beställning"
ANSWER = f"dina saker: {QUESTION}"
FAILED = "Jag kunde inte logga in dig med e-legitimation."
BUTTON = "Logga in med e-legitimation"
# As strict a web site as there is: nothing but the chat, and it tells nobody where its visitors come from.
POLICY = (
    "default-src 'none'; img-src data:; script-src {base}; connect-src {base} {socket}; form-action {base}; "
    "base-uri 'none'"
)
PAGE = """<!doctype html><html lang="sv"><head><title>Kommunen</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"></head><body><main><h1>Kommunen</h1>
<pafyll-chat {attributes} region="vg"></pafyll-chat></main>
<script src="{base}/chat/widget.js"></script></body></html>"""


def web_site(base: str) -> FastAPI:
    site = FastAPI()
    policy = POLICY.format(base=base, socket=base.replace("http", "ws"))
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}

    @site.get("/{kind}")
    def page(kind: str) -> HTMLResponse:
        attributes = "inline" if kind == "inline" else ""
        return HTMLResponse(PAGE.format(attributes=attributes, base=base), headers=headers)

    return site


async def _fill(settings: Settings) -> None:
    await migrate(settings)
    stores = build_stores(settings)
    await load_demo(stores, today=utc_now().date())
    await stores.close()


@pytest.fixture
def sites(tmp_path):
    """service: ours, on 127.0.0.1; host: the web site, on localhost, which to a browser is another site."""
    ports = free_port(), free_port()
    service, host = f"http://127.0.0.1:{ports[0]}", f"http://localhost:{ports[1]}"
    settings = Settings(
        demo=True,
        port=ports[0],
        secret_key="s" * 40,
        database_url=f"sqlite+aiosqlite:///{tmp_path}/pafyll.sqlite3",
        var_folder=tmp_path / "var",
        distributor_folder=tmp_path / "distributor",
        chat_allowed_origins=[service, host],
    )
    with ThreadPoolExecutor() as threads:  # Playwright has a loop running in this one
        threads.submit(asyncio.run, _fill(settings)).result()
    app, rasa = create_app(settings), FakeRasa()
    app.state.demo_rasa = httpx.MockTransport(rasa)
    rasa.answer_only_to_who_is_known(settings.database_url)
    with ExitStack() as stack:
        stack.enter_context(served(app, ports[0]))
        stack.enter_context(served(web_site(service), ports[1]))
        yield SimpleNamespace(service=service, host=host, rasa=rasa)


@pytest.fixture
def context(chromium, sites):
    errors: list[str] = []
    context = chromium.new_context(locale="sv-SE", base_url=sites.host)
    context.set_default_timeout(8000)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context
    context.close()
    assert errors == []


def ask(page) -> None:
    """As far as to the question who it is."""
    page.goto("/inline")
    wait_for(page, "svar på /greet")
    write(page, QUESTION)
    page.get_by_role("button", name=BUTTON).wait_for()


@pytest.fixture(autouse=True)
def greeted(sites):
    known = sites.rasa.answer
    sites.rasa.answer = lambda body: {"text": "svar på /greet"} if body.get("intent") == "greet" else known(body)


def session_of(page) -> str:
    kept = page.evaluate("JSON.stringify({...sessionStorage})")
    return next(json.loads(one)["session"] for one in json.loads(kept).values() if "session" in json.loads(one))


def test_the_chat_goes_on_where_it_was_after_a_login_on_another_site(context, sites, axe):
    page, visited = context.new_page(), []
    page.on("request", lambda request: visited.append(request.url))
    ask(page)
    before = session_of(page)
    assert axe(page) == []
    assert context.cookies() == []
    page.get_by_role("button", name=BUTTON).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=ANNA).click()
    page.wait_for_url(f"{sites.host}/inline")
    wait_for(page, ANSWER)
    assert any(QUESTION in one for one in said(page)), "what was said before is still there"
    after = session_of(page)
    assert after != before
    assert after.split(".")[1] == before.split(".")[1]
    (cookie,) = context.cookies()
    assert (cookie["domain"], cookie["httpOnly"], cookie["sameSite"]) == ("127.0.0.1", True, "Lax")
    assert page.evaluate("document.cookie") == ""
    assert [address for address in visited if before.split(".")[1] in address or "198501012382" in address] == []
    assert "198501012382" not in stored(page)
    write(page, "och nu")
    wait_for(page, "dina saker: och nu")
    page.reload()
    write(page, "igen och igen")
    wait_for(page, "dina saker: igen och igen")


def test_another_tab_of_the_web_site_is_logged_in_too(context, sites):
    page, other = context.new_page(), context.new_page()
    ask(page)
    other.goto("/inline")
    other.locator("pafyll-chat .said", has_text=QUESTION).wait_for()
    page.get_by_role("button", name=BUTTON).click()
    page.get_by_role("button", name=ANNA).click()
    wait_for(page, ANSWER)
    wait_for(other, ANSWER)
    write(other, "från andra fliken")
    wait_for(other, "dina saker: från andra fliken")
    wait_for(page, "dina saker: från andra fliken")
    assert session_of(page) == session_of(other)


def test_a_login_that_is_called_off_leads_back_with_a_way_on(context, sites):
    page = context.new_page()
    page.goto("/launcher")
    page.get_by_role("button", name="Beställ hjälpmedel").click()
    wait_for(page, "svar på /greet")
    write(page, QUESTION)
    page.get_by_role("button", name=BUTTON).click()
    page.get_by_role("button", name="Avbryt").click()
    page.wait_for_url(f"{sites.host}/launcher")
    wait_for(page, FAILED)
    assert page.get_by_role("button", name="Prata med en människa").is_visible()
    assert page.get_by_label("Personnummer").is_visible()
    page.get_by_role("button", name=BUTTON).click()
    page.get_by_role("button", name=ANNA).click()
    wait_for(page, ANSWER)


def test_who_goes_back_instead_of_logging_in_is_told_so_too(context, sites):
    page = context.new_page()
    ask(page)
    page.get_by_role("button", name=BUTTON).click()
    page.get_by_role("button", name=ANNA).wait_for()
    page.goto(f"{sites.host}/inline")
    wait_for(page, FAILED)


def test_without_script_the_same(chromium, sites):
    context = chromium.new_context(locale="sv-SE", java_script_enabled=False, base_url=sites.service)
    page = context.new_page()
    page.goto("/chat/form?region=vg")
    page.get_by_role("button", name="Börja").click()
    page.get_by_label("Skriv här").fill(QUESTION)
    page.keyboard.press("Enter")
    page.get_by_role("button", name=BUTTON).click()
    page.get_by_role("button", name=ANNA).click()
    page.get_by_text(ANSWER).wait_for()
    assert "198501012382" not in page.url
    page.get_by_label("Skriv här").fill("mer")
    page.keyboard.press("Enter")
    page.get_by_text("dina saker: mer").wait_for()
    context.close()
