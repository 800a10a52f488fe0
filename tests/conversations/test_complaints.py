"""Complaints: what is kept of what was told, and what goes to the mailbox (C1-C7)."""

import pytest

from tests.conversations.patients import in_figures
from tests.conversations.people import ANNA, ERIK, MARIA
from tests.conversations.service import worded


@pytest.fixture
def kept(service):
    """The only complaint: its columns by name."""

    def look(*names: str) -> tuple:
        (row,) = service.rows(f"SELECT {', '.join(names)} FROM complaints")  # noqa: S608  our own names
        return row

    return look


@pytest.fixture
def mailed(service):
    """Whom a mail waits for or has gone to."""
    return lambda: [recipient for (recipient,) in service.rows("SELECT recipient FROM outbox WHERE kind = 'mail'")]


def test_by_sms_everything_is_told_in_a_few_words_and_answered(service, sms, kept, mailed):
    anna = sms(ANNA)
    anna.write("Paketet var helt blött när det kom och tre av flaskorna är trasiga!")
    assert "Vilket av det här gäller det?" in anna.prove(), "it goes on by itself"
    assert "När upptäckte du felet?" in anna.write("choklad")
    assert "Vad vill du att vi gör?" in anna.write("i går")
    answer = anna.write("ny leverans")
    case_number, kind, route, wanted, status = kept("case_number", "kind", "route", "wanted", "status")
    assert f"Ärende {case_number}" in answer
    assert "ny leverans" in answer
    assert "i tid" in answer
    assert (kind, route, wanted, status) == ("damaged", "deviation_report", "new_delivery", "received")
    assert mailed() == ["lmn@vgregion.se"]


def test_by_phone_it_is_told_in_own_words_and_then_chosen_with_keys(call, kept, mailed):
    phone = call(ANNA)
    phone.begin()
    phone.choose("leverans, reklamation och övriga frågor")
    phone.choose("att anmäla ett fel")
    assert "egna ord" in phone.log_in()
    words = "chauffören lämnade paketet hos grannen och det saknades två kartonger"
    assert "fel antal" in phone.say(words)
    assert "Vilket av det här gäller det?" in phone.choose("fel adress")
    assert "När upptäckte du felet?" in phone.choose("vet inte")
    phone.choose("i dag eller de senaste fjorton dagarna")
    answer = phone.choose("att bara anmäla det")
    case_number, text = kept("case_number", "text")
    assert f"R {case_number[1:]}" in in_figures(answer), "a number is read one figure at a time"
    assert "14 dagar" in in_figures(phone.hear_all())
    assert text == words
    assert mailed() == ["lmn@vgregion.se"]


def test_a_product_that_is_not_theirs_need_not_be_known(sms, kept):
    anna = sms(ANNA)
    anna.write("katetern läcker")
    assert "Vilket av det här gäller det?" in anna.prove()
    anna.write("vet inte")
    assert "Ärende R" in anna.write("vet inte")
    assert kept("article_number", "product", "status") == (None, "katetrar", "received")


def test_stopped_half_way_it_is_cancelled_and_not_mailed(sms, kept, mailed):
    anna = sms(ANNA)
    anna.write("jag har fått fel vara")
    anna.prove()
    assert mailed() == ["lmn@vgregion.se"], "left now, it would be sent when the visit is over"
    assert "avbryter" in anna.write("avbryt")
    assert kept("status") == ("cancelled",)
    assert mailed() == []


def test_left_half_told_it_is_kept_and_another_visit_asks_nothing_of_it(chat, kept, mailed):
    anna = chat(ANNA)
    anna.begin()
    anna.write("jag har fått fel vara")
    assert "Vilket" in anna.log_in()
    again = chat(ANNA)
    again.begin()
    again.write("Var är min beställning?")
    assert "Vilket" not in again.log_in()
    assert kept("status", "text") == ("open", "jag har fått fel vara")
    assert mailed() == ["lmn@vgregion.se"]


def test_questions_in_the_middle_are_answered_and_it_goes_on_where_it_was(sms, kept):
    erik = sms(ERIK)
    erik.write("jag fick fel antal katetrar")
    erik.prove()
    answer = erik.write("när har ni öppet?")
    assert "010-441 31 90" in answer
    assert "När upptäckte du felet?" in answer
    answer = erik.write("människa")
    assert "010-441 31 90" in answer
    if "ring upp mig" in answer:  # outside the opening hours a call back is offered first
        answer = erik.write("nej, gå vidare")
    assert "När upptäckte du felet?" in answer
    assert "När upptäckte" in erik.write("skicka resten tack"), "said before it was asked, and used"
    assert "Ärende R" in erik.write("i går")
    assert kept("wanted") == ("new_delivery",)


def test_one_step_back_asks_again(chat, kept):
    maria = chat(MARIA)
    maria.begin()
    maria.write("kartongen var krossad")
    maria.log_in()
    assert "Vilket av det här gäller det?" in maria.click("Maria")
    maria.click("Vet inte")
    assert "Vilket av det här gäller det?" in maria.write("tillbaka")
    assert kept("answered") == ("[]",)


def test_an_order_that_is_late_can_be_answered_with_that_it_has_not_come(service, sms, kept):
    maria = sms(MARIA)
    maria.write("Var är min beställning?")
    maria.prove()
    maria.write("Maria")
    service.time_passes(days=8)
    assert "skulle ha kommit" in maria.write("Var är min beställning?")
    under_way = service.orders(MARIA)[0]
    answer = maria.write("den har inte kommit")
    assert f"beställt {worded_with_weekday(under_way.day)}" in answer
    maria.write("1")
    assert kept("kind", "order_id") == ("missing", under_way.id)


def worded_with_weekday(day) -> str:
    from babel.dates import format_date

    assert worded(day) in format_date(day, "EEEE d MMMM", locale="sv")
    return format_date(day, "EEEE d MMMM", locale="sv")


def test_a_few_words_that_tell_nothing_are_asked_about_and_kept_whole(sms, kept):
    erik = sms(ERIK)
    erik.write("Jag vill reklamera")
    assert "egna ord" in erik.prove()
    erik.write("det är något galet med katetern")
    assert kept("text") == ("Jag vill reklamera\ndet är något galet med katetern",)


def test_a_complaint_in_the_middle_of_an_order_leaves_the_order_where_it_was(sms, kept):
    anna = sms(ANNA)
    anna.write("Jag vill beställa teststickor")
    anna.write("förresten så fick jag fel sorts lansetter i förra leveransen")
    assert "När upptäckte" in anna.prove()
    anna.write("vet inte")
    answer = anna.write("bara anmäla det")
    assert f"Ärende {kept('case_number')[0]}" in answer
    assert "Hur många förpackningar teststickor" in answer
    assert "Hur vill du få det levererat?" in anna.write("6")


def test_who_would_rather_order_has_complained_all_the_same(sms, kept, mailed):
    anna = sms(ANNA)
    anna.write("jag har fått fel vara")
    anna.prove()
    answer = anna.write("nej nu vill jag beställa teststickor")
    assert f"Ärende {kept('case_number')[0]}" in answer
    assert "Hur många förpackningar teststickor" in answer
    assert kept("status") == ("received",)
    assert mailed() == ["lmn@vgregion.se"]
