"""Processes that die, stall or stop in the middle of an order, and a database that loses its power."""

import asyncio
import signal

import pytest

from tests.trust.blocked import no_order_can_be_placed, someone_waits
from tests.trust.phones import TROUBLE, new_sid, until


def kill_all(site, *kinds):
    for kind in kinds:
        for program in site.of_kind(kind):
            site.kill(program)


async def everything_falls_and_a_minute_passes(site):
    """So that what the dead held is free, as it would be after a while."""
    kill_all(site, "api", "worker")
    await site.time_passes(2)
    await site.rise()


@pytest.mark.case(6)
async def test_killed_before_the_commit_there_is_no_order_and_another_attempt_makes_one(site, phone):
    yes = await phone.to_read_back()
    async with no_order_can_be_placed(site):
        await phone.send(yes)
        await someone_waits(site)
        kill_all(site, "actions")
    assert await phone.orders() == []
    assert phone.receipts() == []
    await site.rise()
    await until(lambda: bool(phone.receipts()), "the order was never made")
    await phone.ordered_once()


@pytest.mark.case(7)
async def test_killed_after_the_commit_the_order_stays_and_its_receipt_goes_out_later(site, phone):
    yes = await phone.to_read_back()
    site.roads["rasa"].trouble.late, site.roads["rasa"].trouble.late_seconds = 1.0, 5.0
    await phone.send(yes)
    await until(phone.has_ordered, "no order was made")
    kill_all(site, "api")
    assert phone.receipts() == []
    site.no_more_trouble()
    await everything_falls_and_a_minute_passes(site)
    await until(lambda: bool(phone.receipts()), "the receipt never came")
    await phone.ordered_once()


@pytest.mark.case(8)
async def test_killed_after_twilio_took_an_sms_it_is_found_there_and_not_sent_again(site, phone):
    yes, sid = await phone.to_read_back(), new_sid()
    site.outside.next_faults = ["taken, slow"]
    await phone.send(yes, sid)
    await until(lambda: bool(phone.receipts()), "Twilio got no receipt")
    assert (await phone.outbox(f"reply:{sid}"))["status"] == "sending"
    await everything_falls_and_a_minute_passes(site)

    async def is_sent():
        return (await phone.outbox(f"reply:{sid}"))["status"] == "sent"

    await until(is_sent, "it was never marked as sent")
    assert len(phone.receipts()) == 1
    [sms] = [sms for sms in site.outside.sent if sms.body == phone.received()[-1] and sms.recipient == phone.mobile]
    assert (await phone.outbox(f"reply:{sid}"))["provider_id"] == sms.sid


@pytest.mark.case(9)
async def test_a_database_that_loses_its_power_in_the_middle_of_an_order_has_no_order_and_says_none(site, phone):
    yes = await phone.to_read_back()
    async with no_order_can_be_placed(site):
        await phone.send(yes)
        await someone_waits(site)
        await asyncio.to_thread(site.cluster.stop_at_once)
    assert phone.receipts() == []
    await asyncio.to_thread(site.cluster.start)
    assert await phone.orders() == []
    await until(lambda: bool(phone.receipts()), "the order was never made")
    await phone.ordered_once()


@pytest.mark.case(10)
async def test_without_a_database_the_webhook_fails_so_that_the_fallback_is_used_and_later_all_is_well(site, phone):
    sid = new_sid()
    await asyncio.to_thread(site.cluster.stop_at_once)
    assert await phone.send("Hej", sid) == 503
    await asyncio.to_thread(site.cluster.start)
    assert await phone.send("Hej", sid) == 200
    assert await phone.answer()
    assert len(await phone.inbox()) == 1


@pytest.mark.case(11)
async def test_without_rasa_the_patient_is_told_the_number_of_customer_service_and_answered_later(site, phone):
    site.roads["rasa"].trouble.closed = True
    for program in site.of_kind("rasa"):
        program.stall()  # so that the connections that are open lead nowhere either
    assert await phone.send("Vad kostar det?") == 200
    told = await phone.next()
    assert TROUBLE in told
    assert "010-441 31 90" in told
    for program in site.of_kind("rasa"):
        program.go_on()
    site.no_more_trouble()
    assert "avgift" in await phone.answer()
    assert [row["status"] for row in await phone.inbox()] == ["done"]


@pytest.mark.case(12)
async def test_actions_that_stall_do_not_hold_the_patient_and_turns_do_not_overlap(site, phone):
    yes = await phone.to_read_back()
    for program in site.of_kind("actions"):
        program.stall()
    await phone.send(yes)
    assert TROUBLE in await phone.next(), "our time-out comes first"
    await phone.send("Vad kostar det?")
    for program in site.of_kind("actions"):
        program.go_on()
    await until(lambda: any("avgift" in text for text in phone.received()), "the second message was not answered")
    first, second = (await phone.inbox())[-2:]
    assert first["handled_at"] < second["handled_at"]
    await phone.ordered_once()


@pytest.mark.case(13)
async def test_when_the_answer_to_an_order_is_lost_the_next_attempt_tells_of_that_order(site, phone):
    yes = await phone.to_read_back()
    site.roads["actions"].trouble.loses = lambda content: b"utter_receipt" in content
    await phone.send(yes)
    assert TROUBLE in await phone.next()
    [number] = await phone.orders()
    assert number in await phone.answer()
    assert "ändrats" not in phone.received()[-1], "nothing has been changed elsewhere"
    await phone.ordered_once()


@pytest.mark.parametrize("kind", ["api", "worker"])
async def test_who_is_asked_to_stop_finishes_what_is_begun(site, phone, kind):
    site.outside.next_faults = ["late"]
    site.roads["rasa"].trouble.late, site.roads["rasa"].trouble.late_seconds = 1.0, 2.0
    await phone.send("Vad kostar det?")
    asked = site.of_kind(kind)
    for program in asked:
        program.ask_to_stop()
    ended = [await asyncio.to_thread(program.stopped) for program in asked]
    assert set(ended) <= {0, -signal.SIGTERM}, "the web server ends by the signal, once it has finished"
    if kind == "api":
        assert [row["status"] for row in await phone.inbox()] == ["done"]
        assert "avgift" in phone.received()[-1], "sent before the end"
        assert await phone.rows("SELECT 1 FROM threads WHERE address = :mobile AND lease_token IS NOT NULL") == []
    assert "avgift" in await phone.answer()
