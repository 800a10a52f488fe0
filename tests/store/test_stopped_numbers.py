from ordering.store import SqlStores
from tests.store.conftest import NOW

NUMBER = "+46701740605"


async def test_a_number_is_stopped_until_it_is_started_again(stores: SqlStores) -> None:
    async with stores.begin() as tx:
        assert not await tx.stopped_numbers.is_stopped(NUMBER)
        assert not await tx.stopped_numbers.start(NUMBER)
        await tx.stopped_numbers.stop(NUMBER, now=NOW)
        await tx.stopped_numbers.stop(NUMBER, now=NOW)
    async with stores.begin() as tx:
        assert await tx.stopped_numbers.is_stopped(NUMBER)
        assert not await tx.stopped_numbers.is_stopped("+46701740606")
        assert await tx.stopped_numbers.start(NUMBER)
        assert not await tx.stopped_numbers.is_stopped(NUMBER)
