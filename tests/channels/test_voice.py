import pytest

from api.channels import voice
from api.channels.twiml import Voice, speak
from api.gateway.messages import Choice, Incoming, Reply
from tests.channels.doubles import BASE, post, say

CALL = {"CallSid": "CA" + "b" * 32, "From": "+46701740605", "To": "+46313900600", "CallStatus": "ringing"}
SID = CALL["CallSid"]
HEAD = '<?xml version="1.0" encoding="UTF-8"?><Response>'
TAIL = "</Response>"
VOICES = {"sv": Voice("Polly.Elin-Neural", "sv-SE"), "en": Voice("Polly.Joanna-Neural", "en-GB")}
NUMBER_OF_SERVICE = "noll ett noll, fyra fyra ett, tre ett, nio noll"
NUMBER = "fyra sex sju, noll ett sju, fyra noll sex, noll fem"
SWEDISH = 'language="sv-SE" voice="Polly.Elin-Neural"'


def gather(inside: str, *, step: int = 1, **more: str) -> str:
    attributes = {
        "action": f"{BASE}/twilio/voice/step/{step}",
        "actionOnEmptyResult": "true",
        "bargeIn": "true",
        "input": "dtmf speech",
        "language": "sv-SE",
        "method": "POST",
        "speechTimeout": "auto",
        "timeout": "5",
    }
    written = " ".join(f'{name}="{value}"' for name, value in sorted((attributes | more).items()))
    return f"{HEAD}<Gather {written}>{inside}</Gather>{TAIL}"


def spoken_as(text: str) -> str:
    return f"<Say {SWEDISH}>{text}</Say>"


def test_a_call_begins_and_its_menu_is_spoken_inside_the_gather(client, gateway):
    gateway.reply = Reply(
        texts=("Välkommen.",),
        choices=(Choice("t1", "att beställa", "1"), Choice("t2", "leverans, klagomål?", "2")),
        expects="choice",
    )
    response = post(client, "/twilio/voice", CALL)

    assert response.headers["content-type"].startswith("text/xml")
    assert response.text == gather(
        spoken_as("Välkommen.") + spoken_as("Tryck ett för att beställa. Tryck två för leverans, klagomål."),
        hints="att beställa, leverans klagomål?",
        numDigits="1",
    )
    assert gateway.received == [
        Incoming(
            channel="voice",
            region="vg",
            thread_key=SID,
            provider_id=f"{SID}:0",
            address="+46701740605",
            event="start",
        )
    ]


@pytest.mark.parametrize(
    ("fields", "text", "event"),
    [
        ({"Digits": "2"}, "2", "message"),
        ({"Digits": "0"}, "0", "message"),
        ({"Digits": "*"}, "*", "message"),
        ({"Digits": "198501012382", "SpeechResult": ""}, "198501012382", "message"),
        ({"SpeechResult": "Jag vill beställa.", "Confidence": "0.9"}, "Jag vill beställa.", "message"),
        ({"Digits": ""}, "", "silence"),
        ({}, "", "silence"),
        ({"SpeechResult": "  "}, "  ", "silence"),
    ],
)
def test_keys_words_and_silence_reach_the_gateway_as_they_are(client, gateway, fields, text, event):
    assert post(client, "/twilio/voice/step/3", CALL | fields).status_code == 200
    incoming = gateway.received[0]
    assert (incoming.text, incoming.event, incoming.provider_id) == (text, event, f"{SID}:3")


def test_each_answer_leads_to_the_next_step(client):
    assert post(client, "/twilio/voice/step/3", CALL | {"Digits": "1"}).text == gather(
        spoken_as("Hej."), step=4, finishOnKey="#"
    )


def test_a_repeated_step_gets_the_same_twiml_though_the_call_has_gone_on(client, gateway):
    fields = CALL | {"Digits": "1"}
    first = post(client, "/twilio/voice/step/1", fields)
    gateway.reply = Reply(texts=("Något annat.",))
    assert post(client, "/twilio/voice/step/1", fields).text == first.text
    assert len(gateway.received) == 1


