"""The double of a Twilio call is itself held to Twilio's documentation, and our TwiML is held to the double."""

from collections.abc import Mapping
from types import SimpleNamespace
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from api.channels.twiml import Voice, speak
from api.gateway.keeping import SPARE_SECONDS
from api.gateway.messages import Choice, Reply
from tests.channels.doubles import BASE, TEXTS
from tests.channels.twiml_client import READ_SECONDS, IncomingCall, signature
from tests.channels.twiml_document import BadTwiml, parse

PUBLISHED_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
PUBLISHED_FIELDS = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}


def document(inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'.encode()


def test_signs_as_the_published_example():
    assert signature("12345", PUBLISHED_URL, PUBLISHED_FIELDS) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    "inside",
    [
        '<Say language="sv-SE" voice="Polly.Elin-Neural" loop="2">Hej &lt;du&gt;</Say>',
        '<Gather input="dtmf speech" numDigits="1" finishOnKey="" timeout="5" speechTimeout="auto" hints="ja, nej då"'
        ' language="sv-SE" bargeIn="true" action="/x" method="GET" actionOnEmptyResult="true"><Say>A</Say><Pause/>'
        "<Play>https://a.example/b.mp3</Play></Gather>",
        '<Redirect method="POST">/x?a=1</Redirect>',
        '<Dial action="x" callerId="+46313900600" timeout="20"><Number>+46104413190</Number></Dial>',
        "<Dial>+46104413190</Dial>",
        '<Pause length="3"/><Hangup/>',
        '<Reject reason="busy"/>',
        "",
    ],
)
def test_takes_what_is_documented(inside):
    parse(document(inside), "text/xml; charset=utf-8")


@pytest.mark.parametrize(
    "inside",
    [
        "<Speak>Hej</Speak>",
        "<say>Hej</say>",
        "<Number>+46104413190</Number>",
        "<Say>Hej<Say>du</Say></Say>",
        "<Say><Number>+46104413190</Number></Say>",
        "<Gather><Hangup/></Gather>",
        "<Gather><Gather/></Gather>",
        "<Gather>Hej</Gather>",
        "<Gather><Say>A</Say>Hej</Gather>",
        "Hej",
        "<Say/>",
        "<Say> </Say>",
        f"<Say>{'a' * 4097}</Say>",
        '<Say lang="sv">Hej</Say>',
        '<Say language="svenska">Hej</Say>',
        '<Say voice="Elin">Hej</Say>',
        '<Gather input="dtmf, speech"/>',
        '<Gather input="keys"/>',
        '<Gather numDigits="0"/>',
        '<Gather numDigits="1.5"/>',
        '<Gather numdigits="1"/>',
        '<Gather finishOnKey="##"/>',
        '<Gather finishOnKey="A"/>',
        '<Gather timeout="auto"/>',
        '<Gather speechTimeout="soon"/>',
        '<Gather bargeIn="yes"/>',
        '<Gather actionOnEmptyResult="True"/>',
        '<Gather method="PUT"/>',
        '<Gather action=""/>',
        '<Gather action="javascript:x"/>',
        '<Gather action="/a b"/>',
        f'<Gather hints="{"a" * 101}"/>',
        f'<Gather hints="{",".join("a" * 501)}"/>',
        '<Gather hints="a,,b"/>',
        "<Redirect/>",
        '<Redirect action="/x"/>',
        "<Dial/>",
        "<Dial>0104413190</Dial>",
        "<Dial>+46104413190<Number>+46104413190</Number></Dial>",
        '<Dial callerId="kundtjänst">+46104413190</Dial>',
        '<Dial timeout="0">+46104413190</Dial>',
        '<Dial timeout="601">+46104413190</Dial>',
        '<Hangup reason="x"/>',
        "<Hangup>Hej</Hangup>",
        '<Pause length="-1"/>',
        '<Reject reason="no"/>',
        "<Say>a</Say",
    ],
)
def test_refuses_what_is_not_documented(inside):
    with pytest.raises(BadTwiml):
        parse(document(inside), "text/xml")


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (document("<Hangup/>"), "application/json"),
        (b"<Answer/>", "text/xml"),
        (b"", "text/xml"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><Response><Say>&b;</Say></Response>", "text/xml"),
        ("<?xml version='1.0' encoding='UTF-8'?><Response><Say>å</Say></Response>".encode("latin-1"), "text/xml"),
        (document("<Say>" + "a" * 4000 + "</Say>" + "<Pause/>" * 9000), "text/xml"),
    ],
)
def test_refuses_what_is_no_document(content, content_type):
    with pytest.raises(BadTwiml):
        parse(content, content_type)


