"""The demo shows what it is meant to show, on any day it is loaded."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from ordering.importing import DEMO_FILES, load_demo
from ordering.model import Line, Order, Person
from ordering.pickup_points import FixturePickupPoints
from ordering.store import SqlStores
from rulebook import Rulebook, load_rulebook
from rulebook.facts import Article as RuleArticle
from rulebook.facts import Line as RuleLine
from rulebook.facts import Person as RulePerson
from rulebook.facts import Want, Withdrawn
from tests.importing.conftest import TODAY
from tests.rulebook.test_identity_numbers import TEST_NUMBERS

ROOT = Path(__file__).parents[2]
COUNTING = ("ordered", "out_for_delivery", "delivered")


@pytest.fixture(params=[TODAY, date(2027, 2, 28), date(2028, 12, 31)])
def today(request: pytest.FixtureRequest) -> date:
    day: date = request.param
    return day


@pytest.fixture
async def demo(stores: SqlStores, today: date) -> SqlStores:
    await load_demo(stores, today=today)
    return stores


async def everything_of(stores: SqlStores, region: str, number: str) -> tuple[Person, list[Line], list[Order]]:
    async with stores.begin() as tx:
        person = await tx.people.by_identity(region, number)
        assert person is not None
        return person, await tx.people.lines(person.id), await tx.orders.of_person(person.id)


def why(book: Rulebook, today: date, person: Person, line: Line, orders: list[Order]) -> str:
    """The reason a withdrawal is refused, or "allowed"."""
    history = [
        Withdrawn(day=order.day, status=order.status, packages=part.packages)
        for order in orders
        for part in order.lines
        if part.line_id == line.id
    ]
    decision = book.withdraw(
        region=person.region,
        day=today,
        person=RulePerson(born=person.born, asylum_seeker=person.asylum_seeker, protected=person.protected),
        line=RuleLine(
            written=line.written,
            area=line.article.area,
            article=line.article.number,
            days_per_withdrawal=line.days_per_withdrawal,
            withdrawals=line.withdrawals,
            packages_per_withdrawal=line.packages_per_withdrawal,
            voided=line.voided,
        ),
        history=history,
        want=Want(),
    )
    return decision.reason or decision.verdict


@pytest.mark.parametrize(
    ("region", "number", "expected"),
    [
        ("vg", "198501012382", ["allowed", "allowed", "allowed"]),
        ("vg", "198501012390", ["too_early"]),
        ("vg", "199001012385", ["on_its_way"]),
        ("vg", "202001012398", ["allowed"]),
        ("vg", "200101012391", ["allowed"]),
        ("vg", "19780314K080", ["none_left"]),
        ("vg", "19560823M094", ["expired"]),
        ("vg", "19590412K100", ["allowed", "allowed"]),
        ("vg", "191401682396", ["protected_identity"]),
        ("skane", "189001019802", ["allowed"]),
        ("skane", "50991234", ["allowed"]),
        ("skane", "19930711CL05", ["allowed", "allowed"]),
        ("skane", "19480207GD01", ["allowed"]),
    ],
)
async def test_each_demo_person_shows_one_thing(
    demo: SqlStores, today: date, region: str, number: str, expected: list[str]
) -> None:
    book = load_rulebook()
    person, lines, orders = await everything_of(demo, region, number)
    assert [why(book, today, person, line, orders) for line in lines] == expected


async def test_the_ready_one_has_six_flavours_a_last_choice_and_two_payers(demo: SqlStores) -> None:
    _, lines, orders = await everything_of(demo, "vg", "198501012382")
    assert len(lines[0].article.variants) == 6
    assert len({line.payer for line in lines}) == 2
    last = next(order for order in orders if order.lines[0].line_id == lines[0].id)
    assert sum(last.lines[0].variants.values()) == 20


async def test_a_relative_and_a_parent_order_for_others(demo: SqlStores) -> None:
    sara, _, _ = await everything_of(demo, "skane", "19680214EP01")
    maria, _, _ = await everything_of(demo, "vg", "199001012385")
    async with demo.begin() as tx:
        assert [one.name for one, _ in await tx.people.represented_by(sara.id)] == ["Signe Malm"]
        ((child, _),) = await tx.people.represented_by(maria.id)
    assert child.mobile is None
    assert child.family_name != maria.family_name


async def test_fees_differ_for_the_asylum_seeker_and_the_coeliac(demo: SqlStores, today: date) -> None:
    book = load_rulebook()
    fees = []
    for number in ("50991234", "19930711CL05"):
        person, lines, _ = await everything_of(demo, "skane", number)
        fee = book.fee(
            region="skane",
            day=today,
            person=RulePerson(born=person.born, asylum_seeker=person.asylum_seeker),
            area=lines[0].article.area,
            prescription_type=lines[0].prescription_type,
            article=RuleArticle(),
        )
        fees.append(fee.kr)
    assert fees == [50, 120]


def test_only_numbers_made_for_testing_and_fiction_are_used() -> None:
    for path in DEMO_FILES:
        for person in json.loads(path.read_text(encoding="utf-8"))["people"]:
            number = person["identity_number"]
            if re.fullmatch("[0-9]{12}", number):
                assert number in (*TEST_NUMBERS, "191401682396")
            if mobile := person.get("mobile"):
                assert re.fullmatch("07017406(0[5-9]|[1-9][0-9])", re.sub("[- ]", "", mobile))


def test_every_demo_article_has_a_kind_that_the_assistant_knows_by_name() -> None:
    words = yaml.safe_load((ROOT / "data/nlu/product_words.yml").read_text(encoding="utf-8"))
    known = {entry["synonym"] for entry in words["nlu"]}
    for path in DEMO_FILES:
        for article in json.loads(path.read_text(encoding="utf-8"))["articles"]:
            assert article["product"] in known


async def test_every_demo_address_has_three_pickup_points_near_it(demo: SqlStores, today: date) -> None:
    points = FixturePickupPoints()
    book = load_rulebook()
    for path in DEMO_FILES:
        for person in json.loads(path.read_text(encoding="utf-8"))["people"]:
            if not person.get("address"):
                continue
            region = person["region"]
            carriers = book.carriers(region=region, day=today, area="diabetes")
            found = await points.nearest(region=region, postal_code=person["address"]["postal_code"], carriers=carriers)
            assert len(found) == 3
            assert (found[0].distance_m or 0) < 5000
