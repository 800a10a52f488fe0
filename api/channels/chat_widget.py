"""The widget's script: one file, put together from its parts in api/static/widget and the catalogue of texts."""

import gzip
import json
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

STATIC = Path(__file__).parent.parent / "static"
PARTS = ("tools.js", "line.js", "conversation.js", "sender.js", "element.js")
LARGEST = 15_000  # bytes, compressed

# What a page that carries the widget may need to know about its tag; it stays in the script that is sent.
HEAD = "/* Påfyll chat: <pafyll-chat region=...></pafyll-chat>. Attributes and colours: docs/embedding/README.md. */"
SCRIPT = """{head}
(() => {{
"use strict";
if (customElements.get("pafyll-chat")) return;
const SCRIPT_BASE = new URL(document.currentScript?.src || location.href).origin;
const CONFIG = {config};
const TEXTS = {texts};
const STYLE = {style};
{parts}
}})();
"""


@cache
def texts() -> dict[str, dict[str, str]]:
    """The catalogue: texts by language and name."""
    return _catalogue("texts.yml")


@cache
def page_texts() -> dict[str, dict[str, str]]:
    """The same with those that the widget has no use for."""
    return {language: texts()[language] | more for language, more in _catalogue("pages.yml").items()}


def _catalogue(name: str) -> dict[str, dict[str, str]]:
    catalogue: dict[str, dict[str, str]] = yaml.safe_load((STATIC / name).read_text(encoding="utf-8"))
    return catalogue


@lru_cache(maxsize=8)
def script(config: str) -> bytes:
    """The whole script, compressed with gzip. `config`: JSON, see `configuration`."""
    folder = STATIC / "widget"
    parts = "\n".join((folder / name).read_text(encoding="utf-8") for name in PARTS)
    style = (folder / "style.css").read_text(encoding="utf-8")
    text = SCRIPT.format(head=HEAD, config=config, texts=_json(texts()), style=_json(style), parts=parts)
    return gzip.compress(text.encode(), mtime=0)


def configuration(contacts: Mapping[str, Any], *, silence_minutes: int, eid: bool = False) -> str:
    """What the script carries: each region's customer service, so that the number shows even when we are down, after
    how long a silence login has to be done again, and whether it can be done with an electronic ID."""
    return _json({"contacts": contacts, "silence_minutes": silence_minutes, "eid": eid})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    size = len(script(configuration({}, silence_minutes=30)))
    print(f"The chat widget: {size} bytes compressed, of {LARGEST} at most.")
    raise SystemExit(size > LARGEST)
