"""The flavours that a message tells of, and how many of each, in the line that they are about."""

import re

from ordering import wording
from ordering.draft import Draft, DraftLine
from ordering.use_cases import order_words
from ordering.use_cases.explain import capitalised
from ordering.use_cases.patient_case import PatientCase
from ordering.use_cases.picked_answers import PickedAnswers
from ordering.use_cases.said import Message
from ordering.variants import Choice, find_variant, read_choice
from rulebook import facts

_MAY_NAME_PRODUCTS = frozenset({"order_products", "choose_variants", "choose_delivery", "inform", "nlu_fallback"})
OF_FLAVOURS = ("variants", "variant_amount")
CORRECTS = re.compile(r"\b(?:menade|menar|mena|ändra|skulle|meant|mean|should|change)\b", re.IGNORECASE)
_NOT_THAT = re.compile(
    r"\b(?:inte|ej|not|i ?stället för|instead of|rather than|byt(?:a)?(?: ut)?|change) (?:någon |den |the )?"
    r"([^\W\d_]+)",
    re.IGNORECASE,
)


class FlavoursSaid(PickedAnswers):
    """Changes a draft by the flavours in a message."""

    def __init__(self, case: PatientCase, draft: Draft, message: Message) -> None:
        super().__init__(case, draft)
        self.message = message

    @property
    def may_name(self) -> bool:
        """Whether the words may name what Rasa did not find, since it is misspelt."""
        return self.message.intent in _MAY_NAME_PRODUCTS

    def spoken_flavours(self) -> bool:
        """Takes what the sentence itself says of flavours: halves, rests, "ten of each". False when it says nothing."""
        named = self.message.values("product")
        if any(self.counted_line(product) for product in named):
            return False  # its numbers belong to several products
        current = self.case.current
        line = current if current and self.case.has_variants(current.line_id) else None
        misspelt = self.may_name and not named and order_words.counts_flavours(self.case, self.message.text)
        unknown = [] if named else self.unknown_names()
        if line is None and (self.message.values("flavour") or misspelt or unknown):
            line = self.line_with_variants()
        if line is None:
            return False
        article = self.case.states[line.line_id].line.article
        left = self.case.max_packages(line.line_id) - line.taken
        heard = self.message.heard("flavour") | {name: name for name in unknown}
        choice = read_choice(article, self.message.text, heard, left=left)
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

    def unknown_names(self) -> list[str]:
        """What is asked for by number where flavours are, and is none of them ("20 päron")."""
        if self.question not in OF_FLAVOURS and self.message.intent != "choose_variants":
            return []
        told = " ".join(self.message.heard("flavour") | self.message.heard("delivery")).lower()
        names = order_words.counted_names(self.case, self.message.text) if self.may_name else []
        return [name for name in names if name not in told]

    def tell_flavours(self) -> bool:
        """Which flavours there are. False where nothing comes in several, or what there is may not be named."""
        current, states = self.case.current, self.case.states
        if current and self.question in OF_FLAVOURS and self.case.has_variants(current.line_id):
            self.result.changed = True  # the question is asked again, and has them all
            return True
        if not self.case.names_products:
            return False
        having = [line for line in self.draft.lines if self.case.has_variants(line.line_id)]
        having = having or [DraftLine(line_id) for line_id in states if self.case.has_variants(line_id)]
        for line in having:
            label = self.case.label(states[line.line_id].line)
            self.say("utter_flavours_there_are", product=label, flavours=self.in_stock(line))
        return bool(having)

    def instead(self, line: DraftLine, choice: Choice) -> Choice:
        """ "inte choklad, vanilj": the flavour that is named goes in the place of the one that was chosen before."""
        article = self.case.states[line.line_id].line.article
        taken_back = find_variant(article, match[1]) if (match := _NOT_THAT.search(self.message.text)) else None
        named = {name for name, _ in choice.wanted}
        full = line.taken >= self.case.max_packages(line.line_id)
        if taken_back is None and full and len(line.variants) == 1 and CORRECTS.search(self.message.text):
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

    def flavour(self, name: str, count: int | None) -> None:
        line = self.line_with_variants()
        if line is None:
            fixed = self.case.current
            if fixed:  # V4
                self.say("utter_fixed_flavour", product=self.case.label(self.case.states[fixed.line_id].line))
            return
        article = self.case.states[line.line_id].line.article
        variant = find_variant(article, name)
        if variant is None and not self.case.names_products:
            self.say("utter_no_such_flavour_unnamed")
        elif variant is None:
            self.say("utter_no_such_flavour", flavour=name, flavours=self.in_stock(line))
        elif not variant.in_stock and not self.case.names_products:
            self.say("utter_flavour_out_of_stock_unnamed")
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
