"""What must hold whatever the patient does, in both regions. Seeds are fixed, so that a failure comes again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rulebook import load_rulebook
from rulebook.facts import KINDS, OPTIONS, STATUSES, Actor, Article, Line, Person, Want, Withdrawn
from rulebook.verdict import Decision
from tests.rulebook import slow_rules

BOOK = load_rulebook()
REGIONS = BOOK.regions
ONE_DAY = timedelta(days=1)
VALID = timedelta(days=365)
COUNTING = ("confirmed", "ordered", "out_for_delivery", "delivered")
ODD_DAYS = [
    date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2025, 2, 28), date(2028, 2, 29), date(2024, 12, 31),
    date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 29), date(2026, 10, 25),
]  # fmt: skip
FLAVOURS = ("chocolate", "neutral", "strawberry", "vanilla")


def steady(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


days = st.dates(date(2024, 1, 1), date(2034, 12, 31)) | st.sampled_from(ODD_DAYS)
regions = st.sampled_from(REGIONS)
lines = st.builds(
    Line,
    written=days,
    area=st.just("diabetes"),
    article=st.just("1"),
    days_per_withdrawal=st.integers(1, 365) | st.integers(1, 40),
    withdrawals=st.integers(1, 6),
    packages_per_withdrawal=st.integers(1, 20),
    variants=st.sampled_from([(), FLAVOURS[:1], FLAVOURS[:3]]),
)
chosen = st.dictionaries(st.sampled_from(FLAVOURS), st.integers(-1, 12), min_size=1)
amounts = st.one_of(
    st.builds(Want, packages=st.integers(-2, 25)),
    st.builds(Want, variants=chosen),
    st.builds(Want, packages=st.integers(0, 25), variants=chosen),
)


def ask(region: str, day: date, line: Line, history: list[Withdrawn], want: Want) -> Decision:
    return BOOK.withdraw(region=region, day=day, person=Person(), line=line, history=history, want=want)


def whole(answer: Any) -> dict[str, Any]:
    """Everything it says, reasons included, which two answers may differ in and still be equal."""
    return {each.name: getattr(answer, each.name) for each in fields(answer)}


def total(want: Want) -> int:
    return max(sum(want.variants.values()), want.packages or 0)


# Never more than was prescribed


@dataclass(slots=True)
class Patient:
    """Takes whatever is allowed, and keeps count."""

    region: str
    line: Line
    history: list[Withdrawn] = field(default_factory=list)

    def tries(self, day: date, want: Want) -> bool:
        decision = ask(self.region, day, self.line, self.history, want)
        if decision.allowed:
            self.history.append(Withdrawn(day, "confirmed", total(want), want.variants))
        return decision.allowed

    def hears(self, status: str, back: int = 0) -> None:
        """An order is reported on, the newest or one further back, unless it is over already."""
        if not self.history:
            return
        place = -1 - back % len(self.history)
        order = self.history[place]
        if order.status not in ("delivered", "cancelled"):
            self.history[place] = Withdrawn(order.day, status, order.packages, order.variants)

    @property
    def made(self) -> list[Withdrawn]:
        return [order for order in self.history if order.status in COUNTING]


@dataclass(frozen=True, slots=True)
class Step:
    """So many days later this is asked for, everything if `want` is None, and then an order is reported on."""

    days: int
    want: Want | None
    joint_order: bool
    override_by: str | None
    status: str
    back: int

    def wish(self, line: Line) -> Want:
        said = self.want or Want(packages=line.packages_per_withdrawal)
        return replace(said, joint_order=self.joint_order, override_by=self.override_by)


steps = st.lists(
    st.builds(
        Step,
        days=st.integers(0, 45),
        want=amounts | st.none(),
        joint_order=st.sampled_from([False] * 6 + [True]),
        override_by=st.sampled_from([None] * 5 + ["customer_service", "patient", "prescriber"]),
        status=st.sampled_from([*STATUSES[1:], *["delivered"] * 5]),
        back=st.integers(0, 2),
    ),
    min_size=10,
    max_size=40,
)


@steady(400)
@given(regions, lines, st.integers(-5, 30), steps)
def test_a_patient_never_gets_more_than_the_prescription_w1_w2_w4_w5_w6_w7_p2(
    region: str, line: Line, begins: int, steps: list[Step]
) -> None:
    patient = Patient(region, line)
    day = line.written + timedelta(days=begins)
    wait = slow_rules.waiting_days(line.days_per_withdrawal) if region == "vg" else 0
    for step in steps:
        day += timedelta(days=step.days)
        before = list(patient.made)
        if patient.tries(day, step.wish(line)):
            assert line.written <= day <= line.written + VALID
            assert 1 <= (patient.history[-1].packages or 0) <= line.packages_per_withdrawal
            assert step.override_by == "customer_service" or all(order.status == "delivered" for order in before)
            assert step.joint_order or all((day - order.day).days >= wait for order in before)
        assert len(patient.made) <= line.withdrawals
        patient.hears(step.status, step.back)
    assert sum(order.packages or 0 for order in patient.made) <= line.withdrawals * line.packages_per_withdrawal


@pytest.mark.parametrize("region", REGIONS)
def test_who_comes_every_day_gets_all_that_there_is_room_for_and_no_more_w1_w4_p2(region: str) -> None:
    random = Random(7)
    for period in range(1, 366):
        line = Line(random.choice(ODD_DAYS), "diabetes", "1", period, random.randint(1, 60), 2)
        patient = Patient(region, line)
        for number in range(-2, 369):
            if patient.tries(line.written + timedelta(days=number), Want(packages=2)):
                patient.hears("delivered")
        wait = slow_rules.waiting_days(period) if region == "vg" else 0
        room = 1 + 365 // wait if wait else line.withdrawals
        assert len(patient.made) == min(line.withdrawals, room), period


# The first possible day


def starts(random: Random) -> Iterator[date]:
    yield from ODD_DAYS
    for _ in range(15):
        yield date(2024, 1, 1) + timedelta(days=random.randint(0, 4000))


def test_the_first_possible_day_is_allowed_and_the_day_before_is_too_early_for_every_period_w1() -> None:
    random = Random(1)
    for period in range(1, 366):
        wait = (2 * period + 2) // 3
        for taken in starts(random):
            written = taken - timedelta(days=random.choice([0, 1, random.randint(2, 365), 365]))
            check_first_day(Line(written, "diabetes", "1", period, 99, 2), taken, taken + timedelta(days=wait))


def check_first_day(line: Line, taken: date, first: date) -> None:
    history, want, last_valid = [Withdrawn(taken, "delivered", 2)], Want(packages=2), line.written + VALID
    expires_first = first > last_valid
    on_the_day = ask("vg", first, line, history, want)
    assert on_the_day.reason == ("expired" if expires_first else None), (line, taken)
    for day in {taken, min(first - ONE_DAY, last_valid)}:
        before = ask("vg", day, line, history, want)
        assert (before.reason, before.possible_from) == ("too_early", first), (line, taken, day)
        assert before.numbers["expires_first"] is expires_first, (line, taken, day)
        assert before.numbers["days_left"] == (first - day).days, (line, taken, day)


def test_where_no_waiting_time_is_stated_the_same_day_will_do_w3() -> None:
    random = Random(3)
    for period in range(1, 366):
        for taken in starts(random):
            line = Line(taken, "diabetes", "1", period, 99, 2)
            assert ask("skane", taken, line, [Withdrawn(taken, "delivered", 2)], Want(packages=2)).allowed


# The order of what is known

orders = st.builds(
    lambda day, status, packages, variants: (day, Withdrawn(date(2026, 1, 1), status, packages, variants)),
    st.integers(0, 300),
    st.sampled_from(STATUSES),
    st.integers(1, 9) | st.none(),
    st.dictionaries(st.sampled_from(FLAVOURS), st.integers(0, 5)),
)


@steady(400)
@given(regions, lines, st.lists(orders, min_size=2, max_size=8), st.integers(0, 380), amounts, st.randoms())
def test_the_order_of_history_decides_nothing_w1_w4_w5(
    region: str, line: Line, found: list[tuple[int, Withdrawn]], after: int, want: Want, random: Random
) -> None:
    history = [
        Withdrawn(line.written + timedelta(days=day), order.status, order.packages, order.variants)
        for day, order in found
    ]
    shuffled = list(history)
    random.shuffle(shuffled)
    day = line.written + timedelta(days=after)
    decision = whole(ask(region, day, line, history, want))
    assert whole(ask(region, day, line, shuffled, want)) == decision
    assert whole(ask(region, day, line, history[::-1], want)) == decision


# Variants


def about(line: Line, more: int, each: int) -> Want:
    """As much as the line gives and `more`, split over its variants if it has any: `each` of all but the first."""
    asked = line.packages_per_withdrawal + more
    if not line.variants:
        return Want(packages=asked)
    rest = dict.fromkeys(line.variants[1:], each)
    return Want(variants={line.variants[0]: asked - sum(rest.values()), **rest})


near_the_limit = st.tuples(lines, st.integers(-1, 1), st.integers(0, 2)).map(lambda it: (it[0], about(*it)))


@steady(400)
@given(regions, st.tuples(lines, amounts) | near_the_limit)
def test_an_allowed_choice_is_of_this_line_and_never_sums_to_more_v1_v2_w7(
    region: str, asked: tuple[Line, Want]
) -> None:
    line, want = asked
    decision = ask(region, line.written, line, [], want)
    good = (
        all(number >= 0 for number in (*want.variants.values(), want.packages or 0))
        and all(name in line.variants for name, number in want.variants.items() if number)
        and 1 <= total(want) <= line.packages_per_withdrawal
    )
    assert decision.allowed is good
    if good:
        assert sum(want.variants.values()) <= line.packages_per_withdrawal
        assert decision.numbers["asked"] + decision.numbers["not_taken"] == line.packages_per_withdrawal


@steady(300)
@given(lines, st.lists(orders, max_size=6, unique_by=lambda found: found[0]))
def test_same_as_last_time_and_what_is_gone_make_up_the_last_choice_v5(
    line: Line, found: list[tuple[int, Withdrawn]]
) -> None:
    history = [
        Withdrawn(line.written + timedelta(days=day), order.status, order.packages, order.variants)
        for day, order in found
    ]
    chosen = [order for order in history if order.status in COUNTING and order.variants]
    last = sorted(chosen, key=lambda order: order.day)[-1].variants if chosen else {}
    again = BOOK.same_as_last_time(line=line, history=history)
    assert not set(again.variants) & set(again.unavailable)
    assert again.variants | again.unavailable == {name: number for name, number in last.items() if number}
    assert set(again.variants) <= set(line.variants)
    assert not set(again.unavailable) & set(line.variants)


# Delivery days

moments = st.datetimes(datetime(2019, 1, 1), datetime(2035, 12, 20))  # noqa: DTZ001  (local)


@pytest.mark.parametrize("region", REGIONS)
@steady(40)
@given(ordered=moments)
@example(ordered=datetime(2026, 12, 23, 13, 59))  # noqa: DTZ001
@example(ordered=datetime(2026, 12, 31, 14, 0))  # noqa: DTZ001
@example(ordered=datetime(2024, 3, 28, 23, 59))  # noqa: DTZ001
@example(ordered=datetime(2024, 2, 29, 0, 0))  # noqa: DTZ001
@example(ordered=datetime(2025, 6, 20, 12, 0))  # noqa: DTZ001
def test_a_promised_day_is_a_working_day_after_the_order_d15_d18_d20_d24_d25(region: str, ordered: datetime) -> None:
    areas, types = BOOK.areas(region, ordered.date()), BOOK.prescription_types(region, ordered.date())
    for area, option, prescription_type, kind in product(areas, OPTIONS, (None, *types), KINDS):
        promise = BOOK.delivery_day(
            region=region,
            area=area,
            article=Article(kind=kind),
            option=option,
            ordered=ordered,
            prescription_type=prescription_type,
        )
        promised = [day for day in (promise.earliest, promise.latest) if day is not None]
        assert promised, (area, option, prescription_type, kind)
        assert promised == sorted(promised), (area, option, prescription_type, kind)
        for day in promised:
            assert slow_rules.works(day), (area, option, prescription_type, kind)
            assert day > ordered.date(), (area, option, prescription_type, kind)


# Who asks


@steady(200)
@given(regions, lines, st.lists(orders, max_size=5), st.integers(-5, 380), amounts)
def test_a_protected_person_hears_the_same_whatever_there_is_i5_i7(
    region: str, line: Line, found: list[tuple[int, Withdrawn]], after: int, want: Want
) -> None:
    history = [Withdrawn(line.written + timedelta(days=day), order.status) for day, order in found]

    def answer(line: Line, history: list[Withdrawn], want: Want) -> Any:
        return BOOK.withdraw(
            region=region,
            day=line.written + timedelta(days=after),
            person=Person(protected=True),
            line=line,
            history=history,
            want=want,
            actor=Actor("representative"),
        )

    nothing = Line(line.written, "", "", 0, 0, 0)
    assert whole(answer(line, history, want)) == whole(answer(nothing, [], Want()))
