"""Whole calls, made by a Twilio that knows nothing of us and refuses what its documentation does not allow."""

import re
from datetime import datetime, timedelta

import pytest
from num2words import num2words

from ordering.local_time import STOCKHOLM
from rulebook import load_rulebook
from tests.conversations.callers import NAME_ON_DOOR, REST, to_delivery
from tests.conversations.people import ANNA, STRANGER
from tests.conversations.service import Service, in_words

NUMBER_OF_SERVICE = "noll ett noll, fyra fyra ett, tre ett, nio noll"
MOST_SILENT_STEPS = 5
CHOICE, NUMBER = (1, None, 5), (None, "#", 5)
IDENTITY, CODE = (None, "#", 15), (6, None, 15)


def test_a_whole_order_by_keys_that_cut_each_prompt(service, ring):
    anna = ring(ANNA)
    anna.choose("beställa produkter", after=1)
    assert anna.call.heard_before[-1].cut
    anna.log_in()
    anna.choose("näringsdryck", after=0)
    anna.choose("choklad", after=0)
    anna.key("12#", after=0)
    anna.choose("vanilj", after=0)
    anna.key("8", after=0)  # no square key: the time runs out instead
    anna.choose("gå vidare", after=0)
    anna.choose("utanför dörren", after=0)
    anna.choose("ja", after=0)
    anna.choose("lägenhet", after=0)
    assert re.search(r"portkod", anna.words)
    anna.key("4711#", after=0)
    anna.choose("ja", after=0)
    assert {"12", "8", "4711"} <= set(re.findall(r"\d+", anna.figures_to_the_end()))
    anna.choose("beställa")
    number = [NUMBER, CHOICE]  # and whether it is right
    steps = [CHOICE, IDENTITY, CHOICE, CODE, CHOICE, CHOICE, *number, CHOICE, *number, *[CHOICE] * 4, *number, CHOICE]
    assert [step for step in anna.listened if step != REST] == [*steps, CHOICE]
    order = service.order(ANNA)
    assert (order.status, order.channel, order.option) == ("confirmed", "voice", "outside_door")
    assert order.lines[0].variants == {"CHO": 12, "VAN": 8}
    assert order.details["door_code"] == "4711"
    assert order.number in anna.figures
    assert in_words(order.expected_latest) in anna.words


def test_a_whole_order_by_speech(service, ring):
    anna = ring(ANNA)
    anna.say("Jag vill beställa näringsdryck.", confidence=0.62)
    before = len(service.sms_to(ANNA.mobile))
    anna.say("nitton åttiofem noll ett noll ett tjugotre åttiotvå")
    anna.say("Ja, det stämmer.")
    anna.say(" ".join(num2words(int(figure), lang="sv") for figure in anna.code(before)))
    assert {"vanilj", "choklad"} <= set(anna.call.hints), "what may be said is told to the recogniser"
    anna.say("Tjugo vanilj.")
    if "gå vidare" in anna.words:
        anna.say("Nej tack, inget mer.")
    anna.say("Utanför dörren.", after=0)
    anna.say("Ja.")
    anna.say("Hus.")
    if NAME_ON_DOOR.search(anna.words):
        anna.say("Ja.")
    assert "20" in anna.figures_to_the_end()
    anna.say("Ja, beställ.")
    order = service.order(ANNA)
    assert (order.status, order.channel, order.lines[0].variants) == ("confirmed", "voice", {"VAN": 20})
    assert order.number in anna.figures


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
    anna.choose("teststickor")
    assert "6" in anna.figures
    anna.key("6#")
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
    assert dialled or NUMBER_OF_SERVICE in said or "att bli uppringd" in said


@pytest.mark.parametrize("ends", ["completed", "busy", "no-answer", "failed"])
def test_in_opening_hours_a_person_answers_or_the_call_goes_on(service, ring, ends):
    open_at_ten(service)
    anna = ring(ANNA, dialled_ends=ends)
    anna.press("0", after=0)
    if not anna.call.dialled:
        assert NUMBER_OF_SERVICE in anna.words
        return
    [dialled] = anna.call.dialled
    assert not set(dialled.numbers) & set(service.settings.inbound_numbers), "we do not call ourselves"
    [(passed_on, answered, ended)] = service.rows("SELECT transferred_at, answered_at, ended_at FROM phone_calls")
    assert passed_on
    assert bool(answered) == bool(ended) == (ends == "completed")
    if ends == "completed":
        assert anna.call.ended == "hangup"
    else:
        assert anna.call.gather is not None, "nobody took the call, so it goes on here"


def open_at_ten(service: Service) -> None:
    """Moves the clock to ten on a day on which customer service is open."""
    book, now = load_rulebook(), datetime.now(STOCKHOLM)
    moment = (now + timedelta(days=1)).replace(hour=10, minute=0)
    while not book.opening(region="vg", at=moment).open:
        moment += timedelta(days=1)
    service.time_passes(seconds=(moment - now).total_seconds())


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
    anna.choose("näringsdryck")
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
    anna.key(f"{ANNA.identity_number}#")
    right = anna.code(before)
    assert anna.call.gather.value("numDigits") == len(right)
    wrong = "100000" if right != "100000" else "100001"
    anna.press("12#")  # cut short by the square key
    for _ in range(8):
        if anna.call.ended or anna.call.gather.value("numDigits") != len(right):
            break
        anna.press(wrong)
        assert "näringsdryck" not in anna.words
    else:
        pytest.fail("a code may be guessed for ever")
    if not anna.call.ended:
        anna.say("Jag vill beställa teststickor.")
        assert not any("teststickor" in label for label in anna.choices())
    assert not service.has_draft(ANNA)


def test_a_call_that_is_hung_up_keeps_the_draft_and_is_told_as_completed(service, ring):
    anna = ring(ANNA)
    anna.choose("beställa produkter")
    anna.log_in()
    anna.choose("teststickor")
    anna.key("6#")
    anna.call.hang_up()
    assert (anna.call.ended, anna.call.status) == ("caller", "completed")
    assert service.has_draft(ANNA)
    assert service.ordered(ANNA) == []

    again = ring(ANNA)
    again.choose("beställa produkter")
    again.log_in()
    assert "6 " in again.figures
    assert any("fortsätta" in label for label in again.choices())
