"""recommendations: from where a recommendation was asked for

Revision: 0052, after 0051
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("recommendations") as table:
        table.add_column(sa.Column("origin", sa.String(length=16), nullable=False, server_default="filing"))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("recommendations") as table:
        table.drop_column("origin")
