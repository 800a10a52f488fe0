"""Logins to the chat by electronic ID, and which token of a chat session is the present one.

Revision: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "chat_logins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("message", sa.String(200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("person_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_chat_logins"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_chat_logins_person_id", ondelete="CASCADE"),
        sa.UniqueConstraint("state", name="uq_chat_logins_state"),
        sa.UniqueConstraint("message", name="uq_chat_logins_message"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_chat_logins_begun_at", "chat_logins", ["begun_at"])
    op.add_column("threads", sa.Column("serial", sa.String(32)))
    op.add_column("threads", sa.Column("renewed_by", sa.String(200)))