class Script:
    """A server that answers each path with the TwiML given for it, and remembers what came."""

    def __init__(self, **documents: str) -> None:
        self.documents = documents
        self.came: list[tuple[str, str, Mapping[str, str]]] = []

    def request(self, method, url, *, content, headers):
        parts = urlsplit(url)
        fields = dict(parse_qsl(content or parts.query, keep_blank_values=True))
        signed = fields if method == "POST" else {}
        assert headers["X-Twilio-Signature"] == signature("token", url, signed)
        self.came.append((method, parts.path, fields))
        body = document(self.documents.get(parts.path.strip("/") or "start", ""))
        return SimpleNamespace(status_code=200, content=body, text=body.decode(), headers={"content-type": "text/xml"})

    def call(self, **more) -> IncomingCall:
        call = IncomingCall(self, "https://a.example/", "token", "+46701740605", "+46313900600", **more)
        return call.begin()


def test_a_document_that_ends_hangs_up():
    call = Script(start="<Say>Hej</Say><Pause/>").call()
    assert (call.words, call.ended) == ("Hej", "end of document")


def test_silence_falls_through_to_the_next_verb_unless_empty_results_are_wanted():
    server = Script(start='<Gather action="/x"/><Say>Ingen där</Say><Redirect>/y</Redirect>', y="<Hangup/>")
    call = server.call().be_silent()
    assert (call.words, call.ended) == ("Ingen där", "hangup")
    assert [path for _, path, _ in server.came] == ["/", "/y"]

    server = Script(start='<Gather action="/x" actionOnEmptyResult="true"/><Say>Aldrig</Say>', x="<Say>Tyst</Say>")
    assert server.call().be_silent().words == "Tyst"
    assert server.came[-1][2]["Digits"] == ""


def test_without_an_action_the_same_document_is_asked_for():
    server = Script(start="<Gather/>")
    server.call().press("12#")
    assert [path for _, path, _ in server.came] == ["/", "/"]


@pytest.mark.parametrize(
    ("gather", "keys", "taken"),
    [
        ("", "12#", {"Digits": "12", "FinishedOnKey": "#"}),
        ("", "12", {"Digits": "12"}),
        ("", "#7#", {"Digits": "7", "FinishedOnKey": "#"}),
        ('numDigits="6"', "123#", {"Digits": "123", "FinishedOnKey": "#"}),
        ('numDigits="1"', "*", {"Digits": "*"}),
        ('numDigits="1" finishOnKey=""', "#", {"Digits": "#"}),
        ('finishOnKey="*"', "1#2*", {"Digits": "1#2", "FinishedOnKey": "*"}),
    ],
)
def test_keys_are_collected_until_they_are_complete(gather, keys, taken):
    server = Script(start=f'<Gather {gather} action="/x"/>')
    server.call().press(keys)
    fields = server.came[-1][2]
    assert {name: fields[name] for name in ("Digits", "FinishedOnKey") if name in fields} == taken


def test_a_key_too_many_is_told():
    with pytest.raises(AssertionError, match="came after"):
        Script(start='<Gather numDigits="1"/>').call().press("12")


