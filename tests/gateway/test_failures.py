"""After two failures in one step or four in a visit a person is offered; never the same sentence twice in a row."""

OFFER = "/talk_to_human person=unasked"
LOST = {"text": "Jag förstod inte.", "utter_action": "utter_fallback"}


def understands(*words: str):
    """Rasa takes these texts and every intent; the rest it does not understand."""

    def answer(body):
        heard = body.get("intent") or body["text"] in words
        return {"text": f"svar {body['message']}"} if heard else LOST

    return answer


async def test_the_second_failure_in_a_step_offers_a_person(house):
    house.rasa.answer = understands()
    first = await house.chat("blorp")
    assert first.texts == ("Jag förstod inte.", "For English, write English.")
    second = await house.chat("zug")
    assert house.rasa.heard == ["blorp", "zug", OFFER]
    assert second.texts != first.texts


async def test_a_success_begins_the_step_anew(house):
    house.rasa.answer = understands("bra")
    for words in ("blorp", "bra", "zug"):
        await house.chat(words)
    assert OFFER not in house.rasa.heard


async def test_the_fourth_failure_in_a_visit_offers_a_person(house):
    house.rasa.answer = understands("bra")
    for words in ("blorp", "bra", "zug", "bra", "vrak", "bra"):
        await house.chat(words)
    assert OFFER not in house.rasa.heard
    await house.chat("snurr")
    assert house.rasa.heard[-1] == OFFER


async def test_after_an_offer_it_is_counted_anew(house):
    house.rasa.answer = understands()
    for words in ("blorp", "zug", "vrak"):
        await house.chat(words)
    assert house.rasa.heard.count(OFFER) == 1
    await house.chat("snurr")
    assert house.rasa.heard.count(OFFER) == 2


async def test_what_the_gateway_itself_cannot_read_counts_too(house):
    house.rasa.answer = understands()
    await house.chat("blorp")
    await house.chat("!?")
    assert house.rasa.heard == ["blorp", OFFER]


async def test_saying_it_again_neither_counts_nor_begins_anew(house):
    house.rasa.answer = understands()
    await house.chat("blorp")
    await house.chat("repetera")
    await house.chat("zug")
    assert house.rasa.heard == ["blorp", "zug", OFFER]


async def test_silence_and_nonsense_on_the_phone_count_together(house):
    house.rasa.answer = understands()
    await house.call("blorp")
    await house.call(event="silence")
    assert house.rasa.heard == ["blorp", OFFER]


async def test_a_call_is_passed_on_to_the_number_of_the_region(house):
    house.rasa.answer = lambda body: [
        {"text": "Jag kopplar dig.", "utter_action": "utter_transfer"},
        {"custom": {"transfer": True}},
    ]
    reply = await house.call("0")
    assert reply.transfer == "+46313900699"
    assert reply.texts == ("Jag kopplar dig.",)
    assert reply.choices == ()


async def test_when_nobody_took_the_call_a_person_is_asked_for_once_more(house):
    await house.call("hej")
    await house.call(event="unanswered")
    assert house.rasa.heard[-1] == "/talk_to_human person=unanswered"
    assert (await house.call(event="transferred")).end
