"""The choices of a complaint's open question, from what the patient has and from the rules."""

from collections import Counter
from dataclasses import dataclass, field

from ordering import wording
from ordering.model import Complaint
from ordering.use_cases import complain_words as words
from ordering.use_cases.complain import days_allowed, may_be_returned
from ordering.use_cases.complain_about import Candidate, candidates
from ordering.use_cases.patient_case import PatientCase

# Those a patient chooses among; a delivery that is late has not come, as they see it.
_KINDS = ("defect", "damaged", "wrong_article", "wrong_number", "missing", "wrong_address", "return")
_DO_NOT_KNOW = ("vet inte", "vet ej", "jag vet inte", "ingen aning", "minns inte", "don't know", "no idea", "not sure")
_CALLED = {
    "defect": ("fel på produkten", "fungerar inte", "defekt", "reklamation", "defect", "faulty", "does not work"),
    "damaged": ("skadat", "skadad", "damaged"),
    "wrong_article": ("fel produkt", "fel sak", "fel sort", "wrong item", "wrong kind"),
    "wrong_number": ("för få", "för många", "too few", "too many"),
    "missing": ("inte kommit", "kom inte", "försvunnet", "not arrived", "never came", "lost"),
    "return": ("retur", "returnera", "skicka tillbaka", "send it back"),
    "other": ("annat", "inget av det", "other", "none of these", *_DO_NOT_KNOW),
}
_NONE = ("ingen av dem", "inget av det", "något annat", "annat", "none of them", "none of these", "something else")
# What goes wrong with a thing: when it is none of theirs, it is no matter of ours.
_OF_A_PRODUCT = ("defect", "damaged", "return")
_YES = ("ja", "japp", "jo", "ja det är det", "yes")
_NO = ("nej", "nä", "nej det är det inte", "no")


@dataclass(frozen=True, slots=True)
class ComplaintChoice:
    """`label` begins with utter_ when it is a response that `values` fill; otherwise it is data."""

    value: str
    label: str
    aliases: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)


def complaint_choices(case: PatientCase, complaint: Complaint, question: str) -> list[ComplaintChoice]:
    """None for what is told in one's own words."""
    match question:
        case "complaint_kind":
            told = words.choice_of_kinds(complaint.text or "")
            offered = [kind for kind in _KINDS if kind in told or len(told) < 2]
            return [_worded(question, kind, *_CALLED.get(kind, ())) for kind in (*offered, "other")]
        case "complaint_article":
            found = [_article(case, one, of) for of in [candidates(case, complaint)] for one in of]
            if complaint.product is None and complaint.kind in _OF_A_PRODUCT:
                none = _worded(question, "none", *_NONE)
                return [*found, none, _worded(question, "unknown", *_DO_NOT_KNOW)]
            return [*found, _worded(question, "unknown", *_DO_NOT_KNOW, *_NONE)]
        case "complaint_leftover":
            return [_worded(question, "yes", *_YES), _worded(question, "no", *_NO)]
        case "complaint_discovered":
            days = str(days_allowed(case, complaint))
            return [
                _worded(question, "within", "nyligen", "recently", days=days),
                _worded(question, "before", "länge sedan", "för länge sedan", "long ago", days=days),
                _worded(question, "unknown", *_DO_NOT_KNOW),
            ]
        case "complaint_wanted":
            back = [
                _worded(question, "return", "retur", "returnera", "lämna tillbaka", "skicka tillbaka", "send it back")
            ]
            return [
                _worded(
                    question,
                    "new_delivery",
                    "ny",
                    "nya",
                    "skicka nya",
                    "skicka igen",
                    "new",
                    "new ones",
                    "send new ones",
                ),
                *(back if complaint.kind != "missing" and may_be_returned(case, complaint) else []),
                _worded(question, "report", "bara anmäla", "inget", "ingenting", "nej", "nothing", "no", *_DO_NOT_KNOW),
            ]
    return []


def _worded(question: str, value: str, *aliases: str, **values: str) -> ComplaintChoice:
    return ComplaintChoice(value, f"utter_choice_{question}_{value}", aliases, values)


def _article(case: PatientCase, candidate: Candidate, among: list[Candidate]) -> ComplaintChoice:
    """By the product; by the day too where the same product, or a whole parcel, is offered more than once."""
    products = wording.listing([case.label(line) for line in candidate.lines], case.visit.language)
    aliases = tuple(line.article.product for line in candidate.lines) if len(candidate.lines) == 1 else ()
    same = Counter(tuple(line.article.number for line in one.lines) for one in among)
    if candidate.order and same[tuple(line.article.number for line in candidate.lines)] > 1:
        values = {"products": products, "day": case.worded(candidate.order.day)}
        return ComplaintChoice(candidate.code, "utter_choice_complaint_article_ordered", (), values)
    return ComplaintChoice(candidate.code, products, aliases)
