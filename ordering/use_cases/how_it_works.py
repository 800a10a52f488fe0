"""How things work in the region, for anybody who asks: the rules of the day, never anything about a person (I7).

Where the region states nothing, that is said, with customer service's number.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

from ordering import wording
from ordering.use_cases import customer_service
from ordering.use_cases.explain import capitalised, explain, run_out
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.said import Say
from rulebook import Rulebook, facts
from rulebook.verdict import CustomerService


@dataclass(frozen=True, slots=True)
class Here:
    """A region on a day, and the language that is spoken."""

    book: Rulebook
    region: str
    day: date
    language: str = "sv"

    def value(self, key: str) -> Any:
        """A parameter as it is written in the file."""
        return self.book.parameter(self.region, self.day, key)

    def words(self, group: str, codes: Iterable[str]) -> str:
        return wording.named(group, codes, self.language)

    @property
    def service(self) -> CustomerService:
        return self.book.customer_service(region=self.region, day=self.day)

    def say(self, response: str, **values: object) -> Say:
        told = {name: str(value) for name, value in values.items()}
        return Say(response, {"service_phone": self.service.phone} | told)


def how_it_works(here: Here, topics: Sequence[str], *, case: PatientCase | None = None) -> list[Say]:
    """The answer to the most telling of the topics that were named, or what can be asked.

    `case`: of the patient who asks, known to be it. Only used to add the day, for why there is a waiting time.
    """
    topic = next((topic for topic in TOPICS if topic in topics), None)
    if topic is None:
        return _overview(here)
    says = TOPICS[topic](here) or [here.say("utter_how_not_stated")]
    if topic == "why_waiting" and case is not None:
        says += _own_waiting(case)
    return says


def _overview(here: Here) -> list[Say]:
    ways = here.words("ways_to_order", here.value("ways_to_order"))
    return [here.say("utter_how_overview", ways=ways) if ways else here.say("utter_how_overview_here")]


def _own_waiting(case: PatientCase) -> list[Say]:
    early = [state for state in case.states.values() if state.decision.reason == "too_early"]
    return [*(explain(case, state) for state in early), run_out(case)] if early else []


# Ordering


def _why_waiting(here: Here) -> list[Say]:
    """W15; W3 where there is none."""
    fraction = here.value("waiting_fraction")
    if fraction is None:
        return [here.say("utter_how_no_waiting")]
    values = {"fraction": wording.part(Fraction(fraction), here.language)}
    reasons = here.words("waiting_reasons", here.value("waiting_reasons"))
    if not reasons:
        return [here.say("utter_how_waiting_unexplained", **values)]
    return [here.say("utter_how_waiting", **values, reasons=reasons)]


def _ways_to_order(here: Here) -> list[Say]:
    """W13: those that a patient can use."""
    ways = here.words("ways_to_order", here.value("ways_to_order"))
    return [here.say("utter_how_order", ways=ways) if ways else here.say("utter_how_order_here")]


def _at_hand(here: Here) -> list[Say]:
    """P15."""
    things = here.words("have_at_hand", here.value("have_at_hand"))
    return [here.say("utter_how_at_hand" if things else "utter_how_nothing_at_hand", things=things)]


# People without a full record


def _registered(who: str) -> Callable[[Here], list[Say]]:
    """I2-I6, I9-I11: how somebody like that gets into the system, and with what right to care."""

    def answer(here: Here) -> list[Say]:
        adult = here.book.registration(region=here.region, day=here.day, who=who)
        child = here.book.registration(region=here.region, day=here.day, who=who, born=here.day)
        says = []
        if adult.by:
            approved_by = here.words("approved_by", [adult.approved_by] if adult.approved_by else [])
            approved = "_approved" if adult.by == "form" and approved_by else ""
            told = capitalised(here.words("who", [who]))
            says.append(here.say(f"utter_how_registered_{adult.by}{approved}", who=told, approved_by=approved_by))
        if adult.card_valid is not None:  # a card is asked for
            says.append(here.say("utter_how_card_must_be_valid"))
        if adult.label and adult.label.name == "unit":
            says.append(here.say("utter_how_unit_receives"))
        if adult.withdrawals:
            says.append(here.say("utter_how_withdrawals_each", withdrawals=adult.withdrawals))
        if adult.care and child.care:
            says.append(here.say(f"utter_how_care_{child.care}_{adult.care}"))
        return says

    return answer


# Prescribers and staff


def _who_prescribes(here: Here) -> list[Say]:
    """P6, P7; P11 where no age matters."""
    rights = [here.say("utter_how_prescribers")] if here.value("prescribing_rights") else []
    return [*ages_of_prescribers(here), *_highest_ages(here)] or rights


def ages_of_prescribers(here: Here) -> list[Say]:
    """P6, for every product area that has such an age."""
    return _by_age(here, "utter_how_prescribers_by_age", here.value("physician_below_age"))


def _highest_ages(here: Here) -> list[Say]:
    return _by_age(here, "utter_how_highest_age", here.value("highest_age"))


def _by_age(here: Here, response: str, rows: list[dict[str, Any]]) -> list[Say]:
    says = []
    for row in rows:
        when = row.get("when", {})
        what = here.words("products", when.get("type") or when.get("area") or here.book.areas(here.region, here.day))
        if what:
            says.append(here.say(response, what=capitalised(what), age=row["age"]))
    return says


def _prescriber_contact(here: Here) -> list[Say]:
    """S5."""
    given = here.value("prescriber_contact")["given_to_patients"]
    return [here.say("utter_how_prescriber_contact" if given else "utter_how_prescriber_contact_not_given")]


def _staff_access(here: Here) -> list[Say]:
    """I8, S7, S8."""
    access = here.value("access_requests")
    through = here.words("access_through", [access["through"]])
    approved_by = here.words("approved_by", [access["approved_by"]])
    if not through or not approved_by:
        return []
    says = [here.say("utter_how_access", through=through, approved_by=approved_by)]
    mailbox = here.service.mailbox
    if access["through"] == "form_to_mailbox" and mailbox:
        says = [here.say("utter_how_access_mailbox", through=through, approved_by=approved_by, mailbox=mailbox)]
    if access.get("days"):
        fewest, most = access["days"]
        says.append(here.say("utter_how_access_days", fewest=fewest, most=most))
    if not access["by_phone"]:
        says.append(here.say("utter_how_access_not_by_phone"))
    if here.value("prescriber_contact")["direct_number_registered"]:
        says.append(here.say("utter_how_direct_number"))
    return says


def _exemption(here: Here) -> list[Say]:
    """P14: what the prescriber sends, how long it takes, and when it must be asked for anew."""
    answer = here.book.exemption(region=here.region, day=here.day, given=())
    needed = here.words("exemption_needs", answer.numbers.get("needed") or ())
    if not needed:
        return []
    says = [here.say("utter_how_exemption", needs=needed)]
    days = _exemption_days(here)
    if days is not None:
        says.append(here.say("utter_how_exemption_days", days=days))
    if answer.numbers["link_months"] is not None:
        says.append(here.say("utter_how_exemption_lapses", months=answer.numbers["link_months"]))
    return says


def _exemption_days(here: Here) -> int | None:
    """Working days, the longest of the region's product areas."""
    ordered = datetime.combine(here.day, time())
    article = facts.Article(kind="exemption")
    days = [
        here.book.delivery_day(region=here.region, area=area, article=article, option="", ordered=ordered).numbers.get(
            "latest_working_days"
        )
        for area in here.book.areas(here.region, here.day)
    ]
    return max((day for day in days if day is not None), default=None)


