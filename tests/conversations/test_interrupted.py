"""An order that is interrupted and taken up on another channel; an address that Rasa never sees."""

from tests.conversations.patients import in_figures
from tests.conversations.people import ANNA


def test_begun_in_chat_offered_and_finished_by_sms(service, chat, sms):
    window = chat(ANNA)
    window.begin()
    window.write("jag vill ha 12 choklad och 8 vanilj")
    assert "Hur vill du få det levererat?" in window.log_in()

    anna = sms(ANNA)
    offered = anna.write("Hej")
    assert "påbörjad beställning: 20 näringsdryck (12 choklad och 8 vanilj)" in offered
    assert "Hur vill du få det levererat?" in anna.write("ja, fortsätt")
    anna.write("utlämningsställe")
    anna.write("2")
    anna.write("1")
    anna.confirm()
    order = service.order(ANNA)
    assert (order.channel, order.lines[0].variants) == ("sms", {"CHO": 12, "VAN": 8})


def test_begun_by_sms_offered_and_finished_on_the_phone(service, sms, call):
    anna = sms(ANNA)
    anna.write("Jag vill beställa näringsdryck")
    anna.write("20 citrus")

    phone = call(ANNA)
    phone.begin()
    phone.choose("att beställa produkter")
    offered = phone.log_in()
    assert "påbörjad beställning: 20 näringsdryck (20 citrus)" in in_figures(offered)
    phone.choose("att fortsätta")
    phone.choose("Utlämningsställe")
    phone.press("1#")
    phone.press("1")
    phone.choose("att beställa")
    order = service.order(ANNA)
    assert (order.channel, order.lines[0].variants) == ("voice", {"CIT": 20})

    # The old question in the SMS thread makes no second order.
    anna.write("1")
    assert len(service.ordered(ANNA)) == 1


def test_offered_and_begun_again_from_the_start(service, chat, sms):
    window = chat(ANNA)
    window.begin()
    window.write("jag vill ha 20 vanilj")
    window.log_in()
    anna = sms(ANNA)
    anna.write("Hej")
    assert "Vad vill du ha?" in anna.write("börja om")
    anna.write("näringsdryck")
    assert "20 kvar" in anna.last


def test_offered_and_left_for_later_it_is_offered_again(service, chat):
    first = chat(ANNA)
    first.begin()
    first.write("jag vill ha 20 vanilj")
    first.log_in()
    second = chat(ANNA)
    second.begin()
    second.write("jag vill beställa")
    assert "påbörjad beställning" in second.log_in()
    assert "sparar" in second.click("Inte nu")
    third = chat(ANNA)
    third.begin()
    third.write("jag vill beställa")
    assert "påbörjad beställning" in third.log_in()


def test_another_address_is_asked_for_kept_out_of_rasa_and_read_back_as_written(service, sms):
    anna = sms(ANNA)
    anna.write("Jag vill beställa teststickor")
    anna.write("6")
    anna.write("utanför dörren")
    anna.write("annan adress")
    assert "Jag behöver gata" in anna.write("hos min syster")
    assert "utanför din region" in anna.write("Ågatan 2, 541 30 Skövde")
    anna.write("nej")
    anna.write("hus")
    anna.write("ja")
    assert "Ågatan 2" in anna.last
    anna.confirm()
    assert service.order(ANNA).details["address"] == "Ågatan 2, 541 30 Skövde"
    kept = " ".join(str(text) for (text,) in service.rows("SELECT text FROM inbox WHERE text IS NOT NULL"))
    assert "Ågatan" not in kept
