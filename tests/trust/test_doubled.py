"""What comes several times, at once, late or with other words, through several processes: it counts once."""

import asyncio
import re

import httpx
import pytest

from bench.people import REGION, SERVICE_NUMBER, identity_number
from tests.conversations.callers import Caller
from tests.conversations.patients import Chat
from tests.conversations.people import Patient
from tests.trust.phones import TROUBLE, new_sid, until


@pytest.mark.case(1)
async def test_one_message_twenty_times_at_once_is_one_turn_and_one_order(site, phone):
    yes, sid = await phone.to_read_back(), new_sid()
    assert await asyncio.gather(*(phone.send(yes, sid) for _ in range(20))) == [200] * 20
    await phone.answer()
    await phone.ordered_once()
    assert len(await phone.inbox()) == 5
    assert len(phone.received()) == 5


@pytest.mark.case(2)
async def test_a_second_yes_hears_of_the_order_that_the_first_one_made(site, phone):
    yes = await phone.to_read_back()
    first, second = await phone.write(yes), await phone.write(yes)
    number = await phone.ordered_once()
    assert number in first
    assert number in second


@pytest.mark.case(3)
async def test_what_was_taken_under_a_messages_id_stands_whatever_comes_under_it_later(site, phone):
    sid = new_sid()
    assert await phone.send("Hej, jag vill beställa 6 teststickor", sid) == 200
    await phone.answer()
    assert await phone.send("Hej, jag vill beställa 2 teststickor", sid) == 200
    assert len(await phone.inbox()) == 1
    assert len(phone.received()) == 1
    drafts = await phone.rows("SELECT content FROM orders JOIN people ON people.id = person_id WHERE mobile = :mobile")
    assert [draft["content"]["lines"][0]["packages"] for draft in drafts] == [6]


@pytest.mark.case(3)
async def test_the_code_of_a_read_back_orders_nothing_else_than_what_was_read_back(site, phone):
    yes = await phone.to_read_back()
    changed = await phone.write("ändra till 2 teststickor")
    new = re.search(r"JA \d{4}", changed)
    assert new, changed
    assert new[0] != yes
    await phone.write(yes)
    assert await phone.orders() == []
    assert phone.receipts() == []


@pytest.mark.case(4)
async def test_a_yes_in_the_chat_and_on_the_phone_at_once_makes_one_order(site, phone):
    doors = Doors(site)
    patient = Patient(REGION, identity_number(int(phone.mobile[-4:]) - 1000), phone.mobile)
    chat, caller = await asyncio.to_thread(both_at_the_read_back, doors, patient)
    told = await asyncio.gather(asyncio.to_thread(chat.click, "Ja"), asyncio.to_thread(caller.choose, "beställa"))
    [number] = await phone.orders()
    spoken = caller.figures
    assert number in told[0] or number in spoken
    assert set(re.findall(r"\b\d{7}\b", f"{told[0]} {spoken}")) == {number}


def both_at_the_read_back(doors, patient):
    chat = Chat(doors, patient)
    chat.write("Jag vill beställa 6 teststickor, utanför dörren till min adress")
    chat.log_in()
    for words in ("ja", "hus", "ja"):
        chat.write(words)
    assert "Stämmer allt" in chat.last, chat.heard
    caller = Caller(doors, patient)
    caller.choose("beställa produkter")
    before = len(doors.sms_to(patient.mobile))
    assert "Stämmer det" in caller.say(patient.identity_number)
    caller.say("Ja")
    caller.press(caller.code(before))
    caller.choose("fortsätta")
    assert "beställa" in str(caller.choices()), caller.words
    return chat, caller


@pytest.mark.case(5)
async def test_ten_fast_sms_over_two_processes_are_handled_in_the_order_they_came(site, phone):
    await phone.write("Hej")
    for _ in range(10):
        assert await phone.send("Vad kostar det?") == 200
    await until(lambda: len(phone.received()) == 11, "not every message was answered")
    handled = [row["handled_at"] for row in await phone.inbox()]
    assert len(handled) == 11
    assert handled == sorted(handled)


@pytest.mark.case(16)
async def test_a_webhook_that_is_replayed_a_day_later_has_no_effect(site, phone):
    yes, sid = await phone.to_read_back(), new_sid()
    await phone.send(yes, sid)
    await phone.answer()
    before = await phone.inbox()
    for program in (*site.of_kind("api"), *site.of_kind("worker")):
        site.kill(program)
    await site.time_passes(24 * 60)
    await site.rise()
    assert await phone.send(yes, sid) == 200
    assert len(await phone.inbox()) == len(before)
    await phone.ordered_once()
    assert len(phone.receipts()) == 1


async def test_a_message_that_was_given_up_is_listed_for_staff_who_have_it_answered(site, phone):
    site.roads["rasa"].trouble.closed = True
    for program in site.of_kind("rasa"):
        program.stall()
    await phone.send("Vad kostar det?")
    assert TROUBLE in await phone.next()
    await site.write("UPDATE inbox SET attempts = 4, due_at = now() WHERE status = 'received'")
    assert "kunde tyvärr inte svara" in await phone.next()
    for program in site.of_kind("rasa"):
        program.go_on()
    site.no_more_trouble()
    async with httpx.AsyncClient(base_url=site.url, headers={"X-API-Key": "staff-key"}) as staff:
        failed = (await staff.get("/api/v1/failed-messages")).json()["messages"]
        [message] = [one for one in failed if one["to"] == f"...{phone.mobile[-2:]}"]
        assert (await staff.post(f"/api/v1/failed-messages/{message['id']}/replay")).status_code == 202
        assert "avgift" in await phone.answer()
        assert (await staff.post(f"/api/v1/failed-messages/{message['id']}/replay")).status_code == 404


class Doors:
    """The site, for the patients of the whole conversations."""

    def __init__(self, site):
        self.settings, self.number = site.settings, {REGION: SERVICE_NUMBER}
        self.http = httpx.Client(base_url=site.url, timeout=40)
        self._site = site

    def sms_to(self, number: str) -> list[str]:
        return [sms.body for sms in self._site.outside.sent if sms.recipient == number]
