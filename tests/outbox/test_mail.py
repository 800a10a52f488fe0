"""Outgoing e-mail: through a real conversation with a mail server, or as files in the demo."""

import asyncio
import logging
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import pytest

from ordering.outbox.dispatcher import Dispatcher
from ordering.outbox.distributor import PATIENCE
from ordering.outbox.mail import MailFolder, SmtpMail, mail_of
from ordering.outbox.sending import NotSent, Outgoing, Rejected
from ordering.settings import Settings, SettingsError, load_settings
from ordering.wiring import build_senders, utc_now
from tests.outbox.smtp_service import certificate, mail_server

US = "pafyll@region.example"
MAILBOX = "avvikelser@region.example"
REAL = {"secret_key": "k" * 32}
SENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FAR = {"smtp_host": "mail.region.example", "mail_sender": US}


@pytest.fixture
async def server():
    async with mail_server() as service:
        yield service


@pytest.fixture
def smtp(server):
    return SmtpMail(host="127.0.0.1", port=server.port, mail_from=US, starttls=False, clock=utc_now, timeout_seconds=2)


@pytest.fixture
def by_mail(stores, sealer, clock, smtp) -> Dispatcher:
    return Dispatcher(stores, {"mail": smtp}, sealer, clock)


@pytest.fixture
def put_mail(stores, sealer, clock):
    async def put(subject: str = "Avvikelse 4711", *, text: str = "Ärende 4711.\n.\nHej", key="deviation:1") -> int:
        async with stores.begin() as tx:
            row_id = await tx.outbox.put(
                kind="mail",
                recipient=MAILBOX,
                sealed=sealer.seal({"subject": subject, "text": text}),
                key=key,
                due_at=clock(),
            )
        assert row_id is not None
        return row_id

    return put


def letter(**other) -> Outgoing:
    given = {"recipient": MAILBOX, "sender": None, "key": "deviation:1", "payload": {"subject": "S", "text": "T"}}
    return Outgoing(**given | other)


def body(mail: EmailMessage) -> str:
    return mail.get_content().replace("\r\n", "\n")


async def test_a_mail_arrives_as_it_was_written(by_mail, put_mail, server, stores, status_of):
    row_id = await put_mail("Avvikelse 4711: bruten förpackning")
    assert await by_mail.dispatch() == 1
    [accepted] = server.accepted
    assert (accepted.sender, accepted.recipients) == (US, [MAILBOX])
    mail = accepted.mail
    assert (mail["From"], mail["To"]) == (US, MAILBOX)
    assert mail["Subject"] == "Avvikelse 4711: bruten förpackning"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime
    assert body(mail) == "Ärende 4711.\n.\nHej\n"
    assert accepted.raw.isascii()
    assert await status_of(row_id) == "sent"
    async with stores.begin() as tx:
        assert (await tx.outbox.by_provider(mail["Message-ID"])).id == row_id


@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize("answer", ["421", "451"])
async def test_a_server_that_cannot_just_now_is_tried_again(step, answer, by_mail, put_mail, server, clock, status_of):
    row_id = await put_mail()
    server.faults = [f"{step} {answer}"]
    assert await by_mail.dispatch() == 0
    assert await by_mail.dispatch() == 0  # not due yet
    assert server.connections == 1
    clock.pass_(minutes=1)
    assert await by_mail.dispatch() == 1
    assert len(server.accepted) == 1
    assert await status_of(row_id) == "sent"


@pytest.mark.parametrize("step", ["RCPT", "DATA", "END"])
async def test_a_refused_mail_is_given_up_at_once(step, by_mail, put_mail, server, clock, status_of, caplog):
    row_id = await put_mail("Avvikelse 4711")
    server.faults = [f"{step} 550"]
    with caplog.at_level(logging.DEBUG):
        assert await by_mail.dispatch() == 0
    clock.pass_(days=1)
    assert await by_mail.dispatch() == 0
    assert (server.accepted, server.connections) == ([], 1)
    assert await status_of(row_id) == "dead"
    assert "given up" in caplog.text
    assert "550" in caplog.text
    assert MAILBOX not in caplog.text
    assert "4711" not in caplog.text


