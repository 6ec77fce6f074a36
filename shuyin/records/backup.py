"""Backup and restore of the whole system of record, from SQLite to PostgreSQL and back.

An archive is a zip with `manifest.json`, one JSON Lines file per table and the files of the data directory. It is
read in one transaction, so that it shows one moment, while the service goes on.
"""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, LargeBinary, Table, func, insert, inspect, select, text

from shuyin import __version__
from shuyin.records import database
from shuyin.records.models import Base, Checkpoint, Lease, UtcDateTime, utc_now

_MANIFEST = "manifest.json"
_FILES = "files/"
_CHUNK = 500

#: Not carried over: leases belong to running processes, checkpoints to the index of one installation.
LEFT_OUT = frozenset({Lease.__tablename__, Checkpoint.__tablename__})

Progress = Callable[[int, int | None], None]


class BackupError(Exception):
    """The archive or the database is not fit for this; the message says what to do."""


def backup(
    engine: Engine, target: Path, files: Iterable[tuple[str, Path]] = (), progress: Progress | None = None
) -> int:
    """Write the archive and return the number of rows in it; `files` are (name in the archive, path).

    It is written aside and renamed at the end, so that a broken run never looks like a backup.
    """
    pending = database.pending_migrations(engine)
    if pending:
        raise BackupError("the database is not up to date; run `shuyin db upgrade` first")
    unknown = set(inspect(engine).get_table_names()) - set(Base.metadata.tables) - {"alembic_version"}
    if unknown:
        raise BackupError(f"this program does not know the tables {', '.join(sorted(unknown))}; nothing was written")
    aside = target.with_name(target.name + ".part")
    rows = 0
    try:
        with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive, _snapshot(engine) as source:
            tables = _tables()
            total = sum(source.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
            for table in tables:
                with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as out:
                    for row in source.execution_options(stream_results=True).execute(select(table)).mappings():
                        out.write(_to_line(table, dict(row)))
                        rows += 1
                        if progress and rows % _CHUNK == 0:
                            progress(rows, total)
            for name, path in files:
                archive.write(path, _FILES + name)
            manifest = {
                "version": __version__,
                "revision": database.head_revision(),
                "made_at": utc_now().isoformat(),
                "rows": rows,
            }
            archive.writestr(_MANIFEST, json.dumps(manifest, indent=1))
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return rows


def restore(engine: Engine, archive_path: Path, data_dir: Path, progress: Progress | None = None) -> int:
    """Fill an empty database and the data directory from an archive; the number of rows.

    `BackupError` if the database holds records, or the archive was made by another version of the tables.
    """
    try:
        archive = zipfile.ZipFile(archive_path)
    except zipfile.BadZipFile as error:
        raise BackupError(f"{archive_path} is not a backup made by `shuyin db backup` ({error})") from None
    with archive:
        manifest = _manifest(archive, archive_path)
        database.upgrade(engine)
        if manifest["revision"] != database.head_revision():
            raise BackupError(
                f"the backup was made by Shuyin {manifest['version']}, whose tables differ; "
                "restore it with that version and run `shuyin db upgrade` with this one"
            )
        with database.write_sessions(engine).begin() as session:
            connection = session.connection()
            rows = _fill(connection, archive, manifest["rows"], progress)
        _unpack_files(archive, data_dir)
    return rows


def _fill(connection: Connection, archive: zipfile.ZipFile, total: int, progress: Progress | None) -> int:
    tables = _tables()
    for table in tables:
        if connection.scalar(select(func.count()).select_from(table)):
            raise BackupError(
                f"the database is not empty (table {table.name}); restore into a new one: set SHUYIN_DATABASE_URL"
            )
    rows = 0
    for table in tables:
        with archive.open(f"{table.name}.jsonl") as lines:
            for chunk in _chunks(_from_line(table, line) for line in lines):
                connection.execute(insert(table), chunk)
                rows += len(chunk)
                if progress:
                    progress(rows, total)
        _set_sequence(connection, table)
    if rows != total:
        raise BackupError(f"the backup is damaged: it holds {rows} rows and says {total}; nothing was restored")
    return rows


def _tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]


def _snapshot(engine: Engine) -> Connection:
    if engine.dialect.name == "postgresql":
        return engine.connect().execution_options(isolation_level="REPEATABLE READ")
    return engine.connect()


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(archive.read(_MANIFEST))
    except (KeyError, ValueError):
        raise BackupError(f"{path} is not a backup made by `shuyin db backup` (no manifest)") from None
    return manifest


def _set_sequence(connection: Connection, table: Table) -> None:
    """PostgreSQL's sequences do not notice ids that are written; SQLite looks at the rows."""
    key = table.autoincrement_column
    if connection.dialect.name != "postgresql" or key is None:
        return
    quoted = connection.dialect.identifier_preparer.format_table(table)
    connection.execute(
        text(
            f"SELECT setval(pg_get_serial_sequence(:name, :column), "  # noqa: S608  # names from our own models
            f"GREATEST((SELECT COALESCE(MAX({key.name}), 0) FROM {quoted}) + 1, 1), false)"
        ),
        {"name": table.name, "column": key.name},
    )


def _to_line(table: Table, row: dict[str, Any]) -> bytes:
    return json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value


def _from_line(table: Table, line: bytes) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(line)
    for name, value in row.items():
        if value is None:
            continue
        kind = table.columns[name].type
        if isinstance(kind, LargeBinary):
            row[name] = base64.b64decode(value)
        elif isinstance(kind, UtcDateTime):
            row[name] = datetime.fromisoformat(value)
        elif kind.python_type is date:
            row[name] = date.fromisoformat(value)
    return row


def _chunks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _unpack_files(archive: zipfile.ZipFile, data_dir: Path) -> None:
    root = data_dir.resolve()
    for entry in archive.infolist():
        if not entry.filename.startswith(_FILES) or entry.is_dir():
            continue
        target = (root / entry.filename.removeprefix(_FILES)).resolve()
        if not target.is_relative_to(root):
            raise BackupError(f"the backup names a file outside the data directory: {entry.filename}")
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, target.open("wb") as out:
            _copy(source, out)


def _copy(source: IO[bytes], target: IO[bytes]) -> None:
    while chunk := source.read(1 << 20):
        target.write(chunk)
