"""Whole calls, made by a Twilio that knows nothing of us and refuses what its documentation does not allow."""

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.channels.twiml_client import IncomingCall, signature
from tests.conversations.patients import code_in, the_one
from tests.conversations.people import ANNA, ELIAS, MARIA, STRANGER, Patient
from tests.conversations.service import Service, until, worded

NUMBER_OF_SERVICE = "0 1 0, 4 4 1, 3 1, 9 0"
MOST_SILENT_STEPS = 5
HOSTILE = "</Say></Gather><Dial>+46701740699</Dial><Hangup/>&#60; ]]> \" ' å"


class Caller:
    """A patient with a phone. What has no name here is done by the call itself."""

    def __init__(self, service: Service, patient: Patient, **more) -> None:
        self.service = service
        self.patient = patient
        url = f"{service.settings.public_url}/twilio/voice"
        number = service.number[patient.region]
        token = service.settings.twilio_auth_token
        self.call = IncomingCall(service.http, url, token, patient.mobile, number, status_url=f"{url}/status", **more)
        self.call.begin()
        self.listened: list[tuple[object, object, object]] = []  # how the keys of each step were collected

    @property
    def words(self) -> str:
        return self.call.words

    def press(self, keys: str, *, after: int | None = None) -> str:
        gather = self.call.gather
        assert gather is not None, "nothing listens"
        self.listened.append(tuple(gather.value(name) for name in ("numDigits", "finishOnKey", "timeout")))
        return self.call.press(keys, after=after).words

    def say(self, words: str, **more) -> str:
        return self.call.say(words, **more).words

    def choices(self) -> dict[str, str]:
        """Keys by what they are for, as told."""
        offered = re.findall(r"(?:Tryck|Press) (\d) (?:för|for) (.+?)\.(?= Tryck| Press|\n|$)", self.words)
        return {label: key for key, label in offered}

    def choose(self, words: str, *, after: int | None = None) -> str:
        keys = self.choices()
        return self.press(keys[the_one(words, list(keys))], after=after)

    def code(self, sent_before: int) -> str:
        arrived = until(lambda: self.service.sms_to(self.patient.mobile)[sent_before:])
        assert arrived, "no code came"
        return code_in(arrived[0])

    def log_in(self) -> str:
        before = len(self.service.sms_to(self.patient.mobile))
        self.press(f"{self.patient.identity_number}#")
        return self.press(self.code(before))


@pytest.fixture
def ring(service):
    def ring(patient: Patient, **more) -> Caller:
        return Caller(service, patient, **more)

    return ring


NAME_ON_DOOR = re.compile(r"namn.*\?")


def to_delivery(anna: Caller) -> None:
    anna.choose("beställa produkter")
    anna.log_in()
    anna.choose("Teststickor")
    anna.press("6#")
    anna.choose("gå vidare")
    assert any("dörren" in label for label in anna.choices())


def to_read_back(anna: Caller) -> str:
    to_delivery(anna)
    anna.choose("utanför dörren")
    anna.choose("ja")
    anna.choose("hus")
    if NAME_ON_DOOR.search(anna.words):
        anna.choose("ja")
    return anna.words


CHOICE, NUMBER = (1, None, 5), (None, "#", 5)
IDENTITY, CODE = (None, "#", 15), (6, None, 15)


def test_a_whole_order_by_keys_that_cut_each_prompt(service, ring):
    anna = ring(ANNA)
    anna.choose("beställa produkter", after=1)
    assert anna.call.heard_before[-1].cut
    anna.log_in()
    anna.choose("Näringsdryck", after=0)
    anna.choose("choklad", after=0)
    anna.press("12#", after=0)
    anna.choose("vanilj", after=0)
    anna.press("8", after=0)  # no square key: the time runs out instead
    anna.choose("gå vidare", after=0)
    anna.choose("utanför dörren", after=0)
    anna.choose("ja", after=0)
    anna.choose("lägenhet", after=0)
    assert re.search(r"portkod", anna.words)
    anna.press("4711#", after=0)
    anna.choose("ja", after=0)
    assert {"12", "8", "4711"} <= set(re.findall(r"\d+", anna.words))
    anna.choose("beställa")
    steps = [CHOICE, IDENTITY, CODE, CHOICE, CHOICE, NUMBER, CHOICE, NUMBER, *[CHOICE] * 4, NUMBER, CHOICE, CHOICE]
    assert anna.listened == steps
    order = service.order(ANNA)
    assert (order.status, order.channel, order.option) == ("confirmed", "voice", "outside_door")
    assert order.lines[0].variants == {"CHO": 12, "VAN": 8}
    assert order.details["door_code"] == "4711"
    assert " ".join(order.number) in anna.words
    assert worded(order.expected_latest) in anna.words


def test_a_whole_order_by_speech(service, ring):
    anna = ring(ANNA)
    anna.say("Jag vill beställa näringsdryck.", confidence=0.62)
    before = len(service.sms_to(ANNA.mobile))
    anna.say("1985 01 01 23 82.")
    anna.say(f"{anna.code(before)}.")
    assert {"vanilj", "choklad"} <= set(anna.call.hints), "what may be said is told to the recogniser"
    anna.say("Tjugo vanilj.")
    if "gå vidare" in anna.words:
        anna.say("Nej tack, inget mer.")
    anna.say("Utanför dörren.", after=0)
    anna.say("Ja.")
    anna.say("Hus.")
    if NAME_ON_DOOR.search(anna.words):
        anna.say("Ja.")
    assert "20" in anna.words
    anna.say("Ja, beställ.")
    order = service.order(ANNA)
    assert (order.status, order.channel, order.lines[0].variants) == ("confirmed", "voice", {"VAN": 20})
    assert " ".join(order.number) in anna.words


