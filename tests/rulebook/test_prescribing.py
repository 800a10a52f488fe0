"""Who may prescribe what, copies, exemptions and the search for articles."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest

from rulebook import load_rulebook
from rulebook.facts import Amount, Article, Line, ListedArticle, Person, Prescriber, Withdrawn
from rulebook.verdict import Prescribing

BOOK = load_rulebook()
DAY = date(2026, 3, 2)
MONTHLY = Amount(30, 12, packages_per_withdrawal=4)


def prescribe(
    *,
    region: str = "vg",
    area: str = "ostomy",
    rights: Iterable[str] | None = None,
    units: Iterable[str] | None = None,
    amount: Amount = MONTHLY,
    **given: Any,
) -> Prescribing:
    prescriber = Prescriber(
        "physician",
        rights=None if rights is None else frozenset(rights),
        units=None if units is None else frozenset(units),
    )
    given = {"person": Person(born=date(2015, 1, 1)), "article": Article(), **given}
    return BOOK.prescribe(region=region, day=DAY, prescriber=prescriber, area=area, amount=amount, **given)


def test_the_amount_is_worked_out_with_its_cost_before_anything_is_saved_p3_p4() -> None:
    by_use = Amount(30, 12, pieces_per_day=2.5, pieces_per_package=10)
    answer = prescribe(amount=by_use, article=Article(price_kr=90))
    assert (answer.pieces, answer.packages, answer.cost_kr) == (75, 8, 720)
    assert prescribe(amount=by_use).cost_kr is None


def test_a_right_holds_for_its_product_area_p11() -> None:
    assert prescribe(rights=["ostomy"]).allowed
    assert prescribe(rights=["diabetes"]).reason == "no_right"
    assert prescribe(rights=[]).reason == "no_right"
    assert prescribe(rights=None).allowed


def test_general_care_comes_with_any_right_p11() -> None:
    assert prescribe(area="general", rights=["diabetes"]).allowed
    assert prescribe(area="general", rights=[]).reason == "no_right"
    assert prescribe(region="skane", area="incontinence", rights=["diabetes"]).reason == "no_right"


def test_only_for_a_unit_that_has_named_the_prescriber_p11() -> None:
    assert prescribe(units=["602154"], unit="602154").allowed
    assert prescribe(units=["602154"], unit="602155").reason == "no_right"
    assert prescribe(units=[], unit="602154").reason == "no_right"


def test_tube_feeding_accessories_need_a_right_of_their_own_p18() -> None:
    tube = Article(subgroup="tube_feeding_accessories")
    assert prescribe(area="nutrition", rights=["nutrition"]).allowed
    assert prescribe(area="nutrition", rights=["nutrition"], article=tube).reason == "no_right"
    assert prescribe(area="nutrition", rights=["nutrition_tube_feeding_accessories"], article=tube).allowed


def test_the_prescriber_is_reminded_of_need_and_journal_p17() -> None:
    assert prescribe().numbers["duties"] == ("fit_need_and_period", "record_in_journal")
    assert prescribe(region="skane", area="diabetes").numbers["duties"] == ()


@pytest.mark.parametrize(
    ("line", "history", "ended"),
    [
        ({}, [], None),
        ({"voided": DAY}, [], "voided"),
        ({"written": date(2025, 3, 1)}, [], "expired"),
        ({"written": date(2025, 3, 2)}, [], None),
        ({"withdrawals": 1}, [Withdrawn(date(2026, 2, 1), "delivered")], "none_left"),
        ({"withdrawals": 1}, [Withdrawn(date(2026, 2, 1), "cancelled")], None),
    ],
)
def test_ended_lines_are_copied_and_active_ones_voided_first_p8_p9(
    line: dict[str, Any], history: list[Withdrawn], ended: str | None
) -> None:
    facts = {"written": date(2026, 1, 1), "withdrawals": 4, **line}
    prescribed = Line(area="ostomy", article="1", days_per_withdrawal=30, packages_per_withdrawal=2, **facts)
    answer = BOOK.copy(region="vg", day=DAY, line=prescribed, history=history)
    assert answer.allowed is (ended is not None)
    assert answer.numbers["ended"] == ended
    assert answer.reason == (None if ended else "still_active")
    assert answer.amount == Amount(30, prescribed.withdrawals, 2)


def test_an_exemption_needs_the_whole_form_p14() -> None:
    whole = ["motivation", "manager_name", "manager_email", "manager_approval"]
    assert BOOK.exemption(region="vg", day=DAY, given=whole).allowed
    answer = BOOK.exemption(region="vg", day=DAY, given=whole[:2])
    assert (answer.reason, answer.missing) == ("missing_details", ("manager_email", "manager_approval"))
    assert BOOK.exemption(region="skane", day=DAY, given=whole).reason == "not_in_this_region"


def test_the_link_to_an_exemption_article_ends_after_eighteen_months_p14() -> None:
    def lapsed(last: date, day: date) -> bool:
        return BOOK.exemption(region="vg", day=day, given=[], last_prescribed=last).lapsed

    assert not lapsed(date(2024, 9, 2), DAY)
    assert lapsed(date(2024, 9, 1), DAY)
    assert not lapsed(date(2024, 8, 31), date(2026, 2, 28))
    assert lapsed(date(2024, 8, 31), date(2026, 3, 1))


def test_a_customer_number_has_six_digits_p16() -> None:
    assert BOOK.is_customer_number(region="vg", day=DAY, unit="602154")
    for wrong in ("60215", "6021544", "60215A", "٦٠٢١٥٤"):
        assert not BOOK.is_customer_number(region="vg", day=DAY, unit=wrong)


ARTICLES = [
    ListedArticle("100", "Solin 2 kcal fibre DRINK", "S-77", subgroup="supplement"),
    ListedArticle("101", "Solin Jucy DRINK", "S-78", subgroup="supplement"),
    ListedArticle("102", "Solin tube 1000", "S-79", subgroup="tube_feed"),
    ListedArticle("200", "Pasta fusilli", None, subgroup="gluten_free"),
]


def found(query: str, **limits: str) -> list[str]:
    return [
        article.number
        for article in BOOK.find_articles(region="skane", day=DAY, articles=ARTICLES, query=query, **limits)
    ]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("soli drink", ["100", "101"]),
        ("DRINK jucy", ["101"]),
        ("100", ["100", "102"]),
        ("s-78", ["101"]),
        ("nothing", []),
        (" ", ["100", "101", "102", "200"]),
    ],
)
def test_articles_are_found_by_number_and_by_parts_of_the_name_p13(query: str, numbers: list[str]) -> None:
    assert found(query) == numbers


def test_the_type_and_the_subgroup_limit_the_search_p10_p13() -> None:
    assert found("", prescription_type="coeliac_metabolic") == ["200"]
    assert found("solin", prescription_type="coeliac_metabolic") == []
    assert found("solin", prescription_type="energy_nutrition") == ["100", "101", "102"]
    assert found("solin", subgroup="tube_feed") == ["102"]
    assert found("", prescription_type="coeliac_metabolic", subgroup="tube_feed") == []
