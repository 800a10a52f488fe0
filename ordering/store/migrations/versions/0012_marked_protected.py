"""Protected identity as staff have marked it; codes are counted in a table of their own.

Revision: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("people", sa.Column("marked_protected", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.drop_index("ix_one_time_codes_sent", "one_time_codes")
