"""Identity: a parent, a relative, a shared mobile, and those who must not be told apart from each other."""

import re

import pytest

from tests.conversations.patients import Call, Chat
from tests.conversations.people import ANNA, ELIAS, GORAN, INGER, KARIN, LARS, MARIA, SARA, SIGNE, STRANGER


def test_a_parent_orders_for_her_child_chosen_by_first_name_after_proof(service, sms):
    maria = sms(MARIA)
    assert "Elias" not in maria.write("Hej, jag vill beställa näringsdryck"), "no name before proof"
    who = maria.prove()
    assert "1 Maria" in who
    assert "2 Elias" in who
    assert "Bergman" not in who
    assert "10 kvar att fördela" in maria.write("Elias")
    assert "Banan är slut" in maria.write("5 jordgubb och 5 banan")
    maria.write("5 vanilj")
    maria.write("utlämningsställe")
    maria.write("1")
    read_back = maria.write("1")
    assert "5 jordgubb och 5 vanilj" in read_back
    assert maria.confirm().startswith("Tack, ")
    order = service.order(ELIAS)
    assert order.ordered_by == service.person(MARIA).id
    assert order.lines[0].variants == {"JOR": 5, "VAN": 5}
    assert service.ordered(MARIA) == []


def test_the_childs_own_number_sends_the_code_to_the_parent_who_is_the_one_speaking(service, chat):
    elias = chat(ELIAS)
    elias.begin()
    elias.click("Beställa produkter")
    assert "Näringsdryck Junior" in elias.log_in()
    speaker, about = service.rows("SELECT speaker_id, person_id FROM visits")[0]
    assert (speaker, about) == (service.person(MARIA).id, service.person(ELIAS).id)


def test_two_who_share_a_mobile_say_their_first_name_after_proof(service, sms):
    shared = sms(INGER)
    first = shared.write("Jag vill beställa stomiplattor")
    assert "Inger" not in first
    assert "Lars" not in first
    assert "Vem gäller det?" in shared.prove()
    assert "upp till 3" in shared.write("Inger")
    shared.write("3")
    assert service.has_draft(INGER)
    assert not service.has_draft(LARS)


def test_a_wrong_code_proves_nothing_on_a_shared_mobile(service, sms):
    shared = sms(LARS)
    code = re.search(r"\d{6}", shared.write("Jag vill beställa"))
    wrong = "100000" if code[0] != "100000" else "100001"
    assert "Koden stämmer inte" in shared.write(wrong)
    assert "Lars" not in shared.last
    assert service.rows("SELECT person_id FROM visits") == [(None,)]


def test_a_relative_orders_for_her_mother(service, sms):
    sara = sms(SARA)
    sara.write("Jag vill beställa")
    sara.prove()
    sara.write("9")
    sara.write("boka en dag")
    read_back = sara.write("ja")
    assert "9 inkontinensskydd" in read_back
    assert "013-nummer" in read_back
    assert sara.confirm().startswith("Tack, ")
    order = service.order(SIGNE)
    assert (order.ordered_by, order.option) == (service.person(SARA).id, "booked_day")
    assert order.details["mobile"] == SIGNE.mobile


UNKNOWN = [pytest.param(KARIN, id="protected"), pytest.param(STRANGER, id="unknown")]
GUESSES = ("111111", "222222", "333333", "444444", "555555")


def heard_in_chat(window: Chat) -> list[str]:
    """What someone hears who gives a number, and then guesses codes until there is no more to try."""
    window.begin()
    return [window.write(window.patient.identity_number), *(window.write(code) for code in GUESSES)]


def heard_on_the_phone(phone: Call) -> list[str]:
    phone.begin()
    phone.choose("att beställa produkter")
    return [phone.key(f"{phone.patient.identity_number}#"), *(phone.press(code) for code in GUESSES)]


