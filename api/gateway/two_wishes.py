"""Two wishes in one message: "avbryt beställningen och ring upp mig", "när kan jag beställa? och var är mitt paket".

A message is parted only at a word that joins sentences, and only when Rasa is sure of both parts, they are about
different things, and both may be done: flavours and addresses stay together, and in doubt the message stays whole.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from api.gateway.cleaning import has_words
from api.gateway.memory import Also, Ask, Memory
from api.gateway.rasa_client import Answered, RasaClient, Utterance
from ordering.asking import asks
from ordering.model import Visit

SURE = 0.8
MOST_JOINTS = 3
_MOST_WORDS = 40
_JOINT = re.compile(
    r"(?:\s*[?!.,]+)?\s+(?:och|samt|men|sen|sedan|plus|and|also|but|then)\b(?:\s+(?:också|även|sen|sedan|då|dessutom|also|then)\b)?\s*"
    r"|\s*[?!.]+\s+",
    re.IGNORECASE,
)
# Answered in one turn.
QUESTIONS = frozenset(
    (
        *("ask_fee", "ask_order_status", "ask_next_withdrawal", "ask_prescriptions", "ask_opening_hours"),
        *("ask_privacy", "ask_is_bot", "ask_how_it_works", "ask_urgent_delivery", "ask_new_prescription"),
    )
)
# What may take several turns, and what it is about.
_FLOWS = {
    "order_products": "order",
    "same_as_last_time": "order",
    "choose_variants": "order",
    "choose_delivery": "order",
    "order_for_someone_else": "order",
    "change_delivery": "order",
    "change_address": "order",
    "cancel_order": "cancel",
    "cancel": "cancel",
    "talk_to_human": "person",
    "report_defect": "complaint",
    "report_deviation": "complaint",
    "return_products": "complaint",
}
# What may be more of a complaint while its code is awaited: answers, wishes, and what is not understood by itself.
_MORE_OF_A_COMPLAINT = frozenset(
    (
        *(intent for intent, about in _FLOWS.items() if about in ("order", "complaint")),
        *("inform", "affirm", "nlu_fallback", "out_of_scope"),
    )
)
# Beside a complaint, anything else belongs to what it tells: what has run out, when it came, what they want instead.
_BESIDE_A_COMPLAINT = frozenset({"ask_opening_hours", "ask_privacy", "ask_fee", "talk_to_human"})
_RUN_OUT, _HOW = "ask_urgent_delivery", "ask_how_it_works"
_OTHER_FORMS = ("complaint", "callback")
_STOPS = re.compile(
    r"\b(?:avbryt\w*|avboka\w*|avbeställ\w*|ångra\w*|stoppa\w*|stryk|cancel\w*|stop|undo)\b", re.IGNORECASE
)
_NOT_UNDERSTOOD = frozenset({"nlu_fallback", "out_of_scope"})
_PART = "a"  # what the second part is called after the message
_YES = "also=yes"
_OFFERED = (("yes", f'/affirm{{"choice": "{_YES}"}}'), ("no", '/deny{"choice": "also=no"}'))


class Say(Protocol):
    def __call__(self, name: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """ask: what was asked of Rasa at last. first: texts that are said before anything else."""

    ask: Ask
    answered: Answered
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """One message of a visit, on its way to Rasa. `say` words a response for the visit."""

    rasa: RasaClient
    say: Say
    visit: Visit
    memory: Memory
    message: str

    async def answers(self, ask: Ask) -> Asked:
        if more := await self._more_of_what_waits(ask):
            return more
        two = await self._two(ask)
        if two is None:
            return await self._with_the_other(Asked(ask, await self._turn(ask)))
        first, second = two
        asked = Asked(first.ask, await self._turn(first.ask))
        if first.intent in QUESTIONS and needs_identity(asked.answered.said):
            first, second = second, first
            asked = Asked(first.ask, await self._turn(first.ask, _PART))
        self.memory.also, said = second, asked.answered.said
        if needs_identity(said):
            return asked
        if is_settled(said) or (second.at_once and self._known):
            return await self._take_up(asked, second)
        if second.at_once:
            return asked
        later = Utterance(self.say("utter_gateway_also_later"), name="utter_gateway_also_later")
        return replace(asked, answered=replace(asked.answered, said=(later, *said)))

    @property
    def _known(self) -> bool:
        return self.visit.person_id is not None

    async def _with_the_other(self, asked: Asked) -> Asked:
        """With the answer to what waits, or the offer to take it up, where it is time for it."""
        also, said = self.memory.also, asked.answered.said
        if also is None or needs_identity(said):
            return asked
        if also.at_once and (self._known or is_settled(said)):
            return await self._take_up(asked, also)
        if also.at_once or not is_settled(said):
            return asked
        offer = Utterance(
            self.say(f"utter_gateway_also_{_FLOWS[also.intent]}"),
            buttons=tuple((self.say(f"utter_choice_also_{yes}"), payload) for yes, payload in _OFFERED),
            name="utter_ask_also",
        )
        return replace(asked, answered=replace(asked.answered, said=(*said, offer)))

    async def _take_up(self, asked: Asked, also: Also) -> Asked:
        """Does the other as well. What is open afterwards is asked last."""
        self.memory.also = None
        other = await self._turn(also.ask, _PART)
        if needs_identity(other.said):  # login asks, and goes on with it
            return Asked(also.ask, other, tuple(one.text for one in asked.answered.said if one.text and not _asks(one)))
        return Asked(also.ask, together(asked.answered, other))

    async def _two(self, ask: Ask) -> tuple[Also, Also] | None:
        """The two wishes of a message, what takes several turns before a question: the form that it opens asks again
        by itself after the answer. None: it is one, or not sure."""
        memory = self.memory
        if ask.text is None or ask.alarming or memory.private or memory.step:
            return None
        if (memory.question or "").startswith(_OTHER_FORMS):
            return None
        pairs = parts(ask.text)
        if not pairs:
            return None
        whole, *meant = await self.rasa.parse([ask.text, *(text for pair in pairs for text in pair)])
        lost, in_order = whole.name in _NOT_UNDERSTOOD, memory.question is not None
        sure = [
            (min(first.confidence, second.confidence), pair, (first.name, second.name))
            for pair, first, second in zip(pairs, meant[::2], meant[1::2], strict=True)
            if min(first.confidence, second.confidence) >= SURE
            and may_be_two(pair, (first.name, second.name), lost=lost, in_order=in_order)
        ]
        if not sure:
            return None
        _, texts, intents = max(sure)
        same = len({_FLOWS.get(intent, intent) for intent in intents}) == 1
        first, second = (
            Also(replace(ask, text=text), intent, at_once=same or intent in QUESTIONS)
            for text, intent in zip(texts, intents, strict=True)
        )
        return (second, first) if first.intent in QUESTIONS and second.intent not in QUESTIONS else (first, second)

    async def _more_of_what_waits(self, ask: Ask) -> Asked | None:
        """What is told of a complaint while its code is awaited, which login takes along with the complaint."""
        waiting, about = self.memory.waiting, self.memory.about[-1:]
        awaited = self.memory.step == "code" and about and _FLOWS.get(about[0]) == "complaint"
        if not awaited or waiting is None or not (waiting.text and ask.text) or ask.alarming or asks(ask.text):
            return None
        (meant,) = await self.rasa.parse([ask.text])
        if meant.name not in _MORE_OF_A_COMPLAINT:
            return None
        whole = replace(waiting, text=f"{waiting.text.rstrip(' .')}. {ask.text}")
        return Asked(whole, Answered((Utterance(custom={"need": "identity"}),), about[0]))

    async def _turn(self, ask: Ask, part: str = "") -> Answered:
        return await self.rasa.turn(self.visit, self.message + part, ask)


def taken_up(memory: Memory, ask: Ask) -> Ask:
    """What a yes to the offer asks of Rasa. Whatever else was said lets the offer go."""
    offered = any(_YES in choice.entities.values() for choice in memory.offered)
    also = memory.also
    if not offered or also is None:
        return ask
    memory.also = None
    return also.ask if ("choice", _YES) in ask.entities else ask


def parts(text: str) -> list[tuple[str, str]]:
    """The ways to part a message in two, one for each joint."""
    joints = list(_JOINT.finditer(text))
    if not joints or len(joints) > MOST_JOINTS or len(text.split()) > _MOST_WORDS:
        return []
    pairs = [(text[: joint.start()].strip(" ,"), text[joint.end() :].strip(" ,")) for joint in joints]
    return [pair for pair in pairs if all(has_words(part) and not part.isdigit() for part in pair)]


def may_be_two(texts: tuple[str, str], intents: tuple[str, str], *, lost: bool, in_order: bool) -> bool:
    """Whether the parts of a message are two wishes.

    lost: the message as a whole is not understood; only then is what belongs to one order taken apart.
    in_order: a question about an order is open.
    """
    if not set(intents) <= QUESTIONS | _FLOWS.keys():
        return False
    about = {_FLOWS.get(intent, intent) for intent in intents}
    if about == {"order"}:
        return lost and all(_says_enough(*part, in_order=True) for part in zip(texts, intents, strict=True))
    if len(about) == 1 or about <= {_RUN_OUT, "order"} or about <= {_HOW, "order"}:
        return False
    if "complaint" in about and not _BESIDE_A_COMPLAINT.intersection(intents):
        return False
    return all(_says_enough(*part, in_order=in_order) for part in zip(texts, intents, strict=True))


def _says_enough(text: str, intent: str, *, in_order: bool) -> bool:
    """Whether a part says by itself what is wanted: "jag vill att budet ringer på och väntar" stops nothing."""
    if _FLOWS.get(intent) == "cancel":
        return bool(_STOPS.search(text))
    if intent.startswith("choose_") and not in_order:
        return bool(re.search(r"\d", text))
    return len(text.split()) > 1


def is_settled(said: Sequence[Utterance]) -> bool:
    """Whether an answer leaves nothing open."""
    leads_on = any({"need", "transfer", "end"} & one.custom.keys() for one in said)
    return not leads_on and not any(one.name.startswith("utter_ask_") for one in said)


def needs_identity(said: Sequence[Utterance]) -> bool:
    return any("need" in one.custom for one in said)


def together(first: Answered, second: Answered) -> Answered:
    """Both answers, and then what is asked: by the second, or else still by the first."""
    answers = [one for answered in (first, second) for one in answered.said if not _asks(one)]
    asked = [one for one in second.said if _asks(one)] or [one for one in first.said if _asks(one)]
    return Answered((*_once(answers), *asked), second.intent)


def _once(said: Sequence[Utterance]) -> list[Utterance]:
    return list({(one.name, one.text, str(one.custom)): one for one in said}.values())


def _asks(one: Utterance) -> bool:
    return bool(one.buttons) or one.name.startswith(("utter_ask_", "utter_what_next", "utter_menu_", "utter_offer_"))
