"""Logging in to the chat with an electronic ID, as the browser does it: by HTTP, with a provider that signs."""

import json
import logging
import time
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from api.demo.electronic_id import ElectronicId
from tests.channels.live import free_port
from tests.gateway.conftest import (
    ANNAS_NUMBER,
    MARIAS_NUMBER,
    PROTECTED_NUMBER,
    UNKNOWN_NUMBER,
    a_house,
)
from tests.gateway.conftest import FakeDialogue as Dialogue
from tests.trust.eid_browser import PAGE, Browser, onward, served

QUESTION = "var är min beställning"


@pytest.fixture
def settings(settings):
    base = f"http://127.0.0.1:{free_port()}"
    changes = {"public_url": base, "oidc_issuer": f"{base}/demo/eid"}
    return settings.model_copy(update=changes | {"chat_allowed_origins": ["https://kommunen.example"]})


@pytest.fixture
async def house(settings, stores):
    async with a_house(settings, stores, Dialogue()) as house:
        house.rasa.answer_only_to_who_is_known(settings.database_url)
        yield house


@pytest.fixture
async def app(settings, house):
    async with served(settings, house) as app:
        yield app


@pytest.fixture
def provider(app) -> ElectronicId:
    return app.state.demo_electronic_id


@pytest.fixture
async def browser(app, settings) -> AsyncIterator[Browser]:
    """One that has asked for something that needs to be known who asks."""
    browser = Browser(settings.public_url)
    await browser.begin()
    assert (await browser.say(text=QUESTION))["expects"] == "identity"
    yield browser
    await browser.http.aclose()


async def proofs(house) -> list[tuple]:
    return [(row["person_id"], row["speaker_id"], row["proof"]) for row in await house.all_rows("visits")]


async def is_nobodys(house) -> bool:
    return set(await proofs(house)) == {(None, None, None)}


async def test_what_was_asked_before_the_login_is_answered_after_it(browser, house):
    answer = await browser.log_in(ANNAS_NUMBER)
    assert answer["texts"] == [f"dina saker: {QUESTION}"]
    ((person, speaker, proof),) = await proofs(house)
    assert person is not None
    assert (speaker, proof) == (person, "eid")


async def test_who_may_speak_for_others_is_asked_whom_it_is_about(browser):
    answer = await browser.log_in(MARIAS_NUMBER)
    labels = {choice["label"]: choice["token"] for choice in answer["choices"]}
    assert set(labels) == {"Maria", "Elias"}
    assert (await browser.say(choice=labels["Elias"]))["texts"] == [f"dina saker: {QUESTION}"]


async def test_the_session_goes_on_under_a_new_token_and_the_old_one_opens_nothing(browser):
    before = browser.session
    first = await browser.log_in(ANNAS_NUMBER)
    after = browser.session
    assert after.split(".")[1] == before.split(".")[1]
    assert len(after.split(".")[2]) == 32
    old = Browser(str(browser.http.base_url))
    old.session = before
    assert (await old.say(text=QUESTION))["error"] == "bad_session"
    # The answer that carried the new token may have been lost: the same message is answered as it was, nothing else is.
    assert (await old.say(id=browser.login, event="login")) | {"ends_in": 0} == first | {"ends_in": 0}
    assert (await browser.say(text=QUESTION))["texts"] == [f"dina saker: {QUESTION}"]
    await old.http.aclose()


async def test_a_login_by_code_renews_the_token_too(browser, house):
    before = browser.session
    await browser.say(text=ANNAS_NUMBER)
    await house.phones.dispatch()
    await browser.say(text=house.phones.sent[-1][1][:6])
    assert browser.session.split(".")[2] != ""
    other = Browser(str(browser.http.base_url))
    other.session = before
    assert (await other.say(text=QUESTION))["error"] == "bad_session"
    await other.http.aclose()


async def test_no_address_no_log_and_nothing_that_rasa_hears_tells_who_it_is(browser, house, caplog):
    with caplog.at_level(logging.DEBUG):
        first = browser.session
        await browser.log_in(ANNAS_NUMBER)
    told = json.dumps([{**body, "conversation": ""} for body in house.rasa.asked])
    addresses = "\n".join(browser.addresses)
    for secret in (ANNAS_NUMBER, ANNAS_NUMBER[2:], "Lindqvist", first.split(".")[1], browser.session.split(".")[2]):
        assert secret not in addresses
        assert secret not in told
    logged = [line for line in caplog.text.splitlines() if "aiosqlite" not in line]  # statements, in tests alone
    assert ANNAS_NUMBER not in "\n".join(logged)
    kept = str(await house.all_rows("chat_logins"))
    assert ANNAS_NUMBER not in kept
    assert PAGE not in kept


