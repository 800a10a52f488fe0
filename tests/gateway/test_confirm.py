"""The yes to an SMS read-back needs the code that stands in it."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from ordering.use_cases.pending import Pending, PendingChoice
from tests.gateway.conftest import ANNA, ERIK

CONFIRM = Pending(
    name="confirm",
    expects="choice",
    choices=(
        PendingChoice("utter_choice_confirm_yes", {"choice": "confirm=yes"}, aliases=("ja",)),
        PendingChoice("utter_choice_confirm_no", {"choice": "confirm=no"}, aliases=("nej", "ändra")),
    ),
    values={"draft_fingerprint": "f1"},
)
READ_BACK = {"text": "Stämmer allt? Svara JA [code] för att beställa.", "utter_action": "utter_ask_confirm_code"}


@pytest.fixture
async def code(house):
    """The code of a read-back that Anna has just got."""
    house.dialogue.open = CONFIRM
    house.rasa.answer = lambda body: READ_BACK if body.get("intent") in (None, "inform") else {"text": "tack"}
    return code_in(await house.sms("klar"))


def code_in(text: str) -> str:
    found = re.search(r"JA (\d{4})", text)
    assert found, text
    return found[1]


async def confirmed(house) -> str | None:
    (visit,) = await house.all_rows("visits")
    return json.loads(visit["state"]).get("confirm_ok")


@pytest.mark.parametrize(
    "answer",
    [
        "JA {}",
        "ja{}",
        "{}",
        "Ja, {}.",
        "yes {}",
        "JA  {} ",
        "ok {}",
        "JA {} tack",
        "ja koden är {}",
        "Ja! Koden: {}. Tack!",
        "{} ja tack",
        '"JA {}"',
        "Ja det stämmer, {}",
    ],
)
async def test_the_right_code_is_a_yes(house, code, answer):
    assert "tack" in await house.sms(answer.format(code))
    assert house.rasa.heard[-1] == "/affirm"
    assert await confirmed(house) == "f1"


@pytest.mark.parametrize("answer", ["nej {}", "inte {}", "ja {} men till ombud", "{}0", "1{}", "JA {}?"])
async def test_the_code_among_other_words_is_no_yes(house, code, answer):
    await house.sms(answer.format(code))
    assert house.rasa.heard[-1] != "/affirm"
    assert await confirmed(house) is None


async def test_the_read_back_offers_no_button_that_says_yes(house, code):
    assert "Ja, beställ" not in house.phones.to(ANNA)[-1]
    await house.sms("1")
    assert await confirmed(house) is None


async def test_no_needs_no_code(house, code):
    await house.sms("nej")
    assert house.rasa.heard[-1] == "/inform confirm=no"


@pytest.mark.parametrize("yes", ["ja", "JA!", "Ok", "stämmer", "ja tack"])
async def test_a_bare_yes_is_told_the_code_and_orders_nothing(house, code, yes):
    answer = await house.sms(yes)
    assert "JA" in answer
    assert house.rasa.heard == ["klar"]
    assert await confirmed(house) is None
    assert "tack" in await house.sms(f"JA {code_in(answer)}")


async def test_a_wrong_code_orders_nothing_and_the_fifth_makes_a_new_one(house, code):
    wrong = "1000" if code != "1000" else "1001"
    for _ in range(4):
        assert "stämmer inte" in await house.sms(f"JA {wrong}")
    again = await house.sms(f"JA {wrong}")
    assert house.rasa.heard == ["klar", "/inform"]
    assert await confirmed(house) is None
    assert "tack" in await house.sms(f"JA {code_in(again)}")


async def test_a_code_counts_only_for_the_read_back_it_stood_in(house, code):
    house.dialogue.open = replace(CONFIRM, values={"draft_fingerprint": "f2"})
    second = code_in(await house.sms("ändra leveransen till ombud i stan"))
    if second != code:
        assert "stämmer inte" in await house.sms(f"JA {code}")
    await house.sms(f"JA {second}")
    assert await confirmed(house) == "f2"


async def test_a_code_of_another_telephone_is_worth_nothing(house, code):
    await house.sms(f"JA {code}", sender=ERIK)
    assert "/affirm" not in house.rasa.heard


async def test_the_yes_survives_a_rasa_that_fails(house, code, monkeypatch):
    monkeypatch.setattr("api.gateway.turn.RETRY_AFTER", (timedelta(),) * 4)
    house.rasa.answer = lambda body: 502
    await house.sms(f"JA {code}")
    house.rasa.answer = lambda body: {"text": "beställt"}
    await house.until(lambda: "beställt" in house.phones.to(ANNA)[-1])
    assert house.rasa.heard[-1] == "/affirm"


async def test_a_yes_that_comes_twice_is_a_yes_twice(house, code):
    house.dialogue.open = None
    await house.sms(f"JA {code}")
    await house.sms(f"JA {code}")
    assert house.rasa.heard == ["klar", "/affirm", "/affirm"]


async def test_four_digits_that_answer_a_later_question_are_no_yes(house, code):
    await house.sms(f"JA {code}")
    house.dialogue.open = Pending(name="door_code", private=True, expects="text")
    house.rasa.answer = lambda body: {"text": "Portkod?", "utter_action": "utter_ask_door_code"}
    await house.sms("beställ mer, tack, det var allt för den här gången")
    await house.sms("1234")
    assert house.dialogue.answers == ["1234"]
