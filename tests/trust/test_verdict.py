"""The verdict on orders under fire finds what it is to find."""

import random
from datetime import UTC, datetime

import pytest

from chaos.outside import Outside, Sms
from chaos.patients import Patient
from chaos.verdict import Rows, judge_rows

OURS = "+46313900600"
NUMBER = "1234567"


class World:
    """One patient who has ordered once, and all is well."""

    def __init__(self) -> None:
        self.outside = Outside(random.Random(0))
        self.patient = Patient(0, self._nobody_writes, random.Random(0))
        mobile = self.patient.mobile
        self.patient.hears(f"Tack, order {NUMBER}: 6 teststickor.")
        self.taken = {"SM-in": mobile}
        self.listed: set[str] = set()
        self.outside.sent = [Sms("SM1", OURS, mobile, f"Tack, order {NUMBER}", datetime.now(UTC))]
        self.outside.orders = {NUMBER: {"order": NUMBER}}
        self.people = [{"id": 1, "mobile": mobile}, {"id": 2, "mobile": "+46701749999"}]
        self.inbox = [{"id": 1, "provider_id": "SM-in", "status": "done", "address": mobile}]
        self.outbox = [
            row(1, kind="sms", recipient=mobile, key="reply:SM-in", provider_id="SM1"),
            row(2, kind="distributor", recipient="vg", key=NUMBER, provider_id=NUMBER),
        ]
        self.orders = [{"number": NUMBER, "person_id": 1, "status": "ordered"}]

    async def _nobody_writes(self, *_: str) -> None:
        return None

    def verdict(self) -> dict[str, int]:
        rows = Rows(self.people, self.inbox, self.outbox, self.orders)
        found = judge_rows(rows, self.outside, [self.patient], self.taken, self.listed)
        return {kind: len(lines) for kind in ("lost", "doubled", "unexplained") if (lines := getattr(found, kind))}


def row(number, **more):
    return {"id": number, "status": "sent", "wiped": True, **more}


def sends_again(world):
    world.outside.sent.append(Sms("SM2", OURS, world.patient.mobile, world.outside.sent[0].body, datetime.now(UTC)))


def sends_what_nobody_wrote(world):
    world.outside.sent.append(Sms("SM2", OURS, world.patient.mobile, "Hej", datetime.now(UTC)))


FAULTS = {
    "the order is gone": (lambda w: w.orders.clear(), {"lost": 1, "unexplained": 2}),
    "the receipt never came": (lambda w: w.patient.told.clear(), {"lost": 1}),
    "the order never left": (lambda w: w.outside.orders.clear(), {"lost": 1}),
    "a message is gone": (lambda w: w.inbox.clear(), {"lost": 1}),
    "a message still waits": (lambda w: w.inbox[0].update(status="received"), {"lost": 1}),
    "a message was given up in silence": (lambda w: w.inbox[0].update(status="dead"), {"lost": 1}),
    "a message was given up and is listed": (
        lambda w: (w.inbox[0].update(status="dead"), w.listed.add("in-1")),
        {},
    ),
    "the answer is gone": (lambda w: w.outbox[0].update(key="other"), {"lost": 1}),
    "an SMS still waits": (lambda w: w.outbox[0].update(status="unknown"), {"lost": 1}),
    "an SMS is marked as sent and was not": (lambda w: w.outside.sent.clear(), {"lost": 1}),
    "an SMS was given up in silence": (lambda w: w.outbox[0].update(status="dead"), {"lost": 1}),
    "a second order": (
        lambda w: (
            w.orders.append({"number": "7654321", "person_id": 1, "status": "ordered"}),
            w.outside.orders.update({"7654321": {"order": "7654321"}}),
        ),
        {"doubled": 1},
    ),
    "an order twice at the distributor": (
        lambda w: w.outside.orders.update({"another key": {"order": NUMBER}}),
        {"doubled": 1},
    ),
    "an SMS twice": (sends_again, {"doubled": 1}),
    "an SMS from nowhere": (sends_what_nobody_wrote, {"unexplained": 1}),
    "an order of somebody who wrote nothing": (
        lambda w: (
            w.orders.append({"number": "7654321", "person_id": 2, "status": "ordered"}),
            w.outside.orders.update({"7654321": {"order": "7654321"}}),
        ),
        {"unexplained": 1},
    ),
    "somebody else's order told of": (lambda w: w.patient.told.add("7654321"), {"unexplained": 1}),
    "a text that is kept after it was sent": (lambda w: w.outbox[0].update(wiped=False), {"unexplained": 1}),
    "something unsigned": (lambda w: w.outside.breaches.append("x"), {"unexplained": 1}),
}


def test_when_all_is_well_nothing_is_found():
    assert World().verdict() == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_called_what_it_is(fault):
    happens, found = FAULTS[fault]
    world = World()
    happens(world)
    assert world.verdict() == found