async def called_off(browser: Browser, provider: ElectronicId, house) -> str | None:
    return None


async def unknown(browser: Browser, provider: ElectronicId, house) -> str | None:
    return UNKNOWN_NUMBER


async def protected(browser: Browser, provider: ElectronicId, house) -> str | None:
    return PROTECTED_NUMBER


async def too_late(browser: Browser, provider: ElectronicId, house) -> str | None:
    made = provider.claims
    provider.claims = lambda asked, number: made(asked, number) | {"exp": int(time.time()) - 120}
    return ANNAS_NUMBER


def telling(**changes):
    async def tamper(browser: Browser, provider: ElectronicId, house) -> str | None:
        made = provider.claims

        def claims(asked, number):
            told = made(asked, number) | changes
            return {name: value for name, value in told.items() if value is not None}

        provider.claims = claims
        return ANNAS_NUMBER

    return tamper


async def another_key(browser: Browser, provider: ElectronicId, house) -> str | None:
    strange = ECKey.generate_key("P-256", {"kid": provider.key.kid, "alg": "ES256"})
    provider.token = _signing(provider, {"alg": "ES256", "kid": provider.key.kid}, strange)
    return ANNAS_NUMBER


async def no_signature(browser: Browser, provider: ElectronicId, house) -> str | None:
    def token(code, **rest):
        _, body, _ = ElectronicId.token(provider, code, **rest).split(".")
        return f"eyJhbGciOiJub25lIn0.{body}."

    provider.token = token
    return ANNAS_NUMBER


def _signing(provider, header, key):
    def token(code, **rest):
        real = ElectronicId.token(provider, code, **rest)
        return jwt.encode(header, jwt.decode(real, provider.key).claims, key)

    return token


