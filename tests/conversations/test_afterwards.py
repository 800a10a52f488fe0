"""After the yes: repeated, taken back, sent, delivered."""

import pytest

from tests.conversations.patients import in_figures
from tests.conversations.people import ANNA, MARIA
from tests.conversations.service import in_words, until, worded


@pytest.fixture
def anna(sms):
    """Anna has just ordered six packages of test strips to a pickup point."""
    anna = sms(ANNA)
    anna.write("Jag vill beställa 6 teststickor")
    anna.write("utlämningsställe")
    anna.write("1")
    anna.write("1")
    anna.confirm()
    return anna


def test_a_repeated_yes_gives_the_same_order(service, anna):
    yes, receipt = anna.heard[-2][1], anna.heard[-1][1]
    assert anna.write(yes) == receipt
    assert anna.write("ja") == receipt
    assert service.order(ANNA).number in receipt


def test_where_is_my_order_is_answered_in_one_turn_on_every_channel(service, anna, chat, call):
    order = service.order(ANNA)
    by_sms = anna.write("Var är min beställning?")
    window = chat(ANNA)
    window.begin()
    window.click("Var är min beställning?")
    in_chat = window.log_in()
    phone = call(ANNA)
    phone.begin()
    phone.choose("leverans, reklamation och övriga frågor")
    phone.choose("att höra var din beställning är")
    on_the_phone = phone.log_in()
    for answer in (by_sms, in_chat):
        assert order.number in answer
        assert worded(order.expected_latest) in answer
    assert order.number in in_figures(on_the_phone)
    assert in_words(order.expected_latest) in on_the_phone


def test_taken_back_within_the_undo_window_nothing_goes_to_the_distributor(service, anna):
    order = service.order(ANNA)
    assert order.number in anna.write("ångra beställningen")
    assert "avbruten" in anna.write("ja")
    assert service.order(ANNA).status == "cancelled"
    service.time_passes(minutes=20)
    assert not until(service.distributor_got, seconds=3)
    assert "kan beställa nu" in anna.write("när kan jag beställa teststickor?"), "the withdrawal is there again"


def test_kept_after_all_the_order_stands(service, anna):
    anna.write("ångra beställningen")
    anna.write("nej")
    assert service.order(ANNA).status == "confirmed"


def test_when_the_undo_window_has_passed_the_distributor_gets_the_order_once(service, anna):
    order = service.order(ANNA)
    assert service.distributor_got() == []
    service.time_passes(minutes=16)
    (document,) = until(service.distributor_got)
    assert document["order"] == order.number
    assert [line["packages"] for line in document["lines"]] == [6]
    assert until(lambda: service.order(ANNA).status == "ordered")
    service.time_passes(minutes=30)
    assert not until(lambda: len(service.distributor_got()) > 1, seconds=3)
    assert "redan skickad till lagret" in anna.write("ångra beställningen")
    assert service.order(ANNA).status == "ordered"


def test_reported_on_its_way_and_delivered_the_article_opens_again(service, sms):
    maria = sms(MARIA)
    maria.write("Var är min beställning?")
    maria.prove()
    assert "packas" in maria.write("Maria")
    under_way = service.orders(MARIA)[0]
    service.distributor_reports(under_way, "out_for_delivery")
    assert "på väg till dig" in maria.write("Var är min beställning?")
    assert "på väg" in maria.write("Jag vill beställa stomipåsar")
    service.distributor_reports(under_way, "delivered")
    assert "levererades" in maria.write("Var är min beställning?")
    service.time_passes(days=20)
    assert "upp till 2" in maria.write("Jag vill beställa stomipåsar")
