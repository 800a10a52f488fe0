"""When nothing can be ordered: the patient hears why, when it can, and where to turn."""

from datetime import timedelta

from tests.conversations.people import AMIRA, ANNA, ERIK, JOHAN, LARS, MARIA
from tests.conversations.service import worded

CUSTOMER_SERVICE = "010-441 31 90"


def test_too_early_tells_the_first_day_the_days_left_the_reason_and_where_to_turn(service, sms):
    erik = sms(ERIK)
    answer = erik.write("Hej, jag behöver nya katetrar")
    # Taken 20 days ago for 90 days; two thirds of them must pass.
    first_day = service.today() + timedelta(days=40)
    assert f"{worded(first_day)}, om 40 dagar" in answer
    assert "90 dagar" in answer
    assert "60 dagar" in answer
    assert CUSTOMER_SERVICE in answer
    assert "förskrivare" in answer
    assert "1177" in answer
    assert "112" in answer
    assert not service.has_draft(ERIK)


def test_the_day_before_it_is_too_early_and_on_the_day_it_is_not(service, sms):
    service.time_passes(days=39)
    assert "om 1 dag" in sms(ERIK).write("när kan jag beställa katetrar igen?")
    service.time_passes(days=1)
    assert "du kan beställa nu, upp till 12" in sms(ERIK).write("när kan jag beställa katetrar igen?")


def test_what_is_on_its_way_tells_when_it_was_ordered_and_when_it_comes(service, sms):
    maria = sms(MARIA)
    maria.write("Jag vill beställa stomipåsar")
    maria.prove()
    answer = maria.write("Maria")
    under_way = service.orders(MARIA)[0]
    assert under_way.status == "ordered"
    assert "är på väg" in answer
    assert worded(under_way.day) in answer
    assert worded(under_way.expected_latest) in answer


def test_none_left_leads_to_the_prescriber(service, call):
    amira = call(AMIRA)
    amira.begin()
    amira.choose("att beställa produkter")
    # A reserve number has letters, so it cannot be keyed: it is said.
    before = len(service.sms_to(AMIRA.mobile))
    amira.tell(AMIRA.identity_number)
    answer = amira.press(amira.login_code(before))
    assert "no withdrawals left" in answer, "her register says that she speaks English"
    assert "your prescriber" in answer
    assert not service.has_draft(AMIRA)


def test_an_expired_prescription_tells_its_last_day_and_leads_to_the_prescriber(service, chat):
    lars = chat(LARS)
    lars.begin()
    lars.click("Beställa produkter")
    answer = lars.log_in()
    last_day = service.today() - timedelta(days=400 - 365)
    assert worded(last_day) in answer
    assert "förskrivare" in answer


def test_a_glucose_sensor_never_stands_outside_the_door_whatever_the_patient_says(service, sms):
    johan = sms(JOHAN)
    johan.write("Jag vill beställa sensorer")
    options = johan.write("2")
    assert "Utanför dörren" not in options
    assert "Utlämningsställe" in options
    refused = johan.write("ställ det utanför dörren")
    assert "går inte" in refused
    assert "Utlämningsställe" in refused
    johan.write("utlämningsställe")
    johan.write("1")
    johan.write("1")
    johan.confirm()
    assert service.order(JOHAN).option == "pickup_point"


def test_more_than_the_prescription_gives_is_refused_on_every_try(service, sms):
    anna = sms(ANNA)
    anna.write("Jag vill beställa teststickor")
    assert "högst 6" in anna.write("7")
    assert "högst 6" in anna.write("60 stycken")
    assert "Hur vill du få det levererat?" in anna.write("6")


def test_a_product_that_is_not_prescribed_is_told_and_the_rest_is_offered(service, sms):
    answer = sms(ANNA).write("Jag vill beställa blöjor")
    assert "ingen förskrivning på inkontinensskydd" in answer
    assert "näringsdryck" in answer
