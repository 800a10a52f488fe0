"""Outgoing SMS: sent once, tried again when that is right, looked up when nobody knows."""

import asyncio
import logging

import pytest

from ordering.importing import load_demo
from ordering.outbox.dispatcher import Dispatcher
from ordering.use_cases.failed_messages import replay


async def test_a_message_is_sent_with_sender_and_status_callback(dispatcher, put_sms, twilio, stores, status_of):
    row_id = await put_sms("Hej")
    assert await dispatcher.dispatch([row_id]) == 1
    [message] = twilio.accepted
    assert (message["to"], message["from"], message["body"]) == ("+46701740605", "+46313900600", "Hej")
    async with stores.begin() as tx:
        row = await tx.outbox.by_provider(message["sid"])
    assert row.id == row_id
    assert row.sealed is None
    assert await status_of(row_id) == "sent"


async def test_typographic_signs_are_made_plain_before_sending(dispatcher, put_sms, twilio):
    await put_sms("Svara \u201dJA\u201d \u2013 Zoë\u00a0Åkerö\u2026")
    await dispatcher.dispatch()
    assert twilio.accepted[0]["body"] == 'Svara "JA" - Zoe Åkerö...'


@pytest.mark.parametrize("fault", ["429", "500", "cut", "401"])
async def test_a_passing_fault_is_followed_by_another_attempt(fault, dispatcher, put_sms, twilio, clock, status_of):
    row_id = await put_sms()
    twilio.faults = [fault]
    assert await dispatcher.dispatch() == 0
    assert await dispatcher.dispatch() == 0  # not due yet
    clock.pass_(minutes=1)
    assert await dispatcher.dispatch() == 1
    assert len(twilio.accepted) == 1
    assert await status_of(row_id) == "sent"


async def test_attempts_come_further_apart_and_then_end(dispatcher, put_sms, twilio, clock, status_of):
    row_id = await put_sms()
    twilio.faults = ["500"] * 20
    for _ in range(20):
        await dispatcher.dispatch()
        clock.pass_(hours=2)
    assert len(twilio.faults) == 20 - 8
    assert await status_of(row_id) == "dead"


async def test_a_refused_message_is_given_up_at_once(dispatcher, put_sms, twilio, clock, status_of, caplog):
    row_id = await put_sms("Din beställning 1234567")
    twilio.faults = ["400"]
    with caplog.at_level(logging.INFO):
        await dispatcher.dispatch()
    clock.pass_(days=1)
    await dispatcher.dispatch()
    assert await status_of(row_id) == "dead"
    assert twilio.accepted == []
    assert "given up" in caplog.text
    assert "1234567" not in caplog.text
    assert "+46701740605" not in caplog.text


async def test_an_accepted_message_without_an_answer_is_looked_up_and_not_sent_again(
    dispatcher, put_sms, twilio, clock, status_of
):
    row_id = await put_sms()
    twilio.faults = ["slow"]
    await dispatcher.dispatch()
    assert await status_of(row_id) == "unknown"
    clock.pass_(minutes=1)
    assert await dispatcher.dispatch() == 1
    assert len(twilio.accepted) == 1
    assert await status_of(row_id) == "sent"


async def test_an_earlier_message_with_the_same_words_is_not_taken_for_this_one(dispatcher, put_sms, twilio, clock):
    await put_sms("Hej", key="first")
    await dispatcher.dispatch()
    await put_sms("Hej", key="second")
    twilio.faults = ["cut"]
    await dispatcher.dispatch()
    clock.pass_(minutes=1)
    assert await dispatcher.dispatch() == 1
    assert len(twilio.accepted) == 2


async def test_a_message_whose_sender_died_after_twilio_took_it_is_not_sent_again(
    stores, sealer, clock, sms, put_sms, twilio, status_of
):
    row_id = await put_sms()

    class DiesAfterSending:
        attempts = 8

        async def send(self, message):
            await sms.send(message)
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await Dispatcher(stores, {"sms": DiesAfterSending()}, sealer, clock).dispatch()
    assert await status_of(row_id) == "sending"
    clock.pass_(minutes=2)
    assert await Dispatcher(stores, {"sms": sms}, sealer, clock).dispatch() == 1
    assert len(twilio.accepted) == 1


async def test_two_dispatchers_at_once_send_each_message_once(stores, sms, sealer, clock, put_sms, twilio):
    for number in range(12):
        await put_sms(f"Nummer {number}", key=f"reply:{number}", to=f"+467017406{number + 10}")
    both = [Dispatcher(stores, {"sms": sms}, sealer, clock) for _ in range(2)]
    assert sum(await asyncio.gather(*(one.dispatch() for one in both for _ in range(3)))) == 12
    assert sorted(message["body"] for message in twilio.accepted) == sorted(f"Nummer {n}" for n in range(12))


async def test_messages_to_one_patient_go_out_in_order(dispatcher, put_sms, twilio):
    for number in range(5):
        await put_sms(f"Del {number}", key=f"part:{number}")
    await dispatcher.dispatch()
    assert [message["body"] for message in twilio.accepted] == [f"Del {number}" for number in range(5)]


