import base64
import re
from html import unescape
from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from api.gateway.keeping import OldSession
from api.gateway.messages import Choice, Reply
from ordering.pictures import LARGEST_BYTES


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


@pytest.mark.case(23)
def test_a_page_of_another_making_is_refused_with_a_way_on(client, gateway, first):
    said = first | {"text": "Hej"}
    without = {name: value for name, value in said.items() if name != "csrf"}
    client.get("/chat/form?region=vg")  # another tab, which has the cookie now
    for sent in (said, without, said | {"csrf": "0" * 32}, said | {"csrf": "å"}):
        answer = client.post("/chat/form", data=sent)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
        assert "Den här sidan gäller inte längre." in answer.text
        assert 'href="tel:0104413190"' in answer.text
        assert 'href="/chat/form?region=vg&amp;language=sv"' in answer.text
    assert gateway.received == []


def test_without_its_cookie_a_page_is_nobodys(client, gateway, first):
    client.cookies.clear()
    answer = client.post("/chat/form", data=first | {"text": "Hej"})
    assert (answer.status_code, gateway.received) == (401, [])
    assert "Den här sidan gäller inte längre." in answer.text


@pytest.mark.case(23)
def test_what_another_web_site_sends_is_refused_even_one_that_may_carry_the_chat(client, gateway, first):
    said, foreign = first | {"text": "x"}, {"Origin": "https://x.test"}
    assert client.post("/chat/form", data=said, headers=foreign).status_code == 403
    forged = {name: value for name, value in said.items() if name != "csrf"}
    assert client.post("/chat/form", data=forged, headers={"Origin": "https://kommunen.example"}).status_code == 403
    assert client.post("/chat/form", data=first).status_code == 422
    assert client.get("/chat/form?region=norrland").status_code == 404
    assert client.post("/chat/form", data=said | {"region": "norrland", "csrf": ""}).status_code == 404
    assert gateway.received == []


def test_the_session_is_in_a_cookie_that_scripts_and_other_sites_cannot_use_and_on_no_page(client, gateway):
    answer = client.get("/chat/form?region=vg")
    cookie = answer.headers["set-cookie"]
    name, _, token = cookie.partition(";")[0].partition("=")
    assert name == "__Host-pafyll-chat"
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))
    assert token.split(".")[1] not in answer.text
    page = client.post("/chat/form", data=hidden(answer.text) | {"event": "start"})
    assert token.split(".")[1] not in page.text
    assert gateway.received[0].thread_key == token.split(".")[1]


def test_after_a_login_the_pages_go_on_under_a_new_token(client, gateway, first):
    before = client.cookies["__Host-pafyll-chat"]
    gateway.reply = Reply(texts=("Välkommen.",), serial="f" * 32, ends_at=4e9)
    page = client.post("/chat/form", data=first | {"text": "482119"}).text
    after = client.cookies["__Host-pafyll-chat"]
    assert (after.split(".")[1], after.split(".")[2]) == (before.split(".")[1], "f" * 32)
    assert "Om det går 30 minuter utan svar behöver du logga in igen." in page
    client.post("/chat/form", data=hidden(page.partition('class="said">Om det')[0]) | {"text": "ja"})
    assert [one.serial for one in gateway.received] == ["", "f" * 32]


def test_a_token_that_holds_no_more_is_told_so_kindly(client, gateway, first):
    gateway.broken = OldSession()
    answer = client.post("/chat/form", data=first | {"text": "Hej"})
    assert answer.status_code == 401
    assert "Den här sidan gäller inte längre." in answer.text


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


@pytest.mark.case(23)
def test_what_the_service_says_is_never_markup_on_the_page(client, gateway, first):
    nasty = "'\"><script>alert(1)</script>"
    gateway.reply = Reply(texts=(nasty,), choices=(Choice(nasty, nasty),), language=nasty)
    page = client.post("/chat/form", data=first | {"event": "start"}).text
    assert "<script" not in page
    assert unescape(page).count(nasty) == 6  # text and its language; token, label twice, and their language


def picture(content: bytes | None = None) -> dict[str, tuple[str, bytes, str]]:
    written = BytesIO()
    Image.new("RGB", (40, 30), "red").save(written, "PNG", pnginfo=_made_by("Kamerafabriken"))
    return {"picture": ("hemma.png", written.getvalue() if content is None else content, "image/png")}


def _made_by(name: str) -> PngInfo:
    info = PngInfo()
    info.add_text("Make", name)
    return info


@pytest.fixture
def about_a_fault(client, gateway, first) -> dict[str, str]:
    """The hidden fields of the form that takes a picture, which a page has where one is welcome."""
    page = client.post("/chat/form", data=first | {"event": "start"}).text
    assert 'type="file"' not in page
    gateway.reply = Reply(texts=("Berätta vad som är fel.",), takes_picture=True)
    page = client.post("/chat/form", data=hidden(page) | {"text": "den läcker"}).text
    form = page.rpartition("<form")[2]
    assert ' action="/chat/form/picture" enctype="multipart/form-data"' in form
    assert 'type="file" id="picture" name="picture" accept="image/jpeg,' in form
    return hidden(page)


def test_a_picture_is_made_clean_and_goes_to_the_sessions_conversation(client, gateway, about_a_fault):
    gateway.reply = Reply(texts=("Tack, bilden är sparad.",), takes_picture=True)
    page = client.post("/chat/form/picture", data=about_a_fault, files=picture()).text
    assert "Tack, bilden är sparad." in page
    assert "[Bild]" in page
    assert 'type="file"' in page
    sent = gateway.received[-1]
    assert sent.thread_key == gateway.received[0].thread_key
    content = base64.b64decode(sent.picture)
    assert b"Kamerafabriken" not in content
    with Image.open(BytesIO(content)) as shown:
        assert (shown.format, shown.size, shown.info.get("Make")) == ("JPEG", (40, 30), None)


def test_the_same_picture_from_the_same_page_is_one(client, gateway, about_a_fault):
    for _ in range(2):
        client.post("/chat/form/picture", data=about_a_fault, files=picture())
    assert len([one for one in gateway.received if one.picture]) == 1


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"x" * (LARGEST_BYTES + 1)], ids=["empty", "pdf", "too large"])
def test_what_is_no_picture_is_told_of_and_another_can_be_chosen(client, gateway, about_a_fault, content):
    response = client.post("/chat/form/picture", data=about_a_fault, files=picture(content))
    assert response.status_code == 200
    assert "Filen gick inte att läsa som bild" in response.text
    assert 'type="file"' in response.text
    assert not [one for one in gateway.received if one.picture]
    client.post("/chat/form/picture", data=hidden(response.text), files=picture())
    assert len([one for one in gateway.received if one.picture]) == 1


def test_a_picture_from_elsewhere_is_refused(client, gateway, about_a_fault):
    elsewhere = {"Origin": "https://x.test"}
    assert client.post("/chat/form/picture", data=about_a_fault, files=picture(), headers=elsewhere).status_code == 403
    forged = about_a_fault | {"csrf": "0" * 32}
    assert client.post("/chat/form/picture", data=forged, files=picture()).status_code == 403
    assert client.post("/chat/form/picture", data=about_a_fault).status_code == 422
    assert client.post("/chat/form/picture", content=b"x" * (3 * LARGEST_BYTES + 1)).status_code == 413
    assert not [one for one in gateway.received if one.picture]
