"""How long a chat session lasts, whose it is, and the electronic ID on the pages without script."""

import re
from datetime import timedelta
from html import unescape

import pytest
from pydantic import ValidationError

from ordering.settings import Settings
from tests.channels.live import free_port
from tests.channels.test_chat_form import hidden
from tests.gateway.conftest import ANNAS_NUMBER, MARIA, MARIAS_NUMBER, a_house
from tests.gateway.conftest import FakeDialogue as Dialogue
from tests.trust.eid_browser import PAGE, Browser, onward, served

QUESTION = "var är min beställning"


def earlier(column: str, by: timedelta) -> str:
    """Everything of visits was so much longer ago, as the database has it."""
    seconds = round(by.total_seconds())
    return f"UPDATE visits SET {column} = strftime('%Y-%m-%d %H:%M:%f000', {column}, '-{seconds} seconds')"  # noqa: S608


@pytest.fixture
async def house(settings, stores):
    async with a_house(settings, stores, Dialogue()) as house:
        yield house


@pytest.fixture
def known(house, settings):
    house.rasa.answer_only_to_who_is_known(settings.database_url)
    return house


async def test_after_half_an_hour_of_silence_login_is_done_again(known):
    await known.log_in()
    await known.sql(earlier("last_at", timedelta(minutes=29)))
    assert (await known.chat(QUESTION)).texts == (f"dina saker: {QUESTION}",)
    await known.sql(earlier("last_at", timedelta(minutes=31)))
    assert (await known.chat(QUESTION)).expects == "identity"


async def test_after_eight_hours_login_is_done_again_however_much_was_said(known):
    await known.log_in()
    await known.sql(earlier("started_at", timedelta(hours=7, minutes=59)))
    reply = await known.chat(QUESTION)
    assert reply.texts == (f"dina saker: {QUESTION}",)
    assert reply.ends_at is not None
    await known.sql(earlier("started_at", timedelta(minutes=2)))
    reply = await known.chat(QUESTION)
    assert (reply.expects, reply.ends_at) == ("identity", None)
    assert len(await known.all_rows("visits")) == 2


async def test_the_pressed_stay_puts_the_silence_off(known):
    await known.log_in()
    for _ in range(3):
        await known.sql(earlier("last_at", timedelta(minutes=28)))
        await known.chat("igen")  # what the button sends
    assert (await known.chat(QUESTION)).texts == (f"dina saker: {QUESTION}",)


async def test_another_sessions_choice_is_not_taken(house):
    house.rasa.answer = lambda body: {"text": "Vad vill du?", "buttons": [{"title": "Beställ", "payload": "/greet"}]}
    mine = await house.chat("hej", session="mine")
    theirs = await house.chat("hej", session="theirs")
    asked = len(house.rasa.asked)
    reply = await house.chat(choice=theirs.choices[0].token, session="mine")
    assert reply.texts[0].startswith("Det valet gäller inte längre")
    assert len(house.rasa.asked) == asked
    await house.chat(choice=mine.choices[0].token, session="mine")
    assert len(house.rasa.asked) == asked + 1


async def test_whom_the_visit_is_about_cannot_be_chosen_with_another_visits_token(known):
    maria = await known.log_in(MARIAS_NUMBER, MARIA, session="marias")
    assert {choice.label for choice in maria.choices} == {"Maria", "Elias"}
    await known.log_in(session="annas")
    before = await known.all_rows("visits")
    reply = await known.chat(choice=maria.choices[0].token, session="annas")
    assert reply.texts[0].startswith("Det valet gäller inte längre")
    assert [row["person_id"] for row in await known.all_rows("visits")] == [row["person_id"] for row in before]
    assert [row["person_id"] is None for row in before] == [True, False]


def test_an_electronic_id_is_configured_whole_and_over_https():
    given = {"secret_key": "s" * 40, "oidc_issuer": "https://eid.example"}
    for wrong, told in [
        (given, "OIDC_CLIENT_ID must be set"),
        (given | {"oidc_client_id": "p", "oidc_issuer": "http://eid.example"}, "must be an https address"),
        (given | {"oidc_client_id": "p", "oidc_scopes": "profile"}, "must name openid"),
        (given | {"oidc_client_id": "p", "oidc_number_claims": []}, "at least 1"),
    ]:
        with pytest.raises(ValidationError, match=told):
            Settings(**wrong)
    assert Settings(**given | {"oidc_client_id": "p"}).oidc_issuer == "https://eid.example"
    assert Settings(secret_key="s" * 40).oidc_issuer == ""


