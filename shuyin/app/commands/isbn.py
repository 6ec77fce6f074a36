"""`shuyin isbn`: publishers' number ranges and the ledger of numbers."""

from __future__ import annotations

import typer

from shuyin.app.failures import CommandFailed
from shuyin.app.settings import get_settings

app = typer.Typer(name="isbn", help="Publishers' ISBN ranges and the ledger of numbers.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(app)


@app.command("ranges")
def list_ranges(words: str = typer.Argument("", help="Part of a publisher's name, or the start of a prefix.")) -> None:
    """List ranges with what is given out and what is left."""
    from shuyin.app.composition import open_services
    from shuyin.filing.isbn import ranges

    services = open_services(get_settings())
    try:
        with services.sessions() as session:
            found = ranges.listed(session, words=words, most=10_000)
    finally:
        services.close()
    for usage in found:
        row = usage.row
        span = f"{ranges.shown(row.prefix, row.first)}-{ranges.shown(row.prefix, row.last)}"
        state = "" if row.open else "\tclosed"
        typer.echo(
            f"{row.id}\t{row.prefix}\t{span}\t{usage.assigned} given\t{usage.passed} passed\t{usage.left} left\t"
            f"{row.organisation_id} {usage.publisher}{state}"
        )
    typer.echo(f"{len(found)} ranges")


@app.command("add-range")
def add_range(
    organisation: int = typer.Argument(help="Number of the publisher (the end of its page's address)."),
    prefix: str = typer.Argument(help="Registrant prefix, e.g. 978-957-678."),
    first: str = typer.Option("", "--first", help="First publication element; default: the first of all."),
    last: str = typer.Option("", "--last", help="Last publication element; default: the last of all."),
    note: str = typer.Option("", "--note", help="What staff should know of it."),
) -> None:
    """Give a publisher a range of numbers; foreign, undefined and overlapping ones are refused."""
    from shuyin.app.composition import open_services
    from shuyin.filing.isbn import ranges
    from shuyin.filing.office import By, office_for

    settings = get_settings()
    services = open_services(settings)
    try:
        with services.writes.begin() as session:
            by = By("command-line", "system")
            row = ranges.add(session, office_for(settings), organisation, prefix, first, last, by=by, note=note)
    except ranges.RangeRefused as refused:
        raise CommandFailed(str(refused)) from refused
    finally:
        services.close()
    typer.echo(f"range {row.id}: {prefix}, {row.last - row.first + 1} numbers")


@app.command("begin-cip")
def begin_cip(
    year: int = typer.Argument(help="ROC year, e.g. 115.", min=100, max=999),
    serial: int = typer.Argument(help="The next serial of that year, after those of the former system.", min=1),
) -> None:
    """Let the CIP numbers of a year go on where the former system stopped; never back."""
    from shuyin.app.composition import open_services
    from shuyin.filing.engine.flow import Refused
    from shuyin.filing.isbn import cip
    from shuyin.filing.office import By

    services = open_services(get_settings())
    try:
        with services.writes.begin() as session:
            cip.begin_at(session, year, serial, by=By("command-line", "system"))
    except Refused as refused:
        raise CommandFailed(str(refused)) from refused
    finally:
        services.close()
    typer.echo(f"the next CIP number is {year:03d}{serial:06d}")


@app.command("verify")
def verify() -> None:
    """Check that every number a range has moved past has its line in the ledger; fails where one is missing."""
    from shuyin.app.composition import open_services
    from shuyin.filing.isbn import assignment

    services = open_services(get_settings())
    try:
        with services.sessions() as session:
            found = assignment.verify(session)
    finally:
        services.close()
    if found.gaps:
        typer.echo(f"{len(found.gaps)} numbers do not agree with the ledger: {', '.join(found.gaps[:20])}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{found.numbers} numbers, no gap")
