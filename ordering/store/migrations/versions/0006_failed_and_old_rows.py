"""Indexes that find given-up messages, and what is left of a conversation, without reading everything.

Revision: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index("ix_inbox_thread", "inbox", ["thread_id", "id"])
    dead = sa.text("status = 'dead'")
    for table in ("inbox", "outbox"):
        op.create_index(f"ix_{table}_dead", table, ["id"], sqlite_where=dead, postgresql_where=dead)
