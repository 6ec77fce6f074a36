"""ranges and ledger of ISBNs, CIP numbers, the cataloguing desk

Revision: 0060, after 0052
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    _ranges(key)
    op.create_table(
        "cip_numbers",
        sa.Column("number", sa.String(9), nullable=False),
        sa.Column("filing_id", key, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_cip_numbers_filing_id_filings")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cip_numbers")),
        sa.UniqueConstraint("filing_id", name=op.f("uq_cip_numbers_filing_id")),
    )
    op.create_table(
        "cataloguing",
        sa.Column("filing_id", key, nullable=False),
        sa.Column("book_id", key, nullable=False),
        sa.Column("recommendation_id", sa.BigInteger(), nullable=True),
        sa.Column("accepted", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(128), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(128), nullable=True),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_cataloguing_filing_id_filings")),
        sa.ForeignKeyConstraint(["book_id"], ["books.id"], name=op.f("fk_cataloguing_book_id_books")),
        sa.PrimaryKeyConstraint("filing_id", name=op.f("pk_cataloguing")),
    )
    op.create_index(op.f("ix_cataloguing_book_id"), "cataloguing", ["book_id"])
    op.create_index(op.f("ix_cataloguing_released_at"), "cataloguing", ["released_at"])


def _ranges(key: sa.types.TypeEngine[int]) -> None:
    op.create_table(
        "isbn_ranges",
        sa.Column("id", key, autoincrement=True, nullable=False),
        sa.Column("organisation_id", key, nullable=False),
        sa.Column("prefix", sa.String(24), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(128), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_isbn_ranges_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_isbn_ranges")),
        sa.UniqueConstraint("prefix", "first", name=op.f("uq_isbn_ranges_prefix")),
    )
    op.create_index(op.f("ix_isbn_ranges_organisation_id"), "isbn_ranges", ["organisation_id"])
    op.create_index("ix_isbn_ranges_prefix", "isbn_ranges", ["prefix"])
    op.create_table(
        "isbn_numbers",
        sa.Column("isbn", sa.String(13), nullable=False),
        sa.Column("range_id", key, nullable=False),
        sa.Column("organisation_id", key, nullable=False),
        sa.Column("filing_id", key, nullable=True),
        sa.Column("item", sa.String(64), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.ForeignKeyConstraint(["range_id"], ["isbn_ranges.id"], name=op.f("fk_isbn_numbers_range_id_isbn_ranges")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_isbn_numbers_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_isbn_numbers_filing_id_filings")),
        sa.PrimaryKeyConstraint("isbn", name=op.f("pk_isbn_numbers")),
        sa.UniqueConstraint("filing_id", "item", name=op.f("uq_isbn_numbers_filing_id")),
    )
    op.create_index(op.f("ix_isbn_numbers_range_id"), "isbn_numbers", ["range_id"])
    op.create_index(op.f("ix_isbn_numbers_organisation_id"), "isbn_numbers", ["organisation_id"])


def downgrade() -> None:
    """Take back."""
    for table in ("cataloguing", "cip_numbers", "isbn_numbers", "isbn_ranges"):
        op.drop_table(table)
