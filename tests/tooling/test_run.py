"""What `pafyll run` and its helpers do before anything starts."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from honcho.environ import parse_procfile

from api.commands import bot
from api.commands.processes import StartError, environment, plan, require_free_ports
from api.commands.stack import demo_settings
from ordering.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]


def pafyll(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | more
    return subprocess.run(
        [sys.executable, "-m", "api.commands", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_port_in_use_is_named_with_its_setting(tmp_path):
    settings = demo_settings(tmp_path)
    require_free_ports(settings)
    with socket.socket() as other:
        other.bind(("127.0.0.1", settings.rasa_port))
        other.listen()
        with pytest.raises(StartError, match=rf"Port {settings.rasa_port} .*PAFYLL_RASA_URL"):
            require_free_ports(settings)


def test_run_with_a_port_in_use_is_one_sentence_and_starts_nothing(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = pafyll("run", PAFYLL_DEMO="true", PAFYLL_PORT=port, PAFYLL_VAR_FOLDER=str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert f"Port {port}" in done.stderr


def test_a_wrong_setting_is_one_sentence_and_no_traceback():
    done = pafyll("worker", PAFYLL_DEMO="true", PAFYLL_HOST="0.0.0.0")
    assert done.returncode == 2
    assert done.stderr == "pafyll: PAFYLL_HOST is 0.0.0.0: the demo listens on loopback only (127.0.0.1)\n"


def test_help_names_every_command_without_importing_them():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "api.commands", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in ("run", "train", "worker", "settings", "import"):
        assert f"  {name} " in done.stdout
    imported = set(re.findall(r"\|\s+([\w.]+)$", done.stderr, re.MULTILINE))
    assert "typer" in imported
    assert imported & {"fastapi", "sqlalchemy", "twilio", "pydantic_settings", "honcho"} == set()


def test_processes_get_exactly_the_settings_of_the_one_that_starts_them(tmp_path, monkeypatch):
    settings = demo_settings(tmp_path, undo_minutes=3, api_keys={"carrier": {"key": "å", "roles": ["distributor"]}})
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    assert load_settings() == settings


def test_only_the_public_door_can_be_opened_to_the_world(tmp_path):
    settings = load_settings(host="0.0.0.0", secret_key="k" * 40, var_folder=tmp_path)
    rasa = parse_procfile((ROOT / "Procfile").read_text()).processes["rasa"]
    assert " -i 127.0.0.1 " in rasa
    assert "0.0.0.0" not in plan(settings, announcement=[], started_at=0).outsiders["rasa"].values()


def test_every_process_of_the_procfile_is_waited_for(tmp_path):
    processes = parse_procfile((ROOT / "Procfile").read_text()).processes
    assert set(processes) == {"api", "rasa", "actions", "worker"}
    assert set(plan(demo_settings(tmp_path), announcement=[], started_at=0).checks) == set(processes)


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A small project of its own, with a `rasa` that only pretends."""
    for name, content in {"config.yml": "a", "domain.yml": "b", "data/nlu.yml": "c", "bot/part.py": "d"}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    (tmp_path / "bot" / "door").mkdir()
    (tmp_path / "bot" / "door" / "channel.py").write_text("e")
    models = tmp_path / "bot" / "models"
    monkeypatch.setattr(bot, "ROOT", tmp_path)
    monkeypatch.setattr(bot, "MODELS", models)
    monkeypatch.setattr(bot, "MODEL", models / "pafyll.tar.gz")
    monkeypatch.setattr(bot, "FINGERPRINT", models / "pafyll.fingerprint")
    monkeypatch.setattr(bot, "TRAINING_LOG", models / "training.log")
    monkeypatch.setattr(bot, "BOT_PYTHON", tmp_path / "python")
    pretend(tmp_path, "mkdir -p bot/models/new && date +%N > bot/models/new/pafyll.tar.gz")
    return tmp_path


def pretend(project: Path, shell: str) -> None:
    python = project / "python"
    python.write_text(f"#!/bin/sh\n{shell}\n")
    python.chmod(0o755)


def test_the_model_is_trained_once_and_again_when_its_data_have_changed(project):
    shown: list[str] = []
    first = bot.train(shown.append).read_text()
    assert "Training" in shown[0]
    shown.clear()
    assert bot.train(shown.append).read_text() == first
    assert shown == []
    (project / "data" / "nlu.yml").write_text("more")
    assert bot.train(shown.append).read_text() != first


def test_a_change_of_the_door_does_not_cost_a_training(project):
    bot.train(str)
    (project / "bot" / "door" / "channel.py").write_text("changed")
    assert bot.is_fresh()
    (project / "bot" / "part.py").write_text("changed")
    assert not bot.is_fresh()


def test_a_failed_training_says_why_and_keeps_the_model_there_was(project):
    before = bot.train(str).read_text()
    (project / "domain.yml").write_text("broken")
    pretend(project, "echo started; echo 'YamlException: line 3 is no YAML.'; echo bye; exit 1")
    with pytest.raises(bot.BotError, match=r"Training failed: YamlException: line 3 is no YAML\. The whole log"):
        bot.train(str)
    assert bot.MODEL.read_text() == before
    assert not bot.is_fresh()


def test_a_missing_bot_environment_is_said(project):
    (project / "python").unlink()
    with pytest.raises(bot.BotError, match=r"tools/bootstrap\.py"):
        bot.train(str)


def test_a_broken_rule_book_is_one_sentence_before_anything_starts(tmp_path):
    copy = Path(shutil.copytree(ROOT / "rulebook", tmp_path / "rulebook"))
    path = copy / "parameters" / "vg.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("value: 2/3", "value: two thirds"), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "api.commands", "run"],
        cwd=tmp_path,  # where Python looks first
        env=os.environ | {"PAFYLL_DEMO": "true", "PAFYLL_VAR_FOLDER": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith("pafyll: vg.yml: parameters.waiting_fraction.values[1].value: ")
    assert len(ran.stderr.splitlines()) == 1
    assert ran.stdout == ""
