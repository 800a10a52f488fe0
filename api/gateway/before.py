"""What a message means, decided before Rasa: answered here, or a question for Rasa."""

import secrets
from dataclasses import dataclass, replace

from api.gateway import (
    callback,
    confirm,
    electronic_id,
    failures,
    hung_up,
    identity,
    language,
    phone,
    pictures,
    sms_words,
    whom,
    whose,
)
from api.gateway.choices import Picked, by_token, pick
from api.gateway.cleaning import clean, fold, has_words, is_foreign, mask, without_number
from api.gateway.context import Context, Said
from api.gateway.emergency import emergency
from api.gateway.memory import Ask, Offered
from api.gateway.two_wishes import taken_up
from api.gateway.wished import ask_for, asked_further, wish_in
from ordering.asking import may_ask
from ordering.use_cases.private_answers import reads_as_answer, reads_as_question, steers
from ordering.use_cases.wishes import Wish

TURNS_PER_SENDER = 15

_AGAIN = frozenset(
    (
        *("repetera", "upprepa", "igen", "en gang till", "vad sa du", "kan du upprepa"),
        *("repeat", "again", "say again", "say that again", "one more time", "repeat that", "what did you say"),
    )
)
# While a private answer is awaited, only these words are not the answer.
_COMMANDS = {
    "cancel": ("avbryt", "avbryta", "avbryt bestallningen", "cancel", "cancel the order", "never mind"),
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
    if decided.said:
        decided = _counted(ctx, decided, decided.said)
    if decided.ask:
        decided = replace(decided, ask=taken_up(memory, decided.ask))
    if decided.ask and decided.ask.intent == "switch_language":
        wish = dict(decided.ask.entities).get("language")
        if wish in language.LANGUAGES:
            await language.speak(ctx, wish)
        if not memory.last and ctx.visit.channel == "chat":  # the first thing that is heard says who speaks
            return Decided(ask=Ask(intent="greet"))
    return await whose.settle(ctx, decided)


def _identified(taken: Said | whom.Known | Ask) -> Decided:
    return _answered(taken.ask if isinstance(taken, whom.Known) else taken)


def _answered(heard: Said | Ask) -> Decided:
    return Decided(said=heard) if isinstance(heard, Said) else Decided(ask=heard)


def _counted(ctx: Context, decided: Decided, said: Said) -> Decided:
    """Offers a person in place of what was to be said, when it was once too many that we did not understand."""
    memory = ctx.memory
    if said.understood:
        failures.understood(memory)
    elif said.understood is False and failures.is_once_too_many(memory):
        return Decided(ask=failures.OFFER, kept=decided.kept)
    elif said.understood is False:
        failures.count(memory)
    return decided


async def _decided(ctx: Context) -> Decided:
    incoming, memory = ctx.incoming, ctx.memory
    if incoming.event == "silence":
        return _answered(await phone.silence(ctx))
    memory.silences = 0
    if incoming.event == "transferred":
        return Decided(said=Said([ctx.say("utter_gateway_transferred")], end=True))
    if incoming.event == "unanswered":
        return Decided(ask=Ask(intent="talk_to_human", entities=(("choice", "person=unanswered"),)))
    if incoming.event == "start":
        return Decided(ask=Ask(intent="greet"))
    if incoming.event == "login":
        return _identified(await electronic_id.take(ctx))
    if incoming.choice is not None:
        return await _clicked(ctx, incoming.choice)
    text = clean(incoming.text)
    if word := sms_words.said_word(ctx, text):
        return await _sms_word(ctx, word)
    if not text and pictures.came(incoming):
        return Decided(said=_asked_again(ctx))
    if incoming.channel == "voice":
        heard = await phone.hear(ctx, text)
        if not isinstance(heard, str):
            return _answered(heard)
        text = heard
    if not has_words(text):
        no_words = Said([ctx.say("utter_gateway_no_words")], expects=ctx.memory.expects, understood=False)
        return Decided(said=no_words)
    if is_foreign(text):
        said = Said([ctx.say("utter_gateway_foreign")], expects=ctx.memory.expects, understood=False)
        return Decided(said=said)
    return await _words(ctx, text)


async def _sms_word(ctx: Context, word: sms_words.Word) -> Decided:
    if word == "help":
        return Decided(ask=Ask(intent="help"), first=(ctx.say("utter_gateway_sms_help"),))
    said = await sms_words.stop_or_start(ctx, word)
    return Decided(said=said) if said else Decided(ask=Ask(intent="greet"))


async def _words(ctx: Context, text: str) -> Decided:
    memory = ctx.memory
    if wish := language.wished(text):
        return _language(wish)
    if not memory.private:
        language.follow(ctx, text)
    if memory.step and callback.is_login(ctx, text) and (decided := await _login(ctx, text)):
        return decided
    if asked := callback.taken_back(text) or hung_up.goes_on(ctx, text):
        return Decided(ask=asked)
    if (answer := await confirm.take(ctx, text)) is not None:
        return Decided(said=answer) if isinstance(answer, Said) else Decided(ask=answer)
    if fold(text) in _AGAIN:
        return Decided(said=phone.again(ctx))
    if callback.is_asked(ctx):
        return await _about_the_call(ctx, text)
    at_any_time = wish_in(ctx, text)
    if at_any_time and at_any_time.kind == "note":
        return await _wished(ctx, at_any_time)
    picked = pick(text, memory.offered, multiple=memory.multiple)
    if picked and not (picked.problem and memory.private):  # a short door code is no choice out of range
        if picked.problem:
            return _not_picked(ctx, picked)
        kept = None if memory.private else mask(text, people=ctx.people).text
        return Decided(ask=_chosen(picked.choices), kept=kept)
    if _may_log_in(ctx) and identity.looks_like_identity(ctx, text):
        memory.step = "number"
        return await _login(ctx, text) or Decided(said=identity.ask_number(ctx))
    if at_any_time:
        return await _wished(ctx, at_any_time)
    if further := asked_further(ctx, text):
        return Decided(ask=further)
    if memory.private and not await _is_no_answer(ctx, memory.question or "", text):
        return await _private(ctx, text.rstrip("? "), picked)
    return _for_rasa(ctx, text)


async def _about_the_call(ctx: Context, text: str) -> Decided:
    """No login and no wish for the order is read into an answer about the call: it may hold a telephone number."""
    memory = ctx.memory
    picked = pick(text, memory.offered, multiple=False)
    if picked and picked.choices:
        return Decided(ask=_chosen(picked.choices))
    if memory.private and (callback.holds_a_number(text) or not (may_ask(text) or emergency(text))):
        return await _private(ctx, text.rstrip("? "), picked)
    return _not_picked(ctx, picked) if picked else _for_rasa(ctx, text)


def _not_picked(ctx: Context, picked: Picked) -> Decided:
    name = "utter_gateway_one_choice" if picked.problem == "one_at_a_time" else "utter_gateway_no_such_choice"
    offered = list(ctx.memory.offered)
    return Decided(said=Said([ctx.say(name)], offered=offered, expects=ctx.memory.expects, understood=False))


def _for_rasa(ctx: Context, text: str) -> Decided:
    masked = mask(text, people=ctx.people, code_pending=ctx.memory.step == "code")
    first = (ctx.say("utter_gateway_no_identity_in_text"),) if masked.identity else ()
    told = without_number(masked.text) if masked.identity else masked.text
    if not has_words(told):
        return Decided(ask=Ask(intent="repeat"), first=first, kept=masked.text)
    # What masking leaves is cleaned once more, since it decides what the text begins with.
    ask = Ask(text=clean(told), alarming=emergency(text) is not None)
    return Decided(ask=ask, first=first, kept=masked.text)


async def _wished(ctx: Context, wish: Wish) -> Decided:
    ask, first = await ask_for(ctx, wish)
    return Decided(ask=ask, first=first)


async def _is_no_answer(ctx: Context, question: str, text: str) -> bool:
    """Whether it is for Rasa: a question, a wish, or "jag menade fem" (an earlier answer)."""
    if reads_as_answer(question, text):
        return False
    if emergency(text) or reads_as_question(question, text):
        return True
    if fold(text) not in _COMMAND_OF and steers(question, text):
        return True
    return await ctx.tools.dialogue.only_corrects(ctx.tx, ctx.visit, text=text, now=await ctx.now())


def _may_log_in(ctx: Context) -> bool:
    return ctx.visit.channel != "sms" and ctx.visit.person_id is None and not ctx.memory.closed


async def _login(ctx: Context, text: str) -> Decided | None:
    if (intent := _COMMAND_OF.get(fold(text))) and intent != "cancel":
        return Decided(ask=Ask(intent=intent))
    taken = await identity.take(ctx, text)
    return None if taken is None else _identified(taken)


async def _clicked(ctx: Context, token: str) -> Decided:
    choice = by_token(token, ctx.memory.offered)
    if choice is None:
        offered = list(ctx.memory.offered)
        return Decided(said=Said([ctx.say("utter_gateway_old_choice")], offered=offered, expects=ctx.memory.expects))
    if choice.person_id is not None:
        return _identified(await identity.choose(ctx, choice))
    return Decided(ask=_chosen((choice,)))


def _chosen(choices: tuple[Offered, ...]) -> Ask:
    entities = tuple((name, value) for choice in choices for name, value in choice.entities.items())
    return Ask(intent=choices[0].intent, entities=entities)


async def _private(ctx: Context, text: str, picked: Picked | None = None) -> Decided:
    """An address, a door code, a name: straight into the draft. Rasa hears only that something was answered.

    picked: what the text would be as a number of the choices, where it is no answer.
    """
    if intent := _COMMAND_OF.get(fold(text)):
        return Decided(ask=Ask(intent=intent))
    if callback.is_asked(ctx):
        problem = await callback.answer_privately(ctx, text)
    else:
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
    if picked and picked.problem:
        return _not_picked(ctx, picked)
    offered = list(ctx.memory.offered)
    return Decided(said=Said([ctx.say(problem)], offered=offered, expects=ctx.memory.expects, understood=False))


def _language(wish: str) -> Decided:
    return Decided(ask=Ask(intent="switch_language", entities=(("language", wish),)))


def _asked_again(ctx: Context) -> Said:
    """After a picture without words."""
    memory = ctx.memory
    return Said(list(memory.last[-1:]), offered=list(memory.offered), expects=memory.expects, understood=None)


def count_turn(ctx: Context) -> None:
    """A turn of Rasa's. Its sender id changes now and then, so that what it keeps of a visit stays short."""
    if ctx.visit.turns >= TURNS_PER_SENDER:
        ctx.set_visit(sender_id=secrets.token_urlsafe(16), turns=0)
