"""What the patient is being asked right now: the choices, and the private words that the gateway fills in."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from ordering import wording
from ordering.draft import PRIVATE, Draft
from ordering.model import Address, Complaint, SmsDetail, Visit
from ordering.ports import Transaction
from ordering.use_cases.complain import next_question as next_about_complaint
from ordering.use_cases.complain_choices import complaint_choices
from ordering.use_cases.patient_case import PatientCase, load, written_address
from ordering.use_cases.trust import COMPLAINS, ORDERS, NotProved, NotTheirs
from rulebook import Rulebook

Expects = Literal["anything", "choice", "number", "text"]

_YES_NO = ("outside_region", "name_on_door", "name_in_note")
_NUMBERS = ("amount", "variant_amount")
_OR_DIGITS = (
    "door_code",
    "pickup_point",
    "note_to_driver",
)  # beside the choices: a phone must not stop at the first key
_DOOR_CODES = {"none": ("ingen", "ingen kod", "none", "no code"), "entry_phone": ("porttelefon", "intercom")}
YES_WORDS = (
    *("ja", "japp", "jepp", "jajamän", "absolut", "stämmer", "det stämmer"),
    *("yes", "yes please", "yep", "yeah", "correct", "that is right"),
)
NO_WORDS = ("nej", "nä", "no", "no thanks", "no thank you")
_NEAREST = ("den närmaste", "närmaste", "närmast", "det närmaste", "the nearest", "nearest", "the closest", "closest")
_ENOUGH = ("klar", "klart", "det räcker", "done", "that is all", "thats all", "enough")


@dataclass(frozen=True, slots=True)
class PendingChoice:
    """A way to answer.

    label: the words to show. When it begins with `utter_` it is the name of a response (a text in domain.yml) that
    words it with `values`; otherwise it is data (a flavour, a shop).
    intent, entities: what goes to Rasa when it is picked. aliases: other words for the same choice.
    numbered: false where a keyed number must mean an amount, not this choice.
    shown: false for what may be answered but not named.
    """

    label: str
    entities: dict[str, str]
    intent: str = "inform"
    aliases: tuple[str, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    numbered: bool = True
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Pending:
    """The question that is open.

    name: the form's slot; its text is the response `utter_ask_<name>`.
    private: the answer must not reach Rasa (`ordering.use_cases.private_answers` takes it).
    multiple: several choices may be picked at once ("1 och 3").
    values: for the placeholders in square brackets that only the gateway may fill.
    """

    name: str
    private: bool = False
    multiple: bool = False
    expects: Expects = "anything"
    choices: tuple[PendingChoice, ...] = ()
    values: dict[str, str] = field(default_factory=dict)


async def pending_question(
    tx: Transaction, book: Rulebook, visit: Visit, *, now: datetime, sms_detail: SmsDetail = "short"
) -> Pending | None:
    """The question the patient's draft or complaint is waiting for; None when nothing is open, nobody is known, or
    whoever speaks may not hear of it."""
    complaint = await tx.complaints.current(visit.person_id, visit_id=visit.id) if visit.person_id else None
    try:
        needs = COMPLAINS if complaint else ORDERS
        case = await load(tx, book, visit, needs=needs, now=now, sms_detail=sms_detail)
    except (NotProved, NotTheirs):
        return None
    return pending_about(case, complaint) if complaint else pending(case)


def pending_about(case: PatientCase, complaint: Complaint) -> Pending | None:
    name = next_about_complaint(case, complaint)
    if name is None:
        return None
    choices = tuple(
        PendingChoice(one.label, {"choice": f"{name}={one.value}"}, aliases=one.aliases, values=one.values)
        for one in complaint_choices(case, complaint, name)
    )
    return Pending(name, expects="choice" if choices else "anything", choices=choices)


def pending(case: PatientCase) -> Pending | None:
    draft, name = case.draft, case.question
    if draft is None or name is None:
        return None
    choices = _choices(case, draft, name)
    expects: Expects = "choice" if choices and name not in _OR_DIGITS else "text"
    if name in _NUMBERS:
        expects = "number"
    return Pending(
        name=name,
        private=name in PRIVATE,
        multiple=name in ("lines", "more_lines"),
        expects=expects,
        choices=tuple(choices),
        values=_private_values(case, draft),
    )


def _choice(question: str, value: str, *aliases: str, **values: str) -> PendingChoice:
    return PendingChoice(
        label=f"utter_choice_{question}_{value}",
        entities={"choice": f"{question}={value}"},
        aliases=aliases,
        values=values,
    )


def _data(question: str, value: str, label: str, *aliases: str) -> PendingChoice:
    return PendingChoice(label=label, entities={"choice": f"{question}={value}"}, aliases=aliases)


def _choices(case: PatientCase, draft: Draft, question: str) -> list[PendingChoice]:
    if question in _YES_NO:
        return [_choice(question, "yes", *YES_WORDS), _choice(question, "no", *NO_WORDS)]
    match question:
        case "resume":
            return [_choice(question, value) for value in ("go_on", "start_over", "leave")]
        case "lines" | "more_lines":
            return _line_choices(case, draft, question)
        case "amount":
            return [_amount_choice(case)]
        case "variants":
            return _variant_choices(case)
        case "variant_amount":
            return _rest_choice(case)
        case "delivery":
            return _delivery_choices(case, draft)
        case "address":
            return _address_choices(case)
        case "dwelling":
            return [_choice(question, "house", "hus", "villa", "radhus"), _choice(question, "flat", "lägenhet")]
        case "door_code":
            known = case.person.door_code and not draft.details.get("address_changed")
            codes = [_choice(question, value, *words) for value, words in _DOOR_CODES.items()]
            return [_choice(question, "known"), *codes] if known else codes
        case "pickup_point":
            return _pickup_choices(draft)
        case "notify_by":
            return _notify_choices(case)
        case "guardian_name":
            return [_choice(question, "speaker")] if case.by_proxy else []
        case "receiver_name":
            return _unit_choices(case, draft)
        case "note_to_driver":
            return [_choice(question, "none", "inget", "inget meddelande", "no message", "none", *NO_WORDS)]
        case "change":
            return _change_choices(case, draft)
        case "confirm":
            return [_choice(question, "yes", *YES_WORDS), _choice(question, "no", "ändra", *NO_WORDS)]
    return []


def _address_choices(case: PatientCase) -> list[PendingChoice]:
    registered = [_choice("address", "registered", *YES_WORDS)] if case.person.address else []
    other = _choice("address", "other", "ändra adressen", "ny adress", "ändra", "new address", *NO_WORDS)
    return [*registered, *_saved_address(case), other]


def _pickup_choices(draft: Draft) -> list[PendingChoice]:
    """The nearest first, which may also be called that."""
    return [
        _data(
            "pickup_point",
            str(point["id"]),
            f"{point['name']}, {point['street']}",
            str(point["name"]),
            *(() if place else _NEAREST),
        )
        for place, point in enumerate(draft.details.get("nearest") or [])
    ]


def _saved_address(case: PatientCase) -> list[PendingChoice]:
    saved = case.person.saved_address
    if saved is None:
        return []
    channel = case.visit.channel
    where = saved.city if channel == "sms" else _spoken_address(saved) if channel == "voice" else written_address(saved)
    return [_choice("address", "saved", "sparade adressen", "den sparade", "saved address", where=where)]


def _line_choices(case: PatientCase, draft: Draft, question: str) -> list[PendingChoice]:
    free = [case.states[line_id].line for line_id in case.still_to_take(draft)]
    labels = [case.label(line) for line in free]
    choices = [
        _data(
            "lines",
            str(line.id),
            label if labels.count(label) == 1 else f"{label} ({line.number})",
            line.article.product,
        )
        for line, label in zip(free, labels, strict=True)
    ]
    if len(free) > 1:
        choices.append(_choice("lines", "all", "allt", "alla", "båda", "everything", "both", "all of them"))
    if question == "more_lines":
        choices.append(_choice("lines", "none", *_ENOUGH, "inget mer", "nothing more", *NO_WORDS))
    return choices


def _amount_choice(case: PatientCase) -> PendingChoice:
    most = case.max_packages(case.current.line_id) if case.current else 0
    return PendingChoice(
        label="utter_choice_amount_all",
        entities={"choice": "amount=all"},
        aliases=("alla", "allt", "max", "så många som möjligt", "all", "all of them", "as many as possible", str(most)),
        values={"max": str(most)},
        numbered=False,
    )


def _rest_choice(case: PatientCase) -> list[PendingChoice]:
    line = case.current
    if line is None:
        return []
    left = str(case.max_packages(line.line_id) - sum(line.variants.values()))
    words = ("alla", "allt", "resten", "så många som möjligt", "all", "all of them", "the rest", left)
    choice = _choice("variant_amount", "rest", *words, left=left)
    return [replace(choice, numbered=False)]


def _variant_choices(case: PatientCase) -> list[PendingChoice]:
    line = case.current
    if line is None:
        return []
    choices = [
        replace(
            _data("variants", variant.code, wording.flavour(variant, case.visit.language), variant.name),
            shown=case.names_products,
        )
        for variant in case.variants_in_stock(line.line_id)
        if variant.code not in line.variants
    ]
    last = case.last_choice(case.states[line.line_id].line)
    if last.variants and not line.variants:
        flavours = case.flavours(case.states[line.line_id].line.article, last.variants)
        same = ("samma", "samma som sist", "det vanliga", "som vanligt", "same", "same as last time", "the usual")
        label = "utter_choice_variants_same" if case.names_products else "utter_choice_variants_same_unnamed"
        choices.insert(0, replace(_choice("variants", "same", *same, flavours=flavours), label=label))
    if line.variants:
        choices += [
            _choice("variants", "enough", *_ENOUGH, *NO_WORDS),
            _choice("variants", "again", "börja om med smakerna"),
        ]
    return choices


def _delivery_choices(case: PatientCase, draft: Draft) -> list[PendingChoice]:
    choices = [_choice("delivery", option) for option in case.options(draft)]
    if case.last_delivery(draft):
        choices.insert(
            0, _choice("delivery", "as_last_time", "samma", "samma som sist", "som sist", "same", "same as last time")
        )
    return choices


def _notify_choices(case: PatientCase) -> list[PendingChoice]:
    choices = []
    if case.contact_mobile:
        choices.append(
            _choice(
                "notify_by", "own_sms", "sms", "mitt nummer", "my number", "text me", ending=case.contact_mobile[-2:]
            )
        )
    if case.person.email:
        choices.append(_choice("notify_by", "own_email", "mejl", "mail", "e-post", "email", "e-mail"))
    return [*choices, _choice("notify_by", "sms", "annat nummer"), _choice("notify_by", "email", "annan e-post")]


def _unit_choices(case: PatientCase, draft: Draft) -> list[PendingChoice]:
    """The units that have prescribed what is in the draft."""
    units = {case.states[line.line_id].line.unit_name for line in draft.lines if line.line_id in case.states}
    return [_data("receiver_name", unit, unit) for unit in sorted(units)]


def _change_choices(case: PatientCase, draft: Draft) -> list[PendingChoice]:
    several = len(case.still_to_take(draft)) + len(draft.lines) > 1
    values = (*(("lines",) if several else ()), "amounts", "delivery", "note", "cancel", "nothing")
    return [_choice("change", value) for value in values]


def _private_values(case: PatientCase, draft: Draft) -> dict[str, str]:
    """Values for [placeholders]. An SMS never carries a door code, nor a registered address in full."""
    details, registered, sms = draft.details, case.person.address, case.visit.channel == "sms"
    point = details.get("pickup_point")
    values = {
        "draft_fingerprint": draft.fingerprint(),
        "registered_address": _registered(case),
        "address": str(details.get("address") or ""),
        "door_code": "" if sms else str(details.get("door_code") or ""),
        "name_on_door": case.person.name,
        "co_name": str(details.get("co_name") or ""),
        "pickup_point": f"{point['name']}, {point['street']}, {point['city']}" if point else "",
        "mobile_ending": str(details.get("mobile") or "")[-2:],
        "email": str(details.get("email") or ""),
        "receiver_name": str(details.get("receiver_name") or ""),
        "guardian_name": str(details.get("guardian_name") or ""),
        "first_name": case.person.given_name,
        "note_to_driver": str(details.get("note_to_driver") or ""),
    }
    if case.visit.channel == "voice" and values["address"] in _said_shortly(case):
        values["address"] = _said_shortly(case)[values["address"]]
    if sms and registered and not details.get("address_changed"):
        values["address"] = registered.city
    if sms and case.person.saved_address and details.get("address") == written_address(case.person.saved_address):
        values["address"] = case.person.saved_address.city
    return {name: value for name, value in values.items() if value}


def _registered(case: PatientCase) -> str:
    address = case.person.address
    if address is None:
        return ""
    if case.visit.channel == "sms":
        return address.city
    return _spoken_address(address) if case.visit.channel == "voice" else written_address(address)


def _spoken_address(address: Address) -> str:
    """An address that is known already needs no postal code to be told from others."""
    return f"{address.street}, {address.city}"


def _said_shortly(case: PatientCase) -> dict[str, str]:
    known = (case.person.address, case.person.saved_address)
    return {written_address(address): _spoken_address(address) for address in known if address}
