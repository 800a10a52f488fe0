"""Private answers and the draft they go into, with the real order behind the gateway."""

from datetime import UTC, datetime
from typing import Any

import pytest

from api.texts import load_texts
from ordering.draft import Draft, DraftLine
from tests.gateway.conftest import ANNAS_NUMBER

TYPED = "Hemliga gatan 5, 411 11 Göteborg"


def asks(question: str):
    return lambda body: {"text": f"{question}?", "utter_action": f"utter_ask_{question}"}


@pytest.fixture
async def house(ordering_house):
    """Anna is logged in, and is asked where her test strips are to be sent."""
    await ordering_house.log_in()
    async with ordering_house.stores.begin() as tx:
        anna = await tx.people.by_identity("vg", ANNAS_NUMBER)
        (line,) = [line for line in await tx.people.lines(anna.id) if line.article.product == "teststickor"]
        (visit,) = await ordering_house.all_rows("visits")
        begun = Draft(
            lines=[DraftLine(line.id, packages=line.packages_per_withdrawal)],
            lines_done=True,
            option="outside_door",
            visit_id=visit["id"],
        )
        await tx.orders.save_draft(anna.id, begun.to_json(), version=None, now=datetime.now(UTC))
    ordering_house.rasa.answer = asks("address")
    await ordering_house.chat("till dörren")
    return ordering_house


async def details(house) -> dict[str, Any]:
    async with house.stores.begin() as tx:
        anna = await tx.people.by_identity("vg", ANNAS_NUMBER)
        return (await tx.orders.draft(anna.id)).content["details"]


async def test_an_answer_repeated_after_a_failure_is_not_filed_under_the_next_question(house):
    house.rasa.answer = lambda body: 502
    assert "fel hos oss" in (await house.chat(TYPED)).texts[0]
    stored = await details(house)
    assert stored["postal_address"] == {"street": "Hemliga gatan 5", "postal_code": "41111", "city": "Göteborg"}
    house.rasa.answer = asks("dwelling")
    assert (await house.chat(TYPED)).texts == ("dwelling?",)
    assert house.rasa.heard[-2:] == ["/inform", "/inform"]
    assert await details(house) == stored


async def test_an_answer_that_ends_like_a_question_is_an_answer_and_any_other_question_is_masked(house):
    house.rasa.answer = asks("dwelling")
    await house.chat(f"{TYPED}?")
    assert house.rasa.heard[-1] == "/inform"
    assert (await details(house))["postal_address"]["city"] == "Göteborg"


async def test_a_question_in_between_reaches_rasa_without_what_points_at_the_patient(house):
    await house.chat("kan det gå till Hemliga gatan 5 i stället?")
    assert house.rasa.heard[-1] == "kan det gå till ADRESS i stället?"
    assert "address" not in await details(house)


async def test_an_answer_is_tried_once_more_when_another_channel_changed_the_draft_just_then(house, monkeypatch):
    tries = []

    async def save(tx, case):
        tries.append(case.question)
        return len(tries) > wins_after

    monkeypatch.setattr("ordering.use_cases.private_answers.save", save)
    wins_after = 1
    await house.chat(TYPED)
    assert (len(tries), house.rasa.heard[-1]) == (2, "/inform")
    wins_after = 9
    asked = len(house.rasa.asked)
    house.rasa.answer = asks("address")
    assert "ändrats på annat håll" in (await house.chat(TYPED)).texts[0]
    assert len(house.rasa.asked) == asked


@pytest.mark.parametrize("said", ["vad kostar det", "jag vill prata med en människa"])
async def test_a_question_or_a_wish_without_a_question_mark_is_no_answer(house, said):
    await house.chat(said)
    assert house.rasa.heard[-1] == said
    assert "address" not in await details(house)


async def test_what_is_not_understood_there_is_told_what_an_answer_looks_like(house):
    house.rasa.answer = lambda body: [{"text": "?", "utter_action": "utter_fallback"}, asks("address")(body)]
    said = (await house.chat("när ska jag göra det")).texts
    assert said == (load_texts().say("utter_error_address", channel="chat", language="sv"),)


async def test_a_number_that_is_no_choice_and_no_answer_is_told_so(house):
    asked = len(house.rasa.asked)
    reply = await house.chat("7")
    assert reply.texts == (load_texts().say("utter_gateway_no_such_choice", channel="chat", language="sv"),)
    assert reply.choices
    assert (await details(house), len(house.rasa.asked)) == ({}, asked)
