"""Customer service sets PIN codes, and sees how soon calls are answered (S4)."""

from datetime import UTC, datetime, timedelta

import pytest

from ordering import wiring
from ordering.use_cases import pin
from tests.rest.conftest import NOW

ANNA = {"region": "vg", "person": "19850101-2382"}
DESK, PRESCRIBER = {"X-API-Key": "demo-staff-key"}, {"X-API-Key": "demo-prescriber-key"}


async def anna(tx):
    return await tx.people.by_identity("vg", "198501012382")


@pytest.fixture
def right(stores, settings):
    sealer = wiring.build_sealer(settings)

    async def is_right(digits: str, *, now: datetime = NOW) -> bool:
        async with stores.begin() as tx:
            return await pin.is_right(tx, sealer, (await anna(tx)).id, digits, now=now)

    return is_right


async def give(client, **more):
    return await client.put("/api/v1/pin", json=ANNA | more, headers=DESK)


async def test_a_pin_is_set_and_only_its_digest_is_kept(client, demo, stores, right):
    answer = await give(client, pin="305172")
    assert (answer.status_code, answer.json()) == (200, {"pin": "305172"})
    async with stores.begin() as tx:
        kept = await tx.pins.of_person((await anna(tx)).id)
        entry = (await tx.access_log.of_person(kept.person_id, limit=9))[0]
    assert (entry.did, entry.what) == ("changed", "pin")
    assert "305172" not in repr(kept)
    assert kept.set_by == "customer service"
    assert await right("305172")
    assert not await right("305173")
    assert not await right("05172")


async def test_after_a_change_of_the_secret_a_pin_holds_and_passes_over_to_the_new_one(client, demo, stores, settings):
    await give(client, pin="305172")
    old, new = settings.secret_key, "another secret " * 3

    async def holds(digits: str, **secrets) -> bool:
        sealer = wiring.build_sealer(settings.model_copy(update=secrets))
        async with stores.begin() as tx:
            return await pin.is_right(tx, sealer, (await anna(tx)).id, digits, now=NOW)

    assert not await holds("305173", secret_key=new, other_secret_keys=[old])
    assert not await holds("305172", secret_key=new), "not used since"
    assert await holds("305172", secret_key=new, other_secret_keys=[old])
    assert await holds("305172", secret_key=new)
    assert not await holds("305172", secret_key=old)


async def test_one_that_is_set_while_another_is_tried_stays(client, demo, stores, settings, right, monkeypatch):
    await give(client, pin="305172")
    slow = pin._slow

    async def slowly(salt: str, digits: str) -> str:
        monkeypatch.setattr(pin, "_slow", slow)
        await give(client, pin="481726")
        return await slow(salt, digits)

    monkeypatch.setattr(pin, "_slow", slowly)
    assert not await right("305172"), "it holds no more"
    assert await right("481726")


async def test_one_is_drawn_by_lot_and_told_once(client, demo, right):
    drawn = (await give(client)).json()["pin"]
    assert len(drawn) == 6
    assert await right(drawn)
    again = (await give(client)).json()["pin"]
    assert await right(again)
    assert again == drawn or not await right(drawn), "the one before is no good any more"


@pytest.mark.parametrize("easy", ["111111", "123456", "987654", "121212", "123123", "850101", "010185", "198501"])
async def test_what_is_easily_guessed_is_refused_and_changes_nothing(client, demo, right, easy):
    await give(client, pin="305172")
    answer = await give(client, pin=easy)
    assert (answer.status_code, answer.json()["code"]) == (409, "pin_too_easy")
    assert await right("305172")


@pytest.mark.parametrize("wrong", ["12345", "1234567", "12345a", "", 123456])
async def test_a_pin_has_six_figures(client, demo, wrong):
    assert (await give(client, pin=wrong)).status_code == 422


@pytest.mark.parametrize("number", ["199901012385", "nobody", "191401682396"])
async def test_nobody_and_a_protected_person_are_told_alike(client, demo, number):
    for answer in (
        await client.put("/api/v1/pin", json=ANNA | {"person": number}, headers=DESK),
        await client.post("/api/v1/pin/remove", json=ANNA | {"person": number}, headers=DESK),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_person")


async def test_a_pin_is_taken_away(client, demo, right):
    await give(client, pin="305172")
    for removed in (True, False):
        answer = await client.post("/api/v1/pin/remove", json=ANNA, headers=DESK)
        assert answer.json() == {"removed": removed}
    assert not await right("305172")


async def test_ten_wrong_ones_rest_the_pin_for_a_day_and_a_new_one_works_at_once(client, demo, right):
    await give(client, pin="305172")
    for _ in range(9):
        assert not await right("999998")
    assert await right("305172"), "a right one begins the count anew"
    for _ in range(10):
        assert not await right("999998")
    assert not await right("305172")
    assert not await right("305172", now=NOW + timedelta(hours=23))
    assert await right("305172", now=NOW + timedelta(days=1))
    for _ in range(10):
        await right("999998")
    await give(client, pin="730519")
    assert await right("730519")


async def test_only_customer_service_sets_pins(client, demo):
    assert (await client.put("/api/v1/pin", json=ANNA, headers=PRESCRIBER)).status_code == 403


# Answer times


async def call(stores, sid: str, *, began: datetime, waited: int | None = None, passed_on: bool = True) -> None:
    async with stores.begin() as tx:
        await tx.phone_calls.begin(sid, region="vg", now=began)
        if passed_on:
            await tx.phone_calls.transferred(sid, now=began + timedelta(seconds=30))
        if waited is not None:
            await tx.phone_calls.answered(sid, now=began + timedelta(seconds=30 + waited))
        await tx.phone_calls.ended(sid, status="completed", seconds=100, now=began + timedelta(seconds=100))


async def times(client, **more):
    answer = await client.get("/api/v1/calls/answer-times", params={"region": "vg", **more}, headers=DESK)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_answer_times_are_held_against_the_target_of_the_day(client, stores):
    for number, waited in enumerate((10, 60, 300, 301, None)):
        await call(stores, f"CA{number}", began=NOW, waited=waited)
    await call(stores, "CA-alone", began=NOW, passed_on=False)
    await call(stores, "CA-yesterday", began=NOW - timedelta(days=1), waited=1)
    assert await times(client) == {
        "region": "vg",
        "first": "2026-03-02",
        "last": "2026-03-02",
        "calls": 6,
        "seconds": 600,
        "passed_on": 5,
        "answered": 4,
        "within": 3,
        "share": 60,
        "median_seconds": 180,
        "target": {"share": 80, "minutes": 5},
        "met": False,
    }
    assert (await times(client, first="2026-03-01"))["calls"] == 7


async def test_days_are_local_and_a_day_without_calls_has_no_share(client, stores):
    await call(stores, "CA1", began=datetime(2026, 3, 1, 23, 30, tzinfo=UTC), waited=1)
    assert (await times(client))["calls"] == 1, "half past midnight in Sweden"
    empty = await times(client, first="2026-02-01", last="2026-02-02")
    assert (empty["calls"], empty["share"], empty["median_seconds"], empty["met"]) == (0, None, None, None)


async def test_an_older_day_has_its_own_target(client):
    assert (await times(client, last="2023-11-01"))["target"] == {"share": 85, "minutes": 3}