def test_speech_counts_only_where_it_is_listened_for():
    server = Script(start='<Gather input="speech" method="GET" action="/x"/>', x='<Gather action="/y"/>')
    call = server.call().say("ja tack", confidence=0.5)
    method, path, fields = server.came[-1]
    assert (method, path, fields["SpeechResult"], fields["Confidence"]) == ("GET", "/x", "ja tack", "0.5000000")
    assert call.say("ja").ended == "end of document"


def test_barge_in_cuts_what_is_spoken_and_may_be_forbidden():
    prompts = "<Say>Ett</Say><Say>Två</Say><Say>Tre</Say>"
    server = Script(start=f'<Gather action="/x">{prompts}</Gather>')
    call = server.call().press("1", after=1)
    assert [(one.text, one.cut) for one in call.heard_before] == [("Ett", False), ("Två", True)]
    call = Script(start=f'<Gather action="/x" bargeIn="false">{prompts}</Gather><Say>Hej då</Say>').call()
    assert call.press("1", after=1).words == "Hej då"


def test_a_transfer_is_dialled_and_its_end_is_told():
    dial = '<Dial action="/x" timeout="20" callerId="+46313900600"><Number>+46104413190</Number></Dial>'
    server = Script(start=dial, x="<Say>Ingen svarade</Say>")
    call = server.call(dialled_ends="no-answer")
    [dialled] = call.dialled
    assert (dialled.numbers, dialled.caller_id, dialled.seconds) == (("+46104413190",), "+46313900600", 20)
    assert server.came[-1][2]["DialCallStatus"] == "no-answer"


@pytest.mark.parametrize(("ends", "told"), [("completed", ["in-progress"]), ("busy", [])])
def test_who_takes_a_transferred_call_is_told_when_that_is_asked_for(ends, told):
    number = '<Number statusCallback="/who" statusCallbackEvent="answered">+46104413190</Number>'
    server = Script(start=f'<Dial action="/x">{number}</Dial>', x="<Hangup/>")
    call = server.call(dialled_ends=ends)
    who = [fields for _, path, fields in server.came if path == "/who"]
    assert [fields["CallStatus"] for fields in who] == told
    assert all(fields["ParentCallSid"] == call.sid != fields["CallSid"] for fields in who)


def test_rejecting_comes_first_or_not_at_all():
    assert Script(start="<Reject/>").call().ended == "rejected"
    with pytest.raises(BadTwiml):
        Script(start="<Say>Hej</Say><Reject/>").call()


def test_documents_that_lead_to_each_other_for_ever_are_refused():
    with pytest.raises(BadTwiml, match="for ever"):
        Script(start="<Redirect>/x</Redirect>", x="<Redirect>/</Redirect>").call()


# Our own TwiML


def say(name, *, channel, language, **values):
    offer = {"utter_voice_other_language": "For English, press eight.", "utter_voice_language_called": "English"}
    texts = TEXTS | offer
    return texts[name].format(**values)


VOICES = {"sv": Voice("Polly.Elin-Neural", "sv-SE"), "en": Voice("Polly.Joanna-Neural", "en-US")}


def accepted(reply: Reply):
    twiml = speak(reply, next_step=f"{BASE}/twilio/voice/step/1", say=say, voices=VOICES)
    return parse(twiml.encode(), "text/xml")


