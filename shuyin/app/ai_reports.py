"""What `shuyin ai evaluate --since` tells: how recommendations fared with publishers and cataloguers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from shuyin.app.failures import CommandFailed
from shuyin.app.settings import get_settings

if TYPE_CHECKING:
    from shuyin.ai_subjects.services import Acceptance, Report

#: Groups that are printed of each kind; --json has all.
_SHOWN = 10


def acceptance(since: str, as_json: bool) -> None:
    """Print the acceptance since a day (YYYY-MM-DD, in the service's zone)."""
    from shuyin.ai_subjects import services
    from shuyin.records import database

    settings = get_settings()
    try:
        begin = datetime.fromisoformat(since).replace(tzinfo=settings.zone)
    except ValueError:
        raise CommandFailed(f"--since takes a day like 2026-01-31, not {since}") from None
    engine = database.connect(settings.database_url)
    try:
        with database.read_sessions(engine)() as session:
            found = services.acceptance(session, begin)
    finally:
        engine.dispose()
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, indent=1))
        return
    for line in lines(found):
        typer.echo(line)


def lines(found: Report) -> list[str]:
    """The report for people."""
    text = [f"{found.shown:,} recommendations, {found.decided:,} decided by a cataloguer"]
    if not found.decided:
        return text
    text += _rows("all", (found.overall,))
    if found.overall.ticked:
        kept, added = found.overall.ticked_kept, found.overall.ticked_added
        text.append(f"  {found.overall.ticked:,} ticked by publishers: {kept:.0%} kept, {added:.0%} added by them")
    for name, rows in (
        ("month", found.by_month),
        ("main class", found.by_class),
        ("publisher", found.by_publisher),
        ("model", found.by_model),
    ):
        text += _rows(f"by {name}", rows)
    text += [f"  assigned, not shown: {label} ({count})" for label, count in found.missed_subjects[:_SHOWN]]
    text += [f"  {first or '-'} became {number} ({n})" for first, number, n in found.missed_classes[:_SHOWN]]
    return text


def _rows(name: str, rows: Sequence[Acceptance]) -> list[str]:
    shown = [
        f"  {one.name or '-':<12} n={one.decided:<6} headings shown {one.subjects_accepted:.0%}, "
        f"class first {one.class_first:.0%}, class shown {one.class_shown:.0%}"
        for one in rows[:_SHOWN]
    ]
    return [name, *shown]