NUMBER_CLAIM = "https://id.oidc.se/claim/personalIdentityNumber"
FAILURES = {
    "called off": (called_off, ["refused"]),
    "somebody we do not know": (unknown, []),
    "somebody protected": (protected, []),
    "an ID token that has expired": (too_late, ["bad_answer ExpiredTokenError"]),
    "another login's nonce": (telling(nonce="another"), ["bad_answer InvalidClaimError"]),
    "no nonce": (telling(nonce=None), ["bad_answer MissingClaimError"]),
    "another client's token": (telling(aud="another"), ["bad_answer InvalidClaimError"]),
    "another issuer's token": (telling(iss="https://other.example"), ["bad_answer InvalidClaimError"]),
    "no personal number": (telling(**{NUMBER_CLAIM: None}), ["no_number"]),
    "a number that is none": (telling(**{NUMBER_CLAIM: "198501012383"}), []),
    "signed with another key": (another_key, ["bad_answer BadSignatureError"]),
    "not signed": (no_signature, ["bad_answer UnsupportedAlgorithmError"]),
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_whatever_goes_wrong_is_told_in_the_same_words_and_lets_nobody_in(
    browser, provider, house, failure, caplog
):
    tamper, reasons = FAILURES[failure]
    number = await tamper(browser, provider, house)
    before = browser.session
    with caplog.at_level(logging.INFO):
        answer = await browser.log_in(number)
    assert [record.msg["reason"] for record in caplog.records if record.name == "pafyll.chat"] == reasons
    (text,) = answer["texts"]
    assert text.startswith("Jag kunde inte logga in dig med e-legitimation. Skriv ditt personnummer i stället")
    assert "010-441 31 90" in text
    assert [choice["label"] for choice in answer["choices"]] == ["Prata med en människa"]
    assert answer["expects"] == "identity"
    assert "session" not in answer
    assert browser.session == before
    assert await is_nobodys(house)


async def test_after_a_failed_login_the_personal_number_and_another_try_still_work(browser, house):
    await browser.log_in(None)
    answer = await browser.log_in(ANNAS_NUMBER)
    assert answer["texts"] == [f"dina saker: {QUESTION}"]


async def test_a_login_that_takes_too_long_is_over(browser, house):
    there = await browser.pick(await browser.leave(), ANNAS_NUMBER)
    await house.sql("UPDATE chat_logins SET begun_at = datetime(begun_at, '-11 minutes')")
    assert (await browser.come_back(there)).headers["location"] == PAGE
    assert (await browser.ask_how_it_went())["expects"] == "identity"
    assert await is_nobodys(house)


async def test_a_login_that_the_chat_has_given_up_cannot_be_finished(browser, house):
    there = await browser.pick(await browser.leave(), ANNAS_NUMBER)
    assert (await browser.ask_how_it_went())["expects"] == "identity"  # the patient pressed Back
    await browser.come_back(there)
    assert (await browser.ask_how_it_went())["expects"] == "identity"
    assert await is_nobodys(house)


async def test_somebody_elses_browser_cannot_finish_a_login(browser, house, settings):
    """A stranger begins a login and has somebody else, who is lured, finish it."""
    there = await browser.pick(await browser.leave(), ANNAS_NUMBER)
    lured = Browser(settings.public_url)
    answer = await lured.come_back(there)
    assert answer.status_code == 403
    assert "Inloggningen gick inte att slutföra här." in answer.text
    await lured.begin()  # and neither when it has a login of its own under way
    await lured.leave()
    assert (await lured.come_back(there)).status_code == 403
    await lured.http.aclose()
    assert (await browser.ask_how_it_went())["expects"] == "identity"
    assert await is_nobodys(house)


@pytest.mark.parametrize(
    ("origin", "back"),
    [
        ("https://x.test", "https://x.test/"),
        ("null", PAGE),
        (None, PAGE),
        ("https://kommunen.example", "https://x.test/"),
        ("https://kommunen.example", "//x.test/"),
        ("https://kommunen.example", "javascript:alert(1)"),
        ("https://kommunen.example", "https://kommunen.example@x.test/"),
    ],
)
async def test_a_login_begins_on_a_page_that_may_carry_the_chat_and_ends_there(browser, house, origin, back):
    answer = await browser.leave(origin=origin, back=back)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert await house.all_rows("chat_logins") == []


async def test_a_login_is_told_only_to_the_message_that_was_agreed_in_the_session_that_asked(browser, house, settings):
    await browser.come_back(await browser.pick(await browser.leave(), ANNAS_NUMBER))
    other = Browser(settings.public_url)
    await other.begin()
    await other.say(text=QUESTION)
    assert (await other.say(id=browser.login, event="login"))["expects"] == "identity"
    assert (await browser.say(event="login"))["expects"] == "identity"
    assert await is_nobodys(house)
    assert (await browser.ask_how_it_went())["texts"] == [f"dina saker: {QUESTION}"]
    await other.http.aclose()


async def test_coming_back_twice_changes_nothing(browser, house):
    there = await browser.pick(await browser.leave(), ANNAS_NUMBER)
    for _ in range(2):
        assert (await browser.come_back(there)).headers["location"] == PAGE
    assert (await browser.ask_how_it_went())["texts"] == [f"dina saker: {QUESTION}"]
    assert len(await house.all_rows("chat_logins")) == 1


async def test_an_answer_that_names_another_issuer_is_not_taken(browser, house):
    there = await browser.pick(await browser.leave(), ANNAS_NUMBER)
    name = parse_qs(urlsplit(there).query)["iss"][0]
    assert name.endswith("/demo/eid")
    await browser.come_back(there[: there.index("iss=")] + "iss=https%3A%2F%2Fother.example&code=" + there[-43:])
    assert (await browser.ask_how_it_went())["expects"] == "identity"


async def test_the_login_asks_with_pkce_a_state_and_a_nonce_and_for_a_fresh_login(browser):
    asked = parse_qs(urlsplit(onward(await browser.leave())).query)
    again = parse_qs(urlsplit(onward(await browser.leave())).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["prompt"] == ["login"]
    assert asked["scope"] == ["openid https://id.oidc.se/scope/naturalPersonNumber"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name][0]) >= 43
        assert asked[name] != again[name]


async def test_the_cookie_of_a_login_is_out_of_reach_of_scripts(browser):
    cookie = (await browser.leave()).headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=600"} <= set(cookie.split("; "))


async def test_a_code_is_of_no_use_without_the_verifier_that_stayed_with_us(browser, provider):
    there = await browser.pick(await browser.leave(), ANNAS_NUMBER)
    form = {
        "grant_type": "authorization_code",
        "code": parse_qs(urlsplit(there).query)["code"][0],
        "redirect_uri": f"{provider.settings.public_url}/chat/login/callback",
        "client_id": "pafyll",
        "code_verifier": "x" * 64,
    }
    answer = await browser.send("POST", "/demo/eid/token", data=form)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
