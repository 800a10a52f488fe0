"""Turns what Rasa said into a reply: private words filled in, choices numbered and remembered, login begun."""

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from api.gateway import callback, confirm, failures, identity, language, pictures, whom, whose
from api.gateway.choices import MOST_KEYS
from api.gateway.context import Context, Said
from api.gateway.memory import Ask, Offered
from api.gateway.rasa_client import RasaFailed, Utterance
from ordering.use_cases import trust
from ordering.use_cases.pending import NO_WORDS, YES_WORDS, Pending, PendingChoice

_PRIVATE = re.compile(r"\[([a-z_]+)\]")
_PAYLOAD = re.compile(r"/([a-z_]+)(\{.*\})?")
_YES = "confirm=yes"
_KEEPS = "keep_order="
# What a visit can be about, for who calls back; everything else only steers it.
_ABOUT = frozenset(
    (
        *("order_products", "same_as_last_time", "choose_variants", "choose_delivery", "order_for_someone_else"),
        *("change_delivery", "change_address", "cancel_order", "ask_order_status", "ask_fee", "ask_next_withdrawal"),
        *("report_defect", "report_deviation", "return_products", "ask_prescriptions", "ask_new_prescription"),
        *("ask_urgent_delivery", "ask_how_it_works", "ask_privacy", "complain_about_assistant"),
    )
)
_MOST_ABOUT = 5


def note_intent(ctx: Context, intent: str) -> None:
    about = ctx.memory.about
    if intent in _ABOUT:
        ctx.memory.about = [*(one for one in about if one != intent), intent][-_MOST_ABOUT:]


async def understand(ctx: Context, ask: Ask, first: Sequence[str], said: Sequence[Utterance]) -> Said:
    """The reply to a message that Rasa answered. RasaFailed when its answer cannot be said."""
    told: dict[str, object] = {key: value for one in said for key, value in one.custom.items()}
    if told.get("language") in language.LANGUAGES:
        await language.speak(ctx, str(told["language"]))
    if "callback" in told:
        await callback.confirm(ctx, told["callback"])
    if told.get("need") in ("who", "identity"):
        return await _login(ctx, ask, first, proof=told["need"] == "identity")
    if ctx.memory.step:  # login is asked about below
        said = [one for one in said if one.name != "utter_what_next" and not one.name.startswith("utter_menu_")]
    if told.get("transfer"):
        return _transferred(ctx, first, said)
    pending = await _pending(ctx, said)
    question = pending if pending and _asked(pending, said) else None
    lost = ask == failures.OFFER or failures.leads_nowhere(said)
    reply = Said(offered=[], understood=_count(ctx, ask, said), lost=lost)
    reply.texts = [*first, *_filled(ctx, said, pending)]
    if question and failures.not_understood(said) and not ctx.memory.confirm:
        said = [one for one in said if one.name == f"utter_ask_{question.name}"]
        reply.texts = [*first, failures.asked_otherwise(ctx, question)]
    elif failures.not_understood(said) and _may_speak_another(ctx):
        other = language.other_than(ctx.visit.language)
        reply.texts.append(ctx.tools.say("utter_gateway_other_language", channel="chat", language=other))
    asks = any(one.name.startswith("utter_ask_") for one in said)
    ctx.memory.takes_picture = pictures.are_welcome(said)
    reply.end = bool(told.get("end")) and not asks  # a form that is still open asks again: the call goes on
    _offer(ctx, reply, said, question)
    _remember(ctx, question)
    return reply if ctx.visit.person_id or callback.is_asked(ctx) else _back_to_login(ctx, reply)


async def _login(ctx: Context, ask: Ask, first: Sequence[str], *, proof: bool) -> Said:
    """proof: whoever speaks has to prove who they are; otherwise it is only asked whom it is about."""
    if proof and trust.level_of(ctx.visit) is trust.Level.PROVED:
        whom.forget(ctx)  # what was proved holds no more
    if ctx.memory.step == "who":  # no name was told; what was said is kept, but the question stands
        failures.count(ctx.memory)
    login = await identity.begin(ctx, ask)
    login.texts = [*first, *login.texts]
    _remember(ctx, None)
    return login


def _back_to_login(ctx: Context, reply: Said) -> Said:
    """After a question in between, the step that login stands at is asked again."""
    again = identity.ask_again(ctx)
    if again is None:
        return reply
    again.understood, again.lost = reply.understood, reply.lost
    if reply.understood is False and ctx.memory.step == "number":
        again.texts = [ctx.say("utter_gateway_identity_unreadable")]
    elif reply.understood:
        again.texts = [*reply.texts, *again.texts]
    return again


def _may_speak_another(ctx: Context) -> bool:
    """Whether it is not known which language is spoken; SMS and calls have told at the beginning how to change it."""
    return ctx.visit.channel == "chat" and ctx.visit.person_id is None and ctx.memory.language is None


def _count(ctx: Context, ask: Ask, said: Sequence[Utterance]) -> bool:
    """Whether the patient was understood, counted."""
    if ask == failures.OFFER:
        failures.offered(ctx.memory)
    elif failures.failed(said):
        failures.count(ctx.memory)
        return False
    elif not failures.count_if_not_to_be(ctx.memory, said):
        failures.understood(ctx.memory)
    return True


