"""How often we have failed to understand: after two in one step, or four in a visit, a person is offered unasked.

Counted in the visit's memory, so that it outlives Rasa. Silence on the phone counts too; a success begins the step
anew.
"""

from collections.abc import Sequence

from api.gateway.context import Context
from api.gateway.memory import Ask, Memory
from api.gateway.rasa_client import Utterance
from ordering.use_cases.pending import Pending
from ordering.use_cases.private_answers import not_an_answer

MOST_IN_A_STEP, MOST_IN_A_VISIT = 2, 4
OFFER = Ask(intent="talk_to_human", entities=(("choice", "person=unasked"),))
_NOT_UNDERSTOOD = frozenset({"utter_fallback", "utter_default", "utter_not_understood"})
# Understood, but it leads nowhere: its own words tell why, and only a visit of nothing else needs a person.
_NOT_TO_BE = frozenset({"utter_callback_not_open", "utter_out_of_scope"})


def not_understood(said: Sequence[Utterance]) -> bool:
    return any(one.name in _NOT_UNDERSTOOD for one in said)


def failed(said: Sequence[Utterance]) -> bool:
    return not_understood(said)


def leads_nowhere(said: Sequence[Utterance]) -> bool:
    return failed(said) or any(one.name in _NOT_TO_BE for one in said)


def is_once_too_many(memory: Memory) -> bool:
    """Whether the failure that is about to be counted is the one after which a person is offered."""
    return memory.failed_here + 1 >= MOST_IN_A_STEP or memory.failed + 1 >= MOST_IN_A_VISIT


def count(memory: Memory) -> None:
    memory.failed_here += 1
    memory.failed += 1


def count_if_not_to_be(memory: Memory, said: Sequence[Utterance]) -> bool:
    found = any(one.name in _NOT_TO_BE for one in said)
    memory.failed += found
    return found


def understood(memory: Memory) -> None:
    memory.failed_here = 0


def offered(memory: Memory) -> None:
    """From here it is counted anew: who declines an offer does not want the next one at once."""
    memory.failed_here = memory.failed = 0


def asked_otherwise(ctx: Context, question: Pending) -> str:
    """In place of a question that was just put and whose answer was not understood."""
    if question.private and (what_it_takes := not_an_answer(question.name)):
        return ctx.say(what_it_takes)
    if question.expects == "number":
        return ctx.say("utter_gateway_again_number")
    return ctx.say("utter_gateway_again_choice" if question.choices else "utter_gateway_again_words")
