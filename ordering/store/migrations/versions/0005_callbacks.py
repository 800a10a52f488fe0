"""Patients who want customer service to call.

Revision: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "callbacks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(20), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("person_id", sa.Integer()),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("asking", sa.String(30)),
        sa.Column("day", sa.Date()),
        sa.Column("starts", sa.String(5)),
        sa.Column("ends", sa.String(5)),
        sa.Column("looked_at", sa.Date()),
        sa.Column("any_time", sa.Boolean(), nullable=False),
        sa.Column("number", sa.String(20)),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("seen", sa.String(50)),
        sa.Column("closed_at", MOMENT),
        sa.Column("closed_by", sa.String(100)),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_callbacks_person_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_callbacks_visit_id", "callbacks", ["visit_id"])
    op.create_index("ix_callbacks_person_id", "callbacks", ["person_id"])
    booked = sa.text("status = 'booked'")
    op.create_index(
        "ix_callbacks_booked", "callbacks", ["region", "number"], sqlite_where=booked, postgresql_where=booked
    )
