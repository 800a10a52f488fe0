"""`pafyll nlu-report`: how well messages are understood, by cross-validation and on messages never trained on."""

import json
import random
import re
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from api.commands import bot
from api.commands.nlu_figures import Figures, Order, Result, drink_with, exact, figures, normal
from ordering import wording

app = typer.Typer(rich_markup_mode=None)

TRAINING = bot.ROOT / "data" / "nlu"
EVALUATION = {code: bot.ROOT / "tests" / "data" / f"nlu_evaluation_{code}.yml" for code in ("sv", "en")}
DOCUMENT = Path("docs") / "understanding.md"
LANGUAGES = {"sv": "Swedish", "en": "English"}
FOLDS = 5
_BEGINNING = 3  # words
# What is to be reached on messages never trained on, by the rows of the report.
GOALS = {
    "intent accuracy (not understood counts as wrong)": "Swedish 0.95, English 0.93",
    "in scope, on the right side of the fallback": "0.95",
    "out of scope, on the right side of the fallback": "0.85",
    "in scope, the right meaning among the two likeliest": "0.98",
    "in scope, understood at once or offered when asking back": "0.98",
}
GOAL_OF_ORDERS = "0.95"
_BEGIN, _END = "<!-- figures -->", "<!-- end of figures -->"
_MARK = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
_PASTA = ("fusilli", "penne", "spaghetti", "tagliatelle")

Example = tuple[str, str, str]  # language, intent, line with its marks


@app.command()
def nlu_report(
    folds: Annotated[int, typer.Option(help="Parts of the cross-validation; 0 leaves it out.")] = FOLDS,
    show: Annotated[bool, typer.Option(help="Print the messages that cross-validation took wrongly.")] = False,
    write: Annotated[Path | None, typer.Option(help="Put the figures into this document.")] = None,
) -> None:
    """Figures only: the messages of the evaluation files are never printed, so that nobody fits the model to them."""
    try:
        model = bot.train(lambda line: typer.echo(line))
        tasks = [(f"evaluation, {LANGUAGES[code]}", code) for code in EVALUATION]
        known = {code: evaluation(EVALUATION[code]) for code in EVALUATION}
        answers = _measured(model, [*known.values()], folds_of(folds) if folds else [])
    except bot.BotError as error:
        typer.echo(f"pafyll: {error}", err=True)
        raise typer.Exit(1) from None
    sections: list[tuple[str, Figures]] = []
    extracted: dict[str, tuple[int, int]] = {}
    for (title, code), readings in zip(tasks, answers, strict=False):
        messages, orders = known[code]
        results = [Result(text, intent, r) for (intent, text), r in zip(messages, readings, strict=False)]
        sections.append((title, figures(results)))
        extracted[code] = _extraction(orders, readings[len(messages) :])
    if folds:
        validated = _validated(answers[len(tasks) :], folds_of(folds))
        for code, results in validated.items():
            sections.append((f"cross-validation, {LANGUAGES[code]}", figures(results)))
        if show:
            _show(validated)
    told = markdown(sections, extracted)
    typer.echo(told)
    if write:
        put_into(write, told)


def examples(folder: Path = TRAINING) -> list[Example]:
    """Every training example with its language, as it is written with its marks."""
    found = []
    for file in sorted(folder.rglob("*.yml")):
        language = "en" if file.parent.name == "en" else "sv"
        for block in yaml.safe_load(file.read_text(encoding="utf-8")).get("nlu") or []:
            if "intent" in block:
                lines = (line.strip().removeprefix("- ") for line in block["examples"].splitlines())
                found += [(language, block["intent"], line) for line in lines if line]
    return found


def plain(line: str) -> str:
    """An example without the marks of entities."""
    return _MARK.sub(r"\1", line)


