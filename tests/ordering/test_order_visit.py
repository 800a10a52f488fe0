"""The order visit as the draft sees it: what is asked, what an answer changes, what is refused."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ordering import wording
from ordering.draft import Draft
from ordering.model import OrderLine
from ordering.use_cases.pending import pending
from ordering.use_cases.place_order import fee, may_confirm, new_orders
from ordering.use_cases.read_back import read_back
from tests.ordering.cases import DRINK, LANCETS, NOW, PERSON, SENSOR, STRIPS, TODAY, Talk, line, make_case, order


def test_the_only_line_is_not_asked_for():
    talk = Talk(make_case([line(1, STRIPS)]))
    talk.say("order_products")
    assert talk.question == "amount"


def test_several_lines_are_asked_for_and_then_whether_there_is_more():
    talk = Talk(make_case([line(1, STRIPS), line(2, DRINK)]))
    talk.say("order_products")
    assert talk.question == "lines"
    talk.pick("lines=1")
    talk.say("inform", ("amount", "4"))
    assert talk.question == "more_lines"
    talk.say("deny")
    assert talk.question == "delivery"


def test_more_than_the_line_states_is_refused_w7():
    talk = Talk(make_case([line(1, STRIPS, packages=6)]))
    talk.say("order_products")
    result = talk.say("inform", ("amount", "7"))
    assert [say.response for say in result.says] == ["utter_too_many"]
    assert talk.question == "amount"
    assert talk.say("inform", ("amount", "0")).says[0].response == "utter_nothing_asked"


def test_flavours_are_split_as_the_patient_likes_v1_v2():
    talk = Talk(make_case([line(1, DRINK, packages=10)]))
    talk.say("order_products")
    assert talk.question == "variants"
    talk.say("choose_variants", ("amount", "4"), ("flavour", "choklad"), ("amount", "6"), ("flavour", "vanilj"))
    assert talk.case.draft.lines[0].variants == {"chocolate": 4, "vanilla": 6}
    assert talk.question == "delivery"


def test_flavours_never_sum_to_more_than_the_line_gives_v2():
    talk = Talk(make_case([line(1, DRINK, packages=10)]))
    talk.say("order_products")
    talk.say("choose_variants", ("amount", "8"), ("flavour", "choklad"))
    result = talk.say("choose_variants", ("amount", "3"), ("flavour", "vanilj"))
    assert result.says[0].response == "utter_too_many"
    assert result.says[0].values["left"] == "2"
    assert talk.case.draft.lines[0].variants == {"chocolate": 8}


def test_flavours_can_be_picked_one_by_one_with_a_keypad():
    talk = Talk(make_case([line(1, DRINK, packages=10)]))
    talk.say("order_products")
    talk.pick("variants=chocolate")
    assert talk.question == "variant_amount"
    talk.say("inform", ("amount", "3"))
    assert talk.question == "variants"
    talk.pick("variants=enough")
    assert talk.question == "delivery"
    assert talk.case.draft.lines[0].taken == 3


def test_a_flavour_out_of_stock_is_told_and_not_taken():
    talk = Talk(make_case([line(1, DRINK)]))
    talk.say("order_products")
    result = talk.say("choose_variants", ("amount", "2"), ("flavour", "kaffe"))
    assert result.says[0].response == "utter_flavour_out_of_stock"
    assert talk.case.draft.lines[0].variants == {}


def test_same_as_last_time_asks_only_about_what_is_gone_v5():
    last = order([OrderLine(1, "32681", 10, {"chocolate": 6, "coffee": 4})], day=TODAY - timedelta(days=40))
    talk = Talk(make_case([line(1, DRINK)], [last]))
    talk.say("order_products")
    result = talk.pick("variants=same")
    assert [say.response for say in result.says] == ["utter_flavour_gone"]
    assert talk.case.draft.lines[0].variants == {"chocolate": 6}
    assert talk.question == "variants"


def test_same_as_last_time_as_the_first_words_goes_straight_to_reading_back():
    last = order(
        [OrderLine(1, "10001", 5)],
        day=TODAY - timedelta(days=40),
        channel="sms",
        option="pickup_point",
        details={"pickup_point": {"id": "1"}, "notify_by": "sms", "mobile": "+46701740605"},
    )
    talk = Talk(make_case([line(1, STRIPS)], [last]))
    talk.say("same_as_last_time")
    assert talk.case.draft.lines[0].packages == 5
    assert talk.question == "confirm"


def test_same_as_last_time_keeps_what_has_no_last_time_and_asks_about_it():
    last = order([OrderLine(1, "10001", 5)], day=TODAY - timedelta(days=40))
    talk = Talk(make_case([line(1, STRIPS), line(2, LANCETS)], [last]))
    talk.say("order_products", ("product", "testremsa"), ("product", "lansetter"))
    talk.say("same_as_last_time")
    assert [(one.line_id, one.packages) for one in talk.case.draft.lines] == [(1, 5), (2, None)]
    assert talk.question == "amount"


def test_each_number_goes_to_the_product_beside_it():
    talk = Talk(make_case([line(1, STRIPS), line(2, LANCETS), line(3, DRINK)]))
    talk.say(
        "order_products",
        *(("amount", "2"), ("product", "lansetter"), ("amount", "6"), ("product", "testremsa")),
        *(("amount", "10"), ("flavour", "vanilj")),
    )
    drafted = {one.line_id: one for one in talk.case.draft.lines}
    assert (drafted[1].packages, drafted[2].packages) == (6, 2)
    assert drafted[3].variants == {"vanilla": 10}
    assert talk.question == "delivery"


def test_a_cgm_is_never_left_outside_the_door_d5():
    talk = Talk(make_case([line(1, SENSOR)]))
    talk.say("order_products")
    talk.say("inform", ("amount", "2"))
    labels = [choice.label for choice in pending(talk.case).choices]
    assert "utter_choice_delivery_outside_door" not in labels
    assert talk.say("choose_delivery", ("delivery", "outside_door")).says[0].response == "utter_option_not_possible"


def at_delivery(**person):
    talk = Talk(make_case([line(1, STRIPS)], person=replace(PERSON, **person)))
    talk.say("order_products")
    talk.say("inform", ("amount", "10"))
    return talk


def test_outside_the_door_of_a_flat_asks_for_door_code_and_name_d2_d4():
    talk = at_delivery()
    talk.pick("delivery=outside_door")
    assert talk.question == "address"
    talk.pick("address=registered")
    assert talk.question == "dwelling"
    talk.pick("dwelling=flat")
    asked = []
    for answer in ("door_code=entry_phone", "name_on_door=yes"):
        asked.append(talk.question)
        talk.pick(answer)
    assert sorted(asked) == ["door_code", "name_on_door"]
    assert talk.question == "confirm"
    assert "be_home_to_open" in talk.case.tell(talk.case.draft)


def test_a_pickup_point_asks_which_and_whom_to_notify_d8_d9():
    talk = at_delivery()
    talk.pick("delivery=pickup_point")
    assert talk.question == "pickup_point"
    talk.case.draft.details["nearest"] = [{"id": "7", "name": "ICA", "street": "Torget 1", "city": "Skövde"}]
    talk.pick("pickup_point=7")
    assert talk.question == "notify_by"
    talk.pick("notify_by=own_sms")
    assert talk.question == "confirm"
    assert set(talk.case.tell(talk.case.draft)) >= {"collect_within_7_days", "bring_code_and_id"}


def test_another_number_to_notify_is_asked_for():
    talk = at_delivery()
    talk.pick("delivery=pickup_point")
    talk.case.draft.details["nearest"] = [{"id": "7", "name": "ICA", "street": "Torget 1", "city": "Skövde"}]
    talk.pick("pickup_point=7")
    talk.pick("notify_by=sms")
    assert talk.question == "mobile"


def test_no_to_what_was_read_back_asks_what_to_change():
    talk = at_delivery()
    ready(talk)
    talk.say("deny")
    assert talk.question == "change"
    talk.pick("change=delivery")
    assert talk.question == "delivery"
    assert talk.case.draft.lines[0].packages == 10


def test_going_back_takes_the_last_answer_away():
    talk = at_delivery()
    talk.pick("delivery=outside_door")
    assert talk.case.draft.go_back()
    assert talk.question == "delivery"
    assert talk.case.draft.go_back()
    assert talk.question == "amount"


def test_the_same_message_changes_the_draft_once():
    talk = at_delivery()
    talk.pick("delivery=outside_door")
    before = talk.case.draft.snapshot()
    talk.count -= 1
    talk.pick("delivery=pickup_point")
    assert talk.case.draft.snapshot() == before


def ready(talk):
    for answer in ("delivery=outside_door", "address=registered", "dwelling=house", "name_on_door=yes"):
        talk.pick(answer)
    assert talk.question == "confirm"


def test_a_yes_counts_only_for_what_was_read_back():
    talk = at_delivery()
    ready(talk)
    assert not may_confirm(talk.case)
    talk.case.draft.read_back = talk.case.draft.fingerprint()
    assert may_confirm(talk.case)
    talk.case.draft.lines[0].packages = 9
    assert not may_confirm(talk.case)


@pytest.mark.parametrize("proof", ["number", "code"])
def test_an_sms_must_carry_the_code_of_the_read_back(proof):
    draft = at_delivery().case.draft
    draft.read_back = draft.fingerprint()
    without = make_case([line(1, STRIPS)], draft=draft, channel="sms", proof=proof)
    assert not may_confirm(without)
    with_code = make_case(
        [line(1, STRIPS)], draft=draft, channel="sms", proof=proof, state={"confirm_ok": draft.read_back}
    )
    assert may_confirm(with_code)


def test_what_a_number_alone_knows_confirms_nothing_on_the_phone():
    draft = at_delivery().case.draft
    draft.read_back = draft.fingerprint()
    state = {"confirm_ok": draft.read_back}
    assert not may_confirm(make_case([line(1, STRIPS)], draft=draft, channel="voice", proof="number", state=state))


def test_lines_with_different_payers_become_separate_orders_w9():
    talk = Talk(make_case([line(1, STRIPS, payer="A"), line(2, DRINK, payer="B")]))
    talk.say("order_products")
    talk.pick("lines=all")
    talk.say("inform", ("amount", "10"))
    talk.say("choose_variants", ("amount", "10"), ("flavour", "choklad"))
    ready(talk)
    orders = new_orders(talk.case, talk.case.draft, undo=timedelta(minutes=15))
    assert sorted(order.payer for order in orders) == ["A", "B"]
    assert all(order.expected_latest == date(2026, 3, 9) for order in orders)


def test_no_day_is_promised_outside_the_region_d6():
    talk = at_delivery()
    ready(talk)
    talk.case.draft.details.update(outside_region=True)
    [order] = new_orders(talk.case, talk.case.draft, undo=timedelta(minutes=15))
    assert "no_time_promise" in talk.case.tell(talk.case.draft)
    assert (order.expected_earliest, order.expected_latest) == (None, None)


def test_an_order_begun_in_another_visit_is_offered_again_w8():
    draft = at_delivery().case.draft
    case = make_case([line(1, STRIPS)], draft=draft, id=4)
    assert case.question == "resume"
    talk = Talk(case)
    talk.pick("resume=go_on")
    assert talk.question == "delivery"


def test_starting_over_forgets_the_begun_order():
    draft = at_delivery().case.draft
    talk = Talk(make_case([line(1, STRIPS)], draft=draft, id=4))
    talk.pick("resume=start_over")
    assert talk.question == "amount"


def test_what_was_ordered_elsewhere_meanwhile_is_taken_out_w5():
    draft = at_delivery().case.draft
    other = order([OrderLine(1, "10001", 10)], day=TODAY, status="ordered", expected_latest=date(2026, 3, 9))
    talk = Talk(make_case([line(1, STRIPS)], [other], draft=draft, id=4))
    result = talk.pick("resume=go_on")
    assert result.says[0].response == "utter_on_its_way"
    assert talk.case.draft.lines == []


def test_an_sms_never_carries_a_door_code_or_the_street():
    talk = at_delivery()
    talk.pick("delivery=outside_door")
    talk.pick("address=registered")
    draft = talk.case.draft
    draft.details["door_code"] = "1234"
    values = pending(make_case([line(1, STRIPS)], draft=draft, channel="sms")).values
    assert "1234" not in values.values()
    assert not any("Ågatan" in value for value in values.values())


def test_a_draft_survives_being_stored():
    talk = at_delivery()
    ready(talk)
    draft = talk.case.draft
    again = Draft.from_json(draft.to_json())
    assert again == draft
    assert NOW.tzinfo is not None


def test_a_line_added_later_takes_back_a_delivery_it_does_not_allow_d5():
    talk = Talk(make_case([line(1, STRIPS), line(2, SENSOR)]))
    talk.say("order_products")
    talk.pick("lines=1")
    talk.say("inform", ("amount", "10"))
    talk.say("choose_delivery", ("delivery", "outside_door"))
    assert talk.case.draft.option == "outside_door"
    result = talk.say("order_products", ("product", "sensor"))
    assert "utter_option_not_possible" in [say.response for say in result.says]
    assert talk.case.draft.option is None


def test_a_flavour_of_a_fixed_article_is_a_matter_for_the_prescriber_v4():
    talk = Talk(make_case([line(1, STRIPS)]))
    talk.say("order_products")
    assert talk.say("choose_variants", ("flavour", "choklad")).says[0].response == "utter_fixed_flavour"


def test_leaving_outside_needs_a_way_in_d34():
    person = replace(PERSON, region="skane")
    article = replace(STRIPS, region="skane", area="incontinence")
    talk = Talk(make_case([line(1, article)], person=person, region="skane"))
    talk.say("order_products")
    talk.say("inform", ("amount", "10"))
    talk.pick("delivery=outside_door")
    talk.pick("address=registered")
    assert talk.question == "dwelling"
    talk.pick("dwelling=flat")
    assert talk.question == "door_code"
    result = talk.pick("door_code=entry_phone")
    assert result.says[0].response == "utter_option_does_not_suit"
    assert talk.question == "delivery"


def test_part_of_a_fee_never_passes_for_the_whole_f4():
    food = replace(STRIPS, region="skane", area="special_foods")
    lines = [
        line(1, food, prescription_type="coeliac_metabolic"),
        line(2, replace(food, number="9"), prescription_type="energy_nutrition"),
    ]
    case = make_case(lines, person=replace(PERSON, region="skane"), region="skane")
    assert fee(case, [(lines[0], 1)]) == 120
    assert fee(case, [(lines[0], 1), (lines[1], 1)]) is None


def test_a_day_in_another_year_is_told_with_its_year():
    assert wording.day(date(2026, 3, 2), "sv", today=TODAY) == "måndag 2 mars"
    assert wording.day(date(2027, 3, 1), "sv", today=TODAY) == "måndag 1 mars 2027"


def test_a_wrong_address_is_asked_for_again_at_the_read_back():
    talk = at_delivery()
    ready(talk)
    talk.say("change_address")
    assert talk.question == "new_address"
    talk.say("change_delivery")
    talk.case.draft.asking = None
    assert talk.question == "delivery"


def test_a_complaint_about_a_product_orders_none_of_it():
    talk = Talk(make_case([line(1, STRIPS), line(2, SENSOR)]))
    talk.say("order_products")
    talk.pick("lines=1")
    talk.say("report_defect", ("product", "sensor"))
    assert [drafted.line_id for drafted in talk.case.draft.lines] == [1]


def test_every_detail_of_the_delivery_is_read_back_before_the_yes_d7():
    """D7."""
    talk = at_delivery()
    for answer in ("delivery=outside_door", "address=registered", "dwelling=flat", "door_code=none", "name_on_door=no"):
        talk.pick(answer)
    talk.case.draft.details["co_name"] = "Holm"
    assert talk.question == "confirm"
    said = [say.response for say in read_back(talk.case, talk.case.draft)]
    assert said == ["utter_read_outside_door", "utter_read_no_door_code", "utter_read_co_name"]


def test_whom_to_notify_is_asked_only_where_the_option_needs_it_d32():
    """D32."""
    talk = at_delivery()
    talk.pick("delivery=outside_door")
    assert "notify_by" not in talk.case.missing_details(talk.case.draft)
    talk.pick("delivery=pickup_point")
    assert "notify_by" in talk.case.missing_details(talk.case.draft)