HOSTILE = [
    "</Say></Gather><Dial>+46701740605</Dial><Gather><Say>",
    "<![CDATA[<Hangup/>]]>",
    "]]>\"'&amp;&#60;Redirect&#62;",
    "<!DOCTYPE a>",
    "<?xml version='1.0'?><Response/>",
    "\x00\x08\x0b\x1f\x7f\x85\ud800\udfff\ufffe\uffff",
    "å" * 5000,
    ("ord " * 2000) + "slut",
    ", ,, ,",
    "\u2028\u202e\u200b😀",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("expects", ["anything", "choice", "number", "identity", "code", "text"])
def test_whatever_a_text_or_a_choice_holds_one_gather_comes_out(text, expects):
    reply = Reply(texts=(text, "Hej."), choices=(Choice("t", text, "1"), Choice("u", "nej", "2")), expects=expects)
    [gather] = accepted(reply)
    assert gather.name == "Gather"
    assert {verb.name for verb in gather.inside} == {"Say"}
    assert "nej" in gather.value("hints")


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_the_last_text_holds_it_is_said_and_the_call_ends(text):
    verbs = accepted(Reply(texts=(text, "Hej då."), end=True))
    assert {verb.name for verb in verbs[:-1]} == {"Say"}
    assert verbs[-1].name == "Hangup"


def test_a_long_text_is_said_whole():
    words = [f"ord{chr(97 + number % 26)}" for number in range(2000)]
    [gather] = accepted(Reply(texts=(" ".join(words),)))
    assert " ".join(verb.text for verb in gather.inside).split() == words


def test_a_thousand_choices_give_no_more_hints_than_are_taken():
    [gather] = accepted(Reply(texts=("Hej.",), choices=tuple(Choice(f"t{n}", f"val {n}") for n in range(1000))))
    assert len(gather.value("hints")) == 500


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_offer_of_another_language_is_accepted(language):
    [gather] = accepted(Reply(texts=("Hej.",), language=language, also_in="en" if language == "sv" else "sv"))
    assert len(gather.inside) == 2


def test_query_of_a_get_is_part_of_what_is_signed():
    server = Script(start='<Redirect method="GET">/x?a=1</Redirect>', x="<Hangup/>")
    server.call()
    method, _, fields = server.came[-1]
    assert (method, fields["a"], parse_qs("To=%2B46313900600")["To"]) == ("GET", "1", [fields["To"]])


# Whole calls through the door, with a gateway that answers as it is told


@pytest.fixture
def calls(client):
    def call(**more) -> IncomingCall:
        urls = {"url": f"{BASE}/twilio/voice", "status_url": f"{BASE}/twilio/voice/status"}
        given = urls | {"auth_token": "token", "caller": "+46701740605", "called": "+46313900600"} | more
        return IncomingCall(client, **given)

    return call


def test_each_step_is_posted_to_an_address_of_its_own(calls, gateway):
    call = calls().begin()
    call.press("12#").be_silent().say("hej")
    assert [one.event for one in gateway.received] == ["start", "message", "silence", "message"]
    assert [one.text for one in gateway.received] == ["", "12", "", "hej"]
    assert [one.provider_id for one in gateway.received] == [f"{call.sid}:{step}" for step in range(4)]


def test_a_call_in_which_the_database_falls_is_told_the_number_and_ended(calls, gateway):
    call = calls().begin()
    gateway.broken = OSError("down")
    call.press("1#")
    assert (call.ended, call.status) == ("hangup", "completed")
    assert "noll ett noll, fyra fyra ett, tre ett, nio noll" in call.words


@pytest.mark.parametrize("caller", ["anonymous", "Restricted", "+266696687", "+2562533", "", "sip:a@b.example"])
def test_a_caller_who_hides_can_call_and_has_no_number(calls, gateway, caller):
    call = calls(caller=caller).begin()
    assert call.gather is not None
    assert gateway.received[0].address is None


def test_what_was_lost_is_sent_again_with_the_same_token_and_answered_alike(calls, gateway):
    call = calls().begin().press("1#")
    gateway.reply = Reply(texts=("Något annat.",))
    assert call.repeat() == call.documents[-1]
    assert len(gateway.received) == 2


def test_a_call_that_is_signed_with_another_token_gets_nowhere(calls, gateway):
    with pytest.raises(BadTwiml, match="403"):
        calls(auth_token="another").begin()
    assert gateway.received == []


def test_a_turn_may_not_last_longer_than_twilio_waits(settings):
    assert settings.turn_timeout_seconds + SPARE_SECONDS < READ_SECONDS - 1
