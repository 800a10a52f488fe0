"""The first tables.

Revision: 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def _only(rows: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)}


def upgrade() -> None:
    _people_and_prescriptions()
    _orders()
    _conversations()
    _outbox_and_facts()


def _people_and_prescriptions() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(20), nullable=False),
        sa.Column("identity_number", sa.String(12), nullable=False),
        sa.Column("given_name", sa.String(100), nullable=False),
        sa.Column("family_name", sa.String(100), nullable=False),
        sa.Column("born", sa.Date()),
        sa.Column("asylum_seeker", sa.Boolean(), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("street", sa.String(200)),
        sa.Column("postal_code", sa.String(5)),
        sa.Column("city", sa.String(100)),
        sa.Column("own_street", sa.String(200)),
        sa.Column("own_postal_code", sa.String(5)),
        sa.Column("own_city", sa.String(100)),
        sa.Column("co_name", sa.String(200)),
        sa.Column("door_code", sa.String(20)),
        sa.Column("mobile", sa.String(20)),
        sa.Column("email", sa.String(254)),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("sms_detail", sa.String(10)),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_people_mobile", "people", ["region", "mobile"])
    op.create_index("uq_people_identity", "people", ["region", "identity_number"], unique=True)
    op.create_table(
        "representatives",
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("representative_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id"], ["people.id"], name="fk_representatives_patient_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["representative_id"], ["people.id"], name="fk_representatives_representative_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("patient_id", "representative_id", name="pk_representatives"),
    )
    op.create_index("ix_representatives_representative_id", "representatives", ["representative_id"])
    op.create_table(
        "articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(20), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("product", sa.String(100), nullable=False),
        sa.Column("area", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subgroup", sa.String(100)),
        sa.Column("supplier", sa.String(100)),
        sa.Column("supplier_contact", sa.String(200)),
        sa.Column("pieces_per_package", sa.Integer(), nullable=False),
        sa.Column("price_kr", sa.Integer()),
        sa.Column("variants", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_articles_number", "articles", ["region", "number"], unique=True)
    op.create_table(
        "units",
        sa.Column("customer_number", sa.String(6), nullable=False),
        sa.Column("region", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("customer_number", name="pk_units"),
    )
    op.create_table(
        "payers",
        sa.Column("unit", sa.String(6), nullable=False),
        sa.Column("area", sa.String(20), nullable=False),
        sa.Column("payer", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["unit"], ["units.customer_number"], name="fk_payers_unit"),
        sa.PrimaryKeyConstraint("unit", "area", name="pk_payers"),
    )
    op.create_table(
        "lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(6), nullable=False),
        sa.Column("area", sa.String(20), nullable=False),
        sa.Column("written", sa.Date(), nullable=False),
        sa.Column("days_per_withdrawal", sa.Integer(), nullable=False),
        sa.Column("withdrawals", sa.Integer(), nullable=False),
        sa.Column("packages_per_withdrawal", sa.Integer(), nullable=False),
        sa.Column("prescription_type", sa.String(40)),
        sa.Column("voided", sa.Date()),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name="fk_lines_article_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_lines_person_id"),
        sa.ForeignKeyConstraint(["unit", "area"], ["payers.unit", "payers.area"], name="fk_lines_unit_area"),
        sa.PrimaryKeyConstraint("id", name="pk_lines"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_lines_number", "lines", ["person_id", "number"], unique=True)


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("status_at", MOMENT, nullable=False),
        sa.Column("content", sa.JSON()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(7)),
        sa.Column("region", sa.String(20)),
        sa.Column("payer", sa.String(100)),
        sa.Column("channel", sa.String(20)),
        sa.Column("ordered_by", sa.Integer()),
        sa.Column("day", sa.Date()),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("send_after", MOMENT),
        sa.Column("option", sa.String(40)),
        sa.Column("details", sa.JSON()),
        sa.Column("fee_kr", sa.Integer()),
        sa.Column("expected_earliest", sa.Date()),
        sa.Column("expected_latest", sa.Date()),
        sa.Column("delivered_on", sa.Date()),
        sa.Column("idempotency_key", sa.String(200)),
        sa.CheckConstraint(
            "(status = 'new' AND content IS NOT NULL) OR (status <> 'new' AND number IS NOT NULL"
            " AND payer IS NOT NULL AND day IS NOT NULL AND confirmed_at IS NOT NULL)",
            name=op.f("ck_orders_whole"),
        ),
        sa.ForeignKeyConstraint(["ordered_by"], ["people.id"], name="fk_orders_ordered_by"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_orders_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("idempotency_key", name="uq_orders_idempotency_key"),
        sa.UniqueConstraint("number", name="uq_orders_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_orders_due", "orders", ["send_after"], **_only("status = 'confirmed'"))
    op.create_index("ix_orders_person_id", "orders", ["person_id"])
    op.create_index("uq_orders_draft", "orders", ["person_id"], unique=True, **_only("status = 'new'"))
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("article_number", sa.String(20), nullable=False),
        sa.Column("packages", sa.Integer(), nullable=False),
        sa.Column("variants", sa.JSON(), nullable=False),
        sa.CheckConstraint("packages > 0", name=op.f("ck_order_lines_packages")),
        sa.ForeignKeyConstraint(["line_id"], ["lines.id"], name="fk_order_lines_line_id"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_order_lines_order_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("order_id", "position", name="pk_order_lines"),
    )
    op.create_index("ix_order_lines_line_id", "order_lines", ["line_id"])
    op.create_table(
        "complaints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_number", sa.String(7), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_complaints_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_complaints"),
        sa.UniqueConstraint("case_number", name="uq_complaints_case_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_complaints_person_id", "complaints", ["person_id"])


def _conversations() -> None:
    op.create_table(
        "threads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("region", sa.String(20), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("address", sa.String(20)),
        sa.Column("lease_token", sa.String(64)),
        sa.Column("lease_until", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_threads"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_threads_key", "threads", ["channel", "key"], unique=True)
    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.String(200), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("handled_at", MOMENT),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("text", sa.Text()),
        sa.Column("reply", sa.JSON()),
        sa.Column("error", sa.Text()),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name="fk_inbox_thread_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("provider_id", name="uq_inbox_provider_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_waiting", "inbox", ["thread_id", "id"], **_only("status = 'received'"))
    op.create_table(
        "visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("sender_id", sa.String(64), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("person_id", sa.Integer()),
        sa.Column("speaker_id", sa.Integer()),
        sa.Column("proof", sa.String(20)),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_visits_person_id"),
        sa.ForeignKeyConstraint(["speaker_id"], ["people.id"], name="fk_visits_speaker_id"),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], name="fk_visits_thread_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
        sa.UniqueConstraint("sender_id", name="uq_visits_sender_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_visits_thread", "visits", ["thread_id", "id"])
    op.create_table(
        "one_time_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer()),
        sa.Column("digest", sa.String(128), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_one_time_codes_person_id"),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name="fk_one_time_codes_visit_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_codes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_one_time_codes_sent", "one_time_codes", ["person_id", "created_at"])
    op.create_index("ix_one_time_codes_visit_id", "one_time_codes", ["visit_id"])


def _outbox_and_facts() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("recipient", sa.String(200), nullable=False),
        sa.Column("sender", sa.String(200)),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("order_id", sa.Integer()),
        sa.Column("provider_id", sa.String(200)),
        sa.Column("sent_at", MOMENT),
        sa.Column("error", sa.Text()),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name="fk_outbox_order_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_due", "outbox", ["due_at"], **_only("status IN ('pending', 'sending', 'unknown')"))
    op.create_index("ix_outbox_order_id", "outbox", ["order_id"])
    op.create_index("ix_outbox_provider_id", "outbox", ["provider_id"])
    op.create_table(
        "facts",
        sa.Column("key", sa.String(50), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_facts"),
    )
