"""A failed turn that staff replay: answered once, in its place, and no order comes of it twice."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from ordering.use_cases.failed_messages import replay
from tests.gateway.conftest import ANNA, House
from tests.gateway.test_confirm import CONFIRM, READ_BACK, code_in
from tests.gateway.test_messages import ADDRESS, asks


@pytest.fixture
def at_once(monkeypatch):
    """Attempts follow each other without waiting."""
    monkeypatch.setattr("api.gateway.turn.RETRY_AFTER", (timedelta(),) * 4)
    monkeypatch.setattr("api.gateway.gateway.LOOK_SECONDS", 0.01)


@pytest.fixture
async def code(house: House) -> str:
    """Of a read-back that Anna has just got."""
    house.dialogue.open = CONFIRM
    house.rasa.answer = lambda body: READ_BACK if body.get("intent") in (None, "inform") else {"text": "tack"}
    return code_in(await house.sms("klar"))


async def give_up(house: House, text: str) -> str:
    before, house.rasa.answer = house.rasa.answer, lambda body: 502
    told = len(house.phones.to(ANNA))
    await house.gateway.receive(house.an_sms(text))
    await house.until(lambda: len(house.phones.to(ANNA)) == told + 2, seconds=15)
    house.rasa.answer = before
    return f"in-{(await house.all_rows('inbox'))[-1]['id']}"


async def again(house: House, message: str) -> str | None:
    return await replay(house.stores, message, now=datetime.now(UTC))


async def test_a_replayed_sms_is_answered_once_under_the_same_message_id(house, at_once):
    message = await give_up(house, "hej")
    assert "kunde tyvärr inte svara" in house.phones.to(ANNA)[-1]
    assert await again(house, message) is None
    await house.until(lambda: "svar på hej" in house.phones.to(ANNA)[-1])
    assert await again(house, message) == "unknown_message"
    assert len({body["message"] for body in house.rasa.asked}) == 1
    assert len(house.phones.to(ANNA)) == 3
    (row,) = await house.all_rows("inbox")
    assert (row["status"], row["sealed"]) == ("done", None)


async def test_replayed_sms_are_answered_in_the_order_they_came(house, at_once):
    messages = [await give_up(house, text) for text in ("första saken", "andra saken")]
    house.rasa.asked.clear()
    for message in messages:
        assert await again(house, message) is None
    await house.until(lambda: "andra saken" in house.phones.to(ANNA)[-1])
    assert house.rasa.heard == ["första saken", "andra saken"]


async def test_a_replay_that_fails_again_is_among_the_dead_again_and_tells_the_patient_no_more(house, at_once):
    message = await give_up(house, "hej")
    house.rasa.answer = lambda body: 502
    assert await again(house, message) is None
    async with asyncio.timeout(15):
        while (await house.all_rows("inbox"))[0]["status"] != "dead":  # noqa: ASYNC110  what is waited for is in the database
            await asyncio.sleep(0.01)
    assert len(house.rasa.asked) == 10
    assert len(house.phones.to(ANNA)) == 2


async def test_after_a_newer_answer_the_old_message_stays_where_it_is(house, at_once):
    message = await give_up(house, "avbryt beställningen")
    assert "svar på hej" in await house.sms("hej")
    asked = len(house.rasa.asked)
    assert await again(house, message) == "conversation_went_on"
    await house.sms("hej igen")
    assert len(house.rasa.asked) == asked + 1


async def test_a_private_answer_that_was_taken_is_not_taken_again_by_a_replay(house, at_once):
    house.dialogue.open = ADDRESS
    house.rasa.answer = asks(ADDRESS)
    await house.sms("hej")
    message = await give_up(house, "Hemliga gatan 5, 411 11 Göteborg")
    house.rasa.answer = lambda body: {"text": "tack"}
    assert await again(house, message) is None
    await house.until(lambda: "tack" in house.phones.to(ANNA)[-1])
    assert len(house.dialogue.answers) == 1


async def test_a_replayed_yes_is_the_same_yes_as_before(house, at_once, code):
    message = await give_up(house, f"JA {code}")
    asked = len(house.rasa.asked)
    assert await again(house, message) is None
    await house.until(lambda: "tack" in house.phones.to(ANNA)[-1])
    yes = house.rasa.asked[asked:]
    assert [(body["intent"], body["message"]) for body in yes] == [("affirm", house.rasa.asked[-2]["message"])]


async def test_a_yes_that_is_replayed_after_its_visit_orders_nothing(house, at_once, code):
    message = await give_up(house, f"JA {code}")
    await house.sql("UPDATE visits SET last_at = '2026-01-01 00:00:00'")
    asked = len(house.rasa.asked)
    assert await again(house, message) is None
    await house.until(lambda: len(house.rasa.asked) > asked)
    assert house.rasa.heard[-1] != "/affirm"
    async with asyncio.timeout(5):
        while (await house.all_rows("inbox"))[-1]["status"] != "done":  # noqa: ASYNC110  it is in the database
            await asyncio.sleep(0.01)
    assert "confirm_ok" not in (await house.all_rows("visits"))[-1]["state"]
