"""What the demo's page tells of the inside is what really happened: held against the same turn's other traces."""

import pytest

from tests.conversations.patients import code_in
from tests.conversations.people import ANNA, ERIK
from tests.conversations.service import until


@pytest.fixture
def happened(service):
    """Of what kind something happened since the test began, once there is any."""
    beginning = service.http.get("/demo/inside").json()["last"]

    def look(kind: str) -> list[dict]:
        def found() -> list[dict]:
            events = service.http.get("/demo/inside", params={"after": beginning}).json()["events"]
            return [event for event in events if event["kind"] == kind]

        return until(found)

    return look


def test_a_refusal_shows_its_rule_source_rows_and_segments(service, sms, happened):
    erik = sms(ERIK)
    answer = erik.write("Hej, jag vill beställa katetrar")
    (refused,) = [one for one in happened("rule") if one["answer"].get("verdict") == "refused"]
    assert (refused["question"], refused["answer"]["reason"]) == ("withdraw", "too_early")
    assert "W1" in refused["answer"]["rules"]
    assert any("nästa möjliga uttag" in source["title"] for source in refused["answer"]["sources"])
    assert str(refused["answer"]["numbers"]["days_left"]) in answer
    (understood,) = happened("rasa")
    assert understood["intent"] == "order_products"
    assert 0.5 < understood["confidence"] <= 1
    (out,) = happened("sms_out")
    assert (out["text"], out["to"], out["gsm7"]) == (answer, ERIK.mobile, True)
    inbox = [one for one in happened("sql") if one["table"] == "inbox"]
    (kept,) = service.rows("SELECT id FROM inbox ORDER BY id DESC LIMIT 1")
    assert str(kept[0]) in [one["key"] for one in inbox]


def test_the_order_that_is_placed_is_the_row_that_is_shown(service, sms, happened):
    anna = sms(ANNA)
    for words in ("Jag vill ha 12 choklad och 8 vanilj", "utlämningsställe", "2", "1"):
        anna.write(words)
    anna.confirm()
    order = service.order(ANNA)
    shown = [one for one in happened("sql") if one["table"] == "orders" and one["key"] == str(order.id)]
    numbers = [one["columns"].get("number") for one in shown]
    assert order.number in numbers or [None, order.number] in numbers


def test_nothing_that_proves_identity_is_shown_to_the_language_model(service, call, happened):
    phone = call(ANNA)
    phone.begin()
    phone.choose("att beställa produkter")
    phone.log_in()
    code = code_in(service.sms_to(ANNA.mobile)[-1])
    asked = str(happened("rasa"))
    assert ANNA.identity_number not in asked
    assert code not in asked
    assert ANNA.mobile not in asked


def test_a_call_from_the_page_shows_the_webhook_and_its_twiml_as_one_turn(service, happened):
    numbers = {"caller": ANNA.mobile, "called": service.number[ANNA.region]}
    call = service.http.post("/demo/calls", json=numbers).json()
    (webhook,) = happened("webhook")
    (twiml,) = happened("twiml")
    assert (webhook["path"], webhook["fields"]["CallSid"]) == ("/twilio/voice", call["call"])
    assert twiml["xml"] == call["twiml"]
    assert webhook["turn"] == twiml["turn"] == happened("rasa")[0]["turn"] == f"{call['call']}:0"