def test_a_transfer_dials_the_number_and_comes_back_with_how_it_went(client, gateway):
    gateway.reply = Reply(texts=("Jag kopplar dig.",), transfer="+46313900699")
    assert post(client, "/twilio/voice/step/3", CALL | {"Digits": "0"}).text == (
        HEAD + spoken_as("Jag kopplar dig.") + f'<Dial action="{BASE}/twilio/voice/step/4" method="POST" timeout="30">'
        f'<Number statusCallback="{BASE}/twilio/voice/answered/{SID}" statusCallbackEvent="answered" '
        'statusCallbackMethod="POST">+46313900699</Number></Dial>' + TAIL
    )


def waiting(step: int, times: int, *, words: str = "Ett ögonblick.") -> str:
    again = f'<Redirect method="POST">{BASE}/twilio/voice/step/{step}/wait/{times}</Redirect>'
    return HEAD + spoken_as(words) + again + TAIL


def test_a_slow_answer_is_waited_for_aloud_and_made_once(client, gateway, monkeypatch):
    monkeypatch.setattr(voice, "PATIENCE_SECONDS", 0.01)
    gateway.ready.clear()
    keys = CALL | {"Digits": "1"}
    assert post(client, "/twilio/voice/step/3", keys).text == waiting(3, 1)
    longer = waiting(3, 2, words="Det tar lite längre tid.")
    assert post(client, "/twilio/voice/step/3/wait/1", CALL).text == longer
    client.portal.call(gateway.ready.set)
    monkeypatch.setattr(voice, "PATIENCE_SECONDS", 60)
    assert post(client, "/twilio/voice/step/3/wait/2", CALL).text == gather(spoken_as("Hej."), step=4, finishOnKey="#")
    assert [one.text for one in gateway.received] == ["1"]


def test_what_takes_too_long_ends_with_the_number_of_customer_service(client, gateway, monkeypatch):
    monkeypatch.setattr(voice, "PATIENCE_SECONDS", 0.01)
    gateway.ready.clear()
    last = post(client, f"/twilio/voice/step/3/wait/{voice.MOST_WAITS}", CALL)
    assert NUMBER_OF_SERVICE in last.text
    assert "<Hangup />" in last.text
    assert post(client, f"/twilio/voice/step/3/wait/{voice.MOST_WAITS + 1}", CALL).status_code == 422
    client.portal.call(gateway.ready.set)


def test_an_english_caller_is_told_to_wait_in_english(client, gateway, monkeypatch):
    gateway.reply = Reply(texts=("Hello.",), language="en")
    first = post(client, "/twilio/voice", CALL).text
    assert f'action="{BASE}/twilio/voice/step/1?language=en"' in first
    monkeypatch.setattr(voice, "PATIENCE_SECONDS", 0.01)
    gateway.ready.clear()
    slow = post(client, "/twilio/voice/step/1?language=en", CALL | {"Digits": "1"}).text
    assert '<Say language="en-US" voice="Polly.Joanna-Neural">' in slow
    assert f"{BASE}/twilio/voice/step/1/wait/1?language=en</Redirect>" in slow
    client.portal.call(gateway.ready.set)


@pytest.mark.parametrize(
    ("how", "event"),
    [("completed", "transferred"), ("no-answer", "unanswered"), ("busy", "unanswered"), ("failed", "unanswered")],
)
def test_how_a_transfer_went_reaches_the_gateway(client, gateway, how, event):
    post(client, "/twilio/voice/step/4", CALL | {"DialCallStatus": how})
    assert gateway.received[0].event == event


