"""What a message is about: the classifier that config.yml names."""

from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from bot.understanding.concepts import Concepts
from bot.understanding.features import Features, Kinds
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.svm import LinearSVC

Intent = dict[str, Any]

_RANKED = 10
_STRANGE = 0.25  # of the confidence is left: less than the fallback's threshold
_FILE = "intents.skops"
_TRUSTED = ["numpy.float16", "numpy.float32", "numpy.dtype"]  # what the file may hold besides
_HERE = Path(__file__).parent


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
        """Training is done anew when the code or the concepts have changed."""
        return "".join(file.read_text(encoding="utf-8") for file in sorted(_HERE.iterdir()) if file.is_file())

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
        # Nearly all of the model's memory; two figures fewer change no margin that matters.
        self._weights = machine.coef_.T.astype(np.float16)
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
        known = self._features.of([text])  # few of the features, and only their weights are made wider
        margins = known.data @ self._weights[known.indices].astype(np.float32) + self._offsets
        confidences = _confidences(margins, self._config["sharpness"])
        if self._features.is_strange(text):
            confidences *= _STRANGE
        best = np.argsort(-confidences)[:_RANKED]
        return [{"name": self._classes[i], "confidence": float(confidences[i])} for i in best]

    def _persist(self) -> None:
        if self._features is None:
            return
        with self._storage.write_to(self._resource) as folder:
            skops.io.dump(
                {
                    "patterns": self._features.kinds.patterns,
                    "concepts": self._features.concepts.table,
                    "learnt": self._features.learnt,
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
        component._features = Features(Kinds(kept["patterns"]), Concepts(kept["concepts"]), kept["learnt"])
        component._classes, component._weights = kept["classes"], kept["weights"]
        component._offsets = kept["offsets"]
        return component


def _confidences(margins: np.ndarray, sharpness: float) -> np.ndarray:
    scaled = np.exp(sharpness * (margins - margins.max()))
    return scaled / scaled.sum()
