"""A confirmed order is changed: beside the old one, which holds until the new yes (W8)."""

from datetime import timedelta

from ordering.model import OrderLine
from ordering.use_cases.change_order import ask_to_change, reopen, under_way
from ordering.use_cases.read_back import read_back
from tests.ordering.cases import DRINK, NOW, STRIPS, TODAY, Talk, line, make_case, order

DETAILS = {
    "address": "Ågatan 2, 541 30 Skövde",
    "postal_address": {"street": "Ågatan 2", "postal_code": "54130", "city": "Skövde"},
    "address_changed": False,
    "dwelling": "house",
    "name_on_door": True,
    "note_to_driver": "Ring på",
    "label": {"name": "Karin Ek", "co": None},
}


def placed(status="confirmed", **changed):
    values = {
        "day": TODAY,
        "status": status,
        "channel": "chat",
        "details": dict(DETAILS),
        "confirmed_at": NOW,
        "send_after": NOW + timedelta(minutes=15),
    } | changed
    return order(values.pop("taken", [OrderLine(1, "10001", 6)]), **values)


def changing(**changed):
    talk = Talk(make_case([line(1, STRIPS), line(2, DRINK)], [placed(**changed)]))
    assert not talk.case.states[1].decision.allowed
    return talk, reopen(talk.case, under_way(talk.case))


def test_the_order_is_the_draft_again_and_may_be_taken_once_more():
    talk, says = changing()
    assert [(say.response, say.values["until"]) for say in says] == [("utter_change_begun", "10:15")]
    draft = talk.case.draft
    assert (draft.option, draft.details["note_to_driver"], "label" in draft.details) == (
        "outside_door",
        "Ring på",
        False,
    )
    assert draft.lines[0].packages == 6
    assert talk.question == "confirm"
    assert talk.case.states[1].decision.allowed


def test_only_what_is_changed_is_asked_for():
    talk, _ = changing()
    talk.say("change_address")
    assert talk.question == "new_address"
    talk.case.draft.asking = None
    talk.say("inform", ("amount", "4"), text="jag menade 4")
    assert talk.case.draft.lines[0].packages == 4
    talk.pick("change_order=any")
    assert talk.question == "change"


def test_the_read_back_says_what_is_replaced():
    talk, _ = changing()
    says = read_back(talk.case, talk.case.draft)
    assert (says[0].response, says[0].values) == ("utter_read_replaces", {"number": "1234567"})


def test_orders_of_one_yes_are_changed_together():
    other = placed(taken=[OrderLine(2, "32681", 10, {"vanilla": 10})], id=8, number="7654321", payer="B")
    talk = Talk(make_case([line(1, STRIPS), line(2, DRINK, payer="B")], [placed(), other]))
    reopen(talk.case, under_way(talk.case))
    assert {one.line_id for one in talk.case.draft.lines} == {1, 2}
    assert sorted(talk.case.draft.replaces) == [7, 8]
    assert "utter_read_separate" in [say.response for say in read_back(talk.case, talk.case.draft)]


def test_an_order_that_was_sent_meanwhile_counts_again():
    talk, _ = changing()
    row = talk.case.draft
    later = make_case([line(1, STRIPS)], [placed(status="ordered")], draft=row)
    assert not later.states[1].decision.allowed


def test_a_change_is_offered_only_while_it_can_be_made():
    def offered(status):
        return [say.response for say in ask_to_change(make_case([line(1, STRIPS)], [placed(status=status)]))]

    assert offered("confirmed") == ["utter_ask_change_order"]
    assert offered("ordered") == offered("out_for_delivery") == offered("cancelled") == []
