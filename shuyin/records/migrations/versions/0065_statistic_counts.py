"""counts of the statistics, kept step by step

Revision: 0065, after 0060
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "statistic_facts",
        sa.Column("subject", sa.String(length=8), nullable=False),
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("counts_from", sa.Date(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "record_id", name=op.f("pk_statistic_facts")),
    )
    op.create_table(
        "statistic_counts",
        sa.Column("subject", sa.String(length=8), nullable=False),
        sa.Column("dimension", sa.String(length=16), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("counts_from", sa.Date(), nullable=False),
        sa.Column("value", sa.String(length=120), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "subject", "dimension", "month", "counts_from", "value", name=op.f("pk_statistic_counts")
        ),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("statistic_counts")
    op.drop_table("statistic_facts")
