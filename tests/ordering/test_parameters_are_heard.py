"""Another value in the YAML, and a patient hears something else: nothing is decided twice.

HEARD has a function for each parameter: what is said, asked, offered or written on the parcel, by a given rulebook.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from ordering.model import Complaint, OrderLine
from ordering.pickup_points import FixturePickupPoints
from ordering.use_cases.complain import judge
from ordering.use_cases.complain_answers import answer
from ordering.use_cases.customer_service import opening_hours, what_next
from ordering.use_cases.how_it_works import Here, how_it_works, urgent_delivery
from ordering.use_cases.pending import pending
from ordering.use_cases.pickup import fill_nearest_points
from ordering.use_cases.place_order import new_orders
from ordering.use_cases.questions import fees, new_prescription, next_withdrawal, order_status, prescriptions
from ordering.use_cases.read_back import read_back
from ordering.use_cases.said import Say
from rulebook import Rulebook, load_rulebook
from rulebook.parameter_values import FORMS
from tests.ordering.cases import NOW, PERSON, SENSOR, STRIPS, TODAY, Talk, line, make_case, order
from tests.ordering.rules_changed import rulebook_with

Says = list[Say]

FOOD = replace(STRIPS, region="skane", area="special_foods")
PADS = replace(STRIPS, region="skane", area="incontinence", product="inkontinensskydd")
SCANIAN = replace(PERSON, region="skane")
MOTHER = replace(PERSON, id=2)


@dataclass(frozen=True)
class Heard:
    """`says` with the real rules must differ from `says` where the region has `instead`."""

    region: str
    instead: Any
    says: Callable[[Rulebook], Any]


def asked(topic: str, region: str = "vg") -> Callable[[Rulebook], Says]:
    return lambda book: how_it_works(Here(book, region, TODAY), [topic])


def case(book: Rulebook, lines: list[Any], orders: list[Any] | None = None, **more: Any) -> Any:
    return make_case(lines, orders, book=book, **more)


def a_taken(days_ago: int, **changed: Any) -> Any:
    return order([OrderLine(1, "10001", 10)], day=TODAY - timedelta(days=days_ago), **changed)


def waiting_fraction(book: Rulebook) -> Says:
    return next_withdrawal(case(book, [line(1, STRIPS)], [a_taken(10)]), [])


def may_withdraw(book: Rulebook) -> Says:
    return next_withdrawal(case(book, [line(1, STRIPS)], speaker=MOTHER), [])


def validity_days(book: Rulebook) -> Says:
    return prescriptions(case(book, [line(1, STRIPS)]))


def physician_below_age(book: Rulebook) -> Says:
    child = replace(SCANIAN, born=date(2016, 1, 1))
    held = case(book, [line(1, FOOD, prescription_type="coeliac_metabolic")], person=child, region="skane")
    return new_prescription(Here(book, "skane", TODAY), held, [])


def highest_age(book: Rulebook) -> Says:
    child = replace(SCANIAN, born=date(2010, 1, 1))
    held = case(book, [line(1, FOOD, prescription_type="infant_formula")], person=child, region="skane")
    return new_prescription(Here(book, "skane", TODAY), held, [])


def ready(book: Rulebook, article: Any, draft_option: str, **details: Any) -> Any:
    """A case whose draft is ready to be read back."""
    region = article.region
    person = PERSON if region == "vg" else SCANIAN
    talk = Talk(case(book, [line(1, article)], person=person, region=region))
    talk.say("order_products")
    talk.say("inform", ("amount", "10"))
    draft = talk.case.draft
    draft.option = draft_option
    draft.details = {"address": "Ågatan 2", "mobile": "+46701740605", **details}
    return talk.case


def read(book: Rulebook, article: Any, option: str, **details: Any) -> Says:
    held = ready(book, article, option, **details)
    return read_back(held, held.draft)


def at_pickup_point(book: Rulebook) -> Says:
    return read(book, STRIPS, "pickup_point", pickup_point={"id": "7"}, notify_by="sms")


def delivery_promise(book: Rulebook) -> Any:
    held = ready(book, STRIPS, "pickup_point", pickup_point={"id": "7"}, notify_by="sms")
    return [placed.expected_latest for placed in new_orders(held, held.draft, undo=timedelta(minutes=15))]


def late(book: Rulebook, **article: Any) -> Says:
    """Ordered on 20 February, promised for the 27th; today is 2 March, the sixth working day."""
    ordered = a_taken(10, status="ordered", expected_latest=date(2026, 2, 27))
    return order_status(case(book, [line(1, replace(STRIPS, **article))], [ordered]))


def on_the_round(book: Rulebook) -> Says:
    under_way = a_taken(1, status="out_for_delivery", expected_latest=date(2026, 3, 9))
    return order_status(case(book, [line(1, STRIPS)], [under_way]))


def charged(book: Rulebook) -> Says:
    held = case(book, [line(1, FOOD, prescription_type="coeliac_metabolic")], person=SCANIAN, region="skane")
    return fees(held)


def asked_next(book: Rulebook, article: Any, option: str, **details: Any) -> str | None:
    return ready(book, article, option, **details).question


def choices_of_delivery(book: Rulebook) -> Any:
    talk = Talk(case(book, [line(1, STRIPS)]))
    talk.say("order_products")
    talk.say("inform", ("amount", "10"))
    return pending(talk.case)


def whom_it_is_labelled_for(book: Rulebook) -> Any:
    held = ready(book, STRIPS, "pickup_point", pickup_point={"id": "7"}, notify_by="sms")
    return [placed.details["label"] for placed in new_orders(held, held.draft, undo=timedelta(minutes=15))]


def minor_at_pickup_point(book: Rulebook) -> str | None:
    child = replace(SCANIAN, born=date(2010, 1, 1))
    talk = Talk(case(book, [line(1, PADS)], person=child, speaker=MOTHER, region="skane"))
    talk.say("order_products")
    talk.say("inform", ("amount", "10"))
    talk.pick("delivery=pickup_point")
    talk.case.draft.details |= {"pickup_point": {"id": "7"}, "nearest": [{"id": "7"}]}
    return talk.question


def nearest_points(book: Rulebook) -> Any:
    talk = Talk(case(book, [line(1, STRIPS)]))
    talk.say("order_products")
    talk.say("inform", ("amount", "10"))
    talk.pick("delivery=pickup_point")
    asyncio.run(fill_nearest_points(talk.case, FixturePickupPoints()))
    return [point["carrier"] for point in talk.case.draft.details["nearest"]]


def complained(kind: str, article: Any, **told: Any) -> Callable[[Rulebook], Says]:
    """What is said of a complaint that is closed."""

    def says(book: Rulebook) -> Says:
        held = case(book, [line(1, article)])
        complaint = Complaint(
            id=1,
            case_number="R123456",
            person_id=1,
            region="vg",
            channel="chat",
            opened_at=NOW,
            visit_id=3,
            kind=kind,
            article_number=article.number,
            **told,
        )
        return answer(held, replace(complaint, route=judge(held, complaint).route))

    return says


def open_now(book: Rulebook) -> Says:
    return opening_hours(book, "vg", NOW, "sv")


HEARD: dict[str, Heard] = {
    # Withdrawals and prescriptions
    "ways_to_order": Heard("vg", ["customer_service"], asked("ways_to_order")),
    "have_at_hand": Heard("vg", [], asked("at_hand")),
    "may_withdraw": Heard("vg", ["patient"], may_withdraw),
    "waiting_fraction": Heard("vg", "1/2", waiting_fraction),
    "waiting_reasons": Heard("vg", ["reserve_at_home"], asked("why_waiting")),
    "validity_days": Heard("vg", 100, validity_days),
    "physician_below_age": Heard("skane", [{"when": {"area": ["special_foods"]}, "age": 8}], physician_below_age),
    "highest_age": Heard("skane", [{"when": {"type": ["infant_formula"]}, "age": 12}], highest_age),
    "prescribing_rights": Heard("vg", [], asked("who_prescribes")),
    "exemption_needs": Heard("vg", ["motivation"], asked("exemption")),
    "exemption_link_months": Heard("vg", 12, asked("exemption")),
    # People
    "registration": Heard("vg", [{"when": {"who": ["protected"]}, "by": "not_in_system"}], asked("protected")),
    "right_to_care": Heard("vg", [], asked("asylum_seeker")),
    # Delivery
    "tell": Heard("vg", {}, at_pickup_point),
    "booking_call_from": Heard("skane", "040", lambda book: read(book, PADS, "booked_day")),
    "delivery_options": Heard("vg", [{"options": ["pickup_point"]}], choices_of_delivery),
    "required_details": Heard(
        "vg",
        {"outside_door": ["address"], "pickup_point": ["pickup_point"], "unit": [], "urgent": [], "joint": []},
        lambda book: asked_next(book, STRIPS, "pickup_point", pickup_point={"id": "7"}),
    ),
    "notify_by": Heard(
        "vg",
        ["email"],
        lambda book: asked_next(book, STRIPS, "pickup_point", pickup_point={"id": "7"}, notify_by="sms"),
    ),
    "labels": Heard("vg", [{"name": "co_name"}], whom_it_is_labelled_for),
    "adult_age": Heard("skane", 15, minor_at_pickup_point),
    "left_outside_needs_way_in": Heard("skane", False, lambda book: asked_next(book, PADS, "outside_door")),
    "carriers": Heard("vg", [{"carriers": ["postnord"]}], nearest_points),
    "delivery_hours": Heard("vg", {"from": "09:00", "to": "21:00"}, on_the_round),
    "pickup_days": Heard("vg", 14, at_pickup_point),
    "delivery_promise": Heard("vg", [{"latest": 8}], delivery_promise),
    "overdue_after_working_days": Heard("vg", 9, late),
    "contact_about_special_articles": Heard("vg", True, lambda book: late(book, kind="made_to_order")),
    "urgent_may_be_asked_by": Heard("vg", ["patient"], lambda book: urgent_delivery(Here(book, "vg", TODAY))),
    "express_areas": Heard("vg", ["nutrition"], lambda book: urgent_delivery(Here(book, "vg", TODAY))),
    # Fees
    "fees": Heard("skane", [{"when": {"area": ["special_foods"]}, "kr": 90, "per": "withdrawal"}], charged),
    "fees_invoiced": Heard("skane", None, charged),
    # Complaints
    "complaint_days": Heard("vg", 30, complained("defect", STRIPS, discovered=TODAY)),
    "supplier_takes_defects_of": Heard("vg", [], complained("defect", SENSOR)),
    "never_returned_kinds": Heard("vg", [], complained("return", replace(STRIPS, kind="exemption"))),
    "leftovers_returnable": Heard("vg", True, complained("return", STRIPS, leftover=True)),
    "defect_reports": Heard("vg", {"patient": "phone"}, asked("prescriber_defect")),
    "mailbox": Heard("vg", "annan@example.se", asked("mailbox")),
    # Customer service
    "customer_service": Heard("vg", {"phone": "010-000 00 00", "email": "a@example.se"}, open_now),
    "opening_hours": Heard("vg", {"opens": "09:00", "closes": "11:00"}, open_now),
    "phone_menu": Heard(
        "vg",
        {"1": "delivery_complaints_other", "2": "order_products"},
        lambda book: what_next(book, "vg", TODAY, "voice"),
    ),
    "busy_times": Heard("vg", ["friday_morning"], open_now),
    "prescriber_contact": Heard(
        "vg", {"given_to_patients": True, "direct_number_registered": False}, asked("prescriber_contact")
    ),
    "access_requests": Heard(
        "skane",
        {"approved_by": "manager", "through": "e_catalogue", "by_phone": True, "days": [5, 6]},
        asked("staff_access", "skane"),
    ),
    "answer_target": Heard("vg", {"share": 90, "minutes": 2}, asked("queue")),
}


# What no patient is told, and why.
NOT_SAID = {
    "areas": "what the region has; the other values are held against it",
    "prescription_types": "what the region has; the other values are held against it",
    "prescription_subgroups": "limits what a prescriber finds",
    "prescriber_may_withdraw_own": "a prescriber does not order here",
    "joint_orders_wait": "joint orders are made by staff",
    "block_override_by": "only customer service goes past the block",
    "max_prescribed_days": "told to the prescriber before saving",
    "areas_with_any_right": "a prescriber's rights",
    "prescriber_duties": "told to the prescriber before saving",
    "customer_number_digits": "a prescribing unit's number",
    "staff_delivery_options": "chosen by staff",
    "patient_named_in_note": "patients write no note to the driver here",
    "diagnosis_words": "patients write no note to the driver here",
    "distributor_working_days": "the distributor's agreement, which those who follow up deliveries see",
    "urgent_only_listed": "customer service looks at the article",
    "urgent_never_kinds": "customer service looks at the article",
    "joint_areas": "joint orders are made by staff",
}


def test_every_parameter_is_heard_or_has_a_reason_not_to_be() -> None:
    assert set(HEARD) | set(NOT_SAID) == set(FORMS)
    assert not set(HEARD) & set(NOT_SAID)


@pytest.mark.parametrize("key", HEARD)
def test_another_value_is_heard(key: str) -> None:
    heard = HEARD[key]
    before = heard.says(load_rulebook())
    assert before == heard.says(load_rulebook())
    assert heard.says(rulebook_with(heard.region, key, heard.instead)) != before