def test_silence_to_the_end_is_told_where_to_turn_and_hung_up_on(service, ring):
    anna = ring(ANNA)
    steps = 0
    while not anna.call.ended:
        steps += 1
        assert steps <= MOST_SILENT_STEPS
        before = anna.words
        anna.call.be_silent()
        assert anna.words != before, "the same words again and again"
    assert anna.call.ended == "hangup"
    assert NUMBER_OF_SERVICE in anna.words
    assert service.ordered(ANNA) == []


def test_silence_in_the_middle_keeps_the_question(service, ring):
    anna = ring(ANNA)
    anna.choose("beställa produkter")
    anna.log_in()
    offered = anna.choices()
    anna.call.be_silent()
    assert anna.choices() == offered
    anna.choose("Teststickor")
    assert "6" in anna.words
    anna.press("6#")
    assert service.has_draft(ANNA)


def test_nonsense_leads_to_a_person_and_never_to_a_dead_end(service, ring):
    stranger = ring(STRANGER)
    for words in ("Fjolla drumla kvast.", "Blipp blopp.", "Hm.", "Wrgl."):
        if stranger.call.ended:
            break
        stranger.say(words, confidence=0.11)
        assert stranger.words
    assert stranger.call.dialled or re.search("människa|kundtjänst|ringer upp|uppringd", stranger.words)


@pytest.mark.parametrize("how", ["key", "speech"])
@pytest.mark.parametrize("ends", ["completed", "no-answer"])
def test_zero_or_words_lead_to_a_person_or_how_to_reach_one(service, ring, how, ends):
    anna = ring(ANNA, dialled_ends=ends)
    if how == "key":
        anna.press("0", after=0)
    else:
        anna.say("Jag vill prata med en människa.")
    dialled = [number for one in anna.call.dialled for number in one.numbers]
    ours = set(service.settings.inbound_numbers)
    assert not ours & set(dialled), "we do not call ourselves"
    said = "\n".join(one.text for one in (*anna.call.heard_before, *anna.call.heard))
    assert dialled or NUMBER_OF_SERVICE in said or "ringa" in said or "ringer" in said


def test_nine_says_the_same_again_and_the_choices_still_hold(service, ring):
    anna = ring(ANNA)
    anna.choose("beställa produkter")
    anna.log_in()
    first = anna.call.heard
    gather = anna.call.gather
    anna.press("9", after=0)
    assert anna.call.heard == first
    assert anna.call.gather.value("numDigits") == gather.value("numDigits")
    assert anna.call.hints
    anna.choose("Näringsdryck")
    assert "choklad" in anna.words


def test_star_goes_back_one_question(service, ring):
    anna = ring(ANNA)
    to_delivery(anna)
    anna.press("*")
    assert not any("dörren" in label for label in anna.choices())
    assert service.has_draft(ANNA)
    assert service.ordered(ANNA) == []


def test_eight_changes_the_language_that_is_spoken_and_heard(ring):
    anna = ring(ANNA)
    anna.press("8", after=0)
    assert anna.call.gather.value("language") == "en-US"
    assert {one.language for one in anna.call.heard[-1:]} == {"en-US"}


def test_wrong_codes_never_let_anybody_in(service, ring):
    anna = ring(ANNA)
    anna.choose("beställa produkter")
    before = len(service.sms_to(ANNA.mobile))
    anna.press(f"{ANNA.identity_number}#")
    right = anna.code(before)
    assert anna.call.gather.value("numDigits") == len(right)
    wrong = "100000" if right != "100000" else "100001"
    anna.press("12#")  # cut short by the square key
    for _ in range(8):
        if anna.call.ended or anna.call.gather.value("numDigits") != len(right):
            break
        anna.press(wrong)
        assert "Näringsdryck" not in anna.words
    else:
        pytest.fail("a code may be guessed for ever")
    if not anna.call.ended:
        anna.say("Jag vill beställa teststickor.")
        assert not any("Teststickor" in label for label in anna.choices())
    assert not service.has_draft(ANNA)


def test_a_call_that_is_hung_up_keeps_the_draft_and_is_told_as_completed(service, ring):
    anna = ring(ANNA)
    anna.choose("beställa produkter")
    anna.log_in()
    anna.choose("Teststickor")
    anna.press("6#")
    anna.call.hang_up()
    assert (anna.call.ended, anna.call.status) == ("caller", "completed")
    assert service.has_draft(ANNA)
    assert service.ordered(ANNA) == []

    again = ring(ANNA)
    again.choose("beställa produkter")
    again.log_in()
    assert "6 " in again.words
    assert any("fortsätta" in label for label in again.choices())


@pytest.mark.parametrize("status", ["completed", "busy", "no-answer", "failed", "canceled", "of-tomorrow"])
def test_a_status_may_come_late_and_twice(ring, status):
    anna = ring(ANNA)
    anna.call.hang_up()
    for _ in range(2):
        assert anna.call.tell_status(status, SipResponseCode="487", Unheard="of").status_code == 204


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


def test_fields_that_nobody_knows_are_signed_over_and_change_nothing(ring):
    anna = ring(ANNA, more_fields={"FieldOfTomorrow": "å & + %", "StirVerstat": "", "Digits": "2"})
    assert any("beställa produkter" in label for label in anna.choices())


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
    assert "<Hangup/>gatan 12 & 14" in anna.words
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
    with sqlite3.connect(service.settings.database_url.partition("///")[2], timeout=40) as database:
        database.execute("UPDATE people SET given_name = ? WHERE id = ?", (name, person_id))
