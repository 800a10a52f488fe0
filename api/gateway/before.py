"""What a message means, decided before Rasa: answered here, or a question for Rasa."""

import secrets
from dataclasses import dataclass

from api.gateway.choices import by_token, pick
from api.gateway.cleaning import clean, fold, has_words, mask
from api.gateway.memory import Ask, Offered
from api.gateway.wished import ask_for, wish_in
from ordering.use_cases.private_answers import reads_as_answer
from ordering.use_cases.wishes import Wish

from api.gateway import confirm, identity, language
from api.gateway.context import Context, Said

TURNS_PER_SENDER = 15
MOST_SILENCES = 3

_VOICE_KEYS = {"0": "talk_to_human", "9": "repeat", "*": "go_back"}
_LANGUAGE_KEY = "8"  # where it is not the key of a choice
_AGAIN = frozenset(
    (
        *("repetera", "upprepa", "igen", "en gang till", "vad sa du", "kan du upprepa"),
        *("repeat", "again", "say again", "say that again", "one more time", "repeat that", "what did you say"),
    )
)
# While a private answer is awaited, only these words are not the answer.
_COMMANDS = {
    "cancel": ("avbryt", "avbryta", "avbryt bestallningen", "cancel", "cancel the order"),
    "go_back": ("tillbaka", "backa", "ga tillbaka", "angra", "back", "go back"),
    "help": ("hjalp", "help", "hjalp mig", "help me"),
    "talk_to_human": (
        "manniska",
        "kundtjanst",
        "prata med nagon",
        "prata med en manniska",
        "handlaggare",
        "human",
        "person",
        "agent",
        "customer service",
        "talk to someone",
        "talk to a person",
        "talk to a human",
    ),
    "ask_opening_hours": ("oppettider", "opening hours"),
}
_COMMAND_OF = {words: intent for intent, phrases in _COMMANDS.items() for words in phrases}


@dataclass(frozen=True, slots=True)
class Decided:
    """`said`: answered without Rasa. `ask`: for Rasa, after `first` has been said. `kept`: what the inbox may keep."""

    said: Said | None = None
    ask: Ask | None = None
    first: tuple[str, ...] = ()
    kept: str | None = None


async def decide(ctx: Context) -> Decided:
    """Changes the context's visit and memory; the caller saves them."""
    memory = ctx.memory
    decided = await _decided(ctx)
    if decided.ask and decided.ask.intent == "switch_language":
        wish = dict(decided.ask.entities).get("language")
        if wish in language.LANGUAGES:
            await language.speak(ctx, wish)
        if not memory.last and ctx.visit.channel == "chat":  # the first thing that is heard says who speaks
            return Decided(ask=Ask(intent="greet"))
    return decided


async def _decided(ctx: Context) -> Decided:
    incoming, memory = ctx.incoming, ctx.memory
    if incoming.event == "silence":
        return Decided(said=await _silence(ctx))
    memory.silences = 0
    if incoming.event == "start":
        return Decided(ask=Ask(intent="greet"))
    if incoming.choice is not None:
        return await _clicked(ctx, incoming.choice)
    text = clean(incoming.text)
    if incoming.channel == "voice":
        text = text.rstrip("# ")
        if key := _voice_key(ctx, text):
            return key
    if not has_words(text):
        return Decided(said=Said([ctx.say("utter_gateway_no_words")], expects=ctx.memory.expects))
    return await _words(ctx, text)


async def _words(ctx: Context, text: str) -> Decided:
    memory = ctx.memory
    if wish := language.wished(text):
        return _language(wish)
    if not memory.private:
        language.follow(ctx, text)
    if memory.step and (decided := await _login(ctx, text)):
        return decided
    if (answer := confirm.take(ctx, text)) is not None:
        return Decided(said=answer) if isinstance(answer, Said) else Decided(ask=answer)
    if fold(text) in _AGAIN:
        return _again(ctx)
    at_any_time = wish_in(ctx, text)
    if at_any_time and at_any_time.kind == "note":
        return await _wished(ctx, at_any_time)
    picked = pick(text, memory.offered, multiple=memory.multiple)
    if picked and not (picked.problem and memory.private):  # a short door code is no choice out of range
        if picked.problem:
            name = "utter_gateway_one_choice" if picked.problem == "one_at_a_time" else "utter_gateway_no_such_choice"
            return Decided(said=Said([ctx.say(name)], offered=list(memory.offered), expects=ctx.memory.expects))
        kept = None if memory.private else mask(text, people=ctx.people).text
        return Decided(ask=_chosen(picked.choices), kept=kept)
    if _may_log_in(ctx) and identity.looks_like_identity(ctx, text):
        memory.step = "number"
        return await _login(ctx, text) or Decided(said=identity.ask_number(ctx))
    if at_any_time:
        return await _wished(ctx, at_any_time)
    if memory.private and await _corrects(ctx, text):
        return _for_rasa(ctx, text)
    if memory.private and (not text.endswith("?") or reads_as_answer(memory.question or "", text)):
        return await _private(ctx, text.rstrip("? "))
    return _for_rasa(ctx, text)


