"""Whom each outgoing SMS tells of, since it may go to somebody else, and whose staff may see a message that failed.

Revision: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("person_id", sa.Integer()))
    op.add_column("outbox", sa.Column("region", sa.String(20)))
    op.create_index("ix_outbox_person_id", "outbox", ["person_id"])
