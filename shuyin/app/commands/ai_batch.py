"""`shuyin ai batch`: proposals for a whole file of records."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import typer

from shuyin.app.commands.ai import app as ai_app
from shuyin.app.commands.records import ImportFormat
from shuyin.app.console import progress
from shuyin.app.failures import CommandFailed
from shuyin.app.settings import get_settings

#: Refused records that are printed.
_SHOWN = 10


def register(_root: typer.Typer) -> None:
    """Add the command to `shuyin ai`."""
    ai_app.command()(batch)


def batch(
    file: Path = typer.Argument(help="Records in any format that `shuyin import` reads; CSV rows need only a title."),
    output: Path = typer.Option(..., "-o", "--output", help="The MARC21 file to write (ISO 2709, UTF-8)."),
    source_format: ImportFormat = typer.Option(
        ImportFormat.AUTO, "--format", help="Format of the file; auto = told from the file."
    ),
    model: Path | None = typer.Option(None, "--model", help="Folder of the model; else the one in use."),
) -> None:
    """Propose headings (650) and a class number (084) for every record and write the records as MARC21.

    Each proposal is linked by $8 to an 883 (first indicator 0) with the model ($a), the chance that a cataloguer
    assigns it ($c) and the date ($d). What the records say already stays.
    """
    from shuyin.app.ai_batch import propose
    from shuyin.app.commands.ai import recommender_of
    from shuyin.harvest.reading import SourceFormat, UnreadableFile

    if not file.is_file():
        raise CommandFailed(f"{file} is not a file; check the path")
    chosen = None if source_format is ImportFormat.AUTO else SourceFormat(source_format.value)
    recommender = recommender_of(model)
    today = datetime.now(get_settings().zone).date()
    part = output.with_name(output.name + ".part")
    try:
        with progress(file.name) as show, part.open("wb") as out:
            done = propose(recommender, file, out, today, chosen, show)
    except UnreadableFile as error:
        part.unlink(missing_ok=True)
        raise CommandFailed(f"{file}: {error}") from None
    part.replace(output)
    typer.echo(
        f"{output}: {done.records:,} records, {done.proposed:,} proposals, nothing proposed for {done.without:,}"
    )
    for position, reason in done.reasons[:_SHOWN]:
        typer.echo(f"  record {position} left out: {reason}", err=True)
    if done.refused > _SHOWN:
        typer.echo(f"  … {done.refused:,} left out in all", err=True)
