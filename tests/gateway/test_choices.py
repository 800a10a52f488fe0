import pytest

from api.gateway.choices import by_token, pick
from api.gateway.memory import Offered

DOOR = Offered("a", "Utanför dörren", "1")
POINT = Offered("b", "Utlämningsställe", "2", aliases=("ombud", "pickup"))
ENOUGH = Offered("c", "Nej, det räcker", "3", aliases=("nej", "klar"))
THREE = [DOOR, POINT, ENOUGH]


def picked(text: str, offered=THREE, *, multiple: bool = False):
    found = pick(text, offered, multiple=multiple)
    return found and (found.problem or "".join(choice.token for choice in found.choices))


@pytest.mark.parametrize(
    "text",
    [
        "2",
        "2.",
        "2!",
        "(2)",
        " 2 ",
        "tvåan",
        "TVÅ",
        "andra",
        "den andra",
        "nummer två",
        "nr 2",
        "val 2",
        "2:an",
        "2an",
        "jag tar tvåan",
        "two",
        "option 2",
    ],
)
def test_the_second_choice_is_picked_in_many_ways(text):
    assert picked(text) == "b"


@pytest.mark.parametrize(
    "text",
    [
        "utlämningsställe",
        "Utlämningsstället tack",
        "utlemningsställe",
        "pickup",
        "ombud",
        "jag vill ha det på ombudet tack",
        "postombud",
    ],
)
def test_the_label_or_another_word_for_it_is_enough(text):
    assert picked(text) == "b"


@pytest.mark.parametrize(("text", "token"), [("ja det räcker", "c"), ("nej, ombud", "b"), ("ok dörren", "a")])
def test_a_yes_or_no_in_front_of_a_label_does_not_hide_it(text, token):
    assert picked(text) == token


def test_the_first_number_words():
    assert [picked(word) for word in ("ett", "första", "ettan", "en", "1")] == ["a"] * 5


@pytest.mark.parametrize("text", ["4", "9", "10", "sjuan"])
def test_a_number_that_was_not_offered_is_told(text):
    assert picked(text) == "no_such_choice"


@pytest.mark.parametrize("text", ["1 och 3", "1,3", "1, 3", "1 3", "1 & 3", "ettan och trean", "1 and 3"])
def test_several_may_be_picked_only_where_the_question_allows_it(text):
    assert picked(text, multiple=True) == "ac"
    assert picked(text) == "one_at_a_time"


def test_the_same_choice_twice_is_one():
    assert picked("2 och 2") == "b"


@pytest.mark.parametrize(
    "text",
    [
        "inte ombud",
        "när kommer det?",
        "10 jordgubb och 5 choklad",
        "jag vill prata med någon",
        "ja",
        "ombud eller dörren",
        "vilket ombud är det?",
        "",
    ],
)
def test_what_is_no_answer_is_left_to_rasa(text):
    assert picked(text) is None


def test_choices_without_keys_leave_numbers_alone():
    keyless = [Offered("a", "Alla 10", aliases=("alla", "10"))]
    assert picked("7", keyless) is None
    assert picked("alla", keyless) == "a"
    assert picked("10", keyless) == "a"


def test_an_alias_goes_before_a_number_word():
    assert picked("en", [Offered("a", "Båda", "1"), Offered("b", "Bara en", "2", aliases=("en",))]) == "b"


def test_only_a_token_that_was_offered_is_a_choice():
    assert by_token("b", THREE) is POINT
    assert by_token("forged", THREE) is None


def test_an_amount_before_a_label_is_more_than_the_label():
    assert picked("5 jordgubb", [Offered("j", "jordgubb", "1"), Offered("v", "vanilj", "2")]) is None


@pytest.mark.parametrize("text", ["10 choklad", "5 jordgubb och 5 choklad", "jordgubb och choklad", "10 jordgubb"])
def test_flavours_of_last_time_are_picked_by_no_words_for_other_flavours(text):
    same = "Samma som sist: 10 jordgubb, 5 choklad och 5 neutral"
    last_time = Offered("s", same, "1", entities={"choice": "variants=same"}, aliases=("samma",))
    assert picked(text, [last_time, Offered("j", "jordgubb", "2"), Offered("v", "vanilj", "3")]) is None
    assert picked("samma som sist", [last_time]) == "s"
