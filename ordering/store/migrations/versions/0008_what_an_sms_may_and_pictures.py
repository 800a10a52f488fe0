"""Numbers that said STOPP, how much an SMS may tell a person, and pictures of what is wrong.

Revision: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "stopped_numbers",
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_stopped_numbers"),
    )
    op.add_column("outbox", sa.Column("unasked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("people", sa.Column("own_sms_detail", sa.String(10)))
    op.create_table(
        "pictures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pictures"),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name="fk_pictures_complaint_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("key", name="uq_pictures_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pictures_complaint_id", "pictures", ["complaint_id"])
