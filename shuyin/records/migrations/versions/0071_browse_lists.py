"""browse lists

Revision: 0071, after 0065
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "browse_entries",
        sa.Column("id", key, autoincrement=True, nullable=False),
        sa.Column("list", sa.String(16), nullable=False),
        sa.Column("value", sa.String(255), nullable=False),
        sa.Column("see", sa.String(255), nullable=False),
        sa.Column("stroke", sa.LargeBinary(240), nullable=False),
        sa.Column("zhuyin", sa.LargeBinary(240), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_browse_entries")),
        sa.UniqueConstraint("list", "value", "see", name=op.f("uq_browse_entries_list")),
    )
    op.create_index("ix_browse_entries_stroke", "browse_entries", ["list", "stroke", "id"])
    op.create_index("ix_browse_entries_zhuyin", "browse_entries", ["list", "zhuyin", "id"])
    op.create_index("ix_browse_entries_see", "browse_entries", ["list", "see"])
    op.create_index(op.f("ix_browse_entries_origin"), "browse_entries", ["origin"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("browse_entries")
