"""The whole service as it runs for real: two of each process behind one address, on PostgreSQL, without the demo."""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Self

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from api.commands.bot import BOT_PYTHON, MODEL, QUIET_RASA, ROOT
from api.commands.processes import environment
from api.commands.stack import free_ports
from api.supervisor import without_settings
from bench.people import REGION, SERVICE_NUMBER, add_patients
from chaos.network import Balancer
from chaos.outside import DISTRIBUTOR_SECRET, Outside
from chaos.postgres import Cluster
from ordering.importing import load_demo
from ordering.local_time import STOCKHOLM
from ordering.settings import Settings, load_settings
from ordering.wiring import build_stores, migrate

EACH = 2
LOGS = ROOT / "var" / "chaos" / "logs"
READY_SECONDS = 600.0
STOP_SECONDS = 30.0
# How often, of all answers, one is lost or late.
LOST = {"rasa": 0.003, "actions": 0.01}
LATE = {"actions": 0.003}


# What waits, and until when.
TIME_PASSES = (
    "UPDATE threads SET lease_until = lease_until - make_interval(mins => {0})",
    "UPDATE inbox SET due_at = due_at - make_interval(mins => {0}) WHERE status = 'received'",
    "UPDATE outbox SET due_at = due_at - make_interval(mins => {0}) WHERE status IN ('pending', 'sending', 'unknown')",
    "UPDATE orders SET send_after = send_after - make_interval(mins => {0})",
)


class Program:
    """One process of the service, that can be killed and started again. Its log goes on in one file."""

    def __init__(self, name: str, command: list[str], env: dict[str, str], log: Path, ready: str | None) -> None:
        self.name, self.ready = name, ready
        self._command, self._env, self._log = command, env, log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def kind(self) -> str:
        return self.name.rpartition("-")[0]

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._env, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def stall(self) -> None:
        """Neither answers nor ends, until `go_on`."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        """As with kill -9."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def ask_to_stop(self) -> None:
        if self._process:
            self._process.terminate()

    def stopped(self) -> int:
        """Its exit status, once it has ended."""
        return self._process.wait(STOP_SECONDS) if self._process else 0


