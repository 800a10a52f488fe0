"""What English words tell about a complaint, as the Swedish ones do."""

from datetime import date

import pytest

from ordering.use_cases import complain_words as words
from ordering.use_cases.complain_days import Days, discovered

TODAY = date(2026, 11, 20)  # a Friday


@pytest.mark.parametrize(
    ("said", "intent", "kinds"),
    [
        ("my sensor fell off after two days", "report_defect", ("defect",)),
        ("the bags are leaking", "report_defect", ("defect",)),
        ("the pump doesn't work", "report_defect", ("defect",)),
        ("my parcel never arrived", "report_deviation", ("missing",)),
        ("I have not received my order", "report_deviation", ("missing",)),
        ("the package is lost", "report_deviation", ("missing",)),
        ("I got the wrong flavour", "report_deviation", ("wrong_article",)),
        ("you sent catheters but I ordered bags", "report_deviation", ("wrong_article",)),
        ("something is missing in the parcel", "report_deviation", ("wrong_number",)),
        ("I ordered 6 but got only 4", "report_deviation", ("wrong_article", "wrong_number")),
        ("the sensor shows 4 but my finger shows 11", "report_defect", ("defect",)),
        ("there were only five packages", "report_deviation", ("wrong_number",)),
        ("the box was wet and crushed", "report_deviation", ("damaged",)),
        ("it was delivered to my neighbour", "report_deviation", ("wrong_address",)),
        ("it should have come on Monday", "report_deviation", ("late",)),
        ("I want to send it back", "return_products", ("return",)),
    ],
)
def test_the_kind_is_heard(said, intent, kinds):
    assert words.kinds(said, intent) == kinds


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("please send me new ones", "new_delivery"),
        ("I want a replacement", "new_delivery"),
        ("I'd like to return it", "return"),
        ("I just want to report it", "report"),
        ("I don't know", None),
    ],
)
def test_the_wish_is_heard(said, wanted):
    assert words.wanted(said) == wanted


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("today", 20, 20),
        ("I noticed it this morning", 20, 20),
        ("yesterday", 19, 19),
        ("the day before yesterday", 18, 18),
        ("three days ago", 17, 17),
        ("a week ago", 10, 16),
        ("last week", 9, 15),
        ("on Monday", 16, 16),
        ("the 3rd of November", 3, 3),
        ("3 November", 3, 3),
    ],
)
def test_the_day_is_heard(said, first, last):
    told = discovered(said, TODAY, asked=True)
    assert told == Days(date(2026, 11, first), date(2026, 11, last))


@pytest.mark.parametrize("said", ["I don't remember", "some time in the autumn", "two bags"])
def test_where_no_day_is_told_none_is_made_up(said):
    assert discovered(said, TODAY, asked=True) is None


def test_left_over_and_to_order_are_heard():
    assert words.left_over("my mother passed away and I have many packages")
    assert words.left_over("I have boxes left over")
    assert not words.left_over("the bags are leaking")
    assert words.wants_to_order("I want to order more")
    assert not words.wants_to_order("my order is broken")
