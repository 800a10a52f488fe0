"""Fees (F1-F7), customer service (S1-S3), age (F6, D31) and the overdue rule (D17)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulebook import load_rulebook
from rulebook.facts import Article, Person
from rulebook.people import age_on
from rulebook.verdict import Fee, OpeningHours
from rulebook.working_days import is_working_day

BOOK = load_rulebook()
DAY = date(2026, 3, 2)
ADULT = Person(born=date(1980, 1, 1))
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def fee(prescription_type: str | None, person: Person = ADULT, price: int | None = None, packages: int = 1) -> Fee:
    return BOOK.fee(
        region="skane",
        day=DAY,
        person=person,
        area="special_foods",
        prescription_type=prescription_type,
        article=Article(price_kr=price),
        packages=packages,
    )


@pytest.mark.parametrize(
    ("prescription_type", "kr"), [("coeliac_metabolic", 120), ("specific_content", 210), ("infant_formula", 120)]
)
def test_f1_f2_f3_f7_a_fee_per_withdrawal_is_one_sum_for_the_receipt(prescription_type: str, kr: int) -> None:
    assert fee(prescription_type, packages=12) == Fee(kr, "withdrawal")


@given(st.integers(1, 50), st.integers(0, 900))
def test_f4_a_fee_per_product_is_price_times_packages(packages: int, price: int) -> None:
    assert fee("energy_nutrition", price=price, packages=packages) == Fee(price * packages, "product")


def test_f4_without_a_price_the_fee_is_unknown_and_known_to_be_per_product() -> None:
    assert fee("energy_nutrition") == Fee(None, "product")


@pytest.mark.parametrize(
    "prescription_type", ["coeliac_metabolic", "energy_nutrition", "specific_content", "infant_formula"]
)
def test_f5_f6_who_the_patient_is_goes_before_the_type(prescription_type: str) -> None:
    child, seeker = date(2015, 1, 1), {"asylum_seeker": True}
    assert fee(prescription_type, Person(born=child), price=30) == Fee(120, "withdrawal")
    assert fee(prescription_type, Person(born=child, **seeker), price=30) == Fee(50, "withdrawal")
    assert fee(prescription_type, Person(born=date(1980, 1, 1), **seeker), price=30) == Fee(50, "withdrawal")


def test_f1_where_the_sources_are_silent_there_is_no_fee_at_all() -> None:
    assert fee(None) == Fee(None, None)
    assert BOOK.fee(
        region="vg", day=DAY, person=ADULT, area="nutrition", prescription_type=None, article=Article(price_kr=30)
    ) == Fee(None, None)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2010, 3, 3), date(2026, 3, 2), 15),
        (date(2010, 3, 3), date(2026, 3, 3), 16),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (None, date(2026, 3, 1), None),
    ],
)
def test_f6_d31_whole_years_on_the_day(born: date | None, day: date, age: int | None) -> None:
    assert age_on(born, day) == age


def test_s1_s2_how_to_reach_the_west() -> None:
    service = BOOK.customer_service(region="vg", day=DAY)
    assert (service.phone, service.phone_prescribers) == ("010-441 31 90", "010-441 31 99")
    assert service.email == "kundtjanst.skovdedepan@vgregion.se"
    assert service.hours == OpeningHours("08:00", "16:30", ("12:00", "12:30"))
    assert service.menu == {"1": "order_products", "2": "delivery_complaints_other"}


def test_s3_how_to_reach_the_south_and_no_promised_hour() -> None:
    service = BOOK.customer_service(region="skane", day=DAY)
    assert (service.phone, service.email) == ("0770-11 11 00", "hjalpmedelkundtjanst@skane.se")
    assert service.hours is None
    assert service.busy == ("monday_morning",)


@given(st.datetimes(datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2030-01-01")))
def test_s1_the_next_opening_is_later_open_and_on_a_working_day(at: datetime) -> None:
    opening = BOOK.opening(region="vg", at=at)
    if opening.open:
        assert is_working_day(at.date())
        assert opening.opens is None
    else:
        assert opening.opens is not None
        assert opening.opens > at
        assert BOOK.opening(region="vg", at=opening.opens).open
        assert not BOOK.opening(region="vg", at=opening.opens - timedelta(minutes=1)).open


def test_s1_a_moment_with_a_zone_is_read_in_local_time() -> None:
    summer = datetime(2026, 7, 1, 5, 30, tzinfo=ZoneInfo("UTC"))
    opens = BOOK.opening(region="vg", at=summer).opens
    assert opens == datetime(2026, 7, 1, 8, 0, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(("day", "contact"), [(date(2023, 6, 20), True), (date(2023, 6, 21), False)])
def test_d17_since_2023_special_articles_need_no_contact(day: date, contact: bool) -> None:
    found = BOOK.overdue(
        region="vg",
        day=day,
        area="diabetes",
        article=Article(stocked=False),
        ordered=date(2023, 6, 1),
        status="ordered",
    )
    assert (found.overdue, found.contact_patient) == (True, contact)


def test_d17_skane_promises_no_contact() -> None:
    found = BOOK.overdue(
        region="skane", day=date(2026, 3, 10), area="diabetes", article=Article(), ordered=DAY, status="ordered"
    )
    assert (found.overdue, found.contact_patient) == (True, False)
