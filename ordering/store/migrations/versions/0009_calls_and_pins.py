"""Calls to the phone line and how they went, and PIN codes for people without a mobile.

Revision: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "phone_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sid", sa.String(40), nullable=False),
        sa.Column("region", sa.String(20), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("transferred_at", MOMENT),
        sa.Column("answered_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("status", sa.String(20)),
        sa.Column("seconds", sa.Integer()),
        sa.Column("followed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_phone_calls"),
        sa.UniqueConstraint("sid", name="uq_phone_calls_sid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_phone_calls_region_began_at", "phone_calls", ["region", "began_at"])
    to_follow = sa.text("followed_at IS NULL")
    op.create_index(
        "ix_phone_calls_to_follow", "phone_calls", ["ended_at"], sqlite_where=to_follow, postgresql_where=to_follow
    )
    op.create_table(
        "pins",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(128), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by", sa.String(100), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("wrong_at", MOMENT),
        sa.PrimaryKeyConstraint("person_id", name="pk_pins"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_pins_person_id", ondelete="CASCADE"),
    )
