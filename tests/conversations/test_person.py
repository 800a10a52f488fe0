"""A person, please: transferred, given the number, or called back; asked for, or offered when nothing is understood."""

from datetime import datetime, time, timedelta

import pytest

from ordering import wiring
from ordering.local_time import STOCKHOLM
from rulebook import load_rulebook
from tests.conversations.patients import Call, in_figures
from tests.conversations.people import ANNA, EMMA, STRANGER
from tests.conversations.service import until, worded

BOOK = load_rulebook()
GIBBERISH = ("blorp zug fnatt", "vrak snurr bloff", "kvax prutt sniff", "zibb zabb zubb", "mork flax durr")


def clock_at(service, at: datetime) -> None:
    """Moves the clock of the rules forward to a local time."""
    now = service.ask(lambda tx: wiring.now(tx, service.settings)).astimezone(STOCKHOLM)
    service.time_passes(seconds=(at.replace(tzinfo=STOCKHOLM) - now).total_seconds())


def a_tuesday(service, clock: str) -> datetime:
    """On the first Tuesday and Wednesday on which customer service is open."""
    day = service.today() + timedelta(days=1)
    while day.weekday() != 1 or not all(open_on(day + timedelta(days=more)) for more in (0, 1)):
        day += timedelta(days=1)
    return datetime.combine(day, time.fromisoformat(clock))


def open_on(day) -> bool:
    return BOOK.opening(region="vg", at=datetime.combine(day, time(10), tzinfo=STOCKHOLM)).open is True


def callbacks(service, *names: str) -> list[tuple]:
    return service.rows(f"SELECT {', '.join(names)} FROM callbacks ORDER BY id")  # noqa: S608  our own names


def told_by_sms(service, mobile: str, *words: str) -> bool:
    """Whether an SMS with all these words comes. Those that were sent in other tests stay in the mobile."""
    return until(lambda: any(all(word in text for word in words) for text in service.sms_to(mobile)))


def staff(service, method: str, path: str, **params):
    key = service.settings.api_keys["customer service"].key
    answer = service.http.request(method, f"/api/v1/callbacks{path}", params=params, headers={"X-API-Key": key})
    assert answer.status_code == 200, answer.text
    return answer.json()


# Asked for


def test_in_the_chat_outside_hours_a_call_is_booked_told_by_sms_and_closed_by_staff(service, chat):
    monday = a_tuesday(service, "18:00") - timedelta(days=1)
    clock_at(service, monday)
    anna = chat(ANNA)
    anna.begin()
    anna.write("var är min beställning?")
    anna.log_in()
    said = anna.write("jag vill prata med en människa")
    assert "Kundtjänst har stängt just nu" in said
    assert "010-441 31 90" in said
    assert "Vill du att kundtjänst ringer upp dig?" in said
    assert "När passar det" in anna.click("Ja, ring upp mig")
    assert "Vilket nummer ska kundtjänst ringa?" in anna.write("tidigast möjligt")
    booked = anna.click("Mitt nummer som slutar på 05")
    tuesday = (monday + timedelta(days=1)).date()
    assert f"tisdag {worded(tuesday)} mellan 08:00 och 12:00" in booked
    assert told_by_sms(service, ANNA.mobile, f"tisdag {worded(tuesday)} 08:00-12:00 på 070-174 06 05")
    (waiting,) = staff(service, "GET", "", region="vg", open=True)["callbacks"]
    assert (waiting["day"], waiting["starts"], waiting["ends"]) == (str(tuesday), "08:00", "12:00")
    assert waiting["number"] == ANNA.mobile
    assert waiting["person"]["identity_number"] == ANNA.identity_number
    assert waiting["about"] == {"intents": ["ask_order_status"], "orders": [], "complaint": None}
    assert staff(service, "POST", f"/{waiting['id']}/close")["closed_by"] == "customer service"
    assert staff(service, "GET", "", region="vg", open=True) == {"callbacks": []}


def test_by_phone_inside_hours_the_call_is_passed_on(service, call):
    clock_at(service, a_tuesday(service, "10:00"))
    anna = call(ANNA)
    anna.begin()
    assert "Jag kopplar dig till kundtjänst nu" in anna.press("0")
    assert anna.dialled == "+46313900699"
    assert callbacks(service, "id") == []
    assert "Hej då" in anna.transfer_ended("completed")
    assert anna.over


def test_a_number_that_was_wrong_is_corrected_and_never_reaches_rasa(service, call):
    clock_at(service, a_tuesday(service, "17:00"))
    anna = call(ANNA)
    anna.begin()
    anna.say("kan någon ringa mig på onsdag eftermiddag")
    assert "Vilket nummer" in anna.last
    anna.choose("ett annat nummer")
    assert "Det numret kan kundtjänst inte ringa" in anna.press("0900#")
    assert "0313900610" in in_figures(anna.press("0313900610#"))
    anna.choose("ett annat nummer")
    assert "0313900620" in in_figures(anna.press("0313900620#"))
    said = anna.press("1")
    assert "onsdag" in said
    assert "mellan halv ett och halv fem" in said
    assert callbacks(service, "number", "starts") == [("+46313900620", "12:30")]
    kept = service.rows("SELECT text FROM inbox WHERE text LIKE '%3900%'")
    assert kept == []


