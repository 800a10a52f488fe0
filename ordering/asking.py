"""Whether words ask something, as far as their form tells: speech has no question marks, many texts have none. Pure."""

import re

_LEAD_IN = (
    r"^(?:\W*(?:men|och|jaha|förresten|ursäkta|hej|hallå|okej|ok|ja|jo|alltså|sen|du|så|so|but|and|well|sorry|hi|hello"
    r"|excuse me)\b)*\W*"
)
_ANY_WILL_DO = r"(?! (?:\w+ )?som helst\b)"
_PLAIN = re.compile(
    rf"\?\W*$|{_LEAD_IN}"
    rf"(?:(?:hur|vad|vilke[nt]|vilka){_ANY_WILL_DO}|varför|vem|vems|när (?:kan|får|kommer|har|är|blir|ska)"
    r"|var (?:är|finns|ligger|kan|hämtar|någonstans)|vart (?:ska|kommer|går)"
    r"|(?:kan|får) (?:man|jag|ni)|går det|kostar (?:det|den|de)"
    r"|how|why|what|what's|who|which|where|when (?:can|do|does|is|will|are)|(?:can|may) (?:i|you|we|one)"
    r"|is it possible)\b",
    re.IGNORECASE,
)
_SOMEBODY = r"(?:jag|man|du|ni|vi|det|den|de|dom|han|hon|något|någon|nåt|i|you|we|it|there|they|one|this|that|the)"
_VERB_FIRST = re.compile(
    rf"{_LEAD_IN}(?:kan|får|måste|ska|skall|är|har|finns|går|kostar|kommer|behöver|vet|tar|skulle|kunde|blir|gäller"
    rf"|can|could|may|do|does|did|is|are|was|will|would|should|must|have|has) {_SOMEBODY}\b",
    re.IGNORECASE,
)


def asks(words: str) -> bool:
    """Whether it is plainly a question."""
    return bool(_PLAIN.search(words))


def may_ask(words: str) -> bool:
    """Whether it may be one: "är det ..." begins a question, but also "är det stängt, ställ det utanför"."""
    return asks(words) or bool(_VERB_FIRST.search(words))
