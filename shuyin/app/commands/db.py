"""`shuyin db`: upgrade, backup, restore, verify."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer

from shuyin.app.console import progress
from shuyin.app.failures import CommandFailed
from shuyin.app.settings import Settings, get_settings

app = typer.Typer(name="db", help="The system of record: tables, backup, restore, checks.", no_args_is_help=True)

#: Parts of the data directory that are made from the records or belong to one installation.
NOT_BACKED_UP = frozenset({"index", "dumps", "secret-key", "data.key"})


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(app)


@app.command()
def upgrade() -> None:
    """Make the tables, or bring them to the newest version; does nothing where they are."""
    from shuyin.records import database

    engine = database.connect(get_settings().database_url)
    pending = database.pending_migrations(engine)
    database.upgrade(engine)
    engine.dispose()
    typer.echo(f"database: {len(pending)} migrations run" if pending else "database: up to date")


@app.command()
def backup(file: Path = typer.Argument(help="Where to write the archive (a zip file).")) -> None:
    """Write every record, account and uploaded file to one archive, while the service runs."""
    from shuyin.app.composition import load_tables
    from shuyin.records import backup as backups
    from shuyin.records import database

    load_tables()
    settings = get_settings()
    engine = database.connect(settings.database_url)
    try:
        with progress("backup", "rows") as show:
            rows = backups.backup(engine, file, _data_files(settings, file), show)
    except backups.BackupError as error:
        raise CommandFailed(str(error)) from None
    finally:
        engine.dispose()
    typer.echo(f"{file}: {rows:,} rows, {file.stat().st_size:,} bytes")
    key = settings.data_dir / "data.key"
    if key.is_file():
        typer.echo(f"keep {key} apart from it: without this key the personal data in the backup cannot be read")


@app.command()
def restore(file: Path = typer.Argument(help="An archive made by `shuyin db backup`.")) -> None:
    """Fill an empty database from an archive and build the indexes anew."""
    from shuyin.app.composition import load_tables, open_services
    from shuyin.indexer import services as indexer
    from shuyin.indexer.sources import SOURCES
    from shuyin.records import backup as backups

    load_tables()
    services = open_services(get_settings())
    try:
        with progress("restore", "rows") as show:
            rows = backups.restore(services.engine, file, services.settings.data_dir, show)
        for index in SOURCES:
            with progress(f"index {index}", "documents") as show:
                indexer.rebuild(services.sessions, services.writes, services.search, index, show)
    except backups.BackupError as error:
        raise CommandFailed(str(error)) from None
    finally:
        services.close()
    typer.echo(f"{file}: {rows:,} rows restored, indexes built")


@app.command()
def verify() -> None:
    """Check the records against themselves and against the indexes; ends with an error if anything is wrong."""
    from shuyin.app.composition import open_services
    from shuyin.app.verification import verify as check

    services = open_services(get_settings())
    try:
        with progress("verify") as show:
            report = check(services, show)
    finally:
        services.close()
    for line in report.problems:
        typer.echo(line, err=True)
    if report.problems:
        raise CommandFailed(f"{len(report.problems)} problems found among {report.records:,} records")
    typer.echo(f"{report.records:,} records checked, no problem found")


def _data_files(settings: Settings, target: Path) -> Iterator[tuple[str, Path]]:
    root = settings.data_dir
    if not root.is_dir():
        return
    skipped = {target.resolve(), target.with_name(target.name + ".part").resolve()}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if not path.is_file() or name.parts[0] in NOT_BACKED_UP or path.resolve() in skipped:
            continue
        if path.name.endswith((".db", ".db-wal", ".db-shm", ".part")):
            continue
        yield name.as_posix(), path
