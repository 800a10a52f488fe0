"""What the demo's page tells of the inside: only while somebody looks, only in the demo, and nothing of its own."""

import base64
import os
from datetime import date
from io import BytesIO

import httpx
import pytest
from PIL import Image

from api.demo.inside import changes
from ordering import wiring
from ordering.demo_trace import MOST_BYTES, Trace, watched
from ordering.outbox.sending import Outgoing
from ordering.settings import Settings
from rulebook import Rulebook, load_rulebook
from rulebook.facts import Article, Line
from tests.channels.live import browser
from tests.channels.test_demo import ANNA, VG, base, console, demo_settings, gateway  # noqa: F401  fixtures of the page
from tools.axe import AXE

DAY = date(2026, 11, 20)


@pytest.fixture
def trace(tmp_path) -> Trace:
    return Trace(tmp_path)


def ask(book: Rulebook):
    return book.urgent(region="vg", day=DAY, asked_by="patient", article=Article(name="Sensor"))


# What the rules answered


def test_outside_the_demo_the_rule_book_is_the_plain_one_and_nothing_is_written(tmp_path):
    settings = Settings(secret_key="k" * 40, var_folder=tmp_path)
    book = wiring.build_book(settings)
    assert type(book) is Rulebook
    ask(book)
    assert list(tmp_path.iterdir()) == []


def test_in_the_demo_too_nothing_is_written_while_nobody_looks(tmp_path):
    book = wiring.build_book(Settings(demo=True, var_folder=tmp_path))
    ask(book)
    assert not list(tmp_path.glob("demo-trace*"))


def test_while_somebody_looks_an_answer_is_noted_as_it_was_given(trace):
    trace.look()
    answer = ask(watched(load_rulebook(), trace))
    assert answer == ask(load_rulebook())
    ((noted,), end) = trace.read(0)
    assert noted["question"] == "urgent"
    assert noted["about"] == {"region": "vg", "day": "2026-11-20", "product": "Sensor"}
    assert (noted["answer"]["verdict"], noted["answer"]["reason"]) == (answer.verdict, answer.reason)
    assert tuple(noted["answer"]["rules"]) == answer.rules
    assert [one["heading"] for one in noted["answer"]["sources"]] == [one.heading for one in answer.sources]
    assert all(one["title"] for one in noted["answer"]["sources"])
    assert trace.read(end) == ([], end)


def test_the_same_answer_twice_in_a_moment_is_one_note_and_another_process_reads_it(trace, tmp_path):
    trace.look()
    book = watched(load_rulebook(), trace)
    ask(book)
    ask(book)
    assert len(Trace(tmp_path).read(0)[0]) == 1


def test_a_file_that_has_grown_is_begun_anew_and_read_from_its_beginning(trace):
    trace.look()
    trace.note(question="one", filler="x" * MOST_BYTES)
    _, end = trace.read(0)
    trace.note(question="two")
    assert [one["question"] for one in trace.read(end)[0]] == ["two"]


def test_a_rule_book_that_is_watched_answers_everything_the_plain_one_does(trace):
    book, plain = watched(load_rulebook(), trace), load_rulebook()
    assert book.regions == plain.regions
    assert book.region_name("vg") == plain.region_name("vg")
    assert book.customer_service(region="vg", day=DAY) == plain.customer_service(region="vg", day=DAY)
    line = Line(DAY, "nutrition", "1", days_per_withdrawal=90, withdrawals=3, packages_per_withdrawal=6)
    assert book.same_as_last_time(line=line, history=()) == plain.same_as_last_time(line=line, history=())


# Which rows changed


def test_rows_that_came_changed_and_went_are_told_with_the_columns_that_matter():
    before = {"orders": {"1": {"id": 1, "status": "new", "status_at": "a"}, "2": {"id": 2}}, "inbox": {}}
    after = {
        "orders": {"1": {"id": 1, "status": "confirmed", "status_at": "b"}},
        "inbox": {"7": {"id": 7, "error": None, "sealed": "<90 bytes, encrypted>"}},
    }
    assert changes(before, after) == [
        {"table": "orders", "key": "1", "what": "changed", "columns": {"status": ["new", "confirmed"]}},
        {"table": "orders", "key": "2", "what": "gone", "columns": {}},
        {"table": "inbox", "key": "7", "what": "new", "columns": {"id": 7, "sealed": "<90 bytes, encrypted>"}},
    ]


def test_a_row_that_only_is_too_old_to_be_looked_at_has_not_gone():
    before = {"inbox": {"1": {"id": 1}, "2": {"id": 2}, "3": {"id": 3}}}
    assert changes(before, {"inbox": {"2": {"id": 2}, "3": {"id": 3}}}) == []


# Through the page's own doors


def happened(console: httpx.Client, after: int) -> list[dict]:  # noqa: F811
    return console.get("/inside", params={"after": after}).json()["events"]


def test_a_webhook_stands_there_as_it_was_signed_and_sent(console, gateway):  # noqa: F811
    last = console.get("/inside").json()["last"]
    console.post("/sms", json={"sender": ANNA, "recipient": VG, "text": "Hej"})
    webhook, twiml = [one for one in happened(console, last) if one["kind"] in ("webhook", "twiml")]
    assert webhook["path"] == "/twilio/sms"
    assert webhook["fields"]["Body"] == "Hej"
    assert len(webhook["signature"]) > 20
    assert "<Response" in twiml["xml"]


