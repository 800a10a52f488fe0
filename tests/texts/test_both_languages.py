"""Every text that a patient can meet is there in Swedish and in English, with the same values and the same choices."""

import re
from typing import Any

import pytest
import yaml

from api.texts import DOMAIN
from ordering.gsm7 import EXTENDED, is_gsm7

RESPONSES: dict[str, list[dict[str, Any]]] = yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))["responses"]
CHANNELS = ("sms", "voice", "chat")
ENGLISH = [{"type": "slot", "name": "language", "value": "en"}]
HOLE = re.compile(r"(?<!\{)\{(\w+)\}(?!\})|\[([a-z_]+)\]")
NAMES = ("Påfyll", "Svenska")
MOST_SENTENCES = 2
MOST_SEGMENTS = 2  # of one text with long values; the reply that it stands in may have several texts
# As long as they get; what is not named here is a number, a code or a word.
LONG_VALUES = {
    "products": "20 packages of incontinence pads and 6 packages of test strips",
    "draft_lines": "20 packages of incontinence pads and 6 packages of test strips",
    "lines": "20 packages of incontinence pads and 6 packages of test strips",
    "product": "incontinence pads",
    "line_product": "incontinence pads",
    "flavours": "10 strawberry, 5 chocolate and 5 neutral",
    "service_phone": "010-441 31 90",
    "phone": "010-441 31 90",
    "service": "customer service on 010-441 31 90 (weekdays 08:00-16:30, closed 12:00-12:30)",
    "address": "Göteborg",
    "pickup_point": "Tobakshandeln Majorna, Fiskarstigen 18, Göteborg",
    "email": "anna.lindqvist@example.com",
    "mailbox": "lmn@example.com",
    "supplier_contact": "kundservice@example.com",
} | dict.fromkeys(
    ("possible_from", "last_withdrawal", "expected", "ordered", "delivered", "last_valid_day", "last_day", "next_day"),
    "Wednesday 30 September",
)


def chosen(name: str, channel: str, language: str) -> dict[str, Any]:
    """The variation that Rasa would say: language and channel, channel, language, neither."""
    fitting = [
        one
        for one in RESPONSES[name]
        if one.get("channel") in (None, channel) and (not one.get("condition") or language == "en")
    ]
    return max(fitting, key=lambda one: (one.get("channel") is not None, bool(one.get("condition"))))


def holes(variation: dict[str, Any]) -> set[str]:
    texts = [variation.get("text") or "", *(button["title"] for button in variation.get("buttons", ()))]
    return {found[1] or found[2] for text in texts for found in HOLE.finditer(text)}


def sentences(text: str) -> int:
    return len(re.findall(r"[.?!](?=\s|$)", text))


def filled(text: str) -> str:
    return HOLE.sub(lambda found: LONG_VALUES.get(found[1] or found[2], "123456"), text)


def segments(text: str) -> int:
    length = sum(2 if character in EXTENDED else 1 for character in text)
    return 1 if length <= 160 else -(-length // 153)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("name", RESPONSES)
def test_english_says_on_each_channel_what_swedish_says(name, channel):
    swedish, english = chosen(name, channel, "sv"), chosen(name, channel, "en")
    assert english.get("condition") == ENGLISH, "no English text for this channel"
    assert english.get("channel") == swedish.get("channel")
    assert holes(english) == holes(swedish)
    assert [one["payload"] for one in english.get("buttons", ())] == [
        one["payload"] for one in swedish.get("buttons", ())
    ]
    assert english.get("custom") == swedish.get("custom")
    assert bool(english.get("text")) == bool(swedish.get("text"))


@pytest.mark.parametrize("name", RESPONSES)
def test_a_text_has_two_sentences_and_one_question_at_most(name):
    for one in RESPONSES[name]:
        text = one.get("text") or ""
        assert sentences(text) <= MOST_SENTENCES, text
        assert text.count("?") <= 1, text


@pytest.mark.parametrize("name", RESPONSES)
def test_english_holds_no_swedish(name):
    for one in RESPONSES[name]:
        if one.get("condition") != ENGLISH:
            continue
        for text in [one.get("text") or "", *(button["title"] for button in one.get("buttons", ()))]:
            for own in NAMES:
                text = text.replace(own, "")
            assert not re.search("[åäöÅÄÖ]", text), text


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("name", RESPONSES)
def test_an_sms_keeps_to_its_alphabet_and_to_two_parts(name, language):
    text = filled(chosen(name, "sms", language).get("text") or "")
    assert is_gsm7(text), set(text)
    assert segments(text) <= MOST_SEGMENTS, text


def test_a_text_of_three_parts_would_be_noticed():
    assert [segments("a" * length) for length in (160, 161, 306, 307)] == [1, 2, 2, 3]
    assert segments("[" * 81) == 2
