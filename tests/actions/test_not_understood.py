"""What Rasa makes nothing of, what is not ours to answer, and a goodbye in the middle of an order."""

import pytest

from actions.turn import service

ANNA = "198501012382"


async def drafted(rasa):
    async with service().stores.begin() as tx:
        return await tx.orders.draft(rasa.visit.person_id)


async def test_what_is_named_and_counted_begins_an_order_all_the_same(rasa):
    await rasa.begin(ANNA)
    said = await rasa.call(
        "action_not_understood", "nlu_fallback", ("product", "teststickor"), ("amount", "6"), text="6 teststickor bara"
    )
    assert (said, rasa.events) == ([], ["followup"])


@pytest.mark.parametrize(
    ("intent", "entities", "text"),
    [
        ("nlu_fallback", [("product", "teststickor")], "teststickor eller vad det heter"),
        ("nlu_fallback", [("product", "teststickor"), ("amount", "6")], "har ni 6 teststickor?"),
        ("nlu_fallback", [("amount", "6")], "6 kanske"),
    ],
)
async def test_too_little_or_a_question_begins_none(rasa, intent, entities, text):
    await rasa.begin(ANNA)
    assert await rasa.call("action_not_understood", intent, *entities, text=text) == ["utter_fallback"]


async def test_what_is_not_ours_is_said_to_be_so(rasa):
    await rasa.begin(ANNA)
    assert await rasa.call("action_not_understood", "out_of_scope", text="kan du beställa pizza") == [
        "utter_out_of_scope"
    ]


async def test_anger_hears_a_calm_word_and_when_a_person_answers(rasa):
    await rasa.begin(ANNA)
    sorry, hours = await rasa.call("action_talk_to_human", "complain_about_assistant", text="helt värdelöst")
    assert sorry == "utter_sorry"
    assert hours in ("utter_open_now", "utter_open_now_no_lunch", "utter_closed_now")


async def test_a_goodbye_ends_what_is_not_an_order(rasa):
    await rasa.begin(ANNA)
    assert await rasa.call("action_goodbye", "goodbye", text="hej då") == ["utter_goodbye"]


async def test_a_goodbye_in_an_order_keeps_it_and_that_is_all_goes_on(rasa):
    await rasa.begin(ANNA)
    await rasa.answer("order_products", ("product", "teststickor"))
    assert rasa.asked == "amount"
    assert await rasa.call("action_goodbye", "goodbye", text="det var allt för i dag") == []
    assert (await drafted(rasa)).content["lines_done"]
    assert await rasa.call("action_goodbye", "goodbye", text="hej då") == ["utter_order_kept", "utter_goodbye"]
    assert rasa.loop is None
    assert await drafted(rasa) is not None


async def test_a_greeting_in_the_middle_of_a_question_offers_no_menu_beside_it(rasa):
    await rasa.begin(ANNA)
    await rasa.answer("order_products")
    assert rasa.asked == "lines"
    assert await rasa.call("action_greet", "greet") == ["utter_hello"]
