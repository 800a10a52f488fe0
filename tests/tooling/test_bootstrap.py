"""Finding Pythons on machines of different kinds."""

import sys
from pathlib import Path

import pytest

from tools import bootstrap

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def machine(tmp_path, monkeypatch) -> Path:
    """A machine without any Python but the one that runs this."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    monkeypatch.setattr(bootstrap.sys, "executable", str(tmp_path / "none"))
    return tmp_path


def install(path: Path, version: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return path


def find(*versions: str, uv: str = "/bin/false") -> str:
    return bootstrap.find_python(uv, "the bot", "PAFYLL_BOT_PYTHON", versions)


def test_a_python_on_the_path_is_found(machine):
    python = install(machine / "bin" / "python3.10", "3.10")
    assert find("3.10") == str(python)


def test_a_shim_that_does_not_run_is_passed_by_for_pyenvs_own_newest(machine):
    shim = install(machine / "bin" / "python3.10", "")
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.10: command not found' >&2\nexit 127\n")
    for patch in (2, 13, 9):
        install(machine / "pyenv" / "versions" / f"3.10.{patch}" / "bin" / "python", "3.10")
    assert find("3.10") == str(machine / "pyenv/versions/3.10.13/bin/python")


def test_the_first_version_that_is_there_is_taken(machine):
    python = install(machine / "bin" / "python3.13", "3.13")
    assert find("3.12", "3.13") == str(python)


def test_a_chosen_python_is_taken_or_refused_by_its_version(machine, monkeypatch):
    monkeypatch.setenv("PAFYLL_BOT_PYTHON", str(install(machine / "mine", "3.10")))
    assert find("3.10") == str(machine / "mine")
    with pytest.raises(bootstrap.Missing, match=r"PAFYLL_BOT_PYTHON is .*mine, which is not Python 3\.12"):
        find("3.12")


def test_without_any_python_one_sentence_says_how_to_get_it(machine, capfd):
    with pytest.raises(
        bootstrap.Missing, match=r"no Python 3\.10 for the bot: .*pyenv install 3\.10.*PAFYLL_BOT_PYTHON"
    ):
        find("3.10")
    assert "trying to download" in capfd.readouterr().out


def test_a_downloaded_python_is_used(machine):
    python = install(machine / "downloaded", "3.10")
    uv = install(machine / "uv-tool", "")
    uv.write_text(f'#!/bin/sh\n[ "$2" = find ] && echo {python}\nexit 0\n')
    assert find("3.10", uv=str(uv)) == str(python)


def test_an_interpreter_tells_its_version(machine, tmp_path):
    assert bootstrap.version_of(Path(sys.base_prefix) / "bin" / f"python{HERE}") == HERE
    assert bootstrap.version_of(tmp_path / "nothing") is None
    assert bootstrap.version_of(None) is None


def test_nothing_is_done_again_while_nothing_has_changed(machine, monkeypatch):
    monkeypatch.setattr(bootstrap, "STAMP", machine / "stamp")
    monkeypatch.setattr(bootstrap, "both_environments_work", lambda: True)
    monkeypatch.setattr(bootstrap, "find_uv", lambda: "uv")
    made: list[str] = []
    monkeypatch.setattr(bootstrap, "make_environment", lambda uv, project, who, setting, versions: made.append(who))
    bootstrap.main()
    bootstrap.main()
    assert made == ["the service", "the bot"]
    monkeypatch.setenv("PAFYLL_PYTHON", "another")
    bootstrap.main()
    assert len(made) == 4
