"""The demo console over a real server, a real database with the demo's people, and a gateway that is scripted."""

import asyncio
import json
from datetime import date
from pathlib import Path

import httpx
import pytest
import yaml
from pydantic import ValidationError

from api.app import Parts, create_app
from api.demo.people import SHOWN
from api.gateway.messages import Choice, Reply
from ordering.importing import load_demo
from ordering.outbox.sending import Outgoing, Rejected
from ordering.settings import Settings
from ordering.store.migrations import upgrade
from ordering.wiring import build_sealer, build_senders, build_stores
from rulebook.identity_numbers import parse_identity
from tests.channels.doubles import FakeBook, FakeGateway, say
from tests.channels.live import browser, free_port, served

ANNA = "+46701740605"
VG = "+46313900600"


@pytest.fixture(scope="module")
def gateway():
    return FakeGateway()


@pytest.fixture(scope="module")
def demo_settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    url = f"sqlite+aiosqlite:///{folder}/demo.sqlite3"
    return Settings(demo=True, port=free_port(), var_folder=folder, database_url=url)


@pytest.fixture(scope="module")
def base(demo_settings, gateway):
    settings = demo_settings
    asyncio.run(fill(settings))
    parts = Parts(gateway, build_stores(settings), build_sealer(settings), FakeBook(), say)
    with served(create_app(settings, parts), settings.port) as url:
        yield url


async def fill(settings: Settings) -> None:
    await upgrade(settings.database_url)
    stores = build_stores(settings)
    await load_demo(stores, today=date(2026, 11, 20))
    await stores.close()


@pytest.fixture
def console(base, gateway):
    gateway.received.clear()
    gateway.reply = Reply(texts=("Hej.",))
    with httpx.Client(base_url=f"{base}/demo", timeout=20) as client:
        yield client


def anna(console) -> dict:
    return next(one for one in console.get("/people").json() if one["name"] == "Anna Lindqvist")


def test_everybody_in_the_demo_data_can_be_chosen_and_nobody_else(console):
    data = Path(__file__).parents[2] / "ordering" / "demo_data"
    people = [one for file in data.glob("*.json") for one in json.loads(file.read_text()).get("people", ())]
    known = {(one["region"], parse_identity(one["identity_number"]).value) for one in people}
    shown = yaml.safe_load(SHOWN.read_text())
    assert {(one["region"], parse_identity(one["identity_number"]).value) for one in shown} == known
    assert len(console.get("/people").json()) == len(known)


def test_a_child_sits_by_the_phone_of_its_parent_and_those_without_a_mobile_by_their_own(console):
    phones = {one["name"]: (one["phone"], one["has_mobile"]) for one in console.get("/people").json()}
    assert phones["Elias Bergman"] == (phones["Maria Holm"][0], False)
    assert phones["Göran Dahl"] == ("+46406280450", False)
    assert anna(console)["our_number"] == VG


def test_an_sms_from_the_page_comes_in_through_the_signed_webhook(console, gateway):
    sent = console.post("/sms", json={"sender": ANNA, "recipient": VG, "text": " Hej & välkommen "})
    assert sent.status_code == 204
    incoming = gateway.received[0]
    assert (incoming.channel, incoming.address, incoming.text) == ("sms", ANNA, " Hej & välkommen ")
    thread = console.get("/sms", params={"number": ANNA}).json()
    assert (thread[-1]["who"], thread[-1]["text"]) == ("me", " Hej & välkommen ")


async def test_an_sms_that_the_product_sends_stands_in_the_thread_and_is_reported_delivered(console, demo_settings):
    sms = build_senders(demo_settings)["sms"]
    message = Outgoing(recipient=ANNA, sender=VG, key="k", payload={"text": "Din kod är 482119"})
    sid = await sms.send(message)
    assert await sms.sent_before(message) == [sid]
    await sms.close()
    thread = console.get("/sms", params={"number": ANNA}).json()
    assert (thread[-1]["who"], thread[-1]["text"], thread[-1]["sid"]) == ("pafyll", "Din kod är 482119", sid)
    assert thread[-1] not in console.get("/sms", params={"number": "+46701740606"}).json()


def test_the_twilio_of_the_demo_wants_the_right_account(console, demo_settings):
    account = demo_settings.twilio_account_sid
    path = f"/twilio/2010-04-01/Accounts/{account}/Messages.json"
    fields = {"To": ANNA, "From": VG, "Body": "Hej"}
    assert console.post(path, data=fields).status_code == 401
    assert console.post(path, data=fields, auth=(account, "guess")).status_code == 401


async def test_the_twilio_of_the_demo_refuses_an_sms_to_nobody(base, demo_settings):
    sms = build_senders(demo_settings)["sms"]
    with pytest.raises(Rejected, match="21604"):
        await sms.send(Outgoing(recipient="", sender=VG, key="k", payload={"text": "x"}))
    await sms.close()


