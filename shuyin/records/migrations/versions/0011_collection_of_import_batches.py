"""collection of import batches

Revision: 0011, after 0010; written 2026-11-21 02:08:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("import_batches") as batch_op:
        batch_op.add_column(sa.Column("collection", sa.String(length=32), nullable=False, server_default="books"))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("import_batches") as batch_op:
        batch_op.drop_column("collection")
