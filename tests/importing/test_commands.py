import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.commands import demo_data, import_data
from ordering.settings import SettingsError, get_settings
from tests.importing.conftest import Document


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PAFYLL_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/cli.sqlite3")
    monkeypatch.setenv("PAFYLL_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("PAFYLL_VAR_FOLDER", str(tmp_path))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.fixture
def file(tmp_path: Path, document: Document) -> Path:
    path = tmp_path / "file.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_import_makes_the_tables_and_tells_what_it_did(file: Path) -> None:
    result = CliRunner().invoke(import_data.app, [str(file)])
    assert result.exit_code == 0
    assert "people: 2 added, 0 changed, 0 unchanged" in result.stdout.splitlines()
    again = CliRunner().invoke(import_data.app, [str(file)])
    assert "people: 0 added, 0 changed, 2 unchanged" in again.stdout.splitlines()


def test_import_shows_every_error_and_fails(file: Path) -> None:
    file.write_text('{"format": "pafyll-import-1", "people": [{}]}', encoding="utf-8")
    result = CliRunner().invoke(import_data.app, [str(file)])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        *(
            f"{file}: $.people[0]: {name} is missing"
            for name in ("region", "identity_number", "given_name", "family_name")
        ),
        "Nothing was imported: 4 error(s).",
    ]


def test_import_shows_what_is_unusual_and_takes_it_in(file: Path, document: Document) -> None:
    document["articles"][0]["warn_above"] = 5
    file.write_text(json.dumps(document), encoding="utf-8")
    result = CliRunner().invoke(import_data.app, [str(file)])
    assert result.exit_code == 0
    what = "$.prescriptions[0].lines[0].packages_per_withdrawal: an unusually large amount, more than 5 packages (P5)"
    assert result.stderr.splitlines() == [f"Warning: {file}: {what}"]
    assert "prescription lines: 2 added, 0 changed, 0 unchanged" in result.stdout.splitlines()


def test_demo_data_is_for_the_demo_only(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = CliRunner().invoke(demo_data.app, [])
    assert isinstance(refused.exception, SettingsError)
    monkeypatch.setenv("PAFYLL_DEMO", "true")
    get_settings.cache_clear()
    result = CliRunner().invoke(demo_data.app, [])
    assert "people: 14 added, 0 changed, 0 unchanged" in result.stdout.splitlines()
