"""When and how much may be withdrawn: W1-W12, W14, V1-V5, P2, P8, I5, I7."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulebook import load_rulebook
from rulebook.facts import Actor, Line, Person, Want, Withdrawn
from rulebook.verdict import Decision

BOOK = load_rulebook()
WRITTEN = date(2026, 1, 1)
LINE = Line(WRITTEN, "ostomy", "20417", days_per_withdrawal=90, withdrawals=4, packages_per_withdrawal=9)
DRINK = replace(LINE, area="nutrition", variants=("hallon", "kaffe", "vanilj"))


def withdraw(day: date, history: list[Withdrawn] | None = None, line: Line = LINE, **more: Any) -> Decision:
    facts = {"region": "vg", "person": Person(), "want": Want(), **more}
    return BOOK.withdraw(day=day, line=line, history=history or [], **facts)


@given(period=st.integers(1, 365), start=st.integers(0, 360))
def test_w1_the_first_possible_day_is_allowed_and_the_day_before_is_not(period: int, start: int) -> None:
    taken = WRITTEN + timedelta(days=start)
    line = replace(LINE, written=taken, days_per_withdrawal=period)
    history = [Withdrawn(taken, "delivered")]
    opens = withdraw(taken, history, line).possible_from
    assert opens is not None
    assert (opens - taken).days * 3 >= period * 2
    assert (opens - taken).days * 3 < period * 2 + 3
    assert withdraw(opens, history, line).allowed
    before = withdraw(opens - timedelta(days=1), history, line)
    assert (before.reason, before.possible_from, before.numbers["days_left"]) == ("too_early", opens, 1)


def test_w1_a_new_prescription_starts_anew() -> None:
    assert withdraw(date(2026, 2, 1), []).allowed


def test_w1_the_numbers_explain_the_day() -> None:
    decision = withdraw(date(2026, 2, 1), [Withdrawn(date(2026, 1, 20), "delivered")], want=Want(packages=5))
    assert decision.numbers == {
        "period_days": 90,
        "fraction": "2/3",
        "waiting_days": 60,
        "last_withdrawal": date(2026, 1, 20),
        "days_left": 48,
        "last_valid_day": date(2027, 1, 1),
        "taking_fewer": True,
        "asked": 5,
        "not_taken": 4,
        "on_its_way_since": None,
        "waiting_until": date(2026, 3, 21),
        "expires_first": False,
    }


def test_w1_a_line_that_ends_before_its_waiting_does_says_so() -> None:
    decision = withdraw(date(2026, 12, 20), [Withdrawn(date(2026, 12, 1), "delivered")])
    assert decision.reason == "too_early"
    assert decision.possible_from == date(2027, 1, 30)
    assert decision.numbers["expires_first"]


def test_w2_a_joint_order_explains_that_nothing_is_waited_for() -> None:
    decision = withdraw(date(2026, 1, 25), [Withdrawn(date(2026, 1, 20), "delivered")], want=Want(joint_order=True))
    assert decision.allowed
    assert decision.numbers["waiting_days"] == 0


def test_w3_skane_has_no_fraction_to_explain() -> None:
    history = [Withdrawn(date(2026, 1, 20), "delivered")]
    decision = withdraw(date(2026, 1, 20), history, replace(LINE, area="diabetes"), region="skane")
    assert decision.allowed
    assert decision.numbers["fraction"] is None


@given(made=st.integers(0, 8))
def test_w4_as_many_withdrawals_as_the_line_states(made: int) -> None:
    history = [Withdrawn(WRITTEN, "delivered") for _ in range(made)]
    decision = withdraw(date(2026, 12, 1), history)
    assert decision.allowed == (made < 4)
    assert decision.withdrawals_left == max(4 - made, 0)


@pytest.mark.parametrize("status", ["confirmed", "ordered", "out_for_delivery"])
def test_w5_w8_what_is_under_way_blocks_its_article_and_says_since_when(status: str) -> None:
    decision = withdraw(date(2026, 9, 1), [Withdrawn(date(2026, 2, 1), status)])
    assert decision.reason == "on_its_way"
    assert decision.numbers["on_its_way_since"] == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("status", "counts"), [("confirmed", 1), ("ordered", 1), ("delivered", 1), ("new", 0), ("cancelled", 0)]
)
def test_w8_what_counts_as_a_withdrawal(status: str, counts: int) -> None:
    assert withdraw(date(2026, 9, 1), [Withdrawn(date(2026, 2, 1), status)]).withdrawals_left == 4 - counts


@pytest.mark.parametrize(
    ("who", "lifted"), [("customer_service", True), ("patient", False), ("prescriber", False), (None, False)]
)
def test_w6_only_customer_service_goes_past_the_block(who: str | None, lifted: bool) -> None:
    decision = withdraw(date(2026, 9, 1), want=Want(packages=1, override_by=who), on_the_way=True)
    assert decision.allowed == lifted


@given(st.integers(-5, 30))
def test_w7_never_more_than_prescribed_and_never_nothing(packages: int) -> None:
    decision = withdraw(WRITTEN, want=Want(packages=packages))
    assert decision.allowed == (1 <= packages <= 9)
    assert decision.reason == (None if decision.allowed else "nothing_asked" if packages < 1 else "too_many")
    assert decision.max_packages == 9


@given(st.dictionaries(st.sampled_from(["hallon", "kaffe", "vanilj", "choklad"]), st.integers(-3, 12)))
def test_v1_v2_v4_an_allowed_choice_is_never_negative_unknown_or_more_than_prescribed(chosen: dict[str, int]) -> None:
    decision = withdraw(WRITTEN, line=DRINK, want=Want(variants=chosen))
    if decision.allowed and chosen:
        assert 1 <= sum(chosen.values()) <= 9
        assert min(chosen.values()) >= 0
        assert not chosen.get("choklad")
    if not withdraw(WRITTEN, want=Want(variants=chosen)).allowed:
        assert chosen  # V4: a line without variants takes none


def test_v2_says_how_many_are_left_to_choose() -> None:
    decision = withdraw(WRITTEN, line=DRINK, want=Want(variants={"hallon": 4, "kaffe": 2}))
    assert decision.numbers["not_taken"] == 3


def test_w7_packages_said_beside_the_flavours_do_not_hide_too_many() -> None:
    assert withdraw(WRITTEN, line=DRINK, want=Want(packages=1, variants={"hallon": 10})).reason == "too_many"
    assert withdraw(WRITTEN, line=DRINK, want=Want(packages=10, variants={"hallon": 1})).reason == "too_many"


def test_v3_the_variants_share_one_maximum() -> None:
    assert withdraw(WRITTEN, line=DRINK, want=Want(variants={"vanilj": 9})).max_packages == 9


def test_v5_the_last_choice_is_found_wherever_it_stands() -> None:
    later = Withdrawn(date(2026, 5, 1), "delivered", 9, {"kaffe": 5, "choklad": 4})
    earlier = Withdrawn(date(2026, 2, 1), "delivered", 9, {"hallon": 9})
    unsaid = Withdrawn(date(2026, 7, 1), "delivered", 9)
    for history in ([earlier, later, unsaid], [unsaid, later, earlier]):
        again = BOOK.same_as_last_time(line=DRINK, history=history)
        assert (again.variants, again.unavailable) == ({"kaffe": 5}, {"choklad": 4})


def test_w9_the_lines_of_each_payer_keep_their_order() -> None:
    assert BOOK.split(["b", "a", "b", "c", "a"]).groups == ((0, 2), (1, 4), (3,))
    assert BOOK.split([]).groups == ()


@given(st.integers(0, 400))
def test_w10_p2_a_line_holds_from_the_day_it_was_written_for_365_days(after: int) -> None:
    decision = withdraw(WRITTEN + timedelta(days=after))
    assert decision.allowed == (after <= 365)
    assert decision.numbers["last_valid_day"] == date(2027, 1, 1)


def test_w10_p8_a_voided_line_is_ended() -> None:
    assert withdraw(date(2026, 2, 1), line=replace(LINE, voided=date(2026, 2, 1))).reason == "voided"


def test_w11_someone_close_may_order_and_a_stranger_role_may_not() -> None:
    assert withdraw(WRITTEN, actor=Actor("representative")).allowed
    refused = withdraw(WRITTEN, actor=Actor("supplier"))
    assert (refused.reason, refused.withdrawals_left, refused.numbers) == ("no_right", None, {})


def test_w14_too_early_names_the_rule_that_sends_to_the_prescriber() -> None:
    assert "W14" in withdraw(date(2026, 2, 1), [Withdrawn(date(2026, 1, 20), "delivered")]).rules


@given(
    region=st.sampled_from(BOOK.regions),
    days=st.integers(-10, 500),
    status=st.sampled_from(["new", "ordered", "delivered"]),
    on_the_way=st.booleans(),
    voided=st.none() | st.just(WRITTEN),
)
def test_i5_i7_every_protected_person_gets_the_same_empty_answer(
    region: str, days: int, status: str, on_the_way: bool, voided: date | None
) -> None:
    decision = withdraw(
        WRITTEN + timedelta(days=days),
        [Withdrawn(WRITTEN, status)],
        replace(LINE, voided=voided),
        region=region,
        person=Person(protected=True),
        on_the_way=on_the_way,
    )
    assert decision == Decision("refused", "protected_identity")
    assert (decision.rules, decision.numbers) == (("I5", "I7"), {})


@given(
    written=st.integers(0, 30),
    made=st.integers(0, 5),
    days=st.integers(0, 420),
    packages=st.integers(-2, 12),
    on_the_way=st.booleans(),
)
def test_a_verdict_and_its_reason_never_contradict_each_other(
    written: int, made: int, days: int, packages: int, on_the_way: bool
) -> None:
    line = replace(LINE, written=WRITTEN + timedelta(days=written))
    history = [Withdrawn(line.written + timedelta(days=70 * nth), "delivered") for nth in range(made)]
    decision = withdraw(
        WRITTEN + timedelta(days=days), history, line, want=Want(packages=packages), on_the_way=on_the_way
    )
    assert decision.allowed == (decision.reason is None)
    assert (decision.possible_from is not None) == (decision.reason in ("too_early", "not_yet_valid"))
    assert decision.numbers["days_left"] >= 0
    assert (decision.numbers["days_left"] > 0) == (decision.possible_from is not None)


def test_where_there_is_no_waiting_no_order_makes_it_too_early_w3() -> None:
    assert withdraw(date(2026, 2, 1), [Withdrawn(date(2026, 2, 2), "delivered")], region="skane").allowed
