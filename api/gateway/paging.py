"""What a caller can take in at once: a prompt of about twenty seconds, and four choices.

What is longer is told page by page: a key leads on, and so does silence while there is more to hear before the choices.
Every choice may be said at any time, whichever page it stands on.
"""

import re
import secrets
from dataclasses import replace

from api.gateway.context import Context, Said
from api.gateway.memory import Offered, Page
from api.spoken import spoken

MOST_CHOICES = 4
# Twenty seconds hold 240 characters at 150 words a minute, a slow reader's pace (measured with espeak-ng, Swedish).
MOST_CHARACTERS = 240
_LONG_NUMBER = re.compile(r"\d{5,}")
_SENTENCE = re.compile(r"(?<=[.!?:;,]) ")


def paged(ctx: Context, said: Said) -> Said:
    """The reply as it is told on the phone: its first page, with the others remembered."""
    if ctx.visit.channel != "voice" or said.transfer or said.end or said.offered is None:
        return said
    if any(choice.page is not None for choice in said.offered):
        return said  # a page that is told again
    ctx.memory.pages = []
    keyed = [choice for choice in said.offered if choice.key and choice.shown]
    # What is listened for in another language is offered after this prompt, as one of its own.
    *before, last = _pages(ctx, said.texts, keyed, None if said.hears_also else said.also_in)
    # One key is enough to hear the rest, whatever is asked for in the end.
    pages = [replace(page, expects=said.expects if page.choices else "choice") for page in before]
    pages.append(replace(last, expects=said.expects))
    if before:
        ctx.memory.pages = pages
        said.texts, said.offered = list(pages[0].texts), _offered(ctx, 0, said.offered)
        said.expects = pages[0].expects
    return said


def turn_to(ctx: Context, page: int) -> Said:
    """Another page of what was told last."""
    pages = ctx.memory.pages
    page = page if page < len(pages) else 0
    offered = [choice for choice in ctx.memory.offered if choice.page is None]
    texts = ctx.memory.last = list(pages[page].texts)
    return Said(texts, _offered(ctx, page, offered), pages[page].expects, understood=None)


def is_page(ctx: Context) -> bool:
    return any(choice.page is not None for choice in ctx.memory.offered)


def goes_on(ctx: Context) -> int | None:
    """The page that silence leads to: the next one, while nothing is to be chosen yet."""
    leading = [choice for choice in ctx.memory.offered if choice.page is not None]
    if leading and not any(choice.key and choice.page is None for choice in ctx.memory.offered):
        return leading[0].page
    return None


def _pages(ctx: Context, texts: list[str], keyed: list[Offered], also_in: str | None) -> list[Page]:
    parts = [part for text in texts for part in _in_parts(ctx, text)]
    offer = ctx.tools.say("utter_voice_other_language", channel="voice", language=also_in) if also_in else ""
    if _length(ctx, [*parts, offer]) + _told(ctx, keyed) <= MOST_CHARACTERS and len(keyed) <= MOST_CHOICES:
        return [Page(parts, [choice.token for choice in keyed])]
    *before, question = parts or [""]
    pages: list[Page] = []
    page: list[str] = []
    for part in before:
        if page and _length(ctx, [*page, part]) + _more(ctx) > MOST_CHARACTERS:
            pages.append(Page(page))
            page = []
        page.append(part)
    first = keyed[:MOST_CHOICES]
    if page and _length(ctx, [*page, question]) + _told(ctx, first) + _more(ctx) > MOST_CHARACTERS:
        pages.append(Page(page))
        page = []
    page = [part for part in (*page, question) if part]
    left = keyed
    while left or page:
        count = min(len(left), MOST_CHOICES)
        offered = 0 if pages else _length(ctx, [offer])
        room = MOST_CHARACTERS - _length(ctx, page) - offered - (_more(ctx) if pages or len(left) > count else 0)
        while count > 1 and _told(ctx, left[:count]) > room:
            count -= 1
            room = MOST_CHARACTERS - _length(ctx, page) - offered - _more(ctx)
        pages.append(Page(page, [choice.token for choice in left[:count]]))
        page, left = [], left[count:]
    return pages


def _offered(ctx: Context, at: int, offered: list[Offered]) -> list[Offered]:
    """All that may be said, and keys for what this page tells."""
    pages = ctx.memory.pages
    here = pages[at].choices
    told = [
        replace(choice, key=str(here.index(choice.token) + 1) if choice.token in here else None) for choice in offered
    ]
    told.sort(key=lambda choice: here.index(choice.token) if choice.token in here else len(here))
    following = at + 1 if at + 1 < len(pages) else 0
    if not following and not here:
        return told  # what is asked for is no choice
    if following:
        name = "utter_choice_more" if here else "utter_choice_hear_the_rest"
    else:
        name = "utter_choice_from_the_first" if pages[0].choices else "utter_choice_all_again"
    words = ("nästa", "fler", "mer", "resten", "fortsätt", "next", "more", "the rest", "go on")
    lead = Offered(secrets.token_urlsafe(16), ctx.say(name), str(len(here) + 1), aliases=words, page=following)
    return [*told, lead] if here else [lead, *told]


def _in_parts(ctx: Context, text: str) -> list[str]:
    """A text that is too long by itself, in sentences and clauses."""
    if _length(ctx, [text]) + _more(ctx) <= MOST_CHARACTERS:
        return [text]
    parts: list[str] = []
    for clause in _SENTENCE.split(text):
        if parts and _length(ctx, [f"{parts[-1]} {clause}"]) + _more(ctx) <= MOST_CHARACTERS:
            parts[-1] += f" {clause}"
        else:
            parts.append(clause)
    return parts


def _length(ctx: Context, texts: list[str]) -> int:
    # A long number is as long as the longest one, so that pages do not depend on which figures it has.
    longest = (_LONG_NUMBER.sub(lambda found: "8" * len(found[0]), text) for text in texts if text)
    return sum(len(spoken(text, ctx.visit.language)) + 1 for text in longest)


def _told(ctx: Context, choices: list[Offered]) -> int:
    return _length(ctx, [_worded(ctx, str(key), choice.label) for key, choice in enumerate(choices, 1)])


def _more(ctx: Context) -> int:
    return _length(ctx, [_worded(ctx, "5", ctx.say("utter_choice_hear_the_rest"))])


def _worded(ctx: Context, key: str, label: str) -> str:
    return ctx.say("utter_voice_choice", key=key, label=label)
