"""Characters that fit the SMS alphabet GSM-7, so that a text costs one segment and not three; segments and lengths."""

import unicodedata

LONGEST_SMS = 1600  # characters; Twilio takes no more in one message

BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = set("^{}\\[~]|€\f")  # two places each

_LOOKALIKES = str.maketrans(
    {
        "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\t": " ",
        "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u00b4": "'", "`": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2022": "-",
        "\u2026": "...", "\u00d7": "x", "\u00b7": ".",
        "\u00ad": None, "\u200b": None, "\u200c": None, "\ufeff": None, "\u2060": None,
    }
)  # fmt: skip


def to_gsm7(text: str) -> str:
    """`text` with typographic signs made plain and rare accents dropped (ë -> e; å, ä, ö and é stay).

    Characters of another script stay as they are: the message is then sent as UCS-2, but can be read.
    """
    return "".join(_fit(char) for char in unicodedata.normalize("NFC", text).translate(_LOOKALIKES))


def is_gsm7(text: str) -> bool:
    return set(text) <= BASIC | EXTENDED


def segments(text: str) -> int:
    """How many segments the text is sent and paid as: of 160 or 153 places in GSM-7, of 70 or 67 in UCS-2."""
    if is_gsm7(text):
        return _segments([2 if char in EXTENDED else 1 for char in text], single=160, each=153)
    return _segments([len(char.encode("utf-16-le")) // 2 for char in text], single=70, each=67)


def _segments(places: list[int], *, single: int, each: int) -> int:
    if sum(places) <= single:
        return 1
    count, used = 1, 0
    for width in places:  # a character of two places is never cut in two
        if used + width > each:
            count, used = count + 1, 0
        used += width
    return count


def messages(text: str, *, longest: int = LONGEST_SMS) -> list[str]:
    """The text, as plain as it is sent, as one message, or as several where it is longer than one may be.

    Cut between lines, else between words, else anywhere.
    """
    rest, cut = to_gsm7(text), []
    while len(rest) > longest:
        at = max(rest.rfind("\n", 1, longest + 1), 0) or max(rest.rfind(" ", 1, longest + 1), 0) or longest
        cut.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*cut, rest]


def _fit(char: str) -> str:
    if char in BASIC or char in EXTENDED:
        return char
    plain = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    return plain if plain and is_gsm7(plain) else char