def test_a_finished_visit_hangs_up(client, gateway):
    gateway.reply = Reply(texts=("Tack.", "Hej då."), end=True)
    assert post(client, "/twilio/voice/step/9", CALL | {"Digits": "1"}).text == (
        HEAD + spoken_as("Tack.") + spoken_as("Hej då.") + "<Hangup />" + TAIL
    )


@pytest.mark.parametrize(
    ("expects", "attributes"),
    [
        ("code", {"numDigits": "6", "timeout": "15"}),
        ("identity", {"finishOnKey": "#", "timeout": "15"}),
        ("number", {"finishOnKey": "#"}),
        ("text", {"finishOnKey": "#"}),
    ],
)
def test_the_keypad_waits_for_what_is_asked(client, gateway, expects, attributes):
    gateway.reply = Reply(texts=("Hej.",), expects=expects)
    assert post(client, "/twilio/voice", CALL).text == gather(spoken_as("Hej."), **attributes)


def test_a_number_of_packages_may_have_two_digits_though_choices_are_offered():
    reply = Reply(texts=("Hur många?",), choices=(Choice("t", "samma", "1"),), expects="number")
    assert 'finishOnKey="#"' in speak(reply, next_step="/x", say=say, voices=VOICES)


def test_more_than_nine_choices_end_with_the_square_key():
    choices = tuple(Choice(f"t{n}", f"val {n}", str(n)) for n in range(1, 11))
    twiml = speak(Reply(texts=(), choices=choices, expects="choice"), next_step="/x", say=say, voices=VOICES)
    assert 'finishOnKey="#"' in twiml
    assert "numDigits" not in twiml


def test_a_choice_without_a_key_is_not_spoken_but_may_be_said():
    reply = Reply(texts=("Hej.",), choices=(Choice("t", "smaken vanilj"),))
    twiml = speak(reply, next_step="/x", say=say, voices=VOICES)
    assert "Tryck" not in twiml
    assert 'hints="smaken vanilj"' in twiml


def test_english_is_heard_and_spoken_as_english():
    twiml = speak(Reply(texts=("Hello.",), language="en"), next_step="/x", say=say, voices=VOICES)
    assert twiml.count('language="en-GB"') == 2
    assert 'voice="Polly.Joanna-Neural"' in twiml


def test_the_other_language_is_offered_in_its_own_voice_right_after_the_greeting():
    both = {"sv": Voice("Elin", "sv-SE"), "en": Voice("Amy", "en-US")}
    texts = {"sv": "För svenska, tryck åtta.", "en": "For English, press eight."}

    def worded(name, *, language, **_):
        return "English" if name == "utter_voice_language_called" else texts[language]

    swedish = Reply(texts=("Välkommen.", "Vad vill du göra?"), also_in="en")
    twiml = speak(swedish, next_step="/x", say=worded, voices=both)
    offer = '<Say language="en-US" voice="Amy">For English, press eight.</Say>'
    assert f'Välkommen.</Say>{offer}<Say language="sv-SE" voice="Elin">Vad vill du göra?' in twiml
    assert 'hints="English"' in twiml, "so that its name is recognised in the midst of the other language"
    english = Reply(texts=("Welcome.",), language="en", also_in="sv")
    twiml = speak(english, next_step="/x", say=worded, voices=both)
    assert '<Say language="sv-SE" voice="Elin">För svenska, tryck åtta.</Say>' in twiml


