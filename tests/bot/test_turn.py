"""What the door makes of text before Rasa sees it."""

import pytest

from bot.door.turn import LONGEST_TEXT, BadTurn, cleaned, read_turn


@pytest.mark.parametrize(
    "text",
    [
        "/restart",
        "  /restart",
        "\u00a0/restart",
        "\u3000/restart",
        "\u2028/restart",
        "\u2029\u0085/restart",
        "\u200b/restart",
        "\u200e\u200f/restart",
        "\u2060/restart",
        "\ufeff/restart",
        "\u00ad/restart",
        "\u180e/restart",
        "\u202e/restart",
        "\uff0frestart",
        "\uff0f\uff0frestart",
        "/ /restart",
        "\ud800/restart",
        "\x1b/restart",
        "\ufe0e/restart",
        "\u0301/restart",
    ],
)
def test_cleaned_text_never_begins_with_a_slash(text: str) -> None:
    assert not cleaned(text).lstrip().startswith("/")


def test_ordinary_text_stays_as_it_was() -> None:
    for text in ("Jag vill ha 10 st jordgubb, tack!", "på Åvägen 3", "5 april/maj", "ja \U0001f44d", "1/2 paket"):
        assert cleaned(text) == text


def test_white_space_is_gathered_and_letters_are_composed() -> None:
    assert cleaned(" a\u0308pple \r\n\t och\u00a0pa\u030aron ") == "äpple och påron"


def test_a_soft_hyphen_or_joiner_inside_a_word_is_dropped() -> None:
    assert cleaned("jord\u00adgubb\u200b") == "jordgubb"


def test_text_is_cut() -> None:
    assert len(cleaned("a" * 10_000)) == LONGEST_TEXT
    assert len(cleaned("\ufdfa" * 2_000)) <= LONGEST_TEXT


def test_an_intent_goes_before_text_and_entities_are_copied_bare() -> None:
    body = {"conversation": "c", "message": "m", "channel": "chat", "language": "en", "text": "10", "intent": "count"}
    body["entities"] = [{"entity": "amount", "value": "10", "start": 0}]
    turn = read_turn(body, intents=frozenset({"count"}), entities=frozenset({"amount"}))
    assert (turn.text, turn.intent, turn.entities) == (None, "count", [{"entity": "amount", "value": "10"}])


def test_the_reason_of_a_refusal_never_holds_what_was_written() -> None:
    body = {"conversation": "c", "message": "m", "channel": "hemligt", "language": "sv", "text": "hemligt"}
    with pytest.raises(BadTurn) as refused:
        read_turn(body, intents=frozenset(), entities=frozenset())
    assert "hemligt" not in str(refused.value)
