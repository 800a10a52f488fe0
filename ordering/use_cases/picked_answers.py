"""Answers that were picked, not written: each choice is "question=value". The rules' limits on them stand here too."""

from dataclasses import dataclass, field

from ordering.draft import Draft, DraftLine
from ordering.use_cases.driver_note import NOTE, add_name
from ordering.use_cases.explain import explain
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.private_answers import use_address
from ordering.use_cases.said import Say
from ordering.use_cases.same_again import take_variants_as_last_time
from rulebook import facts


@dataclass(slots=True)
class Edit:
    """`confirmed`: yes to what was read back. `dropped`: the draft was given up. `left`: kept for later."""

    changed: bool = False
    confirmed: bool = False
    dropped: bool = False
    left: bool = False
    says: list[Say] = field(default_factory=list)


def take_the_only_line(case: PatientCase) -> None:
    lines = case.can_take()
    if len(lines) == 1 and case.draft is not None:
        case.draft.lines = [DraftLine(lines[0].line.id)]


def begin_anew(case: PatientCase) -> Draft:
    """An empty draft in place of what there was."""
    case.draft = Draft(visit_id=case.visit.id)
    take_the_only_line(case)
    return case.draft


class PickedAnswers:
    """Changes a draft by choices. What is to be told of it gathers in `result`."""

    def __init__(self, case: PatientCase, draft: Draft) -> None:
        self.case, self.draft = case, draft
        self.question = case.question
        self.result = Edit()

    def say(self, response: str, **values: str) -> None:
        self.result.says.append(Say(response, values))

    def choose(self, question: str, value: str) -> None:
        handler = {
            "confirm": self.confirm,
            "resume": self.resume,
            "lines": self.line,
            "more_lines": self.line,
            "amount": self.amount_choice,
            "variants": self.variant_choice,
            "variant_amount": self.rest_of_the_line,
            "delivery": self.delivery,
            "change": self.change,
            NOTE: self.note,
            "name_in_note": self.name_in_note,
            "save_address": self.save_address,
            "change_order": self.change_order,
        }.get(question)
        if handler:
            handler(value)
        else:
            self.detail(question, value)

    def resume(self, value: str) -> None:
        if value == "go_on":
            self.draft.visit_id = self.case.visit.id
            for gone in self.case.drop_lines_no_longer_possible():
                self.result.says.append(explain(self.case, gone))
            self.result.changed = True
        elif value == "start_over":
            self.draft = begin_anew(self.case)
            self.result.changed = True
        else:
            self.result.left = True

    def line(self, value: str) -> None:
        possible = self.case.still_to_take(self.draft)
        if value == "none":
            self.enough()
        elif value == "all":
            self.draft.lines += [DraftLine(line_id) for line_id in possible]
        elif value.isdigit() and int(value) in possible:
            self.draft.lines.append(DraftLine(int(value)))

    def enough(self) -> None:
        """Nothing more: no other product, and of the flavours no more than are chosen.

        Said where a product was only picked, beside others that are settled, it lets that one go.
        """
        self.draft.lines_done = self.result.changed = True
        line = self.case.current
        if line and line.variants:
            line.enough, line.flavour = True, None
        elif line and any(other.taken for other in self.draft.lines):
            self.draft.lines.remove(line)

    def amount_choice(self, value: str) -> None:
        line = self.case.current
        if line:
            self.packages(line, self.case.max_packages(line.line_id) if value == "all" else int(value))

    def variant_choice(self, value: str) -> None:
        line = self.case.current
        if line is None:
            return
        if value == "same":
            self.result.says += take_variants_as_last_time(self.case, line)
        elif value == "enough":
            line.enough = bool(line.variants)
        elif value == "again":
            line.variants, line.flavour, line.enough = {}, None, False
        else:
            line.flavour = value

    def rest_of_the_line(self, value: str) -> None:
        """All that is left of the line, of the flavour that was picked."""
        line = self.case.current
        if line and line.flavour:
            left = self.case.max_packages(line.line_id) - sum(line.variants.values())
            line.variants[line.flavour] = left + line.variants.get(line.flavour, 0)
            line.flavour = None

    def change(self, value: str) -> None:
        draft = self.draft
        draft.asking = None
        if value == "lines":
            draft.lines, draft.lines_done = [], False
        elif value == "amounts":
            draft.lines = [DraftLine(line.line_id) for line in draft.lines]
        elif value == "delivery":
            draft.forget_delivery()
        elif value == "note":
            draft.asking = NOTE
        elif value == "nothing":
            self.result.changed = True
        else:
            self.result.dropped = True

    def detail(self, question: str, value: str) -> None:
        """A delivery detail that was picked, not written."""
        draft, details = self.draft, self.draft.details
        if draft.asking == question:
            draft.asking = None
        if question == "address" and value == "registered" and self.case.person.address:
            use_address(details, self.case.person.address, changed=False)
        elif question == "address" and value == "saved" and self.case.person.saved_address:
            use_address(details, self.case.person.saved_address, changed=True)
        elif question == "address":
            draft.asking = "new_address"
        elif question == "outside_region":
            details["outside_region"] = value == "yes"
        elif question == "door_code" and value == "entry_phone":
            details.update(door_code="none", entry_phone=True)
        elif question == "name_on_door":
            details["name_on_door"] = value == "yes"
        elif question == "notify_by":
            self.notify_by(value)
        elif question == "pickup_point":
            details["pickup_point"] = next((p for p in details.get("nearest", []) if p["id"] == value), None)
        elif question == "guardian_name" and value == "speaker":
            details["guardian_name"] = self.case.speaker.name
        elif question == "door_code" and value == "known":
            details["door_code"] = self.case.person.door_code
        elif question in ("dwelling", "door_code", "receiver_name"):
            details[question] = value

    def note(self, value: str) -> None:
        """The note to the driver: "none", or "ask" for it."""
        self.draft.asking = NOTE if value == "ask" else None
        if value == "none":
            self.draft.details.pop(NOTE, None)
        self.result.changed = True

    def save_address(self, value: str) -> None:
        """Done with the order that it is for (W12)."""
        typed = bool(self.draft.details.get("address_changed"))
        self.draft.keep_address = typed and value == "yes"
        self.say("utter_address_saved_with_order" if self.draft.keep_address else "utter_no_address_to_save")

    def change_order(self, value: str) -> None:
        if self.draft.lines:
            self.draft.asking = "change"

    def name_in_note(self, value: str) -> None:
        """D28: another receiver is possible only with the patient's name in the note."""
        if value == "yes":
            add_name(self.case, self.draft)
        else:
            self.draft.details.pop("receiver_name", None)

    def notify_by(self, value: str) -> None:
        details, person = self.draft.details, self.case.person
        if value == "own_sms":
            details.update(notify_by="sms", mobile=self.case.contact_mobile)
        elif value == "own_email":
            details.update(notify_by="email", email=person.email)
        else:
            details["notify_by"] = value
            details.pop("mobile" if value == "sms" else "email", None)

    def confirm(self, value: str) -> None:
        if value == "yes":
            self.result.confirmed = True
        else:
            self.draft.asking = "change"

    def delivery(self, option: str) -> None:
        last = self.case.last_delivery(self.draft)
        if option == "as_last_time" and last:
            self.draft.deliver(last.option, last.details)
            return
        if option not in self.case.options(self.draft):
            if self.draft.lines:
                self.say("utter_option_not_possible")
            return
        if option != self.draft.option:
            self.draft.deliver(option, self.case.known_details(option))

    def packages(self, line: DraftLine, count: int) -> None:
        if self.allowed(line, facts.Want(packages=count)):
            line.packages = count

    def allowed(self, line: DraftLine, want: facts.Want) -> bool:
        """Asks the rules (W7, V2); tells the patient when it is too many or nothing."""
        state = self.case.states[line.line_id]
        decision = self.case.decide(state.line, want, state.under_way)
        if decision.reason in ("too_many", "nothing_asked", "not_a_variant"):
            most = self.case.max_packages(line.line_id)
            self.say(
                f"utter_{decision.reason}",
                product=self.case.label(state.line),
                max=str(most),
                left=str(most - sum(line.variants.values())),
            )
        elif not decision.allowed:
            self.result.says.append(explain(self.case, state))
        return decision.allowed
