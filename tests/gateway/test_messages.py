"""One message after another: order, repeats, trouble, choices, private answers."""

import asyncio
import logging
from datetime import timedelta

import httpx
import pytest

from api.gateway.messages import Incoming
from ordering.use_cases.pending import Pending, PendingChoice
from tests.gateway.conftest import ANNA, ANNAS_NUMBER, NOBODY, meaning

LINES = Pending(
    name="lines",
    multiple=True,
    expects="choice",
    choices=(
        PendingChoice("Stomipåse", {"choice": "lines=1"}),
        PendingChoice("Näringsdryck", {"choice": "lines=2"}, aliases=("dryck",)),
        PendingChoice("Kateter", {"choice": "lines=3"}),
    ),
)
ADDRESS = Pending(
    name="address",
    private=True,
    expects="choice",
    choices=(PendingChoice("utter_choice_address_registered", {"choice": "address=registered"}, aliases=("ja",)),),
    values={"registered_address": "Göteborg", "first_name": "Anna"},
)


def asks(pending: Pending, text: str = "fråga"):
    return lambda body: {"text": text, "utter_action": f"utter_ask_{pending.name}"}


async def test_an_sms_is_answered_by_sms_and_leaves_no_payload_behind(house):
    assert "svar på hej" in await house.sms("hej")
    (row,) = await house.all_rows("inbox")
    assert (row["status"], row["text"], row["sealed"], row["reply"]) == ("done", "hej", None, None)


async def test_the_first_answer_of_an_sms_visit_says_that_a_machine_writes(house):
    assert "automatisk" in await house.sms("hej")
    assert "automatisk" not in await house.sms("hej igen")


async def test_the_same_sms_twenty_times_at_once_is_one_turn(house):
    again = house.an_sms("beställ", provider_id="SM-same")
    new = await asyncio.gather(*(house.gateway.receive(again) for _ in range(20)))
    await house.until(lambda: bool(house.phones.sent))
    await asyncio.sleep(0.1)
    assert (sum(new), len(house.rasa.asked), len(house.phones.sent)) == (1, 1, 1)


async def test_the_same_chat_message_twenty_times_at_once_gives_one_turn_and_the_same_reply(house):
    house.rasa.answer = lambda body: {"text": "hej", "buttons": [{"title": "Beställ", "payload": "/order_products"}]}
    incoming = Incoming("chat", "vg", "s", "same", text="hej")
    replies = await asyncio.gather(*(house.gateway.answer(incoming) for _ in range(20)))
    replies.append(await house.gateway.answer(incoming))
    assert all(reply == replies[0] for reply in replies)
    assert replies[0].choices[0].label == "Beställ"
    assert len(house.rasa.asked) == 1


async def test_ten_fast_sms_are_handled_one_at_a_time_in_the_order_they_came(house):
    house.rasa.slow = 0.02
    for number in range(10):
        await house.gateway.receive(house.an_sms(f"meddelande {number}x"))
    await house.until(lambda: len(house.phones.sent) == 10)
    assert house.rasa.heard == [f"meddelande {number}x" for number in range(10)]
    assert house.rasa.most_at_once == 1


async def test_different_patients_do_not_wait_for_each_other(house):
    house.rasa.slow = 0.2
    await asyncio.gather(*(house.chat("hej", session=f"s{number}") for number in range(5)))
    assert house.rasa.most_at_once > 1


async def test_what_was_left_waiting_by_a_crash_is_answered_when_the_lease_has_run_out(house, monkeypatch):
    monkeypatch.setattr(house.gateway, "_wake", lambda thread, row: None)
    await house.gateway.receive(house.an_sms("hallå"))
    monkeypatch.undo()
    monkeypatch.setattr("api.gateway.gateway.LOOK_SECONDS", 0.01)
    await asyncio.sleep(0.1)
    assert house.rasa.heard == []
    await house.sql("UPDATE threads SET lease_until = '2020-01-01 00:00:00.000000'")
    await house.until(lambda: bool(house.phones.sent))
    assert house.rasa.heard == ["hallå"]


