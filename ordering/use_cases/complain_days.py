"""When a patient says that something was found out: days in Swedish and English words. Pure."""

import calendar
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import get_day_names, get_month_names

from ordering.numbers import number

_LONG = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Days:
    """From the first to the last day that something can have been found out."""

    first: date
    last: date


_CAME_THEN = re.compile(
    r"\bkom\b|kommit|\bfick\b|hämtade|leverera|anlände|\bcame\b|\barrived\b|\bgot\b|\breceived\b|\bdelivered\b|\bpicked\b"
)
_FOUND_OUT = re.compile(
    r"upptäck|märk|\bsåg\b|öppnade|slutade|\bla(?:de)? av\b|\bdog\b|lossnade|gick sönder"
    r"|\bnotice|\bdiscover|\bsaw\b|\bopened\b|\bstopped\b|\bfell off\b|\bbroke\b|\bdied\b|\bcame (?:loose|off)\b"
)
_AT_DELIVERY = re.compile(
    r"\b(?:när|då|så fort|direkt|samma dag)\b.*\b(?:kom|fick|öppnade|packade|hämtade|anlände|leverera\w*)\b"
    r"|\b(?:när|då|så fort|direkt|genast|på en gång) ?(?:jag|vi|det|den|de)?$"
    r"|\b(?:when|as soon as|once|same day|the moment)\b.*\b(?:came|got|arrived|opened|unpacked|delivered|picked)\b"
    r"|^(?:right away|straight away|at once|immediately)\b"
)
_DAY_BEFORE_YESTERDAY = re.compile(r"\bi ?förrgår\b|\bday before yesterday\b")
_YESTERDAY = re.compile(r"\bi ?går\b|\byesterday\b|\blast night\b")
_TODAY = re.compile(
    r"\bi ?dag\b|\bi ?morse\b|\bi ?natt\b|\bnyss\b|\b(?:just|precis) nu\b|\balldeles nyligen\b"
    r"|\btoday\b|\bthis morning\b|\btonight\b|\bjust now\b|\bright now\b"
)
_TO_COME = re.compile(
    r"\bi ?morgon\b|\bövermorgon\b|\bnästa (?:vecka|månad|år)\b|\btomorrow\b|\bnext (?:week|month|year)\b"
)
_LAST_WEEK = re.compile(r"\bförra veckan\b|\blast week\b(?!end)")
_LAST_MONTH = re.compile(r"\bförra månaden\b|\blast month\b")
_LATELY = re.compile(
    r"\bhäromdagen\b|\bi helgen\b|\bhelgen som\b|\bi veckan\b|\bnyligen\b|\bveckan som var\b"
    r"|\bthe other day\b|\bweekend\b|\bthis week\b|\brecently\b"
)
_LONG_AGO = re.compile(r"\blänge ?se(?:da)?n\b|\bages ago\b|\b(?:a )?long (?:time )?ago\b|\bi fjol\b|\blast year\b")
_A_WHILE_AGO = re.compile(r"\bett tag se(?:da)?n\b|\ba while (?:ago|back)\b")
_SEASONS = {
    6: r"\bi somras\b|\b(?:last|this|in the) summer\b",
    3: r"\bi våras\b|\b(?:last|this|in the) spring\b",
    12: r"\bi vintras\b|\b(?:last|this|in the) winter\b",
    9: r"\bi höstas\b|\blast (?:autumn|fall)\b",
}
_SPAN = re.compile(
    r"(?:\b(?P<over>mer än|över|drygt|minst|more than|over|at least)\b )?(?:\b(?:ungefär|cirka|typ|about|around) )?"
    r"(?:\b(?:ett|a) )?\b(?P<count>couple of|\w+) (?P<unit>dag|veck|månad|år|day|week|month|year)(?:\w*)"
    r"(?P<ago> (?:se(?:da)?n|tillbaka|ago|back)\b)?"
)
_UNITS = {"dag": (1, 0), "day": (1, 0), "veck": (7, 3), "week": (7, 3), "månad": (30, 15), "month": (30, 15)} | {
    "år": (365, 180),
    "year": (365, 180),
}
_SOME = {"par": (2, 3), "couple of": (2, 3), "några": (2, 6), "few": (2, 6), "flera": (3, 9), "several": (3, 9)}


def discovered(words: str, today: date, *, asked: bool) -> Days | None:
    """When it was found out, as far as the words tell.

    asked: they answer that very question. A day told unasked counts when the words say that it was found out then,
    or that the parcel came then: nothing can have been found out before that.
    """
    said = words.lower()
    days = _days(said, today, asked=asked)
    if days is None or days.first > today:
        return None
    if asked or _FOUND_OUT.search(said):
        return Days(days.first, min(days.last, today))
    return Days(days.first, today) if _CAME_THEN.search(said) else None


