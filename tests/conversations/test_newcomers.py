"""What somebody writes who meets the service for the first time: how, why, what it costs, and the other way round."""

import pytest

from tests.conversations.people import ANNA, EMMA, ERIK, SIGNE, STRANGER


@pytest.fixture
def window(chat):
    """A chat that has just begun."""

    def opened(patient=STRANGER):
        begun = chat(patient)
        begun.begin()
        return begun

    return opened


@pytest.mark.parametrize("question", ["är du en människa?", "är du en robot?"])
def test_what_answers_is_told_whichever_way_it_is_asked(window, question):
    assert "automatisk assistent, ingen människa" in window().write(question)


@pytest.mark.parametrize("question", ["hur gör man för att beställa?", "hur gör jag en beställning"])
def test_how_to_order_is_told_and_not_the_waiting_time(window, question):
    answer = window().write(question)
    assert answer.startswith("Du beställer här hos mig")
    assert "tredjedel" not in answer


def test_on_the_phone_why_there_is_a_wait_is_told_and_who_renews_a_prescription(call):
    phone = call(ANNA)
    phone.begin()
    assert "två tredjedelar" in phone.say("varför måste jag vänta så länge")
    assert "skriver ut" in phone.say("vem ska förnya")


def test_a_refusal_can_be_asked_about_and_is_no_goodbye(sms):
    erik = sms(ERIK)
    assert "om 40 dagar" in erik.write("jag vill beställa katetrar")
    why = erik.write("varför då")
    assert "för tidigt" in why or "två tredjedelar" in why
    assert "1177" in why
    assert "förskrivare" in erik.write("men jag har bara 3 kvar")
    assert "Hej då" not in " ".join(text for who, text in erik.heard if who == "assistant")


def test_in_english_too(sms):
    erik = sms(ERIK)
    erik.write("I want to order catheters")
    assert "two thirds" in erik.write("but why")
    assert "prescriber" in erik.write("but I only have 3 left")


def test_what_it_costs_is_told_to_anybody_and_ones_own_when_asked_for(window):
    emma = window(EMMA)
    answer = emma.write("vad kostar det?")
    assert "Speciallivsmedel har en egenavgift" in answer
    assert "personnummer" not in answer
    assert "personnummer" in emma.click("Ja, visa mina")
    assert emma.log_in().count("120 kronor per uttag") == 1
    assert "ingen uppgift om egenavgifter" in window().write("vad kostar det?")


def test_how_returns_work_is_told_to_anybody_and_a_no_asks_for_nothing(window):
    stranger = window()
    answer = stranger.write("kan man lämna tillbaka produkter?")
    assert "kundtjänst på 010-441 31 90" in answer
    assert "blivit över" in answer
    assert "personnummer" not in answer
    assert "personnummer" not in stranger.write("nej")
    assert "blivit över" not in window(SIGNE).write("kan man lämna tillbaka produkter?")


@pytest.mark.parametrize("words", ["ångra", "avbryt beställningen"])
def test_right_after_the_order_it_may_be_taken_back_in_any_words(service, sms, words):
    anna = sms(ANNA)
    anna.write("Jag vill beställa 6 teststickor")
    anna.write("utlämningsställe")
    anna.write("1")
    anna.write("1")
    assert "ångra dig" in anna.confirm()
    assert service.order(ANNA).number in anna.write(words)
    assert "avbruten" in anna.write("ja")
    assert service.order(ANNA).status == "cancelled"