async def test_a_thread_that_another_process_has_is_left_alone_until_it_is_free(house):
    await house.chat("hej")
    await house.sql("UPDATE threads SET lease_token = 'another', lease_until = '2999-01-01 00:00:00.000000'")
    waiting = asyncio.create_task(house.chat("hallå"))
    await asyncio.sleep(0.4)
    assert house.rasa.heard == ["hej"]
    await house.sql("UPDATE threads SET lease_token = NULL, lease_until = NULL")
    assert (await waiting).texts == ("svar på hallå",)


@pytest.mark.case(17)
@pytest.mark.parametrize("typed", ["/restart", "\u00a0/restart", "／restart", '/confirm{"x":1}', "\u200b/ restart"])
async def test_nobody_can_write_an_order_to_rasa(house, typed):
    await house.chat(typed)
    (asked,) = house.rasa.asked
    assert "intent" not in asked
    assert not asked["text"].strip().startswith("/")


@pytest.mark.parametrize("typed", ["", "  ", "👍", "?!", "\u200b"])
async def test_signs_alone_are_answered_kindly_without_rasa(house, typed):
    assert "ord och siffror" in (await house.chat(typed)).texts[0]
    assert house.rasa.asked == []


# Choices


async def test_a_button_can_be_clicked_keyed_or_named(house):
    buttons = [
        {"title": "Beställa", "payload": "/order_products"},
        {"title": "Prata", "payload": '/inform{"choice": "x=1"}'},
    ]
    house.rasa.answer = lambda body: {"text": "välj", "buttons": buttons}
    reply = await house.chat("hej")
    assert [(choice.key, choice.label) for choice in reply.choices] == [("1", "Beställa"), ("2", "Prata")]
    await house.chat(choice=reply.choices[1].token)
    await house.chat("tvåan")
    await house.chat("beställa")
    assert house.rasa.heard == ["hej", "/inform x=1", "/inform x=1", "/order_products"]


@pytest.mark.case(18)
async def test_an_old_or_forged_token_does_nothing(house):
    house.rasa.answer = lambda body: {"text": "välj", "buttons": [{"title": "A", "payload": "/help"}]}
    old = (await house.chat("hej")).choices[0].token
    fresh = (await house.chat("hej")).choices[0].token
    for token in (old, "forged"):
        reply = await house.chat(choice=token)
        assert "inte längre" in reply.texts[0]
        assert reply.choices[0].token == fresh
    assert house.rasa.heard == ["hej", "hej"]


@pytest.mark.case(18)
async def test_somebody_elses_token_does_nothing(house):
    house.rasa.answer = lambda body: {"text": "välj", "buttons": [{"title": "A", "payload": "/help"}]}
    token = (await house.chat("hej", session="one")).choices[0].token
    assert "inte längre" in (await house.chat(choice=token, session="two")).texts[0]
    assert house.rasa.heard == ["hej"]


async def test_the_choices_of_the_open_question_are_offered_and_several_can_be_picked(house):
    house.dialogue.open = LINES
    house.rasa.answer = asks(LINES, "Vad vill du ha?")
    assert (await house.sms("hej")).splitlines()[-3:] == ["1 Stomipåse", "2 Näringsdryck", "3 Kateter"]
    await house.sms("1 och 3")
    await house.sms("dryck")
    assert house.rasa.heard[1:] == ["/inform lines=1 lines=3", "/inform lines=2"]


async def test_a_number_outside_the_list_is_told_and_the_list_is_shown_again(house):
    house.dialogue.open = LINES
    house.rasa.answer = asks(LINES)
    await house.sms("hej")
    answer = await house.sms("7")
    assert "inget sådant" in answer
    assert "3 Kateter" in answer
    assert house.rasa.heard == ["hej"]


async def test_choices_are_not_offered_for_a_question_that_was_not_asked(house):
    house.dialogue.open = LINES
    house.rasa.answer = lambda body: {"text": "Berätta vad som är fel.", "utter_action": "utter_ask_complaint_text"}
    assert "1 Stomipåse" not in await house.sms("fel på varan")
    await house.sms("2")
    assert house.rasa.heard[-1] == "2"


async def test_where_a_number_is_an_amount_it_picks_nothing(house):
    house.dialogue.open = Pending(
        name="amount",
        expects="number",
        choices=(
            PendingChoice("utter_choice_amount_all", {"choice": "amount=all"}, values={"max": "9"}, numbered=False),
        ),
    )
    house.rasa.answer = asks(house.dialogue.open)
    assert "Alla 9" not in await house.sms("hej")
    await house.sms("1")
    await house.sms("alla 9")
    assert house.rasa.heard[1:] == ["1", "/inform amount=all"]


