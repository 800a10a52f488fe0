"""What runs short: the disk, connections to the database, and time. Load is refused, and codes go by real time."""

import re
from contextlib import AsyncExitStack

import httpx
import pytest
from sqlalchemy import event

from api.app import Parts, create_app
from api.channels.twilio_signature import SIGNATURE_HEADER
from api.gateway.messages import Incoming
from api.texts import say
from ordering.wiring import build_sealer
from rulebook import load_rulebook
from tests.channels.doubles import signed
from tests.gateway.conftest import ANNA, OURS, FakeDialogue, a_house
from tests.trust.path import MessagePath
from tests.trust.test_path import ANNAS_NUMBER
from tests.trust.test_path import people as people

CONNECTIONS = 20


@pytest.fixture
async def house(settings, stores):
    async with a_house(settings, stores, FakeDialogue()) as house:
        yield house


@pytest.fixture
async def post(house, settings, stores):
    """Posts a signed SMS to the door and gives the status."""
    app = create_app(settings, Parts(house.gateway, stores, build_sealer(settings), load_rulebook(), say))

    async def post(sid: str, text: str = "Hej") -> int:
        form = {"MessageSid": sid, "From": ANNA, "To": OURS, "Body": text}
        headers = signed("/twilio/sms", form, by=settings.twilio_auth_token, base=settings.public_url)
        assert SIGNATURE_HEADER in headers
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=settings.public_url) as http:
            return (await http.post("/twilio/sms", data=form, headers=headers)).status_code

    async with app.router.lifespan_context(app):
        yield post


@pytest.mark.case(14)
async def test_on_a_full_disk_a_message_is_refused_and_taken_when_there_is_room_again(house, post):
    await house.sms("Hej")
    full = True

    def limit(connection, *_):
        cursor = connection.cursor()
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] if full else 1_000_000}")
        cursor.close()

    event.listen(house.stores._engine.sync_engine, "checkout", limit)
    assert await post("SM-full", "Hej " * 4000) == 503
    assert [row["provider_id"] for row in await house.all_rows("inbox")] == ["SM-in-1"]
    full = False
    assert await post("SM-full", "Hej " * 4000) == 200
    await house.until(lambda: len(house.phones.to(ANNA)) == 2)


@pytest.mark.case(14)
async def test_when_no_connection_is_free_a_message_is_refused_in_time_for_the_fallback(house, post, monkeypatch):
    pool = house.stores._engine.sync_engine.pool
    assert pool._timeout < 15, "Twilio waits no longer"
    monkeypatch.setattr(pool, "_timeout", 0.1)
    async with AsyncExitStack() as others:
        for _ in range(CONNECTIONS):
            tx = await others.enter_async_context(house.stores.begin())
            await tx.facts.clock_offset()
        assert await post("SM-crowded") == 503
    assert await post("SM-crowded") == 200
    await house.until(lambda: bool(house.phones.to(ANNA)))


@pytest.mark.case(14)
@pytest.mark.parametrize(("days", "expired", "opens"), [(400, False, True), (-400, False, True), (-400, True, False)])
async def test_codes_go_by_real_time_however_the_clock_of_the_rules_jumps(people, tmp_path, days, expired, opens):
    path = MessagePath(tmp_path, people)
    await path.begin()

    async def chat(number: int, words: str) -> None:
        await path.gateway.answer(Incoming("chat", "vg", "session", f"session-{number}", None, words))

    await chat(1, "beställ")
    await chat(2, ANNAS_NUMBER)
    await path.settle()
    code = re.search(r"\b\d{6}\b", path.heard()[-1])
    assert code
    await path.days_pass(days)
    if expired:
        await path.sql("UPDATE one_time_codes SET expires_at = :long_ago")
    await chat(3, code[0])
    [visit] = await path.rows("SELECT person_id FROM visits")
    assert (visit["person_id"] is not None) == opens
    await path.end()
