"""One message edits the draft: everything it carries, whatever was asked for."""

import re
from dataclasses import dataclass
from typing import Any

from ordering import wording
from ordering.asking import may_ask
from ordering.draft import PRIVATE, Draft, DraftLine
from ordering.numbers import number
from ordering.use_cases import order_words
from ordering.use_cases.complain import KINDS
from ordering.use_cases.driver_note import NOTE, is_sensitive
from ordering.use_cases.explain import capitalised, explain
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.picked_answers import Edit, PickedAnswers, begin_anew, take_the_only_line
from ordering.use_cases.same_again import take_as_last_time, take_variants_as_last_time
from ordering.variants import Choice, find_variant, read_choice
from rulebook import facts


@dataclass(slots=True)
class Message:
    """What Rasa understood, and how sure it is (0 to 1). `entities`: {"entity", "value"} in the order of the text."""

    id: str
    intent: str
    entities: list[dict[str, Any]]
    text: str = ""
    confidence: float = 1.0

    def values(self, name: str) -> list[str]:
        return [str(entity["value"]) for entity in self.entities if entity["entity"] == name]

    def heard(self, name: str) -> dict[str, str]:
        """{the words of the text: the value they stand for} of one kind of entity."""
        return {
            self.text[entity["start"] : entity["end"]]: str(entity["value"])
            for entity in self.entities
            if entity["entity"] == name and "start" in entity and "end" in entity
        }


_MAY_NAME_PRODUCTS = frozenset({"order_products", "choose_variants", "choose_delivery", "inform", "nlu_fallback"})
_CORRECTS = re.compile(r"\b(?:menade|menar|mena|ändra|skulle|meant|mean|should|change)\b", re.IGNORECASE)
_NOT_THAT = re.compile(
    r"\b(?:inte|ej|not|i ?stället för|instead of|rather than|byt(?:a)?(?: ut)?|change) (?:någon |den |the )?"
    r"([^\W\d_]+)",
    re.IGNORECASE,
)


def corrects_an_amount(message: Message) -> bool:
    """ "jag menade fem": more than one step back, and told already."""
    told = message.values("amount") or message.values("flavour")
    return bool(told and _CORRECTS.search(message.text))


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


