"""What is the SMS channel's own: STOPP, pictures, messages in parts, in the middle of a call, and how much is told."""

import base64
from io import BytesIO

import pytest
from PIL import Image

from ordering.gsm7 import segments
from tests.conversations.patients import in_figures
from tests.conversations.people import ANNA, TESFAY
from tests.conversations.service import new_sid, until

STAFF = {"X-API-Key": "demo-staff-key"}
MAKER = 0x010F


def photo() -> bytes:
    exif = Image.Exif()
    exif[MAKER] = "KamerafabrikenXYZ"
    content = BytesIO()
    Image.new("RGB", (300, 200), "brown").save(content, "JPEG", exif=exif.tobytes())
    assert b"KamerafabrikenXYZ" in content.getvalue()
    return content.getvalue()


def send_picture(service, patient, text: str = "") -> None:
    """By the demo's page, which has Twilio's double keep it and tell of it as an MMS."""
    body = {"sender": patient.mobile, "recipient": service.number[patient.region], "text": text}
    sent = service.http.post("/demo/sms", json=body | {"picture": base64.b64encode(photo()).decode()})
    assert sent.status_code == 204, sent.text


def test_stopp_in_the_middle_of_an_order_stops_nothing_that_was_asked_for(service, sms):
    anna = sms(ANNA)
    anna.write("Jag vill ha 12 choklad och 8 vanilj")
    assert "START" in anna.write("STOPP")
    assert service.rows("SELECT number FROM stopped_numbers") == [(ANNA.mobile,)]
    anna.write("utlämningsställe")
    anna.write("2")
    anna.write("1")
    thanks = anna.confirm()
    assert service.order(ANNA).number in thanks
    anna.write("Start")
    assert service.rows("SELECT number FROM stopped_numbers") == []


def test_help_tells_what_this_is_and_how_to_stop_it(sms):
    told = sms(ANNA).write("HJÄLP")
    assert "STOPP" in told
    assert "Prata med en människa" in told


def test_a_picture_with_a_complaint_is_kept_clean_and_shown_to_staff(service, sms):
    anna = sms(ANNA)
    anna.write("Paketet var helt blött när det kom och tre av flaskorna är trasiga!")
    send_picture(service, ANNA)
    assert "skicka den igen" in anna.next(), "it is not known yet who writes"
    anna.prove()
    send_picture(service, ANNA)
    answer = anna.next()
    (case_number,) = service.rows("SELECT case_number FROM complaints")[0]
    assert f"sparad i ärende {case_number}" in answer
    assert "Vilket av det här gäller det?" in answer, "the question stands where it was"
    (listed,) = service.http.get("/api/v1/complaints", params={"region": "vg"}, headers=STAFF).json()["complaints"]
    (picture_id,) = listed["pictures"]
    shown = service.http.get(f"/api/v1/complaints/pictures/{picture_id}", headers=STAFF)
    with Image.open(BytesIO(shown.content)) as picture:
        assert picture.size == (300, 200)
    assert b"KamerafabrikenXYZ" not in shown.content
    assert until(lambda: {*service.rows("SELECT status FROM outbox WHERE kind = 'media'")} == {("sent",)})
    assert service.http.get(f"/demo/twilio{media_path(service)}", auth=account(service)).status_code == 404


def media_path(service) -> str:
    """Where Twilio's double kept the picture that came last."""
    *_, sms = [one for one in service.http.get("/demo/sms", params={"number": ANNA.mobile}).json() if one["picture"]]
    sid = service.settings.twilio_account_sid
    return f"/2010-04-01/Accounts/{sid}/Messages/{sms['sid']}/Media/ME{sms['sid'][2:]}"


def account(service) -> tuple[str, str]:
    return service.settings.twilio_account_sid, service.settings.twilio_auth_token


def test_a_picture_that_is_about_nothing_is_declined_and_not_kept(service, sms):
    anna = sms(ANNA)
    send_picture(service, ANNA, "Hej")
    assert "bara ta emot bilder till en anmälan" in anna.next()
    assert service.rows("SELECT count(*) FROM pictures") == [(0,)]


def test_a_message_that_comes_in_two_parts_is_one_order(service, sms):
    anna = sms(ANNA)
    anna.send("Hej jag vill beställa näringsdryck 12 choklad")
    anna.send("och 8 vanilj till utlämningsställe")
    anna.next()
    anna.next()
    (content,) = service.rows("SELECT content FROM orders WHERE status = 'new'")[0]
    assert '"CHO": 12' in content
    assert '"VAN": 8' in content


