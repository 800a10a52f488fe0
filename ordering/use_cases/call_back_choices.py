"""The open question about a call, with its choices, as the gateway shows and reads them."""

from dataclasses import replace

from ordering import wording
from ordering.model import Callback
from ordering.use_cases.call_back import BOOKED, CHECK, NEW_NUMBER, NUMBER, OFFER, PRIVATE, Calling, as_written
from ordering.use_cases.callback_times import Window, to_choose
from ordering.use_cases.pending import Pending, PendingChoice

_YES = ("ja", "japp", "stämmer", "det stämmer", "gärna", "ja tack", "yes", "yes please", "correct", "that is right")
_NO = ("nej", "nä", "nej tack", "fel", "fel nummer", "no", "no thanks", "wrong", "wrong number")
_ALIASES: dict[str, tuple[str, ...]] = {
    "callback_offer_transfer": ("koppla mig", "koppla", "nu", "put me through", "connect me", "transfer me"),
    "callback_offer_yes": (*_YES, "ring mig", "ring upp mig", "bli uppringd", "call me", "call me back"),
    "callback_offer_no": (*_NO, "gå vidare", "fortsätt", "go on", "continue"),
    "callback_number_own": (*_YES, "mitt nummer", "mitt vanliga nummer", "min mobil", "my number", "my mobile"),
    "callback_number_here": ("det här numret", "samma nummer", "this number", "the same number"),
    "callback_number_other": ("annat nummer", "ett annat", "another number", "other number"),
    "callback_check_yes": _YES,
    "callback_check_no": _NO,
    "callback_booked_keep": ("behåll", "låt stå", "det är bra", "nej", "keep", "leave it", "no"),
    "callback_booked_time": ("annan tid", "ändra tiden", "another time", "change the time"),
    "callback_booked_number": ("annat nummer", "ändra numret", "fel nummer", "another number", "wrong number"),
    "callback_booked_take_back": ("avboka", "ta bort", "ring inte", "cancel", "take it back", "do not call"),
}


def pending(c: Calling, callback: Callback) -> Pending | None:
    """The open question with its choices, for the gateway."""
    if callback.asking is None:
        return None
    return Pending(
        callback.asking,
        private=callback.asking in PRIVATE,
        expects="text" if callback.asking == NEW_NUMBER else "choice",
        choices=tuple(_choices(c, callback)),
        values={"callback_number": as_written(callback.number)},
    )


def _choices(c: Calling, callback: Callback) -> list[PendingChoice]:
    match callback.asking:
        case "callback_offer":
            transfer = [_choice(OFFER, "transfer")] if c.may_transfer else []
            return [*transfer, _choice(OFFER, "yes"), _choice(OFFER, "no")]
        case "callback_when" | "callback_time":
            offered = to_choose(c.windows, callback.looked_at)
            return [_window(c, callback.asking, window) for window in offered]
        case "callback_number":
            own = [_choice(NUMBER, "own", ending=c.own[-2:])] if c.own else []
            here = [_choice(NUMBER, "here", ending=c.here[-2:])] if c.here else []
            if here and not own:
                here = [replace(here[0], aliases=(*_YES, *here[0].aliases))]
            return [*own, *here, _choice(NUMBER, "other")]
        case "callback_check":
            return [_choice(CHECK, "yes"), _choice(CHECK, "no")]
        case "callback_booked":
            time = ["time"] if c.windows else []
            return [_choice(BOOKED, value) for value in ("keep", *time, "number", "take_back")]
    return []


def _choice(question: str, value: str, **values: str) -> PendingChoice:
    name = f"{question}_{value}"
    return PendingChoice(
        f"utter_choice_{name}", {"choice": f"{question}={value}"}, aliases=_ALIASES.get(name, ()), values=values
    )


def _window(c: Calling, question: str, window: Window) -> PendingChoice:
    values = {
        "day": wording.day(window.day, c.visit.language, today=c.local.date()),
        "starts": window.starts,
        "ends": window.ends,
    }
    return PendingChoice("utter_choice_callback_window", {"choice": f"{question}={window.code}"}, values=values)
