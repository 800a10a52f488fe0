"""What anybody may ask about customer service: when it is open, how long the queue is, what the menu holds (S1-S4)."""

from collections.abc import Mapping
from datetime import date, datetime, time

from ordering import wording
from ordering.model import Channel
from ordering.use_cases.callback_times import day_named
from ordering.use_cases.said import Say
from rulebook import Rulebook
from rulebook.verdict import CustomerService

# Topics of a phone menu that have a text; a caller who hears none of them could not choose anything.
_MENU = ("order_products", "delivery_complaints_other")


def opening_hours(book: Rulebook, region: str, local: datetime, language: str) -> list[Say]:
    """Hours, whether it is open now, and when many call (S1-S3). No hours known: the number only."""
    service = book.customer_service(region=region, day=local.date())
    values = wording.contact(service)
    busy = busy_times(service, language)
    if service.hours is None:
        return [Say("utter_opening_hours_unknown", values), *busy]
    now = book.opening(region=region, at=local)
    if now.open or now.opens is None:
        return [Say("utter_open_now" if service.hours.lunch else "utter_open_now_no_lunch", values), *busy]
    values |= {
        "next_day": wording.day(now.opens.date(), language, today=local.date()),
        "next_time": f"{now.opens:%H:%M}",
    }
    return [Say("utter_closed_now", values), *busy]


def opening_hours_asked(book: Rulebook, region: str, local: datetime, language: str, *, asked: str) -> list[Say]:
    """The same, or about the day that is asked about ("har ni öppet på påskafton?")."""
    day = book.day_off_named(asked, local.date()) or day_named(asked.lower(), local.date())
    if day in (None, local.date()):
        return opening_hours(book, region, local, language)
    service = book.customer_service(region=region, day=day)
    opening = book.opening(region=region, at=datetime.combine(day, time(), tzinfo=local.tzinfo))
    if service.hours is None or opening.opens is None:
        return opening_hours(book, region, local, language)
    values = wording.contact(service) | {"day": wording.day(day, language, today=local.date())}
    if opening.opens.date() == day:
        return [Say("utter_open_that_day" if service.hours.lunch else "utter_open_that_day_no_lunch", values)]
    values |= {
        "next_day": wording.day(opening.opens.date(), language, today=local.date()),
        "next_time": f"{opening.opens:%H:%M}",
    }
    return [Say("utter_closed_that_day", values)]


def busy_times(service: CustomerService, language: str) -> list[Say]:
    """When many call (S3); nothing where the region names no such time."""
    busy = wording.named("busy_times", service.busy, language)
    return [Say("utter_busy_times", {"busy": busy})] if busy else []


def queue(service: CustomerService, language: str) -> list[Say]:
    """How soon calls are to be answered (S4), and when many call (S3)."""
    says = busy_times(service, language)
    if service.answer_target:
        share, minutes = service.answer_target
        values = {"share": wording.share(share, language), "minutes": wording.minutes(minutes, language)}
        says.insert(0, Say("utter_answer_target", values))
    return says


def what_next(book: Rulebook, region: str, day: date, channel: Channel) -> list[Say]:
    """The open question. On the phone its choices are the region's menu, in the order of its keys (S2)."""
    if channel != "voice":
        return [Say("utter_what_next")]
    service = book.customer_service(region=region, day=day)
    return [Say("utter_what_next"), *(Say(f"utter_menu_{topic}") for topic in _topics(service.menu))]


def _topics(menu: Mapping[str, str]) -> tuple[str, ...]:
    stated = tuple(menu[key] for key in sorted(menu) if menu[key] in _MENU)
    return stated or _MENU
