"""The figures of `pafyll nlu-report`: how many messages were taken for what they are. Pure; knows no files."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ordering.model import Article, Variant
from ordering.numbers import number, read_amount
from ordering.variants import find_variant, read_choice

FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
NOT_UNDERSTOOD = (FALLBACK, OUT_OF_SCOPE)
_WORDS_OF_A_SENTENCE = 4


@dataclass(frozen=True, slots=True)
class Result:
    """A message whose meaning is known, and Rasa's reading of it (bot/understanding/measure.py)."""

    text: str
    intent: str
    reading: dict[str, Any]

    @property
    def taken_for(self) -> str:
        return str(self.reading["intent"])

    @property
    def right(self) -> bool:
        return self.taken_for == self.intent

    @property
    def offered(self) -> list[str]:
        """The two likeliest meanings, which may be offered when asking back."""
        return [name for name, _ in self.reading["ranking"][:2]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares from 0 to 1; None where there is no such message. `of`: how many messages.

    A message that was not understood counts as wrong in `accuracy` and `f1`. `in_scope`, `out_of_scope`: on the right
    side of the fallback. `offered`: the right meaning is one of the two likeliest, among those not understood.
    Of the messages in scope: `accuracy_in_scope`; `reached`, those understood at once or offered when asking back;
    `likeliest`, those whose right meaning is one of the two likeliest, whether it asks back or not.
    `sentences`: the accuracy of messages of four words or more, none of which is near a training example.
    """

    of: int
    accuracy: float | None
    f1: float | None
    in_scope: float | None
    out_of_scope: float | None
    offered: float | None
    asked_back: int
    accuracy_in_scope: float | None
    reached: float | None
    likeliest: float | None
    sentences: float | None
    by_intent: dict[str, tuple[float, int]] = field(default_factory=dict)
    confusions: list[tuple[str, str, int]] = field(default_factory=list)


def figures(results: Sequence[Result]) -> Figures:
    inside = [r for r in results if r.intent != OUT_OF_SCOPE]
    outside = [r for r in results if r.intent == OUT_OF_SCOPE]
    unsure = [r for r in inside if r.taken_for == FALLBACK]
    by_intent: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_intent[result.intent].append(result)
    wrong = Counter((r.intent, r.taken_for) for r in results if not r.right)
    return Figures(
        of=len(results),
        accuracy=_share(r.right for r in results),
        f1=_macro_f1(results),
        in_scope=_share(r.taken_for not in NOT_UNDERSTOOD for r in inside),
        out_of_scope=_share(r.taken_for in NOT_UNDERSTOOD for r in outside),
        offered=_share(r.intent in r.offered for r in unsure),
        asked_back=len(unsure),
        accuracy_in_scope=_share(r.right for r in inside),
        reached=_share(r.right or (r.taken_for == FALLBACK and r.intent in r.offered) for r in inside),
        likeliest=_share(r.intent in r.offered for r in inside),
        sentences=_share(r.right for r in results if len(r.text.split()) >= _WORDS_OF_A_SENTENCE),
        by_intent={name: (_share(r.right for r in own) or 0.0, len(own)) for name, own in by_intent.items()},
        confusions=[(meant, taken, count) for (meant, taken), count in wrong.most_common()],
    )


def _share(right: Iterable[bool]) -> float | None:
    told = list(right)
    return sum(told) / len(told) if told else None


def _macro_f1(results: Sequence[Result]) -> float | None:
    intents = {r.intent for r in results}
    if not intents:
        return None
    scores = []
    for intent in intents:
        hit = sum(r.right for r in results if r.intent == intent)
        meant = sum(r.intent == intent for r in results)
        taken = sum(r.taken_for == intent for r in results)
        scores.append(2 * hit / (meant + taken))
    return sum(scores) / len(scores)


@dataclass(frozen=True, slots=True)
class Order:
    """A sentence that orders, and what it asks for: packages of each flavour by its name, or of one product."""

    text: str
    wanted: dict[str, int] | int


def drink_with(names: Iterable[str]) -> Article:
    """An article that comes in all the flavours, so that none is understood for want of others."""
    variants = tuple(Variant(name, name) for name in names)
    return Article(number="0", region="vg", name="", product="", area="", variants=variants)


def exact(order: Order, entities: list[dict[str, Any]], article: Article) -> bool:
    """Whether the order's use case reads just what was asked for out of the sentence and Rasa's entities."""
    if isinstance(order.wanted, int):
        return _packages(order.text, entities) == order.wanted
    heard = {order.text[e["start"] : e["end"]]: str(e["value"]) for e in entities if e["entity"] == "flavour"}
    wanted = {_code(article, name): count for name, count in order.wanted.items()}
    return dict(read_choice(article, order.text, heard).wanted) == wanted


def _packages(text: str, entities: list[dict[str, Any]]) -> int | None:
    said = [str(entity["value"]) for entity in entities if entity["entity"] == "amount"]
    if len(said) == 1:
        return number(said[0])
    return read_amount(text)


def _code(article: Article, name: str) -> str:
    variant = find_variant(article, name)
    return variant.code if variant else name


def normal(text: str) -> str:
    """For comparing messages: lower case, letters and figures only."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))
