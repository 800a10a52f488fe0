"""The tables, as SQLAlchemy Core. Only this package knows them; everybody else meets the values of ordering.model.

Moments are UTC and timezone-aware on both databases, days are dates, money is whole kronor.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
    text,
)
from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """A point in time. SQLite has no time zones: there the UTC clock reading is stored, and sorts as text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is UTC:
            return value
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _table(name: str, *parts: Any) -> Table:
    # AUTOINCREMENT: SQLite must not give a deleted row's id to a new row, since ids live on inside unique keys.
    return Table(name, metadata, *parts, sqlite_autoincrement=any(getattr(p, "name", None) == "id" for p in parts))


people = _table(
    "people",
    _id(),
    Column("region", String(20), nullable=False),
    Column("identity_number", String(12), nullable=False),
    Column("given_name", String(100), nullable=False),
    Column("family_name", String(100), nullable=False),
    Column("born", Date),
    Column("asylum_seeker", Boolean, nullable=False, default=False),
    Column("protected", Boolean, nullable=False, default=False),
    Column("street", String(200)),
    Column("postal_code", String(5)),
    Column("city", String(100)),
    # W12: an address the patient has saved; a new import of the population register leaves it alone.
    Column("own_street", String(200)),
    Column("own_postal_code", String(5)),
    Column("own_city", String(100)),
    Column("co_name", String(200)),
    Column("door_code", String(20)),
    Column("mobile", String(20)),
    Column("email", String(254)),
    Column("language", String(5), nullable=False, default="sv"),
    Column("own_language", String(5)),  # asked for by the person; a new import leaves it alone
    Column("sms_detail", String(10)),
    Column("own_sms_detail", String(10)),  # set by staff; a new import leaves it alone
    Index("uq_people_identity", "region", "identity_number", unique=True),
    Index("ix_people_mobile", "region", "mobile"),
)

representatives = _table(
    "representatives",
    Column("patient_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("representative_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True),
)