def test_a_moved_clock_shows_which_row_it_is(console):  # noqa: F811
    last = console.get("/inside").json()["last"]
    console.post("/clock", json={"days": 3})
    kinds = {one["kind"]: one for one in happened(console, last)}
    assert kinds["sql"]["table"] == "facts"
    console.post("/clock", json={"days": None})


def test_segments_are_counted_for_each_sms(console):  # noqa: F811
    console.post("/sms", json={"sender": ANNA, "recipient": VG, "text": "å" * 161})
    console.post("/sms", json={"sender": ANNA, "recipient": VG, "text": "ж"})
    *_, long, foreign = console.get("/sms", params={"number": ANNA}).json()
    assert (long["segments"], long["gsm7"]) == (2, True)
    assert (foreign["segments"], foreign["gsm7"]) == (1, False)


async def test_a_picture_goes_as_an_mms_that_is_fetched_with_credentials(console, gateway, demo_settings):  # noqa: F811
    content = BytesIO()
    Image.new("RGB", (20, 20), "red").save(content, "JPEG")
    body = {"sender": ANNA, "recipient": VG, "text": "", "picture": base64.b64encode(content.getvalue()).decode()}
    assert console.post("/sms", json=body).status_code == 204
    (address,) = gateway.received[0].media
    path = address.removeprefix("https://api.twilio.com")
    assert console.get(f"/twilio{path}").status_code == 401
    media = wiring.build_media(demo_settings)
    assert await media.fetch(address) == content.getvalue()
    await media.close()
    deletion = wiring.build_senders(demo_settings)["media"]
    await deletion.send(Outgoing("Twilio", None, "media:1", {"address": address}))
    await deletion.close()
    assert console.get(f"/twilio{path}", auth=(demo_settings.twilio_account_sid, "wrong")).status_code == 401
    credentials = (demo_settings.twilio_account_sid, demo_settings.twilio_auth_token)
    assert console.get(f"/twilio{path}", auth=credentials).status_code == 404


def test_a_transferred_call_comes_back_with_how_it_went(console, gateway):  # noqa: F811
    numbers = {"caller": ANNA, "called": VG, "action": "/twilio/voice/step/3"}
    for how in ("no-answer", "completed"):
        console.post("/calls/CA1/step", json=numbers | {"transfer": how})
        numbers["action"] = "/twilio/voice/step/4"
    assert [one.event for one in gateway.received] == ["unanswered", "transferred"]


def test_what_the_phone_says_can_be_heard_where_there_is_a_voice(console):  # noqa: F811
    spoken = console.post("/speech", json={"text": "Hej på dig", "language": "sv"})
    if not console.get("/abilities").json()["speech"]:
        assert spoken.status_code == 404
        reason = "No voice here: apt-get install espeak-ng"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    assert spoken.headers["content-type"] == "audio/wav"
    assert spoken.content[:4] == b"RIFF"
    assert len(spoken.content) > 5000


@pytest.mark.parametrize("width", [1280, 390])
def test_the_panel_shows_the_turn_and_the_page_fits(base, gateway, width):  # noqa: F811
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": width, "height": 844})
        page.set_default_timeout(8000)
        page.goto(f"{base}/demo")
        page.locator("pafyll-chat .said.bot").first.wait_for(state="attached")
        page.get_by_label("Meddelande", exact=True).fill("<b>Hej</b> jag vill beställa")
        page.keyboard.press("Enter")
        page.locator("#thread .me", has_text="jag vill beställa").last.wait_for()
        if width < 900:
            page.locator(".tabs").get_by_role("button", name="Inuti").click()
        turn = page.locator(".turn", has_text="<b>Hej</b> jag vill beställa").first
        turn.get_by_text("POST /twilio/sms").wait_for()
        assert turn.get_by_role("heading").all_inner_texts() == [
            "1 Kom in",
            "2 Förstods",
            "3 Regler",
            "4 Databas",
            "5 Svar",
        ]
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_outside_the_demo_nothing_tells_of_the_inside(client):
    for path in ("/demo/inside", "/demo/speech", "/demo/abilities"):
        assert client.get(path).status_code == 404
        assert client.post(path).status_code == 404


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_wrong_with_the_page(base, gateway, width):  # noqa: F811
    if not AXE.exists():
        reason = "No axe-core here: python3 tools/axe.py"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with browser() as chromium:
        page = chromium.new_context(viewport={"width": width, "height": 844}, bypass_csp=True).new_page()
        page.set_default_timeout(8000)
        page.goto(f"{base}/demo")
        page.locator("pafyll-chat .said.bot").first.wait_for(state="attached")
        page.get_by_label("Meddelande", exact=True).fill("Hej")
        page.keyboard.press("Enter")
        page.locator("#thread .me").last.wait_for()
        page.locator(".turn").first.wait_for(state="attached")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = {}
        for part in ("sms", "phone", "chat", "inside"):
            page.evaluate(f"document.body.dataset.shown = '{part}'")
            faults = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
            found[part] = [f"{one['id']}: {node['html'][:120]}" for one in faults for node in one["nodes"]]
        assert {part: faults for part, faults in found.items() if faults} == {}
