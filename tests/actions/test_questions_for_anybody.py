"""What anybody may ask, through the actions: on every channel, known or not."""

import pytest

from ordering.use_cases.how_it_works import TOPICS
from tests.actions.test_order_visit import ANNA, ERIK, JOHAN, draft

KARIN = "191401682396"  # protected
REGIONS = {"vg": "198501012382", "skane": "189001019802"}
MENU = ["utter_menu_order_products", "utter_menu_delivery_complaints_other"]


async def ask(rasa, topic, identity=None, **visit):
    await rasa.begin(identity, **visit)
    return await rasa.call("action_how_it_works", "ask_how_it_works", ("topic", topic))


@pytest.mark.parametrize("topic", TOPICS)
async def test_an_unknown_a_known_and_a_protected_person_hear_the_same_i7(rasa, topic):
    known = await ask(rasa, topic, ANNA)
    assert await ask(rasa, topic) == known
    assert await ask(rasa, topic, KARIN) == known
    assert {"need": "identity"} not in known


async def test_a_question_about_how_things_work_orders_none_of_what_it_names(rasa):
    await rasa.begin(ANNA)
    await rasa.call("validate_order_form", "order_products")
    asked = rasa.asked
    named = (("product", "teststickor"), ("amount", "2"), ("delivery", "unit"), ("topic", "prescriber_defect"))
    await rasa.answer("ask_how_it_works", *named)
    assert "action_execution_rejected" in rasa.events
    assert rasa.asked == asked
    assert (await draft(rasa)).lines == []


async def test_only_a_known_patient_hears_the_day_of_their_own_i7(rasa):
    to_everybody = await ask(rasa, "why_waiting")
    assert await ask(rasa, "why_waiting", ERIK) == [*to_everybody, "utter_too_early", "utter_run_out"]
    assert await ask(rasa, "why_waiting", JOHAN) == to_everybody


async def test_without_a_topic_it_is_told_how_to_order_and_what_can_be_asked(rasa):
    await rasa.begin()
    assert await rasa.call("action_how_it_works", "ask_how_it_works") == ["utter_how_overview"]


@pytest.mark.parametrize("region", REGIONS)
async def test_a_new_prescription_is_explained_to_anybody_and_never_with_contact_details_s5(rasa, region):
    await rasa.begin(region=region)
    unknown = await rasa.call("action_new_prescription", "ask_new_prescription")
    assert unknown[0] == "utter_new_prescription"
    await rasa.begin(REGIONS[region], region=region)
    known = await rasa.call("action_new_prescription", "ask_new_prescription")
    assert known[0] == "utter_renew_active"


async def test_a_line_that_has_ended_is_renewed_by_copying_p9(rasa):
    await rasa.begin("19780314K080")
    assert await rasa.call("action_new_prescription", "ask_new_prescription") == ["utter_renew_by_copy"]


async def test_the_phone_begins_with_the_menu_and_the_others_with_one_sentence_s2(rasa):
    await rasa.begin(channel="voice")
    assert await rasa.call("action_greet", "greet") == ["utter_greet", "utter_what_next", *MENU]
    assert await rasa.call("action_repeat", "repeat") == ["utter_what_next", *MENU]
    await rasa.begin(channel="sms")
    assert await rasa.call("action_greet", "greet") == ["utter_greet", "utter_what_next"]


async def test_urgent_delivery_is_for_the_prescriber_to_ask_for_d12(rasa):
    await rasa.begin()
    assert await rasa.call("action_urgent_delivery", "ask_urgent_delivery") == ["utter_urgent_delivery"]
    await rasa.begin(region="skane")
    assert await rasa.call("action_urgent_delivery", "ask_urgent_delivery") == ["utter_urgent_not_known_here"]


async def test_why_after_a_refusal_is_answered_with_the_reason_and_the_day(rasa):
    await rasa.begin(ERIK)
    said = await rasa.call("action_how_it_works", "ask_how_it_works", text="varför då")
    assert said[0] == "utter_how_waiting"
    assert {"utter_too_early", "utter_run_out"} <= set(said)
    rasa.loop = "order_form"
    assert await rasa.call("action_how_it_works", "ask_how_it_works", text="varför?") == ["utter_help_here"]


async def test_what_it_costs_and_how_to_return_is_told_to_anybody_and_ones_own_offered(rasa):
    await rasa.begin()
    fee, returned = ("action_fee", "ask_fee"), ("action_complain", "return_products")
    assert await rasa.call(*fee, text="vad kostar det?") == ["utter_general_fee_not_stated", "utter_offer_own_fees"]
    assert await rasa.call(*returned, text="kan man lämna tillbaka produkter?") == [
        "utter_general_return",
        "utter_general_return_leftover",
        "utter_offer_return",
    ]
    for action, text in ((fee, "vad kostar mina katetrar?"), (returned, "jag vill lämna tillbaka katetrar")):
        assert await rasa.call(*action, text=text) == [{"need": "identity"}]
    assert await rasa.call(*fee, ("choice", "own=yes")) == [{"need": "identity"}]
    await rasa.begin(region="skane")
    assert await rasa.call(*fee, text="what does it cost?") == ["utter_general_fee", "utter_offer_own_fees"]
    assert await rasa.call(*returned, text="can I return products?") == ["utter_general_return", "utter_offer_return"]


async def test_a_yes_or_no_to_nothing_asks_nobody_who_they_are(rasa):
    await rasa.begin()
    assert await rasa.call("action_yes_or_no", "deny") == ["utter_as_it_was", "utter_what_next"]
