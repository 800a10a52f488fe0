"""E-mail: through a mail server, or as files in the demo.

Payload: {"subject": ..., "text": ...}, plain text only, and perhaps "by_tls": the same two to say where the way to the
recipient is known to be encrypted. The recipient is one bare address. Mails of the same key carry the same Message-ID,
so that a mail which comes twice can be recognised as one.
"""

import asyncio
import hashlib
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as MAIL_POLICY
from email.utils import format_datetime
from pathlib import Path
from ssl import SSLContext

import aiosmtplib

from ordering.outbox.distributor import PATIENCE
from ordering.outbox.files import write_whole
from ordering.outbox.sending import NotSent, Outgoing, PerhapsSent, Rejected, WaitsForSetting
from ordering.settings import MAIL_ADDRESS

# These refuse us, not the mail: it waits until the operator has put the login right.
LOGIN_WANTED = frozenset({530, 534, 535, 538})


class SmtpMail:
    """Hands mails to one mail server, on a connection of their own.

    A mail server cannot be asked what it has. When its answer to a whole mail is lost, the mail is sent again, further
    and further apart and with the same Message-ID: better twice than never.
    """

    attempts = PATIENCE

    def __init__(
        self,
        *,
        host: str,
        port: int,
        mail_from: str,
        starttls: bool,
        clock: Callable[[], datetime],
        tls_domains: Collection[str] = (),
        user: str = "",
        password: str = "",
        timeout_seconds: float = 30.0,
        tls: SSLContext | None = None,
    ) -> None:
        """`timeout_seconds`: for a whole mail; shorter than the lease of its row, or another process sends it too.

        `starttls`: nothing is sent to a server that cannot encrypt. `tls`: None trusts what the machine trusts.
        `tls_domains`: of recipients to whom that server hands mails over encrypted or not at all.
        """
        self._host = host
        self._port = port
        self._mail_from = mail_from
        self._starttls = starttls
        self._login = (user, password) if user else None
        self._timeout_seconds = timeout_seconds
        self._tls = tls
        self._clock = clock
        self._tls_domains = frozenset(domain.lower() for domain in tls_domains)

    async def send(self, message: Outgoing) -> str | None:
        """The Message-ID."""
        encrypted = message.recipient.rpartition("@")[2].lower() in self._tls_domains
        mail = mail_of(message, self._mail_from, at=self._clock(), encrypted=encrypted)
        server = aiosmtplib.SMTP(
            hostname=self._host, port=self._port, timeout=self._timeout_seconds, start_tls=False, tls_context=self._tls
        )
        try:
            await self._hand_over(server, message.recipient, mail.as_bytes())
            with suppress(aiosmtplib.SMTPException, OSError):
                await server.quit(timeout=1)
        finally:
            server.close()
        return str(mail["Message-ID"])

    async def sent_before(self, message: Outgoing) -> None:
        return None

    async def close(self) -> None:
        return None

    async def _hand_over(self, server: aiosmtplib.SMTP, recipient: str, mail: bytes) -> None:
        about_us, handed_over = True, False  # a refusal before any recipient is named concerns us, not the mail
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._open(server)
                await server.mail(self._mail_from)
                about_us = False
                await server.rcpt(recipient)
                handed_over = True
                await server.data(mail)
        except aiosmtplib.SMTPResponseException as error:
            # The server's own words may quote the address, so only its number is told.
            reason = f"the mail server answered {error.code}"
            if error.code >= 500 and not about_us and error.code not in LOGIN_WANTED:
                raise Rejected(reason) from None
            if error.code < 400 and handed_over:
                raise PerhapsSent(reason) from None
            raise NotSent(reason) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            if handed_over:
                raise PerhapsSent(type(error).__name__) from None
            raise NotSent(type(error).__name__) from None

    async def _open(self, server: aiosmtplib.SMTP) -> None:
        await server.connect()
        if self._starttls:
            await server.ehlo()
            if not server.supports_extension("starttls"):
                raise NotSent("the mail server offers no STARTTLS")
            await server.starttls()
        if self._login:
            await server.login(*self._login)


class MailFolder:
    """One file for each mail, named by its key: the same mail written twice is one file."""

    attempts = PATIENCE

    def __init__(self, folder: Path, *, mail_from: str, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._mail_from = mail_from
        self._clock = clock

    async def send(self, message: Outgoing) -> str | None:
        mail = mail_of(message, self._mail_from, at=self._clock())
        try:
            await asyncio.to_thread(write_whole, self._folder, f"{_digest(message.key)}.eml", mail.as_bytes())
        except OSError as error:
            raise NotSent(f"cannot write to the mail folder: {error.strerror}") from None
        return str(mail["Message-ID"])

    async def sent_before(self, message: Outgoing) -> None:
        return None

    async def close(self) -> None:
        return None


class MailWaits:
    """Mails wait in the outbox, however long, for an operator who names a mail server."""

    attempts = PATIENCE

    async def send(self, message: Outgoing) -> str | None:
        raise WaitsForSetting("PAFYLL_SMTP_HOST")

    async def sent_before(self, message: Outgoing) -> None:
        return None

    async def close(self) -> None:
        return None


def mail_of(message: Outgoing, mail_from: str, *, at: datetime, encrypted: bool = False) -> EmailMessage:
    """The mail, with lines that every server takes. Raises Rejected when recipient or payload cannot be made one.

    at: when it is sent. encrypted: whether it is, all the way to the recipient.
    """
    if not MAIL_ADDRESS.fullmatch(message.recipient):
        raise Rejected("the recipient is no e-mail address")
    mail = EmailMessage(policy=MAIL_POLICY)
    try:
        said = message.payload.get("by_tls", message.payload) if encrypted else message.payload
        mail["From"] = Address(addr_spec=mail_from)
        mail["To"] = Address(addr_spec=message.recipient)
        mail["Subject"] = _one_line(said["subject"])
        mail["Date"] = format_datetime(at)
        mail["Message-ID"] = f"<{_digest(message.key)}@{mail_from.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(said["text"], cte="quoted-printable")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Rejected(f"the payload makes no mail ({type(error).__name__})") from None
    return mail


def _one_line(text: str) -> str:
    """Without line ends, and without encoded words: Python would decode those, and with them any line end inside."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split()).replace("=?", "= ?")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]
