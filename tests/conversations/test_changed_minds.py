"""Second thoughts, a word to the driver, an address to keep, and a change after the yes: what is kept and sent."""

from tests.conversations.people import ANNA
from tests.conversations.service import until


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