def _prescriber_defect(here: Here) -> list[Say]:
    """C7: how prescribers and patients report a defect."""
    reports = here.value("defect_reports") or {}
    says = []
    for who in ("prescriber", "patient"):
        how = here.words("reported", [reports[who]] if who in reports else [])
        if how:
            says.append(here.say(f"utter_how_defect_{who}", how=how))
    return says


# Customer service and delivery


def _mailbox(here: Here) -> list[Say]:
    """S6."""
    mailbox = here.service.mailbox
    return [here.say("utter_how_mailbox", mailbox=mailbox)] if mailbox else []


def _queue(here: Here) -> list[Say]:
    return customer_service.queue(here.service, here.language)


def delivery_hours(here: Here) -> list[Say]:
    """D16: nothing where the region states none."""
    hours = here.value("delivery_hours")
    return [here.say("utter_delivery_hours", opens=hours["from"], closes=hours["to"])] if hours else []


def urgent_delivery(here: Here) -> list[Say]:
    """Whether a patient may ask for it (D12, D13), and what can come the same day on the prescriber's request."""
    decision = here.book.urgent(region=here.region, day=here.day, asked_by="patient", article=facts.Article())
    if decision.reason == "not_in_this_region":
        return [here.say("utter_urgent_not_known_here")]
    may_ask = decision.reason != "only_prescriber"
    says = [here.say("utter_urgent_may_be_asked" if may_ask else "utter_urgent_delivery")]
    express = here.words("products", decision.numbers["express_areas"] or ())
    if express:
        says.append(here.say("utter_urgent_express", what=capitalised(express)))
    return says


# What anybody may hear of money and returns before it is known who asks


def fees_in_general(here: Here) -> list[Say]:
    """F1-F6: whether the region states fees, and for what."""
    areas = [area for row in here.value("fees") or () for area in row.get("when", {}).get("area", ())]
    what = here.words("products", dict.fromkeys(areas))
    return [here.say("utter_general_fee", what=capitalised(what)) if what else here.say("utter_general_fee_not_stated")]


def returns_in_general(here: Here) -> list[Say]:
    """C5: how a return is made, and that leftovers are not taken back where the region says so."""
    leftover = here.book.complain(
        region=here.region, day=here.day, kind="return", article=facts.Article(), discovered=None, leftover=True
    )
    kept = [here.say("utter_general_return_leftover")] if leftover.route == "not_returnable" else []
    return [here.say("utter_general_return"), *kept]


# Those that say more about what is meant go first: "how do asylum seekers order?" is about asylum seekers.
TOPICS: dict[str, Callable[[Here], list[Say]]] = {
    "protected": _registered("protected"),
    "asylum_seeker": _registered("asylum_seeker"),
    "without_permit": _registered("without_permit"),
    "other_region": _registered("other_region"),
    "no_address": _registered("no_address"),
    "reserve_number": _registered("reserve_number"),
    "exemption": _exemption,
    "prescriber_defect": _prescriber_defect,
    "mailbox": _mailbox,
    "staff_access": _staff_access,
    "who_prescribes": _who_prescribes,
    "prescriber_contact": _prescriber_contact,
    "not_found": _registered("not_found"),
    "queue": _queue,
    "delivery_hours": delivery_hours,
    "why_waiting": _why_waiting,
    "at_hand": _at_hand,
    "ways_to_order": _ways_to_order,
}
