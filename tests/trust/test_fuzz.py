"""Texts that nobody writes on purpose: the cleaner, the readers of numbers, and TwiML made of them."""

import re
import string
import unicodedata
from datetime import date

from hypothesis import assume, example, given
from hypothesis import strategies as st
from num2words import num2words

from api.channels.twiml import Voice, speak
from api.gateway.cleaning import LONGEST, clean, fold, has_words, is_foreign, mask, without_number
from api.gateway.messages import Choice, Reply
from api.spoken import NOT_IN_XML, spoken
from api.texts import say
from ordering import numbers
from ordering.use_cases.call_back import read_number
from ordering.use_cases.private_answers import parse_address
from rulebook.identity_numbers import find_numbers, parse_identity
from tests.channels import twiml_document
from tests.trust.examples import bounded

# Pieces that mean something to one of the readers, mixed with anything.
PIECES = st.one_of(
    st.sampled_from(["/", "／", "/restart", "&amp;", "]]>", "<Say>", "</Say><Dial>+4670</Dial>", "<!--x-->"]),
    st.sampled_from(["19850101-2382", "850101+2382", "+46701740605", "070-17406", "r123456", "50-008920/4", "4711"]),
    st.sampled_from(["10:30", "2026-02-31", "12,5", "1 000 kr", "413 19", "Göteborg", "storgatan 5a", "kod", "nr"]),
    st.sampled_from(["en", "ett", "två", "halvdussin", "tjugofem", "åtta noll", "st", "jag heter Anna", "nej"]),
    st.sampled_from(["١٩٨٥", "²", "½", "Ⅷ", "𝟗", "\u200b", "\u202e", "\ufeff", "\x00", "\x1b", "\u2028", "\u0338"]),
    st.sampled_from(["\ud800", "\U0001f600"]),
)
WRITTEN = st.lists(st.one_of(PIECES, st.text(max_size=12), st.sampled_from(" -.,+:/#*")), max_size=30).map("".join)
ANYTHING = st.one_of(WRITTEN, st.text(max_size=400), st.text(string.digits + " -+/.", max_size=300))
NUMBER = "198501012382"


@bounded(100)
@given(ANYTHING)
@example("a" * 6000)
@example("ﷺ" * 4000)
@example("1" * 6000)
@example(("Storgatan " * 100) + "x")
@example("1 " * 500 + "x")
@example("a-" * 500)
@example("\u00a8\x1b\u0338")
@example("=\x1b\u0338")
def test_what_is_cleaned_is_a_short_line_and_no_command(text):
    cleaned = clean(text)
    assert len(cleaned) <= LONGEST
    assert cleaned == clean(cleaned)
    assert cleaned.isprintable()
    assert not unicodedata.normalize("NFKC", cleaned).strip().startswith("/")
    assert not re.search(r"[^\W0-9]", "".join(filter(str.isdecimal, cleaned))), "figures of other scripts are ours now"
    cleaned.encode()
    fold(cleaned), has_words(cleaned), is_foreign(cleaned), without_number(cleaned)


@bounded(100)
@given(WRITTEN, WRITTEN, st.sampled_from(["", "-", " ", "–", " - ", "+", "."]), st.booleans(), st.sampled_from("0٠०"))
def test_no_personal_number_is_left_wherever_it_stands(before, after, between, century, zero):
    """Whatever is written around it, in whatever figures."""
    before, after = clean(before), clean(after)
    assume(not before[-3:].strip(" ") or not any(map(str.isalnum, before[-3:])))
    assume(not any(map(str.isalnum, after[:3])))
    figures = NUMBER if century else NUMBER[2:]
    number = f"{figures[:-4]}{between}{figures[-4:]}".translate({48 + n: ord(zero) + n for n in range(10)})
    masked = mask(clean(f"{before} , {number} , {after}")).text
    assert NUMBER[2:] not in re.sub(r"\D", "", masked)
    assert not find_numbers(masked)


@bounded(100)
@given(ANYTHING)
@example("storgatan 5astorgatan 5a")
def test_what_is_masked_stays_masked(text):
    masked = mask(clean(text), code_pending=True).text
    assert not find_numbers(masked)
    assert mask(clean(masked), code_pending=True).text == masked


@bounded(100)
@given(ANYTHING)
@example("1" * 5000)
@example("²")
def test_every_text_has_a_number_or_none(text):
    for said in (text, clean(text)):
        value = numbers.number(said)
        assert value is None or value >= 0
        amount = numbers.read_amount(said)
        assert amount is None or amount >= 0
        words = numbers.words_of(said)
        for at in range(min(len(words), 20)):
            found = numbers.number_at(words, at)
            assert found is None or (found[0] >= 0 and 1 <= found[1] <= len(words) - at)
        numbers.figures_said(said), numbers.figures_said(said, together=False)
        parse_identity(said, today=date(2026, 3, 2)), read_number(said), parse_address(said)


@bounded(100)
@given(st.integers(0, 199), st.sampled_from(["sv", "en"]))
def test_a_number_in_words_is_that_number(value, language):
    assert numbers.number(num2words(value, lang=language)) == value


VOICES = {"sv": Voice("Polly.Elin-Neural", "sv-SE"), "en": Voice("Polly.Joanna-Neural", "en-US")}
CHOICES = st.lists(
    st.builds(Choice, st.text(max_size=9), ANYTHING, st.sampled_from([None, *"123456789"])), max_size=9
).map(tuple)
REPLIES = st.builds(
    Reply,
    texts=st.lists(ANYTHING, max_size=3).map(tuple),
    choices=CHOICES,
    expects=st.sampled_from(["anything", "choice", "number", "identity", "code", "text"]),
    end=st.booleans(),
    language=st.sampled_from(["sv", "en"]),
    also_in=st.sampled_from([None, "sv", "en"]),
    transfer=st.sampled_from([None, "+46313900699"]),
)


@bounded(100)
@given(REPLIES, st.booleans())
@example(Reply(texts=("</Say><Dial>+46701740605</Dial><Say>",), choices=(Choice("t", '"/><Redirect>x', "1"),)), False)
def test_a_reply_becomes_twiml_that_says_its_words_and_does_nothing_else(reply, taken):
    address = "https://example.org/twilio/voice/step/2"
    told = speak(reply, next_step=address, say=say, voices=VOICES, taken=address if taken else None)
    verbs = twiml_document.parse(told.encode(), "text/xml")
    names = [verb.name for verb in verbs]
    if reply.transfer:
        assert names[-1] == "Dial"
        assert [inside.text for inside in verbs[-1].inside] == [reply.transfer]
        spoken_verbs = verbs[:-1]
    elif reply.end:
        assert names[-1] == "Hangup"
        spoken_verbs = verbs[:-1]
    else:
        assert names == ["Gather"]
        assert verbs[0].value("action") == address
        spoken_verbs = verbs[0].inside
    assert {verb.name for verb in spoken_verbs} <= {"Say"}
    said = "".join(verb.text for verb in spoken_verbs)
    for text in reply.texts:
        assert squeezed(spoken(text, reply.language)) in squeezed(said)


def squeezed(text: str) -> str:
    return "".join(text.split())


@bounded(100)
@given(ANYTHING, st.sampled_from(["sv", "en"]))
@example("9" * 5000, "sv")
@example("²² 1²:3", "sv")
def test_what_is_spoken_has_no_figures_and_stands_in_xml(text, language):
    said = spoken(text, language)
    assert not NOT_IN_XML.search(said)
    assert not any(character.isascii() and character.isdigit() for character in said)