def test_an_older_sms_that_comes_late_changes_nothing_twice(service, sms):
    anna = sms(ANNA)
    sid = new_sid("SM")
    anna.post("Jag vill ha 20 choklad", sid)
    anna.next()
    anna.write("jag menade 12 choklad och 8 vanilj")
    anna.post("Jag vill ha 20 choklad", sid)
    anna.write("utlämningsställe")
    (content,) = service.rows("SELECT content FROM orders WHERE status = 'new'")[0]
    assert '"CHO": 12' in content


def test_an_sms_during_a_call_changes_the_same_order_and_the_yes_on_the_phone_is_not_for_the_old_one(
    service, sms, call
):
    phone, anna = call(ANNA), sms(ANNA)
    phone.begin()
    phone.choose("att beställa produkter")
    phone.log_in()
    anna.seen = len(service.sms_to(ANNA.mobile))
    phone.say("20 choklad")
    phone.choose("Utlämningsställe")
    phone.press("1#")
    assert "20 choklad" in in_figures(phone.press("1"))
    phone.hear_all()
    assert "20 choklad" in anna.write("Hej"), "the SMS is offered to go on with what the phone has begun"
    anna.write("1")
    assert "12 choklad och 8 vanilj" in anna.write("jag vill hellre ha 12 choklad och 8 vanilj")
    assert "12 choklad" in in_figures(phone.choose("att beställa")), "the phone tells of the change, and orders nothing"
    assert service.ordered(ANNA) == []
    phone.choose("att fortsätta")
    phone.hear_all()
    phone.choose("att beställa")
    assert service.order(ANNA).lines[0].variants == {"CHO": 12, "VAN": 8}


def test_several_answers_in_one_message(service, sms):
    anna = sms(ANNA)
    read_back = anna.write("12 choklad och 8 vanilj till utlämningsställe 2")
    while "JA" not in read_back and len(anna.heard) < 8:
        read_back = anna.write("1")
    assert "12 choklad och 8 vanilj" in read_back, anna.heard
    assert len([who for who, _ in anna.heard if who == "patient"]) <= 4


def detail(service, patient, value: str) -> None:
    body = {"region": patient.region, "person": patient.identity_number, "sms_detail": value}
    assert service.http.put("/api/v1/sms-detail", json=body, headers=STAFF).status_code == 200


@pytest.mark.parametrize(
    ("value", "told", "not_told"),
    [
        ("full", ("Näringsdryck Energi",), ()),
        ("short", ("näringsdryck",), ("Energi",)),
        ("neutral", ("rad 1",), ("näringsdryck", "Energi", "teststick", "lansett")),
    ],
)
def test_an_sms_tells_as_much_as_the_patient_has_chosen(service, sms, value, told, not_told):
    detail(service, ANNA, value)
    anna = sms(ANNA)
    heard = [anna.write(text) for text in ("Vad har jag förskrivet?", "När kan jag beställa?", "Jag vill beställa")]
    heard += [anna.write("1"), anna.write("avbryt"), anna.write("var är min beställning")]
    everything = "\n".join(heard)
    for words in told:
        assert words.lower() in everything.lower(), everything
    for words in not_told:
        assert words.lower() not in everything.lower(), everything


def test_a_neutral_sms_names_no_flavour_though_they_may_be_written(service, sms):
    detail(service, ANNA, "neutral")
    anna = sms(ANNA)
    heard = [anna.write(text) for text in ("Jag vill beställa", "1", "choklad", "12", "mango", "resten vanilj")]
    assert "1 Samma som sist\n" in heard[1] + "\n"
    assert "av den sorten" in heard[2]
    heard += [anna.write(text) for text in ("det räcker", "utlämningsställe", "1", "1")]
    assert "20 rad 1 (12 och 8)" in heard[-1], heard
    told = "\n".join([*heard, anna.confirm()]).lower()
    assert service.order(ANNA).lines[0].variants == {"CHO": 12, "VAN": 8}
    assert not [name for name in ("choklad", "vanilj", "jordgubb", "neutral", "citrus", "mango") if name in told], told


@pytest.mark.parametrize("patient", [ANNA, TESFAY])
def test_no_answer_on_the_way_of_an_order_is_long(sms, patient):
    person = sms(patient)
    heard = [person.write(text) for text in ("Hej", "jag vill beställa", "1", "hjälp", "vad kostar det", "avbryt")]
    assert max(segments(text) for text in heard) <= 3, max(heard, key=segments)