class _Editor(PickedAnswers):
    def __init__(self, case: PatientCase, draft: Draft, message: Message) -> None:
        super().__init__(case, draft)
        self.message = message

    def run(self) -> None:
        choices = [value.partition("=") for value in self.message.values("choice")]
        if choices:
            for question, _, value in choices:
                self.choose(question, value)
            return
        if self.question == "resume":
            self.resume_in_words()
            return
        before = self.draft.snapshot()
        if self.message.intent not in KINDS:  # "the flour was mouldy" asks for no flour
            self.lines_by_product()
        if self.message.intent == "same_as_last_time" or (self.may_name and order_words.the_usual(self.message.text)):
            self.same_as_last_time()
        if self.message.intent.startswith("ask_") and may_ask(self.message.text.rstrip("?! ")):
            return  # "vad kostar 5 paket?" orders none
        self.amounts_and_flavours()
        for option in self.message.values("delivery"):
            self.delivery(self.with_notice(option))
        told = any(self.message.values(name) for name in ("delivery", "amount", "flavour"))
        if self.message.intent in ("change_delivery", "change_address") and not told:
            self.change_delivery()
        # "Nej, jag menade fem" is no answer to what is asked.
        edited = self.draft.snapshot() != before
        if not self.result.says and not edited and self.message.intent in ("affirm", "deny"):
            self.yes_or_no(self.message.intent == "affirm")

    @property
    def may_name(self) -> bool:
        """Whether the words may name what Rasa did not find, since it is misspelt."""
        return self.message.intent in _MAY_NAME_PRODUCTS

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
        if self.question in PRIVATE and not named and not _CORRECTS.search(self.message.text):
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
            elif kind == "product" and waiting is not None and (counted := self.counted_line(value)):
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
            elif kind == "product" and waiting is not None:
                self.amount_of(value, waiting)
                waiting = None
        if flavour:
            self.flavour(flavour, waiting)
        elif waiting is not None and alone:
            self.amount(waiting)
        elif waiting is not None:
            self.say("utter_unclear_amount", number=str(waiting))

    def spoken_flavours(self) -> bool:
        """Takes what the sentence itself says of flavours: halves, rests, "ten of each". False when it says nothing."""
        named = self.message.values("product")
        if any(self.counted_line(product) for product in named):
            return False  # its numbers belong to several products
        current = self.case.current
        line = current if current and self.case.has_variants(current.line_id) else None
        misspelt = self.may_name and not named and order_words.counts_flavours(self.case, self.message.text)
        if line is None and (self.message.values("flavour") or misspelt):
            line = self.line_with_variants()
        if line is None:
            return False
        article = self.case.states[line.line_id].line.article
        left = self.case.max_packages(line.line_id) - line.taken
        choice = read_choice(article, self.message.text, self.message.heard("flavour"), left=left)
        choice = self.instead(line, choice)
        if choice.each is not None:
            each = {variant.code: choice.each for variant in self.case.variants_in_stock(line.line_id)}
            if self.allowed(line, facts.Want(variants={**line.variants, **each})):
                line.variants, line.flavour = {**line.variants, **each}, None
        comes_to = sum(count or 0 for _, count in choice.wanted)
        if choice.stated is not None:
            self.say("utter_amounts_differ", stated=str(choice.stated), number=str(comes_to))
        if choice.stated is not None and comes_to > choice.stated:
            return True
        for name, count in choice.wanted:
            self.flavour(name, count)
        return bool(choice)

    def instead(self, line: DraftLine, choice: Choice) -> Choice:
        """ "inte choklad, vanilj": the flavour that is named goes in the place of the one that was chosen before."""
        article = self.case.states[line.line_id].line.article
        taken_back = find_variant(article, match[1]) if (match := _NOT_THAT.search(self.message.text)) else None
        named = {name for name, _ in choice.wanted}
        full = line.taken >= self.case.max_packages(line.line_id)
        if taken_back is None and full and len(line.variants) == 1 and _CORRECTS.search(self.message.text):
            taken_back = find_variant(article, next(iter(line.variants)))
        if taken_back is None or taken_back.code in named or taken_back.code not in line.variants:
            return choice
        found = ((find_variant(article, name), count) for name, count in choice.wanted)
        new = [(variant.code, count) for variant, count in found if variant and variant.in_stock]
        if not new:
            return choice
        freed = line.variants[taken_back.code]
        line.variants = {code: count for code, count in line.variants.items() if code != taken_back.code}
        line.enough = False
        if len(new) == 1 and new[0][1] is None:
            return Choice(wanted=((new[0][0], freed + line.variants.get(new[0][0], 0)),))
        return choice

    def counted_line(self, product: str) -> DraftLine | None:
        """The drafted line of a product that comes in one kind, so that a number says it all."""
        for line in self.draft.lines:
            article = self.case.states[line.line_id].line.article
            if article.product.lower() == product.lower() and not article.variants:
                return line
        return None

    def amount(self, count: int) -> None:
        line = self.case.current or (self.draft.lines[0] if len(self.draft.lines) == 1 else None)
        if line is None or _CORRECTS.search(self.message.text):
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

    def amount_of(self, product: str, count: int) -> None:
        """ "2 plattor": the amount of a drafted line of that product."""
        for line in self.draft.lines:
            article = self.case.states[line.line_id].line.article
            if article.product.lower() == product.lower() and not article.variants:
                self.packages(line, count)

    def flavour(self, name: str, count: int | None) -> None:
        line = self.line_with_variants()
        if line is None:
            fixed = self.case.current
            if fixed:  # V4
                self.say("utter_fixed_flavour", product=self.case.label(self.case.states[fixed.line_id].line))
            return
        article = self.case.states[line.line_id].line.article
        variant = find_variant(article, name)
        if variant is None:
            self.say("utter_no_such_flavour", flavour=name, flavours=self.in_stock(line))
        elif not variant.in_stock:
            gone = capitalised(wording.flavour(variant, self.case.visit.language))
            self.say("utter_flavour_out_of_stock", flavour=gone)
        elif count is None and line.taken < self.case.max_packages(line.line_id):
            line.flavour = variant.code
        elif count is None:
            self.allowed(
                line, facts.Want(variants={**line.variants, variant.code: 1 + line.variants.get(variant.code, 0)})
            )
        elif self.allowed(line, facts.Want(variants={**line.variants, variant.code: count})):
            line.variants = {**line.variants, variant.code: count}
            line.flavour = None

    def in_stock(self, line: DraftLine) -> str:
        language = self.case.visit.language
        names = (wording.flavour(variant, language) for variant in self.case.variants_in_stock(line.line_id))
        return wording.listing(names, language)

    def line_with_variants(self) -> DraftLine | None:
        """The drafted line that flavours are about; the only such line is taken up when none is drafted."""
        drafted = [line for line in self.draft.lines if self.case.has_variants(line.line_id)]
        if not drafted:
            free = [line_id for line_id in self.case.still_to_take(self.draft) if self.case.has_variants(line_id)]
            if len(free) != 1:
                return None
            drafted = [DraftLine(free[0])]
            self.draft.lines += drafted
            self.draft.lines_done = True
        current = self.case.current
        return current if current in drafted else drafted[0]

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
