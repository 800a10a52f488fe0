"""When customer service is open on a day that is asked about (S1)."""

from datetime import datetime

import pytest

from ordering.local_time import STOCKHOLM
from ordering.use_cases.customer_service import opening_hours_asked
from rulebook import load_rulebook

BOOK = load_rulebook()
TUESDAY = datetime(2030, 3, 5, 10, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("asked", "response", "next_day"),
    [
        ("har ni öppet nu?", "utter_open_now", None),
        ("är ni öppna i dag", "utter_open_now", None),
        ("har ni öppet i morgon?", "utter_open_that_day", None),
        ("öppet på lördag?", "utter_closed_that_day", "måndag 11 mars"),
        ("har ni öppet på långfredagen", "utter_closed_that_day", "tisdag 23 april"),
        ("är det öppet påskafton?", "utter_closed_that_day", "tisdag 23 april"),
        ("öppettider på julafton", "utter_closed_that_day", "fredag 27 december"),
        ("are you open on Easter Monday?", "utter_closed_that_day", "tisdag 23 april"),
    ],
)
def test_the_day_that_is_asked_about_is_answered(asked, response, next_day):
    say = opening_hours_asked(BOOK, "vg", TUESDAY, "sv", asked=asked)[0]
    assert (say.response, say.values.get("next_day")) == (response, next_day)


def test_a_region_that_states_no_hours_gives_its_number_whatever_the_day():
    assert opening_hours_asked(BOOK, "skane", TUESDAY, "sv", asked="öppet på lördag?")[0].response == (
        "utter_opening_hours_unknown"
    )
