"""One message edits the draft: everything it carries, whatever was asked for."""

from ordering.asking import may_ask
from ordering.draft import PRIVATE, DraftLine
from ordering.numbers import number
from ordering.use_cases import order_words
from ordering.use_cases.complain import KINDS
from ordering.use_cases.driver_note import NOTE, is_sensitive
from ordering.use_cases.explain import explain
from ordering.use_cases.flavours_said import CORRECTS, OF_FLAVOURS, FlavoursSaid
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.picked_answers import Edit, begin_anew, take_the_only_line
from ordering.use_cases.said import Message
from ordering.use_cases.same_again import take_as_last_time, take_variants_as_last_time

# Where a product may be named.
_NAMES_FOLLOW = ("lines", "more_lines", "amount", "delivery", *OF_FLAVOURS)


def corrects_an_amount(message: Message) -> bool:
    """ "jag menade fem": more than one step back, and told already."""
    told = message.values("amount") or message.values("flavour")
    return bool(told and CORRECTS.search(message.text))


def _counted(line: DraftLine) -> tuple[int | None, dict[str, int]]:
    return line.packages, line.variants


def edit(case: PatientCase, message: Message) -> Edit:
    """Changes `case.draft` (made when there is none). Saving is the caller's. Never raises for what a patient said."""
    draft = case.draft or begin_anew(case)
    if not draft.lines:
        take_the_only_line(case)
    if draft.seen == message.id:
        return Edit(changed=True)
    editor = _Editor(case, draft, message)
    before = draft.snapshot()
    editor.run()
    editor.check_the_option()
    editor.check_the_note()
    if draft.snapshot() != before:
        draft.remember(before)
        draft.seen = message.id
        editor.result.changed = True
    if editor.result.says or editor.result.confirmed or editor.result.left:
        editor.result.changed = True
    return editor.result


