"""The door as the gateway meets it: what it answers, what it refuses, and that it tells what failed."""

import uuid

import pytest
import requests

from tests.bot.actions_double import CANARY
from tests.bot.conftest import Rasa


def test_the_wording_is_the_one_of_the_patients_channel_and_language(rasa: Rasa) -> None:
    assert rasa.texts(text="hej", channel="sms", language="sv") == ["Hej i sms"]
    assert rasa.texts(text="hej", channel="chat", language="sv") == ["Hej i chatten"]
    assert rasa.texts(text="hej", channel="voice", language="sv") == ["Hej i chatten"]
    assert rasa.texts(text="hej", channel="sms", language="en") == ["Hello by text"]
    assert rasa.texts(text="hej", channel="chat", language="en") == ["Hello in chat"]


def test_language_and_channel_may_change_in_the_middle_of_a_conversation(rasa: Rasa) -> None:
    conversation = uuid.uuid4().hex
    assert rasa.texts(conversation=conversation, text="hej", channel="sms", language="sv") == ["Hej i sms"]
    assert rasa.texts(conversation=conversation, text="hej", channel="chat", language="en") == ["Hello in chat"]


def test_what_was_understood_comes_back(rasa: Rasa) -> None:
    _, answer = rasa.turn(text="hejsan")
    assert answer["intent"]["name"] == "greet"
    assert 0.3 < answer["intent"]["confidence"] <= 1
    assert answer["failed"] == []


def test_parts_of_a_message_can_be_parsed_without_saying_anything(rasa: Rasa) -> None:
    answer = requests.post(f"{rasa.url}/parse", json={"texts": ["hejsan", "/restart", ""]}, timeout=30)
    assert answer.status_code == 200
    names = [one["name"] for one in answer.json()]
    assert (names[0], names[2]) == ("greet", "nlu_fallback")
    assert 0.3 < answer.json()[0]["confidence"] <= 1


@pytest.mark.parametrize("body", [{}, {"texts": "hej"}, {"texts": [1]}, {"texts": ["hej"] * 9}, []])
def test_nothing_else_than_a_few_texts_is_parsed(rasa: Rasa, body: object) -> None:
    answer = requests.post(f"{rasa.url}/parse", json=body, timeout=30)
    assert answer.status_code == 400


def test_a_click_needs_no_understanding(rasa: Rasa) -> None:
    status, answer = rasa.turn(intent="count", entities=[{"entity": "amount", "value": "10"}])
    assert status == 200
    assert answer["intent"] == {"name": "count", "confidence": 1.0}
    assert answer["responses"] == [{"text": "Antal: 10.", "utter_action": "utter_counted"}]


def test_buttons_come_with_their_payload(rasa: Rasa) -> None:
    _, answer = rasa.turn(intent="help")
    assert answer["responses"][0]["buttons"] == [{"title": "Tio", "payload": '/count{"amount":"10"}'}]


def test_a_message_to_the_gateway_comes_through_as_custom(rasa: Rasa) -> None:
    _, answer = rasa.turn(intent="custom")
    assert answer["responses"] == [{"custom": {"need": "identity"}}]


def test_a_form_asks_again_after_a_digression(rasa: Rasa) -> None:
    conversation = uuid.uuid4().hex
    assert rasa.texts(conversation=conversation, text="jag vill beställa") == ["Hur många?"]
    assert rasa.texts(conversation=conversation, text="hjälp mig") == ["Skriv ett antal.", "Hur många?"]
    assert rasa.texts(conversation=conversation, text="12 stycken") == ["Antal: 10."]


@pytest.mark.parametrize(
    ("intent", "failed"),
    [
        ("raises", "action_raises: RasaException"),
        ("unknown_event", "action_unknown_event: ValidationError"),
        ("wrong_shape", "action_wrong_shape: ValidationError"),
        ("missing", "action_missing: HalfSaid"),
        ("hole", "action_hole: HalfSaid"),
        ("none_said", "utter_none: HalfSaid"),
        ("silent", "nothing answered"),
        ("ring", "too many actions"),
    ],
)
def test_a_turn_that_failed_says_what_failed(rasa: Rasa, intent: str, failed: str) -> None:
    status, answer = rasa.turn(intent=intent)
    assert status == 502
    assert failed in answer["failed"]


def test_the_log_of_a_failed_action_tells_its_kind_and_nothing_that_was_said(rasa: Rasa) -> None:
    rasa.turn(intent="raises", entities=[{"entity": "amount", "value": "Kanariegatan 77"}])
    assert "Kanariegatan 77" in str(rasa.actions.calls[-1]), "what is sent back with the error"
    rasa.turn(intent="wrong_shape")
    rasa.turn(text="jag vill ha kanariefågel i Kanariegatan")
    log = rasa.log.read_text(encoding="utf-8")
    assert "RasaException" in log
    assert "ClientResponseError" in log
    assert "ValidationError" in log
    assert [canary for canary in (*CANARY.split(), "Kanariegatan", "Traceback") if canary in log] == []


