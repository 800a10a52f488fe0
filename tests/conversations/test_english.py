"""English: nothing of it in Swedish, remembered from one channel to the next, and left again."""

import re

import pytest

from tests.conversations.golden import all_golden
from tests.conversations.people import ANNA

SWEDISH_LETTERS = re.compile("[åäöÅÄÖ]")
# Names stay as they are: ours, those of people and places, and what stands on a register's package.
NAMES = ("Påfyll", "Linné", "Nära", "Göteborg", "Borås", "Skövde")
IN_ENGLISH = [one for one in all_golden() if one.path.stem.startswith("english_") and one.language == "en"]


def english(said: str) -> str:
    """What was said, once it holds no Swedish."""
    for name in NAMES:
        said = said.replace(name, "")
    assert not SWEDISH_LETTERS.search(said), said
    assert not re.search(r"\b(och|inte|eller|att|du|tack|din)\b", said, re.IGNORECASE), said
    return said


@pytest.mark.parametrize("golden", [pytest.param(one, id=one.name) for one in IN_ENGLISH])
def test_whoever_speaks_english_hears_no_swedish(golden):
    first = next(place for place, turn in enumerate(golden.turns) if turn.patient not in (None, "[8]"))
    assert golden.turns[first:]
    for turn in golden.turns[first:]:
        english("\n".join((*turn.service, *turn.sms)))


def test_a_language_asked_for_by_sms_is_spoken_in_the_chat_after_login(service, sms, chat):
    sms(ANNA).write("English please")
    assert service.person(ANNA).language == "en"
    anna = chat(ANNA)
    anna.begin()
    assert "personnummer" in anna.click("Beställa produkter"), "before login nobody is known"
    assert "What do you want?" in english(anna.log_in())


def test_key_eight_in_the_middle_of_a_call_goes_back_to_swedish_and_keeps_the_order(service, call):
    anna = call(ANNA)
    anna.begin()
    anna.press("8")
    anna.say("I want to order test strips")
    assert "How many packages of test strips" in english(anna.log_in())
    assert "How do you want it delivered?" in english(anna.key("6#"))
    assert "Hur vill du få det levererat?" in anna.press("8")
    anna.choose("utlämningsställe")
    assert service.has_draft(ANNA)
    assert service.person(ANNA).language == "sv", "what was asked for last is remembered"


def test_english_before_key_eight_is_heard_as_swedish_then_asked_about_in_english_and_understood(ring):
    anna = ring(ANNA)
    anna.say("aj vant tu årder mår drinks", confidence=0.31)
    assert anna.call.gather.value("language") == "sv-SE"
    assert "English" not in anna.words, "that comes in its own turn"
    anna.call.be_silent()
    assert anna.words == "Do you speak English? Say what you want, or press eight."
    assert anna.call.gather.value("language") == "en-US"
    anna.say("I want to order more nutrition drinks")
    assert anna.call.gather.value("language") == "en-US"
    assert "personal number" in english(anna.words)


def test_key_eight_counts_when_it_is_asked_about_too(ring):
    anna = ring(ANNA)
    anna.say("aj vant tu årder mår drinks", confidence=0.31)
    anna.call.be_silent()
    anna.press("8")
    assert "What do you want to do?" in anna.words


def test_swedish_that_comes_late_and_is_heard_as_english_goes_on_in_swedish(ring):
    anna = ring(ANNA)
    anna.say("fjolla drumla kvast", confidence=0.31)
    anna.call.be_silent()
    anna.say("yah grill bastala nearing strict", confidence=0.22)
    assert anna.call.gather.value("language") == "sv-SE"
    assert "människa" in anna.words


def test_silence_in_both_languages_is_silence(ring):
    anna = ring(ANNA)
    anna.say("aj vant tu årder mår drinks", confidence=0.31)
    anna.call.be_silent()
    anna.call.be_silent()
    assert "Vi verkar ha fastnat" in anna.words