def _transferred(ctx: Context, first: Sequence[str], said: Sequence[Utterance]) -> Said:
    """The call goes on to customer service; whatever else was to be asked waits."""
    failures.offered(ctx.memory)
    ctx.memory.question, ctx.memory.private = None, False
    texts = [*first, *(one.text for one in said if one.name == "utter_transfer")]
    return Said(texts, offered=[], transfer=ctx.tools.settings.transfer_numbers[ctx.visit.region])


async def _pending(ctx: Context, said: Sequence[Utterance]) -> Pending | None:
    """Looked up only when something was asked, or has a private word in it."""
    if callback.asks(said):
        return await callback.pending(ctx)
    if ctx.visit.person_id is None:
        return None
    if not any(one.name.startswith("utter_ask_") or _PRIVATE.search(one.text) for one in said):
        return None
    return await ctx.tools.dialogue.pending(ctx.tx, ctx.visit, now=await ctx.now())


def _asked(pending: Pending, said: Sequence[Utterance]) -> bool:
    """Whether the last thing said was the open question, so that the next message may be its answer."""
    names = [one.name for one in said if one.text]
    return bool(names) and names[-1] in (f"utter_ask_{pending.name}", f"utter_ask_{pending.name}_code")


def _filled(ctx: Context, said: Sequence[Utterance], pending: Pending | None) -> list[str]:
    values = dict(pending.values) if pending else {}
    texts = [one.text for one in said if one.text]
    if pending and any("[code]" in text for text in texts):
        values["code"] = confirm.write_code(ctx, values.get("draft_fingerprint", ""))
    else:
        ctx.memory.confirm = None

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise RasaFailed(f"no value for [{match[1]}]")
        return values[match[1]]

    filled = [_PRIVATE.sub(value, text) for text in texts]
    receipts = [place for place, one in enumerate(one for one in said if one.text) if whose.is_receipt(one)]
    if receipts and (by := whose.ordered_by(ctx)):
        filled.insert(receipts[-1] + 1, by)
    return [*whose.hear(ctx, said), *filled]


def _offer(ctx: Context, reply: Said, said: Sequence[Utterance], question: Pending | None) -> None:
    offered = [choice for one in said for choice in _yes_or_no([_button(*button) for button in one.buttons])]
    keyed = True
    if question:
        reply.expects = question.expects
        offered += [_choice(ctx, choice) for choice in question.choices]
        keyed = not any(not choice.numbered for choice in question.choices)
    if ctx.memory.confirm:  # only the code says yes
        offered = [replace(choice, shown=False) for choice in offered if _YES not in choice.entities.values()]
        keyed = False
    elif offered and reply.expects == "anything":
        reply.expects = "choice"
    if reply.expects == "number":
        keyed = False
    answers = question is None and not offered and reply.expects == "anything"
    if ctx.visit.channel == "voice" and answers and not reply.end:
        # A caller cannot see that there is more to choose.
        offered = [Offered(secrets.token_urlsafe(16), ctx.say("utter_choice_menu"), intent="repeat")]
    places = count(1)
    reply.offered = [_keyed(ctx, choice, next(places)) if keyed and choice.shown else choice for choice in offered]


def _keyed(ctx: Context, choice: Offered, place: int) -> Offered:
    return replace(choice, key=str(place)) if place <= MOST_KEYS or ctx.visit.channel == "voice" else choice


def _button(title: str, payload: str) -> Offered:
    """A button that stands in domain.yml or came from an action of ours."""
    match = _PAYLOAD.fullmatch(payload)
    try:
        content = json.loads(match[2] or "{}") if match else None
    except ValueError:
        content = None
    if match is None or not isinstance(content, dict):
        raise RasaFailed("a button whose payload is no intent")
    entities = {str(name): str(value) for name, value in content.items()}
    return Offered(secrets.token_urlsafe(16), title, intent=match[1], entities=entities)


def _yes_or_no(buttons: list[Offered]) -> list[Offered]:
    """Two buttons of which the last declines may also be answered with a plain yes or no."""
    if len(buttons) != 2 or not (buttons[1].intent == "deny" or _KEEPS in buttons[1].entities.get("choice", "")):
        return buttons
    return [replace(buttons[0], aliases=YES_WORDS), replace(buttons[1], aliases=NO_WORDS)]


def _choice(ctx: Context, choice: PendingChoice) -> Offered:
    label = ctx.say(choice.label, **choice.values) if choice.label.startswith("utter_") else choice.label
    return Offered(
        secrets.token_urlsafe(16),
        label,
        intent=choice.intent,
        entities=dict(choice.entities),
        aliases=choice.aliases,
        shown=choice.shown,
    )


def _remember(ctx: Context, question: Pending | None) -> None:
    memory = ctx.memory
    memory.multiple = bool(question and question.multiple)
    memory.question = question.name if question else None
    memory.private = bool(question and question.private)