@pytest.mark.parametrize("fault", ["CONNECT 554", "MAIL 550", "RCPT 530"])
async def test_a_server_that_refuses_us_and_not_the_mail_leaves_it_waiting(fault, smtp, server):
    server.faults = [fault]
    with pytest.raises(NotSent):
        await smtp.send(letter())


async def test_a_refused_connection_is_tried_again(stores, sealer, clock, put_mail, status_of):
    async with mail_server() as gone:
        port = gone.port
    smtp = SmtpMail(host="127.0.0.1", port=port, mail_from=US, starttls=False, clock=utc_now, timeout_seconds=2)
    row_id = await put_mail()
    assert await Dispatcher(stores, {"mail": smtp}, sealer, clock).dispatch() == 0
    assert await status_of(row_id) == "pending"


@pytest.mark.parametrize("step", ["CONNECT", "MAIL", "RCPT"])
async def test_a_connection_that_is_cut_before_the_mail_has_sent_nothing(step, by_mail, put_mail, server, status_of):
    row_id = await put_mail()
    server.faults = [f"{step} cut"]
    assert await by_mail.dispatch() == 0
    assert await status_of(row_id) == "pending"


@pytest.mark.parametrize("fault", ["END lost", "END slow"])
async def test_a_mail_whose_answer_was_lost_is_sent_again_and_can_be_recognised(
    fault, stores, sealer, clock, put_mail, server, status_of
):
    to = {"host": "127.0.0.1", "port": server.port, "mail_from": US, "starttls": False}
    smtp = SmtpMail(**to, clock=utc_now, timeout_seconds=0.5)
    by_mail = Dispatcher(stores, {"mail": smtp}, sealer, clock)
    row_id = await put_mail()
    await put_mail(key="deviation:2")
    server.faults = [fault]
    assert await by_mail.dispatch() == 1
    assert await status_of(row_id) == "unknown"
    clock.pass_(minutes=1)
    assert await by_mail.dispatch() == 1
    first, other, again = [accepted.mail["Message-ID"] for accepted in server.accepted]
    assert first == again != other
    assert await status_of(row_id) == "sent"


async def test_mails_whose_answers_are_lost_come_further_apart(by_mail, put_mail, server, clock):
    await put_mail()
    server.faults = ["END lost"] * 100
    for _ in range(24 * 60):
        await by_mail.dispatch()
        clock.pass_(minutes=1)
    assert len(server.accepted) < 24 + 10


async def test_nothing_is_told_to_a_server_that_cannot_encrypt(server):
    smtp = SmtpMail(
        host="127.0.0.1", port=server.port, mail_from=US, starttls=True, clock=utc_now, user="pafyll", password="right",
        timeout_seconds=2,
    )  # fmt: skip
    with pytest.raises(NotSent, match="STARTTLS"):
        await smtp.send(letter())
    assert set(server.heard) <= {"EHLO", "QUIT"}


async def test_login_and_mail_go_encrypted_to_a_server_that_proves_its_name(tmp_path):
    file = certificate(tmp_path)
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(file)
    ours = ssl.create_default_context(cafile=str(file))
    async with mail_server(theirs) as server:
        to = {"host": "127.0.0.1", "port": server.port, "mail_from": US, "starttls": True, "clock": utc_now}
        await SmtpMail(**to, tls=ours, user="pafyll", password="right").send(letter())
        [accepted] = server.accepted
        assert (accepted.encrypted, accepted.login) == (True, "pafyll")
        with pytest.raises(NotSent, match="535"):
            await SmtpMail(**to, tls=ours, user="pafyll", password="wrong").send(letter())
        with pytest.raises(NotSent):
            await SmtpMail(**to).send(letter())
    assert len(server.accepted) == 1


@pytest.mark.parametrize(
    ("domains", "told"),
    [([], "Ärende 1"), (["else.example"], "Ärende 1"), (["Region.Example"], "Avvikelse 1"), (["example"], "Ärende 1")],
)
async def test_only_where_the_way_is_encrypted_a_mail_says_more_than_the_case(domains, told, server):
    smtp = SmtpMail(
        host="127.0.0.1", port=server.port, mail_from=US, starttls=False, clock=lambda: SENT, tls_domains=domains
    )
    payload = {"subject": "Ärende 1", "text": "T", "by_tls": {"subject": "Avvikelse 1", "text": "Slag: sen"}}
    await smtp.send(letter(payload=payload))
    [accepted] = server.accepted
    assert accepted.mail["Subject"] == told
    assert ("Slag" in body(accepted.mail)) is (told == "Avvikelse 1")
    assert accepted.mail["Date"].datetime == SENT


