"""`shuyin index`: rebuild, catch-up, status."""

from __future__ import annotations

import typer

from shuyin.app.console import progress
from shuyin.app.failures import CommandFailed
from shuyin.app.settings import get_settings

app = typer.Typer(name="index", help="The search indexes: build anew, bring up to date, look.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(app)


@app.command()
def rebuild(index: str | None = typer.Option(None, "--index", help="Only this index, e.g. books.")) -> None:
    """Build new indexes beside the live ones, check their counts and swap; readers notice nothing."""
    from shuyin.app.composition import open_services
    from shuyin.indexer import services as indexer
    from shuyin.indexer.projecting import collect_rarely
    from shuyin.indexer.sources import SOURCES

    if index is not None and index not in SOURCES:
        raise CommandFailed(f"there is no index {index}; indexes are: {', '.join(SOURCES)}")
    collect_rarely()
    services = open_services(get_settings())
    try:
        for name in [index] if index else list(SOURCES):
            with progress(f"index {name}", "documents") as show:
                count = indexer.rebuild(services.sessions, services.writes, services.search, name, show)
            typer.echo(f"{name}: {count:,} documents")
    finally:
        services.close()


@app.command("catch-up")
def catch_up() -> None:
    """Bring the indexes up to the end of the change log."""
    from shuyin.app.composition import open_services
    from shuyin.indexer import services as indexer
    from shuyin.indexer.projecting import collect_rarely

    collect_rarely()
    services = open_services(get_settings())
    try:
        with progress("index", "changes") as show:
            done = indexer.catch_up(services.sessions, services.writes, services.search, show)
    finally:
        services.close()
    typer.echo(f"{done:,} changes indexed")


@app.command()
def status() -> None:
    """How many documents each index has and how far it is behind the records."""
    from shuyin.app.composition import open_services
    from shuyin.indexer import services as indexer

    services = open_services(get_settings())
    try:
        for state in indexer.status(services.sessions, services.search):
            since = f", oldest of {state.behind_since:%Y-%m-%d %H:%M:%S} UTC" if state.behind_since else ""
            typer.echo(
                f"{state.index:<14} {state.documents:>10,} documents for {state.records:>10,} records; "
                f"{state.lag:,} changes waiting{since}"
            )
    finally:
        services.close()
