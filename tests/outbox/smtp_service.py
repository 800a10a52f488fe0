"""A mail server on loopback. It remembers what it accepted, and fails on demand."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class Accepted:
    sender: str
    recipients: list[str]
    raw: bytes
    encrypted: bool
    login: str | None

    @property
    def mail(self) -> EmailMessage:
        return BytesParser(policy=default).parsebytes(self.raw)


class SmtpService:
    """`faults`: what the next conversations meet, in order, each "<step> <answer>"; then all is well.

    Steps: CONNECT, EHLO, MAIL, RCPT, DATA, and END, which is after the whole mail. Answers: a status code; "cut" drops
    the connection; "lost" (with END) accepts the mail and then drops the connection; "slow" accepts it and is silent.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.faults: list[str] = []
        self.accepted: list[Accepted] = []
        self.breaches: list[str] = []
        self.heard: list[str] = []
        self.connections = 0
        self.release = asyncio.Event()
        self.port = 0
        self._tls = tls

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        fault = self.faults.pop(0).split() if self.faults else ["", ""]
        try:
            await _Conversation(self, reader, writer, fault[0], fault[1], self._tls).run()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()


class _Conversation:
    def __init__(self, service, reader, writer, step: str, answer: str, tls: ssl.SSLContext | None) -> None:
        self._service, self._reader, self._writer = service, reader, writer
        self._step, self._answer, self._tls = step, answer, tls
        self._encrypted = False
        self._login: str | None = None
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def run(self) -> None:
        await self._reply("CONNECT", "220 mail.example ready")
        while True:
            line = (await self._reader.readuntil(b"\n")).decode("ascii")
            if not line.endswith("\r\n"):
                self._service.breaches.append("a line that does not end in CRLF")
            verb, _, rest = line.strip().partition(" ")
            self._service.heard.append(verb)
            if verb == "QUIT":
                await self._say("221 bye")
                return
            await self._take(verb, rest)

    async def _take(self, verb: str, rest: str) -> None:
        match verb:
            case "EHLO":
                offers = ["STARTTLS"] if self._tls and not self._encrypted else []
                offers += ["AUTH PLAIN"]
                lines = ["mail.example", *offers]
                marks = ["-"] * (len(lines) - 1) + [" "]
                everything = "\r\n".join(f"250{mark}{one}" for mark, one in zip(marks, lines, strict=True))
                await self._reply(verb, everything)
            case "STARTTLS" if self._tls:
                await self._say("220 go ahead")
                await self._writer.start_tls(self._tls)
                self._encrypted = True
            case "AUTH":
                user, password = base64.b64decode(rest.removeprefix("PLAIN ")).decode().split("\0")[1:]
                self._login = user
                await self._say("235 welcome" if password == "right" else "535 wrong password")
            case "MAIL":
                self._sender, self._recipients = _path(rest, "FROM:"), []
                await self._reply(verb, "250 ok")
            case "RCPT":
                if self._sender is None:
                    self._service.breaches.append("RCPT before MAIL")
                self._recipients.append(_path(rest, "TO:"))
                await self._reply(verb, "250 ok")
            case "DATA":
                if not self._recipients:
                    self._service.breaches.append("DATA before RCPT")
                if await self._reply(verb, "354 end with a dot"):
                    await self._data()
            case _:
                await self._say("502 unknown")

    async def _data(self) -> None:
        raw = (await self._reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n")
        if b"\n" in raw.replace(b"\r\n", b""):
            self._service.breaches.append("a bare line feed in a mail")
        accepted = Accepted(
            self._sender or "", self._recipients, raw.replace(b"\r\n..", b"\r\n."), self._encrypted, self._login
        )
        if self._step != "END" or self._answer in ("lost", "slow"):
            self._service.accepted.append(accepted)
        await self._reply("END", "250 accepted")

    async def _reply(self, step: str, usual: str) -> bool:
        """Whether the usual answer was given."""
        if step != self._step:
            await self._say(usual)
            return True
        if self._answer == "slow":
            await self._service.release.wait()
        if not self._answer.isdigit():
            raise ConnectionAbortedError
        await self._say(f"{self._answer} not for {','.join(self._recipients) or 'you'}")
        return False

    async def _say(self, text: str) -> None:
        self._writer.write(text.encode() + b"\r\n")
        await self._writer.drain()


def _path(rest: str, word: str) -> str:
    return rest.removeprefix(word).partition(">")[0].removeprefix("<")


@asynccontextmanager
async def mail_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[SmtpService]:
    service = SmtpService(tls)
    server = await asyncio.start_server(service.talk, "127.0.0.1", 0)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        service.release.set()
        server.close()
    assert service.breaches == []


def certificate(folder: Path) -> Path:
    """A file with a key and a certificate for 127.0.0.1 that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "mail.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file
