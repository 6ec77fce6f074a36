"""Tables of the system of record (SQLAlchemy 2). Times are UTC; `NULL` means not known."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from shuyin.records.book import DepositState

#: SQLite gives out row ids for INTEGER keys only.
BigKey = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time in and out, also on SQLite, which keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Parent of all tables; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class BookRow(Base):
    """One bibliographic record; `marc` is its truth (ISO 2709, UTF-8), see decision 1."""

    __tablename__ = "books"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    marc: Mapped[bytes] = mapped_column(LargeBinary)
    collection: Mapped[str] = mapped_column(String(32), default="books")  # books | cbeta | …
    source: Mapped[str] = mapped_column(String(64))  # who sent it: a file's declared origin, a harvest source
    control_agency: Mapped[str | None] = mapped_column(String(64))  # 003
    control_number: Mapped[str | None] = mapped_column(String(128))  # 001
    #: what is matched on re-import: "{source}|{003}|{001}" (+ "|n" for a repeated number), or "isbn|…"
    identity: Mapped[str] = mapped_column(String(255), unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))  # sha256 of the original record
    original: Mapped[bytes | None] = mapped_column(LargeBinary)  # where the source is not MARC21 in UTF-8
    original_format: Mapped[str | None] = mapped_column(String(16))
    #: folded title, author, publisher, edition: joins the bindings of one book (docs/importing.md)
    work_key: Mapped[str | None] = mapped_column(String(32), index=True)
    #: catalogued → public; draft, cip → filing only. Only rows with `public` enter the indexes.
    public: Mapped[bool] = mapped_column(Boolean, default=True)
    public_from: Mapped[datetime | None] = mapped_column(UtcDateTime)  # date of exposure; NULL = at once
    announced_on: Mapped[date | None] = mapped_column(Date, index=True)  # the day of the new-book feed
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # last change by people here, not by an import
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batches.id"))  # the last import that saw it

    bindings: Mapped[list[BindingRow]] = relationship(
        back_populates="book", order_by="BindingRow.position", cascade="all, delete-orphan"
    )


class BindingRow(Base):
    """One binding of a book: the ISBN look-up and what MARC does not hold (deposit)."""

    __tablename__ = "bindings"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    isbn: Mapped[str | None] = mapped_column(String(13), index=True)
    deposit_state: Mapped[str] = mapped_column(String(16), default=DepositState.UNKNOWN.value)
    deposited_on: Mapped[date | None] = mapped_column(Date)

    book: Mapped[BookRow] = relationship(back_populates="bindings")
    cover: Mapped[CoverRow | None] = relationship(
        primaryjoin="foreign(BindingRow.isbn) == CoverRow.isbn", viewonly=True, uselist=False, lazy="joined"
    )


class CoverRow(Base):
    """The cover of a binding, by its ISBN (`records.covers`); `digest` names its files."""

    __tablename__ = "covers"

    isbn: Mapped[str] = mapped_column(String(13), primary_key=True)
    digest: Mapped[str] = mapped_column(String(32), index=True)
    width: Mapped[int] = mapped_column(Integer)  # of the picture handed in, in pixels
    height: Mapped[int] = mapped_column(Integer)
    added_by: Mapped[str] = mapped_column(String(128))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)


class Contribution(Base):
    """One source record of a book that is made from several (one ISBN per row); absent where a single one made it.

    `BookRow.marc` is the first contribution with the bindings of the others added (`records.merging`).
    """

    __tablename__ = "contributions"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id", ondelete="CASCADE"), index=True)
    identity: Mapped[str] = mapped_column(String(255), unique=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    marc: Mapped[bytes] = mapped_column(LargeBinary)
    source: Mapped[str] = mapped_column(String(64))
    original: Mapped[bytes | None] = mapped_column(LargeBinary)
    original_format: Mapped[str | None] = mapped_column(String(16))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batches.id"))


class RecordVersion(Base):
    """A former state of a record, kept at each change (I6)."""

    __tablename__ = "record_versions"
    __table_args__ = (UniqueConstraint("kind", "record_id", "version"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(16))
    record_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(LargeBinary)  # MARC for books, JSON for the rest
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    changed_by: Mapped[str | None] = mapped_column(String(128))
    reason: Mapped[str | None] = mapped_column(Text)


class AlbumRow(Base):
    """A recorded-music release; public from 00:00 Asia/Taipei of `released` (A7)."""

    __tablename__ = "albums"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    title: Mapped[str] = mapped_column(Text)
    performers: Mapped[list[str]] = mapped_column(JSON, default=list)
    released: Mapped[str | None] = mapped_column(String(10))  # YYYY, YYYY-MM or YYYY-MM-DD
    registered_on: Mapped[date | None] = mapped_column(Date, index=True)  # reported here; NULL = imported history
    category: Mapped[str | None] = mapped_column(String(64))  # 有聲出版類別
    work_type: Mapped[str | None] = mapped_column(String(64))  # 作品類型
    medium: Mapped[str | None] = mapped_column(String(64))
    catalogue_number: Mapped[str | None] = mapped_column(String(64))
    barcode: Mapped[str | None] = mapped_column(String(32))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    company_name: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    cover: Mapped[str | None] = mapped_column(String(128))
    identity: Mapped[str] = mapped_column(String(255), unique=True)
    source: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    tracks: Mapped[list[TrackRow]] = relationship(
        back_populates="album", order_by="TrackRow.position", cascade="all, delete-orphan"
    )


class TrackRow(Base):
    """One recording on an album."""

    __tablename__ = "tracks"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    album_id: Mapped[int] = mapped_column(ForeignKey("albums.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    number: Mapped[int | None] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Text)
    isrc: Mapped[str | None] = mapped_column(String(12), index=True)
    #: role (表演者, 作詞者, 作曲者, 編曲者, 製作人 …) → names
    credits: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    length_seconds: Mapped[int | None] = mapped_column(Integer)
    production_company: Mapped[str | None] = mapped_column(Text)
    recorded_on: Mapped[str | None] = mapped_column(String(10))
    ai_assisted: Mapped[bool | None] = mapped_column(Boolean)
    from_abroad: Mapped[bool | None] = mapped_column(Boolean)
    reused: Mapped[bool | None] = mapped_column(Boolean)
    sample: Mapped[str | None] = mapped_column(String(128))

    album: Mapped[AlbumRow] = relationship(back_populates="tracks")


class OrganisationRow(Base):
    """A publisher or music company. `consent_public` unknown counts as no: only the name is shown."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(Text)
    name_key: Mapped[str] = mapped_column(String(255), index=True)  # folded for matching
    short_name: Mapped[str | None] = mapped_column(Text)
    other_names: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_publisher: Mapped[bool] = mapped_column(Boolean, default=False)
    is_music_company: Mapped[bool] = mapped_column(Boolean, default=False)
    kind: Mapped[str | None] = mapped_column(String(32))  # 團體 | 個人 …
    consent_public: Mapped[bool | None] = mapped_column(Boolean)
    address: Mapped[str | None] = mapped_column(Text)
    telephone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(Text)
    subject_range: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    prefixes: Mapped[list[RegistrantPrefix]] = relationship(back_populates="organisation", cascade="all, delete-orphan")


