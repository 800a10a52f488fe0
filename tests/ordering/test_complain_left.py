"""What was left half told is received when the visit is over, and who told it hears the case number."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.texts import say
from ordering.gsm7 import segments
from ordering.importing import load_demo
from ordering.use_cases.complain_left import receive_left
from ordering.use_cases.overdue import Telling
from ordering.wiring import build_sealer
from rulebook import load_rulebook

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OVER = NOW + timedelta(seconds=1)
SENDERS = {"vg": "+46313900600", "skane": "+46406280400"}
ANNA, DAUGHTERS_MOBILE = "198501012382", "+46701740613"
BOOK = load_rulebook()


@pytest.fixture
def telling(settings) -> Telling:
    return Telling(say, build_sealer(settings), SENDERS)


@pytest.fixture
async def anna(stores):
    await load_demo(stores, today=NOW.date())
    async with stores.begin() as tx:
        return await tx.people.by_identity("vg", ANNA)


async def half_told(stores, anna, *facts: dict[str, str], channel="chat", address=None):
    """Complaints of one visit, each with what is known of it."""
    async with stores.begin() as tx:
        thread = await tx.conversations.thread(channel=channel, region="vg", key="k", address=address)
        visit = await tx.conversations.start_visit(thread, sender_id="s1", now=NOW)
        opened = [
            await tx.complaints.add(person_id=anna.id, region="vg", channel=channel, visit_id=visit.id, now=NOW)
            for _ in facts
        ]
        made = [replace(one, **fact) for one, fact in zip(opened, facts, strict=True)]
        for one in made:
            await tx.complaints.save(one)
        return made


async def receive(stores, telling, *, silent_since=OVER) -> int:
    async with stores.begin() as tx:
        return await receive_left(tx, BOOK, telling, silent_since=silent_since, now=NOW, due_at=NOW)


async def sent(stores, telling) -> list[tuple[str, str]]:
    async with stores.begin() as tx:
        rows = await tx.outbox.lease(NOW + timedelta(days=1))
        return [(row.recipient, telling.sealer.open(row.sealed)["text"]) for row in rows if row.kind == "sms"]


DEFECT = {"kind": "defect", "text": "Locket läcker", "route": "defect_report"}
REFERRED = {"kind": "defect", "route": "contact_supplier"}


async def test_it_is_received_when_the_visit_is_over(stores, telling, anna):
    told, referred, untold = await half_told(stores, anna, DEFECT, REFERRED, {})
    assert await receive(stores, telling, silent_since=NOW) == 0, "the visit goes on"
    assert await receive(stores, telling) == 3
    assert await receive(stores, telling) == 0
    async with stores.begin() as tx:
        statuses = {one.id: one.status for one in await tx.complaints.of_person(anna.id)}
    assert statuses == {told.id: "received", referred.id: "referred", untold.id: "cancelled"}


async def test_the_case_number_of_what_is_received_is_told_by_sms_and_nothing_of_what_it_is_about(
    stores, telling, anna
):
    told, *_ = await half_told(stores, anna, DEFECT, REFERRED, {})
    await receive(stores, telling)
    ((recipient, text),) = await sent(stores, telling)
    assert recipient == anna.mobile
    assert told.case_number in text
    assert "läcker" not in text
    assert segments(text) == 1


async def test_it_goes_to_the_telephone_that_told_it(stores, telling, anna):
    await half_told(stores, anna, DEFECT, channel="sms", address=DAUGHTERS_MOBILE)
    await receive(stores, telling)
    assert [recipient for recipient, _ in await sent(stores, telling)] == [DAUGHTERS_MOBILE]


async def test_nothing_is_sent_about_somebody_protected_i5(stores, telling, anna):
    await half_told(stores, anna, DEFECT)
    async with stores.begin() as tx:
        await tx.people.mark_protected(anna.id, protected=True)
    assert await receive(stores, telling) == 1
    assert await sent(stores, telling) == []
