"""Canaries of everything that points at a person are sent down every path, and must turn up nowhere."""

import base64
import json
import logging

import pytest

from ordering.use_cases.pending import Pending
from tests.gateway.conftest import ANNA, ANNAS_NUMBER, ERIK, LARS_AND_INGER, NOBODY, UNKNOWN_NUMBER, House

ADDRESS = Pending(name="address", private=True, expects="text", values={"registered_address": "Göteborg"})
CONFIRM = Pending(name="confirm", expects="choice", values={"draft_fingerprint": "f1", "first_name": "Anna"})
STREET, MAIL = "Kanariegatan 77, 411 11 Göteborg", "kanarie@example.org"
TABLES = ("threads", "inbox", "outbox", "visits", "one_time_codes")
IN_THE_CLEAR_BY_DESIGN = {("threads", "key"), ("threads", "address"), ("outbox", "recipient")}


def need(body):
    return {"custom": {"need": "identity"}}


async def everything(house: House) -> list[str]:
    """Sends the canaries everywhere; returns the codes that were made on the way."""
    house.rasa.answer = need
    await house.chat("var är min beställning")
    await house.chat(ANNAS_NUMBER)
    await house.until(lambda: bool(house.phones.to(ANNA)))
    login = house.phones.to(ANNA)[0][:6]
    await house.chat("000000")
    await house.chat(login)
    shared = (await house.sms("när kan jag beställa", sender=LARS_AND_INGER)).rstrip(".")[-6:]
    house.rasa.answer = lambda body: {
        "text": "Hej [first_name], [registered_address]?",
        "utter_action": "utter_ask_address",
    }
    house.dialogue.open = Pending(**{**asdict(ADDRESS), "values": {"registered_address": "G", "first_name": "Anna"}})
    await house.sms(shared, sender=LARS_AND_INGER)
    await house.sms("Inger", sender=LARS_AND_INGER)
    for text in (f"jag heter Anna Lindqvist, {ANNAS_NUMBER}", f"ring 070-174 06 05 eller {MAIL}?"):
        await house.chat(text)
        await house.sms(text, sender=ANNA)
        await house.sms(text, sender=NOBODY)
    await house.sms("hej", sender=ERIK)
    await house.sms(STREET, sender=ERIK)
    house.dialogue.problem = "utter_error_address"
    await house.sms(STREET, sender=ERIK)
    house.dialogue.problem, house.dialogue.open = None, CONFIRM
    house.rasa.answer = lambda body: {"text": "JA [code]", "utter_action": "utter_ask_confirm_code"}
    confirm = (await house.sms("läs upp?", sender=ERIK))[-4:]
    house.rasa.answer = lambda body: 502
    await house.sms(f"JA {confirm}", sender=ERIK)
    await house.chat(UNKNOWN_NUMBER, session="fails")
    await house.chat(f"hallå {ANNAS_NUMBER}", session="fails too")
    await house.call(f"jag har ont i bröstet, {ANNAS_NUMBER}")
    return [login, shared, confirm]


def asdict(pending: Pending) -> dict:
    return {name: getattr(pending, name) for name in pending.__slots__}


@pytest.fixture
async def codes(house, caplog):
    with caplog.at_level(logging.DEBUG):
        yield await everything(house)


def secrets_of(codes: list[str]) -> list[str]:
    names = ["Lindqvist", "Inger"]
    return [ANNAS_NUMBER, "0101-2382", UNKNOWN_NUMBER, "070-174 06 05", MAIL, "Kanariegatan", *names, *codes]


@pytest.mark.case(25)
async def test_rasa_is_told_nothing_that_points_at_a_person(house, codes):
    told = json.dumps([{**body, "conversation": ""} for body in house.rasa.asked], ensure_ascii=False)
    assert [secret for secret in secrets_of(codes) if secret in told] == []
    assert [number for number in (ANNA, ERIK, NOBODY) if number in told] == []


@pytest.mark.case(25)
async def test_the_database_holds_it_only_where_it_must(house, codes):
    for table in TABLES:
        for row in await house.all_rows(table):
            for column, value in row.items():
                if (table, column) in IN_THE_CLEAR_BY_DESIGN:
                    continue
                # Few digits turn up by chance in times and in what is sealed, so codes are looked for in texts.
                searched = secrets_of(codes) if column in ("text", "error") else secrets_of([])
                assert [secret for secret in searched if secret in str(value)] == [], (table, column)


async def test_what_is_sealed_is_not_merely_written_otherwise(house, codes):
    for row in await house.all_rows("visits"):
        state = json.loads(row["state"])
        if not state:  # its first message failed
            continue
        assert b"Lindqvist" not in base64.b64decode(state["sealed"])
        assert state.keys() <= {"sealed", "confirm_ok", "whom", "about", "asked"}


@pytest.mark.case(25)
async def test_the_log_tells_nothing_that_points_at_a_person(house, codes, caplog):
    ours = [record for record in caplog.get_records("setup") if record.name.startswith(("pafyll", "api", "httpx"))]
    assert ours
    written = "\n".join(record.getMessage() for record in ours)
    everyone = [*secrets_of(codes), ANNA, ERIK, NOBODY]
    assert [secret for secret in everyone if secret in written] == []
