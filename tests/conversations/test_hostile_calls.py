"""Calls that break off, come twice, are not Twilio's, or bring words that look like TwiML."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.channels.twiml_client import signature
from tests.conversations.callers import NAME_ON_DOOR, to_delivery, to_read_back
from tests.conversations.patients import the_one
from tests.conversations.people import ANNA, ELIAS, MARIA
from tests.conversations.service import Service, new_sid

HOSTILE = "</Say></Gather><Dial>+46701740699</Dial><Hangup/>&#60; ]]> \" ' å"


@pytest.mark.parametrize("status", ["completed", "busy", "no-answer", "failed", "canceled", "of-tomorrow"])
def test_a_status_may_come_late_and_twice(ring, status):
    anna = ring(ANNA)
    anna.call.hang_up()
    for _ in range(2):
        assert anna.call.tell_status(status, SipResponseCode="487", Unheard="of").status_code == 204


def test_a_call_that_breaks_off_in_an_order_goes_on_by_sms(service, ring, sms):
    anna = ring(ANNA)
    to_delivery(anna)
    anna.call.hang_up()
    mobile = sms(ANNA)
    write(service, "UPDATE phone_calls SET ended_at = datetime(ended_at, '-1 minute')")
    assert "FORTSÄTT" in mobile.next()
    assert "påbörjad beställning: 6 teststickor" in mobile.write("Fortsätt")
    assert "levererat" in mobile.write("1")
    assert service.rows("SELECT count(*) FROM outbox WHERE key LIKE 'hung-up%'") == [(1,)]


def test_a_call_that_ends_while_the_order_is_being_placed_orders_once(service, ring):
    anna = ring(ANNA)
    to_read_back(anna)
    keys = anna.choices()
    anna.call.press_and_hang_up(keys[the_one("beställa", list(keys))])
    anna.call.repeat()
    assert service.order(ANNA).status == "confirmed"
    assert service.rows("SELECT count(*) FROM inbox WHERE status IN ('received', 'dead')") == [(0,)]


def test_each_webhook_sent_again_gets_the_same_bytes(service, ring):
    anna = ring(ANNA)
    assert anna.call.repeat() == anna.call.documents[-1]
    to_read_back(anna)
    anna.choose("beställa")
    for hook, document in list(zip(anna.call.webhooks, anna.call.documents, strict=True)):
        assert anna.call.send(hook).content == document
    assert len(service.ordered(ANNA)) == 1
    assert service.rows("SELECT count(*) FROM inbox") == [(len(anna.call.webhooks),)]


def test_one_webhook_sent_many_times_at_once_gets_one_answer(service, ring):
    anna = ring(ANNA)
    to_read_back(anna)
    keys = anna.choices()
    hook = anna.call.next_webhook({"Digits": keys[the_one("beställa", list(keys))]})
    with ThreadPoolExecutor(8) as many:
        answers = {answer.content for answer in many.map(lambda _: anna.call.send(hook), range(8))}
    assert len(answers) == 1
    assert len(service.ordered(ANNA)) == 1


def everything(service: Service) -> dict[str, int]:
    tables = [name for (name,) in service.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {table: service.rows(f'SELECT count(*) FROM "{table}"')[0][0] for table in tables}  # noqa: S608


@pytest.mark.case(15)
def test_what_is_wrongly_signed_is_refused_and_leaves_nothing(service, ring):
    anna = ring(ANNA)
    hook = anna.call.next_webhook({"Digits": "1"})
    good = hook.headers(anna.call.auth_token)
    other = signature(anna.call.auth_token, hook.url, {**hook.fields, "Digits": "2"})
    wrong = [
        {},
        {**good, "X-Twilio-Signature": ""},
        {**good, "X-Twilio-Signature": "å".encode().hex()},
        {**good, "X-Twilio-Signature": other},
        {**good, "X-Twilio-Signature": signature("another token", hook.url, hook.fields)},
        {**good, "X-Twilio-Signature": signature(anna.call.auth_token, hook.url + "?a=1", hook.fields)},
    ]
    before = everything(service)
    for headers in wrong:
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        assert anna.call.send(hook, headers=headers).status_code == 403
    assert everything(service) == before
    assert anna.call.send(hook).status_code == 200


@pytest.mark.parametrize("path", ["/twilio/sms", "/twilio/sms/status", "/twilio/voice", "/twilio/voice/status"])
def test_an_unsigned_webhook_leaves_nothing_behind(service, path):
    numbers = {"From": ANNA.mobile, "To": service.number["vg"], "Body": "Jag vill beställa", "NumMedia": "1"}
    sids = {"MessageSid": new_sid("SM"), "CallSid": new_sid("CA"), "CallStatus": "completed", "MessageStatus": "failed"}
    picture = {"MediaUrl0": "https://api.twilio.com/x"}
    before = everything(service)
    assert service.http.post(path, data=numbers | sids | picture).status_code == 403
    assert everything(service) == before


def test_fields_that_nobody_knows_are_signed_over_and_change_nothing(ring):
    anna = ring(ANNA, more_fields={"FieldOfTomorrow": "å & + %", "StirVerstat": "", "Digits": "2"})
    assert any("beställa produkter" in label for label in anna.choices())


@pytest.mark.case(22)
@pytest.mark.parametrize("words", [HOSTILE, "<Redirect>https://evil.example</Redirect>", "\x00\x1b \ufffe", "{phone}"])
def test_speech_that_looks_like_twiml_adds_none(service, ring, words):
    anna = ring(ANNA)
    anna.say(words)
    anna.say("Jag vill beställa teststickor.")
    anna.say(words)
    assert anna.call.dialled == []
    assert anna.call.gather is not None


def test_an_address_that_looks_like_twiml_is_read_back_as_words(service, ring):
    anna = ring(ANNA)
    to_delivery(anna)
    anna.choose("utanför dörren")
    anna.choose("annan adress")
    anna.say("<Hangup/>gatan 12 & 14, 413 19 Göteborg")
    anna.choose("nej")  # not outside the region
    anna.choose("hus")
    if NAME_ON_DOOR.search(anna.words):
        anna.choose("ja")
    assert "<Hangup/>gatan 12 & 14" in anna.figures_to_the_end()
    anna.choose("beställa")
    assert service.order(ANNA).details["address"].startswith("<Hangup/>gatan 12 & 14")


def test_names_that_look_like_twiml_are_offered_as_words(service, ring):
    with_name = service.person(ELIAS)
    rename(service, with_name.id, f'{HOSTILE}, "Elias"')
    maria = ring(MARIA)
    maria.choose("leverans")
    maria.say("Var är min beställning?")
    maria.log_in()
    assert maria.call.gather is not None
    assert maria.call.dialled == []
    assert any("Dial" in hint for hint in maria.call.hints)
    assert "<Dial>" in maria.words


def rename(service: Service, person_id: int, name: str) -> None:
    write(service, "UPDATE people SET given_name = ? WHERE id = ?", name, person_id)


def write(service: Service, sql: str, *values: object) -> None:
    with sqlite3.connect(service.settings.database_url.partition("///")[2], timeout=40) as database:
        database.execute(sql, values)