def test_a_call_goes_through_the_signed_webhooks_step_by_step(console, gateway):
    numbers = {"caller": ANNA, "called": VG}
    call = console.post("/calls", json=numbers).json()
    assert "<Say" in call["twiml"]
    action = call["twiml"].split('action="')[1].split('"')[0]
    for given in ({"digits": "1*"}, {"speech": "jag vill beställa"}, {}):
        step = console.post(f"/calls/{call['call']}/step", json=numbers | given | {"action": action})
        action = step.json()["twiml"].split('action="')[1].split('"')[0]
    assert console.post(f"/calls/{call['call']}/end", json=numbers).status_code == 204
    assert [(one.event, one.text) for one in gateway.received] == [
        ("start", ""),
        ("message", "1*"),
        ("message", "jag vill beställa"),
        ("silence", ""),
    ]
    assert [one.provider_id.partition(":")[2] for one in gateway.received] == ["0", "1", "2", "3"]


@pytest.mark.parametrize("action", ["http://elsewhere.example/x", "/twilio/sms", "/api/v1/orders/1/status", ""])
def test_a_call_cannot_be_led_to_another_door(console, gateway, action):
    body = {"caller": ANNA, "called": VG, "action": action, "digits": "1"}
    assert console.post("/calls/CA1/step", json=body).status_code == 400
    assert gateway.received == []


def test_the_clock_goes_forward_and_back_to_now(console):
    assert console.post("/clock", json={"days": 10}).json()["days"] == 10
    assert console.post("/clock", json={"days": 1}).json()["days"] == 11
    assert console.get("/clock").json()["days"] == 11
    assert console.post("/clock", json={"days": None}).json()["days"] == 0


def test_the_distributor_reports_through_the_rest_interface(console):
    people = {one["name"]: one["id"] for one in console.get("/people").json()}
    report = console.post(f"/people/{people['Maria Holm']}/deliveries", json={"status": "delivered"})
    assert (report.status_code, report.json()["status"]) == (200, "delivered")
    nobody = console.post(f"/people/{people['Sara Malm']}/deliveries", json={"status": "delivered"})
    assert (nobody.status_code, nobody.json()["detail"]) == (404, "no_order")


@pytest.mark.parametrize("headers", [{"Origin": "https://x.test"}, {"Host": "rebound.example"}, {"Origin": "null"}])
def test_another_web_site_cannot_use_the_console(console, gateway, headers):
    body = {"sender": ANNA, "recipient": VG, "text": "Hej"}
    assert console.post("/sms", json=body, headers=headers).status_code == 403
    assert gateway.received == []


def test_outside_the_demo_there_is_no_console(client):
    assert client.get("/demo").status_code == 404
    assert client.get("/demo/people").status_code == 404
    assert client.post("/demo/twilio/2010-04-01/Accounts/AC1/Messages.json").status_code == 404


@pytest.mark.parametrize(
    "real",
    [
        {"twilio_account_sid": "AC" + "1" * 32},
        {"twilio_auth_token": "real"},
        {"twilio_base_url": "https://api.twilio.com"},
        {"host": "0.0.0.0"},
    ],
)
def test_the_demo_refuses_to_start_with_real_credentials_or_an_open_address(real, tmp_path):
    with pytest.raises(ValidationError, match="demo"):
        create_app(Settings(demo=True, var_folder=tmp_path, **real))


def test_a_visitor_tries_all_three_channels_in_the_browser(base, gateway):
    gateway.received.clear()
    gateway.reply = Reply(
        texts=("Hej, vad gäller det?",), choices=(Choice("t1", "att beställa", "1"),), expects="choice"
    )
    with browser() as chromium:
        page = chromium.new_page()
        page.set_default_timeout(8000)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.goto(f"{base}/demo")
        page.get_by_label("Du är").select_option(label="Anna Lindqvist – kan beställa")
        page.locator("pafyll-chat .said.bot", has_text="Hej, vad gäller det?").wait_for()
        page.get_by_label("Meddelande", exact=True).fill("Hej, jag vill beställa")
        page.keyboard.press("Enter")
        page.locator("#thread .me", has_text="Hej, jag vill beställa").wait_for()
        page.get_by_role("button", name="Ring upp").click()
        page.locator("#transcript", has_text="för att beställa.").wait_for()
        page.locator("#keypad").get_by_role("button", name="1", exact=True).click()
        page.locator("#transcript", has_text="Knappar: 1").wait_for()
        page.locator("#keypad button:enabled", has_text="#").wait_for()  # the first key has been answered
        gateway.reply = Reply(texts=("Hej då.",), end=True)
        page.locator("#keypad").get_by_role("button", name="#", exact=True).click()
        page.locator("#transcript", has_text="Påfyll lade på.").wait_for()
        assert errors == []
    assert {one.channel for one in gateway.received} == {"chat", "sms", "voice"}
