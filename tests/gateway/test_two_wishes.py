"""Two wishes in one message: when it is parted, and that the second one is not lost."""

import json

import pytest

from api.gateway.two_wishes import may_be_two, parts
from api.texts import load_texts

CALL, COSTS, WHERE = "ring upp mig", "vad kostar det", "var är mitt paket"
MEANT = {
    CALL: "talk_to_human",
    COSTS: "ask_fee",
    WHERE: "ask_order_status",
    "när är ni öppna": "ask_opening_hours",
    "avbryt beställningen": "cancel_order",
    "beställ samma som sist": "same_as_last_time",
    "5 choklad": "choose_variants",
    "3 vanilj": "choose_variants",
    "skicka det till dörren": "choose_delivery",
}
ASKS_DELIVERY = {"text": "Hur?", "utter_action": "utter_ask_delivery"}
LETS_IT_BE = {"text": "Allt är som det var.", "utter_action": "utter_as_it_was"}
ASKS_TO_CANCEL = {
    "text": "Avbryta?",
    "utter_action": "utter_ask_cancel_order",
    "buttons": [
        {"title": "Ja, avbryt den", "payload": '/cancel_order{"choice": "cancel_order=1"}'},
        {"title": "Nej, behåll den", "payload": '/cancel_order{"choice": "keep_order=1"}'},
    ],
}


def worded(name: str) -> str:
    return load_texts().say(name, channel="chat", language="sv")


@pytest.fixture
def sure(house):
    """Rasa is sure of the parts that `MEANT` names, and understands no other text."""
    house.rasa.meant = lambda text: (MEANT[text], 1.0) if text in MEANT else ("nlu_fallback", 0.2)
    return house


def answer_with(house, answers):
    """`answers` by what is asked; anything else is answered in words."""
    house.rasa.answer = lambda body: answers.get(
        body.get("text") or body["intent"], {"text": f"svar på {body.get('text') or body['intent']}"}
    )


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("avbryt beställningen och ring upp mig", [("avbryt beställningen", "ring upp mig")]),
        ("när kan jag beställa? och var är det", [("när kan jag beställa", "var är det")]),
        ("samma som sist. Vad kostar det?", [("samma som sist", "Vad kostar det?")]),
        ("5 och 3", []),
        ("choklad, vanilj", []),
        ("ring mig", []),
    ],
)
def test_a_message_is_parted_at_what_joins_sentences(text, pairs):
    assert parts(text) == pairs


def test_a_long_story_is_not_parted():
    assert parts("och så " * 30) == []


@pytest.mark.parametrize(
    ("texts", "intents", "two"),
    [
        (("avbryt ordern", "ring mig"), ("cancel_order", "talk_to_human"), True),
        (("jag vill beställa", "vad kostar det"), ("order_products", "ask_fee"), True),
        (("vad kostar det", "hur mycket kostar det"), ("ask_fee", "ask_fee"), False),
        (("beställ 5 choklad", "3 vanilj"), ("order_products", "choose_variants"), False),
        (("budet ringer på", "väntar"), ("choose_delivery", "cancel"), False),
        (("jag vill inte ha den mer", "ring mig"), ("cancel", "talk_to_human"), False),
        (("en flaska läckte", "jag vill ha nya"), ("report_defect", "order_products"), False),
        (("en flaska läckte", "ring mig gärna"), ("report_defect", "talk_to_human"), True),
        (("tack så mycket", "ring mig gärna"), ("thank", "talk_to_human"), False),
        (("har det kommit till affären", "jag kan hämta det"), ("ask_order_status", "choose_delivery"), False),
    ],
)
def test_two_wishes_are_about_two_things_that_may_be_done(texts, intents, two):
    assert may_be_two(texts, intents, lost=False, in_order=False) == two


async def test_a_question_beside_an_order_is_answered_and_the_order_asks_last(sure):
    answer_with(sure, {"beställ samma som sist": ASKS_DELIVERY, COSTS: [{"text": "100 kronor."}, ASKS_DELIVERY]})
    await sure.log_in()
    reply = await sure.chat(f"beställ samma som sist och {COSTS}")
    assert reply.texts == ("100 kronor.", "Hur?")
    assert sure.rasa.heard[-2:] == ["beställ samma som sist", COSTS]
    first, second = sure.rasa.asked[-2:]
    assert first["message"] != second["message"]


async def test_two_questions_are_both_answered(sure):
    reply = await sure.chat(f"{COSTS}? och när är ni öppna")
    assert reply.texts == (f"svar på {COSTS}", "svar på när är ni öppna")


async def test_what_needs_no_login_is_answered_before_it(sure):
    answer_with(sure, {WHERE: {"custom": {"need": "identity"}}, "när är ni öppna": {"text": "Åtta till fem."}})
    reply = await sure.chat(f"{WHERE} och när är ni öppna")
    assert reply.texts == ("Åtta till fem.", worded("utter_gateway_ask_identity"))


async def test_what_is_done_at_once_is_followed_by_the_second_wish(sure):
    answer_with(sure, {"avbryt beställningen": {"text": "Avbruten."}, CALL: {"text": "När?"}})
    await sure.log_in()
    assert (await sure.chat(f"avbryt beställningen och {CALL}")).texts == ("Avbruten.", "När?")


@pytest.mark.parametrize(("said", "asked"), [("ja", CALL), ("nej", "/deny also=no"), ("tack", "tack")])
async def test_a_second_wish_waits_until_the_first_is_done_and_is_then_offered(sure, said, asked):
    answer_with(sure, {"avbryt beställningen": ASKS_TO_CANCEL, "cancel_order": LETS_IT_BE})
    await sure.log_in()
    reply = await sure.chat(f"avbryt beställningen och {CALL}")
    assert reply.texts == (worded("utter_gateway_also_later"), "Avbryta?")
    reply = await sure.chat("nej")
    assert sure.rasa.heard[-1] == "/cancel_order keep_order=1"
    assert reply.texts == ("Allt är som det var.", worded("utter_gateway_also_person"))
    await sure.chat(said)
    assert sure.rasa.heard[-1] == asked
    await sure.chat("ja")
    assert sure.rasa.heard[-1] == "ja"  # offered once


async def test_what_belongs_to_one_order_is_taken_apart_only_where_it_would_be_lost(sure):
    await sure.log_in()
    await sure.chat("5 choklad och 3 vanilj")
    assert sure.rasa.heard[-2:] == ["5 choklad", "3 vanilj"]
    sure.rasa.meant = lambda text: (MEANT.get(text, "choose_variants"), 1.0)
    await sure.chat("5 choklad och 3 vanilj")
    assert sure.rasa.heard[-1] == "5 choklad och 3 vanilj"


async def test_what_rasa_is_not_sure_of_stays_whole(sure):
    sure.rasa.meant = lambda text: (MEANT.get(text, "nlu_fallback"), 0.7)
    await sure.chat(f"avbryt beställningen och {CALL}")
    assert sure.rasa.heard[-1] == f"avbryt beställningen och {CALL}"


async def test_parts_are_masked_before_they_are_parsed(sure):
    await sure.chat(f"mitt nummer är 070-1740605 och {COSTS}")
    assert "0701740605" not in json.dumps(sure.rasa.parsed).replace("-", "").replace(" ", "")
    assert any(COSTS in text for text in sure.rasa.parsed)