def evaluation(file: Path) -> tuple[list[tuple[str, str]], list[Order]]:
    """(intent, text) of each message, and the orders."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    messages = [(intent, text) for intent, texts in content["intents"].items() for text in texts]
    return messages, [Order(o["text"], o["variants"] if "variants" in o else o["packages"]) for o in content["orders"]]


def folds_of(count: int) -> list[list[Example]]:
    """The examples in parts, the same way every time. Those of an intent that begin alike go to the same part.

    So a part holds no sentence of which another part holds nearly the same.
    """
    alike: dict[tuple[str, str, str], list[Example]] = defaultdict(list)
    for example in examples():
        language, intent, line = example
        alike[language, intent, " ".join(normal(plain(line)).split()[:_BEGINNING])].append(example)
    groups = list(alike.values())
    random.Random(1).shuffle(groups)  # nosec B311  # the same parts every time
    parts: list[list[Example]] = [[] for _ in range(count)]
    sizes: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * count)
    for group in groups:
        taken = sizes[group[0][:2]]
        smallest = taken.index(min(taken))
        parts[smallest] += group
        taken[smallest] += len(group)
    return parts


def _measured(
    model: Path, known: list[tuple[list[tuple[str, str]], list[Order]]], parts: list[list[Example]]
) -> list[list[dict[str, Any]]]:
    """One list of readings for each evaluation file (messages, then orders), then one for each part."""
    with tempfile.TemporaryDirectory() as folder:
        tasks: list[dict[str, Any]] = [
            {"model": str(model), "texts": [text for _, text in messages] + [order.text for order in orders]}
            for messages, orders in known
        ]
        for at, part in enumerate(parts):
            rest = [example for other in parts if other is not part for example in other]
            data = _training_folder(Path(folder) / str(at), rest)
            config = str(bot.ROOT / "config.yml")
            tasks.append({"config": config, "data": str(data), "texts": [plain(line) for _, _, line in part]})
        request, answer = Path(folder) / "request.json", Path(folder) / "answer.json"
        request.write_text(json.dumps(tasks), encoding="utf-8")
        command: list[str | Path] = [bot.BOT_PYTHON, "-m", "bot.understanding.measure", request, answer]
        done = subprocess.run(command, cwd=bot.ROOT, env=bot.bot_environment(), capture_output=True, text=True)
        if done.returncode:
            raise bot.BotError(f"The measurement failed: {done.stderr.strip().splitlines()[-1]}")
        answers: list[list[dict[str, Any]]] = json.loads(answer.read_text(encoding="utf-8"))
        return answers


def _training_folder(folder: Path, kept: list[Example]) -> Path:
    """Training data of these examples, with all lists, patterns and synonyms."""
    blocks = [
        block
        for file in sorted(TRAINING.rglob("*.yml"))
        for block in yaml.safe_load(file.read_text(encoding="utf-8")).get("nlu") or []
        if "intent" not in block
    ]
    lines: dict[str, list[str]] = defaultdict(list)
    for _, intent, line in kept:
        lines[intent].append(f"- {line}\n")
    blocks += [{"intent": intent, "examples": "".join(own)} for intent, own in lines.items()]
    folder.mkdir()
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True), "utf-8")
    return folder


def _validated(answers: list[list[dict[str, Any]]], parts: list[list[Example]]) -> dict[str, list[Result]]:
    results: dict[str, list[Result]] = {code: [] for code in LANGUAGES}
    for part, readings in zip(parts, answers, strict=True):
        for (language, intent, line), reading in zip(part, readings, strict=True):
            results[language].append(Result(plain(line), intent, reading))
    return results


def _extraction(orders: list[Order], readings: list[dict[str, Any]]) -> tuple[int, int]:
    """How many orders were read exactly, and of how many."""
    article = drink_with([*wording.flavour_names(), *_PASTA])
    right = [exact(order, r["entities"], article) for order, r in zip(orders, readings, strict=True)]
    return sum(right), len(right)


def _show(validated: dict[str, list[Result]]) -> None:
    for results in validated.values():
        for result in sorted((r for r in results if not r.right), key=lambda r: (r.intent, r.taken_for)):
            typer.echo(f"{result.intent} taken for {result.taken_for}: {result.text}")


def markdown(sections: list[tuple[str, Figures]], extracted: dict[str, tuple[int, int]]) -> str:
    """The figures as tables."""
    rows: dict[str, Callable[[Figures], str]] = {
        "messages": lambda f: str(f.of),
        "intent accuracy (not understood counts as wrong)": lambda f: _shown(f.accuracy),
        "of messages in scope": lambda f: _shown(f.accuracy_in_scope),
        "of sentences of four words or more": lambda f: _shown(f.sentences),
        "macro F1": lambda f: _shown(f.f1),
        "in scope, on the right side of the fallback": lambda f: _shown(f.in_scope),
        "out of scope, on the right side of the fallback": lambda f: _shown(f.out_of_scope),
        "in scope, the right meaning among the two likeliest": lambda f: _shown(f.likeliest),
        "in scope, understood at once or offered when asking back": lambda f: _shown(f.reached),
        "not understood though in scope": lambda f: str(f.asked_back),
        "of these, the right meaning among the two likeliest": lambda f: _shown(f.offered),
    }
    lines = ["| | goal | " + " | ".join(title for title, _ in sections) + " |", "|---|---|" + "---|" * len(sections)]
    for name, cell in rows.items():
        lines.append(f"| {name} | {GOALS.get(name, '')} | " + " | ".join(cell(f) for _, f in sections) + " |")
    lines += ["", f"Orders whose flavours and amounts were read exactly (goal {GOAL_OF_ORDERS}):"]
    lines += [f"- {LANGUAGES[code]}: {right} of {of} ({_shown(right / of)})" for code, (right, of) in extracted.items()]
    lines += ["", "Accuracy by intent:", "", "| intent | " + " | ".join(title for title, _ in sections) + " |"]
    lines.append("|---|" + "---|" * len(sections))
    for intent in sorted({name for _, f in sections for name in f.by_intent}):
        cells = (f.by_intent.get(intent) for _, f in sections)
        lines.append(f"| {intent} | " + " | ".join(_shown(cell[0] if cell else None) for cell in cells) + " |")
    for title, f in sections:
        worst = ", ".join(f"{meant} taken for {taken} ({count})" for meant, taken, count in f.confusions[:15])
        lines += ["", f"Most frequent confusions, {title}: {worst}."]
    return "\n".join(lines)


def _shown(share: float | None) -> str:
    return "" if share is None else f"{share:.3f}"


def put_into(document: Path, told: str) -> None:
    """Replaces what stands between the document's two marks."""
    content = document.read_text(encoding="utf-8")
    before, _, rest = content.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    document.write_text(f"{before}{_BEGIN}\n{told}\n{_END}{after}", encoding="utf-8")