async def test_an_sms_waits_while_nothing_can_send_it(stores, sealer, clock, put_sms, status_of):
    row_id = await put_sms()
    assert await Dispatcher(stores, {}, sealer, clock).dispatch() == 0
    assert await status_of(row_id) == "pending"


async def test_an_unforeseen_error_does_not_stop_the_other_messages(
    stores, sealer, clock, sms, put_sms, twilio, caplog
):
    broken = await put_sms("brus", key="broken", to="+46701740620")
    await put_sms("hel", key="whole", to="+46701740621")

    class Stumbles:
        attempts = 8

        async def send(self, message):
            if message.payload["text"] == "brus":
                raise RuntimeError(message.payload["text"])
            return await sms.send(message)

    assert await Dispatcher(stores, {"sms": Stumbles()}, sealer, clock).dispatch() == 1
    assert [message["body"] for message in twilio.accepted] == ["hel"]
    assert "brus" not in caplog.text
    assert f"'row': {broken}" in caplog.text


async def test_a_replayed_sms_that_was_refused_goes_out_once(dispatcher, put_sms, twilio, clock, stores, status_of):
    row_id = await put_sms("Hej")
    twilio.faults = ["400"]
    await dispatcher.dispatch()
    assert await replay(stores, f"out-{row_id}", now=clock()) is None
    assert await dispatcher.dispatch() == 1
    assert await status_of(row_id) == "sent"
    assert [message["body"] for message in twilio.accepted] == ["Hej"]
    assert await replay(stores, f"out-{row_id}", now=clock()) == "unknown_message"


async def test_a_replayed_sms_that_got_through_after_all_is_found_and_not_sent_again(
    dispatcher, put_sms, twilio, clock, stores, status_of
):
    row_id = await put_sms("Hej")
    twilio.faults = ["slow"]
    await dispatcher.dispatch()
    async with stores.begin() as tx:
        await tx.outbox.failed(row_id, error="ReadTimeout", retry_at=None, now=clock())
    assert await replay(stores, f"out-{row_id}", now=clock()) is None
    assert await dispatcher.dispatch() == 1
    assert len(twilio.accepted) == 1
    assert await status_of(row_id) == "sent"


# STOPP


async def test_what_nobody_asked_for_is_not_sent_to_who_has_said_stopp(
    dispatcher, put_sms, twilio, clock, stores, status_of
):
    waiting = await put_sms("Vill du gå vidare?", key="offer", unasked=True)
    answer = await put_sms("Svar", key="reply")
    other = await put_sms("Vill du gå vidare?", key="offer:2", to="+46701740606", unasked=True)
    async with stores.begin() as tx:  # after they were put in the outbox
        await tx.stopped_numbers.stop("+46701740605", now=clock())
    assert await dispatcher.dispatch() == 2
    assert {(one["to"], one["body"]) for one in twilio.accepted} == {
        ("+46701740605", "Svar"),
        ("+46701740606", "Vill du gå vidare?"),
    }
    assert [await status_of(row_id) for row_id in (waiting, answer, other)] == ["sent"] * 3
    async with stores.begin() as tx:
        await tx.stopped_numbers.start("+46701740605")
    await put_sms("Igen", key="offer:3", unasked=True)
    assert await dispatcher.dispatch() == 1


async def test_who_has_said_stop_to_twilio_itself_is_kept_among_the_stopped(
    dispatcher, put_sms, twilio, stores, status_of
):
    row_id = await put_sms()
    twilio.faults = ["21610"]
    assert await dispatcher.dispatch() == 0
    assert await status_of(row_id) == "dead"
    async with stores.begin() as tx:
        assert await tx.stopped_numbers.is_stopped("+46701740605")


# Protected identity


@pytest.mark.parametrize("met", ["429", "slow"])
async def test_nothing_goes_out_about_whom_nobody_may_know_of_any_more(
    dispatcher, put_sms, twilio, clock, stores, status_of, met
):
    """Not what has failed once, nor what may have gone out, nor what staff try again; the rest goes."""
    await load_demo(stores, today=clock().date())
    async with stores.begin() as tx:
        anna, erik = [await tx.people.by_identity("vg", number) for number in ("198501012382", "198501012390")]
    about_erik = await put_sms("om Erik", key="a", person_id=erik.id)
    twilio.faults = [met]
    assert await dispatcher.dispatch() == 0
    before = len(twilio.accepted)
    dead = await put_sms("om Erik", key="b", to="+46701740606", person_id=erik.id)
    about_anna = await put_sms("om Anna", key="c", to="+46701740607", person_id=anna.id)
    async with stores.begin() as tx:
        await tx.outbox.failed(dead, error="undelivered: 30003", retry_at=None, now=clock(), status="dead")
        await tx.people.mark_protected(erik.id, protected=True)
    assert await replay(stores, f"out-{dead}", now=clock()) is None
    clock.pass_(minutes=10)
    assert await dispatcher.dispatch() == 1
    assert [one["body"] for one in twilio.accepted[before:]] == ["om Anna"]
    assert [await status_of(row) for row in (about_erik, dead, about_anna)] == ["sent"] * 3
