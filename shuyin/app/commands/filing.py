"""`shuyin filing`, `shuyin audit`, `shuyin letters`: the filings' rules, the audit trail, the outbox."""

from __future__ import annotations

from pathlib import Path

import typer

filing = typer.Typer(help="Forms that are filed: their rules.", no_args_is_help=True)
audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
letters = typer.Typer(help="The outbox of letters.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(filing, name="filing")
    app.add_typer(audit, name="audit")
    app.add_typer(letters, name="letters")


@filing.command("rules")
def rules(
    write: Path | None = typer.Option(None, "--write", help="Write the table to this file instead of printing it."),
) -> None:
    """Print every field and rule of every form with its source, as Markdown."""
    from shuyin.filing.engine.rules import markdown
    from shuyin.filing.registry import FILINGS

    page = markdown(list(FILINGS.values()))
    if write is None:
        typer.echo(page)
    else:
        write.write_text(page, encoding="utf-8")


@filing.command("accounts")
def bring_accounts(
    file: Path = typer.Argument(help="CSV: account,password,email,publisher,origin (isbn, ebook, ebook+, both, isrc)."),
) -> None:
    """Take over accounts of the former systems with their passwords; lines that are wrong are named and left out."""
    import csv

    from shuyin.app.settings import get_settings
    from shuyin.filing.accounts.origins import bring_all
    from shuyin.records import database

    engine = database.connect(get_settings().database_url)
    with file.open(encoding="utf-8-sig", newline="") as lines, database.write_sessions(engine).begin() as session:
        done, refused = bring_all(session, csv.DictReader(lines))
    engine.dispose()
    for line in refused:
        typer.echo(line, err=True)
    typer.echo(f"{done} accounts taken over, {len(refused)} left out")
    if refused:
        raise typer.Exit(1)


@audit.command("verify")
def verify() -> None:
    """Check the hash chain of the audit trail from end to end; fails where it is broken."""
    from shuyin.app.settings import get_settings
    from shuyin.filing.audit import verify as verify_chain
    from shuyin.records import database

    engine = database.connect(get_settings().database_url)
    with database.read_sessions(engine)() as session:
        verdict = verify_chain(session)
    engine.dispose()
    if verdict.broken_at is not None:
        typer.echo(f"The audit trail is broken at entry {verdict.broken_at}: {verdict.reason}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"{verdict.entries} entries, unbroken; last digest {verdict.head}")


@letters.command("list")
def list_letters(
    state: str = typer.Option("unclear", help="waiting, claimed, handed, sent, unclear or failed"),
) -> None:
    """List letters in one state; the unclear ones wait for a person to decide."""
    from sqlalchemy import select

    from shuyin.app.settings import get_settings
    from shuyin.notify.models import Letter
    from shuyin.records import database

    engine = database.connect(get_settings().database_url)
    with database.read_sessions(engine)() as session:
        rows = session.scalars(select(Letter).where(Letter.state == state).order_by(Letter.id)).all()
    engine.dispose()
    for row in rows:
        typer.echo(f"{row.id}\t{row.template}\t{row.created_at:%Y-%m-%d %H:%M}\t{row.error or ''}")
    typer.echo(f"{len(rows)} letters are {state}.")


@letters.command("retry")
def retry(letter: int = typer.Argument(help="Number of a failed or unclear letter.")) -> None:
    """Let a failed or unclear letter be sent again."""
    from shuyin.app.settings import get_settings
    from shuyin.notify import services
    from shuyin.records import database

    engine = database.connect(get_settings().database_url)
    with database.write_sessions(engine).begin() as session:
        again = services.retry(session, letter)
    engine.dispose()
    if not again:
        typer.echo(f"Letter {letter} is neither failed nor unclear.", err=True)
        raise typer.Exit(1)
    typer.echo(f"Letter {letter} will be sent with the next run.")
