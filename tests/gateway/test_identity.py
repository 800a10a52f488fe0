"""Who is speaking, and that nobody learns more from the answers than they have proved."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from tests.gateway.conftest import (
    ANNA,
    ANNAS_NUMBER,
    ELIAS_NUMBER,
    ERIK,
    KARIN_PROTECTED,
    LARS_AND_INGER,
    MARIA,
    MARIAS_NUMBER,
    NEED,
    NOBODY,
    PROTECTED_NUMBER,
    UNKNOWN_NUMBER,
)


async def people_of_visits(house):
    return [(row["person_id"], row["speaker_id"], row["proof"]) for row in await house.all_rows("visits")]


async def test_a_mobile_that_is_one_patients_own_is_recognised(private):
    assert "dina saker" in await private.sms("när kan jag beställa", sender=ANNA)
    ((person, speaker, proof),) = await people_of_visits(private)
    assert person == speaker
    assert proof == "number"


@pytest.mark.case(19)
async def test_an_unknown_and_a_protected_mobile_get_the_same_words(private):
    unknown, protected = [await private.sms("när kan jag beställa", sender=who) for who in (NOBODY, KARIN_PROTECTED)]
    assert unknown == protected
    assert "010-441 31 90" in unknown
    assert [row[0] for row in await people_of_visits(private)] == [None, None]


async def test_anybody_may_ask_a_general_question(house):
    assert "svar på när har ni öppet" in await house.sms("när har ni öppet", sender=NOBODY)


async def test_in_the_chat_the_question_is_answered_once_the_code_is_right(private):
    reply = await private.chat("var är min beställning")
    assert reply.expects == "identity"
    reply = await private.chat(ANNAS_NUMBER)
    assert reply.expects == "code"
    await private.until(lambda: bool(private.phones.to(ANNA)))
    reply = await private.chat(private.phones.to(ANNA)[0][:6])
    assert reply.texts == ("dina saker: var är min beställning",)
    ((person, speaker, proof),) = await people_of_visits(private)
    assert (person == speaker, proof) == (True, "code")


@pytest.mark.parametrize("typed", ["19850101-2382", "850101-2382", "8501012382", "1985 0101 2382"])
async def test_a_personal_number_may_be_written_in_many_ways(private, typed):
    await private.chat("var är min beställning")
    await private.chat(typed)
    await private.until(lambda: bool(private.phones.to(ANNA)))


@pytest.mark.case(19)
async def test_known_unknown_protected_and_no_mobile_get_the_same_words(private, monkeypatch):
    numbers = {"known": ANNAS_NUMBER, "unknown": UNKNOWN_NUMBER, "protected": PROTECTED_NUMBER}
    await private.sql("UPDATE people SET mobile = NULL WHERE identity_number = '198501012390'")
    numbers["no mobile"] = "198501012390"
    heard = {}
    for who, number in numbers.items():
        replies = [await private.chat("var är min beställning", session=who), await private.chat(number, session=who)]
        replies += [
            await private.chat(wrong, session=who) for wrong in ("000000", "000001", "000002", "000003", "000004")
        ]
        replies.append(await private.chat("var är min beställning", session=who))
        heard[who] = [(reply.texts, reply.expects, reply.choices, reply.end) for reply in replies]
    assert heard["known"] == heard["unknown"] == heard["protected"] == heard["no mobile"]
    await asyncio.sleep(0.05)
    assert [number for number, _ in private.phones.sent] == [ANNA]


@pytest.mark.case(20)
async def test_after_five_wrong_codes_the_right_one_no_longer_counts(private):
    await private.chat("var är min beställning")
    await private.chat(ANNAS_NUMBER)
    await private.until(lambda: bool(private.phones.sent))
    code = private.phones.sent[0][1][:6]
    wrong = "000000" if code != "000000" else "000001"
    replies = [await private.chat(wrong) for _ in range(5)]
    assert "stämmer inte" in replies[0].texts[0]
    assert "010-441 31 90" in replies[-1].texts[0]
    await private.chat(code)
    assert [row[0] for row in await people_of_visits(private)] == [None]


@pytest.mark.case(20)
async def test_an_expired_code_does_not_count_and_sounds_like_a_wrong_one(private):
    await private.chat("var är min beställning")
    await private.chat(ANNAS_NUMBER)
    await private.until(lambda: bool(private.phones.sent))
    await private.sql("UPDATE one_time_codes SET expires_at = '2020-01-01 00:00:00.000000'")
    assert "stämmer inte, eller så har den gått ut" in (await private.chat(private.phones.sent[0][1][:6])).texts[0]


@pytest.mark.case(20)
async def test_a_code_counts_once_and_only_in_its_own_visit(private):
    await private.chat("var är min beställning", session="other")
    await private.chat(ANNAS_NUMBER, session="other")
    await private.until(lambda: bool(private.phones.sent))
    code = private.phones.sent[0][1][:6]
    await private.chat("var är min beställning")
    await private.chat(UNKNOWN_NUMBER)
    assert "stämmer inte" in (await private.chat(code)).texts[0]
    assert "dina saker" in (await private.chat(code, session="other")).texts[0]
    (stored, _) = await private.all_rows("one_time_codes")
    assert stored["used"]
    assert code not in stored["digest"]


async def test_a_new_code_can_be_asked_for_but_not_at_once_and_not_for_ever(private):
    await private.chat("var är min beställning")
    await private.chat(ANNAS_NUMBER)
    assert "Vänta" in (await private.chat("ny kod")).texts[0]
    for expected in (2, 3):
        await forget_when_sent(private)
        await private.chat("jag fick ingen kod")
        await private.until(lambda number=expected: len(private.phones.sent) == number)
    await forget_when_sent(private)
    assert "Det gick inte" in (await private.chat("ny kod")).texts[0]
    assert len(private.phones.sent) == 3


@pytest.mark.parametrize("words", ["jag fick koden {}", "den nya koden är {}", "I got a new code {}", "{}!"])
async def test_a_code_counts_whatever_is_said_around_it(private, words):
    await private.chat("var är min beställning")
    await private.chat(ANNAS_NUMBER)
    await private.until(lambda: private.phones.to(ANNA))
    private.rasa.answer = lambda body: {"text": "dina saker"}
    said = await private.chat(words.format(private.phones.to(ANNA)[-1][:6]))
    assert said.texts == ("dina saker",)


async def test_nobodys_mobile_can_be_flooded_with_codes_from_many_chats(private):
    for number in range(9):
        await private.chat("var är min beställning", session=f"s{number}")
        await private.chat(ANNAS_NUMBER, session=f"s{number}")
    await asyncio.sleep(0.05)
    assert len(private.phones.to(ANNA)) == 6


async def test_a_question_in_the_middle_of_login_is_answered_and_login_goes_on(house):
    house.rasa.answer = lambda body: {"text": "8 till 16"} if "öppet" in body.get("text", "") else NEED
    await house.chat("var är min beställning")
    reply = await house.chat("när har ni öppet")
    assert reply.texts[0] == "8 till 16"
    assert reply.expects == "identity"
    assert (await house.chat(ANNAS_NUMBER)).expects == "code"


async def test_a_number_that_cannot_be_read_is_told_and_not_kept(private):
    await private.chat("var är min beställning")
    assert "kunde inte läsa" in (await private.chat("198501012383")).texts[0]
    assert [row["text"] for row in await private.all_rows("inbox")][-1] is None


@pytest.mark.parametrize("said", ["avbryt", "jag har inget personnummer", "minns inte"])
async def test_there_is_a_kind_way_out_of_login(private, said):
    await private.chat("var är min beställning")
    reply = await private.chat(said)
    assert "010-441 31 90" in reply.texts[0]
    assert reply.expects == "anything"


async def test_a_personal_number_written_before_it_is_asked_for_begins_login(private):
    assert (await private.chat(ANNAS_NUMBER)).expects == "code"
    assert private.rasa.asked == []


@pytest.mark.case(21)
async def test_on_the_phone_the_calling_number_proves_nothing(private):
    reply = await private.call("var är min beställning")
    assert reply.expects == "identity"
    check = await private.call(ANNAS_NUMBER + "#", keyed=True)
    assert "1 9 8 5, 0 1, 0 1, 2 3 8 2" in check.texts[0]
    assert (await private.call("1", keyed=True)).expects == "code"
    await private.until(lambda: bool(private.phones.to(ANNA)))
    assert "dina saker" in (await private.call(private.phones.to(ANNA)[0][:6])).texts[0]


async def test_someone_who_represents_another_is_asked_whom_it_concerns(private):
    await private.chat("var är min beställning")
    await private.chat(MARIAS_NUMBER)
    await private.until(lambda: bool(private.phones.to(MARIA)))
    reply = await private.chat(private.phones.to(MARIA)[0][:6])
    assert [(choice.key, choice.label) for choice in reply.choices] == [("1", "Maria"), ("2", "Elias")]
    assert "dina saker: var är min beställning" in (await private.chat("elias")).texts
    ((person, speaker, proof),) = await people_of_visits(private)
    assert person != speaker
    assert proof == "code"


async def test_rasa_hears_neither_the_patients_nor_the_speakers_name(private):
    await private.log_in(ELIAS_NUMBER, MARIA)
    await private.chat("maria här, det är till Elias Bergman")
    assert private.rasa.heard[-1] == "NAMN här, det är till NAMN NAMN"


async def test_who_picks_themselves_when_ordering_for_someone_else_is_asked_once(house):
    """The action reads `whom`: it is the very message that it answers."""
    asked = []

    def answer(body):
        asked.append(body["message"])
        return {"custom": {"need": "who"}} if len(asked) == 1 else {"text": "vad vill du beställa"}

    await house.log_in(MARIAS_NUMBER, MARIA)
    await house.chat("maria")
    house.rasa.answer = answer
    assert "Vem gäller det?" in (await house.chat("jag vill beställa åt någon annan")).texts
    assert (await house.chat("maria")).texts == ("vad vill du beställa",)
    (visit,) = await house.all_rows("visits")
    assert json.loads(visit["state"])["whom"] == asked[-1] != asked[0]


async def test_a_childs_code_goes_to_the_parent_who_is_then_the_speaker(private):
    await private.chat("var är min beställning")
    await private.chat(ELIAS_NUMBER)
    await private.until(lambda: bool(private.phones.to(MARIA)))
    assert "dina saker" in (await private.chat(private.phones.to(MARIA)[0][:6])).texts[0]
    ((person, speaker, _),) = await people_of_visits(private)
    async with private.stores.begin() as tx:
        assert (await tx.people.get(person)).identity_number == ELIAS_NUMBER
        assert (await tx.people.get(speaker)).identity_number == MARIAS_NUMBER


async def test_a_shared_mobile_is_asked_for_proof_and_then_by_first_name(private):
    asked = await private.sms("när kan jag beställa", sender=LARS_AND_INGER)
    code = asked.rstrip(".")[-6:]
    assert code.isdigit()
    assert [row[2] for row in await people_of_visits(private)] == [None]
    who = await private.sms(code, sender=LARS_AND_INGER)
    assert "1 Lars" in who
    assert "2 Inger" in who
    assert "dina saker: när kan jag beställa" in await private.sms("inger", sender=LARS_AND_INGER)
    ((person, speaker, proof),) = await people_of_visits(private)
    async with private.stores.begin() as tx:
        assert (await tx.people.get(person)).given_name == "Inger"
    assert (speaker, proof) == (person, "code")


async def test_who_is_named_already_is_not_asked_for(private):
    asked = await private.sms("när kan inger beställa", sender=LARS_AND_INGER)
    answer = await private.sms(asked.rstrip(".")[-6:], sender=LARS_AND_INGER)
    assert "dina saker: när kan inger beställa" in answer
    ((person, *_),) = await people_of_visits(private)
    async with private.stores.begin() as tx:
        assert (await tx.people.get(person)).given_name == "Inger"


async def test_after_two_answers_that_are_no_name_a_person_is_offered(private):
    asked = await private.sms("när kan jag beställa", sender=LARS_AND_INGER)
    await private.sms(asked.rstrip(".")[-6:], sender=LARS_AND_INGER)
    assert "Vem gäller det?" in await private.sms("fem jordgubb", sender=LARS_AND_INGER)
    await private.sms("det räcker", sender=LARS_AND_INGER)
    assert ("choice", "person=unasked") in [
        (one["entity"], one["value"]) for one in private.rasa.asked[-1].get("entities", ())
    ]


async def test_what_is_told_of_a_complaint_while_its_code_is_awaited_is_taken_along(private):
    private.rasa.intent = "report_deviation"
    private.rasa.meant = lambda text: ("order_products" if "leverans" in text else "report_deviation", 1.0)
    asked = await private.sms("för många katetrar.", sender=LARS_AND_INGER)
    assert "tar jag med" in await private.sms("ny leverans tack", sender=LARS_AND_INGER)
    await private.sms(asked.rstrip(".")[-6:], sender=LARS_AND_INGER)
    answer = await private.sms("inger", sender=LARS_AND_INGER)
    assert "dina saker: för många katetrar. ny leverans tack" in answer


async def test_another_wish_while_the_code_of_a_complaint_is_awaited_is_taken_up_instead(private):
    private.rasa.intent = "report_deviation"
    private.rasa.meant = lambda text: ("ask_order_status", 1.0)
    asked = await private.sms("för många katetrar", sender=LARS_AND_INGER)
    assert "tar jag med" in await private.sms("jag undrar om mitt paket", sender=LARS_AND_INGER)
    await private.sms(asked.rstrip(".")[-6:], sender=LARS_AND_INGER)
    assert "dina saker: jag undrar om mitt paket" in await private.sms("inger", sender=LARS_AND_INGER)


async def test_a_wrong_code_from_a_shared_mobile_opens_nothing(private):
    await private.sms("när kan jag beställa", sender=LARS_AND_INGER)
    for _ in range(5):
        answer = await private.sms("000000", sender=LARS_AND_INGER)
    assert "010-441 31 90" in answer
    assert [row[0] for row in await people_of_visits(private)] == [None]


async def test_someone_who_becomes_protected_is_shut_out_in_the_middle_of_a_visit(private):
    await private.sms("när kan jag beställa", sender=ERIK)
    await private.sql("UPDATE people SET protected = 1 WHERE mobile LIKE '%0606'")
    answer = await private.sms("när kan jag beställa", sender=ERIK)
    unknown = await private.sms("när kan jag beställa", sender=NOBODY)
    assert answer.splitlines()[-1] == unknown.splitlines()[-1]
    assert next(iter(await people_of_visits(private)))[0] is None


async def test_a_personal_number_in_an_sms_is_taken_out_and_the_patient_is_told(private):
    answer = await private.sms(f"hej {ANNAS_NUMBER} vill beställa", sender=ANNA)
    assert "Skriv inte personnummer" in answer
    assert private.rasa.heard == ["hej NUMMER vill beställa"]


async def forget_when_sent(house) -> None:
    """As if the last code had been sent long ago."""
    from dataclasses import replace

    from api.gateway.memory import keep, recall

    sealer = house.gateway._handler.tools.sealer
    async with house.stores.begin() as tx:
        (row,) = await house.all_rows("visits")
        visit = await tx.conversations.visit_by_sender(row["sender_id"])
        memory = recall(visit, sealer)
        memory.sent_at = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
        await tx.conversations.save_visit(replace(visit, state=keep(memory, sealer)))
    assert json.loads(row["state"]).keys() == {"sealed"}