@pytest.mark.parametrize(
    "line_end",
    ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028", "\0", "=?utf-8?q?=0d=0a?=", "=\n?utf-8?q?=0a?="],
)
@pytest.mark.parametrize("letters", [0, 90])
def test_no_subject_makes_a_header(line_end, letters):
    subject = f"Avvikelse{'ö' * letters}{line_end}Bcc: other@else.example"
    mail = mail_of(letter(payload={"subject": subject, "text": "T"}), US, at=SENT)
    read = BytesParser(policy=default).parsebytes(mail.as_bytes())
    assert "Bcc" not in read
    assert read["To"] == MAILBOX
    assert body(read) == "T\n"
    assert read["Subject"].startswith("Avvikelse")
    assert str(read["Subject"]).isprintable()


@pytest.mark.parametrize(
    "recipient",
    [
        "a@b.se\r\nRCPT TO:<c@d.se>",
        "a@b.se, c@d.se",
        "A <a@b.se>",
        '"a\n"@b.se',
        "=?utf-8?q?=0a?=@b.se",
        "a@b.se\n",
        "åsa@b.se",
        "a",
        "",
    ],
)
async def test_a_recipient_that_is_not_one_bare_address_is_refused(recipient, smtp, server):
    with pytest.raises(Rejected):
        await smtp.send(letter(recipient=recipient))
    assert server.connections == 0


@pytest.mark.parametrize("payload", [{}, {"subject": "S"}, {"subject": 1, "text": "T"}, {"subject": "S", "text": None}])
def test_a_payload_that_is_no_mail_is_refused(payload):
    with pytest.raises(Rejected):
        mail_of(letter(payload=payload), US, at=SENT)


async def test_the_demo_writes_mails_to_a_folder(stores, sealer, clock, settings, put_mail, status_of):
    row_id = await put_mail()
    assert await Dispatcher(stores, build_senders(settings), sealer, clock).dispatch() == 1
    [file] = (settings.var_folder / "mail").iterdir()
    mail = BytesParser(policy=default).parsebytes(file.read_bytes())
    assert (file.suffix, mail["To"], mail["Subject"]) == (".eml", MAILBOX, "Avvikelse 4711")
    assert body(mail) == "Ärende 4711.\n.\nHej\n"
    assert await status_of(row_id) == "sent"


async def test_a_process_that_died_after_writing_leaves_one_file(stores, sealer, clock, put_mail, tmp_path, status_of):
    folder = MailFolder(tmp_path / "mail", mail_from=US, clock=utc_now)
    row_id = await put_mail()

    class DiesAfterWriting:
        attempts = 8

        async def send(self, message):
            await folder.send(message)
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await Dispatcher(stores, {"mail": DiesAfterWriting()}, sealer, clock).dispatch()
    assert await status_of(row_id) == "sending"
    clock.pass_(minutes=2)
    await put_mail(key="deviation/2")
    assert await Dispatcher(stores, {"mail": folder}, sealer, clock).dispatch() == 2
    assert len(list((tmp_path / "mail").iterdir())) == 2
    assert await status_of(row_id) == "sent"


async def test_without_a_mail_server_mails_wait_however_long(stores, sealer, clock, put_mail, status_of, caplog):
    row_id = await put_mail()
    waiting = Dispatcher(stores, build_senders(Settings(**REAL)), sealer, clock)
    for _ in range(100):
        assert await waiting.dispatch() == 0
        clock.pass_(hours=2)
    assert await status_of(row_id) == "pending"
    assert "PAFYLL_SMTP_HOST" in caplog.messages[0]


