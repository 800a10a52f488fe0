"""The range, and the orders that have not come, on both databases."""

from ordering.store import SqlStores
from tests.store.conftest import NOW


async def test_the_range_is_read_by_number(demo: SqlStores) -> None:
    async with demo.begin() as tx:
        every = await tx.articles.of_region("vg")
        drink = await tx.articles.get("vg", "70011001")
        elsewhere = await tx.articles.get("skane", "70011001")
    assert [article.number for article in every] == sorted(article.number for article in every)
    assert {article.region for article in every} == {"vg"}
    assert drink in every
    assert drink is not None
    assert drink.pieces_per_package == 4
    assert drink.variants[0].name == "jordgubb"
    assert elsewhere is None


async def test_orders_under_way_are_those_of_the_region_until_they_have_come(demo: SqlStores) -> None:
    async with demo.begin() as tx:
        before = await tx.orders.under_way("vg")
    assert before, "somebody in the demo waits for an order"
    assert [order.day for order in before] == sorted(order.day for order in before)
    async with demo.begin() as tx:
        order = await tx.orders.by_number(before[0].number)
        assert order is not None
        assert [article.number for article, _ in before[0].items] == [line.article_number for line in order.lines]
        await tx.orders.set_status(order.id, was=["ordered"], to="out_for_delivery", now=NOW)
    async with demo.begin() as tx:
        assert (await tx.orders.under_way("vg"))[0].status == "out_for_delivery"
        await tx.orders.set_status(order.id, was=["out_for_delivery"], to="delivered", now=NOW)
    async with demo.begin() as tx:
        assert await tx.orders.under_way("vg") == before[1:]
        assert not {order.number for order in before} & {order.number for order in await tx.orders.under_way("skane")}
