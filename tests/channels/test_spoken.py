"""Figures as they are said: no figure is left for a voice to guess the meaning of."""

import re

import pytest

from api.gateway.paging import MOST_CHARACTERS as MOST
from api.spoken import spoken
from api.texts import TextError, load_texts

PLACE = re.compile(r"[{\[]\w+[}\]]")


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("Tryck 1 för att beställa.", "Tryck ett för att beställa."),
        ("Ordernummer 1234567.", "Ordernummer ett två tre, fyra fem, sex sju."),
        ("Ärende R123456", "Ärende R ett två tre, fyra fem sex"),
        ("Koden är 482119", "Koden är fyra åtta två, ett ett nio"),
        ("Portkod: 4711.", "Portkod: fyra sju, ett ett."),
        ("numret som slutar på 05", "numret som slutar på noll fem"),
        ("Ring 010-441 31 90.", "Ring noll ett noll, fyra fyra ett, tre ett, nio noll."),
        ("Ring 0770-11 11 00 eller 1177", "Ring noll sju sju noll, ett ett, ett ett, noll noll eller elva sjuttiosju"),
        ("Ring 112 nu", "Ring ett ett två nu"),
        ("till exempel via 1177.se", "till exempel via elva sjuttiosju punkt se"),
        ("Du får den senast fredag 27 november.", "Du får den senast fredag den tjugosjunde november."),
        ("måndag 2 mars 2027", "måndag den andra mars tjugohundratjugosju"),
        ("2026-11-27", "den tjugosjunde november tjugohundratjugosex"),
        ("2026-13-99", "två noll två, sex ett tre, nio nio"),
        ("vardagar 08:00 till 16:30", "vardagar åtta till halv fem"),
        ("utom 12:00-12:30", "utom tolv till halv ett"),
        ("mellan 10:15 och 17:45", "mellan kvart över tio och kvart i sex"),
        ("13:05, 18:00, 06:30, 00:00", "tretton noll fem, sex på kvällen, halv sju på morgonen, tolv på natten"),
        ("Egenavgiften är 120 kronor.", "Egenavgiften är etthundratjugo kronor."),
        ("2 000 kr, 1 kr, 99,50 kr", "tvåtusen kronor, en krona, nittionio kronor och femtio öre"),
        ("Lansetter 0,3 mm 200 st", "Lansetter noll komma tre millimeter tvåhundra stycken"),
        ("Näringsdryck 200 ml", "Näringsdryck tvåhundra milliliter"),
        ("2–4 dagar", "två till fyra dagar"),
        ("1 dag, 1 uttag, 1 förpackning, 1 paket", "en dag, ett uttag, en förpackning, ett paket"),
        ("Antalet måste vara minst 1.", "Antalet måste vara minst ett."),
        ("Du är 18 år.", "Du är arton år."),
        ("Kastanjegatan 12 A, 413 19 Göteborg", "Kastanjegatan tolv A, fyra ett tre, ett nio Göteborg"),
        ("anna.b-1@example.se", "anna punkt b bindestreck ett snabel-a example punkt se"),
        ("CH12", "CH tolv"),
        ("60 %", "sextio procent"),
        ("noll ändras inte", "noll ändras inte"),
    ],
)
def test_swedish(written, heard):
    assert spoken(written) == heard


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("Press 1 for ordering.", "Press one for ordering."),
        ("order 6394027", "order six three nine, four zero, two seven"),
        ("Friday 27 November 2027", "Friday the twenty-seventh of November twenty twenty-seven"),
        ("08:00 to 16:30", "eight a m to four thirty p m"),
        ("12:00-12:30", "twelve noon to twelve thirty p m"),
        ("13:05", "one oh five p m"),
        ("The fee is 120 kronor", "The fee is one hundred and twenty kronor"),
        ("code: 4711, ends with 05", "code: four seven, one one, ends with zero five"),
        ("0.3 mm, 200 ml, 1 st", "zero point three millimetres, two hundred millilitres, one piece"),
        ("call 1177, or 112", "call eleven seventy-seven, or one one two"),
    ],
)
def test_english(written, heard):
    assert spoken(written, "en") == heard


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("text", ["1", "01", "0 1 2", "9" * 40, "1,", "1.2.3", "1:2:3", "3-4-5", "99:99", "1/2", "²"])
def test_whatever_is_written_no_figure_is_left(language, text):
    assert not re.search("[0-9]", spoken(text, language))


def test_what_cannot_stand_in_xml_is_left_out():
    assert spoken("a\x00\x1b\x85\ud800\ufffeb") == "ab"


# All that may be said on the phone

TEXTS = load_texts()
ON_THE_PHONE = [
    (name, language)
    for name in sorted(TEXTS.names)
    for language in ("sv", "en")
    if not name.endswith(("_sms", "_code_reply")) and not name.startswith("utter_menu_")
]


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_text_is_short_enough_for_one_prompt_also_when_its_values_are_long(language):
    long = {
        f"{name}: {len(said)}"
        for name, told_in in ON_THE_PHONE
        if told_in == language
        and len(said := spoken(PLACE.sub("ett ganska långt värde", template(name, language)), language)) > MOST
    }
    assert not long


@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_text_on_the_phone_tells_to_write_or_click(language):
    words = r"\b(?:[Kk]licka|[Cc]lick|nedan|below)\b"
    told = [
        name for name, told_in in ON_THE_PHONE if told_in == language and re.search(words, template(name, language))
    ]
    assert told == []


def template(name: str, language: str) -> str:
    try:
        return TEXTS.template(name, channel="voice", language=language)
    except TextError:
        return ""
