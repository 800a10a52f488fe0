"""A PostgreSQL cluster of our own, in a folder of its own, that may be stopped as by a power cut."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Any

DATABASE = "pafyll"
# Those that initdb needs not be told, and what a crash test needs: every commit on disk before it is told.
SETTINGS = {"max_connections": "200", "shared_buffers": "32MB", "fsync": "on", "synchronous_commit": "on"}


class NoPostgres(Exception):
    """PostgreSQL's programs are not here. The text says how to get them."""


def programs() -> Path:
    """The folder of the newest PostgreSQL's programs."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    for folder in folders:
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "createdb")):
            return folder
    raise NoPostgres("No PostgreSQL server programs here: apt-get install postgresql")


class Cluster:
    """Listens on loopback only. PostgreSQL refuses to run as root: then it runs as a user without rights."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self._port, self._programs = folder, port, programs()
        self._as: dict[str, Any] = {}
        if os.getuid() == 0:
            user = _powerless_user()
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    @property
    def url(self) -> str:
        return f"postgresql+asyncpg://postgres@127.0.0.1:{self._port}/{DATABASE}"

    @property
    def dsn(self) -> str:
        return self.url.replace("+asyncpg", "")

    @property
    def runs(self) -> bool:
        return (self._folder / "data" / "postmaster.pid").exists()

    def create(self) -> None:
        self._folder.mkdir(parents=True)
        if self._as:
            os.chown(self._folder, self._as["user"], self._as["group"])
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self._port), "-U", "postgres", DATABASE)

    def start(self) -> None:
        options = {"port": str(self._port), "listen_addresses": "127.0.0.1", **SETTINGS}
        options["unix_socket_directories"] = str(self._folder)
        told = " ".join(f"-c {name}={value}" for name, value in options.items())
        self._run("pg_ctl", "-D", self._data, "-l", str(self._folder / "log"), "-o", told, "-w", "start")

    def stop_at_once(self) -> None:
        """As by a power cut: nothing is finished, the next start recovers from the log."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        if self.runs:
            self.stop_at_once()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        # Not captured through pipes: the server that pg_ctl starts would hold them open.
        with (self._folder / "programs.log").open("ab") as log:
            command = [str(self._programs / program), *arguments]
            subprocess.run(command, check=True, cwd=self._folder, stdout=log, stderr=log, **self._as)


def _powerless_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