def test_what_was_said_before_the_failure_is_told_too(rasa: Rasa) -> None:
    status, answer = rasa.turn(intent="raises")
    assert (status, answer["responses"][0]["text"]) == (502, "Skriv ett antal.")


def test_a_brace_in_the_patients_own_words_is_no_failure(rasa: Rasa) -> None:
    assert rasa.texts(intent="brace_said") == ["Antal: {tio}."]


@pytest.mark.parametrize(
    "changes",
    [
        {"conversation": None},
        {"conversation": ""},
        {"conversation": 7},
        {"conversation": "x" * 201},
        {"message": None},
        {"channel": "fax"},
        {"channel": ["sms"]},
        {"language": "fi"},
        {"language": None},
        {"text": None},
        {"text": 10},
        {"intent": "no_such_intent"},
        {"intent": "restart"},
        {"intent": "session_start"},
        {"intent": "back"},
        {"intent": "count", "entities": [{"entity": "no_such_entity", "value": "1"}]},
        {"intent": "count", "entities": [{"entity": "amount"}]},
        {"intent": "count", "entities": {"amount": "1"}},
    ],
)
def test_a_request_that_is_not_in_order_is_refused(rasa: Rasa, changes: dict[str, object]) -> None:
    status, answer = rasa.turn(**{"text": "hej", **changes})
    assert (status, answer["responses"], len(answer["failed"])) == (400, [], 1)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"hej"', b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(rasa: Rasa, body: bytes) -> None:
    assert requests.post(f"{rasa.url}/turn", data=body, timeout=10).status_code == 400


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200d", "/", "\x00"])
def test_nothing_said_is_not_understood_and_breaks_nothing(rasa: Rasa, text: str) -> None:
    status, answer = rasa.turn(text=text)
    assert (status, answer["intent"]["name"]) == (200, "nlu_fallback")
    assert answer["responses"][0]["text"] == "Jag förstod inte."


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        "/raises",
        "/ raises",
        " /raises",
        "\u00a0/raises",
        "\u3000/raises",
        "\u2028/raises",
        "\u200b/raises",
        "\ufeff/raises",
        "\u202e/raises",
        "\uff0fraises",
        "//raises",
        "/raises@0.1{}",
        '/count{"amount":"10"}',
        "/session_start",
        "\n\t/raises",
        "\x00/raises",
    ],
)
def test_typed_text_is_never_a_command(rasa: Rasa, text: str) -> None:
    before = len(rasa.actions.calls)
    _, answer = rasa.turn(text=text)
    assert answer["intent"]["confidence"] < 1 or answer["intent"]["name"] == "nlu_fallback"
    assert "action_raises" not in {call["next_action"] for call in rasa.actions.calls[before:]}


def test_an_endless_message_is_cut_and_answered(rasa: Rasa) -> None:
    status, _ = rasa.turn(text="\U0001f600" * 10_000)
    assert status == 200


def test_actions_get_what_they_read_and_no_more(rasa: Rasa) -> None:
    conversation, message = uuid.uuid4().hex, uuid.uuid4().hex
    rasa.turn(conversation=conversation, message=message, text="12 stycken", channel="chat", language="en")
    call = next(call for call in reversed(rasa.actions.calls) if call["sender_id"] == conversation)
    tracker = call["tracker"]
    assert call["domain"] == {}
    assert [event["name"] for event in tracker["events"]] == ["count_form"]
    assert tracker["slots"]["language"] == "en"
    assert tracker["latest_message"]["text"] == "12 stycken"
    assert tracker["latest_message"]["message_id"] == message
    assert tracker["latest_message"]["metadata"]["channel"] == "chat"
    assert tracker["latest_input_channel"] == "chat"
    assert {"entity": "language", "role": "visit", "value": "en"} in tracker["latest_message"]["entities"]


def test_action_calls_share_a_connection(rasa: Rasa) -> None:
    rasa.turn(intent="silent")
    before = len(rasa.actions.connections)
    for _ in range(5):
        rasa.turn(intent="silent")
    assert len(rasa.actions.connections) == before


def test_stock_channels_are_closed(rasa: Rasa) -> None:
    url = rasa.url.replace("/webhooks/gateway", "")
    body = {"sender": "x", "message": "hej"}
    assert requests.post(f"{url}/webhooks/rest/webhook", json=body, timeout=10).status_code == 404
    assert requests.get(f"{url}/conversations/x/tracker", timeout=10).status_code == 404
