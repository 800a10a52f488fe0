"""Lets Rasa read messages, for `pafyll nlu-report`: `python -m bot.understanding.measure REQUEST ANSWER`.

REQUEST is a JSON list of {"model": path, "texts": [...]}, or {"config": path, "data": folder, "texts": [...]} where a
model of the folder is trained first. ANSWER gets a list of lists, one reading of each text:
{"intent", "ranking": [[name, confidence], ...], "entities": [{"entity", "value", "start", "end"}, ...]}.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent, load_agent
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE
from rasa.model_training import train_nlu
from rasa.shared.nlu.training_data.message import Message

FALLBACK = "nlu_fallback"
_ENTITY = ("entity", "value", "start", "end")


def read(agent: Agent, texts: list[str]) -> list[dict[str, Any]]:
    """All texts at once: one after the other each would pass through Rasa's graph, which takes longer than reading."""
    if agent.processor is None:
        raise SystemExit("The model could not be loaded.")
    target = agent.processor.model_metadata.nlu_target
    messages = {PLACEHOLDER_MESSAGE: [UserMessage(text) for text in texts]}
    parsed: dict[str, list[Message]] = agent.processor.graph_runner.run(inputs=messages, targets=[target])
    return [_reading(message.as_dict(only_output_properties=True)) for message in parsed[str(target)]]


def _reading(parsed: dict[str, Any]) -> dict[str, Any]:
    ranking = [[i["name"], i["confidence"]] for i in parsed["intent_ranking"] if i["name"] != FALLBACK]
    entities = [{key: found[key] for key in _ENTITY if key in found} for found in parsed.get("entities", ())]
    return {"intent": parsed["intent"]["name"], "ranking": ranking[:3], "entities": entities}


def model_of(task: dict[str, Any], folder: str) -> str:
    if "model" in task:
        return str(task["model"])
    trained = train_nlu(task["config"], task["data"], folder)
    if trained is None:
        raise SystemExit(f"No model could be trained of {task['data']}")
    return trained


def main(request: Path, answer: Path) -> None:
    answers = []
    for task in json.loads(request.read_text(encoding="utf-8")):
        with tempfile.TemporaryDirectory() as folder:
            agent = asyncio.run(load_agent(model_path=model_of(task, folder)))
        answers.append(read(agent, task["texts"]))
    answer.write_text(json.dumps(answers), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
