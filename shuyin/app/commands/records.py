"""`shuyin import` and `shuyin export`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING

import typer

from shuyin.app.console import Advance, progress
from shuyin.app.failures import CommandFailed
from shuyin.app.settings import get_settings

if TYPE_CHECKING:
    from shuyin.app.composition import Services
    from shuyin.harvest.services import ImportReport


class ImportFormat(StrEnum):
    """What `--format` takes; the values of `harvest.reading.SourceFormat` and `auto`."""

    AUTO = "auto"
    MARC21 = "marc21"
    MARCXML = "marcxml"
    CMARC = "cmarc"
    ONIX = "onix"
    NCL_CSV = "ncl-csv"
    CSV = "csv"


class ExportKind(StrEnum):
    """What can be exported."""

    BOOKS = "books"
    ALBUMS = "albums"


class ExportAs(StrEnum):
    """What `shuyin export --format` takes."""

    MARC21 = "marc21"
    MARCXML = "marcxml"
    CSV = "csv"
    JSONL = "jsonl"


_OUTCOMES = ("new", "updated", "unchanged", "merged", "rejected")
#: Refused records that are printed; the report has all.
_SHOWN = 10


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.command("import")(import_files)
    root.command("export")(export)


def import_files(
    files: list[Path] | None = typer.Argument(None, help="Files to import, in any of the formats."),
    source_format: ImportFormat = typer.Option(
        ImportFormat.AUTO, "--format", help="Format of the files; auto = told from each file."
    ),
    source: str | None = typer.Option(
        None, "--source", help="Who sent the file; part of a MARC record's identity. Default: the format's name."
    ),
    collection: str = typer.Option("books", "--collection", help="The collection that the records belong to."),
    announce: str | None = typer.Option(
        None,
        "--announce",
        help="Show the books in the new-book feed: on their date of publication (published) or on a day (YYYY-MM-DD). "
        "Default: not at all.",
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Read and check everything, write nothing."),
    report: Path | None = typer.Option(
        None,
        "--report",
        help="Write what was refused or taken with a warning to this file (.csv or text); "
        "without FILES, all that is still refused.",
    ),
    sample: bool = typer.Option(
        False, "--sample", help="Load the sample catalogue that comes with the project; nothing is loaded twice."
    ),
    retry: bool = typer.Option(False, "--retry", help="Try all records again that were refused so far."),
) -> None:
    """Import records. Running it again changes nothing; a run that was killed goes on where it stopped.

    A record that cannot be taken is kept with its reason and never stops the others.
    """
    if [bool(files), sample, retry].count(True) != 1 and not (report and not files):
        raise CommandFailed(
            "name the files to import, or give --sample for the sample catalogue, --retry for records refused so far, "
            "or --report to list them"
        )
    for file in files or []:
        if not file.is_file():
            raise CommandFailed(f"{file} is not a file; check the path")

    from shuyin.app.composition import open_services

    services = open_services(get_settings())
    try:
        reports: list[ImportReport] = []
        if sample:
            _load_sample(services)
        elif retry:
            _retry(services)
        elif files:
            reports = _import_all(services, files, source_format, source, collection, announce, dry_run)
        for done in reports:
            _print_report(done)
        if report is not None:
            typer.echo(f"{report}: {_write_report(services, report, reports):,} lines")
    finally:
        services.close()


def _import_all(
    services: Services,
    files: list[Path],
    source_format: ImportFormat,
    source: str | None,
    collection: str,
    announce: str | None,
    dry_run: bool,
) -> list[ImportReport]:
    from shuyin.app.parallel import indexing_beside
    from shuyin.harvest.announcing import announcement
    from shuyin.harvest.progress import Progress
    from shuyin.harvest.reading import SourceFormat, UnreadableFile
    from shuyin.harvest.services import import_file

    chosen = None if source_format is ImportFormat.AUTO else SourceFormat(source_format.value)
    try:
        day = announcement(announce) if announce else None
    except ValueError:
        raise CommandFailed(f"--announce takes published or a day like 2025-09-01, not {announce}") from None
    reports = []
    with nullcontext() if dry_run else indexing_beside(services.settings):
        for file in files:
            with progress(file.name) as show:

                def told(state: Progress, show: Advance = show) -> None:
                    show(state.records, round(state.records / state.share) if state.share else None)

                try:
                    done = import_file(
                        services.writes,
                        file,
                        source_format=chosen,
                        source=source,
                        collection=collection,
                        announce=day,
                        dry_run=dry_run,
                        progress=told,
                    )
                except UnreadableFile as error:
                    raise CommandFailed(f"{file}: {error}") from None
            reports.append(done)
    return reports


def _load_sample(services: Services) -> None:
    from shuyin.ai_subjects.starter_loading import load_starter_schemes
    from shuyin.harvest.music.sample import load_sample_music
    from shuyin.harvest.sample.loading import load_sample
    from shuyin.indexer.services import catch_up
    from shuyin.search_api.statistics import keeping
    from shuyin.web.content.seeding import load_shipped_pages

    load_shipped_pages(services.writes)
    load_starter_schemes(services.writes)
    counts = load_sample(services.writes)
    counts.update({outcome.value: count for outcome, count in load_sample_music(services.writes).items()})
    with progress("index", "changes") as show:
        indexed = catch_up(services.sessions, services.writes, services.search, show)
    keeping.catch_up(services.writes)
    told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(counts.items()))
    typer.echo(f"sample catalogue: {told}; {indexed:,} changes indexed")


def _retry(services: Services) -> None:
    from shuyin.app.parallel import indexing_beside
    from shuyin.harvest.rejects import retry_rejected

    with indexing_beside(services.settings):
        outcomes = retry_rejected(services.writes)
    typer.echo(", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.items()) or "no record is refused")


def _print_report(done: ImportReport) -> None:
    counts = ", ".join(f"{done.counts[outcome]:,} {outcome}" for outcome in _OUTCOMES)
    rate = f", {(done.records - done.resumed_at) / done.seconds:,.0f}/s" if done.seconds else ""
    dry = " (dry run: nothing written)" if done.dry_run else ""
    typer.echo(f"{done.path.name} [{done.format.value}]: {done.records:,} records: {counts}{rate}{dry}")
    if done.warnings:
        typer.echo(f"  {done.warnings:,} warnings")
    refused = [note for note in done.notes if note.code != "warning"]
    for note in refused[:_SHOWN]:
        typer.echo(f"  record {note.position}: {note.text}")
    if len(refused) > _SHOWN:
        typer.echo("  … --report FILE lists them all")


def _write_report(services: Services, path: Path, reports: list[ImportReport]) -> int:
    from shuyin.harvest.rejects import ReportLine, rejected_lines, write_report

    if not reports:
        with services.sessions() as session:
            return write_report(rejected_lines(session), path)
    lines = [
        ReportLine(done.path.name, note.position, note.code, note.text)
        for done in reports
        for note in done.notes
        if done.dry_run or note.code == "warning"
    ]
    with services.sessions() as session:
        refused = rejected_lines(session, [done.batch_id for done in reports if done.batch_id is not None])
        return write_report((*refused, *lines), path)


def export(
    kind: ExportKind = typer.Argument(help="What to export."),
    export_as: ExportAs = typer.Option(ExportAs.MARC21, "--format", help="How to write it."),
    query: str | None = typer.Option(None, "--query", help="Only what this search finds (at most 10,000 records)."),
    output: Path | None = typer.Option(None, "-o", "--output", help="Write to this file instead of standard output."),
) -> None:
    """Write records to a file: all that are public, or what a search finds."""
    from shuyin.app.composition import open_services
    from shuyin.app.exporting import export_records

    services = open_services(get_settings())
    try:
        with _target(output) as out:
            count = export_records(services, kind.value, export_as.value, query, out)
    finally:
        services.close()
    typer.echo(f"{count:,} records exported", err=True)


@contextmanager
def _target(output: Path | None) -> Iterator[IO[bytes]]:
    if output is None:
        yield sys.stdout.buffer
        return
    aside = output.with_name(output.name + ".part")
    with aside.open("wb") as file:
        yield file
    aside.replace(output)
