"""Who has read what is known about a patient: told to the patient, and noted for every action."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from actions.turn import service
from ordering.use_cases.access_log import OPERATOR, Reader, asks_who_has_read, who_has_read
from tests.actions.test_order_visit import ANNA

WHO = "vem har läst mina uppgifter"


async def test_anybody_hears_how_data_is_used_and_only_the_patient_who_has_read_them(rasa):
    await rasa.begin()
    assert await rasa.call("action_privacy", "ask_privacy", text="vad sparar ni om mig") == ["utter_privacy"]
    assert await rasa.call("action_privacy", "ask_privacy", text=WHO) == [{"need": "identity"}]
    await rasa.begin(ANNA)
    assert await rasa.call("action_privacy", "ask_privacy", text=WHO) == ["utter_read_by_nobody_else"]


async def test_who_else_has_read_is_told_by_role_with_the_last_day(rasa):
    await rasa.begin(ANNA)
    desk = Reader("desk in the west", "customer_service")
    async with service().stores.begin() as tx:
        anna = await tx.people.get(rasa.visit.person_id)
        for day in (2, 20):
            await tx.access_log.add(desk.of(anna, "callbacks", now=datetime(2026, 11, day, 9, tzinfo=UTC)))
        say = await who_has_read(tx, rasa.visit, now=datetime(2026, 11, 21, 9, tzinfo=UTC))
        late = await who_has_read(tx, rasa.visit, now=datetime(2027, 11, 21, 9, tzinfo=UTC))
    assert (say.response, say.values) == ("utter_read_by", {"readers": "kundtjänst (fredag 20 november)"})
    assert late.response == "utter_read_by_nobody_else"


async def test_an_operator_is_told_of_and_so_is_a_reader_whose_role_has_no_word(rasa):
    await rasa.begin(ANNA)
    now = datetime(2026, 11, 21, 9, tzinfo=UTC)
    async with service().stores.begin() as tx:
        anna = await tx.people.get(rasa.visit.person_id)
        await tx.access_log.add(replace(OPERATOR, name="operator Kim").of(anna, "everything", now=now))
        await tx.access_log.add(Reader("new", "a role of tomorrow").of(anna, "orders", now=now))
        say = await who_has_read(tx, rasa.visit, now=now)
    assert say.values == {
        "readers": "någon annan (lördag 21 november) och den som driver tjänsten (lördag 21 november)"
    }


async def test_what_the_patient_asks_is_noted_with_what_for_and_through_which_channel(rasa):
    await rasa.begin(ANNA, channel="sms")
    await rasa.call("action_prescriptions", "ask_prescriptions")
    async with service().stores.begin() as tx:
        entry, *before = await tx.access_log.of_person(rasa.visit.person_id, limit=10)
    assert {one.who for one in before} == {"import"}
    assert (entry.who, entry.channel, entry.what, entry.why) == (
        "patient", "sms", "prescriptions", "ask_prescriptions",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("vem har tittat på mina uppgifter", True),
        ("har någon varit inne och läst om mig?", True),
        ("who has accessed my data", True),
        ("vad gör ni med mina uppgifter", False),
        ("hur länge sparas det jag skriver", False),
        ("who is responsible for my data", False),
    ],
)
def test_the_question_is_known_by_its_words(text, asked):
    assert asks_who_has_read(text) == asked