def test_who_was_not_understood_is_listened_to_in_the_other_language_after_a_silence(client, gateway):
    gateway.reply = Reply(("Jag förstod inte.",), (Choice("t1", "beställa", "1"),), also_in="en", hears_also=True)
    document = post(client, "/twilio/voice/step/1", CALL | {"SpeechResult": "aj vant tu årder"}).text
    first, second = document.split("</Gather>")[:2]
    assert "actionOnEmptyResult" not in first, "silence leads on to the second"
    assert "press eight" not in first
    assert second == (
        f'<Gather action="{BASE}/twilio/voice/step/2?language=sv&amp;heard=en" actionOnEmptyResult="true" '
        'bargeIn="true" input="dtmf speech" language="en-US" method="POST" numDigits="1" speechTimeout="auto" '
        'timeout="5"><Say language="en-US" voice="Polly.Joanna-Neural">Do you speak English?</Say>'
    )
    post(client, "/twilio/voice/step/2?language=sv&heard=en", CALL | {"SpeechResult": "I want to order"})
    post(client, "/twilio/voice/step/3?language=sv", CALL | {"SpeechResult": "Jag vill beställa"})
    assert [one.heard_in for one in gateway.received] == [None, "en", None]
    assert post(client, "/twilio/voice/step/4?language=sv&heard=fi", CALL).status_code == 422


@pytest.mark.case(22)
def test_text_can_neither_add_twiml_nor_break_it(client, gateway):
    gateway.reply = Reply(
        texts=('</Say><Dial>+46701740605</Dial>& "\x00\x1b\x85\ud800\ufffe',),
        choices=(Choice("t", '"/><Hangup/>\x07', "1"),),
    )
    text = post(client, "/twilio/voice", CALL).text
    assert "<Dial" not in text
    assert "<Hangup" not in text
    assert spoken_as(f'&lt;/Say&gt;&lt;Dial&gt;+{NUMBER}&lt;/Dial&gt;&amp; "') in text


def test_a_hidden_caller_has_no_address(client, gateway):
    post(client, "/twilio/voice", CALL | {"From": "anonymous"})
    assert gateway.received[0].address is None


def test_when_nothing_can_be_kept_the_caller_hears_the_number_of_customer_service(client, gateway):
    gateway.broken = OSError("database is down")
    response = post(client, "/twilio/voice/step/2", CALL | {"Digits": "1"})
    assert response.status_code == 200
    assert response.text == (
        HEAD + spoken_as(f"Vi kan inte svara just nu. Ring {NUMBER_OF_SERVICE}.") + "<Hangup />" + TAIL
    )


@pytest.mark.parametrize("path", ["", "/step/1", "/step/1/wait/1", "/status", f"/answered/{SID}"])
def test_unsigned_calls_are_refused(client, gateway, path):
    assert client.post(f"/twilio/voice{path}", data=CALL).status_code == 403
    assert gateway.received == []


def test_a_call_to_a_number_that_is_not_ours_is_refused(client, gateway):
    assert post(client, "/twilio/voice", CALL | {"To": "+46313900601"}).status_code == 404
    assert gateway.received == []


@pytest.mark.parametrize(("duration", "seconds"), [("42", 42), ("", None), ("-1", None), ("9" * 40, None)])
def test_the_end_of_a_call_is_kept(client, stores, caplog, duration, seconds):
    caplog.set_level("INFO")
    fields = CALL | {"CallStatus": "completed", "CallDuration": duration}
    assert post(client, "/twilio/voice/status", fields).status_code == 204
    assert stores.phone_calls.told == [("begin", SID, "vg"), ("ended", SID, "completed", seconds)]
    assert f"'call': '{SID}', 'status': 'completed'" in caplog.text


@pytest.mark.parametrize("status", ["initiated", "ringing", "in-progress", "of-tomorrow"])
def test_on_its_way_a_call_is_not_over(client, stores, status):
    assert post(client, "/twilio/voice/status", CALL | {"CallStatus": status}).status_code == 204
    assert stores.phone_calls.told == []


def test_who_takes_a_transferred_call_is_kept_with_the_call_that_was_transferred(client, stores):
    of_the_other_call = {"CallSid": "CA" + "d" * 32, "ParentCallSid": SID, "CallStatus": "in-progress"}
    assert post(client, f"/twilio/voice/answered/{SID}", of_the_other_call).status_code == 204
    assert stores.phone_calls.told == [("answered", SID)]
    assert post(client, "/twilio/voice/answered/nonsense", of_the_other_call).status_code == 422
