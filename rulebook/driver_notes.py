"""What may, and must, stand in the note to the driver? (D28, D29)"""

import re
import unicodedata
from collections.abc import Collection

_TIME = r"(?<![\d.:])(?:[01]?\d|2[0-3])[.:][0-5]\d(?![\d.:])"
_DATE = r"\b20\d\d-\d\d-\d\d\b(?![-+ ]?\d{4}\b)"
_TIMES_AND_DATES = re.compile(f"{_TIME}|{_DATE}")
_PERSONAL_NUMBER = re.compile(r"(?<!\d)(?:\d{2})?\d{6}[ ]?[-+]?[ ]?\d{4}(?!\d)")
# Seven digits or more, however they are grouped. A door code has fewer.
_PHONE = re.compile(r"\+?\d(?:[ \-/().]{0,2}\d){6,}")
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
_WHOLE_WORD = 3  # letters: a beginning so short would begin many a harmless word
_WORD = re.compile(r"[^\W\d_]+")


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def names_patient(note: str | None, patient: str | None) -> bool:
    """D28: every part of the patient's name stands in the note. With no name known, any note will do."""
    if not note:
        return False
    return set(_words(patient or "")) <= set(_words(note))


def is_sensitive(note: str, *, patient: str | None, article: str | None, diagnosis_words: Collection[str]) -> bool:
    """D29: a personal number, phone number, diagnosis or article name.

    `diagnosis_words` are beginnings of words, or whole words where they have three letters or fewer.
    """
    # Compatibility form, so that no odd space or dash hides a number.
    note = " ".join(_DASHES.sub("-", unicodedata.normalize("NFKC", note)).split())
    if _PERSONAL_NUMBER.search(note) or _PHONE.search(_TIMES_AND_DATES.sub(" ", note)):
        return True
    own_name = set(_words(patient or ""))
    words = [word for word in _words(note) if word not in own_name]
    beginnings = [word.casefold() for word in diagnosis_words]
    if article:
        if article.casefold() in note.casefold():
            return True
        # The first word of an article's name is its make, which says as much as the whole name.
        make = next((word for word in _words(article) if len(word) >= 4), None)
        beginnings += [make] if make else []
    return any(_is_about(word, beginning) for word in words for beginning in beginnings)


def _is_about(word: str, beginning: str) -> bool:
    return word == beginning if len(beginning) <= _WHOLE_WORD else word.startswith(beginning)
