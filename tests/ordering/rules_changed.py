"""A rulebook with one value of one region changed, for tests that a use case says what the files hold."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import yaml

from rulebook import Rulebook
from rulebook.parameter_files import read_folder

PARAMETERS = Path(__file__).parents[2] / "rulebook" / "parameters"


def rulebook_with(region: str, key: str, value: Any) -> Rulebook:
    """The real rules, but `key` has had this value in the region from the beginning."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(PARAMETERS, Path(folder) / "parameters"))
        path = copy / f"{region}.yml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        common = yaml.safe_load((copy / "common.yml").read_text(encoding="utf-8"))
        parameter = content["parameters"].setdefault(key, common["parameters"].get(key))
        parameter["values"] = [{"from": "undated", "value": value, "source": parameter["values"][0]["source"]}]
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return Rulebook(read_folder(copy))
