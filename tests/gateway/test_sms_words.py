"""STOPP, START and HJÄLP by SMS, and texts that are longer than one SMS may be."""

import asyncio
from dataclasses import replace

import pytest

from tests.gateway.conftest import ANNA, NOBODY, House


async def is_stopped(house: House, number: str) -> bool:
    async with house.stores.begin() as tx:
        stopped: bool = await tx.stopped_numbers.is_stopped(number)
    return stopped


@pytest.mark.parametrize("word", ["STOPP", "Stop", "stopp!", " stoppa sms "])
@pytest.mark.parametrize("sender", [ANNA, NOBODY], ids=["known", "unknown"])
async def test_stopp_and_start_are_kept_by_number_and_answered(house, word, sender):
    assert "START" in await house.sms(word, sender)
    assert await is_stopped(house, sender)
    assert "STOPP" in await house.sms("start", sender)
    assert not await is_stopped(house, sender)
    assert house.rasa.heard == []


async def test_who_has_said_stopp_still_gets_answers(house):
    await house.sms("STOPP")
    assert "svar på var är paketet" in await house.sms("var är paketet")
    assert await is_stopped(house, ANNA)


async def test_start_from_somebody_who_never_stopped_begins_a_conversation(house):
    await house.sms("START")
    assert house.rasa.heard == ["/greet"]


async def test_stopp_leaves_the_question_as_it_was(house):
    house.rasa.answer = lambda body: {
        "text": "Hem?",
        "utter_action": "utter_x",
        "buttons": [{"title": "Ja", "payload": "/affirm"}, {"title": "Nej", "payload": "/deny"}],
    }
    await house.sms("beställ")
    await house.sms("STOPP")
    await house.sms("2")
    assert house.rasa.heard == ["beställ", "/deny"]


async def test_stopp_in_a_sentence_or_on_another_channel_is_no_stopp(house):
    await house.sms("stopp jag menade fem")
    await house.chat("stopp")
    await house.call("stopp")
    assert not await is_stopped(house, ANNA)
    assert house.rasa.heard == ["stopp jag menade fem", "stopp", "stopp"]


@pytest.mark.parametrize("word", ["HJÄLP", "help", "Info"])
async def test_help_tells_what_this_is_and_how_to_stop_it(house, word):
    answer = await house.sms(word)
    assert "STOPP" in answer
    assert "svar på /help" in answer


async def test_what_twilio_has_answered_itself_is_kept_and_not_answered_twice(house):
    await house.gateway.receive(replace(house.an_sms("CANCEL"), keyword="stop"))
    async with asyncio.timeout(5):
        while not await is_stopped(house, ANNA):  # noqa: ASYNC110  what is waited for is in the database
            await asyncio.sleep(0.01)
    await house.gateway.stop()
    assert house.phones.to(ANNA) == []


async def test_a_reply_longer_than_an_sms_may_be_comes_as_several_in_order(house):
    lines = [f"{number}: " + "Näringsdryck Energi choklad 200 ml" for number in range(80)]
    house.rasa.answer = lambda body: {"text": "\n".join(lines)}
    await house.gateway.receive(house.an_sms("vad har jag?"))
    await house.until(lambda: len(house.phones.to(ANNA)) == 2)
    assert all(len(text) <= 1600 for text in house.phones.to(ANNA))
    assert "\n".join(house.phones.to(ANNA)).split("\n")[1:] == lines
