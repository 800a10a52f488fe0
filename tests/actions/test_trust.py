"""Each action states how far it trusts whoever speaks, and one place holds it to that."""

import inspect
from datetime import UTC, datetime, timedelta

import pytest
from ruamel.yaml import YAML

from actions import cancel_order, complaint, order, order_for_someone_else, person, questions, service, session
from actions.turn import PatientAction, VisitAction
from actions.turn import service as opened
from ordering.model import Representation, Visit
from ordering.use_cases import trust
from ordering.use_cases.patient_case import load
from ordering.use_cases.trust import (
    ANYBODY,
    CHANGES,
    COMPLAINS,
    ORDERS,
    READS,
    READS_MORE,
    SPEAKS,
    Level,
    NotProved,
    NotTheirs,
)
from rulebook import load_rulebook
from tests.actions.test_order_visit import ANNA

MODULES = (cancel_order, complaint, order, order_for_someone_else, person, questions, service, session)
MARIA, ELIAS = "199001012385", "202001012398"
# What each asks for, and whether it is of no use to anybody else. One that is not named here fails the test.
ASKS = {
    "action_session_start": (ORDERS, False),
    "action_greet": (ORDERS, False),
    "action_help": (ANYBODY, False),
    "action_not_understood": (ANYBODY, False),
    "action_goodbye": (ORDERS, False),
    "action_repeat": (ANYBODY, False),
    "action_opening_hours": (ANYBODY, False),
    "action_switch_language": (ANYBODY, False),
    "action_talk_to_human": (ORDERS, False),
    "validate_callback_form": (ORDERS, False),
    "action_after_callback": (ORDERS, False),
    "action_urgent_delivery": (ANYBODY, False),
    "action_how_it_works": (READS, False),
    "action_new_prescription": (READS, False),
    "action_after_complaint": (ORDERS, False),
    "validate_order_form": (ORDERS, True),
    "action_ask_confirm": (ORDERS, True),
    "action_place_order": (ORDERS, True),
    "action_yes_or_no": (ORDERS, True),
    "action_go_back": (ORDERS, True),
    "action_cancel": (ORDERS, True),
    "action_change_order": (ORDERS, True),
    "action_cancel_order": (CHANGES, True),
    "action_next_withdrawal": (READS, True),
    "action_prescriptions": (READS, True),
    "action_order_status": (READS, True),
    "action_fee": (READS, True),
    "action_privacy": (READS_MORE, True),
    "action_complain": (COMPLAINS, True),
    "validate_complaint_form": (COMPLAINS, True),
    "action_order_for_someone_else": (SPEAKS, True),
    "action_change_person": (SPEAKS, True),
}


def actions() -> list[VisitAction]:
    found = {
        one
        for module in MODULES
        for one in vars(module).values()
        if inspect.isclass(one) and issubclass(one, VisitAction) and not inspect.isabstract(one)
    }
    return [one() for one in found]


def test_every_action_states_what_it_asks_for_itself():
    assert all("needs" in vars(type(one)) for one in actions())
    stated = {one.name(): (one.needs, isinstance(one, PatientAction)) for one in actions()}
    assert stated == ASKS


def test_no_action_that_rasa_may_call_is_left_out():
    with open("domain.yml", encoding="utf-8") as file:
        named = YAML(typ="safe").load(file)["actions"]
    ours = {one for one in named if one.startswith(("action_", "validate_"))}
    assert ours == set(ASKS)


@pytest.mark.parametrize(("name", "needs"), [(name, needs) for name, (needs, own) in ASKS.items() if own])
async def test_whoever_has_not_proved_enough_hears_nothing_and_is_asked_for_proof(rasa, name, needs):
    general = {"action_fee", "action_privacy", "action_yes_or_no", "action_place_order"}
    await rasa.begin()
    said = await rasa.call(name, "affirm", text="min vem har läst")
    assert said == [{"need": "identity"}] or name in general
    for proof, level in (("number", Level.KNOWN), ("forged", Level.ANONYMOUS), (None, Level.ANONYMOUS)):
        await rasa.begin(ANNA, channel="sms", proof=proof)
        said = await rasa.call(name, "inform", text="min vem har läst")
        asked = {"need": "identity"} in said
        assert asked == (level < needs.level) or (name in general and level is Level.ANONYMOUS)


