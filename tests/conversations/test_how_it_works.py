"""Questions about how things work: on every channel, for anybody, and in the middle of an order."""

import pytest

from tests.conversations.people import ANNA, ERIK, KARIN, LARS, SIGNE, STRANGER


def test_why_there_is_a_waiting_time_is_told_to_anybody_and_the_day_to_the_patient(service, chat, sms):
    window = chat(STRANGER)
    window.begin()
    to_anybody = window.write("Varför måste man vänta mellan uttagen?")
    assert "två tredjedelar" in to_anybody
    assert "reserv" in to_anybody
    assert "om 40 dagar" not in to_anybody
    to_erik = sms(ERIK).write("Varför måste jag vänta?")
    assert "två tredjedelar" in to_erik
    assert "om 40 dagar" in to_erik


@pytest.mark.parametrize("question", ["vad gäller vid skyddade personuppgifter?", "jag är asylsökande, hur gör jag?"])
def test_a_known_a_protected_and_an_unknown_person_read_the_same_i7(service, chat, question):
    """I7."""
    answers = set()
    for patient in (ANNA, KARIN, STRANGER):
        window = chat(patient)
        window.begin()
        if patient is ANNA:
            window.write("vad har jag på recept")
            window.log_in()
        answers.add(window.write(question))
    assert len(answers) == 1


def test_a_question_in_the_middle_of_an_order_changes_nothing_in_it(service, sms):
    anna = sms(ANNA)
    assert "högst 6" not in anna.write("Jag vill beställa teststickor")
    answer = anna.write("Vem får skriva ut näringsdryck?")
    assert "behörighet" in answer
    assert "Hur många förpackningar teststickor" in answer
    assert "Hur vill du få det levererat?" in anna.write("6")


def test_on_the_phone_the_menu_is_the_regions_and_a_question_can_be_said_instead(service, call):
    phone = call(SIGNE)
    menu = "Tryck ett för att beställa produkter. Tryck två för leverans, reklamation och övriga frågor."
    assert menu in phone.begin()
    answer = phone.say("hur lång är telefonkön")
    assert "måndagsmorgnar" in answer
    assert "Tryck ett för att höra menyn." in answer
    assert "Tryck ett för att beställa produkter." in phone.press("1")


def test_no_prescribers_number_is_given_to_anybody_s5(service, sms):
    anna = sms(ANNA)
    answer = anna.write("Vad är numret till min läkare?")
    assert "lämnar ut" in answer
    assert not any(digit.isdigit() for digit in answer.partition("lämnar ut")[2].replace("1177", ""))


def test_a_new_prescription_leads_to_the_prescriber_with_what_can_be_copied(service, call):
    phone = call(LARS)
    phone.begin()
    phone.say("vad har jag på recept")
    before = len(service.sms_to(LARS.mobile))
    phone.tell(LARS.identity_number)
    phone.press(phone.login_code(before))
    answer = phone.say("jag behöver nytt recept")
    assert "kopiera den gamla" in answer
