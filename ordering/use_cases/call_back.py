"""A call that the patient asks for: when, to which number, booked, changed and taken back.

The open question stands in the row (`asking`), so that it outlives Rasa; the number never reaches Rasa.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberType

from ordering import wording
from ordering.local_time import STOCKHOLM
from ordering.model import Callback, Visit
from ordering.ports import Transaction
from ordering.use_cases.callback_times import Window, named, windows
from ordering.use_cases.said import Say
from rulebook import Rulebook

# The slots of the Rasa form. utter_ask_<name> words each.
OFFER, WHEN, TIME = "callback_offer", "callback_when", "callback_time"
NUMBER, NEW_NUMBER, CHECK, BOOKED = "callback_number", "callback_new_number", "callback_check", "callback_booked"
QUESTIONS = (OFFER, WHEN, TIME, NUMBER, NEW_NUMBER, CHECK, BOOKED)
PRIVATE = frozenset({NUMBER, NEW_NUMBER})
_OPEN = ("asked", "booked")
_CALLABLE = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
        PhoneNumberType.PERSONAL_NUMBER,
    }
)


@dataclass(frozen=True, slots=True)
class Calling:
    """What a visit's callback is settled from.

    own: the registered mobile of who speaks. here: the number that they write or call from, where it is another one.
    transfer: calls of this region can be passed on to customer service.
    """

    tx: Transaction
    book: Rulebook
    visit: Visit
    now: datetime
    own: str | None
    here: str | None
    transfer: bool

    @property
    def local(self) -> datetime:
        return self.now.astimezone(STOCKHOLM)

    @property
    def is_open(self) -> bool:
        return self.book.opening(region=self.visit.region, at=self.local).open is True

    @property
    def may_transfer(self) -> bool:
        """Now, in this call."""
        return self.visit.channel == "voice" and self.transfer and self.is_open

    @property
    def windows(self) -> list[Window]:
        return windows(self.book, self.visit.region, self.local)


@dataclass(frozen=True, slots=True)
class Told:
    """A message, as far as the callback can use it. choice: the value picked for the open question."""

    message_id: str
    intent: str = "inform"
    text: str = ""
    choice: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """`callback` as it stands now. understood False: the message told nothing for the open question."""

    callback: Callback
    says: list[Say] = field(default_factory=list)
    understood: bool = True
    transfer: bool = False


async def calling(tx: Transaction, book: Rulebook, visit: Visit, *, now: datetime, transfer: bool) -> Calling:
    speaker_id = visit.speaker_id or visit.person_id
    own = (await tx.people.get(speaker_id)).mobile if speaker_id else None
    here = await tx.conversations.address(visit.id)
    return Calling(tx, book, visit, now, own, here if here != own else None, transfer)


# What is open


async def booked(c: Calling) -> Callback | None:
    """What this patient has booked already; an SMS proves its number well enough to hear of a call to it."""
    number = (c.own or c.here) if c.visit.channel == "sms" else None
    return await c.tx.callbacks.booked(c.visit.region, visit_id=c.visit.id, person_id=c.visit.person_id, number=number)


async def begin(c: Calling, message_id: str, *, wants: bool, about: dict[str, Any], text: str = "") -> Callback:
    """Opens the question: whether to be called; when, where it is known that they want to; or what to do about the
    call that is booked. `text` may name a time already."""
    open_one = await c.tx.callbacks.asking(c.visit.id)
    if open_one:
        return open_one
    if existing := await booked(c):
        # Asked about in this visit, whichever it was booked in.
        return await _keep(c, replace(existing, visit_id=c.visit.id, asking=BOOKED, seen=message_id))
    new = Callback(
        0,
        c.visit.region,
        c.visit.channel,
        c.visit.id,
        c.now,
        language=c.visit.language,
        person_id=c.visit.person_id,
        asking=OFFER,
        about=about,
        seen=message_id,
    )
    if wants:
        new = _with_time(c, new, text)
        new = replace(new, asking=_next(c, new))
    return await c.tx.callbacks.add(new)


async def answer(c: Calling, callback: Callback, told: Told) -> Heard:
    """Takes an answer to the open question; books when nothing more is to be asked. The same message counts once."""
    if callback.seen == told.message_id and not told.choice:
        return await _settle(c, callback)  # a private answer was taken before Rasa, or the message comes again
    match callback.asking:
        case "callback_offer":
            return await _offer(c, callback, told)
        case "callback_when" | "callback_time":
            return await _when(c, callback, told)
        case "callback_number":
            return await _number(c, callback, told)
        case "callback_check":
            return await _check(c, callback, told)
        case "callback_booked":
            return await _change(c, callback, told)
    return Heard(callback, understood=False)


async def answer_privately(c: Calling, question: str, text: str, message_id: str) -> str | None:
    """A number that was said, keyed or written. None: taken; else the name of a response that says what was wrong."""
    callback = await c.tx.callbacks.asking(c.visit.id)
    if callback is None or callback.asking != question or callback.seen == message_id:
        return None
    number = read_number(text)
    if number is None:  # "tisdag" is no wrong number: the question is put again
        return "utter_error_callback_number" if any(map(str.isdigit, text)) else f"utter_ask_{question}"
    await _keep(c, replace(callback, number=number, own=False, asking=CHECK, seen=message_id))
    return None


async def leave(c: Calling, callback: Callback, message_id: str) -> Callback:
    """Nothing more is asked. What was booked stays as it was."""
    closed = callback if callback.status == "booked" else replace(callback, status="left")
    return await _keep(c, replace(closed, asking=None, looked_at=None, seen=message_id))


async def take_back(c: Calling, callback: Callback, message_id: str) -> list[Say]:
    await _keep(c, replace(callback, status="withdrawn", asking=None, seen=message_id))
    return [Say("utter_callback_withdrawn")]


async def give_up(c: Calling, callback: Callback, message_id: str) -> Heard:
    """The question was put to no avail: goes on without its answer where that can be, else leaves it."""
    if callback.asking in (WHEN, TIME) and callback.status == "asked":
        return await _settle(c, replace(callback, any_time=True, looked_at=None, seen=message_id))
    number = (callback.own and callback.number) or c.own
    if callback.asking in (NUMBER, NEW_NUMBER, CHECK) and callback.status == "asked" and number:
        return await _settle(c, replace(callback, number=number, own=True, asking=None, seen=message_id))
    return Heard(await leave(c, callback, message_id), [reach(c)])


async def one_step_back(c: Calling, callback: Callback, message_id: str) -> Callback:
    """To the question before; from the first one, out of it."""
    changed = replace(callback, day=None, starts=None, ends=None, looked_at=None, any_time=False, seen=message_id)
    if callback.status == "asked" and callback.asking in (TIME, NUMBER, NEW_NUMBER, CHECK) and c.windows:
        return await _keep(c, replace(changed, number=None, own=False, asking=WHEN))
    return await leave(c, callback, message_id)


# Answers


async def _offer(c: Calling, callback: Callback, told: Told) -> Heard:
    if c.may_transfer and (told.choice == "transfer" or told.intent == "talk_to_human"):
        return Heard(await leave(c, callback, told.message_id), [Say("utter_transfer")], transfer=True)
    if told.choice == "no" or (told.choice is None and told.intent == "deny"):
        return Heard(await leave(c, callback, told.message_id), [Say("utter_callback_left")])
    wants = told.choice in ("yes", "transfer") or told.intent in ("affirm", "talk_to_human")
    if wants or (told.choice is None and _names_a_time(c, told.text)):
        return await _settle(c, replace(_with_time(c, callback, told.text), seen=told.message_id))
    return Heard(callback, understood=False)


def _with_time(c: Calling, callback: Callback, text: str) -> Callback:
    """With the time that is named in the same breath ("ring mig på måndag förmiddag"), where there is one."""
    found = named(text, c.windows, today=c.local.date(), looked_at=None) or []
    if len(found) == 1:
        return replace(callback, day=found[0].day, starts=found[0].starts, ends=found[0].ends)
    return replace(callback, looked_at=found[0].day) if found else callback


def _names_a_time(c: Calling, text: str) -> bool:
    return bool(named(text, c.windows, today=c.local.date(), looked_at=None))


def names_a_closed_time(c: Calling, text: str) -> bool:
    """Whether the words tell when to call, and customer service is closed then."""
    return named(text, c.windows, today=c.local.date(), looked_at=None) == []


async def _when(c: Calling, callback: Callback, told: Told) -> Heard:
    today, all_windows = c.local.date(), c.windows
    if told.choice:
        found: Sequence[Window] | None = [window for window in all_windows if window.code == told.choice]
    else:
        found = named(told.text, all_windows, today=today, looked_at=callback.looked_at)
    if found is None:
        return Heard(callback, understood=False)
    if not found:
        callback = await _keep(c, replace(callback, looked_at=None, asking=WHEN, seen=told.message_id))
        return Heard(callback, [Say("utter_callback_not_open")])
    if len(found) > 1:
        callback = replace(callback, looked_at=found[0].day, asking=TIME, seen=told.message_id)
        return Heard(await _keep(c, callback))
    chosen = found[0]
    callback = replace(callback, day=chosen.day, starts=chosen.starts, ends=chosen.ends, looked_at=None, any_time=False)
    return await _settle(c, replace(callback, asking=None, seen=told.message_id))


async def _number(c: Calling, callback: Callback, told: Told) -> Heard:
    number = {"own": c.own, "here": c.here}.get(told.choice or "")
    if number:
        return await _settle(c, replace(callback, number=number, own=True, asking=None, seen=told.message_id))
    if told.choice == "other" or told.intent == "deny":
        return Heard(await _keep(c, replace(callback, asking=NEW_NUMBER, seen=told.message_id)))
    return Heard(callback, understood=False)


async def _check(c: Calling, callback: Callback, told: Told) -> Heard:
    if told.choice == "yes" or (told.choice is None and told.intent == "affirm"):
        return await _settle(c, replace(callback, asking=None, seen=told.message_id))
    if told.choice == "no" or (told.choice is None and told.intent == "deny"):
        return Heard(await _keep(c, replace(callback, asking=NEW_NUMBER, seen=told.message_id)))
    return Heard(callback, understood=False)


async def _change(c: Calling, callback: Callback, told: Told) -> Heard:
    if told.choice == "take_back":
        return Heard(replace(callback, asking=None), await take_back(c, callback, told.message_id))
    if told.choice in ("time", "number"):
        asking = WHEN if told.choice == "time" else _which_number(c)
        return Heard(await _keep(c, replace(callback, asking=asking, seen=told.message_id)))
    if told.choice == "keep" or told.intent in ("affirm", "deny", "thank"):
        return Heard(await leave(c, callback, told.message_id), [Say("utter_callback_stays")])
    return Heard(callback, understood=False)


async def _settle(c: Calling, callback: Callback) -> Heard:
    """The next question, or the booking."""
    asking = callback.asking if callback.asking == CHECK else _next(c, callback)
    if asking:
        return Heard(await _keep(c, replace(callback, asking=asking)))
    done = replace(callback, status="booked", asking=None, person_id=c.visit.person_id or callback.person_id)
    return Heard(await _keep(c, done), [told_when(c, done)])


def _next(c: Calling, callback: Callback) -> str | None:
    if callback.day is None and not callback.any_time and c.windows:
        return TIME if callback.looked_at else WHEN
    return None if callback.number else _which_number(c)


def _which_number(c: Calling) -> str:
    return NUMBER if c.own or c.here else NEW_NUMBER


async def _keep(c: Calling, callback: Callback) -> Callback:
    await c.tx.callbacks.save(callback, was=_OPEN)
    return callback


# What is said


def told_when(c: Calling, callback: Callback, name: str = "utter_callback_is_booked") -> Say:
    """When they call: day and window, or only that they do."""
    if callback.day is None:
        return Say(f"{name}_no_time")
    return Say(name, when(callback, c.visit.language, c.local))


def when(callback: Callback, language: str, local: datetime) -> dict[str, str]:
    """day, starts, ends of a window that is known."""
    assert callback.day is not None
    day = wording.day(callback.day, language, today=local.date())
    return {"day": day, "starts": callback.starts or "", "ends": callback.ends or ""}


def reach(c: Calling) -> Say:
    contact = c.book.customer_service(region=c.visit.region, day=c.local.date())
    return Say("utter_callback_reach", {"phone": contact.phone})


def as_written(number: str | None) -> str:
    """ "070-174 06 05"; with the country before it where that is another."""
    if not number:
        return ""
    parsed = phonenumbers.parse(number)
    swedish = parsed.country_code == 46
    style = phonenumbers.PhoneNumberFormat.NATIONAL if swedish else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def read_number(text: str) -> str | None:
    """E.164 of the one number in a text that customer service can call. None for emergency and premium numbers too."""
    found = {
        phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        for match in phonenumbers.PhoneNumberMatcher(text, "SE")
        if phonenumbers.number_type(match.number) in _CALLABLE
    }
    return found.pop() if len(found) == 1 else None


def sms_to(callback: Callback, own: str | None) -> str | None:
    """Where the booking is confirmed: to the number that is called if it can read, else to the registered mobile."""
    for number in (callback.number, own):
        parsed = phonenumbers.parse(number) if number else None
        if parsed and (number == own or parsed.country_code == 46):
            mobile = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
            if phonenumbers.number_type(parsed) in mobile:
                return number
    return None
