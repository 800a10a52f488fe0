"""Wording that is never half said."""

from typing import Any

import pytest
from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.door.responses import HalfSaid, Responses, holes

PAYLOAD = '/count{{"amount":"{number}"}}'
DOMAIN = Domain.from_dict(
    {
        "slots": {"name": {"type": "any", "mappings": [{"type": "custom"}]}},
        "responses": {
            "utter_plain": [{"text": "Hej."}],
            "utter_value": [{"text": "{number} st"}],
            "utter_slot": [{"text": "Hej {name}."}],
            "utter_button": [{"text": "Hur?", "buttons": [{"title": "{number} st", "payload": PAYLOAD}]}],
            "utter_custom": [{"custom": {"need": "identity", "why": "{number}"}}],
            "utter_sms_only": [{"text": "Hej.", "channel": "sms"}],
            "utter_bad_name": [{"text": "Kostar {fee kr"}],
            "utter_brackets": [{"text": "Till [address]?"}],
        },
    }
)


async def say(utter: str, channel: str = "chat", **values: Any) -> dict[str, Any]:
    return await Responses(domain=DOMAIN).generate(utter, DialogueStateTracker("c", DOMAIN.slots), channel, **values)


def test_rasa_takes_it_from_the_endpoints_file() -> None:
    made = NaturalLanguageGenerator.create(EndpointConfig(type="bot.door.responses.Responses"), DOMAIN)
    assert isinstance(made, Responses)


async def test_a_whole_sentence_is_said() -> None:
    assert (await say("utter_plain"))["text"] == "Hej."
    assert (await say("utter_value", number=10))["text"] == "10 st"
    assert (await say("utter_slot", name="Kim"))["text"] == "Hej Kim."
    assert (await say("utter_value", number=0))["text"] == "0 st"


async def test_buttons_are_filled_and_their_payload_keeps_its_braces() -> None:
    buttons = (await say("utter_button", number=10))["buttons"]
    assert buttons == [{"title": "10 st", "payload": '/count{"amount":"10"}'}]


async def test_brackets_are_left_to_the_gateway() -> None:
    assert (await say("utter_brackets"))["text"] == "Till [address]?"


async def test_a_brace_in_a_value_is_said_as_it_is() -> None:
    assert (await say("utter_slot", name="{Kim}"))["text"] == "Hej {Kim}."


@pytest.mark.parametrize(
    ("utter", "channel", "values"),
    [
        ("utter_nowhere", "chat", {}),
        ("utter_sms_only", "voice", {}),
        ("utter_value", "chat", {}),
        ("utter_value", "chat", {"number": None}),
        ("utter_slot", "chat", {}),
        ("utter_button", "chat", {}),
        ("utter_custom", "chat", {}),
        ("utter_bad_name", "chat", {"fee": 1}),
    ],
)
async def test_half_a_sentence_is_refused(utter: str, channel: str, values: dict[str, Any]) -> None:
    with pytest.raises((HalfSaid, ValueError)):
        await say(utter, channel, **values)


async def test_the_domains_own_wording_stays_unfilled() -> None:
    await say("utter_value", number=10)
    assert (await say("utter_value", number=11))["text"] == "11 st"


def test_holes_are_names_in_single_braces() -> None:
    assert holes({"text": "{a} {{b}} {c}", "buttons": [{"title": "{d}", "payload": '/x{{"y":"{e}"}}'}]}) == {
        "a",
        "c",
        "d",
        "e",
    }