class _Editor(FlavoursSaid):
    def run(self) -> None:
        choices = [value.partition("=") for value in self.message.values("choice")]
        if choices:
            for question, _, value in choices:
                self.choose(question, value)
            return
        if self.question == "resume":
            self.resume_in_words()
            return
        asks_which = order_words.asks_for_flavours(self.message.text) and not self.message.values("flavour")
        if asks_which and self.tell_flavours():
            return
        before = self.draft.snapshot()
        if self.message.intent not in KINDS:  # "the flour was mouldy" asks for no flour
            self.lines_by_product()
        if self.message.intent == "same_as_last_time" or (self.may_name and order_words.the_usual(self.message.text)):
            self.same_as_last_time()
        if self.message.intent.startswith("ask_") and may_ask(self.message.text.rstrip("?! ")):
            return  # "vad kostar 5 paket?" orders none
        self.amounts_and_flavours()
        options = self.message.values("delivery") or self.delivery_in_words()
        for option in options:
            self.delivery(self.with_notice(option))
        told = options or self.message.values("amount") or self.message.values("flavour")
        if self.changes_delivery and not told:
            self.change_delivery()
        # "Nej, jag menade fem" is no answer to what is asked.
        edited = self.draft.snapshot() != before
        if not self.result.says and not edited and self.message.intent in ("affirm", "deny"):
            self.yes_or_no(self.message.intent == "affirm")
        elif not self.result.says and not edited and self.may_name:
            self.cannot_be_had()

    @property
    def changes_delivery(self) -> bool:
        """At the read-back any word of how it is to come is a wish to change it."""
        intent = self.message.intent
        return intent in ("change_delivery", "change_address") or (
            intent == "choose_delivery" and self.question == "confirm"
        )

    def cannot_be_had(self) -> None:
        """More than there is, or something that is not prescribed: told instead of only asking again."""
        text, line = self.message.text, self.case.current
        heard_how_many = (
            self.question in (*OF_FLAVOURS, "amount") and self.case.visit.state.get("asked") == self.question
        )
        if line and heard_how_many and order_words.wants_more(text):
            self.say("utter_no_more_than", max=str(self.case.max_packages(line.line_id)))
        elif self.question in _NAMES_FOLLOW and not any(map(self.message.values, ("product", "flavour", "delivery"))):
            counted = order_words.counted_names(self.case, text)
            name = counted[0] if counted else order_words.wanted_name(self.case, text)
            if name:
                self.say("utter_not_prescribed", product=name)

    def delivery_in_words(self) -> list[str]:
        """The way of delivery where Rasa found the wish for one and not which."""
        if self.message.intent != "choose_delivery" and self.question != "delivery" and not self.changes_delivery:
            return []
        option = order_words.delivery_said(self.message.text)
        return [option] if option else []

    def check_the_option(self) -> None:
        """Asks anew for a delivery that a new line does not allow (D5) or that does not suit the home (D34)."""
        draft = self.draft
        if draft.option is None or not draft.lines:
            return
        if draft.option not in self.case.options(draft):
            self.say("utter_option_not_possible")
        elif not self.case.suits(draft):
            self.say("utter_option_does_not_suit")
        else:
            return
        draft.forget_delivery()

    def check_the_note(self) -> None:
        """A product added since may make a note sensitive that was not (D29)."""
        note = self.draft.details.get(NOTE)
        if note and is_sensitive(self.case, self.draft, note):
            self.say("utter_error_note_sensitive")
            del self.draft.details[NOTE]
            self.draft.asking = NOTE

    def resume_in_words(self) -> None:
        if self.message.intent in ("affirm", "order_products", "inform"):
            self.resume("go_on")
        elif self.message.intent == "deny":
            self.resume("leave")

    def same_as_last_time(self) -> None:
        line = self.case.current
        if self.question == "variants" and line:
            self.result.says += take_variants_as_last_time(self.case, line)
        elif not self.draft.lines or self.question in ("lines", "amount", "variants") or self.message.values("product"):
            self.result.says += take_as_last_time(self.case)
        elif self.question == "delivery" and self.case.last_delivery(self.draft):
            self.delivery("as_last_time")
        elif self.question == "delivery" and not self.message.values("delivery"):
            self.say("utter_no_last_delivery")

    def with_notice(self, option: str) -> str:
        """ "utanför dörren men smsa innan": the same way of delivery, with an SMS, where there is such a one."""
        other = f"{option}_sms"
        return other if other in self.case.options(self.draft) and order_words.by_sms(self.message.text) else option

    def lines_by_product(self) -> None:
        products = self.message.values("product")
        if not products and self.may_name and self.question in ("lines", "more_lines"):
            products = order_words.misspelt_products(self.case, self.message.text)
        for product in dict.fromkeys(products):
            states = [s for s in self.case.states.values() if s.line.article.product.lower() == product.lower()]
            drafted = {line.line_id for line in self.draft.lines}
            if any(state.line.id in drafted for state in states):
                continue
            free = [state for state in states if state.decision.allowed]
            if free:
                self.draft.lines += [DraftLine(state.line.id) for state in free]
                self.draft.lines_done = True
            elif states:
                self.result.says.append(explain(self.case, states[0]))
            else:
                self.say("utter_not_prescribed", product=product)

    def amounts_and_flavours(self) -> None:
        """Pairs each amount with the flavour or product beside it ("10 choklad och 5 vanilj")."""
        named = self.message.values("flavour") or self.message.values("product")
        if self.question in PRIVATE and not named and not CORRECTS.search(self.message.text):
            return  # the number of a house or an hour
        if contradiction := order_words.more_of_fewer(self.message.text):
            self.say("utter_unclear_amount", number=contradiction)
            return
        if self.spoken_flavours():
            return
        waiting: int | None = None
        flavour: str | None = None
        alone = len(self.message.values("amount")) == 1
        for entity in self.message.entities:
            kind, value = entity["entity"], str(entity["value"])
            if kind == "amount":
                count = number(value, articles=alone and self.question in ("amount", "variant_amount"))
                if count is None:
                    continue
                if flavour:
                    self.flavour(flavour, count)
                    flavour = None
                else:
                    waiting = count
            elif kind == "product" and waiting is not None:
                if counted := self.counted_line(value):
                    self.packages(counted, waiting)
                waiting = None
            elif kind == "flavour":
                if waiting is not None:
                    self.flavour(value, waiting)
                    waiting = None
                else:
                    if flavour:
                        self.flavour(flavour, None)
                    flavour = value
        if flavour:
            self.flavour(flavour, waiting)
        elif waiting is not None and alone:
            self.amount(waiting)
        elif waiting is not None:
            self.say("utter_unclear_amount", number=str(waiting))

    def amount(self, count: int) -> None:
        line = self.case.current or (self.draft.lines[0] if len(self.draft.lines) == 1 else None)
        if line is None or CORRECTS.search(self.message.text):
            line = self.last_counted() or line
        if line is None:
            return
        if not self.case.has_variants(line.line_id):
            self.packages(line, count)
        elif line.flavour:
            self.flavour(line.flavour, count)
        elif len(line.variants) == 1:
            self.flavour(next(iter(line.variants)), count)

    def last_counted(self) -> DraftLine | None:
        """The line whose amount was told last: "jag menade fem" is about that one. None when it was several."""
        for before in reversed(self.draft.undo):
            then = {line["line_id"]: (line["packages"], line["variants"]) for line in before["lines"]}
            told = [line for line in self.draft.lines if line.taken and then.get(line.line_id) != _counted(line)]
            if told:
                return told[0] if len(told) == 1 else None
        return None

    def change_delivery(self) -> None:
        """ "fel adress", "ändra leveransen": that part is asked for again."""
        asked = self.question in ("address", "new_address")
        if self.message.intent == "change_address" and (asked or "address" in self.draft.details):
            self.draft.asking = "new_address"
        else:
            self.draft.forget_delivery()

    def yes_or_no(self, yes: bool) -> None:
        question, draft = self.question, self.draft
        line = self.case.current
        if question == "confirm":
            self.confirm("yes" if yes else "no")
        elif question == "more_lines" and not yes:
            draft.lines_done = True
        elif question == "more_lines" and len(self.case.still_to_take(draft)) == 1:
            self.line("all")
        elif question == "variants" and line and line.variants and not yes:
            line.enough = True
        elif question == "variant_amount" and line and not yes:
            line.flavour = None
        elif question == "change" and not yes:
            draft.asking = None
        elif question == "address":
            self.detail("address", "registered" if yes else "other")
        elif question in ("outside_region", "name_on_door", "name_in_note"):
            self.choose(question, "yes" if yes else "no")
        elif question == NOTE and not yes:
            self.note("none")
