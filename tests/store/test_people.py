from datetime import timedelta

import pytest

from ordering.model import Address, Person
from ordering.store import SqlStores
from ordering.use_cases.trust import code_mobile
from rulebook import load_rulebook
from tests.store.conftest import TODAY

BOOK = load_rulebook()


async def by_identity(stores: SqlStores, region: str, number: str) -> Person:
    async with stores.begin() as tx:
        person = await tx.people.by_identity(region, number)
    assert person is not None
    return person


async def test_a_person_is_found_by_region_and_number_only(demo: SqlStores, anna: Person) -> None:
    assert (anna.name, anna.mobile, anna.door_code) == ("Anna Lindqvist", "+46701740605", "2580")
    assert anna.address == Address("Kastanjegatan 12 A", "41319", "Göteborg")
    async with demo.begin() as tx:
        assert await tx.people.get(anna.id) == anna
        assert await tx.people.by_identity("skane", anna.identity_number) is None
        with pytest.raises(LookupError):
            await tx.people.get(987_654)


async def test_a_number_shared_by_two_gives_both_oldest_first(demo: SqlStores) -> None:
    async with demo.begin() as tx:
        assert [one.given_name for one in await tx.people.by_mobile("vg", "+46701740610")] == ["Lars", "Inger"]
        assert await tx.people.by_mobile("skane", "+46701740610") == []


async def test_a_parent_orders_for_a_child_and_gets_its_codes(demo: SqlStores) -> None:
    maria = await by_identity(demo, "vg", "199001012385")
    async with demo.begin() as tx:
        ((elias, representation),) = await tx.people.represented_by(maria.id)
        assert (elias.given_name, elias.mobile, representation.kind) == ("Elias", None, "parent")
        assert await code_mobile(tx, BOOK, elias, day=TODAY) == maria.mobile
        assert await code_mobile(tx, BOOK, maria, day=TODAY) == maria.mobile
        assert await tx.people.represented_by(elias.id) == []


async def test_without_any_mobile_no_code_can_be_sent(demo: SqlStores) -> None:
    goran = await by_identity(demo, "skane", "19480207GD01")
    async with demo.begin() as tx:
        assert await code_mobile(tx, BOOK, goran, day=TODAY) is None
        assert await code_mobile(tx, BOOK, None, day=TODAY) is None


async def test_lines_come_by_number_with_article_variants_and_payer(demo: SqlStores, anna: Person) -> None:
    async with demo.begin() as tx:
        drink, strips, lancets = await tx.people.lines(anna.id)
    assert (drink.number, strips.number, lancets.number) == (1, 2, 3)
    assert [variant.name for variant in drink.article.variants] == [
        "jordgubb", "choklad", "vanilj", "neutral", "skogsbär", "citrus",
    ]  # fmt: skip
    assert (drink.payer, strips.payer) == ("Kastanjen primärvård", "Diabetesvård väst")
    assert (drink.unit, drink.unit_name, drink.packages_per_withdrawal) == ("431207", "Vårdcentralen Kastanjen", 20)
    assert strips.written == TODAY - timedelta(days=160)
    assert strips.article.variants == ()


async def test_a_saved_address_stands_beside_the_registered_one_until_it_is_taken_away(
    demo: SqlStores, anna: Person
) -> None:
    cottage = Address("Sommarvägen 1", "47300", "Henån")
    for saved in (cottage, None):
        async with demo.begin() as tx:
            await tx.people.save_address(anna.id, saved)
        async with demo.begin() as tx:
            found = await tx.people.get(anna.id)
        assert (found.address, found.saved_address) == (anna.address, saved)


async def test_what_staff_set_for_sms_goes_before_the_register(demo: SqlStores, anna: Person) -> None:
    async with demo.begin() as tx:
        await tx.people.save_sms_detail(anna.id, "neutral")
        assert (await tx.people.get(anna.id)).sms_detail == "neutral"
        await tx.people.save_sms_detail(anna.id, None)
        assert (await tx.people.get(anna.id)).sms_detail == anna.sms_detail
