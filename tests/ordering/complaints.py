"""A complaint told to the use case, message by message, about what one recent order brought."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from ordering.model import Article, Complaint
from ordering.use_cases.complain import take
from ordering.use_cases.complain_answers import answer
from ordering.use_cases.complain_choices import complaint_choices
from ordering.use_cases.complain_words import Told
from rulebook import load_rulebook
from tests.ordering.cases import NOW, PERSON, TODAY, OrderLine, line, make_case, order

BAGS = Article(number="1", region="vg", name="Stomipåse", product="stomipåsar", area="ostomy", supplier="Lindö")
SENSOR = Article(
    number="2", region="vg", name="Sensor", product="glukossensorer", area="diabetes", kind="cgm", supplier="Mätbolaget"
)
SPECIAL = Article(number="3", region="vg", name="Specialplatta", product="plattor", area="ostomy", kind="exemption")


class Talk:
    """A complaint about what one recent order brought. `delivered` days ago; None: not known."""

    def __init__(self, *articles: Article, region: str = "vg", delivered: int | None = 40, **visit) -> None:
        self.count = 0
        lines = [line(number, article) for number, article in enumerate(articles, 1)]
        taken = [OrderLine(one.id, one.article.number, 1) for one in lines]
        on = None if delivered is None else TODAY - timedelta(days=delivered)
        orders = [order(taken, day=(on or TODAY) - timedelta(days=4), delivered_on=on)] if taken else []
        self.case = make_case(lines, orders, person=replace(PERSON, region=region), **visit)
        self.complaint = Complaint(1, "R123456", 1, region, "chat", NOW, 3)
        self.understood = True

    def with_rules(self, folder: Path) -> "Talk":
        self.case.book = load_rulebook(folder)
        return self

    def _take(self, told: Told, *, begin: bool, again: bool = False) -> str | None:
        heard = take(self.case, self.complaint, told, begin=begin, again=again)
        self.complaint, self.understood = heard.complaint, heard.understood
        return heard.question

    def begin(self, text: str, intent: str, *products: str, flavours: tuple[str, ...] = ()) -> str | None:
        return self._take(Told("m0", intent, text, products, flavours), begin=True)

    def say(self, text: str, intent: str = "inform", *products: str, again: bool = False) -> str | None:
        self.count += 1
        return self._take(Told(f"m{self.count}", intent, text, products), begin=False, again=again)

    def pick(self, choice: str) -> str | None:
        self.count += 1
        question, _, value = choice.partition("=")
        assert value in self.offered(question), self.offered(question)
        return self._take(Told(f"m{self.count}", "inform", "", choices=((question, value),)), begin=False)

    def offered(self, question: str) -> list[str]:
        return [one.value for one in complaint_choices(self.case, self.complaint, question)]

    def hears(self) -> list[str]:
        return [say.response.removeprefix("utter_complaint_") for say in answer(self.case, self.complaint)]

    def value(self, name: str) -> str:
        return next(say.values[name] for say in answer(self.case, self.complaint) if name in say.values)