@pytest.mark.parametrize(
    ("host", "wanted"), [("127.0.0.1", False), ("localhost", False), ("mail.region.example", True)]
)
def test_encryption_is_required_off_loopback(host, wanted):
    assert load_settings(smtp_host=host, mail_sender=US, **REAL).starttls_required is wanted


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"demo": True, "smtp_host": "mail.region.example"}, "PAFYLL_SMTP_HOST"),
        ({"smtp_host": "mail.region.example"}, "PAFYLL_MAIL_SENDER"),
        (FAR | {"mail_sender": "Påfyll <a@b.se>"}, "PAFYLL_MAIL_SENDER"),
        ({"smtp_host": "127.0.0.1", "mail_sender": US, "smtp_user": "u"}, "PAFYLL_SMTP_PASSWORD"),
        (FAR | {"smtp_starttls": False, "mail_tls_domains": ["region.example"]}, "PAFYLL_SMTP_STARTTLS"),
        (FAR | {"smtp_user": "u", "smtp_password": "p", "smtp_starttls": False}, "PAFYLL_SMTP_STARTTLS"),
    ],
)
def test_settings_that_would_hurt_stop_the_start(given, named):
    with pytest.raises(SettingsError, match=named):
        load_settings(**REAL | given)


def test_the_demo_may_send_to_a_mail_server_on_this_machine():
    assert isinstance(build_senders(Settings(demo=True, smtp_host="127.0.0.1", **REAL))["mail"], SmtpMail)


async def test_waiting_for_a_mail_server_uses_up_no_attempts(
    stores, sealer, clock, by_mail, put_mail, server, status_of
):
    row_id = await put_mail()
    waiting = Dispatcher(stores, build_senders(Settings(secret_key="s" * 40)), sealer, clock)
    for _ in range(2 * PATIENCE):
        assert await waiting.dispatch() == 0
        clock.pass_(hours=1)
    assert await status_of(row_id) == "pending"
    server.faults = ["MAIL 451"]
    assert await by_mail.dispatch() == 0
    assert await status_of(row_id) == "pending", "the first try that fails must not be the last"
    clock.pass_(minutes=1)
    assert await by_mail.dispatch() == 1


async def test_an_sms_waits_for_an_account_at_twilio_without_using_up_attempts(
    stores, sealer, clock, dispatcher, put_sms, twilio, status_of
):
    row_id = await put_sms()
    waiting = Dispatcher(stores, build_senders(Settings(secret_key="s" * 40)), sealer, clock)
    for _ in range(10):
        await waiting.dispatch()
        clock.pass_(hours=1)
    twilio.faults = ["500"]
    await dispatcher.dispatch()
    assert await status_of(row_id) == "pending"
    clock.pass_(minutes=1)
    assert await dispatcher.dispatch() == 1


class Slow:
    """Takes 30 seconds for each mail, and looks meanwhile at what else happens."""

    attempts = 8

    def __init__(self, clock, meanwhile=None) -> None:
        self._clock, self._meanwhile = clock, meanwhile
        self.sent: list[str] = []

    async def send(self, message: Outgoing) -> str:
        self.sent.append(message.key)
        self._clock.pass_(seconds=30)
        if self._meanwhile:
            await self._meanwhile()
        return message.key

    async def sent_before(self, message: Outgoing) -> None:
        return None

    async def close(self) -> None: ...


async def test_a_queue_of_slow_mails_outlasts_its_lease_and_nobody_else_sends_them(stores, sealer, clock, put_mail):
    other = Slow(clock)
    beside = Dispatcher(stores, {"mail": other}, sealer, clock)
    ours = Slow(clock, beside.dispatch)
    for number in range(5):
        await put_mail(key=f"deviation:{number}")
    assert await Dispatcher(stores, {"mail": ours}, sealer, clock).dispatch() == 2
    assert len(ours.sent) == 2  # the lease of the others had run out while they waited, and the other process had them
    assert sorted(ours.sent + other.sent) == [f"deviation:{number}" for number in range(5)]


async def test_one_that_takes_too_long_is_left_before_its_lease_ends(stores, sealer, clock, put_mail, status_of):
    class Hangs(Slow):
        async def send(self, message: Outgoing) -> str:
            await asyncio.Event().wait()
            return ""

    row_id = await put_mail()
    hanging = Dispatcher(stores, {"mail": Hangs(clock)}, sealer, clock, longest_seconds=0.05)
    assert await hanging.dispatch() == 0
    assert await status_of(row_id) == "unknown"
