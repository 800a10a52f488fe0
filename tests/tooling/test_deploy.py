"""The files in deploy/: each read by the program that it is for, and held against what they speak of."""

import os
import re
import shutil
import subprocess

import pytest
import yaml
from prometheus_client import REGISTRY

import api.app
import api.waiting  # noqa: F401  makes its gauges
from api.commands.bot import ROOT
from ordering.settings import PREFIX, Settings, load_settings

DEPLOY = ROOT / "deploy"
UNITS = DEPLOY / "systemd"


def program(*names: str) -> str:
    """The first that is here. Without any the test is skipped, except under CI, where it fails."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        reason = f"No {names[0]} here: apt-get install {names[-1]}"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return found


def run(*command: str, **env: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | env, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def example_settings() -> dict[str, str]:
    lines = (DEPLOY / "pafyll.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    return dict(re.fullmatch(r"(\w+): exec (.*)", line).groups() for line in lines if not line.startswith("#"))


def test_the_example_of_settings_is_one(monkeypatch):
    for name, value in example_settings().items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert not settings.demo
    assert settings.inbound_numbers == {"+46313900600": "vg"}


def test_haproxy_reads_its_files(tmp_path):
    haproxy = program("haproxy")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=pafyll.example.org",
        "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "tls.pem"))  # fmt: skip
    with (tmp_path / "tls.pem").open("a") as tls:
        tls.write((tmp_path / "key.pem").read_text())
    text = (DEPLOY / "haproxy.cfg").read_text(encoding="utf-8")
    assert "crt /etc/pafyll/tls.pem" in text
    outside = tmp_path / "haproxy.cfg"
    outside.write_text(text.replace("/etc/pafyll/tls.pem", str(tmp_path / "tls.pem")), encoding="utf-8")
    run(haproxy, "-c", "-f", str(outside), "-f", str(DEPLOY / "haproxy.inside.cfg"))
    run(haproxy, "-c", "-f", str(outside), PAFYLL_API_1="localhost:8000", PAFYLL_PROXY_LOG="stdout")


def test_systemd_reads_the_units(tmp_path):
    systemd_analyze = program("systemd-analyze", "systemd")
    for unit in UNITS.iterdir():
        text = unit.read_text(encoding="utf-8")
        here = text.replace("/opt/pafyll", str(ROOT)).replace("User=pafyll\n", "")
        (tmp_path / unit.name).write_text(here, encoding="utf-8")
    one_of_each = [name.replace("@", "@1") for name in sorted(unit.name for unit in UNITS.iterdir())]
    assert not run(systemd_analyze, "verify", *(str(tmp_path / name) for name in one_of_each)).strip()


def test_the_units_start_what_the_procfile_starts():
    for name, command in procfile().items():
        unit = (UNITS / f"pafyll-{name}@.service").read_text(encoding="utf-8")
        started = re.search(r"^ExecStart=/opt/pafyll/(.*)$", unit, re.MULTILINE)[1]
        ours = command.replace("${RASA_PORT:-5005}", "501%i").replace(
            ".venv/bin/python -m api.commands", ".venv/bin/pafyll"
        )
        assert started == ours


def test_rasa_is_told_no_secrets():
    assert "EnvironmentFile" not in (UNITS / "pafyll-rasa@.service").read_text(encoding="utf-8")
    services = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))["services"]
    for name in ("rasa1", "rasa2"):
        assert services[name]["env_file"] == []
        assert not any("SECRET" in setting or "TOKEN" in setting for setting in services[name]["environment"])


def test_compose_reads_its_file():
    compose = program("docker-compose")
    told = yaml.safe_load(run(compose, "-f", str(DEPLOY / "compose.yml"), "config", DATABASE_PASSWORD="x"))
    assert {"db", "migrate", "proxy"} < told["services"].keys()
    inside = [
        service for service in told["services"].values() if str(service.get("network_mode", "")).startswith("service:")
    ]
    assert len(inside) == 4  # Rasa and actions are on loopback of their api
    assert {name for name, service in told["services"].items() if service.get("ports")} == {"proxy"}


def test_every_setting_named_is_one():
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for path in [*UNITS.iterdir(), DEPLOY / "compose.yml", DEPLOY / "pafyll.env"]:
        named = set(re.findall(r"\bPAFYLL_[A-Z_]+\b", path.read_text(encoding="utf-8")))
        assert named - {"PAFYLL_API_", "PAFYLL_PROXY_LOG"} <= known, path


def test_alerts_speak_of_figures_that_there_are():
    groups = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    metrics = {metric.name for metric in REGISTRY.collect()}
    figures = {f"{name}{ending}" for name in metrics for ending in ("", "_total", "_bucket")}
    named = {name for rule in rules for name in re.findall(r"\bpafyll_\w+", rule["expr"])}
    assert named
    assert named <= figures
