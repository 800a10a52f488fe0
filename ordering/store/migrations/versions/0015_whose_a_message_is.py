"""Whose each outgoing SMS tells about, since it may go to somebody else.

Revision: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("person_id", sa.Integer()))
    op.create_index("ix_outbox_person_id", "outbox", ["person_id"])