def test_asked_for_twice_it_can_be_moved_and_the_order_goes_on_where_it_was(service, chat):
    clock_at(service, a_tuesday(service, "17:00"))
    anna = chat(ANNA)
    anna.begin()
    anna.write("jag vill beställa")
    asked = anna.log_in()
    assert "Vad vill du ha?" in asked
    anna.write("jag vill prata med en människa")
    anna.click("Ja, ring upp mig")
    assert "Vilken tid passar bäst den dagen?" in anna.write("på torsdag")
    anna.click("12:30–16:30")
    booked = anna.click("Mitt nummer")
    assert "torsdag" in booked
    assert "Vad vill du ha?" in booked, "the order is taken up again"
    again = anna.write("jag vill prata med en människa")
    assert "redan bokat" in again
    anna.click("Annan tid")
    assert "mellan 08:00 och 12:00" in anna.write("fredag förmiddag")
    assert len(callbacks(service, "id")) == 1
    assert callbacks(service, "status", "starts") == [("booked", "08:00")]
    anna.write("jag vill prata med en människa")
    gone = anna.click("Avboka samtalet")
    assert "Samtalet är avbokat" in gone
    assert "Vad vill du ha?" in gone
    assert callbacks(service, "status") == [("withdrawn",)]
    about = staff(service, "GET", "", region="vg", open=False)["callbacks"][0]["about"]
    assert about["intents"] == ["order_products"]


def test_who_goes_on_with_the_order_instead_is_not_asked_about_the_call_again(service, chat):
    anna = chat(ANNA)
    anna.begin()
    anna.write("jag vill beställa")
    anna.log_in()
    anna.write("jag vill prata med en människa")
    said = anna.write("10 choklad och 10 vanilj")
    assert "ringer upp" not in said
    assert callbacks(service, "status", "asking") == [("left", None)]


def test_who_is_not_known_may_be_called_too_and_hears_the_same(service, chat):
    clock_at(service, a_tuesday(service, "17:00"))
    nobody = chat(STRANGER)
    nobody.begin()
    nobody.write("människa")
    nobody.click("Ja, ring upp mig")
    assert "Skriv numret" in nobody.write("i morgon förmiddag")
    assert "Ska kundtjänst ringa 070-174 06 99?" in nobody.write("070-174 06 99")
    assert "Kundtjänst ringer dig onsdag" in nobody.click("Ja")
    assert callbacks(service, "person_id", "number", "status") == [(None, "+46701740699", "booked")]
    assert told_by_sms(service, "+46701740699", "08:00-12:00 på 070-174 06 99")


# Offered unasked


def test_a_success_begins_the_step_anew_but_four_in_a_visit_are_enough(service, sms):
    anna = sms(ANNA)
    for number in range(3):
        assert "Jag förstod inte" in anna.write(GIBBERISH[number])
        assert "förstod inte" not in anna.write("vad kostar det?")
    assert "Vi verkar ha fastnat" in anna.write(GIBBERISH[3])


def test_whatever_is_said_no_answer_comes_twice_in_a_row_and_it_never_ends(service, chat):
    clock_at(service, a_tuesday(service, "17:00"))
    anna = chat(ANNA)
    anna.begin()
    anna.write("jag vill beställa")
    said = [anna.log_in()]
    for number in range(8):
        said.append(anna.write(GIBBERISH[number % 5]))
        assert said[-1] != said[-2]
        assert anna.choices, "there is always a way on"


def test_silence_on_the_phone_offers_a_person_too(service, call):
    clock_at(service, a_tuesday(service, "10:00"))
    anna = call(ANNA)
    anna.begin()
    assert "Jag hörde inget" in anna.be_silent()
    assert "Noll ger dig en människa" in anna.be_silent()
    offer = anna.be_silent()
    assert "Vi verkar ha fastnat" in offer
    assert "att bli kopplad nu" in offer
    anna.choose("att bli kopplad nu")
    assert anna.dialled == "+46313900699"


def test_nonsense_and_silence_count_together_and_nobody_is_left_in_the_dark(service, call):
    clock_at(service, a_tuesday(service, "17:00"))
    emma = call(EMMA)
    emma.begin()
    assert "Jag förstod inte" in emma.say(GIBBERISH[0])
    assert "Vi verkar ha fastnat" in emma.be_silent()
    assert "Det där förstod jag inte" in emma.say(GIBBERISH[1])
    assert "kundtjänst själv" in emma.say(GIBBERISH[2])
    assert not emma.over


@pytest.mark.parametrize("answer", ["busy", "failed"])
def test_after_a_transfer_that_failed_the_order_is_still_there(service, call, answer):
    clock_at(service, a_tuesday(service, "10:00"))
    anna = call(ANNA)
    anna.begin()
    anna.choose("att beställa produkter")
    anna.log_in()
    anna.press("0")
    assert isinstance(anna, Call)
    anna.transfer_ended(answer)
    assert "Vad vill du ha?" in anna.choose("att fortsätta utan")