# Private answers


async def test_a_private_answer_goes_into_the_draft_and_rasa_hears_only_that_there_was_one(house):
    house.dialogue.open = ADDRESS
    house.rasa.answer = asks(ADDRESS, "Ska det till [registered_address]?")
    assert "Ska det till Göteborg?" in await house.sms("hej")
    await house.sms("Hemliga gatan 5, 411 11 Göteborg")
    assert house.dialogue.answers == ["Hemliga gatan 5, 411 11 Göteborg"]
    assert house.rasa.heard == ["hej", "/inform"]
    assert [row["text"] for row in await house.all_rows("inbox")] == ["hej", None]


async def test_a_private_answer_that_does_not_do_is_explained_without_rasa(house):
    house.dialogue.open, house.dialogue.problem = ADDRESS, "utter_error_address"
    house.rasa.answer = asks(ADDRESS)
    await house.sms("hej")
    assert "postnummer" in await house.sms("nånstans i stan")
    assert house.rasa.heard == ["hej"]


async def test_a_short_private_answer_is_no_choice_out_of_range(house):
    house.dialogue.open = ADDRESS
    house.rasa.answer = asks(ADDRESS)
    await house.sms("hej")
    await house.sms("12")
    assert house.dialogue.answers == ["12"]


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("avbryt", "/cancel"),
        ("Tillbaka", "/go_back"),
        ("hjälp!", "/help"),
        ("människa", "/talk_to_human"),
        ("ja", "/inform address=registered"),
        ("när kommer det?", "när kommer det?"),
    ],
)
async def test_a_command_a_choice_or_a_question_is_no_private_answer(house, said, heard):
    house.dialogue.open = ADDRESS
    house.rasa.answer = asks(ADDRESS)
    await house.sms("hej")
    await house.sms(said)
    assert house.rasa.heard[-1] == heard
    assert house.dialogue.answers == []


async def test_a_private_word_without_a_value_is_a_failed_turn(house):
    house.dialogue.open = ADDRESS
    house.rasa.answer = lambda body: {"text": "Koden är [door_code]", "utter_action": "utter_ask_address"}
    answer = await house.sms("hej")
    assert "[" not in answer
    assert "010-441 31 90" in answer


# Trouble


@pytest.mark.parametrize(
    "answer",
    [
        502,
        503,
        [],
        {"text": ""},
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        {"text": "x", "buttons": [{"title": "A", "payload": "no intent"}]},
    ],
    ids=["failed", "no model", "nothing", "empty", "down", "timeout", "bad button"],
)
async def test_when_rasa_fails_the_patient_is_told_at_once_with_number_and_hours(house, answer):
    house.rasa.answer = lambda body: answer
    for told in ((await house.chat("hej")).texts[0], await house.sms("hej")):
        assert "fel hos oss" in told
        assert "010-441 31 90" in told
        assert "08:00-16:30" in told
    chat, sms = await house.all_rows("inbox")
    assert (chat["status"], sms["status"]) == ("dead", "received")
    assert (chat["sealed"], bool(sms["sealed"])) == (None, True)


async def test_a_rasa_that_hangs_is_not_waited_for(house):
    house.rasa.slow = 30
    assert "fel hos oss" in (await house.chat("hej")).texts[0]


async def test_an_sms_that_failed_is_tried_again_and_then_answered(house, monkeypatch):
    monkeypatch.setattr("api.gateway.turn.RETRY_AFTER", (timedelta(),) * 4)
    house.rasa.answer = lambda body: 502
    assert "försöker igen" in await house.sms("hej")
    house.rasa.answer = lambda body: {"text": "nu så"}
    await house.until(lambda: len(house.phones.to(ANNA)) == 2)
    assert "nu så" in house.phones.to(ANNA)[-1]
    assert {body["message"] for body in house.rasa.asked} == {house.rasa.asked[0]["message"]}


