"""The classifier's own parts: what it leaves out of a message, what it replaces, and what it makes of nothing."""

import asyncio
from pathlib import Path

import pytest
from rasa.core.agent import load_agent

from bot.understanding.features import Kinds, core

MODEL = Path(__file__).parents[2] / "bot" / "models" / "pafyll.tar.gz"


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Hej, när kommer paketet?", "när kommer paketet?"),
        ("hello I want to order please", "i want to order"),
        ("Hej", "hej"),
        ("ja tack", "ja tack"),
        ("hej tack", "hej tack"),
        ("ta bort min order tack!", "ta bort min order"),
    ],
)
def test_a_greeting_around_a_message_is_left_out_but_not_one_that_is_all_of_it(said, left):
    assert core(said) == left


def test_kinds_stand_for_words_and_topics_are_added():
    kinds = Kinds({"product": r"\bkatet\w*\b", "amount": r"\b\d+\b", "topic": r"\bväntetid\b"})
    assert kinds("2 katetrar").split() == ["xamount", "xproduct"]
    assert kinds("varför väntetid").split() == ["varför", "väntetid", "xtopic"]


def test_a_message_of_nothing_has_no_intent_but_the_fallback():
    agent = asyncio.run(load_agent(model_path=str(MODEL)))
    for text in ("", "   "):
        assert asyncio.run(agent.parse_message(text))["intent"]["name"] in (None, "nlu_fallback")
    parsed = asyncio.run(agent.parse_message("jag vill beställa fler katetrar"))
    assert parsed["intent"]["name"] == "order_products"
    assert 0.5 < parsed["intent"]["confidence"] <= 1
    assert sum(intent["confidence"] for intent in parsed["intent_ranking"]) <= 1.001


@pytest.mark.parametrize(
    "text",
    ["fjkdls qwpoeri zxmcnv", "missä tilaukseni on", "dzień dobry potrzebuję pieluch", "quiero pedir mis productos"],
)
def test_nonsense_and_languages_that_we_do_not_speak_are_not_understood(text):
    agent = asyncio.run(load_agent(model_path=str(MODEL)))
    assert asyncio.run(agent.parse_message(text))["intent"]["name"] == "nlu_fallback"
