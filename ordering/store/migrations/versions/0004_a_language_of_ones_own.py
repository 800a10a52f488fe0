"""A person has the language that they asked for, beside the one that the register says.

Revision: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("people", sa.Column("own_language", sa.String(5)))
