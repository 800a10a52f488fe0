"""Saying goodbye on the phone ends the call, unless something is still asked."""

from tests.gateway.conftest import House

GOODBYE = {"text": "Hej då!", "custom": {"end": True}, "utter_action": "utter_goodbye"}
ASKED_AGAIN = {"text": "Vad har hänt?", "utter_action": "utter_ask_complaint_text"}


async def test_goodbye_ends_the_call(house: House) -> None:
    assert not (await house.call(event="start")).end
    house.rasa.answer = lambda body: GOODBYE
    reply = await house.call("hej då")
    assert (reply.texts, reply.choices, reply.end) == (("Hej då!",), (), True)


async def test_goodbye_in_the_middle_of_a_question_does_not_hang_up(house: House) -> None:
    await house.call(event="start")
    house.rasa.answer = lambda body: [GOODBYE, ASKED_AGAIN]
    assert not (await house.call("hej då")).end
