"""Another value in the YAML, and staff are answered something else: the parameters that no patient is told of."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.ordering.rules_changed import rulebook_with
from tests.ordering.test_parameters_are_heard import NOT_SAID


@dataclass(frozen=True)
class Answered:
    """What is sent must be answered differently where the region has `instead`."""

    region: str
    instead: Any
    path: str
    sent: dict[str, Any]


def asked(region: str, instead: Any, ask: str, **given: Any) -> Answered:
    return Answered(region, instead, "/rules/ask", {"ask": ask, "region": region, "day": "2026-03-02", "given": given})


def prescribed(region: str, instead: Any, **changed: Any) -> Answered:
    whole: dict[str, Any] = {
        "region": region,
        "prescriber": {"role": "physician"},
        "unit": "602154",
        "person": {"born": "1980-01-01"},
        "area": "ostomy",
        "article": "70044001",
        "amount": {"days_per_withdrawal": 30, "withdrawals": 12, "packages_per_withdrawal": 2},
    }
    return Answered(region, instead, "/prescriptions/check", whole | changed)


LINE = {"written": "2026-01-01", "days_per_withdrawal": 90, "withdrawals": 4, "packages_per_withdrawal": 2}
ORDERED = {"day": "2026-02-20", "status": "ordered"}
TAKEN = {"day": "2026-02-20", "status": "delivered"}
TO_A_NEIGHBOUR = {"receiver_name": "Ann Ek", "mobile": "0701740605"}
AREAS = ["general", "diabetes", "incontinence", "nutrition", "ostomy", "tracheostomy"]
TYPES = ["coeliac_metabolic", "energy_nutrition", "specific_content", "infant_formula"]
STOCKED = {"stocked": True, "on_urgent_list": False}

ANSWERED: dict[str, Answered] = {
    "areas": asked("vg", [*AREAS, "wound_care"], "delivery_options", area="wound_care"),
    "prescription_types": asked("skane", [*TYPES, "wound_care"], "fee", area="special_foods", type="wound_care"),
    "prescription_subgroups": asked(
        "skane", {}, "fee", area="special_foods", article={"subgroup": "thickener"}, person={"born": "1980-01-01"}
    ),
    "prescriber_may_withdraw_own": asked(
        "skane", True, "withdraw", line=LINE, actor={"role": "prescriber", "prescribed_this": True}
    ),
    "joint_orders_wait": asked("vg", True, "withdraw", line=LINE, history=[TAKEN], want={"joint_order": True}),
    "block_override_by": asked(
        "skane", [], "withdraw", line=LINE, history=[ORDERED], want={"override_by": "customer_service"}
    ),
    "max_prescribed_days": prescribed("vg", 300),
    "areas_with_any_right": prescribed("vg", ["ostomy"], prescriber={"role": "physician", "rights": ["diabetes"]}),
    "prescriber_duties": prescribed("vg", []),
    "customer_number_digits": prescribed("vg", 5),
    "staff_delivery_options": asked("skane", [], "delivery_check", area="incontinence", option="unit"),
    "patient_named_in_note": asked(
        "skane",
        [],
        "delivery_check",
        area="diabetes",
        option="pickup_point",
        person={"name": "Bo Ek"},
        details=TO_A_NEIGHBOUR,
    ),
    "diagnosis_words": asked(
        "skane",
        ["snigel"],
        "delivery_check",
        area="incontinence",
        option="pickup_point",
        details={"note_to_driver": "Hon har demens"},
    ),
    "distributor_working_days": asked("vg", 2, "overdue", area="ostomy", ordered="2026-02-20", status="ordered"),
    "urgent_only_listed": asked("vg", False, "urgent", asked_by="prescriber", article=STOCKED),
    "urgent_never_kinds": asked(
        "vg", [], "urgent", asked_by="prescriber", article={"kind": "exemption", "on_urgent_list": True}
    ),
    "joint_areas": asked("vg", ["ostomy"], "joint", areas=["diabetes"], customer_numbers=["602154"]),
}


def test_every_parameter_that_no_patient_hears_is_answered_to_staff() -> None:
    assert ANSWERED.keys() == NOT_SAID.keys()


@pytest.mark.parametrize("key", ANSWERED)
async def test_another_value_is_answered(app, client, demo, key: str) -> None:
    case = ANSWERED[key]

    async def answer() -> tuple[int, dict[str, Any]]:
        got = await client.post(f"/api/v1{case.path}", json=case.sent)
        assert got.status_code in (200, 422), got.text
        return got.status_code, {name: value for name, value in got.json().items() if name != "sources"}

    before = await answer()
    app.state.book = rulebook_with(case.region, key, case.instead)
    assert await answer() != before
