"""Characters that fit the SMS alphabet GSM-7, so that a text costs one part and not three."""

import unicodedata

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


def _fit(char: str) -> str:
    if char in BASIC or char in EXTENDED:
        return char
    plain = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    return plain if plain and is_gsm7(plain) else char