articles = _table(
    "articles",
    _id(),
    Column("region", String(20), nullable=False),
    Column("number", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("product", String(100), nullable=False),
    Column("area", String(20), nullable=False),
    Column("kind", String(20), nullable=False, default="ordinary"),
    Column("subgroup", String(100)),
    Column("supplier", String(100)),
    Column("supplier_contact", String(200)),
    Column("pieces_per_package", Integer, nullable=False, default=1),
    Column("price_kr", Integer),
    Column("supplier_number", String(40)),
    Column("warn_above", Integer),
    Column("stocked", Boolean),
    Column("variants", JSON, nullable=False, default=list),  # [[code, name, in_stock], ...] in the order to read them
    Index("uq_articles_number", "region", "number", unique=True),
)

units = _table(
    "units",
    Column("customer_number", String(6), primary_key=True),
    Column("region", String(20), nullable=False),
    Column("name", String(200), nullable=False),
)

payers = _table(
    "payers",
    Column("unit", ForeignKey("units.customer_number"), primary_key=True),
    Column("area", String(20), primary_key=True),
    Column("payer", String(100), nullable=False),
)

lines = _table(
    "lines",
    _id(),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("article_id", ForeignKey("articles.id"), nullable=False),
    Column("unit", String(6), nullable=False),
    Column("area", String(20), nullable=False),  # the article's, so that the key below proves that there is a payer
    Column("written", Date, nullable=False),
    Column("days_per_withdrawal", Integer, nullable=False),
    Column("withdrawals", Integer, nullable=False),
    Column("packages_per_withdrawal", Integer, nullable=False),
    Column("prescription_type", String(40)),
    Column("voided", Date),
    ForeignKeyConstraint(["unit", "area"], ["payers.unit", "payers.area"]),
    Index("uq_lines_number", "person_id", "number", unique=True),
)

_PLACED = "number IS NOT NULL AND payer IS NOT NULL AND day IS NOT NULL AND confirmed_at IS NOT NULL"

orders = _table(
    "orders",
    _id(),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("status", String(20), nullable=False),
    Column("status_at", Moment, nullable=False),
    # of a draft only
    Column("content", JSON(none_as_null=True)),
    Column("version", Integer, nullable=False, default=1),
    # of a placed order only
    Column("number", String(7), unique=True),
    Column("region", String(20)),
    Column("payer", String(100)),
    Column("channel", String(20)),
    Column("ordered_by", ForeignKey("people.id")),
    Column("day", Date),
    Column("confirmed_at", Moment),
    Column("send_after", Moment),
    Column("option", String(40)),
    Column("details", JSON(none_as_null=True)),
    Column("fee_kr", Integer),
    Column("expected_earliest", Date),
    Column("expected_latest", Date),
    Column("delivered_on", Date),
    Column("idempotency_key", String(200), unique=True),
    CheckConstraint(f"(status = 'new' AND content IS NOT NULL) OR (status <> 'new' AND {_PLACED})", name="whole"),
    Index(
        "uq_orders_draft",
        "person_id",
        unique=True,
        sqlite_where=text("status = 'new'"),
        postgresql_where=text("status = 'new'"),
    ),
    Index(
        "ix_orders_due",
        "send_after",
        sqlite_where=text("status = 'confirmed'"),
        postgresql_where=text("status = 'confirmed'"),
    ),
)

order_lines = _table(
    "order_lines",
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("line_id", ForeignKey("lines.id"), nullable=False, index=True),
    Column("article_number", String(20), nullable=False),
    Column("packages", Integer, nullable=False),
    Column("variants", JSON, nullable=False),
    CheckConstraint("packages > 0", name="packages"),
)

complaints = _table(
    "complaints",
    _id(),
    Column("case_number", String(7), nullable=False, unique=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("region", String(20), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("visit_id", Integer, nullable=False),  # no key: what a patient told outlives the visit
    Column("status", String(20), nullable=False),
    Column("kind", String(20)),
    Column("text", Text),
    Column("article_number", String(20)),
    Column("order_id", ForeignKey("orders.id")),
    Column("product", String(100)),
    Column("wanted", String(20)),
    Column("leftover", Boolean),
    Column("discovered", Date),
    Column("discovered_before", Date),
    Column("route", String(20)),
    Column("late", Boolean, nullable=False),
    Column("answered", JSON, nullable=False),
    Column("seen", String(50)),
)

pictures = _table(
    "pictures",
    _id(),
    Column("complaint_id", ForeignKey("complaints.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("received_at", Moment, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

callbacks = _table(
    "callbacks",
    _id(),
    Column("region", String(20), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("visit_id", Integer, nullable=False, index=True),  # no key: a booked call outlives the visit
    Column("opened_at", Moment, nullable=False),
    Column("language", String(5), nullable=False),
    Column("person_id", ForeignKey("people.id"), index=True),
    Column("status", String(20), nullable=False),
    Column("asking", String(30)),
    Column("day", Date),
    Column("starts", String(5)),
    Column("ends", String(5)),
    Column("looked_at", Date),
    Column("any_time", Boolean, nullable=False),
    Column("number", String(20)),
    Column("own", Boolean, nullable=False),
    Column("about", JSON, nullable=False),
    Column("seen", String(50)),
    Column("closed_at", Moment),
    Column("closed_by", String(100)),
    Index(
        "ix_callbacks_booked",
        "region",
        "number",
        sqlite_where=text("status = 'booked'"),
        postgresql_where=text("status = 'booked'"),
    ),
)

threads = _table(
    "threads",
    _id(),
    Column("channel", String(10), nullable=False),
    Column("region", String(20), nullable=False),
    Column("key", String(200), nullable=False),
    Column("address", String(20)),
    Column("lease_token", String(64)),
    Column("lease_until", Moment),
    Index("uq_threads_key", "channel", "key", unique=True),
)

inbox = _table(
    "inbox",
    _id(),
    Column("thread_id", ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
    Column("provider_id", String(200), nullable=False, unique=True),
    Column("status", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("handled_at", Moment),
    Column("sealed", LargeBinary),
    Column("text", Text),
    Column("reply", JSON(none_as_null=True)),
    Column("error", Text),
    Index(
        "ix_inbox_waiting",
        "thread_id",
        "id",
        sqlite_where=text("status = 'received'"),
        postgresql_where=text("status = 'received'"),
    ),
    Index("ix_inbox_thread", "thread_id", "id"),
    Index(
        "ix_inbox_dead",
        "id",
        sqlite_where=text("status = 'dead'"),
        postgresql_where=text("status = 'dead'"),
    ),
)

visits = _table(
    "visits",
    _id(),
    Column("thread_id", ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
    Column("sender_id", String(64), nullable=False, unique=True),
    Column("turns", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("language", String(5), nullable=False),
    Column("person_id", ForeignKey("people.id")),
    Column("speaker_id", ForeignKey("people.id")),
    Column("proof", String(20)),
    Column("state", JSON, nullable=False),
    Index("ix_visits_thread", "thread_id", "id"),
)

one_time_codes = _table(
    "one_time_codes",
    _id(),
    Column("visit_id", ForeignKey("visits.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", ForeignKey("people.id")),
    Column("digest", String(128), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used", Boolean, nullable=False),
    Index("ix_one_time_codes_sent", "person_id", "created_at"),
)

outbox = _table(
    "outbox",
    _id(),
    Column("kind", String(20), nullable=False),
    Column("recipient", String(200), nullable=False),
    Column("sender", String(200)),
    Column("status", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("sealed", LargeBinary),
    Column("key", String(200), nullable=False, unique=True),
    Column("order_id", ForeignKey("orders.id"), index=True),
    Column("unasked", Boolean, nullable=False, default=False, server_default=false()),
    Column("provider_id", String(200), index=True),
    Column("sent_at", Moment),
    Column("error", Text),
    Index(
        "ix_outbox_due",
        "due_at",
        sqlite_where=text("status IN ('pending', 'sending', 'unknown')"),
        postgresql_where=text("status IN ('pending', 'sending', 'unknown')"),
    ),
    Index(
        "ix_outbox_dead",
        "id",
        sqlite_where=text("status = 'dead'"),
        postgresql_where=text("status = 'dead'"),
    ),
)

# Numbers that have said STOPP: nothing unasked goes there.
stopped_numbers = _table(
    "stopped_numbers",
    Column("number", String(20), primary_key=True),
    Column("stopped_at", Moment, nullable=False),
)

phone_calls = _table(
    "phone_calls",
    _id(),
    Column("sid", String(40), nullable=False, unique=True),
    Column("region", String(20), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("transferred_at", Moment),
    Column("answered_at", Moment),
    Column("ended_at", Moment),
    Column("status", String(20)),
    Column("seconds", Integer),
    Column("followed_at", Moment),
    Index("ix_phone_calls_region_began_at", "region", "began_at"),
    Index(
        "ix_phone_calls_to_follow",
        "ended_at",
        sqlite_where=text("followed_at IS NULL"),
        postgresql_where=text("followed_at IS NULL"),
    ),
)

pins = _table(
    "pins",
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("salt", String(32), nullable=False),
    Column("digest", String(128), nullable=False),
    Column("set_at", Moment, nullable=False),
    Column("set_by", String(100), nullable=False),
    Column("wrong", Integer, nullable=False),
    Column("wrong_at", Moment),
)

# The migration adds triggers: rows are never changed, and none is removed before a year has gone.
access_log = _table(
    "access_log",
    _id(),
    Column("at", Moment, nullable=False, index=True),
    Column("region", String(20), nullable=False),
    Column("person_id", Integer, nullable=False),  # no key: what was read stays told when the person is erased
    Column("who", String(100), nullable=False),
    Column("speaker_id", Integer),
    Column("channel", String(20), nullable=False),
    Column("what", String(60), nullable=False),
    Column("why", String(60), nullable=False),
    Index("ix_access_log_person_id_id", "person_id", "id"),
)

facts = _table(
    "facts",
    Column("key", String(50), primary_key=True),
    Column("value", JSON, nullable=False),
)