class RegistrantPrefix(Base):
    """An ISBN registrant prefix or ISRC registrant code; one prefix may belong to several organisations."""

    __tablename__ = "registrant_prefixes"
    __table_args__ = (UniqueConstraint("organisation_id", "scheme", "prefix"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"), index=True)
    scheme: Mapped[str] = mapped_column(String(8))  # isbn | isrc
    prefix: Mapped[str] = mapped_column(String(24), index=True)  # 978-957-678; TW-A01
    assigned_on: Mapped[date | None] = mapped_column(Date, index=True)  # given out here; NULL = imported history

    organisation: Mapped[OrganisationRow] = relationship(back_populates="prefixes")


class HeadingRow(Base):
    """A subject heading of 中文主題詞表 or another scheme, with its variants (UF)."""

    __tablename__ = "headings"
    __table_args__ = (UniqueConstraint("scheme", "label"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    scheme: Mapped[str] = mapped_column(String(16))
    uri: Mapped[str | None] = mapped_column(Text)
    label: Mapped[str] = mapped_column(String(255))
    label_en: Mapped[str | None] = mapped_column(Text)
    variants: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: {"broader": [labels], "narrower": [...], "related": [...]}
    relations: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    note: Mapped[str | None] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(String(64))  # official file, starter list, records
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class ClassRow(Base):
    """A class of 中文圖書分類法 (2007) or of an auxiliary table."""

    __tablename__ = "classes"
    __table_args__ = (UniqueConstraint("scheme", "table_name", "number"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    scheme: Mapped[str] = mapped_column(String(16))
    table_name: Mapped[str] = mapped_column(String(64), default="main")  # main | auxiliary tables
    number: Mapped[str] = mapped_column(String(32))
    parent: Mapped[str | None] = mapped_column(String(32), index=True)
    caption: Mapped[str] = mapped_column(Text)
    caption_en: Mapped[str | None] = mapped_column(Text)
    variants: Mapped[list[str]] = mapped_column(JSON, default=list)
    uri: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class HeadingClassLink(Base):
    """Heading ⇄ class number: given by a scheme, or learnt from records with its count."""

    __tablename__ = "heading_class_links"
    __table_args__ = (UniqueConstraint("heading_id", "class_number", "origin"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    heading_id: Mapped[int] = mapped_column(ForeignKey("headings.id", ondelete="CASCADE"), index=True)
    class_number: Mapped[str] = mapped_column(String(32), index=True)
    origin: Mapped[str] = mapped_column(String(16))  # scheme | records
    count: Mapped[int] = mapped_column(Integer, default=0)


class PageRow(Base):
    """A contents page, news item or FAQ entry, written in Markdown by staff."""

    __tablename__ = "pages"
    __table_args__ = (UniqueConstraint("kind", "slug", "language"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(16))  # page | news | faq | form | link | event | award
    slug: Mapped[str] = mapped_column(String(128))
    language: Mapped[str] = mapped_column(String(8), default="zh-Hant")
    section: Mapped[str | None] = mapped_column(String(32))  # isbn | isrc | …
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer, default=0)
    publish_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    publish_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BrowseEntry(Base):
    """One line of a browse list: a value that records carry, or a reference (`see`) to the value used instead.

    Written by the indexer as it writes documents; whether records that may be seen have the value, and how many, is
    asked of the index when a page is shown. Keys are UTF-8 of the sort keys, so that all databases order them alike.
    """

    __tablename__ = "browse_entries"
    __table_args__ = (
        UniqueConstraint("list", "value", "see"),
        Index("ix_browse_entries_stroke", "list", "stroke", "id"),
        Index("ix_browse_entries_zhuyin", "list", "zhuyin", "id"),
        Index("ix_browse_entries_see", "list", "see"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    list: Mapped[str] = mapped_column(String(16))  # authors | subjects | classes | publishers | series
    value: Mapped[str] = mapped_column(String(255))
    see: Mapped[str] = mapped_column(String(255), default="")
    stroke: Mapped[bytes] = mapped_column(LargeBinary(240))
    zhuyin: Mapped[bytes] = mapped_column(LargeBinary(240))
    origin: Mapped[str] = mapped_column(String(32), index=True)  # books, or the record of a reference: heading:12
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Change(Base):
    """One entry of the change log (decision 2), written in the transaction of the change itself.

    `id` is the order in which changes became visible: appends are serialised by a lock that lasts to the
    commit (see `changes.append`), so that a reader may go on from the highest id it has seen.
    """

    __tablename__ = "changes"
    # AUTOINCREMENT: an id is never given twice, even after the newest entries were removed
    __table_args__ = (Index("ix_changes_kind_record", "kind", "record_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(16))  # book | album | track | organisation | heading | class | page
    record_id: Mapped[int] = mapped_column(BigInteger)
    deleted: Mapped[bool] = mapped_column(Boolean, default=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Checkpoint(Base):
    """How far a follower of the change log has come (one row per index)."""

    __tablename__ = "checkpoints"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    change_id: Mapped[int] = mapped_column(BigInteger, default=0)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Lease(Base):
    """Who may do what only one process may do (indexer, scheduler), until when."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    holder: Mapped[str] = mapped_column(String(128))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class JobRun(Base):
    """A run of a scheduled job, claimed by its unique (job, due time)."""

    __tablename__ = "job_runs"
    __table_args__ = (UniqueConstraint("job", "due"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    job: Mapped[str] = mapped_column(String(64))
    due: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(16))  # done | failed
    log: Mapped[str | None] = mapped_column(Text)


class ImportBatch(Base):
    """One run of an import over one file; resumed by (source, file digest)."""

    __tablename__ = "import_batches"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(Text)
    file_digest: Mapped[str | None] = mapped_column(String(64), index=True)
    format: Mapped[str] = mapped_column(String(16))
    collection: Mapped[str] = mapped_column(String(32), default="books", server_default="books")
    position: Mapped[int] = mapped_column(BigInteger, default=0)  # records already committed
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RejectedRecord(Base):
    """A record that could not be taken, with its bytes and a reason that a cataloguer understands."""

    __tablename__ = "rejected_records"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(BigInteger)  # 1-based place in the file
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(String(48))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class User(Base):
    """Someone who can sign in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    account: Mapped[str] = mapped_column(String(64), unique=True)  # e.g. P20778, or a reader's e-mail
    email: Mapped[str | None] = mapped_column(String(255))
    name: Mapped[str | None] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)  # argon2id
    role: Mapped[str] = mapped_column(String(32), default="reader")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class UserSession(Base):
    """A signed-in browser; the cookie holds a random token of which only the hash is kept."""

    __tablename__ = "user_sessions"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    user_agent: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(String(64))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()


class ApiToken(Base):
    """A bearer token that stands for a signed-in user; only its hash is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()


#: What `Change.kind` may be, with its table.
CHANGE_KINDS: dict[str, type[Any]] = {
    "book": BookRow,
    "album": AlbumRow,
    "track": TrackRow,
    "organisation": OrganisationRow,
    "heading": HeadingRow,
    "class": ClassRow,
    "page": PageRow,
}
