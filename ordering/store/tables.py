"""The tables, as SQLAlchemy Core. Only this package knows them; everybody else meets the values of ordering.model.

Moments are UTC and timezone-aware on both databases, days are dates, money is whole kronor.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    false,
    text,
)

from ordering.store.columns import Moment, id_column, table
from ordering.store.columns import metadata as metadata
from ordering.store.register_tables import articles as articles
from ordering.store.register_tables import lifted_blocks as lifted_blocks
from ordering.store.register_tables import lines as lines
from ordering.store.register_tables import payers as payers
from ordering.store.register_tables import people as people
from ordering.store.register_tables import pins as pins
from ordering.store.register_tables import representatives as representatives
from ordering.store.register_tables import units as units

_PLACED = "number IS NOT NULL AND payer IS NOT NULL AND day IS NOT NULL AND confirmed_at IS NOT NULL"

orders = table(
    "orders",
    id_column(),
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
    Index("ix_orders_region", "region", "status"),
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

order_lines = table(
    "order_lines",
    Column("order_id", ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("line_id", ForeignKey("lines.id"), nullable=False, index=True),
    Column("article_number", String(20), nullable=False),
    Column("packages", Integer, nullable=False),
    Column("variants", JSON, nullable=False),
    CheckConstraint("packages > 0", name="packages"),
)

complaints = table(
    "complaints",
    id_column(),
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
    Column("order_id", ForeignKey("orders.id"), index=True),
    Column("product", String(100)),
    Column("wanted", String(20)),
    Column("leftover", Boolean),
    Column("discovered", Date),
    Column("discovered_before", Date),
    Column("route", String(20)),
    Column("late", Boolean, nullable=False),
    Column("answered", JSON, nullable=False),
    Column("seen", String(50)),
    Column("closed_at", Moment),
    Column("closed_by", String(100)),
)

pictures = table(
    "pictures",
    id_column(),
    Column("complaint_id", ForeignKey("complaints.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("received_at", Moment, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

callbacks = table(
    "callbacks",
    id_column(),
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

threads = table(
    "threads",
    id_column(),
    Column("channel", String(10), nullable=False),
    Column("region", String(20), nullable=False),
    Column("key", String(200), nullable=False),
    Column("address", String(20)),
    Column("lease_token", String(64)),
    Column("lease_until", Moment),
    Column("serial", String(32)),
    Column("renewed_by", String(200)),
    Index("uq_threads_key", "channel", "key", unique=True),
)

inbox = table(
    "inbox",
    id_column(),
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

visits = table(
    "visits",
    id_column(),
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

one_time_codes = table(
    "one_time_codes",
    id_column(),
    Column("visit_id", ForeignKey("visits.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", ForeignKey("people.id")),
    Column("digest", String(128), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used", Boolean, nullable=False),
)

# State and browser are digests; what it takes to finish the login is sealed.
chat_logins = table(
    "chat_logins",
    id_column(),
    Column("state", String(64), nullable=False, unique=True),
    Column("browser", String(64), nullable=False),
    Column("message", String(200), nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("begun_at", Moment, nullable=False, index=True),
    Column("outcome", String(10), nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE")),
)

# Whose tries it counts stands in `key`, as a digest.
login_tries = table(
    "login_tries",
    id_column(),
    Column("what", String(10), nullable=False),
    Column("key", String(64), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Index("ix_login_tries_key_what_at", "key", "what", "at"),
)

outbox = table(
    "outbox",
    id_column(),
    Column("kind", String(20), nullable=False),
    Column("recipient", String(200), nullable=False),
    Column("sender", String(200)),
    Column("status", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("sealed", LargeBinary),
    Column("key", String(200), nullable=False, unique=True),
    Column("order_id", ForeignKey("orders.id"), index=True),
    Column("region", String(20)),
    Column("person_id", Integer, index=True),  # whom an SMS tells of; no key, since it may be kept longer
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
stopped_numbers = table(
    "stopped_numbers",
    Column("number", String(20), primary_key=True),
    Column("stopped_at", Moment, nullable=False),
)

phone_calls = table(
    "phone_calls",
    id_column(),
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

# The migration adds triggers: rows are never changed, and none is removed before a year has gone.
access_log = table(
    "access_log",
    id_column(),
    Column("at", Moment, nullable=False, index=True),
    Column("region", String(20), nullable=False),
    Column("person_id", Integer, nullable=False),  # no key: what was read stays told when the person is erased
    Column("who", String(100), nullable=False),
    Column("speaker_id", Integer),
    Column("channel", String(20), nullable=False),
    Column("did", String(10), nullable=False, server_default="read"),
    Column("what", String(60), nullable=False),
    Column("why", String(60), nullable=False),
    Index("ix_access_log_person_id_id", "person_id", "id"),
)

facts = table(
    "facts",
    Column("key", String(50), primary_key=True),
    Column("value", JSON, nullable=False),
)