async def test_an_sms_is_given_up_after_five_attempts_and_the_patient_hears_so(house, monkeypatch):
    monkeypatch.setattr("api.gateway.turn.RETRY_AFTER", (timedelta(),) * 4)
    monkeypatch.setattr("api.gateway.gateway.LOOK_SECONDS", 0.01)
    house.rasa.answer = lambda body: 502
    await house.gateway.receive(house.an_sms("hej"))
    await house.until(lambda: len(house.phones.sent) == 2, seconds=15)
    assert len(house.rasa.asked) == 5
    assert "försöker igen" in house.phones.to(ANNA)[0]
    assert "kunde tyvärr inte svara" in house.phones.to(ANNA)[1]
    (row,) = await house.all_rows("inbox")
    assert row["status"] == "dead"
    assert row["sealed"]


async def test_every_sms_during_trouble_is_told_once_and_answered_in_order_when_it_is_over(house, monkeypatch):
    monkeypatch.setattr("api.gateway.turn.RETRY_AFTER", (timedelta(seconds=0.5),) * 4)
    monkeypatch.setattr("api.gateway.gateway.LOOK_SECONDS", 0.05)
    house.rasa.answer = lambda body: 502
    assert "fel hos oss" in await house.sms("första saken")
    assert "fel hos oss" in await house.sms("andra saken")
    assert len(house.rasa.asked) == 1
    house.rasa.answer = lambda body: {"text": f"svar på {body['text']}"}
    await house.until(lambda: sum("svar på" in text for text in house.phones.to(ANNA)) == 2)
    told = [text.splitlines()[-1] for text in house.phones.to(ANNA)]
    assert told[2:] == ["svar på första saken", "svar på andra saken"]
    assert len(told) == 4


async def test_a_private_answer_is_taken_once_though_rasa_fails_after_it(house, monkeypatch):
    monkeypatch.setattr("api.gateway.turn.RETRY_AFTER", (timedelta(),) * 4)
    house.dialogue.open = ADDRESS
    house.rasa.answer = asks(ADDRESS)
    await house.sms("hej")
    house.rasa.answer = lambda body: 502
    await house.sms("Hemliga gatan 5, 411 11 Göteborg")
    house.rasa.answer = lambda body: {"text": "tack"}
    await house.until(lambda: "tack" in house.phones.to(ANNA)[-1])
    assert len(house.dialogue.answers) == 1


async def test_the_log_of_a_failure_tells_its_kind_and_not_what_was_said(house, caplog):
    def fail(body):
        raise ValueError("the patient said kanariefågel")

    house.rasa.answer = fail
    with caplog.at_level(logging.DEBUG):
        await house.chat("kanariefågel")
    assert "ValueError" in caplog.text
    assert "kanariefågel" not in caplog.text


# Emergencies


async def test_an_emergency_is_answered_though_rasa_is_down_and_nobody_is_known(house):
    house.rasa.answer = lambda body: httpx.ConnectError("refused")
    assert "112" in await house.sms("jag får ingen luft", sender=NOBODY)
    assert "112" in (await house.chat("jag har ont i bröstet")).texts[0]
    assert "ett ett två" in (await house.call("min man är medvetslös")).texts[0]
    assert "call 112" in (await house.chat("i can't breathe")).texts[0]
    assert house.rasa.asked == []


async def test_a_single_sign_of_danger_is_for_rasa_to_judge_unless_rasa_is_down(house):
    await house.chat("hallå där borta")
    await house.chat("jag vill beställa")
    assert [body["alarming"] for body in house.rasa.asked] == [True, False]
    house.rasa.answer = lambda body: httpx.ConnectError("refused")
    assert "112" in (await house.chat("han är så blek")).texts[0]
    assert "112" not in (await house.chat("jag vill beställa")).texts[0]


async def test_a_sign_of_danger_is_no_answer_to_a_private_question(house):
    name = house.dialogue.open = Pending(name="receiver_name", private=True, expects="text")
    house.rasa.answer = asks(name)
    await house.sms("hej")
    await house.sms("mamma är så blek")
    await house.sms("Gunnar Ström")
    assert house.rasa.heard == ["hej", "mamma är så blek", "/inform"]


async def test_an_emergency_does_not_wait_behind_a_message_that_hangs(house):
    house.rasa.slow = 0.9
    await house.gateway.receive(house.an_sms("hej"))
    await house.gateway.receive(house.an_sms("ont i bröstet"))
    await house.until(lambda: bool(house.phones.sent), seconds=0.8)
    assert "112" in house.phones.sent[0][1]


