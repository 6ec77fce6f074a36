"""`shuyin statistics`: the counts behind the statistics pages."""

from __future__ import annotations

import typer

from shuyin.app.settings import get_settings

app = typer.Typer(name="statistics", help="The counts of the service statistics.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(app)


@app.command()
def recount() -> None:
    """Make all counts anew from the records; pages show the former ones until it is done."""
    from shuyin.app.composition import open_services
    from shuyin.search_api.statistics import keeping

    services = open_services(get_settings())
    try:
        counted = keeping.recount(services.sessions, services.writes)
    finally:
        services.close()
    typer.echo(", ".join(f"{number:,} {subject}s" for subject, number in counted.items()) + " counted")


@app.command("catch-up")
def catch_up() -> None:
    """Count what has changed since the last run of the job."""
    from shuyin.app.composition import open_services
    from shuyin.search_api.statistics import keeping

    services = open_services(get_settings())
    try:
        done = keeping.catch_up(services.writes)
    finally:
        services.close()
    typer.echo(f"{done:,} changes counted")


@app.command()
def status() -> None:
    """How many changes the counts do not show yet."""
    from shuyin.app.composition import open_services
    from shuyin.search_api.statistics import keeping

    services = open_services(get_settings())
    try:
        with services.sessions() as session:
            typer.echo(f"{keeping.waiting(session):,} changes waiting")
    finally:
        services.close()
