"""What somebody writes who meets the service for the first time: how, why, what it costs, and the other way round."""

from datetime import timedelta

import pytest

from tests.conversations.people import ANNA, ELIAS, EMMA, ERIK, MARIA, SIGNE, STRANGER
from tests.conversations.service import worded


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


@pytest.mark.parametrize("question", ["hur gör man för att beställa?", "hur lägger jag en beställning"])
def test_how_to_order_is_told_and_not_the_waiting_time(window, question):
    answer = window().write(question)
    assert answer.startswith("Du beställer här hos mig")
    assert "tredjedel" not in answer


def test_on_the_phone_why_there_is_a_wait_is_told_and_who_renews_a_prescription(call):
    phone = call(ANNA)
    phone.begin()
    assert "två tredjedelar" in phone.say("varför måste jag vänta så länge")
    assert "skriver ut" in phone.say("vem ska förnya")


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


def test_what_is_none_of_ours_is_no_case(service, sms):
    anna = sms(ANNA)
    anna.write("den är trasig")
    assert "Vilket av det här gäller det?" in anna.prove()
    assert "ingen anmälan" in anna.write("ingen av dem")
    assert service.rows("SELECT status FROM complaints") == [("cancelled",)]


def test_a_question_in_a_complaint_is_answered_and_asked_again(service, sms):
    anna = sms(ANNA)
    anna.write("Paketet var helt blött när det kom och tre av flaskorna är trasiga!")
    anna.prove()
    anna.write("choklad")
    assert "inte varit än" in anna.write(worded(service.today() + timedelta(days=29)))
    anna.write("i går")
    answer = anna.write("hur beställer jag?")
    assert "Du beställer här" in answer
    assert "Vad vill du att vi gör?" in answer
    assert "Vad vill du att vi gör?" in anna.write("teststickor")
    assert service.rows("SELECT product, wanted, status FROM complaints") == [(None, None, "open")]


@pytest.fixture
def maria(sms):
    """Maria, who has begun an order for her son Elias and stopped it."""
    maria = sms(MARIA)
    maria.write("Hej, jag vill beställa näringsdryck")
    maria.prove()
    maria.write("Elias")
    assert "avbruten" in maria.write("AVBRYT")
    return maria


def test_when_the_childs_order_is_stopped_the_visit_is_about_the_mother_again(service, maria):
    answer = maria.write("är min stomipåse på väg?")
    assert "Gäller Maria." in answer
    assert "packas" in answer
    assert not service.has_draft(ELIAS)
    assert not service.has_draft(MARIA)
    assert "stomipåsar, beställt" in maria.write("jag vill lämna tillbaka stomipåsarna")
    assert "Junior" not in maria.last
    assert service.rows("SELECT person_id FROM complaints") == [(service.person(MARIA).id,)]


def test_without_a_word_of_whose_it_is_the_speakers_is_answered_and_told(maria):
    answer = maria.write("när kan jag beställa igen?")
    assert answer.startswith("Gäller Maria.")
    assert "stomipåsar" in answer.lower()


def test_a_product_that_only_the_other_has_leads_to_the_other(service, maria):
    maria.write("är min stomipåse på väg?")
    assert "Gäller Elias." in maria.write("när kan jag beställa näringsdryck?")
    assert "Gäller Maria." in maria.write("det gäller mig själv, vad har jag på recept?")
    assert "Gäller Elias." in maria.write("och vad har Elias på recept?")


@pytest.mark.parametrize("words", ["byt person", "switch person"])
def test_the_person_can_be_changed_at_any_time(maria, words):
    assert "1 Maria" in maria.write(words)
    maria.write("mig")
    assert "Vad vill du göra?" in maria.last or "What do you want to do?" in maria.last
    assert "stomi" in maria.write("vad har jag på recept").lower()


def test_mine_while_it_is_about_another_is_asked_about(sms):
    maria = sms(MARIA)
    maria.write("Vad har jag på recept?")
    maria.prove()
    assert "Gäller Elias." in maria.write("Elias")
    assert "1 Maria" in maria.write("var är min beställning?")
    assert "packas" in maria.write("1")


def test_what_was_ordered_for_the_child_can_be_taken_back_at_once(service, sms):
    maria = sms(MARIA)
    maria.write("Hej, jag vill beställa näringsdryck")
    maria.prove()
    maria.write("Elias")
    for words in ("5 jordgubb och 5 vanilj", "utlämningsställe", "1", "1"):
        maria.write(words)
    assert "Gäller Elias." in maria.last
    assert "Tack, " in maria.confirm()
    assert service.order(ELIAS).number in maria.write("ångra")
    assert "avbruten" in maria.write("ja")
    assert service.order(ELIAS).status == "cancelled"
    assert "Gäller Maria." in maria.write("var är min beställning?")
