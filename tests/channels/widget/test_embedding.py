"""The widget on other web sites: which may carry it, what it costs them, and the example page."""

import gzip
from pathlib import Path

import httpx
import pytest

from api.channels.chat_widget import LARGEST, texts
from tests.channels.widget.scripted import wait_for


def test_the_script_is_small(sites):
    answer = httpx.get(f"{sites[0]}/chat/widget.js")
    assert answer.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(answer.content)) < LARGEST
    plain = httpx.get(f"{sites[0]}/chat/widget.js", headers={"Accept-Encoding": "identity"})
    assert plain.content == answer.content


def test_both_languages_have_the_same_texts_with_the_same_values():
    def values(text: str) -> set[str]:
        return {part.split("}")[0] for part in text.split("{")[1:]}

    swedish, english = texts()["sv"], texts()["en"]
    assert swedish.keys() == english.keys()
    assert {key: values(text) for key, text in swedish.items()} == {key: values(text) for key, text in english.items()}


def test_every_text_of_the_catalogue_is_used():
    static = Path(__file__).parents[3] / "api"
    sources = [*(static / "static" / "widget").glob("*.js"), static / "static" / "form.html"]
    code = "".join(path.read_text() for path in [*sources, static / "channels" / "chat_form.py"])
    assert [key for key in texts()["sv"] if key not in code] == []


def test_a_web_site_that_is_not_allowed_gets_no_conversation(page, sites, gateway):
    page.goto(f"{sites[2]}/inline")
    page.get_by_text("Ingen kontakt just nu.").wait_for()
    assert page.locator("pafyll-chat .said").count() == 0
    assert page.get_by_role("link", name="010-441 31 90").is_visible()
    assert gateway.received == []


@pytest.mark.parametrize("site", [1, 2])
def test_the_socket_too_asks_where_the_page_comes_from(page, sites, site):
    page.goto(f"{sites[site]}/launcher")
    opened = page.evaluate(
        """address => new Promise((resolve) => {
             const socket = new WebSocket(address.replace("http", "ws") + "/chat/ws");
             socket.onopen = () => resolve(true);
             socket.onerror = () => resolve(false); })""",
        sites[0],
    )
    assert opened is (site == 1)


def test_the_example_page_works_under_its_own_strict_policy(window):
    page = window().new_page()
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if line.type == "error" else None)
    page.goto("/example")
    page.get_by_role("button", name="Beställ hjälpmedel").click()
    wait_for(page, "Hej!")
    send = page.get_by_role("button", name="Skicka")
    assert send.evaluate("button => getComputedStyle(button).backgroundColor") == "rgb(106, 27, 61)"
    assert refused == []


def test_without_script_the_page_shows_what_stands_between_the_tags(window):
    page = window(java_script_enabled=False).new_page()
    page.goto("/launcher")
    assert page.get_by_role("link", name="Chatten utan skript").is_visible()


def test_two_conversations_on_one_web_site_are_kept_apart_by_name(window):
    context = window()
    first, second = context.new_page(), context.new_page()
    first.goto("/inline?attributes=conversation=anna")
    first.get_by_role("button", name="Beställa", exact=True).click()
    wait_for(first, "Skriv ditt personnummer.")
    second.goto("/inline?attributes=conversation=maria")
    wait_for(second, "Hej!")
    assert second.locator("pafyll-chat .said").count() == 1
