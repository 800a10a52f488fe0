"""What a message is about, by its words, parts of words, and kinds of words."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

Intent = dict[str, Any]

# Endings that a word of a list may have: "katetrarna", "choklads".
_ENDING = r"\w{0,3}"
_WORD = r"[^\W_]+|\?"
_GREETING = re.compile(
    r"^(?:hej+(?:san)?|hallå|tjena|god ?(?:morgon|dag|kväll)|hello|hi|hey|good (?:morning|afternoon|evening|day))"
    r"\b[\s,.!]*(?=\S+ \S+)"
)
_PLEASE = re.compile(r"(?<=\S)[\s,.!]+(?:tack(?: på förhand)?|snälla|mvh.*|please|thanks|thank you)[\s.!]*$")
_REPLACED = ("product", "flavour", "amount")
_ADDED = ("topic", "delivery")
_RANKED = 10
_FILE = "intents.skops"
_TRUSTED = ["scipy.sparse._csr.csr_matrix", "numpy.float32", "numpy.dtype"]  # what the file may hold besides


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
        patterns = {}
        for table in training_data.lookup_tables:
            if table["name"] in (*_REPLACED, *_ADDED):
                words = sorted({str(word).lower() for word in table["elements"]}, key=len, reverse=True)
                patterns[table["name"]] = rf"\b(?:{'|'.join(map(re.escape, words))}){_ENDING}\b"
        amounts = [f"(?:{one['pattern']})" for one in training_data.regex_features if one["name"] == "amount"]
        return cls({**patterns, "amount": "|".join([*amounts, r"\b\d+\b"])})

    def __call__(self, text: str) -> str:
        added = [kind for kind in _ADDED if kind in self._compiled and self._compiled[kind].search(text)]
        for kind in _REPLACED:
            if kind in self._compiled:
                text = self._compiled[kind].sub(f" x{kind} ", text)
        return " ".join([text, *(f"x{kind}" for kind in added)])


class Features:
    """TF-IDF of words and pairs, of parts of words (misspellings, endings, compounds), and of the kinds of words."""

    def __init__(self, kinds: Kinds, vectorizers: list[TfidfVectorizer] | None = None) -> None:
        self.kinds = kinds
        self.vectorizers = vectorizers or [
            TfidfVectorizer(token_pattern=_WORD, ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True, dtype=np.float32),
            TfidfVectorizer(token_pattern=_WORD, ngram_range=(1, 3), sublinear_tf=True, dtype=np.float32),
        ]

    def learn(self, texts: list[str]) -> csr_matrix:
        return self._joined(texts, [vectorizer.fit_transform for vectorizer in self.vectorizers])

    def of(self, texts: list[str]) -> csr_matrix:
        return self._joined(texts, [vectorizer.transform for vectorizer in self.vectorizers])

    def _joined(self, texts: list[str], steps: list[Any]) -> csr_matrix:
        plain = [core(text) for text in texts]
        of_kinds = [self.kinds(text) for text in plain]
        return hstack([step(given) for step, given in zip(steps, (plain, plain, of_kinds), strict=True)]).tocsr()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(GraphComponent, IntentClassifier):
    """A linear support vector machine whose margins are turned into confidences."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`C`: how closely the training data are followed. `sharpness`: how fast confidence grows with the margin."""
        return {"C": 0.5, "sharpness": 4.0}

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn", "skops"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        return Path(__file__).read_text(encoding="utf-8")

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._features: Features | None = None
        self._classes: list[str] = []
        self._weights = self._offsets = np.zeros(0)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "LinearIntentClassifier":
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.intent_examples if (m.get(TEXT) or "").strip()]
        self._features = Features(Kinds.of(training_data))
        known = self._features.learn([m.get(TEXT) for m in examples])
        intents = np.array([m.get(INTENT) for m in examples])
        machine = LinearSVC(C=self._config["C"], class_weight="balanced", random_state=1).fit(known, intents)
        self._classes = [str(intent) for intent in machine.classes_]
        self._weights = machine.coef_.T.astype(np.float32)
        self._offsets = machine.intercept_
        self._persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            ranking = self.ranking(message.get(TEXT) or "")
            message.set("intent", ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def ranking(self, text: str) -> list[Intent]:
        """The likeliest intents first; none for an empty text."""
        if self._features is None or not text.strip():
            return []
        margins = (self._features.of([text]) @ self._weights)[0] + self._offsets
        confidences = _confidences(margins, self._config["sharpness"])
        best = np.argsort(-confidences)[:_RANKED]
        return [{"name": self._classes[i], "confidence": float(confidences[i])} for i in best]

    def _persist(self) -> None:
        if self._features is None:
            return
        with self._storage.write_to(self._resource) as folder:
            skops.io.dump(
                {
                    "patterns": self._features.kinds.patterns,
                    "vectorizers": self._features.vectorizers,
                    "classes": self._classes,
                    "weights": self._weights,
                    "offsets": self._offsets,
                },
                folder / _FILE,
            )

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "LinearIntentClassifier":
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            kept = skops.io.load(folder / _FILE, trusted=_TRUSTED)
        component._features = Features(Kinds(kept["patterns"]), kept["vectorizers"])
        component._classes, component._weights = kept["classes"], kept["weights"]
        component._offsets = kept["offsets"]
        return component


def _confidences(margins: np.ndarray, sharpness: float) -> np.ndarray:
    scaled = np.exp(sharpness * (margins - margins.max()))
    return scaled / scaled.sum()
