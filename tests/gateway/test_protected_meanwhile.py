"""Protected identity marked in the middle of a visit shuts it at once, on every channel, without a word of why."""

import asyncio
from threading import Thread

import pytest

from api.gateway.memory import Memory, keep
from api.gateway.replies import as_sms
from ordering import wiring
from ordering.use_cases import protection
from ordering.use_cases.access_log import Reader
from tests.gateway.conftest import (
    ANNA,
    ANNAS_NUMBER,
    ELIAS_NUMBER,
    ERIK,
    MARIA,
    MARIAS_NUMBER,
    NEED,
    NOBODY,
    UNKNOWN_NUMBER,
)

DESK = Reader("desk", "customer_service")
ERIKS_NUMBER = "198501012390"
WHERE = "var är min beställning"


async def mark(house, number: str) -> None:
    async with house.stores.begin() as tx:
        shut = await protection.mark(
            tx, DESK, region="vg", identity_number=number, protected=True, now=wiring.utc_now()
        )
    assert shut


async def shut(house) -> None:
    """No visit is anybody's, and nothing is kept of those that were."""
    for row in await house.all_rows("visits"):
        assert (row["person_id"], row["speaker_id"], row["proof"]) == (None, None, None)


async def test_by_sms_the_next_message_is_answered_as_that_of_an_unknown_number(private):
    assert "dina saker" in await private.sms(WHERE, sender=ERIK)
    await mark(private, ERIKS_NUMBER)
    await shut(private)
    answer = await private.sms(WHERE, sender=ERIK)
    assert answer == await private.sms(WHERE, sender=NOBODY)
    await shut(private)


async def test_in_the_chat_the_next_message_asks_who_it_is_as_with_anybody(private):
    await private.log_in(ANNAS_NUMBER, ANNA)
    await mark(private, ANNAS_NUMBER)
    await shut(private)
    reply, unknown = await private.chat(WHERE), await private.chat(WHERE, session="other")
    assert (reply.texts, reply.expects, reply.choices) == (unknown.texts, unknown.expects, unknown.choices)
    reply, unknown = await private.chat(ANNAS_NUMBER), await private.chat(UNKNOWN_NUMBER, session="other")
    assert (reply.texts, reply.expects) == (unknown.texts, unknown.expects)
    assert len(private.phones.to(ANNA)) == 1


async def test_in_a_call_the_next_step_is_answered_as_with_anybody(private):
    await private.call(WHERE)
    await private.call(ANNAS_NUMBER + "#", keyed=True)
    await private.call("1", keyed=True)
    await private.until(lambda: bool(private.phones.to(ANNA)))
    assert "dina saker" in (await private.call(private.phones.to(ANNA)[0][:6])).texts[0]
    await mark(private, ANNAS_NUMBER)
    await shut(private)
    reply = await private.call(WHERE)
    unknown = await private.call(WHERE, thread_key="CA2", provider_id="CA2:1")
    assert (reply.texts, reply.expects) == (unknown.texts, unknown.expects)


@pytest.mark.parametrize("number", [ELIAS_NUMBER, MARIAS_NUMBER])
async def test_a_representatives_visit_about_them_is_shut_too_whoever_of_the_two_is_marked(private, number):
    await private.log_in(ELIAS_NUMBER, MARIA)
    assert (await private.chat("när kommer den")).texts[-1] == "dina saker: när kommer den"
    await mark(private, number)
    await shut(private)
    assert (await private.chat(WHERE)).expects == "identity"
    reply = await private.chat(ELIAS_NUMBER)
    unknown = [await private.chat(said, session="other") for said in (WHERE, UNKNOWN_NUMBER)][-1]
    assert (reply.texts, reply.expects) == (unknown.texts, unknown.expects)


async def test_what_rasa_was_just_saying_is_not_said(private):
    """Marked while the answer is being made."""
    await private.log_in(ANNAS_NUMBER, ANNA)

    def answer(body):
        import sqlite3

        path = private.gateway._handler.tools.settings.database_url.removeprefix("sqlite+aiosqlite:///")
        with sqlite3.connect(path) as database:
            database.execute("UPDATE people SET marked_protected = 1 WHERE identity_number = ?", (ANNAS_NUMBER,))
        return {"text": "dina saker"}

    private.rasa.answer = answer
    reply = await private.chat(WHERE)
    private.rasa.answer = lambda body: NEED
    unknown = await private.chat(WHERE, session="other")
    assert (reply.texts, reply.expects) == (unknown.texts, unknown.expects)
    await shut(private)