def test_a_proof_that_nobody_knows_counts_for_nothing():
    now = datetime.now(UTC)
    for proof, level in (("number", 1), ("code", 2), ("pin", 2), ("eid", 2), ("", 0), (None, 0), ("CODE", 0)):
        assert trust.level_of(Visit(1, 1, "vg", "sms", "s", 0, now, now, person_id=1, proof=proof)) == level
        assert trust.level_of(Visit(1, 1, "vg", "sms", "s", 0, now, now, person_id=None, proof=proof)) == 0


# An SMS from a registered mobile


async def test_by_sms_a_placed_order_a_complaint_and_a_kept_address_ask_for_the_code(rasa):
    await rasa.begin(ANNA, channel="sms", proof="number")
    need = [{"need": "identity"}]
    assert await rasa.call("action_complain", "report_defect") == need
    assert await rasa.call("action_cancel_order", "cancel_order") == need
    assert await rasa.call("action_change_order", "change_address", ("choice", "save_address=yes")) == need
    assert await rasa.call("action_order_status", "ask_order_status") != need
    assert await rasa.answer("order_products", ("product", "näringsdryck")) != need


# Speaking for somebody else


async def may(rasa, *rights: str, until=None) -> None:
    async with opened().stores.begin() as tx:
        maria = await tx.people.by_identity("vg", MARIA)
        elias = await tx.people.by_identity("vg", ELIAS)
        await tx.people.represent(
            Representation(elias.id, maria.id, "relative", frozenset(rights), until, "desk", datetime.now(UTC))
        )
    await rasa.begin(ELIAS, speaker=MARIA)


@pytest.mark.parametrize(
    ("right", "name", "intent"),
    [
        ("read", "action_next_withdrawal", "ask_next_withdrawal"),
        ("complain", "action_complain", "report_defect"),
        ("order", "validate_order_form", "order_products"),
    ],
)
async def test_a_representative_may_do_what_they_are_registered_for_and_nothing_else(rasa, right, name, intent):
    await may(rasa, right)
    assert "utter_not_theirs" not in await rasa.call(name, intent)
    await may(rasa, *({"read", "complain", "order"} - {right}))
    assert await rasa.call(name, intent) == ["utter_not_theirs"]


async def test_a_greeting_says_nothing_of_what_the_representative_may_not(rasa):
    await may(rasa, "read")
    assert "utter_not_theirs" not in await rasa.call("action_greet", "greet")


async def test_the_right_ends_with_its_last_day_also_in_the_middle_of_a_visit(rasa):
    today = datetime.now(UTC).date()
    await may(rasa, "read", until=today)
    assert {"need": "identity"} not in await rasa.call("action_next_withdrawal", "ask_next_withdrawal")
    await may(rasa, "read", until=today - timedelta(days=2))
    assert await rasa.call("action_next_withdrawal", "ask_next_withdrawal") == [{"need": "identity"}]


async def test_whoever_is_not_registered_for_the_patient_is_as_nobody(rasa):
    await rasa.begin(ANNA, speaker=MARIA)
    assert await rasa.call("action_next_withdrawal", "ask_next_withdrawal") == [{"need": "identity"}]


# The one place


async def test_nothing_is_opened_without_saying_what_for(rasa):
    await rasa.begin(ANNA)
    now = datetime.now(UTC)
    async with opened().stores.begin() as tx:
        with pytest.raises(ValueError, match="for anybody"):
            await load(tx, load_rulebook(), rasa.visit, needs=ANYBODY, now=now)
        case = await load(tx, load_rulebook(), rasa.visit, needs=READS, now=now)
        case.require(CHANGES)
        case.may = frozenset({"read"})
        with pytest.raises(NotTheirs):
            case.require(CHANGES)
        await tx.people.mark_protected(case.person.id, protected=True)
        with pytest.raises(NotProved):
            await load(tx, load_rulebook(), rasa.visit, needs=READS, now=now)
