"""Orders as people make them: all at once, with second thoughts, a word to the driver, and changes after the yes."""

import pytest

from tests.conversations.people import ANNA
from tests.conversations.service import until


def written(one) -> int:
    return sum(who == "patient" for who, _ in one.heard)


def all_at_once(one, yes):
    """What somebody says who knows what they want: the order, home or flat, the name, and yes."""
    one.write("ja")
    one.write("hus")
    assert "12 choklad och 8 vanilj" in one.write("ja")
    return yes()


def test_who_knows_what_they_want_needs_at_most_five_messages_by_sms(service, sms):
    anna = sms(ANNA)
    assert "registrerade adress" in anna.write("12 choklad och 8 vanilj utanför dörren, inget mer tack")
    all_at_once(anna, anna.confirm)
    assert service.order(ANNA).lines[0].variants == {"CHO": 12, "VAN": 8}
    assert written(anna) <= 5


def test_who_knows_what_they_want_needs_at_most_five_messages_in_chat(service, chat):
    anna = chat(ANNA)
    anna.begin()
    anna.write("12 choklad och 8 vanilj utanför dörren")
    before = written(anna)
    assert "Kastanjegatan 12 A" in anna.log_in()
    login = written(anna) - before
    all_at_once(anna, lambda: anna.write("ja"))
    assert service.order(ANNA).lines[0].variants == {"CHO": 12, "VAN": 8}
    assert written(anna) - login <= 5


def first_order(sms):
    first = sms(ANNA)
    first.write("12 choklad och 8 vanilj till utlämningsställe")
    first.write("2")
    first.write("1")
    first.confirm()


def delivered(service):
    first_order_of = service.order(ANNA)
    service.time_passes(minutes=20)
    assert until(lambda: service.order(ANNA).status == "ordered")
    for status in ("out_for_delivery", "delivered"):
        service.distributor_reports(first_order_of, status)
    service.time_passes(days=70)


@pytest.mark.parametrize("words", ["samma som sist", "det vanliga tack", "same as last time please"])
def test_same_as_last_time_needs_at_most_two_messages_by_sms(service, sms, words):
    first_order(sms)
    delivered(service)
    anna = sms(ANNA)
    anna.write(words)
    anna.confirm()
    assert written(anna) <= 2
    *again, first = service.ordered(ANNA)
    assert first.lines[0].variants in [order.lines[0].variants for order in again]
    for order in again:
        assert (order.option, order.details["pickup_point"]) == (first.option, first.details["pickup_point"])


def test_same_as_last_time_needs_at_most_two_messages_in_chat(service, sms, chat):
    first_order(sms)
    delivered(service)
    anna = chat(ANNA)
    anna.begin()
    anna.write("samma som sist")
    before = written(anna)
    assert "12 choklad och 8 vanilj" in anna.log_in()
    login = written(anna) - before
    anna.write("ja")
    assert written(anna) - login <= 2
    assert len(service.ordered(ANNA)) > 1


def test_earlier_answers_are_corrected_while_an_address_is_awaited(service, chat):
    anna = chat(ANNA)
    anna.begin()
    anna.write("6 teststickor utanför dörren")
    anna.log_in()
    assert "Kastanjegatan 12 A" in anna.write("jag menade fem")
    assert "Vilken adress?" in anna.write("nej, fel adress")
    anna.write("Ågatan 2, 541 30 Skövde")
    assert "utanför din region" in anna.write("vad kostar det?"), "the question is asked again"
    anna.write("nej")
    anna.write("hus")
    read_back = anna.write("ja")
    assert "5 Teststickor" in read_back
    assert "Ågatan 2, 541 30 Skövde" in read_back
    assert "Vilken adress?" in anna.write("nej, fel adress")
    assert "Ågatan 2" in anna.write("tillbaka")
    assert "Vad vill du ha?" in anna.write("börja om")


def test_one_flavour_instead_of_another_by_sms(service, sms):
    anna = sms(ANNA)
    anna.write("jag vill ha 20 choklad")
    anna.write("utlämningsställe")
    anna.write("1")
    assert "20 choklad" in anna.write("1")
    assert "20 vanilj" in anna.write("inte choklad, vanilj")
    anna.confirm()
    assert service.order(ANNA).lines[0].variants == {"VAN": 20}