def at_delivery(words: str) -> bool:
    """Whether an answer says that it was found out when the parcel came."""
    return bool(_AT_DELIVERY.search(words.lower().strip(" .!")))


def is_to_come(words: str, today: date) -> bool:
    """Whether the words name a day that has not been yet, so that nothing can have been found out then."""
    said = words.lower()
    days = _days(said, today, asked=True)
    return days.first > today if days else bool(_TO_COME.search(said))


def _days(said: str, today: date, *, asked: bool) -> Days | None:
    """asked: bare days ("tisdag", "två veckor") count too, and what is no certain day."""
    for pattern, ago in ((_DAY_BEFORE_YESTERDAY, 2), (_YESTERDAY, 1), (_TODAY, 0)):
        if pattern.search(said):
            return _on(today - timedelta(days=ago))
    monday = today - timedelta(days=today.weekday())
    if _LAST_WEEK.search(said):
        return Days(monday - timedelta(days=7), monday - timedelta(days=1))
    certain = next(_spans(said, today, asked=asked), None) or _weekday(said, today, asked=asked) or _date(said, today)
    return certain or (_about(said, today) if asked else None)


def _on(day: date) -> Days:
    return Days(day, day)


def _spans(said: str, today: date, *, asked: bool) -> Iterator[Days]:
    """ "Tre veckor sedan" is seldom exactly 21 days: half a unit either way."""
    for found in _SPAN.finditer(said):
        count = 1 if found["count"] == "a" else number(found["count"])
        least, most = _SOME.get(found["count"], (count, count))
        if least is None or most is None or not (asked or found["ago"]):
            continue
        days, slack = _UNITS[found["unit"]]
        first, last = today - timedelta(days=most * days + slack), today - timedelta(days=least * days - slack)
        yield Days(first - _LONG if found["over"] else first, last)


def _weekday(said: str, today: date, *, asked: bool) -> Days | None:
    for weekday in range(7):
        swedish, named = (get_day_names("wide", locale=locale)[weekday].lower() for locale in ("sv", "en"))
        before = today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
        if re.search(rf"\bi {swedish}s\b|\b(?:on|last|this) {named}\b", said):
            return _on(before)
        if asked and re.search(rf"\bförra {swedish}en\b", said):
            return Days(before - timedelta(days=7), before)
        if asked and re.search(rf"\b{swedish}(?:en|s)?\b|\b{named}\b", said):
            return _on(before)
    return None


def _date(said: str, today: date) -> Days | None:
    """ "den 3 november", "3/11", "the 3rd of November": the such day that is nearest, so it may be one to come."""
    names = [get_month_names("wide", locale=locale).items() for locale in ("sv", "en")]
    months = {name.lower(): month for named in names for month, name in named}
    day = r"\b(\d{1,2})(?: |:?e |/|(?:st|nd|rd|th) (?:of )?| of )"
    found = re.search(rf"{day}({'|'.join(months)}|\d{{1,2}})\b", said)
    if not found:
        return None
    month = months.get(found[2]) or int(found[2])
    days = []
    for year in (today.year - 1, today.year, today.year + 1):
        with suppress(ValueError):
            days.append(date(year, month, int(found[1])))
    return _on(min(days, key=lambda day: abs(day - today))) if days else None


def _about(said: str, today: date) -> Days | None:
    """What is no certain day: "i helgen", "i oktober", "i somras", "för länge sedan"."""
    if _LATELY.search(said):
        return Days(today - timedelta(days=8), today)
    if _LONG_AGO.search(said):
        return Days(today - _LONG, today - timedelta(days=31))
    if _A_WHILE_AGO.search(said):
        return Days(today - timedelta(days=60), today - timedelta(days=7))
    if _LAST_MONTH.search(said):
        return _months(today.replace(day=1) - timedelta(days=1), 1)
    for month, pattern in _SEASONS.items():
        if re.search(pattern, said):
            return _months(_latest(month, today), 3)
    for locale in ("sv", "en"):
        for month, name in get_month_names("wide", locale=locale).items():
            if re.search(rf"\b(?:i|in|början av|slutet av|mitten av) {name.lower()}\b", said):
                return _months(_latest(month, today), 1)
    return None


def _latest(month: int, today: date) -> date:
    """A day in the latest such month that has begun."""
    return date(today.year if month <= today.month else today.year - 1, month, 1)


def _months(begin: date, count: int) -> Days:
    """From the first day of a month to the last of as many months."""
    end = begin.year * 12 + begin.month - 1 + count - 1
    year, month = end // 12, end % 12 + 1
    return Days(begin.replace(day=1), date(year, month, calendar.monthrange(year, month)[1]))
