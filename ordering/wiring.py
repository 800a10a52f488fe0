"""The one place that knows which adapter stands behind each port. Doors and processes build what they need here.

Adapters are imported where they are built, so that a process pays only for those it uses.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ordering.ports import Media, PickupPoints, Sealer, Stores, Transaction
from ordering.settings import Settings
from rulebook import Rulebook, load_rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ordering.outbox.dispatcher import Dispatcher
    from ordering.outbox.sending import Sender
    from ordering.store import SqlStores
    from ordering.store.demo_rows import Rows


def build_stores(settings: Settings) -> "SqlStores":
    """Close them (`await stores.close()`) in the event loop that used them."""
    from ordering.store import SqlStores

    return SqlStores(settings.database_url)


async def migrate(settings: Settings) -> None:
    """Brings the database to the newest tables; makes the file of an SQLite database. Nothing when it is there."""
    from ordering.store.migrations import upgrade

    await upgrade(settings.database_url)


def build_sealer(settings: Settings) -> Sealer:
    from ordering.sealer import SecretKeySealer

    return SecretKeySealer(settings.secret_key, settings.other_secret_keys)


def build_pickup_points(settings: Settings) -> PickupPoints:
    from ordering.pickup_points import FixturePickupPoints

    return FixturePickupPoints(settings.pickup_points_file)


def build_book(settings: Settings) -> Rulebook:
    """The rule book; in the demo one that notes what it answers, for the demo's page."""
    book = load_rulebook()
    if not settings.demo:
        return book
    from ordering.demo_trace import Trace, watched

    return watched(book, Trace(settings.var_folder))


async def demo_rows(stores: Stores) -> "Rows":
    """What the demo's page compares before and after a turn."""
    from ordering.store.demo_rows import rows
    from ordering.store.stores import SqlStores

    return await rows(stores) if isinstance(stores, SqlStores) else {}


def build_media(settings: Settings) -> Media | None:
    """Where the pictures of an MMS are fetched; None without an account at Twilio."""
    from ordering.twilio_media import TwilioMedia

    if not settings.twilio_configured:
        return None
    return TwilioMedia(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        base_url=settings.twilio_base_url,
    )


def build_senders(settings: Settings) -> "Mapping[str, Sender]":
    """A sender for each kind of outbox row."""
    from ordering.outbox.distributor import DistributorFolder, DistributorRest
    from ordering.outbox.senders import TwilioSms
    from ordering.twilio_media import TwilioMediaDeletion

    distributor: Sender = DistributorFolder(settings.distributor_folder)
    if settings.distributor_url:
        distributor = DistributorRest(settings.distributor_url, settings.distributor_secret, clock=utc_now)
    senders: dict[str, Sender] = {"distributor": distributor, "mail": _mail_sender(settings)}
    if settings.twilio_configured:
        senders["sms"] = TwilioSms(
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            base_url=settings.twilio_base_url,
            status_callback=f"{settings.public_url}/twilio/sms/status",
            clock=utc_now,
        )
        senders["media"] = TwilioMediaDeletion(
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            base_url=settings.twilio_base_url,
        )
    return senders


def _mail_sender(settings: Settings) -> "Sender":
    from ordering.outbox.mail import MailFolder, MailWaits, SmtpMail

    if settings.smtp_host:
        return SmtpMail(
            host=settings.smtp_host,
            port=settings.smtp_port,
            user=settings.smtp_user,
            password=settings.smtp_password,
            starttls=settings.starttls_required,
            tls_domains=settings.mail_tls_domains,
            mail_from=settings.mail_sender,
            clock=utc_now,
        )
    if not settings.demo:
        return MailWaits()
    return MailFolder(settings.mail_folder, mail_from=settings.mail_sender, clock=utc_now)


def build_dispatcher(settings: Settings, stores: Stores) -> "Dispatcher":
    """Sends what is in the outbox."""
    from ordering.outbox.dispatcher import Dispatcher

    return Dispatcher(stores, build_senders(settings), build_sealer(settings), utc_now, moved_clock=settings.demo)


def utc_now() -> datetime:
    return datetime.now(UTC)


async def now(tx: Transaction, settings: Settings) -> datetime:
    """The moment that rules and orders go by: UTC now, moved by the demo's clock offset in demo mode.

    Codes, leases and time-outs use `utc_now()` instead.
    """
    if not settings.demo:
        return utc_now()
    return utc_now() + await tx.facts.clock_offset()