class Site:
    """`async with Site(...) as site:` gives the running service. `url`: its one address.

    each: how many of each process run. more: settings that are otherwise than outside the demo.
    """

    def __init__(self, *, chance: random.Random, patients: int, each: int = EACH, **more: object) -> None:
        self._chance, self._patients, self._stack = chance, patients, AsyncExitStack()
        api, rasa, actions, twilio, postgres = free_ports(5)
        self._behind = {kind: free_ports(each) for kind in ("api", "rasa", "actions")}
        self._each, self._outside_port = each, twilio
        # Open to all, since PostgreSQL runs as another user; what is inside is not.
        self.folder = Path(tempfile.mkdtemp(prefix="pafyll-chaos-"))
        self.folder.chmod(0o711)
        self.cluster = Cluster(self.folder / "postgres", postgres)
        self.outside = Outside(chance)
        self.settings = self._settings(api, rasa, actions, dict(more))
        self.url = self.settings.public_url
        ports = {"api": api, "rasa": rasa, "actions": actions}
        self.roads = {kind: Balancer(port, self._behind[kind], chance) for kind, port in ports.items()}
        self.programs = [program for kind in ("rasa", "actions", "api", "worker") for program in self._programs(kind)]
        self.killed: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        try:
            return await self._start()
        except BaseException:
            await self._stack.aclose()
            raise

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _start(self) -> Self:
        self._stack.callback(self._clear_away)
        await asyncio.to_thread(self.cluster.create)
        self._stack.push_async_callback(self.outside.stop)
        await self.outside.start(self._outside_port)
        for road in self.roads.values():
            self._stack.push_async_callback(road.stop)
            await road.start()
        for program in self.programs:
            self._stack.callback(program.kill)
            if program.kind in ("rasa", "actions"):
                program.start()
        await migrate(self.settings)
        stores = build_stores(self.settings)
        self._stack.push_async_callback(stores.close)
        self.stores = stores
        await load_demo(stores, today=datetime.now(STOCKHOLM).date())
        await add_patients(stores, self._patients)
        await self.rise()
        return self

    def _clear_away(self) -> None:
        """The logs stay, those of the latest site only."""
        self.cluster.remove()
        shutil.rmtree(LOGS, ignore_errors=True)
        shutil.copytree(self.folder / "logs", LOGS)
        shutil.rmtree(self.folder)

    async def ready(self) -> None:
        """Returns when all that can be asked are ready; TimeoutError when they are not."""
        async with asyncio.timeout(READY_SECONDS), httpx.AsyncClient(timeout=5) as http:
            for program in self.programs:
                while program.ready and not await _answers(http, program.ready):  # noqa: ASYNC110  it is outside
                    await asyncio.sleep(0.2)

    async def are_ready(self, kind: str) -> bool:
        async with httpx.AsyncClient(timeout=2) as http:
            return all([await _answers(http, program.ready) for program in self.of_kind(kind) if program.ready])

    # Faults

    def of_kind(self, kind: str) -> list[Program]:
        return [program for program in self.programs if program.kind == kind]

    def kill(self, program: Program) -> None:
        program.kill()
        self.killed[program.kind] += 1

    async def rise(self) -> None:
        """Starts what does not run, and returns when all are ready."""
        for program in self.programs:
            if not program.runs:
                program.start()
        await self.ready()

    async def time_passes(self, minutes: int) -> None:
        """For leases, attempts and the undo time of orders. Only while nothing runs that could hold a lease."""
        await self.write(*(statement.format(minutes) for statement in TIME_PASSES))

    async def write(self, *statements: str) -> None:
        """Into the database, past the service."""
        engine = create_async_engine(self.settings.database_url)
        async with engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        await engine.dispose()

    async def cut_the_power_of_the_database(self, down_seconds: float = 0.0) -> None:
        await asyncio.to_thread(self.cluster.stop_at_once)
        self.killed["postgres"] += 1
        await asyncio.sleep(down_seconds)
        await asyncio.to_thread(self.cluster.start)

    def trouble(self) -> None:
        """From now on Twilio, the distributor and the network between our own processes fail at random."""
        self.outside.faulty = True
        for kind, road in self.roads.items():
            road.trouble.lost, road.trouble.late = LOST.get(kind, 0.0), LATE.get(kind, 0.0)

    def no_more_trouble(self) -> None:
        self.outside.faulty = False
        for road in self.roads.values():
            road.trouble.end()

    def trouble_met(self) -> Counter[str]:
        met = Counter({f"Twilio or distributor: {name}": count for name, count in self.outside.met.items()})
        for name, road in self.roads.items():
            met.update({f"answer of {name} {what}": count for what, count in road.trouble.met.items()})
        return met

    # How it is put together

    def _settings(self, api: int, rasa: int, actions: int, more: dict[str, object]) -> Settings:
        outside = f"http://127.0.0.1:{self._outside_port}"
        values: dict[str, object] = {
            "demo": False,
            "database_url": self.cluster.url,
            "var_folder": self.folder / "var",
            "public_url": f"http://127.0.0.1:{api}",
            "rasa_url": f"http://127.0.0.1:{rasa}",
            "actions_port": actions,
            "secret_key": "".join(self._chance.choices("abcdefghij0123456789", k=40)),
            "twilio_account_sid": "AC" + "c" * 32,
            "twilio_auth_token": "between Twilio and us",
            "twilio_base_url": outside,
            "distributor_url": f"{outside}/distributor",
            "distributor_secret": DISTRIBUTOR_SECRET,
            "inbound_numbers": {SERVICE_NUMBER: REGION},
            "worker_interval_seconds": 0.5,
        }
        return load_settings(**values | more)

    def _programs(self, kind: str) -> list[Program]:
        logs, scratch = self.folder / "logs", self.folder / "scratch"
        for folder in (logs, scratch):
            folder.mkdir(exist_ok=True)
        made = []
        for number in range(self._each):
            port = self._behind[kind][number] if kind in self._behind else 0
            own = {"port": port} if kind == "api" else {"actions_port": port} if kind == "actions" else {}
            settings = self.settings.model_copy(update=own)
            command, ready = _command(kind, port)
            # What a process that is killed leaves behind goes with the site.
            env = without_settings(os.environ) | {"TMPDIR": str(scratch)}
            if kind == "rasa":
                env |= QUIET_RASA | {"PYTHONPATH": str(ROOT), "PAFYLL_ACTIONS_PORT": str(self.settings.actions_port)}
            else:
                env |= environment(settings)
            made.append(Program(f"{kind}-{number + 1}", command, env, logs / f"{kind}-{number + 1}.log", ready))
        return made


def _command(kind: str, port: int) -> tuple[list[str], str | None]:
    """How a process is started, as in the Procfile, and the address that answers when it is ready."""
    python = str(ROOT / ".venv/bin/python")
    base = f"http://127.0.0.1:{port}"
    if kind == "rasa":
        files = ["--model", str(MODEL), "--endpoints", "bot/endpoints.yml", "--credentials", "bot/credentials.yml"]
        where = ["-i", "127.0.0.1", "--port", str(port)]
        return [str(BOT_PYTHON), "-m", "bot.door", "run", *files, *where], f"{base}/webhooks/gateway/ready"
    return {
        "api": ([python, "-m", "api"], f"{base}/healthz"),
        "actions": ([python, "-m", "actions"], f"{base}/health"),
        "worker": ([python, "-m", "api.commands", "worker"], None),
    }[kind]


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).is_success
    except httpx.HTTPError:
        return False