class TestOverHttp:
    @pytest.fixture
    def settings(self, settings):
        base = f"http://127.0.0.1:{free_port()}"
        changes = {"public_url": base, "oidc_issuer": f"{base}/demo/eid"}
        return settings.model_copy(update=changes | {"chat_allowed_origins": ["https://kommunen.example"]})

    @pytest.fixture
    async def house(self, settings, stores):
        async with a_house(settings, stores, Dialogue()) as house:
            house.rasa.answer_only_to_who_is_known(settings.database_url)
            yield house

    @pytest.fixture
    async def app(self, settings, house):
        async with served(settings, house) as app:
            yield app

    @pytest.fixture
    async def browser(self, app, settings):
        browser = Browser(settings.public_url)
        yield browser
        await browser.http.aclose()

    async def test_without_script_the_electronic_id_is_a_button_and_the_chat_goes_on(self, browser, house):
        first = (await browser.send("GET", "/chat/form?region=vg")).text
        page = (await browser.send("POST", "/chat/form", data=hidden(first) | {"text": QUESTION})).text
        assert "Logga in med e-legitimation</button>" in page
        before = browser.http.cookies["pafyll-chat"]
        forms = re.findall(r'<form method="post" action="/chat/form/login">.*?</form>', page)
        left = await browser.send("POST", "/chat/form/login", data=hidden(forms[0]))
        back = (await browser.come_back(await browser.pick(left, ANNAS_NUMBER))).headers["location"]
        for _ in range(2):  # loaded once more it says the same
            answer = await browser.send("GET", back)
            assert f"dina saker: {QUESTION}" in answer.text
        after = browser.http.cookies["pafyll-chat"]
        assert after.split(".")[1] == before.split(".")[1]
        assert before.split(".")[2] == ""
        assert len(after.split(".")[2]) == 32
        addresses = "\n".join(browser.addresses)
        assert ANNAS_NUMBER not in addresses
        assert before.split(".")[1] not in addresses
        page = (await browser.send("POST", "/chat/form", data=hidden(answer.text) | {"text": "mer"})).text
        assert "dina saker: mer" in unescape(page)

    async def test_a_login_page_of_another_making_is_refused(self, browser, house):
        first = hidden((await browser.send("GET", "/chat/form?region=vg")).text)
        answer = await browser.send("POST", "/chat/form/login", data=first | {"csrf": "0" * 32})
        assert answer.status_code == 403
        assert await house.all_rows("chat_logins") == []
        browser.http.cookies.clear()
        assert (await browser.send("GET", "/chat/form/login?region=vg&page=0123456789")).status_code == 401

    async def test_where_the_provider_does_not_answer_the_browser_goes_back(self, browser, app, settings, house):
        app.state.settings = settings.model_copy(update={"oidc_issuer": f"http://127.0.0.1:{free_port()}"})
        await browser.begin()
        await browser.say(text=QUESTION)
        assert onward(await browser.leave()) == PAGE
        assert (await browser.ask_how_it_went())["expects"] == "identity"

    async def test_without_a_provider_there_is_no_such_login(self, browser, app, settings, house):
        assert '"eid":true' in (await browser.send("GET", "/chat/widget.js")).text
        app.state.settings = settings.model_copy(update={"oidc_issuer": ""})
        assert '"eid":false' in (await browser.send("GET", "/chat/widget.js")).text
        await browser.begin()
        assert (await browser.leave()).status_code == 404
        first = (await browser.send("GET", "/chat/form?region=vg")).text
        page = (await browser.send("POST", "/chat/form", data=hidden(first) | {"text": QUESTION})).text
        assert "e-legitimation" not in page
        assert "Personnummer" in page

    async def test_a_level_that_is_asked_for_has_to_be_told(self, browser, app, settings, house):
        high, low = "http://id.elegnamnden.se/loa/1.0/loa3", "http://id.elegnamnden.se/loa/1.0/loa4"
        for level, proof in ((low, None), (high, "eid")):
            app.state.settings = settings.model_copy(update={"oidc_acr_values": [level]})
            await browser.begin()
            await browser.say(text=QUESTION)
            await browser.log_in(ANNAS_NUMBER)
            assert (await house.all_rows("visits"))[-1]["proof"] == proof
