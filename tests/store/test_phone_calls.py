from datetime import timedelta

from ordering.model import PhoneCall, Pin
from ordering.store import SqlStores
from tests.store.conftest import ANNA, NOW

SID = "CA" + "a" * 32
LATER = NOW + timedelta(seconds=90)


async def test_each_moment_of_a_call_is_kept_the_first_time(stores: SqlStores) -> None:
    async with stores.begin() as tx:
        assert not await tx.phone_calls.ended(SID, status="completed", seconds=1, now=NOW), "not known yet"
        for now in (NOW, LATER):
            await tx.phone_calls.begin(SID, region="vg", now=now)
            await tx.phone_calls.transferred(SID, now=now)
            assert await tx.phone_calls.answered(SID, now=now) is (now == NOW)
            assert await tx.phone_calls.ended(SID, status="completed", seconds=42, now=now) is (now == NOW)
    async with stores.begin() as tx:
        assert await tx.phone_calls.by_sid(SID) == PhoneCall(SID, "vg", NOW, NOW, NOW, NOW, "completed", 42)
        assert await tx.phone_calls.by_sid("CA-other") is None


async def test_a_call_that_has_ended_is_followed_up_once(stores: SqlStores) -> None:
    async with stores.begin() as tx:
        await tx.phone_calls.begin(SID, region="vg", now=NOW)
        await tx.phone_calls.begin("CA-goes-on", region="vg", now=NOW)
        await tx.phone_calls.ended(SID, status="completed", seconds=42, now=NOW)
    async with stores.begin() as tx:
        assert await tx.phone_calls.to_follow(ended_before=NOW, limit=9) == []
        [found] = await tx.phone_calls.to_follow(ended_before=LATER, limit=9)
        assert found.sid == SID
        assert await tx.phone_calls.followed(SID, now=LATER)
        assert not await tx.phone_calls.followed(SID, now=LATER)
        assert await tx.phone_calls.to_follow(ended_before=LATER, limit=9) == []


async def test_calls_are_found_by_region_and_time(stores: SqlStores) -> None:
    async with stores.begin() as tx:
        await tx.phone_calls.begin("CA1", region="vg", now=NOW)
        await tx.phone_calls.begin("CA2", region="skane", now=NOW)
        await tx.phone_calls.begin("CA3", region="vg", now=LATER)
        found = await tx.phone_calls.of_region("vg", since=NOW, until=LATER)
        assert [call.sid for call in found] == ["CA1"]


async def test_a_pin_replaces_the_one_before_and_counts_wrong_ones(demo: SqlStores) -> None:
    async with demo.begin() as tx:
        person = await tx.people.by_identity("vg", ANNA)
        assert person is not None
        assert await tx.pins.of_person(person.id) is None
        await tx.pins.set(Pin(person.id, "00", "one", NOW, "desk", wrong=3, wrong_at=NOW))
        await tx.pins.set(Pin(person.id, "01", "two", LATER, "desk"))
        await tx.pins.count_try(person.id, salt="01", digest="other", wrong=1, now=LATER)
        await tx.pins.count_try(person.id, salt="00", digest="of the one before", wrong=7, now=NOW)
    async with demo.begin() as tx:
        assert await tx.pins.of_person(person.id) == Pin(person.id, "01", "other", LATER, "desk", 1, LATER)
        assert await tx.pins.remove(person.id)
        assert not await tx.pins.remove(person.id)
