"""Everything that is read back before the yes (D7): delivery, what is given up, what the patient must know."""

from ordering.draft import Draft
from ordering.use_cases.change_order import replaced
from ordering.use_cases.driver_note import NOTE
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.place_order import new_fees
from ordering.use_cases.said import Say


def read_back(case: PatientCase, draft: Draft) -> list[Say]:
    """In the order to say it. Private words stand as [placeholders] in the texts; the gateway fills them."""
    chosen = "_chosen" if draft.details.get("pickup_point") else ""
    says = [Say("utter_read_replaces", {"number": order.number}) for order in replaced(case)]
    if len(separate := new_fees(case, draft)) > 1:  # W9
        says.append(Say("utter_read_separate", {"count": str(len(separate))}))
    says += [*_fewer(case, draft), Say(f"utter_read_{draft.option}{chosen}"), *_details(draft)]
    says += [_told(case, code) for code in case.tell(draft)]
    if draft.details.get("mobile") and not draft.details.get("notify_by") and case.mobile_matters(draft):
        says.append(Say("utter_read_mobile"))
    says += [Say("utter_read_fee", {"fee": str(kr)}) for kr in new_fees(case, draft) if kr is not None]
    return says


def _told(case: PatientCase, code: str) -> Say:
    """A message of the delivery rules, with the numbers that the region states for it (D10, D21)."""
    stated = {key: case.book.parameter(case.region, case.day, key) for key in ("pickup_days", "booking_call_from")}
    if code == "supplier_calls_to_book" and stated["booking_call_from"] is None:
        return Say("utter_tell_supplier_calls_to_book_any")
    return Say(f"utter_tell_{code}", {key: str(value) for key, value in stated.items() if value is not None})


def _fewer(case: PatientCase, draft: Draft) -> list[Say]:
    """Taking fewer uses up the whole withdrawal (W7)."""
    return [
        Say(
            "utter_read_fewer",
            {
                "product": case.label(case.states[line.line_id].line),
                "number": str(line.taken),
                "max": str(case.max_packages(line.line_id)),
            },
        )
        for line in draft.lines
        if line.line_id in case.states and line.taken < case.max_packages(line.line_id)
    ]


def _details(draft: Draft) -> list[Say]:
    details, says = draft.details, []
    if details.get("entry_phone"):
        says.append(Say("utter_read_entry_phone"))
    elif details.get("door_code") == "none":
        says.append(Say("utter_read_no_door_code"))
    elif details.get("door_code"):
        says.append(Say("utter_read_door_code"))
    if details.get("co_name"):
        says.append(Say("utter_read_co_name"))
    elif details.get("name_on_door"):
        says.append(Say("utter_read_name_on_door"))
    if details.get("notify_by") in ("sms", "email"):
        says.append(Say(f"utter_read_notify_{details['notify_by']}"))
    if details.get("guardian_name"):
        says.append(Say("utter_read_guardian"))
    if details.get("receiver_name"):
        says.append(Say("utter_read_receiver"))
    if details.get(NOTE):
        says.append(Say("utter_read_note"))
    return says
