"""The supervisor: ready when all are, one sentence when one falls, nothing left running."""

import json
import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from api.supervisor import Plan

ROOT = Path(__file__).resolve().parents[2]
SLEEPS = [sys.executable, "-c", "import time; print('awake', flush=True); time.sleep(600)"]
FALLS = [sys.executable, "-c", "import sys; print('RuntimeError: no luck', file=sys.stderr); sys.exit(3)"]
# When it is asked to stop, what it has begun still needs the other.
DRAINS = """
import pathlib, signal, sys, time, urllib.request
def stop(*_):
    time.sleep(1)
    pathlib.Path("drained").write_text(str(urllib.request.urlopen(sys.argv[1]).status))
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
pathlib.Path("awake").touch()
time.sleep(600)
"""
ENDS = [sys.executable, "-c", "print('all done')"]


def serving(port: int) -> list[str]:
    return [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(port)]


@pytest.fixture
def supervise(tmp_path):
    started = []

    def start(processes, checks, **environment) -> subprocess.Popen[str]:
        lines = [f"{name}: exec {shlex.join(command)}\n" for name, command in processes.items()]
        (tmp_path / "Procfile").write_text("# a comment\n" + "".join(lines))
        plan = Plan(
            folder=str(tmp_path),
            logs=str(tmp_path / "logs"),
            outsiders={"outsider": {"PAFYLL_ACTIONS_PORT": "5055"}},
            checks=checks,
            announcement=["all well"],
            started_at=time.time(),
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "api.supervisor", plan.as_json()],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def status(process: subprocess.Popen[str]) -> dict[str, str]:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def until(done) -> None:
    give_up = time.monotonic() + 10
    while not done():
        assert time.monotonic() < give_up
        time.sleep(0.005)


def until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == "all well":
            return
    raise AssertionError("never ready")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything(number, supervise, port):
    process = supervise({"door": serving(port), "sleeper": SLEEPS}, {"door": f"http://127.0.0.1:{port}/"})
    until_ready(process)
    children = family(process)
    assert len(children) >= 4
    process.send_signal(number)
    assert process.wait(15) == 0
    assert process.stdout.read().rstrip().endswith("Stopped.")
    assert psutil.wait_procs(children, timeout=5)[1] == []


def test_the_door_finishes_what_it_has_begun_before_the_others_stop(supervise, port, tmp_path):
    address = f"http://127.0.0.1:{port}/"
    checks = {"rasa": address, "api": str(tmp_path / "awake")}
    (tmp_path / "drains.py").write_text(DRAINS)
    process = supervise({"api": [sys.executable, "drains.py", address], "rasa": serving(port)}, checks)
    until_ready(process)
    children = family(process)
    process.terminate()
    assert process.wait(15) == 0
    assert (tmp_path / "drained").read_text() == "200"
    assert psutil.wait_procs(children, timeout=5)[1] == []


def test_a_supervisor_that_is_killed_leaves_nothing_running(supervise, port):
    process = supervise({"door": serving(port), "sleeper": SLEEPS}, {"door": f"http://127.0.0.1:{port}/"})
    until_ready(process)
    children = family(process)
    process.kill()
    assert psutil.wait_procs(children, timeout=5)[1] == []


def test_a_signal_before_anything_has_started_stops_it_all(supervise):
    process = supervise(dict.fromkeys(("a", "b", "c", "d"), SLEEPS), {"a": "http://127.0.0.1:9/"})
    until(lambda: "SigCgt" in status(process) and int(status(process)["SigCgt"], 16) & 1 << signal.SIGTERM - 1)
    process.terminate()
    assert process.wait(15) == 130
    assert process.stdout.read() == "Stopped.\n"


def test_a_file_that_is_touched_after_the_start_shows_readiness(supervise, tmp_path):
    beat = tmp_path / "beat"
    beat.touch()
    os.utime(beat, (1, 1))
    process = supervise({"sleeper": SLEEPS}, {"sleeper": str(beat)})
    log = tmp_path / "logs" / "sleeper.log"
    until(lambda: log.exists() and "awake" in log.read_text())
    time.sleep(0.5)
    assert select.select([process.stdout], [], [], 0)[0] == []
    beat.touch()
    until_ready(process)


def test_a_process_that_falls_takes_the_others_along_and_says_why(supervise):
    process = supervise({"sleeper": SLEEPS, "faller": FALLS}, {"sleeper": "http://127.0.0.1:9/"})
    said, _ = process.communicate(timeout=15)
    assert process.returncode == 1
    [sentence] = [line for line in said.splitlines() if line.startswith("pafyll: ")]
    assert "faller stopped by itself (exit status 3): RuntimeError: no luck" in sentence
    assert "faller.log" in sentence


def test_a_process_that_just_ends_is_no_success(supervise):
    process = supervise({"sleeper": SLEEPS, "ender": ENDS}, {"sleeper": "http://127.0.0.1:9/"})
    said, _ = process.communicate(timeout=15)
    assert process.returncode == 1
    assert "ender stopped by itself (exit status 0)" in said


def test_a_killed_process_is_told_about(supervise, port):
    process = supervise({"door": serving(port), "sleeper": SLEEPS}, {"door": f"http://127.0.0.1:{port}/"})
    until_ready(process)
    children = family(process)
    [sleeper] = [child for child in children if child.cmdline()[1:2] == ["-c"]]
    sleeper.kill()
    said, _ = process.communicate(timeout=15)
    assert process.returncode == 1
    assert "sleeper stopped by itself (killed by signal 9)" in said
    assert psutil.wait_procs(children, timeout=5)[1] == []


def test_an_outsider_sees_none_of_our_settings_but_its_own(supervise, port, tmp_path):
    tells = "import json, os, time; json.dump(dict(os.environ), open('seen.json', 'w')); time.sleep(600)"
    process = supervise(
        {"door": serving(port), "outsider": [sys.executable, "-c", tells]},
        {"door": f"http://127.0.0.1:{port}/seen.json"},
        PAFYLL_SECRET_KEY="k" * 40,
    )
    until_ready(process)
    process.terminate()
    process.wait(15)
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert {name for name in seen if name.startswith("PAFYLL_")} == {"PAFYLL_ACTIONS_PORT"}
    assert "PATH" in seen
