"""When customer service can be asked to call, and how patients name it."""

from datetime import datetime

import pytest

from ordering.local_time import STOCKHOLM
from ordering.use_cases.call_back import as_written, read_number
from ordering.use_cases.callback_times import named, to_choose, windows
from rulebook import load_rulebook

BOOK = load_rulebook()
FRIDAY = "2026-11-20"


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=STOCKHOLM)


def offered(moment: str, region: str = "vg") -> list[str]:
    return [f"{one.day:%m-%d} {one.starts}-{one.ends}" for one in to_choose(windows(BOOK, region, at(moment)), None)]


@pytest.mark.parametrize(
    ("moment", "first_two"),
    [
        (f"{FRIDAY}T07:00", ["11-20 08:00-12:00", "11-20 12:30-16:30"]),
        (f"{FRIDAY}T10:10", ["11-20 10:30-12:00", "11-20 12:30-16:30"]),
        (f"{FRIDAY}T11:30", ["11-20 12:30-16:30", "11-23 08:00-12:00"]),  # too little is left of the morning
        (f"{FRIDAY}T12:10", ["11-20 12:30-16:30", "11-23 08:00-12:00"]),  # lunch
        (f"{FRIDAY}T16:29", ["11-23 08:00-12:00", "11-23 12:30-16:30"]),
        ("2026-12-23T17:00", ["12-28 08:00-12:00", "12-28 12:30-16:30"]),  # Christmas
    ],
)
def test_the_next_windows_within_opening_hours_are_offered(moment, first_two):
    assert offered(moment)[:2] == first_two
    assert len(offered(moment)) == 4


def test_a_region_without_hours_promises_none():
    assert offered(f"{FRIDAY}T10:00", "skane") == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("på torsdag eftermiddag", ["11-26 12:30"]),
        ("måndag", ["11-23 08:00", "11-23 12:30"]),
        ("i eftermiddag", ["11-20 12:30"]),
        ("klockan 10", ["11-23 08:00"]),
        ("24/11 kl 14", ["11-24 12:30"]),
        ("24 november på morgonen", ["11-24 08:00"]),
        ("monday at 9 am", ["11-23 08:00"]),
        ("så snart som möjligt", ["11-20 12:30"]),
        ("i morgon", []),  # a Saturday
        ("klockan 20", []),
        ("klockan tre", ["11-20 12:30"]),
        ("måndag halv tio", ["11-23 08:00", "11-23 12:30"]),
        ("måndag vid halv tio", ["11-23 08:00"]),
        ("på tisdag vid tvåtiden", ["11-24 12:30"]),
        ("monday at half past two", ["11-23 12:30"]),
        ("12:15", []),  # lunch
    ],
)
def test_a_time_is_named_in_the_patients_own_words(words, found):
    now = at(f"{FRIDAY}T12:10")
    possible = named(words, windows(BOOK, "vg", now), today=now.date(), looked_at=None)
    assert possible is not None
    assert [f"{one.day:%m-%d} {one.starts}" for one in possible] == found


@pytest.mark.parametrize("words", ["vet inte", "jag vill beställa", "vad kostar det", ""])
def test_what_names_no_time_is_no_answer(words):
    now = at(f"{FRIDAY}T12:10")
    assert named(words, windows(BOOK, "vg", now), today=now.date(), looked_at=None) is None


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("070-174 06 05", "+46701740605"),
        ("0313900610", "+46313900610"),
        ("ring mig på +46 31 390 06 10 tack", "+46313900610"),
        ("112", None),
        ("0900-1234", None),
        ("12345", None),
        ("198501012382", None),
        ("070-174 06 05 eller 070-174 06 06", None),
    ],
)
def test_one_number_that_can_be_called_is_read(said, number):
    assert read_number(said) == number


def test_a_number_is_read_back_as_it_is_written_in_sweden():
    assert as_written("+46701740605") == "070-174 06 05"
    assert as_written(None) == ""
