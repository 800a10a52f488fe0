"""When customer service can call: windows within its opening hours, and how patients name them (S1, S3)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from ordering.numbers import number
from rulebook import Rulebook
from rulebook.verdict import OpeningHours

_OPEN_DAYS = 5  # ahead
_LONGEST = timedelta(hours=4)  # nobody should have to wait by the telephone for a whole day
_LEAST_LEFT = timedelta(hours=1)  # of a window that has begun
_AT_ONCE = 4  # choices: more cannot be remembered by who hears them
_ROUND = timedelta(minutes=30)
_NOON = time(12)

_WEEKDAYS = (
    ("måndag", "monday"),
    ("tisdag", "tuesday"),
    ("onsdag", "wednesday"),
    ("torsdag", "thursday"),
    ("fredag", "friday"),
    ("lördag", "saturday"),
    ("söndag", "sunday"),
)
_MONTHS = (
    ("januari", "january"),
    ("februari", "february"),
    ("mars", "march"),
    ("april",),
    ("maj", "may"),
    ("juni", "june"),
    ("juli", "july"),
    ("augusti", "august"),
    ("september",),
    ("oktober", "october"),
    ("november",),
    ("december",),
)
_DAYS_FROM_NOW = (
    (re.compile(r"\b(?:i ?över ?morgon|day after tomorrow)\b"), 2),
    (re.compile(r"\b(?:i ?morgon|i ?morn|tomorrow)\b"), 1),
    (re.compile(r"\b(?:i ?dag|today|i eftermiddag|i förmiddag|this (?:morning|afternoon))\b"), 0),
)
_DATE = re.compile(r"\b(\d{1,2})(?:\s*/\s*(\d{1,2})\b|(?:st|nd|rd|th|:e|e)?(?: of)? ([a-zåäö]{3,}))")
_HOUR = re.compile(
    r"\b(?:klockan|kl\.?|vid|runt|efter|från|at|around|after|from) ?(\d{1,2})(?:[.:](\d\d))? ?(am|pm)?\b"
    r"|\b(\d{1,2})[.:](\d\d)\b|\b(\d{1,2}) ?(am|pm)\b"
)
_HOUR_IN_WORDS = re.compile(
    r"\b(?:vid )?(?P<about>[a-zåäö]+?)-?tiden\b"
    r"|\b(?:klockan|kl\.?|vid|runt|efter|från|at|around|after|from) (?P<half>halv |half past )?(?P<hour>[a-zåäö]+)\b"
)
_OFFICE_HOURS_BEGIN = 7  # "klockan tre" is in the afternoon
_MORNING = re.compile(
    r"\b(?:förmiddag\w*|fm|f\.m|morgon(?:en)?|före lunch|innan lunch|morning|before (?:noon|lunch))\b"
)
_AFTERNOON = re.compile(r"\b(?:eftermiddag\w*|em|e\.m|efter lunch|afternoon|after (?:noon|lunch))\b")
_ANY = re.compile(
    r"\b(?:när som helst|vilken som helst|spelar ingen roll|kvittar|så (?:fort|snart|snabbt)\w*|först\w*|tidigast\w*"
    r"|snarast|any ?time|any of them|whenever|does ?n[o']?t matter|as soon as|asap|first|earliest)\b"
)


@dataclass(frozen=True, slots=True)
class Window:
    """Local times ("08:00") of one day."""

    day: date
    starts: str
    ends: str

    @property
    def code(self) -> str:
        """The same however much of it is left."""
        return f"{self.day.isoformat()}T{self.ends}"


def windows(book: Rulebook, region: str, local: datetime) -> list[Window]:
    """Those of the next open days, in order. Empty where the region states no hours: nothing can be promised then."""
    found: list[Window] = []
    at, days = local, 0
    while days < _OPEN_DAYS:
        opening = book.opening(region=region, at=at)
        if opening.open is None or not (opening.open or opening.opens):
            return []
        day = at.date() if opening.open else (opening.opens or at).date()
        hours = book.customer_service(region=region, day=day).hours
        if hours is None:
            return []
        left = [left for window in _of_day(hours, day) if (left := _what_is_left(window, local))]
        found += left
        days += bool(left)
        at = datetime.combine(day + timedelta(days=1), time(), tzinfo=local.tzinfo)
    return found


def to_choose(all_windows: Sequence[Window], looked_at: date | None) -> list[Window]:
    """The few to offer: those of the day that was named, or else the next ones."""
    return [window for window in all_windows if looked_at in (None, window.day)][:_AT_ONCE]


def named(text: str, all_windows: Sequence[Window], *, today: date, looked_at: date | None) -> list[Window] | None:
    """The windows that the words can mean. None: they name no time; empty: one at which it is not open."""
    said = text.lower()
    if _ANY.search(said):
        return list(to_choose(all_windows, looked_at)[:1])
    day = day_named(said, today)
    time_of_day = _time_of_day(said)
    if day is None and time_of_day is None:
        return None
    fitting = [window for window in all_windows if (day or looked_at) in (None, window.day)]
    fitting = [window for window in fitting if time_of_day is None or time_of_day(window)]
    return [window for window in fitting if window.day == fitting[0].day]


def _of_day(hours: OpeningHours, day: date) -> list[Window]:
    bounds = [hours.opens, *(hours.lunch or ()), hours.closes]
    return [
        window for opens, closes in zip(bounds[::2], bounds[1::2], strict=True) for window in _cut(opens, closes, day)
    ]


def _cut(opens: str, closes: str, day: date) -> list[Window]:
    """One spell of hours in as few equal parts as are short enough, from one half hour to another."""
    start, end = _at(day, opens), _at(day, closes)
    parts = -(-(end - start) // _LONGEST)
    inner = [_rounded(start + (end - start) * number / parts) for number in range(1, parts)]
    bounds = [start, *inner, end]
    return [Window(day, f"{starts:%H:%M}", f"{ends:%H:%M}") for starts, ends in pairwise(bounds)]


def _what_is_left(window: Window, local: datetime) -> Window | None:
    """A window that has begun is offered from the next half hour on, while enough of it is left."""
    now = local.replace(tzinfo=None)
    start, end = _at(window.day, window.starts), _at(window.day, window.ends)
    if now <= start:
        return window
    if end - now < _LEAST_LEFT:
        return None
    later = _rounded(now + _ROUND / 2)
    return Window(window.day, f"{later:%H:%M}", window.ends)


def _at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock))


def _rounded(at: datetime) -> datetime:
    midnight = datetime.combine(at.date(), time())
    return midnight + _ROUND * round((at - midnight) / _ROUND)


def day_named(said: str, today: date) -> date | None:
    """The day that words in lower case tell, as seen from `today`."""
    for pattern, days in _DAYS_FROM_NOW:
        if pattern.search(said):
            return today + timedelta(days=days)
    for weekday, names in enumerate(_WEEKDAYS):
        if any(name in said for name in names):
            return today + timedelta(days=(weekday - today.weekday()) % 7 or 7)
    match = _DATE.search(said)
    month = _month(match) if match else None
    if match and month:
        try:
            day = date(today.year, month, int(match[1]))
        except ValueError:
            return None
        return day if day >= today else day.replace(year=today.year + 1, day=min(day.day, 28))
    return None


def _month(match: re.Match[str]) -> int | None:
    if match[2]:
        return int(match[2])
    return next((number for number, names in enumerate(_MONTHS, 1) if any(n.startswith(match[3]) for n in names)), None)


def _time_of_day(said: str) -> Callable[[Window], bool] | None:
    if clock := _clock(said):
        return lambda window: window.starts <= clock < window.ends
    said = re.sub(r"\bi ?(?:över ?)?morgon\b", "", said)
    if _AFTERNOON.search(said):
        return lambda window: _middle(window) >= _NOON
    if _MORNING.search(said):
        return lambda window: _middle(window) < _NOON
    return None


def _clock(said: str) -> str | None:
    """ "14:30" of "klockan 14.30", "2 pm", "halv tre"."""
    if match := _HOUR.search(said):
        hour, minute = int(match[1] or match[4] or match[6]), int(match[2] or match[5] or 0)
        told = match[3] or match[7]
    elif (match := _HOUR_IN_WORDS.search(said)) and (spoken := number(match["hour"] or match["about"], articles=False)):
        before = match["half"] == "halv "
        hour, minute, told = spoken - before, 30 if match["half"] else 0, None
    else:
        return None
    if (told == "pm" and hour < _NOON.hour) or (told is None and hour < _OFFICE_HOURS_BEGIN):
        hour += _NOON.hour
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def _middle(window: Window) -> time:
    start, end = _at(window.day, window.starts), _at(window.day, window.ends)
    return (start + (end - start) / 2).time()
