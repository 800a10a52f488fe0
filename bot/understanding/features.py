"""The features of a message: parts of its words, kinds of words, and what the words mean."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, TypedDict

import numpy as np
from bot.understanding.concepts import Concepts, Reading
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

# Endings that a word of a list may have: "katetrarna", "choklads".
_ENDING = r"\w{0,3}"
_WORD = r"[^\W_]+|\?"
_APART = r"\S+"
_GREETING = re.compile(
    r"^(?:hej+(?:san)?|hallå|tjena|god ?(?:morgon|dag|kväll)|hello|hi|hey|good (?:morning|afternoon|evening|day))"
    r"\b[\s,.!]*(?=\S+ \S+)"
)
_PLEASE = re.compile(r"(?<=\S)[\s,.!]+(?:tack(?: på förhand)?|snälla|mvh.*|please|thanks|thank you)[\s.!]*$")
_REPLACED = ("product", "flavour", "amount")
_ADDED = ("topic", "delivery")
# How much each of the four vectorizers counts; docs/understanding.md tells how it was chosen.
_WEIGHTS = (1.0, 1.0, 1.5, 1.0)


def core(text: str) -> str:
    """Lower case, without the greeting and the thanks around what is said. A greeting alone stays."""
    said = _GREETING.sub("", text.lower().strip())
    without = _PLEASE.sub("", said)
    return without if " " in without else said


class Kinds:
    """Names the kinds of words, so that a product, a flavour or a topic not seen before looks like the others.

    Products, flavours and numbers are replaced by their kind; what is said of a topic or a delivery gets it added.
    """

    def __init__(self, patterns: dict[str, str]) -> None:
        self.patterns = patterns
        self._compiled = {kind: re.compile(pattern) for kind, pattern in patterns.items()}

    @classmethod
    def of(cls, training_data: TrainingData) -> "Kinds":
        elements: dict[str, set[str]] = defaultdict(set)
        for table in training_data.lookup_tables:
            elements[table["name"]] |= {str(word).lower() for word in table["elements"]}
        patterns = {}
        for kind in (*_REPLACED, *_ADDED):
            if words := sorted(sorted(elements[kind]), key=len, reverse=True):
                patterns[kind] = rf"\b(?:{'|'.join(map(re.escape, words))}){_ENDING}\b"
        amounts = [f"(?:{one['pattern']})" for one in training_data.regex_features if one["name"] == "amount"]
        return cls({**patterns, "amount": "|".join([*amounts, r"\b\d+\b"])})

    def __call__(self, text: str) -> str:
        added = [kind for kind in _ADDED if kind in self._compiled and self._compiled[kind].search(text)]
        for kind in _REPLACED:
            if kind in self._compiled:
                text = self._compiled[kind].sub(f" x{kind} ", text)
        return " ".join([text, *(f"x{kind}" for kind in added)])


class Learnt(TypedDict):
    """What one vectorizer has learnt: its parts in the order of their columns, a line each, and how rare each is.

    One long text is read in no time; a vectorizer, or a list of so many parts, takes ten times its size to read.
    """

    parts: str
    idf: np.ndarray


class Features:
    """TF-IDF of four sorts, each of which tells messages apart that the others take for the same.

    Parts of words (misspellings, endings, compounds); words in turn, with the kinds of words; concepts, two in turn and
    any two of a message; and words and concepts in turn.
    """

    def __init__(self, kinds: Kinds, concepts: Concepts | None = None, learnt: Sequence[Learnt] = ()) -> None:
        """learnt: what `learn` has told. Without it nothing is known yet."""
        self.kinds = kinds
        self.concepts = concepts or Concepts.of_file()
        self._vectorizers = [
            _tf_idf(analyzer="char_wb", ngram_range=(2, 5), min_df=3),
            _tf_idf(token_pattern=_WORD, ngram_range=(1, 3)),
            _tf_idf(token_pattern=_APART),
            _tf_idf(token_pattern=_APART),
        ]
        self._know(learnt)

    def _know(self, learnt: Sequence[Learnt]) -> None:
        self.learnt = list(learnt)
        analysers = [vectorizer.build_analyzer() for vectorizer in self._vectorizers]
        self._blocks = [_Block(analyse, one) for analyse, one in zip(analysers, learnt, strict=False)]

    def learn(self, texts: list[str]) -> csr_matrix:
        """The features of the texts. From then on `learnt` is all that is to be kept."""
        views = zip(*(self._views(text) for text in texts), strict=True)
        found = [vectorizer.fit_transform(view) for vectorizer, view in zip(self._vectorizers, views, strict=True)]
        self._know([_learnt(vectorizer) for vectorizer in self._vectorizers])
        return hstack([block * weight for block, weight in zip(found, _WEIGHTS, strict=True)]).tocsr()

    def of(self, texts: list[str]) -> csr_matrix:
        """As the vectorizers would have it, at a fifth of the time that they take for one message."""
        columns, values, ends = [], [], [0]
        for text in texts:
            start = 0
            for block, view, weight in zip(self._blocks, self._views(text), _WEIGHTS, strict=True):
                found, counted = block(view)
                columns.append(found + start)
                values.append(counted * weight)
                start += len(block.idf)
            ends.append(ends[-1] + sum(map(len, columns[-len(self._blocks) :])))
        shape = (len(texts), sum(len(block.idf) for block in self._blocks))
        return csr_matrix((np.concatenate(values), np.concatenate(columns), ends), shape, dtype=np.float32)

    def is_strange(self, text: str) -> bool:
        """Whether most of its words are new and mean nothing known: another language, or nonsense.

        The parts of strange words are like those of others, so that the machine is then surer than it should be. A
        word alone may be misspelt.
        """
        reading = [one for one in self.concepts(self.kinds(core(text))) if one[0] != "?"]
        new = sum(not concepts and said not in self._blocks[1] for said, concepts in reading)
        return len(reading) > 1 and 2 * new > len(reading)

    def _views(self, text: str) -> tuple[str, str, str, str]:
        plain = core(text)
        of_kinds = self.kinds(plain)
        reading = self.concepts(of_kinds)
        return plain, of_kinds, " ".join(meanings(reading)), " ".join(worded(reading))


class _Block:
    """What one vectorizer has learnt, for a message at a time."""

    def __init__(self, analyse: Callable[[str], list[str]], learnt: Learnt) -> None:
        self._analyse = analyse
        self.idf = learnt["idf"]
        self._columns = {part: column for column, part in enumerate(learnt["parts"].split("\n"))}

    def __contains__(self, part: str) -> bool:
        return part in self._columns

    def __call__(self, view: str) -> tuple[np.ndarray, np.ndarray]:
        """The columns that it has something in, and how much."""
        counts = Counter(self._columns[found] for found in self._analyse(view) if found in self._columns)
        columns = np.fromiter(counts, dtype=np.int32, count=len(counts))
        told = (1 + np.log(np.fromiter(counts.values(), dtype=np.float64, count=len(counts)))) * self.idf[columns]
        return columns, told / (np.linalg.norm(told) or 1)


def meanings(reading: Reading) -> list[str]:
    """The concepts, each two in turn though other words stand between, and any two wherever they stand."""
    known = [concepts for _, concepts in reading if concepts]
    each = sorted({concept for concepts in known for concept in concepts})
    together = [f"{one}&{other}" for at, one in enumerate(each) for other in each[at + 1 :]]
    return [*(concept for concepts in known for concept in concepts), *_in_turn(known), *together]


def worded(reading: Reading) -> list[str]:
    """What was said, one and two in turn, with concepts for the words that have any."""
    told = [concepts or (f"'{said}'",) for said, concepts in reading]
    return [*(one for concepts in told for one in concepts), *_in_turn(told)]


def _in_turn(told: list[tuple[str, ...]]) -> Iterable[str]:
    return (f"{one}-{other}" for ones, others in pairwise(told) for one in ones for other in others)


def _learnt(vectorizer: TfidfVectorizer) -> Learnt:
    return {"parts": "\n".join(vectorizer.get_feature_names_out()), "idf": vectorizer.idf_}


def _tf_idf(**settings: Any) -> TfidfVectorizer:
    return TfidfVectorizer(**{"min_df": 2, "sublinear_tf": True, "dtype": np.float32, **settings})
