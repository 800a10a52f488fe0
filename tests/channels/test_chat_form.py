import re
from html import unescape

import pytest

from api.gateway.messages import Choice, Reply


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the last form of a page."""
    form = page.rpartition("<form")[2]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


@pytest.fixture
def first(client) -> dict[str, str]:
    return hidden(client.get("/chat/form?region=vg").text)


def test_a_conversation_works_without_script(client, gateway, first):
    gateway.reply = Reply(texts=("Hej.",), choices=(Choice('t"1', "Beställa <nu>"),), expects="choice")
    page = client.post("/chat/form", data=first | {"event": "start"}).text
    assert "Beställa &lt;nu&gt;" in page
    assert 'value="t&quot;1"' in page
    page = client.post("/chat/form", data=hidden(page) | {"choice": 't"1', "label": "Beställa <nu>"}).text
    assert "<p>Beställa &lt;nu&gt;</p>" in page
    page = client.post("/chat/form", data=hidden(page) | {"text": "<img onerror=x>"}).text
    assert "<img" not in page
    assert [(one.event, one.choice, one.text) for one in gateway.received] == [
        ("start", None, ""),
        ("message", 't"1', ""),
        ("message", None, "<img onerror=x>"),
    ]
    assert len({one.thread_key for one in gateway.received}) == 1


@pytest.mark.parametrize("expects", ["identity", "code"])
def test_a_secret_is_not_shown_again(client, gateway, first, expects):
    gateway.reply = Reply(texts=("Skriv.",), expects=expects)
    page = client.post("/chat/form", data=first | {"event": "start"}).text
    page = client.post("/chat/form", data=hidden(page) | {"text": "198501012382"}).text
    assert gateway.received[-1].text == "198501012382"
    assert "198501012382" not in page
    assert "•••" in page


def test_a_double_click_counts_once_and_another_answer_from_the_same_page_counts(client, gateway, first):
    page = hidden(client.post("/chat/form", data=first | {"event": "start"}).text)
    for text in ("ja", "ja", "nej"):
        client.post("/chat/form", data=page | {"text": text})
    assert [one.text for one in gateway.received] == ["", "ja", "nej"]


def test_customer_service_is_on_every_page_even_when_nothing_can_be_kept(client, gateway, first):
    gateway.broken = OSError("database is down")
    response = client.post("/chat/form", data=first | {"text": "Hej"})
    assert response.status_code == 503
    assert 'href="tel:0104413190"' in response.text
    assert "vardagar 08:00–16:30" in response.text


def test_a_page_of_another_making_is_refused(client, gateway, first):
    assert client.post("/chat/form", data=first | {"session": "vg.x.y", "text": "Hej"}).status_code == 401
    assert client.post("/chat/form", data=first).status_code == 422
    assert (
        client.post("/chat/form", data=first | {"text": "x"}, headers={"Origin": "https://x.test"}).status_code == 403
    )
    assert client.get("/chat/form?region=norrland").status_code == 404
    assert gateway.received == []


def test_the_page_is_not_kept_by_caches_and_runs_no_script(client):
    response = client.get("/chat/form?region=vg")
    assert response.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert client.get("/chat/form.css").headers["content-type"].startswith("text/css")


def test_the_page_keeps_its_language_and_marks_what_is_said_in_another(client, gateway):
    gateway.reply = Reply(texts=("Vad gäller det?",), choices=(Choice("t1", "Beställa"),))
    page = client.get("/chat/form?region=vg&language=en").text
    assert 'call <a href="tel:112">112</a>' in page
    assert "weekdays 08:00–16:30, closed for lunch 12:00–12:30" in page
    page = client.post("/chat/form", data=hidden(page) | {"text": "English"}).text
    assert '<html lang="en">' in page
    assert '<p lang="sv">Vad gäller det?</p>' in page
    assert '<button name="choice" value="t1" lang="sv">' in page
    assert 'href="/chat/form?region=vg&amp;language=sv"' in page


@pytest.mark.parametrize("language", ["fi", '"><script>'])
def test_a_language_that_the_catalogue_lacks_is_refused(client, gateway, first, language):
    assert client.get("/chat/form", params={"region": "vg", "language": language}).status_code == 422
    assert client.post("/chat/form", data=first | {"language": language, "text": "Hej"}).status_code == 422
    assert gateway.received == []


def test_what_the_service_says_is_never_markup_on_the_page(client, gateway, first):
    nasty = "'\"><script>alert(1)</script>"
    gateway.reply = Reply(texts=(nasty,), choices=(Choice(nasty, nasty),), language=nasty)
    page = client.post("/chat/form", data=first | {"event": "start"}).text
    assert "<script" not in page
    assert unescape(page).count(nasty) == 6  # text and its language; token, label twice, and their language
