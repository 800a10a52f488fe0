"""A value that is added later changes no day before it (G1), whatever the key."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import rulebook
from rulebook import RulebookError
from rulebook.parameter_files import RegionParameters, read_folder
from rulebook.parameter_forms import Malformed
from rulebook.parameter_values import FORMS

PARAMETERS = Path(rulebook.__file__).parent / "parameters"
ONE_DAY = timedelta(days=1)
DAY = date(2040, 1, 1)
type Place = tuple[str, str]  # file and key
type Added = dict[Place, tuple[date, Any]]
SOURCE = {"document": "BR", "heading": "Made up for a test"}
FILES = {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(PARAMETERS.glob("*.yml"))}
NAMED_BY_OTHERS = ("areas", "prescription_types")
BEFORE = read_folder(PARAMETERS)
PLACES = [(file, key) for file, content in FILES.items() for key in content["parameters"]]


# What may stand where nothing stands yet, for some form or other.
ITEMS = ("cgm", "ostomy", "diabetes", {"age": 5}, {"care": "all"}, {"right": "all"}, {"kr": 5, "per": "withdrawal"})
VALUES = (
    *(None, 7, "1/7", "monthly", [], ["patient"], ["diabetes"], {"pickup_point": []}, {"patient": "form"}),
    *({"share": 9, "minutes": 9}, {"opens": "09:00", "closes": "15:00"}, {"from": "09:00", "to": "15:00"}),
)


def others(plain: Any) -> Iterator[Any]:
    """Values that differ from this one, of which some are of the right form."""
    if isinstance(plain, bool):
        yield not plain
    elif isinstance(plain, int):
        yield plain + 1
    elif isinstance(plain, str):
        yield from (f"{plain}x", "1/7", "12:17")
    elif isinstance(plain, list):
        yield from (plain[1:], *([*plain, item] for item in ITEMS))
        for place, item in enumerate(plain):
            yield from ([*plain[:place], other, *plain[place + 1 :]] for other in others(item))
    elif isinstance(plain, dict):
        yield {**plain, "9": "other"}
        yield from ({**plain, key: other} for key in plain for other in others(plain[key]))
    yield from VALUES


def later(folder: Path, added: Added) -> dict[str, RegionParameters]:
    """The regions as they are read after these values have been put at the end of their keys."""
    shutil.copytree(PARAMETERS, folder, dirs_exist_ok=True)
    for name in {file for file, _ in added}:
        content = FILES[name]
        parameters = dict(content["parameters"])
        for (_, key), (day, value) in ((place, new) for place, new in added.items() if place[0] == name):
            new_value = {"from": day, "value": value, "source": SOURCE}
            parameters[key] = {**parameters[key], "values": [*parameters[key]["values"], new_value]}
        text = yaml.dump({**content, "parameters": parameters}, Dumper=yaml.CSafeDumper, allow_unicode=True)
        (folder / name).write_text(text, encoding="utf-8")
    return read_folder(folder)


def another_value(folder: Path, file: str, key: str) -> Any:
    """One that may stand on this key."""
    last = FILES[file]["parameters"][key]["values"][-1]["value"]
    for value in others(last):
        if value == last:
            continue
        try:
            FORMS[key](value, key)
            later(folder, {(file, key): (DAY, value)})
        except (Malformed, RulebookError):
            continue
        return value
    raise AssertionError(f"others() has nothing that can stand on {key}: let it give such a value")


def hold_the_past(folder: Path, added: Added) -> None:
    after = later(folder, added)
    for region, then in BEFORE.items():
        now = after[region]
        changes = {start for key in FORMS for start in (value.start for value in now.dated(key).values)}
        days = changes | {start - ONE_DAY for start in changes if start > date.min}
        for key in FORMS:
            file = f"{region}.yml" if key in FILES[f"{region}.yml"]["parameters"] else "common.yml"
            begins, new = added.get((file, key), (date.max, None))
            for day in days:
                if day >= begins:
                    assert now.dated(key).on(day).plain == new, (region, key, day)
                else:
                    assert now.dated(key).on(day) == then.dated(key).on(day), (region, key, day)
                    assert getattr(now.on(day), key) == getattr(then.on(day), key), (region, key, day)


@pytest.fixture(scope="module")
def other_values(tmp_path_factory: pytest.TempPathFactory) -> dict[Place, Any]:
    folder = tmp_path_factory.mktemp("one_key")
    return {(file, key): another_value(folder, file, key) for file, key in PLACES}


@pytest.mark.parametrize(("file", "key"), PLACES)
def test_a_value_that_is_added_leaves_every_earlier_day_as_it_was_g1(
    tmp_path: Path, other_values: dict[Place, Any], file: str, key: str
) -> None:
    hold_the_past(tmp_path, {(file, key): (DAY, other_values[file, key])})


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(days=st.dictionaries(st.sampled_from(PLACES), st.dates(date(2035, 1, 1), date(2045, 1, 1)), min_size=2))
def test_many_values_that_are_added_leave_every_earlier_day_as_it_was_g1(
    tmp_path_factory: pytest.TempPathFactory, other_values: dict[Place, Any], days: dict[Place, date]
) -> None:
    # An area or type that goes away takes others' values with it, so those keys are changed one at a time.
    added = {place: (day, other_values[place]) for place, day in days.items() if place[1] not in NAMED_BY_OTHERS}
    hold_the_past(tmp_path_factory.mktemp("many_keys"), added)
