"""Makes both Python environments, with nothing but some Python 3.9 or later at hand. Standard library only.

    python3 tools/bootstrap.py

Takes about a second when nothing has changed. PAFYLL_PYTHON and PAFYLL_BOT_PYTHON choose the interpreters.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".tools"
STAMP = TOOLS / "made-from"
UV_VERSION = "0.13.8"
# The newest version here that all packages of the lock file are known to work with comes first.
MAIN_VERSIONS = ("3.12", "3.13")
BOT_VERSIONS = ("3.10",)
Versions = tuple[str, ...]


class Missing(Exception):
    """One sentence that tells what is missing and how to get it."""


def main() -> None:
    sources = [ROOT / name for name in ("pyproject.toml", "uv.lock", "bot/pyproject.toml", "bot/uv.lock")]
    fingerprint = fingerprint_of([*sources, Path(__file__)])
    if STAMP.exists() and STAMP.read_text() == fingerprint and both_environments_work():
        return
    uv = find_uv()
    make_environment(uv, ROOT, "the service", "PAFYLL_PYTHON", MAIN_VERSIONS)
    make_environment(uv, ROOT / "bot", "the bot", "PAFYLL_BOT_PYTHON", BOT_VERSIONS)
    STAMP.parent.mkdir(exist_ok=True)
    STAMP.write_text(fingerprint)


def fingerprint_of(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes() + b"\0")
    for name in ("PAFYLL_PYTHON", "PAFYLL_BOT_PYTHON"):
        digest.update(os.environ.get(name, "").encode() + b"\0")
    return digest.hexdigest()


def both_environments_work() -> bool:
    return all(version_of(folder / ".venv/bin/python") for folder in (ROOT, ROOT / "bot"))


def make_environment(uv: str, project: Path, who: str, setting: str, versions: Versions) -> None:
    python = find_python(uv, who, setting, versions)
    say(f"Installing the packages of {who} with {python} ...")
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    # Compiled now, since where Python may not write byte code every start of Rasa would take half a minute.
    sync = [uv, "sync", "--frozen", "--compile-bytecode", "--python", python]
    done = subprocess.run(sync, cwd=project, env=environment)
    if done.returncode:
        raise Missing(f"The packages of {who} could not be installed; the lines above say why.")


def find_python(uv: str, who: str, setting: str, versions: Versions) -> str:
    """Path of an interpreter that really runs: pyenv's shims exist for versions that are not selected."""
    chosen = os.environ.get(setting)
    if chosen:
        path = shutil.which(chosen)
        if path is None or version_of(path) not in versions:
            raise Missing("{} is {}, which is not Python {}.".format(setting, chosen, " or ".join(versions)))
        return path
    for version in versions:
        for candidate in candidates(version):
            if version_of(candidate) == version:
                return str(candidate)
    say("No Python {} found for {}; trying to download one ...".format(" or ".join(versions), who))
    if subprocess.run([uv, "python", "install", versions[0]]).returncode == 0:
        found = subprocess.run([uv, "python", "find", versions[0]], stdout=subprocess.PIPE, text=True)
        if found.returncode == 0:
            return found.stdout.strip()
    raise Missing(
        "There is no Python {} for {}: install one (for instance `pyenv install {}`), or name it with {}.".format(
            " or ".join(versions), who, versions[0], setting
        )
    )


def candidates(version: str) -> Iterator[Path]:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        yield Path(folder) / f"python{version}"
    yield Path(sys.executable)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    installed = (pyenv / "versions").glob(version + ".*/bin/python")
    yield from sorted(
        installed, key=lambda path: [int(part) for part in re.findall(r"\d+", path.parts[-3])], reverse=True
    )
    uvs_own = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or Path.home() / ".local/share/uv/python")
    yield from sorted(uvs_own.glob(f"cpython-{version}.*/bin/python{version}"))


def version_of(python: str | Path | None) -> str | None:
    """ "3.12", or None when it does not run."""
    if not python or not Path(python).exists():
        return None
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        told = subprocess.run([str(python), "-c", ask], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout.decode().strip() if told.returncode == 0 else None


def find_uv() -> str:
    """The pinned uv in .tools; one on the PATH if this Python cannot make virtual environments."""
    uv = TOOLS / "bin" / "uv"
    if not has_version(uv):
        say(f"Fetching uv {UV_VERSION} into .tools ...")
        problem = install_uv()
        if problem:
            ready_made = shutil.which("uv")
            if not ready_made:
                raise Missing(problem)
            return ready_made
    return str(uv)


def has_version(uv: Path) -> bool:
    if not uv.exists():
        return False
    told = subprocess.run([str(uv), "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return UV_VERSION in told.stdout.decode()


def install_uv() -> str | None:
    """None, or one sentence why not."""
    try:
        venv.create(TOOLS, with_pip=True, clear=True)
    except (subprocess.CalledProcessError, OSError):
        return "This Python cannot make virtual environments; on Debian and Ubuntu, `apt-get install python3-venv`."
    pip = [str(TOOLS / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    if subprocess.run([*pip, "uv==" + UV_VERSION]).returncode:
        return "uv could not be installed with pip; the lines above say why."
    return None


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    try:
        main()
    except Missing as missing:
        sys.exit(f"pafyll: {missing}")
    except KeyboardInterrupt:
        sys.exit(130)
