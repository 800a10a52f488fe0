import pytest

from api.gateway.messages import Incoming
from tests.channels.doubles import post, signed

SMS = {
    "MessageSid": "SM" + "a" * 32,
    "From": "+46701740605",
    "To": "+46313900600",
    "Body": "  Hej, jag vill beställa ",
    "NumMedia": "0",
    "SomethingNew": "",
}


def test_a_signed_sms_is_handed_over_untrimmed_and_answered_with_empty_twiml(client, gateway):
    response = post(client, "/twilio/sms", SMS)

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/xml")
    assert response.text == '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
    assert gateway.received == [
        Incoming(
            channel="sms",
            region="vg",
            thread_key="+46701740605>+46313900600",
            provider_id=SMS["MessageSid"],
            address="+46701740605",
            text="  Hej, jag vill beställa ",
        )
    ]


@pytest.mark.case(15)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Twilio-Signature": ""},
        signed("/twilio/sms", SMS, by="another"),
        signed("/twilio/sms", SMS, base="https://other.example"),
        signed("/twilio/voice", SMS),
        signed("/twilio/sms", SMS | {"Body": "något annat"}),
        signed("/twilio/sms", {name: value for name, value in SMS.items() if name != "SomethingNew"}),
        signed("/twilio/sms", SMS) | {"X-Twilio-Webhooks-Signature-Settings": "key=x,algorithm=NONE"},
    ],
    ids=["missing", "empty", "wrong token", "wrong host", "wrong path", "changed", "field left out", "no algorithm"],
)
def test_an_sms_without_a_fitting_signature_is_refused_and_goes_no_further(client, gateway, headers):
    assert client.post("/twilio/sms", data=SMS, headers=headers).status_code == 403
    assert gateway.received == []


@pytest.mark.case(15)
def test_the_query_string_is_signed_too(client, gateway):
    path = "/twilio/sms?source=x&y=%C3%A5"
    assert client.post(path, data=SMS, headers=signed(path, SMS)).status_code == 200
    assert client.post(path, data=SMS, headers=signed("/twilio/sms", SMS)).status_code == 403
    assert len(gateway.received) == 1


def test_a_repeated_webhook_is_accepted_again_and_changes_nothing(client, gateway):
    assert [post(client, "/twilio/sms", SMS).status_code for _ in range(3)] == [200, 200, 200]
    assert len(gateway.received) == 1


def test_when_the_message_cannot_be_kept_twilio_is_sent_to_its_fallback(client, gateway, caplog):
    gateway.broken = OSError("secret body in the error")
    assert post(client, "/twilio/sms", SMS).status_code == 503
    assert "secret body" not in caplog.text
    assert "OSError" in caplog.text


def test_a_number_that_is_not_ours_is_named_in_a_404(client, gateway):
    response = post(client, "/twilio/sms", SMS | {"To": "+46313900601"})
    assert response.status_code == 404
    assert "+46313900601" in response.json()["detail"]
    assert gateway.received == []


def test_a_picture_without_words_is_passed_on_as_an_empty_text(client, gateway):
    fields = {name: value for name, value in SMS.items() if name != "Body"} | {"NumMedia": "1"}
    assert post(client, "/twilio/sms", fields).status_code == 200
    assert gateway.received[0].text == ""


def test_a_sender_that_is_no_phone_number_has_no_address(client, gateway):
    assert post(client, "/twilio/sms", SMS | {"From": "Kampanj"}).status_code == 200
    assert gateway.received[0].address is None


def test_a_signed_webhook_without_its_fields_is_a_bad_request(client, gateway):
    assert post(client, "/twilio/sms", {"From": "+46701740605"}).status_code == 400
    assert gateway.received == []


@pytest.mark.case(24)
def test_an_oversized_body_is_refused(client, gateway):
    assert post(client, "/twilio/sms", SMS | {"Body": "x" * 70_000}).status_code == 413
    assert gateway.received == []


def test_an_sms_that_never_arrived_is_put_among_the_dead(client, stores):
    fields = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003"}
    assert post(client, "/twilio/sms/status", fields).status_code == 204
    assert stores.outbox.failures == [(7, "undelivered: 30003", None)]


@pytest.mark.parametrize(("sid", "status"), [("SM1", "delivered"), ("SM1", "new-status"), ("SM2", "failed")])
def test_other_delivery_reports_change_nothing(client, stores, sid, status):
    assert post(client, "/twilio/sms/status", {"MessageSid": sid, "MessageStatus": status}).status_code == 204
    assert stores.outbox.failures == []


def test_an_unsigned_delivery_report_is_refused(client, stores):
    fields = {"MessageSid": "SM1", "MessageStatus": "failed"}
    assert client.post("/twilio/sms/status", data=fields).status_code == 403
    assert stores.outbox.failures == []


def test_the_pictures_of_an_mms_are_passed_on_by_their_addresses(client, gateway):
    fields = SMS | {"NumMedia": "2", "MediaUrl0": "https://a.example/0", "MediaUrl1": "https://a.example/1"}
    assert post(client, "/twilio/sms", fields | {"MediaUrl2": "https://a.example/2"}).status_code == 200
    assert gateway.received[0].media == ("https://a.example/0", "https://a.example/1")


@pytest.mark.parametrize("number", ["", "-1", "many", "²", "99999999"])
def test_a_strange_number_of_pictures_does_no_harm(client, gateway, number):
    assert post(client, "/twilio/sms", SMS | {"NumMedia": number}).status_code == 200
    assert gateway.received[0].media == ()


@pytest.mark.parametrize(("told", "word"), [("STOP", "stop"), ("START", "start"), ("HELP", "help"), ("other", None)])
def test_what_twilio_took_a_message_for_is_passed_on(client, gateway, told, word):
    assert post(client, "/twilio/sms", SMS | {"Body": "CANCEL", "OptOutType": told}).status_code == 200
    assert gateway.received[0].keyword == word
