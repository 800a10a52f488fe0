"""What the patient hears when a complaint is told: case number, what happens next and by when (C1-C7)."""

from ordering.model import Complaint
from ordering.use_cases.complain import days_allowed, judge, may_be_returned
from ordering.use_cases.complain_about import line_of
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.said import Say


def answer(case: PatientCase, complaint: Complaint) -> list[Say]:
    """For a complaint that is closed. Only what the sources state is promised: nothing where a region has no day."""
    if complaint.status == "cancelled":
        return [Say("utter_complaint_none_of_ours")]
    if complaint.route == "contact_supplier":
        return [_supplier(case, complaint)]
    if complaint.route == "not_returnable":
        return [_not_returnable(case, complaint)]
    number = {"case_number": complaint.case_number}
    if complaint.kind is None:
        return [Say("utter_complaint_received", number), Say("utter_complaint_phone")]
    says = [Say(f"utter_complaint_{complaint.route}", number)]
    if complaint.route == "deviation_report":
        says += _wish(case, complaint)
    return [*says, *_deadline(case, complaint), Say("utter_complaint_phone")]


def _supplier(case: PatientCase, complaint: Complaint) -> Say:
    """C2: named from the article, with its contact where the article carries one; a supplier tells what the product is,
    so a neutral SMS does not name it."""
    line = line_of(case, complaint)
    if line is None or line.article.supplier is None or not case.names_products:
        return Say("utter_complaint_supplier_unknown")
    values = {"product": case.label(line), "supplier": line.article.supplier}
    if line.article.supplier_contact:
        return Say("utter_complaint_supplier_contact", values | {"contact": line.article.supplier_contact})
    return Say("utter_complaint_supplier", values)


def _not_returnable(case: PatientCase, complaint: Complaint) -> Say:
    """C5: because it is left over, or else because of what it is."""
    line = line_of(case, complaint)
    if line is None or may_be_returned(case, complaint):
        return Say("utter_complaint_not_returnable_leftover")
    if line.article.kind == "exemption":
        return Say("utter_complaint_not_returnable_exemption", {"product": case.label(line)})
    return Say("utter_complaint_not_returnable_article", {"product": case.label(line)})


def _wish(case: PatientCase, complaint: Complaint) -> list[Say]:
    if complaint.wanted == "return" and not may_be_returned(case, complaint):
        return [_not_returnable(case, complaint)]
    return [Say(f"utter_complaint_wants_{complaint.wanted}")] if complaint.wanted in ("new_delivery", "return") else []


def _deadline(case: PatientCase, complaint: Complaint) -> list[Say]:
    """C1, C4, C6: the last day, or that it has passed. Where the day of discovery is not known: the number of days."""
    days = days_allowed(case, complaint)
    if days is None:
        return []
    if complaint.late:
        return [Say("utter_complaint_late", {"days": str(days)})]
    last = judge(case, complaint).last_day
    if last and complaint.discovered:
        return [Say("utter_complaint_in_time", {"last_day": case.worded(last), "days": str(days)})]
    kind = "defect" if complaint.route == "defect_report" else "deviation"
    return [Say(f"utter_complaint_days_{kind}", {"days": str(days)})]
