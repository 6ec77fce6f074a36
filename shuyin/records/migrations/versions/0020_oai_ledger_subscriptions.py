"""OAI ledger and e-mail subscriptions

Revision: 0020, after 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "oai_entries",
        sa.Column("record_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("main_class", sa.String(length=1), nullable=True),
        sa.Column("announced_on", sa.Date(), nullable=True),
        sa.Column("collection", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_oai_entries")),
    )
    with op.batch_alter_table("oai_entries") as batch_op:
        batch_op.create_index("ix_oai_entries_stamp", ["stamp", "record_id"], unique=False)
        for column in ("format", "language", "main_class", "announced_on", "collection"):
            batch_op.create_index(f"ix_oai_entries_{column}", [column, "stamp", "record_id"], unique=False)

    op.create_table(
        "subscriptions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("interests", sa.JSON(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("letter_day", sa.Date(), nullable=True),
        sa.Column("bounces", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("address_key", name=op.f("uq_subscriptions_address_key")),
    )
    with op.batch_alter_table("subscriptions") as batch_op:
        batch_op.create_index("ix_subscriptions_state_hour", ["state", "hour"], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table("subscriptions")
    op.drop_table("oai_entries")
