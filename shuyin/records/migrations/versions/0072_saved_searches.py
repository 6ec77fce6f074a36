"""saved searches and search history of signed-in readers

Revision: 0072, after 0071
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id_users"), ondelete="CASCADE"
    )


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "saved_searches",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("link_version", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        _of_user("saved_searches"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
    )
    op.create_index(op.f("ix_saved_searches_user_id"), "saved_searches", ["user_id"])
    op.create_table(
        "search_history",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        _of_user("search_history"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_history")),
        sa.UniqueConstraint("user_id", "digest", name=op.f("uq_search_history_user_id")),
    )
    op.create_index(op.f("ix_search_history_user_id"), "search_history", ["user_id"])
    op.create_index(op.f("ix_search_history_at"), "search_history", ["at"])
    op.create_table(
        "reader_preferences",
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("keep_history", sa.Boolean(), nullable=False),
        _of_user("reader_preferences"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_reader_preferences")),
    )


def downgrade() -> None:
    """Take back."""
    for table in ("reader_preferences", "search_history", "saved_searches"):
        op.drop_table(table)
