"""How often somebody may try to log in: over visits, by number, telephone and network, and alike for everybody."""

import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from ordering.use_cases import throttle
from tests.gateway.conftest import (
    ANNA,
    ANNAS_NUMBER,
    ERIK,
    NEED,
    NOBODY,
    PROTECTED_NUMBER,
    UNKNOWN_NUMBER,
)

ERIKS_NUMBER = "198501012390"
WRONG = ("000000", "000001", "000002", "000003")


def told(body):
    return {"text": "dina saker"}


@pytest.fixture
def private(house):
    house.rasa.answer = lambda body: NEED
    return house


async def begin(house, number: str = ANNAS_NUMBER, **where):
    await house.chat("var är min beställning", **where)
    return await house.chat(number, **where)


async def try_wrongly(house, *visits: str) -> None:
    """Three wrong codes in each of these visits."""
    for visit in visits:
        await begin(house, session=visit)
        for wrong in WRONG[:3]:
            await house.chat(wrong, session=visit)


async def sent_to(house, mobile: str, times: int) -> str:
    await house.until(lambda: len(house.phones.to(mobile)) == times)
    return house.phones.to(mobile)[-1][:6]


async def persons(house) -> list[int | None]:
    return [row["person_id"] for row in await house.all_rows("visits")]


async def earlier(house, **ago) -> None:
    """As if all tries had been made that long ago."""
    at = (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%d %H:%M:%S.%f")
    await house.sql(f"UPDATE login_tries SET at = '{at}'")  # noqa: S608  our own moment


@pytest.mark.parametrize(
    ("wrong", "minutes"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (10, 32), (11, 60), (500, 60)]
)
def test_each_wrong_try_too_many_doubles_the_wait_up_to_an_hour(wrong, minutes):
    assert throttle.rest(wrong - throttle.LIMITS["number"].wrong) == timedelta(minutes=minutes)


async def test_wrong_codes_are_counted_over_visits_and_the_right_one_has_to_wait_then(private):
    await try_wrongly(private, "a", "b")
    await begin(private, session="c")
    assert len(private.phones.to(ANNA)) == 2  # none while it rests
    heard = await private.chat("123456", session="c")
    assert "stämmer inte" in heard.texts[0]
    await earlier(private, minutes=20)
    await begin(private, session="d")
    private.rasa.answer = told
    await private.chat(await sent_to(private, ANNA, 3), session="d")
    assert len([one for one in await persons(private) if one]) == 1


async def test_a_right_code_does_not_count_while_it_rests_and_counts_again_later(private):
    await begin(private, session="a")
    code = await sent_to(private, ANNA, 1)
    await try_wrongly(private, "b", "c")
    assert "stämmer inte" in (await private.chat(code, session="a")).texts[0]
    await earlier(private, hours=2)
    private.rasa.answer = told
    await private.chat(code, session="a")
    assert len([one for one in await persons(private) if one]) == 1


async def test_what_is_tried_while_it_rests_makes_nobody_wait_longer(private):
    """Else whoever knows a number could keep its owner out."""
    await try_wrongly(private, "a", "b")
    await earlier(private, seconds=50)
    await try_wrongly(private, "c", "d")
    await earlier(private, minutes=5)
    await begin(private, session="e")
    private.rasa.answer = told
    await private.chat(await sent_to(private, ANNA, 3), session="e")
    assert len([one for one in await persons(private) if one]) == 1


async def test_who_tries_a_number_elsewhere_keeps_nobody_out_of_sms(private):
    await try_wrongly(private, "a", "b", "c")
    assert "kod" in await private.sms("var är min beställning")
    private.rasa.answer = told
    code = re.search(r"\d{6}", private.phones.to(ANNA)[-1])
    assert "dina saker" in await private.sms(code[0])


async def test_the_right_code_forgets_the_wrong_ones_of_that_number_only(private):
    await begin(private, session="a", network="192.0.2.1")
    for wrong in WRONG:
        await private.chat(wrong, session="a", network="192.0.2.1")
    await private.chat(await sent_to(private, ANNA, 1), session="a", network="192.0.2.1")
    rows = await private.all_rows("login_tries")
    assert len([row for row in rows if row["what"] == "wrong"]) == len(WRONG)  # those of the network


async def test_one_network_sends_only_so_many_codes_to_whomever(private, monkeypatch):
    monkeypatch.setitem(throttle.LIMITS, "network", throttle.Limit(asked=2, wrong=50))
    for visit, number in enumerate((UNKNOWN_NUMBER, ERIKS_NUMBER, ANNAS_NUMBER)):
        heard = await begin(private, number, session=f"s{visit}", network="192.0.2.1")
        assert heard.expects == "code"
    await begin(private, session="elsewhere", network="192.0.2.2")
    await sent_to(private, ANNA, 1)
    assert [mobile for mobile, _ in private.phones.sent] == [ERIK, ANNA]
    assert "192.0.2" not in str(await private.all_rows("login_tries"))


async def test_one_telephone_sends_only_so_many_codes_to_whomever(private, monkeypatch):
    monkeypatch.setitem(throttle.LIMITS, "phone", throttle.Limit(asked=1, wrong=50))
    for call, number in (("CA1", UNKNOWN_NUMBER), ("CA2", ANNAS_NUMBER)):
        where = {"thread_key": call, "address": NOBODY}
        await private.call("var är min beställning", **where)
        await private.call(number + "#", keyed=True, **where)
        assert (await private.call("1", keyed=True, **where)).expects == "code"
    assert private.phones.sent == []
    assert NOBODY not in str(await private.all_rows("login_tries"))


# The same work for everybody


@contextmanager
def statements(house):
    """What is asked of the database, without its values; but for the sending of an SMS, which the answer is not for."""
    engine, asked = house.stores._engine.sync_engine, []

    def note(connection, cursor, statement, *rest):
        if not statement.startswith("UPDATE outbox"):
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


async def work_for(house, number: str, where: dict, monkeypatch) -> list[tuple[list[str], dict[str, int]]]:
    """For each step of a login that fails: the statements, how many digests were made, and how much was sealed."""
    sealer = house.gateway._handler.tools.sealer
    counted = {"digest": 0, "is_digest": 0, "seal": 0}

    def counting(name):
        real = getattr(type(sealer), name)

        def call(self, *given):
            counted[name] += 1
            return real(self, *given)

        return call

    for name in counted:
        monkeypatch.setattr(type(sealer), name, counting(name))
    talk = house.call if where.get("address") else house.chat
    steps = []
    await talk("var är min beställning", **where)
    for said in (number, "000000", "ny kod", "000001"):
        counted.update(dict.fromkeys(counted, 0))
        with statements(house) as asked:
            await talk(said, **where)
        steps.append((list(asked), dict(counted)))
    monkeypatch.undo()
    return steps


@pytest.mark.parametrize("phone", [False, True])
async def test_known_unknown_protected_locked_and_no_mobile_cost_the_same_work(private, monkeypatch, phone):
    """Statements, digests and what is sealed, step by step."""
    await private.sql("UPDATE people SET mobile = NULL WHERE identity_number = '198501012390'")
    locked = "200101012391"
    sealer = private.gateway._handler.tools.sealer
    key = throttle.counted(sealer, "number", f"vg:{locked}")
    async with private.stores.begin() as tx:
        for _ in range(9):
            await throttle.note(tx, throttle.WRONG, [key], now=datetime.now(UTC), may=True)
    numbers = {"known": ANNAS_NUMBER, "unknown": UNKNOWN_NUMBER, "protected": PROTECTED_NUMBER}
    numbers |= {"no mobile": ERIKS_NUMBER, "locked": locked}
    work = {}
    for place, (who, number) in enumerate(numbers.items()):
        where = {"thread_key": f"CA{place}", "address": f"+4670174069{place}"} if phone else {"session": who}
        work[who] = await work_for(private, number, where, monkeypatch)
    for who in numbers:
        assert work[who] == work["known"], who