def _for_rasa(ctx: Context, text: str) -> Decided:
    masked = mask(text, people=ctx.people, code_pending=ctx.memory.step == "code")
    first = (ctx.say("utter_gateway_no_identity_in_text"),) if masked.identity else ()
    # What masking leaves is cleaned once more, since it decides what the text begins with.
    return Decided(ask=Ask(text=clean(masked.text)), first=first, kept=masked.text)


async def _wished(ctx: Context, wish: Wish) -> Decided:
    ask, first = await ask_for(ctx, wish)
    return Decided(ask=ask, first=first)


async def _corrects(ctx: Context, text: str) -> bool:
    """ "jag menade fem" while an address is awaited: an earlier answer, not this one."""
    if reads_as_answer(ctx.memory.question or "", text):
        return False
    return await ctx.tools.dialogue.only_corrects(ctx.tx, ctx.visit, text=text, now=await ctx.now())


def _may_log_in(ctx: Context) -> bool:
    return ctx.visit.channel != "sms" and ctx.visit.person_id is None and not ctx.memory.closed


async def _login(ctx: Context, text: str) -> Decided | None:
    if (intent := _COMMAND_OF.get(fold(text))) and intent != "cancel":
        return Decided(ask=Ask(intent=intent))
    taken = await identity.take(ctx, text)
    if taken is None:
        return None
    return Decided(ask=taken.ask) if isinstance(taken, identity.Known) else Decided(said=taken)


async def _clicked(ctx: Context, token: str) -> Decided:
    choice = by_token(token, ctx.memory.offered)
    if choice is None:
        offered = list(ctx.memory.offered)
        return Decided(said=Said([ctx.say("utter_gateway_old_choice")], offered=offered, expects=ctx.memory.expects))
    if choice.person_id is not None:
        taken = await identity.choose(ctx, choice)
        return Decided(ask=taken.ask) if isinstance(taken, identity.Known) else Decided(said=taken)
    return Decided(ask=_chosen((choice,)))


def _chosen(choices: tuple[Offered, ...]) -> Ask:
    entities = tuple((name, value) for choice in choices for name, value in choice.entities.items())
    return Ask(intent=choices[0].intent, entities=entities)


async def _private(ctx: Context, text: str) -> Decided:
    """An address, a door code, a name: straight into the draft. Rasa hears only that something was answered."""
    if intent := _COMMAND_OF.get(fold(text)):
        return Decided(ask=Ask(intent=intent))
    problem = await ctx.tools.dialogue.answer_privately(
        ctx.tx,
        ctx.visit,
        question=ctx.memory.question,
        text=text,
        message_id=ctx.message_id,
        now=await ctx.now(),
    )
    if problem is None:
        ctx.changed = True
        return Decided(ask=Ask(intent="inform"))
    return Decided(said=Said([ctx.say(problem)], offered=list(ctx.memory.offered), expects=ctx.memory.expects))


def _voice_key(ctx: Context, text: str) -> Decided | None:
    if ctx.memory.expects == "number":
        return None
    if text == _LANGUAGE_KEY and not any(choice.key == text for choice in ctx.memory.offered):
        return _language(language.other_than(ctx.visit.language))
    intent = _VOICE_KEYS.get(text)
    if intent:
        return _again(ctx) if intent == "repeat" else Decided(ask=Ask(intent=intent))
    return None


def _language(wish: str) -> Decided:
    return Decided(ask=Ask(intent="switch_language", entities=(("language", wish),)))


def _again(ctx: Context) -> Decided:
    memory = ctx.memory
    if not memory.last:
        return Decided(said=Said([ctx.say("utter_gateway_nothing_to_repeat")]))
    return Decided(said=Said(list(memory.last), offered=list(memory.offered), expects=ctx.memory.expects))


async def _silence(ctx: Context) -> Said:
    memory = ctx.memory
    memory.silences += 1
    if memory.silences >= MOST_SILENCES:
        return Said([ctx.say("utter_gateway_silence_last", service=await ctx.service())], end=True)
    first = memory.silences == 1
    name = "utter_gateway_silence_first" if first else "utter_gateway_silence_again"
    question = memory.last if first else memory.last[1:]  # without what was said about the silence before
    said = Said([ctx.say(name), *question], offered=list(memory.offered), expects=ctx.memory.expects)
    said.also_in = language.other_than(ctx.visit.language)  # silence may be somebody who did not understand
    return said


def count_turn(ctx: Context) -> None:
    """A turn of Rasa's. Its sender id changes now and then, so that what it keeps of a visit stays short."""
    if ctx.visit.turns >= TURNS_PER_SENDER:
        ctx.set_visit(sender_id=secrets.token_urlsafe(16), turns=0)
