"""Two of each process behind HAProxy, as deploy/ has them, on PostgreSQL: TLS, sockets, restarts, a backup put back."""

import asyncio
import json
import random
import re
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio
import websockets
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twilio.request_validator import RequestValidator

from api.commands.bot import ROOT, train
from api.commands.stack import free_ports
from bench.people import SERVICE_NUMBER, mobile
from bench.visits import ORDER, RECEIPT
from chaos.outside import Sms
from chaos.postgres import DATABASE, programs
from chaos.site import Program, Site
from ordering.ports import SealBroken
from ordering.wiring import build_sealer
from tests.tooling.test_deploy import program

PUBLIC = "https://pafyll.example.org"
PATIENTS = 12
ANSWER_SECONDS = 90.0
SORRY = "Något är fel hos oss, men vi försöker igen"  # and so they do: the answer comes after it


def certificate(folder: Path) -> Path:
    """A PEM file with a key and a certificate for our name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "pafyll.example.org")])
    names = [x509.DNSName("pafyll.example.org"), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path = folder / "tls.pem"
    path.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem))
    return path


class Patients:
    """Write SMS to the one address as Twilio passes them on, and read what the service sent."""

    def __init__(self, address: str, tls: ssl.SSLContext, token: str) -> None:
        self.http = httpx.AsyncClient(
            base_url=address, verify=tls, headers={"Host": "pafyll.example.org"}, timeout=ANSWER_SECONDS
        )
        self._validator = RequestValidator(token)
        self._answers: dict[str, asyncio.Queue[str]] = {}
        self._count = 0

    def hear(self, sms: Sms) -> None:
        self._answers.setdefault(sms.recipient, asyncio.Queue()).put_nowait(sms.body)

    async def post(self, patient: int, text: str, signed_for: str = PUBLIC) -> httpx.Response:
        self._count += 1
        form = {"MessageSid": f"SM{self._count:032x}", "From": mobile(patient), "To": SERVICE_NUMBER, "Body": text}
        signature = self._validator.compute_signature(f"{signed_for}/twilio/sms", form)
        return await self.http.post("/twilio/sms", data=form, headers={"X-Twilio-Signature": signature})

    async def write(self, patient: int, text: str) -> str:
        """The answer."""
        queue = self._answers.setdefault(mobile(patient), asyncio.Queue())
        (await self.post(patient, text)).raise_for_status()
        answer = SORRY
        while answer.startswith(SORRY):
            answer = await asyncio.wait_for(queue.get(), ANSWER_SECONDS)
        return answer

    async def order(self, patient: int) -> str:
        """A whole visit; the receipt."""
        told = ""
        for step in ORDER:
            code = re.search(r"\bJA (\d{4})\b", told)
            told = await self.write(patient, step.text.format(code=code[1] if code else ""))
        assert RECEIPT.search(told), told
        return told


class Service:
    """A site with HAProxy in front. `address`: where the proxy listens with TLS."""

    def __init__(self, site: Site, patients: Patients, address: str, tls: ssl.SSLContext) -> None:
        self.site, self.patients, self.address, self.tls = site, patients, address, tls

    async def restart(self, one: Program) -> None:
        one.ask_to_stop()
        await asyncio.to_thread(one.stopped)
        one.start()
        await self.ready()

    async def stop(self) -> None:
        for one in self.site.programs:
            one.ask_to_stop()
        for one in self.site.programs:
            await asyncio.to_thread(one.stopped)

    async def start(self) -> None:
        for one in self.site.programs:
            one.start()
        await self.ready()

    async def ready(self) -> None:
        """All answer, and by way of the proxy too."""
        await self.site.ready()
        settings = self.site.settings
        async with httpx.AsyncClient() as http:
            await until_it_answers(http, f"{settings.rasa_url}/webhooks/gateway/ready")
            await until_it_answers(http, f"http://127.0.0.1:{settings.actions_port}/health")
        await until_it_answers(self.patients.http, "/chat/form.css")


async def until_it_answers(http: httpx.AsyncClient, url: str) -> None:
    async with asyncio.timeout(ANSWER_SECONDS):
        while not (await http.get(url)).is_success:  # noqa: ASYNC110  it is in another process
            await asyncio.sleep(0.2)


def configured(folder: Path, tls: Path, ports: dict[str, int]) -> list[Path]:
    """The files of deploy/ with other addresses, each of which has to be there."""
    made = []
    for name in ("haproxy.cfg", "haproxy.inside.cfg"):
        text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
        for address, port in ports.items():
            text = text.replace(address, f"{'bind ' * address.startswith('bind')}127.0.0.1:{port}")
        text = text.replace("/etc/pafyll/tls.pem", str(tls)).replace("src 10.0.0.0/8", "src 192.0.2.0/24")
        assert not re.search(r"127\.0\.0\.1:(80|50)\d\d\b", text)
        path = folder / name
        path.write_text(text, encoding="utf-8")
        made.append(path)
    return made


def by_address(site: Site) -> dict[str, int]:
    """Where the addresses of deploy/ are in this run."""
    behind = {one.name: int(re.search(r":(\d+)/", one.ready)[1]) for one in site.programs if one.ready}
    first = {"api": 8001, "rasa": 5011, "actions": 5051}
    return {f"127.0.0.1:{first[kind] + place}": behind[f"{kind}-{place + 1}"] for kind in first for place in (0, 1)}


@asynccontextmanager
async def proxied(folder: Path) -> AsyncIterator[Service]:
    plain, port, rasa, actions = free_ports(4)
    pem = certificate(folder)
    tls = ssl.create_default_context(cafile=str(pem))
    site = Site(
        chance=random.Random(1),
        patients=PATIENTS,
        public_url=PUBLIC,
        rasa_url=f"http://127.0.0.1:{rasa}",
        actions_port=actions,
        turn_timeout_seconds=30,
    )
    address = f"https://127.0.0.1:{port}"
    patients = Patients(address, tls, site.settings.twilio_auth_token)
    site.outside.on_sms = patients.hear
    outside = {"bind :80": plain, "bind :443": port, "127.0.0.1:5005": rasa, "127.0.0.1:5055": actions}
    files = configured(folder, pem, by_address(site) | outside)
    command = [program("haproxy"), "-db", *(part for path in files for part in ("-f", str(path)))]
    with (folder / "haproxy.log").open("wb") as log:
        proxy = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: ASYNC220  starting one takes no time
    try:
        async with site:
            service = Service(site, patients, address, tls)
            await service.ready()
            yield service
    finally:
        proxy.terminate()
        proxy.wait(20)
        await patients.http.aclose()


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(900)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory):
    train(print)
    async with proxied(tmp_path_factory.mktemp("proxied")) as service:
        yield service


async def test_the_proxy_lets_in_what_is_for_patients_and_nothing_else(service):
    http = service.patients.http
    assert (await http.get("/chat/widget.js")).status_code == 200
    for path in ("/metrics", "/readyz", "/healthz", "/demo", "/api/v1/rules", "/openapi.json"):
        assert (await http.get(path)).status_code == 404, path
    assert "max-age" in (await http.get("/chat/form.css")).headers["strict-transport-security"]


async def test_twilio_signs_for_the_public_address(service):
    assert (await service.patients.post(0, "Hej", signed_for=service.address)).status_code == 403
    assert "beställa" in await service.patients.write(0, "Hej")


async def test_a_chat_goes_over_a_socket_and_on_over_http(service):
    begun = await service.patients.http.post("/chat/session", json={"region": "vg"})
    session = begun.json()["session"]
    url = service.address.replace("https", "wss") + "/chat/ws"
    async with websockets.connect(url, ssl=service.tls, origin=PUBLIC) as socket:
        await socket.send(json.dumps({"session": session}))
        assert json.loads(await socket.recv()) == {"ready": True}
        await socket.send(json.dumps({"id": "message-1", "event": "start"}))
        first = json.loads(await asyncio.wait_for(socket.recv(), ANSWER_SECONDS))
    assert first["texts"]
    again = await service.patients.http.post(
        "/chat/message", json={"session": session, "id": "message-1", "event": "start"}
    )
    assert again.json() == first  # whichever process is asked


async def test_nothing_is_lost_when_each_process_is_restarted_in_turn(service):
    """An upgrade by hand: one process after the other, while patients order."""
    orders = [asyncio.create_task(patient_after_patient(service, first)) for first in (1, 4)]
    for one in service.site.programs:
        await service.restart(one)
    numbers = [number for told in await asyncio.gather(*orders) for number in told]
    assert len(set(numbers)) == 2 * 3


async def patient_after_patient(service, first: int) -> list[str]:
    receipts = [await service.patients.order(patient) for patient in range(first, first + 3)]
    return [re.search(r"\b\d{7}\b", receipt)[0] for receipt in receipts]


async def test_a_backup_put_back_goes_on_where_it_was(service, tmp_path):
    """Orders in their undo time, a visit in the middle, and all that is sealed, with the key and not without."""
    patients, site = service.patients, service.site
    for step in ORDER[:2]:
        await patients.write(8, step.text)
    before = await counted(site)
    postgres("pg_dump", "--format=custom", f"--file={tmp_path / 'pafyll.dump'}", site.cluster.dsn)
    assert "vanilj" in (await patients.write(8, ORDER[2].text)).casefold()  # after the backup, so it is lost
    await service.stop()
    postgres("dropdb", "--force", f"--maintenance-db={site.cluster.dsn.replace(DATABASE, 'postgres')}", DATABASE)
    postgres("createdb", f"--maintenance-db={site.cluster.dsn.replace(DATABASE, 'postgres')}", DATABASE)
    postgres("pg_restore", "--exit-on-error", f"--dbname={site.cluster.dsn}", str(tmp_path / "pafyll.dump"))
    assert await counted(site) == before
    await service.start()
    again = await patients.write(8, ORDER[2].text)
    assert "vanilj" in again.casefold()
    sealed = await one_sealed(site)
    assert build_sealer(site.settings).open(sealed)
    with pytest.raises(SealBroken):
        build_sealer(site.settings.model_copy(update={"secret_key": "another" * 6})).open(sealed)


def postgres(name: str, *arguments: str) -> None:
    subprocess.run([str(programs() / name), *arguments], check=True, timeout=120)


async def counted(site: Site) -> dict[str, int]:
    connection = await asyncpg.connect(site.cluster.dsn)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        # The names are the database's own.
        return {table: await connection.fetchval(f'SELECT count(*) FROM "{table}"') for (table,) in tables}  # noqa: S608
    finally:
        await connection.close()


async def one_sealed(site: Site) -> bytes:
    connection = await asyncpg.connect(site.cluster.dsn)
    try:
        return await connection.fetchval("SELECT sealed FROM outbox WHERE sealed IS NOT NULL LIMIT 1")
    finally:
        await connection.close()