def test_a_note_to_the_driver_is_refused_read_back_and_delivered(service, chat):
    anna = chat(ANNA)
    anna.begin()
    anna.write("6 teststickor utanför dörren")
    anna.log_in()
    assert "fraktsedeln" in anna.write("hälsa chauffören att ringa 070-174 06 05")
    assert "Vad ska stå" in anna.last
    anna.write("ring på hos grannen")
    anna.write("ja")
    anna.write("hus")
    assert "Meddelande till chauffören: ring på hos grannen." in anna.write("ja")
    anna.write("be chauffören ringa på två gånger")
    assert "Meddelande till chauffören: Ringa på två gånger." in anna.last
    anna.write("ja")
    service.time_passes(minutes=20)
    (document,) = until(service.distributor_got)
    assert document["delivery"]["details"]["note_to_driver"] == "Ringa på två gånger"
    seen_by_rasa = service.rows("SELECT text FROM inbox WHERE text LIKE '%070-174%' OR text LIKE '%grannen%'")
    assert seen_by_rasa == []


def test_a_note_on_the_phone_from_the_change_menu(service, call):
    anna = call(ANNA)
    anna.begin()
    anna.say("sex teststickor utanför dörren")
    anna.log_in()
    anna.choose("ja")
    anna.choose("hus")
    anna.choose("ja")
    anna.choose("att ändra något")
    assert "Vad ska stå" in anna.choose("ett meddelande till chauffören")
    assert "Meddelande till chauffören: ställ det i skjulet." in anna.say("ställ det i skjulet")
    anna.choose("att beställa")
    assert service.order(ANNA).details["note_to_driver"] == "ställ det i skjulet"


def test_a_typed_address_is_saved_chosen_and_forgotten(service, chat):
    anna = chat(ANNA)
    anna.begin()
    anna.write("6 teststickor utanför dörren")
    anna.log_in()
    anna.click("Annan adress")
    for answer in ("Ågatan 2, 541 30 Skövde", "nej", "hus", "ja"):
        anna.write(answer)
    assert "spara adressen" in anna.write("ja")
    assert "sparad" in anna.click("Ja, spara den")
    anna.write("20 vanilj utanför dörren")
    assert "Din sparade adress: Ågatan 2, 541 30 Skövde" in anna.choices
    anna.click("Din sparade adress")
    for answer in ("nej", "hus"):
        anna.write(answer)
    assert "Ågatan 2" in anna.write("ja")
    assert "spara adressen" not in anna.write("ja")
    assert "borttagen" in anna.write("ta bort min sparade adress")
    assert service.person(ANNA).saved_address is None


def test_changed_before_it_is_sent_the_old_order_is_replaced(service, sms):
    anna = sms(ANNA)
    anna.write("Jag vill beställa 6 teststickor")
    for answer in ("utlämningsställe", "1", "1"):
        anna.write(answer)
    anna.confirm()
    old = service.order(ANNA)
    assert "Vad vill du ändra?" in anna.write("jag vill ändra beställningen")
    anna.write("antal")
    assert f"ersätter beställning {old.number}" in anna.write("4")
    anna.confirm()
    new, before = service.ordered(ANNA)
    assert (new.lines[0].packages, new.status, before.number, before.status) == (
        4,
        "confirmed",
        old.number,
        "cancelled",
    )
    service.time_passes(minutes=20)
    (document,) = until(service.distributor_got)
    assert document["order"] == new.number
    answer = anna.write("nej, fel adress")
    assert until(lambda: service.ordered(ANNA)[0].status == "ordered")
    assert "kundtjänst, ärende R" in (answer if "ärende" in answer else anna.write("fel adress"))
    service.distributor_reports(service.ordered(ANNA)[0], "out_for_delivery")
    assert "redan på väg" in anna.write("ändra adressen")


def test_a_change_that_is_given_up_leaves_the_order(service, chat):
    anna = chat(ANNA)
    anna.begin()
    anna.write("6 teststickor utanför dörren")
    anna.log_in()
    for answer in ("ja", "hus", "ja", "ja"):
        anna.write(answer)
    number = service.order(ANNA).number
    assert "Vilken adress?" in anna.write("fel adress")
    assert f"{number} gäller som förut" in anna.write("avbryt")
    assert service.order(ANNA).status == "confirmed"


def test_everything_at_once_and_changed_in_english(service, chat):
    anna = chat(ANNA)
    anna.begin()
    anna.write("I want 6 test strips outside the door")
    anna.log_in()
    anna.write("please ask the driver to ring the bell")
    anna.write("yes")
    anna.write("house")
    read_back = anna.write("yes")
    assert "Note to the driver: Ring the bell." in read_back
    assert "Which address?" in anna.write("wrong address")
    anna.write("back")
    assert "Thank you, " in anna.write("yes")
    assert "What do you want to change?" in anna.write("change my order")
    assert "holds as before" in anna.write("cancel")