@pytest.mark.parametrize("patient", UNKNOWN)
def test_protected_and_unknown_hear_the_very_sentences_of_a_known_patient_in_chat(sms, chat, patient):
    mobile = sms(patient)
    assert heard_in_chat(chat(patient)) == heard_in_chat(chat(ANNA))
    assert mobile.unread() == []


@pytest.mark.parametrize("patient", UNKNOWN)
def test_protected_and_unknown_hear_the_very_sentences_of_a_known_patient_on_the_phone(sms, call, patient):
    mobile = sms(patient)
    assert heard_on_the_phone(call(patient)) == heard_on_the_phone(call(ANNA))
    assert mobile.unread() == []


def test_without_a_mobile_the_sentences_are_the_same_and_lead_to_a_person(chat):
    heard = heard_in_chat(chat(GORAN))
    assert heard == heard_in_chat(chat(SIGNE))
    assert "0770-11 11 00" in heard[0]
    assert "0770-11 11 00" in heard[-1]


def test_an_sms_from_a_protected_patient_is_answered_like_one_from_a_stranger(service, sms):
    answers = {sms(one).write("Hej, jag vill beställa teststickor") for one in (KARIN, STRANGER)}
    assert len(answers) == 1
    answer = answers.pop()
    assert "010-441 31 90" in answer
    assert "08:00" in answer


def test_a_known_patient_is_not_told_apart_by_the_code_that_was_sent(service, chat):
    """Guessing goes no further for a known number than for an unknown one: the right code no longer counts then."""
    window = chat(ANNA)
    window.begin()
    before = len(service.sms_to(ANNA.mobile))
    window.write(ANNA.identity_number)
    code = window.login_code(before)
    wrong = [str(number) for number in range(111111, 111119) if str(number) != code]
    for guess in wrong[:5]:
        window.write(guess)
    assert "Det gick inte att visa vem du är" in window.last
    window.write(code)
    assert service.rows("SELECT person_id FROM visits") == [(None,)]


def test_personal_numbers_codes_and_names_are_nowhere_but_in_the_product_database(service, call, chat):
    window = chat(ANNA)
    window.begin()
    window.click("Beställa produkter")
    window.log_in()
    window.write("jag heter Anna Lindqvist och mitt nummer är 19850101-2382")
    kept = " ".join(str(text) for (text,) in service.rows("SELECT text FROM inbox WHERE text IS NOT NULL"))
    logs = "".join(file.read_text(encoding="utf-8") for file in (service.settings.var_folder / "logs").iterdir())
    code = next(text for who, text in window.heard if text.isdigit() and len(text) == 6)
    for private in ("19850101", "2382", "Lindqvist", code):
        assert private not in kept
    for private in ("198501012382", "19850101-2382", "Lindqvist", code):
        assert private not in logs


def test_what_a_representative_is_not_registered_for_is_not_done_and_the_receipt_says_who_ordered(service, chat):
    body = {"region": "vg", "person": ELIAS.identity_number, "kind": "parent", "may": ["order"]}
    body |= {"representative": {"identity_number": MARIA.identity_number}}
    staff = {"X-API-Key": "demo-staff-key"}
    assert service.http.put("/api/v1/representatives", json=body, headers=staff).status_code == 200
    maria = chat(ELIAS)
    maria.begin()
    maria.write("kartongen var krossad")
    assert "inte registrerad" in maria.log_in()
    assert "inte registrerad" in maria.write("var är beställningen?")
    maria.write("jag vill beställa näringsdryck")
    maria.write("5 jordgubb och 5 vanilj")
    maria.write("utlämningsställe")
    maria.click("Matboden")
    maria.click("SMS till numret som slutar på 07")
    maria.click("Ja, beställ")
    assert "Maria har beställt åt Elias" in maria.last
    ended = body | {"representative": MARIA.identity_number}
    ended = {name: ended[name] for name in ("region", "person", "representative")}
    assert service.http.post("/api/v1/representatives/end", json=ended, headers=staff).json() == {"ended": True}
    assert "personnummer" in maria.write("jag vill beställa mer näringsdryck"), "it ends in the middle of a visit too"
