"""covers

Revision: 0076, after 0072
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shuyin.records.models import UtcDateTime

revision = "0076"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "covers",
        sa.Column("isbn", sa.String(length=13), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(length=128), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("isbn", name=op.f("pk_covers")),
    )
    op.create_index(op.f("ix_covers_digest"), "covers", ["digest"])
    op.create_index(op.f("ix_covers_added_at"), "covers", ["added_at"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("covers")
