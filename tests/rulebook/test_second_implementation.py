"""The rule book agrees with a slow and plain second writing of the same rules, on many seeded random cases."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest

from rulebook import load_rulebook
from rulebook.facts import STATUSES, Article, Line, Person, Want, Withdrawn
from tests.rulebook import slow_rules

BOOK = load_rulebook()
CASES = 100_000
FIRST, LAST = date(2019, 1, 1), date(2035, 12, 31)
DAYS = (LAST - FIRST).days
EASTERS = [
    "2019-04-21", "2020-04-12", "2021-04-04", "2022-04-17", "2023-04-09", "2024-03-31", "2025-04-20", "2026-04-05",
    "2027-03-28", "2028-04-16", "2029-04-01", "2030-04-21", "2031-04-13", "2032-03-28", "2033-04-17", "2034-04-09",
    "2035-03-25",
]  # fmt: skip
PERSON = Person()
STATUS_OR_DELIVERED = [*STATUSES, *["delivered"] * 9]


def any_day(random: Random) -> date:
    return FIRST + timedelta(days=random.randint(0, DAYS))


def moment(random: Random, day: date) -> datetime:
    return datetime.combine(day, time(random.randint(0, 23), random.randint(0, 59), random.randint(0, 59)))


def test_the_second_writing_knows_easter() -> None:
    assert [slow_rules.easter_sunday(year).isoformat() for year in range(2019, 2036)] == EASTERS


@pytest.mark.parametrize(
    ("period", "days"), [(90, 60), (30, 20), (28, 19), (91, 61), (7, 5), (1, 1), (2, 2), (3, 2), (365, 244)]
)
def test_the_second_writing_counts_as_the_catalogue_does_w1(period: int, days: int) -> None:
    assert slow_rules.waiting_days(period) == days


def test_the_next_possible_day_is_the_same_w1() -> None:
    random = Random(20240101)
    seen: set[str | None] = set()
    for number in range(CASES):
        region = random.choice(["vg", "vg", "vg", "skane"])
        period = random.randint(1, 365)
        written = any_day(random)
        orders = []
        for _ in range(random.randint(0, 5)):
            orders.append((written + timedelta(days=random.randint(0, 300)), random.choice(STATUS_OR_DELIVERED)))
        withdrawals = random.randint(1, 6)
        joint_order = random.random() < 0.1
        today = written + timedelta(days=random.randint(-5, 375))
        if orders and random.random() < 0.6:  # on the edge, where mistakes are made
            last = max(day for day, _ in orders)
            today = last + timedelta(days=slow_rules.waiting_days(period) + random.randint(-2, 1))
        orders = [(day, status) for day, status in orders if day <= today]
        expected = slow_rules.may_withdraw(
            today, written, period, withdrawals, orders, joint_order=joint_order, region_waits=region == "vg"
        )
        decision = BOOK.withdraw(
            region=region,
            day=today,
            person=PERSON,
            line=Line(written, "diabetes", "1", period, withdrawals, 4),
            history=[Withdrawn(day, status) for day, status in orders],
            want=Want(joint_order=joint_order),
        )
        got = decision.reason, decision.possible_from, decision.withdrawals_left
        assert got == expected, (number, region, today, written, period, withdrawals, orders, joint_order)
        seen.add(decision.reason)
    assert seen == {None, "too_early", "on_its_way", "none_left", "expired", "not_yet_valid"}


def test_the_promised_day_is_the_same_d15() -> None:
    random = Random(15)
    areas = ["general", "diabetes", "incontinence", "nutrition", "ostomy", "tracheostomy"]
    for number in range(CASES):
        area, kind = random.choice(areas), random.choice(["ordinary", "ordinary", "cgm", "exemption"])
        ordered = any_day(random)
        if random.random() < 0.3:  # from Christmas into January
            ordered = date(ordered.year, 12, random.randint(10, 31))
        at = moment(random, ordered)
        promise = BOOK.delivery_day(
            region="vg", area=area, article=Article(kind=kind), option="pickup_point", ordered=at
        )
        expected = slow_rules.promised_day(ordered, area, kind)
        assert (promise.earliest, promise.latest) == (None, expected), (number, at, area, kind)


def test_customer_service_is_open_at_the_same_minutes_s1() -> None:
    """Half of the moments come as UTC, and a fifth lie in the weeks when the clocks are changed."""
    random = Random(1630)
    seen: set[bool | None] = set()
    for number in range(CASES):
        day = any_day(random)
        if random.random() < 0.2:  # the last days of March and October
            day = day.replace(month=random.choice([3, 10]), day=random.randint(25, 31))
        utc = moment(random, day)
        local = utc + timedelta(hours=slow_rules.hours_ahead(utc))
        opens = slow_rules.opens_next(local)
        with_zone = number % 2 == 0
        opening = BOOK.opening(region="vg", at=utc.replace(tzinfo=UTC) if with_zone else local)
        case = number, utc, local, with_zone
        assert opening.open == (opens is None), case
        if opens is None:
            assert opening.opens is None, case
        else:
            assert opening.opens is not None, case
            assert opening.opens.replace(tzinfo=None) == opens, case
            if with_zone:  # the same instant, not only the same face of the clock
                in_utc = opening.opens.astimezone(UTC).replace(tzinfo=None)
                assert in_utc + timedelta(hours=slow_rules.hours_ahead(in_utc)) == opens, case
        seen.add(opening.open)
    assert seen == {True, False}