async def test_after_an_emergency_the_open_question_still_stands(house):
    house.dialogue.open = LINES
    house.rasa.answer = asks(LINES)
    await house.sms("hej")
    await house.sms("jag får ingen luft")
    await house.sms("3")
    assert house.rasa.heard == ["hej", "/inform lines=3"]
    assert len(await house.all_rows("visits")) == 1


# Visits and the phone


async def test_rasas_id_of_a_visit_changes_every_fifteen_turns(house):
    for number in range(32):
        await house.chat(f"fråga nummer {number}x")
    senders = [body["conversation"] for body in house.rasa.asked]
    assert [senders.count(sender) for sender in dict.fromkeys(senders)] == [15, 15, 2]
    assert len(await house.all_rows("visits")) == 1


async def test_after_a_long_silence_a_new_visit_begins(house):
    await house.chat("hej")
    await house.sql("UPDATE visits SET last_at = '2020-01-01 00:00:00.000000'")
    await house.chat("hej")
    first, second = house.rasa.asked
    assert first["conversation"] != second["conversation"]


async def test_a_call_begins_with_the_greeting(house):
    await house.call(event="start")
    assert house.rasa.heard == ["/greet"]


async def test_the_phones_own_keys_reach_a_person_go_back_and_say_it_again(house):
    await house.call("vad kan du")
    assert (await house.call("9")).texts == ("svar på vad kan du",)
    await house.call("0")
    await house.call("*")
    assert house.rasa.heard == ["vad kan du", "/talk_to_human", "/repeat"], "there is nothing before the menu"


async def test_the_phones_own_keys_are_digits_where_an_amount_is_asked(house):
    house.dialogue.open = Pending(name="amount", expects="number")
    house.rasa.answer = asks(house.dialogue.open)
    await house.call(ANNAS_NUMBER)
    await house.call("1", keyed=True)
    await house.until(lambda: bool(house.phones.to(ANNA)))
    assert (await house.call(house.phones.to(ANNA)[0][:6])).expects == "number"
    await house.call("9", keyed=True)
    await house.call("1", keyed=True)
    assert house.rasa.heard[-1] == "9"
    await house.call("1*", keyed=True)
    assert house.rasa.heard[-1] == "/go_back", "only * is a command while a number is keyed"


async def test_silence_asks_again_otherwise_then_offers_a_person_and_then_says_goodbye(house):
    house.rasa.answer = lambda body: {"text": f"Jo. Och nu {meaning(body)}?"}
    await house.call("hej")
    first, second, third, last = [await house.call(event="silence") for _ in range(4)]
    assert first.texts[1:] == second.texts[1:] == ("Och nu hej?",), "only the question"
    assert first.texts[0] != second.texts[0]
    assert house.rasa.heard == ["hej", "/talk_to_human person=unasked"]
    assert "unasked" in third.texts[0]
    assert not third.end
    assert last.end
    assert "010-441 31 90" in last.texts[0]


async def test_silence_that_comes_back_all_through_a_call_leads_to_a_person(house):
    for word in ("hej", "hallå", "jo", "nja"):
        await house.call(word)
        await house.call(event="silence")
    assert house.rasa.heard[-1] == "/talk_to_human person=unasked"


async def test_speaking_again_begins_the_count_of_silences_anew(house):
    await house.call("hej")
    await house.call(event="silence")
    await house.call(event="silence")
    await house.call("hej hej")
    again = await house.call(event="silence")
    assert not again.end
    assert again.texts[1:] == ("svar på hej hej",)


@pytest.mark.parametrize("said", ["هل يمكنني الطلب", "можно заказать", "我想订购"])
async def test_letters_that_we_do_not_read_are_told_so_in_both_languages(house, said):
    answer = await house.sms(said)
    assert "svenska" in answer
    assert "English" in answer
    assert house.rasa.heard == []


async def test_a_personal_number_among_other_words_is_neither_kept_nor_what_the_message_is_about(house):
    answer = await house.sms("mitt personnummer är 19850101-2382, kan jag beställa")
    assert "personnummer" in answer
    assert house.rasa.heard == ["kan jag beställa"]
    (row,) = await house.all_rows("inbox")
    assert "2382" not in row["text"]


async def test_a_personal_number_alone_is_not_a_wish(house):
    await house.sms("mitt personnummer är 19850101-2382")
    assert house.rasa.heard == ["/repeat"]
