"""The service as one: what listens where, and an order all the way from a patient's SMS to its delivery."""

import json
import re
import time

import psutil
import pytest
from jsonschema import Draft202012Validator

from api.commands.bot import ROOT
from tests.e2e.conftest import choice

ANNA = "198501012382"
KEY = {"X-API-Key": "demo-key"}


@pytest.mark.case(26)
def test_everything_listens_on_loopback_only(stack):
    ports = {stack.settings.port, stack.settings.rasa_port, stack.settings.actions_port}
    processes = psutil.Process(stack.pid).children(recursive=True)
    listening = [
        connection.laddr
        for process in processes
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {address.ip for address in listening} == {"127.0.0.1"}
    assert {address.port for address in listening} == ports


def test_an_unsigned_webhook_is_refused(web):
    answer = web.post("/twilio/sms", data={"From": "+46701740605", "To": "+46313900600", "Body": "Hej"})
    assert answer.status_code == 403


def test_an_order_goes_from_sms_to_the_distributor_and_opens_again_when_delivered(stack, web, phone_of):
    phone = phone_of(ANNA)
    text = phone.write("Hej, jag vill beställa mer näringsdryck")
    text = phone.write(choice(text, "Samma som sist"))
    text = phone.write(choice(text, "Utlämningsställe"))
    text = phone.write("1")
    text = phone.write(choice(text, "SMS till numret"))
    code = re.search(r"JA (\d{4})", text)
    assert code, text
    text = phone.write(f"JA {code[1]}")
    number = re.search(r"\b\d{7}\b", text)
    assert number, text

    file = stack.settings.distributor_folder / f"{number[0]}.json"
    until = time.monotonic() + 15
    while not file.exists():
        assert time.monotonic() < until, "the distributor got nothing"
        time.sleep(0.2)
    document = json.loads(file.read_text(encoding="utf-8"))
    schema = json.loads((ROOT / "docs/schemas/distributor-order.json").read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(document)) == []
    assert sum(line["packages"] for line in document["lines"]) == 20

    answer = web.post(f"/api/v1/orders/{number[0]}/status", json={"status": "delivered"}, headers=KEY)
    assert answer.json() == {"number": number[0], "status": "delivered", "changed": True}


def test_logs_hold_no_names_numbers_or_texts(stack, phone_of):
    phone_of(ANNA).write("Hej, vad kostar det?")
    logs = "".join(
        path.read_text(encoding="utf-8") for path in (stack.settings.var_folder / "logs").iterdir()
    ) + "\n".join(stack.output)
    assert "api" in logs
    for private in ("Lindqvist", ANNA, "+46701740605", "0701740605", "vad kostar det"):
        assert private not in logs


def test_the_service_stops_at_once_and_goes_on_where_it_was(stack, web):
    before = web.get("/demo/people").json()
    children = psutil.Process(stack.pid).children(recursive=True)
    assert stack.stop() == 0
    assert psutil.wait_procs(children, timeout=5)[1] == []
    started = time.monotonic()
    stack.start()
    assert time.monotonic() - started < 60
    assert web.get("/demo/people").json() == before
