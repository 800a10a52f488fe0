"""A complaint, told piece by piece: recorded from the first words, asked about until it can be sent on (C1-C7).

Where it goes and whether it is late is the rulebook's answer alone (`judge`). What may be asked depends on that
answer, so that a region without a deadline is never asked about days.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal

from ordering.model import Complaint
from ordering.ports import Sealer, Transaction
from ordering.use_cases import complain_words as words
from ordering.use_cases.complain_about import (
    Candidate,
    by_code,
    candidates,
    line_of,
    order_of,
    product_named,
    rule_article,
    something_else,
    the_only,
)
from ordering.use_cases.complain_days import at_delivery, discovered
from ordering.use_cases.complain_mail import post, withdraw
from ordering.use_cases.complain_words import DEVIATIONS, INTENTS, Told
from ordering.use_cases.patient_case import PatientCase
from rulebook.verdict import Complaint as Judgement

# The slots of the Rasa form, in the order they are asked. utter_ask_<name> words each.
QUESTIONS = (
    "complaint_text",
    "complaint_kind",
    "complaint_article",
    "complaint_leftover",
    "complaint_discovered",
    "complaint_wanted",
)
KINDS = INTENTS
_LONG_AGO = timedelta(days=3650)
LONGEST = 1000  # of what is kept of the patient's words
_FEW_WORDS = 3


@dataclass(slots=True)
class Heard:
    """What came of a message. `question` None: nothing more to ask. `understood` False: it told nothing new."""

    complaint: Complaint
    question: str | None
    understood: bool = True


@dataclass(slots=True)
class _Telling:
    """A complaint while one message fills it in."""

    case: PatientCase
    complaint: Complaint
    told: Told
    asked: str | None
    answered: list[str] = field(default_factory=list)

    def set(self, **values: Any) -> None:
        self.complaint = replace(self.complaint, **values)


async def hear(
    tx: Transaction, case: PatientCase, told: Told, *, sealer: Sealer, wait: timedelta, begin: bool, again: bool = False
) -> Heard | None:
    """Takes everything that a message tells; closes the complaint when nothing more is to be asked.

    begin: opens one where none is open; otherwise None then. again: the same question was put to no avail before,
    so an answer that is not understood counts as not knowing. wait: a deviation that is left half told goes to the
    region's mailbox after that time. The same message counts once.
    """
    complaint = await tx.complaints.current(case.person.id, visit_id=case.visit.id, message_id=told.message_id)
    if complaint is None and begin:
        complaint = await tx.complaints.add(
            person_id=case.person.id,
            region=case.region,
            channel=case.visit.channel,
            visit_id=case.visit.id,
            now=case.now,
        )
    if complaint is None:
        return None
    if complaint.seen == told.message_id:
        return Heard(complaint, next_question(case, complaint))
    heard = take(case, complaint, told, begin=begin, again=again)
    await tx.complaints.save(heard.complaint)
    if heard.complaint.status == "cancelled":
        await withdraw(tx, heard.complaint)
        return heard
    later = wait if heard.question else timedelta()
    await post(tx, case, heard.complaint, sealer=sealer, due_at=case.now + later)
    return heard


def take(case: PatientCase, complaint: Complaint, told: Told, *, begin: bool = False, again: bool = False) -> Heard:
    """What `hear` does with an open complaint, without keeping it. Pure."""
    filled = fill(case, complaint, told, begin=begin, again=again)
    if filled.status == "cancelled":
        return Heard(replace(filled, seen=told.message_id), None)
    question = next_question(case, filled)
    understood = begin or filled != complaint
    filled = _judged(case, replace(filled, seen=told.message_id))
    if question is None:
        filled = replace(filled, status=closed_as(filled))
    return Heard(filled, question, understood)


async def leave(tx: Transaction, case: PatientCase, told: Told, *, sealer: Sealer) -> Complaint | None:
    """The patient goes on to something else: what has been told is received as it is. None when none is open."""
    complaint = await tx.complaints.current(case.person.id, visit_id=case.visit.id)
    if complaint is None:
        return None
    complaint = _judged(case, replace(complaint, seen=told.message_id))
    complaint = replace(complaint, status=closed_as(complaint))
    await tx.complaints.save(complaint)
    await post(tx, case, complaint, sealer=sealer, due_at=case.now)
    return complaint


async def give_up_complaint(tx: Transaction, case: PatientCase, message_id: str, *, telling: bool) -> bool:
    """The patient does not want to complain after all. telling: it is the complaint that is being asked about.

    True too for a message that has cancelled one already, so that said twice it does not stop an order as well.
    """
    complaint = await tx.complaints.current(case.person.id, visit_id=case.visit.id, message_id=message_id)
    if complaint is None or complaint.status != "open":
        return complaint is not None and complaint.status == "cancelled"
    if telling:
        await tx.complaints.save(replace(complaint, status="cancelled", seen=message_id))
        await withdraw(tx, complaint)
    return telling


def tells_something(case: PatientCase, complaint: Complaint, told: Told) -> bool:
    """Whether a message holds more for the complaint than words, however Rasa took it."""
    filled = fill(case, complaint, told)
    return any(getattr(filled, name) != getattr(complaint, name) for name in _ANSWERS)


async def one_step_back(tx: Transaction, case: PatientCase, told: Told) -> str | None:
    """Takes the last answer away and gives its question. None when there is none to take away."""
    complaint = await tx.complaints.current(case.person.id, visit_id=case.visit.id)
    if complaint is None or not complaint.answered:
        return None
    if complaint.seen == told.message_id:
        return next_question(case, complaint)
    *rest, last = complaint.answered
    await tx.complaints.save(replace(complaint, **_EMPTY[last], answered=tuple(rest), seen=told.message_id))
    return last


_ANSWERS = ("kind", "article_number", "order_id", "wanted", "leftover", "discovered", "discovered_before")
_EMPTY: dict[str, dict[str, Any]] = {
    "complaint_text": {},
    "complaint_kind": {"kind": None},
    "complaint_article": {"article_number": None, "order_id": None, "product": None},
    "complaint_leftover": {"leftover": None},
    "complaint_discovered": {"discovered": None, "discovered_before": None},
    "complaint_wanted": {"wanted": None},
}


# The rules


def judge(case: PatientCase, complaint: Complaint, *, discovered: date | None = None, **changed: object) -> Judgement:
    """What the rulebook says of the complaint as far as it is known (C1-C5). The kind must be known.

    discovered, changed (leftover, kind): instead of what was told.
    """
    before = complaint.discovered_before
    told = complaint.discovered or (before - timedelta(days=1) if before else None)
    kind, leftover = changed.get("kind", complaint.kind), changed.get("leftover", complaint.leftover)
    return case.book.complain(
        region=case.region,
        day=case.day,
        kind=str(kind),
        article=rule_article(case, complaint),
        discovered=discovered or told,
        leftover=bool(leftover),
    )


def _judged(case: PatientCase, complaint: Complaint) -> Complaint:
    if complaint.kind is None:
        return replace(complaint, route=None, late=False)
    judgement = judge(case, complaint)
    return replace(complaint, route=judgement.route, late=judgement.late)


def closed_as(complaint: Complaint) -> Literal["referred", "received"]:
    """What becomes of one that is told, by the route the rulebook gave it."""
    return "referred" if complaint.route in ("contact_supplier", "not_returnable") else "received"


# What to ask


def next_question(case: PatientCase, complaint: Complaint) -> str | None:
    """The one thing to ask now; None when enough is known."""
    if complaint.status != "open":
        return None
    return next((name for name in QUESTIONS if name not in complaint.answered and _open(case, complaint, name)), None)


def _open(case: PatientCase, complaint: Complaint, question: str) -> bool:
    kind = complaint.kind
    if question == "complaint_text":
        return not complaint.text or (kind != "return" and not words.tells_enough(complaint.text))
    if question == "complaint_kind":
        return kind is None
    if kind is None:
        return False
    if question == "complaint_article":
        known = complaint.article_number or complaint.order_id or something_else(case, complaint)
        return not known and bool(candidates(case, complaint))
    if question == "complaint_leftover":
        return kind == "return" and complaint.leftover is None and _leftover_matters(case, complaint)
    route = judge(case, complaint).route
    if question == "complaint_discovered":
        day = complaint.discovered or complaint.discovered_before
        return not day and _discovery_matters(case, complaint)
    return kind in DEVIATIONS and route == "deviation_report" and complaint.wanted is None


def _leftover_matters(case: PatientCase, complaint: Complaint) -> bool:
    return judge(case, complaint, leftover=True).route != judge(case, complaint, leftover=False).route


def _discovery_matters(case: PatientCase, complaint: Complaint) -> bool:
    """Whether it can have been found out so long ago that it is late: nothing is found out before it was delivered."""
    earliest = case.day - _LONG_AGO
    if order := order_of(case, complaint):
        earliest = order.delivered_on or order.day
    days = discovered(complaint.text or "", case.day, asked=False)
    return judge(case, complaint, discovered=max(earliest, days.first) if days else earliest).late


def days_allowed(case: PatientCase, complaint: Complaint) -> int | None:
    """Days from the discovery to the last day to report it; None where the region, or the route, has no such day."""
    last = judge(case, complaint, discovered=case.day).last_day
    return (last - case.day).days if last else None


def may_be_returned(case: PatientCase, complaint: Complaint, *, leftover: bool = False) -> bool:
    return judge(case, complaint, kind="return", leftover=leftover).route == "return"


# What a message tells


def fill(case: PatientCase, complaint: Complaint, told: Told, *, begin: bool = False, again: bool = False) -> Complaint:
    """The complaint with everything that the message tells. Pure."""
    asked = None if begin else next_question(case, complaint)
    telling = _Telling(case, complaint, told, asked)
    for question, value in told.choices:
        if question == asked:
            _choose(telling, question, value)
    if told.words:
        _take_words(telling)
    _find_article(telling)
    after = telling.complaint
    gave_up = told.does_not_know or (again and after == complaint)
    if asked and asked not in telling.answered and (gave_up or not _open(case, after, asked)):
        telling.answered.append(asked)
    telling.set(answered=(*after.answered, *telling.answered))
    return telling.complaint


def _choose(telling: _Telling, question: str, value: str) -> None:
    telling.answered.append(question)
    match question:
        case "complaint_kind" if value in DEVIATIONS or value in ("defect", "return"):
            telling.set(kind=value)
        case "complaint_article" if value == "none":
            telling.set(status="cancelled")
        case "complaint_article" if found := by_code(telling.case, telling.complaint, value):
            _about(telling, found)
        case "complaint_leftover":
            telling.set(leftover=value == "yes")
        case "complaint_discovered" if value == "before":
            days = days_allowed(telling.case, telling.complaint)
            if days is not None:
                telling.set(discovered_before=telling.case.day - timedelta(days=days))
        case "complaint_wanted":
            telling.set(wanted=value)


def _take_words(telling: _Telling) -> None:
    told, asked = telling.told, telling.asked
    few = len(told.words.split()) <= _FEW_WORDS
    tells_of_it = asked in (None, "complaint_text", "complaint_kind") and not (
        few and told.intent in ("affirm", "deny")
    )
    if tells_of_it or not few:
        _keep_words(telling)
    if asked == "complaint_text":
        telling.answered.append(asked)
    _take_kind(telling)
    if product := product_named(telling.case, told):
        _take_product(telling, product)
    _take_leftover(telling)
    if telling.complaint.kind:
        _take_day(telling)
    _take_wish(telling)


def _keep_words(telling: _Telling) -> None:
    kept = (telling.complaint.text or "").split("\n")
    if telling.told.words not in kept:
        telling.set(text="\n".join([*filter(None, kept), telling.told.words])[:LONGEST])


def _take_product(telling: _Telling, product: str) -> None:
    """What it is about once that is known changes only when a product is all that is said: then it is found anew."""
    complaint = telling.complaint
    line = line_of(telling.case, complaint)
    if line is None and complaint.order_id is None:
        telling.set(product=product)
    elif line and line.article.product.lower() != product and len(telling.told.words.split()) <= _FEW_WORDS:
        telling.set(product=product, article_number=None, order_id=None)
        telling.set(answered=tuple(name for name in complaint.answered if name != "complaint_article"))


def _take_kind(telling: _Telling) -> None:
    """An answer to what kind it is may be taken for anything, so then only its words count."""
    if telling.complaint.kind is not None:
        return
    if telling.asked == "complaint_kind":
        possible = words.kinds(telling.told.words, "")
    else:
        possible = words.kinds(telling.complaint.text or telling.told.words, telling.told.intent)
    if len(possible) == 1:
        telling.set(kind=possible[0])


def _find_article(telling: _Telling) -> None:
    """What it must be about, once it is known what kind of complaint it is."""
    complaint = telling.complaint
    if complaint.kind is None or complaint.article_number or complaint.order_id:
        return
    if "complaint_article" in (*complaint.answered, *telling.answered):
        return
    if found := the_only(telling.case, complaint):
        _about(telling, found)


def _about(telling: _Telling, found: Candidate) -> None:
    telling.set(article_number=found.article_number, order_id=found.order.id if found.order else None, product=None)


def _take_leftover(telling: _Telling) -> None:
    if telling.complaint.leftover is not None or telling.complaint.kind not in (None, "return"):
        return
    asked = telling.asked == "complaint_leftover"
    if words.left_over(telling.told.words) or (asked and telling.told.intent == "affirm"):
        telling.set(leftover=True)
    elif asked and telling.told.intent == "deny":
        telling.set(leftover=False)


def _take_day(telling: _Telling) -> None:
    case, complaint = telling.case, telling.complaint
    if complaint.discovered or complaint.discovered_before:
        return
    asked = telling.asked == "complaint_discovered"
    days = discovered(telling.told.words, case.day, asked=asked)
    if days and days.first == days.last:
        telling.set(discovered=days.first)
    elif days and judge(case, complaint, discovered=days.last).late:
        telling.set(discovered_before=days.last + timedelta(days=1))
    elif asked and days:  # no certain day, and perhaps on either side of the limit: staff get the words
        _keep_words(telling)
        telling.answered.append("complaint_discovered")
    elif asked and at_delivery(telling.told.words):
        order = order_of(case, complaint)
        telling.set(discovered=order.delivered_on if order else None)
        telling.answered.append("complaint_discovered")


def _take_wish(telling: _Telling) -> None:
    complaint, asked = telling.complaint, telling.asked
    wish = words.wanted(telling.told.words, asked=asked == "complaint_wanted")
    if asked == "complaint_wanted" and telling.told.intent == "deny":
        wish = wish or "report"
    if asked == "complaint_discovered" and wish == "report" and asked not in telling.answered:
        telling.answered.append(asked)  # who only wants to report is done
    if complaint.wanted is None and wish and complaint.kind in (None, *DEVIATIONS):
        telling.set(wanted=wish)
