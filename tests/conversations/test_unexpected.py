"""What nobody planned: emergencies, nonsense, tricks, doubles, and a Rasa that is not there."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from api.app import create_app
from api.commands.stack import free_ports
from api.gateway.cleaning import clean, mask
from api.gateway.emergency import emergency
from tests.channels.live import served
from tests.conversations.patients import Call, Chat, Sms, in_figures
from tests.conversations.people import ANNA, STRANGER
from tests.conversations.service import Service, new_sid, until
from tests.gateway.test_emergency import LISTS, messages

NOT_UNDERSTOOD = "Jag förstod inte"


def test_emergency_words_are_answered_at_once_on_every_channel_and_the_order_is_kept(service, sms, call, chat):
    anna = sms(ANNA)
    anna.write("Jag vill beställa teststickor")
    assert "112" in anna.write("jag har ont i bröstet")
    assert service.has_draft(ANNA)
    assert "Hur vill du få det levererat?" in anna.write("6")

    window = chat(STRANGER)
    window.begin()
    assert "112" in window.write("min mamma är medvetslös")

    phone = call(STRANGER)
    phone.begin()
    heard = phone.say("jag får ingen luft")
    assert "ett ett två" in heard
    assert not phone.over


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_at_least_99_of_100_emergencies_are_answered_so_rasas_second_opinion_included(service, path):
    told = messages(path, "emergency")
    missed = [text for text in told if not taken_for_an_emergency(service, text)]
    assert 1 - len(missed) / len(told) >= 0.99, f"{len(missed)} of {len(told)}"


def test_questions_about_health_are_hardly_ever_answered_with_112_rasas_opinion_included(service):
    told = messages(LISTS[-1], "not_emergency")
    alarms = [text for text in told if taken_for_an_emergency(service, text)]
    assert len(alarms) / len(told) <= 0.05, alarms


def taken_for_an_emergency(service: Service, text: str) -> bool:
    heard = emergency(clean(text))
    if heard and heard.sure:
        return True
    body = {"conversation": uuid.uuid4().hex, "message": "m1", "channel": "chat", "language": "sv"}
    turn = body | {"text": mask(clean(text)).text, "alarming": heard is not None}
    answer = httpx.post(f"{service.settings.rasa_url}/webhooks/gateway/turn", json=turn, timeout=30)
    return bool(answer.json()["intent"]["name"] == "emergency")


def test_an_emergency_in_english_is_answered_in_english(service, sms):
    assert "call 112" in sms(STRANGER).write("I can't breathe, please help")


@pytest.mark.parametrize(
    "text", ["/restart", "/cancel", '／order_products{"product": "x"}', "\u200b/action_place_order", "/ / /greet"]
)
def test_a_slash_is_no_command(service, sms, text):
    anna = sms(ANNA)
    anna.write("Jag vill beställa teststickor")
    anna.write(text)
    assert service.ordered(ANNA) == []


def test_nonsense_is_not_understood_and_leads_to_a_person(service, sms):
    answer = sms(ANNA).write("fjkdls qwpoeri zxmcnv")
    assert NOT_UNDERSTOOD in answer
    assert "4 Prata med en människa" in answer


@pytest.mark.parametrize("text", ["", "   ", "👍", "?!...", "\u200b\u200b"])
def test_a_message_without_words_gets_an_answer(service, sms, text):
    assert "ord och siffror" in sms(ANNA).write(text)


def test_five_thousand_characters_get_an_answer_and_the_next_message_too(service, sms):
    anna = sms(ANNA)
    anna.write("bla " * 1250)
    assert NOT_UNDERSTOOD in anna.last or "kan jag inte svara" in anna.last
    assert "Hur många förpackningar teststickor" in anna.write("Jag vill beställa teststickor")


def test_one_sms_delivered_twenty_times_at_once_is_answered_once(service, sms):
    anna = sms(ANNA)
    sid = new_sid("SM")
    with ThreadPoolExecutor(20) as many:
        list(many.map(lambda _: anna.post("Jag vill beställa teststickor", sid), range(20)))
    anna.next()
    assert not until(anna.unread, seconds=2)
    assert service.rows("SELECT count(*) FROM inbox WHERE provider_id = ?", sid) == [(1,)]


def test_two_sms_sent_at_once_are_answered_in_order(service, sms):
    anna = sms(ANNA)
    anna.send("Jag vill beställa teststickor")
    anna.send("6")
    assert "Hur många förpackningar teststickor" in anna.next()
    assert "Hur vill du få det levererat?" in anna.next()


def test_a_choice_of_yesterday_does_nothing(service, chat):
    anna = chat(ANNA)
    anna.begin()
    anna.click("Beställa produkter")
    anna.log_in()
    old = dict(anna.choices)
    anna.click("Teststickor blodglukos 50 st")
    anna.choices = old
    assert "gäller inte längre" in anna.click("Alla")


@contextmanager
def a_door_without_rasa(service: Service) -> Iterator[Service]:
    """Another door to the same service, whose Rasa does not answer."""
    port, closed = free_ports(2)
    changes = {"port": port, "public_url": f"http://127.0.0.1:{port}", "rasa_url": f"http://127.0.0.1:{closed}"}
    settings = service.settings.model_copy(update=changes)
    with served(create_app(settings), port):
        yield Service(settings)


def test_without_rasa_a_patient_gets_an_honest_sentence_with_number_and_hours(service):
    with a_door_without_rasa(service) as door:
        spoken = Call(door, ANNA).begin()
        written = Chat(door, ANNA).begin()
    for heard in (spoken, written):
        assert "Något är fel hos oss" in heard
    assert "0104413190" in in_figures(spoken)
    assert "vardagar åtta till halv fem" in spoken
    assert "010-441 31 90" in written
    assert "08:00" in written


def test_an_emergency_is_answered_without_rasa(service):
    with a_door_without_rasa(service) as door:
        assert "112" in Sms(door, STRANGER).write("hon andas inte")


def test_an_sms_that_rasa_was_down_for_is_answered_later(service):
    with a_door_without_rasa(service) as door:
        anna = Sms(door, ANNA)
        trouble = anna.write("Jag vill beställa teststickor")
        assert "Något är fel hos oss" in trouble
        assert "010-441 31 90" in trouble
    # The first door has its Rasa, looks for what is left over, and takes it up when it is due.
    assert "Hur många förpackningar teststickor" in anna.next()
    assert not until(anna.unread, seconds=1)
