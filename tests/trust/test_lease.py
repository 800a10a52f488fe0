"""A conversation's lease: whoever has lost it writes nothing, and one message never takes longer than it lasts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.gateway.conftest import ANNA, FakeDialogue, House, a_house

TAKEN = "UPDATE threads SET lease_token = 'another', lease_until = '2999-01-01 00:00:00.000000'"
FREE = "UPDATE threads SET lease_token = NULL, lease_until = NULL"


@pytest.fixture
async def house(settings, stores) -> AsyncIterator[House]:
    hurried = settings.model_copy(update={"turn_timeout_seconds": 1.0})
    async with a_house(hurried, stores, FakeDialogue()) as house:
        yield house


@pytest.mark.parametrize("fails", [False, True])
async def test_who_has_lost_the_lease_writes_nothing_and_the_message_is_answered_once(house, monkeypatch, fails):
    monkeypatch.setattr("api.gateway.turn.RETRY_AFTER", (timedelta(),) * 4)
    await house.sms("hej")
    before = await house.all_rows("visits")
    reached, go_on = asyncio.Event(), asyncio.Event()
    answer = house.rasa.answer

    async def held(request):
        reached.set()
        await go_on.wait()
        return await type(house.rasa).__call__(house.rasa, request)

    monkeypatch.setattr(house.gateway._handler.rasa._http._transport, "handler", held)
    house.rasa.answer = lambda body: 502 if fails else answer(body)
    await house.gateway.receive(house.an_sms("hallå"))
    await reached.wait()
    await house.sql(TAKEN)
    go_on.set()
    await house.until(lambda: len(house.rasa.asked) == 2)
    await asyncio.sleep(0.2)
    assert [row["status"] for row in await house.all_rows("inbox")] == ["done", "received"]
    assert len(house.phones.to(ANNA)) == 1
    assert [visit["turns"] for visit in await house.all_rows("visits")] == [visit["turns"] for visit in before]
    house.rasa.answer = answer
    await house.sql(FREE)
    await house.until(lambda: len(house.phones.to(ANNA)) == 2)
    assert "svar på hallå" in house.phones.to(ANNA)[-1]


async def test_however_often_rasa_is_asked_for_a_message_one_time_out_holds(house):
    house.rasa.answer = lambda body: {"text": "Det förstod jag inte.", "utter_action": "utter_fallback"}
    await house.chat("blaha bläha")
    house.rasa.slow = 0.6  # twice, since a person is offered then
    assert "fel hos oss" in (await house.chat("blaha bläha igen")).texts[0]
    assert (await house.all_rows("inbox"))[-1]["error"] == "no answer in time"


async def test_a_sign_of_danger_is_answered_with_112_when_the_time_is_up(house):
    house.rasa.slow = 5
    assert "112" in (await house.chat("hallå där borta")).texts[0]


async def test_after_a_turn_that_failed_rasa_meets_a_conversation_that_it_does_not_know(house):
    await house.chat("hej")
    house.rasa.answer = lambda body: 502
    await house.chat("hej hej")
    house.rasa.answer = lambda body: {"text": "så"}
    await house.chat("hej igen")
    first, failed, after = [body["conversation"] for body in house.rasa.asked]
    assert first == failed != after
    assert len(await house.all_rows("visits")) == 1