async def test_marked_by_staff_while_the_answer_is_made_it_is_answered_as_to_anybody(private):
    await private.log_in(ANNAS_NUMBER, ANNA)
    settings = private.gateway._handler.tools.settings

    async def by_staff() -> None:
        stores = wiring.build_stores(settings)
        async with stores.begin() as tx:
            assert await protection.mark(
                tx, DESK, region="vg", identity_number=ANNAS_NUMBER, protected=True, now=wiring.utc_now()
            )
        await stores.close()

    def answer(body):
        marking = Thread(target=asyncio.run, args=(by_staff(),))
        marking.start()
        marking.join()
        private.rasa.answer = lambda body: NEED
        return {"text": "dina saker"}

    private.rasa.answer = answer
    heard = len(private.rasa.heard)
    reply = await private.chat("portkoden är 4711, ring hos Karlsson")
    assert len(private.rasa.heard) == heard + 1, "it may be the answer to a question that nobody knows of any more"
    unknown = await private.chat(WHERE, session="other")
    assert (reply.texts, reply.expects) == (unknown.texts, unknown.expects)
    await shut(private)
    assert not [row for row in await private.all_rows("inbox") if "4711" in (row["text"] or "")]


async def test_a_message_sent_once_more_does_not_hear_the_old_answer(private):
    await private.log_in(ANNAS_NUMBER, ANNA)
    told = await private.chat(WHERE, provider_id="again")
    assert "dina saker" in as_sms(told)
    assert await private.chat(WHERE, provider_id="again") == told
    await mark(private, ANNAS_NUMBER)
    assert "dina saker" not in as_sms(await private.chat(WHERE, provider_id="again"))


async def test_an_sms_says_whom_it_tells_of_so_that_it_can_be_stopped(private):
    await private.sms(WHERE, sender=ERIK)
    told = {row["person_id"] for row in await private.all_rows("outbox") if row["kind"] == "sms"}
    owner = {row["id"] for row in await private.all_rows("people") if row["identity_number"] == ERIKS_NUMBER}
    assert told == owner


async def test_nothing_of_it_is_logged_or_left_in_what_is_kept_of_visits(private, caplog):
    await private.log_in(ELIAS_NUMBER, MARIA)
    await mark(private, ELIAS_NUMBER)
    await private.chat(WHERE)
    said = " ".join(record.getMessage() for record in caplog.records if record.name.startswith(("pafyll", "api")))
    assert not [word for word in ("protect", "skydd", ELIAS_NUMBER, "Elias", MARIA) if word in said]
    kept = [row["state"] for row in await private.all_rows("visits")]
    assert "{}" in kept


async def test_a_code_sent_before_opens_nothing(private):
    await private.chat(WHERE)
    await private.chat(ANNAS_NUMBER)
    await private.until(lambda: bool(private.phones.to(ANNA)))
    await private.sql("UPDATE people SET protected = 1 WHERE identity_number = '198501012382'")
    assert "stämmer inte" in (await private.chat(private.phones.to(ANNA)[0][:6])).texts[0]
    await shut(private)


async def test_a_visit_from_before_the_secret_was_changed_goes_on_without_what_was_kept(private):
    await private.log_in(ANNAS_NUMBER, ANNA)
    before = await private.chat(WHERE, provider_id="again")
    other = wiring.build_sealer(private.gateway._handler.tools.settings.model_copy(update={"secret_key": "n" * 40}))
    broken = keep(Memory(offered=[]), other)["sealed"]
    await private.sql(f"""UPDATE visits SET state = '{{"sealed": "{broken}"}}'""")  # noqa: S608
    await private.sql(f"""UPDATE inbox SET reply = '{{"sealed": "{broken}"}}' WHERE provider_id = 'again'""")  # noqa: S608
    again = await private.chat(WHERE, provider_id="again")
    assert again.texts != before.texts
    assert "dina saker" in (await private.chat(WHERE)).texts[-1]
