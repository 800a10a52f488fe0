"""What must be heard before the yes: D3, D4, D6, D10, D11, D31, W9."""

from dataclasses import replace
from datetime import date

import pytest

from ordering.model import Address
from ordering.use_cases.pending import pending
from ordering.use_cases.place_order import new_orders
from ordering.use_cases.private_answers import use_address
from ordering.use_cases.read_back import read_back
from tests.ordering.cases import DRINK, NOW, PERSON, STRIPS, Talk, line, make_case

CHILD = replace(PERSON, born=date(2015, 5, 1), given_name="Elias", region="skane")
PADS = replace(STRIPS, region="skane", product="skydd", name="Skydd", area="incontinence")
POINT = {"id": "1", "carrier": "Bring", "name": "Boden", "street": "Torget 1", "postal_code": "54130", "city": "Skövde"}


def at_delivery(option, *picks, person=PERSON, lines=None):
    talk = Talk(make_case(lines or [line(1, STRIPS)], person=person, region=person.region))
    talk.say("order_products")
    for _ in lines or [None]:
        if talk.question == "lines":
            talk.pick("lines=all")
        talk.say("inform", ("amount", "10"))
    talk.pick(f"delivery={option}")
    for choice in picks:
        talk.pick(choice)
    return talk


def at_pickup_point(**given):
    talk = at_delivery("pickup_point", **given)
    talk.case.draft.details["nearest"] = [POINT]
    talk.pick("pickup_point=1")
    return talk


def told(talk):
    assert talk.question == "confirm"
    return [say.response for say in read_back(talk.case, talk.case.draft)]


def test_with_an_entry_phone_the_receiver_must_be_at_home_d3():
    talk = at_delivery(
        "outside_door", "address=registered", "dwelling=flat", "door_code=entry_phone", "name_on_door=yes"
    )
    assert {"utter_read_entry_phone", "utter_tell_be_home_to_open"} <= set(told(talk))


def test_without_a_name_on_the_door_the_name_there_is_asked_for_d4():
    talk = at_delivery("outside_door", "address=registered", "dwelling=house")
    assert talk.question == "name_on_door"
    talk.pick("name_on_door=no")
    assert talk.question == "co_name"
    talk.case.draft.details["co_name"] = "Åberg"
    assert "utter_read_co_name" in told(talk)
    assert pending(talk.case).values["co_name"] == "Åberg"


@pytest.mark.parametrize(("answer", "promised"), [("yes", False), ("no", True)])
def test_outside_the_region_no_time_is_promised_d6(answer, promised):
    talk = at_delivery("outside_door", "address=other")
    use_address(talk.case.draft.details, Address("Torget 3", "70210", "Örebro"), changed=True)
    talk.case.draft.asking = None
    assert talk.question == "outside_region"
    for choice in (f"outside_region={answer}", "dwelling=house", "name_on_door=yes"):
        talk.pick(choice)
    assert ("utter_tell_no_time_promise" not in told(talk)) == promised


def test_at_a_pickup_point_how_long_and_what_to_bring_d10_d11():
    talk = at_pickup_point()
    talk.pick("notify_by=own_sms")
    says = {say.response: say.values for say in read_back(talk.case, talk.case.draft)}
    assert says["utter_tell_collect_within_7_days"]["pickup_days"] == "7"
    assert "utter_tell_bring_code_and_id" in says


def test_a_parent_collects_for_a_minor_and_stands_on_the_parcel_d31():
    talk = at_pickup_point(person=CHILD, lines=[line(1, PADS)])
    assert talk.question == "guardian_name"
    talk.case.draft.details["guardian_name"] = "Maria Ek"
    assert "utter_read_guardian" in told(talk)
    (order,) = new_orders(talk.case, talk.case.draft, undo=NOW - NOW)
    assert order.details["label"] == {"name": "Maria Ek", "co": None}


def test_separate_orders_for_different_payers_are_told_before_the_yes_w9():
    lines = [line(1, STRIPS), line(2, replace(DRINK, variants=()), payer="B")]
    talk = at_delivery("outside_door", "address=registered", "dwelling=house", "name_on_door=yes", lines=lines)
    says = {say.response: say.values for say in read_back(talk.case, talk.case.draft)}
    assert says["utter_read_separate"] == {"count": "2"}
    assert "utter_read_separate" not in told(
        at_delivery("outside_door", "address=registered", "dwelling=house", "name_on_door=yes")
    )
