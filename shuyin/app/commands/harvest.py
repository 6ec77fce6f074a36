"""`shuyin harvest`: add, list, run."""

from __future__ import annotations

import typer

from shuyin.app.failures import CommandFailed
from shuyin.app.settings import get_settings

app = typer.Typer(
    name="harvest",
    help="Records from other catalogues (OAI-PMH), monthly files, lists of music events.",
    no_args_is_help=True,
)


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(app)


@app.command()
def add(
    name: str = typer.Argument(help="A short name: a-z, 0-9, dot, hyphen, underscore."),
    url: str = typer.Argument(
        help="Base URL of the repository, or address of the file or list; {YYYYMM} stands for months, {page} for 1, 2 …"
    ),
    kind: str = typer.Option("oai", help="oai (OAI-PMH), file, events-json, events-ical or events-feed (RSS, Atom)."),
    prefix: str = typer.Option("marc21", help="OAI-PMH metadata prefix: marc21, marcxml or oai_dc."),
    set_spec: str | None = typer.Option(None, "--set", help="OAI-PMH set."),
    format: str | None = typer.Option(
        None, help="Format of a file, as for shuyin import; told from the file if absent."
    ),
    collection: str = typer.Option("books", help="Collection that the records belong to."),
    subject_scheme: str | None = typer.Option(None, help="Scheme of the headings of Dublin Core records, e.g. lcsh."),
    language: str | None = typer.Option(None, help="MARC code of the language where a record names none."),
    items: str | None = typer.Option(None, help="Where a JSON document has its list of events, e.g. result.events."),
    next: str | None = typer.Option(None, help="Where a JSON document has the address of the next page."),
    field: list[str] | None = typer.Option(None, help="name=path: where a JSON event has its title, starts, place …"),
) -> None:
    """Add a source; nothing is fetched yet."""
    from shuyin.app.composition import open_services
    from shuyin.harvest.reading import SourceFormat
    from shuyin.harvest.remote import sources

    if format is not None and format not in [known.value for known in SourceFormat]:
        raise CommandFailed(f"--format must be one of {', '.join(SourceFormat)}")
    given = {
        "prefix": prefix,
        "set": set_spec,
        "format": format,
        "collection": collection,
        "subject_scheme": subject_scheme,
        "language": language,
        "items": items,
        "next": next,
        "fields": _fields(field or []),
    }
    services = open_services(get_settings())
    try:
        with services.writes.begin() as session:
            sources.add(session, name, kind, url, {key: value for key, value in given.items() if value})
    except sources.BadSource as error:
        raise CommandFailed(str(error)) from error
    finally:
        services.close()
    typer.echo(f"{name}: added; run it with: shuyin harvest run {name}")


def _fields(given: list[str]) -> dict[str, str]:
    from shuyin.harvest.remote.event_reading import FIELDS

    fields = dict(text.partition("=")[::2] for text in given)
    if unknown := [name for name, path in fields.items() if name not in FIELDS or not path]:
        raise CommandFailed(f"--field {unknown[0]}: write name=path, the name one of {', '.join(FIELDS)}")
    return fields


@app.command("list")
def list_sources() -> None:
    """The sources with their last outcome."""
    from shuyin.app.composition import open_services
    from shuyin.harvest.remote import sources

    services = open_services(get_settings())
    try:
        with services.sessions() as session:
            for source in sources.list_all(session):
                when = source.last_run_at.isoformat(timespec="minutes") if source.last_run_at else "never"
                unfinished = " (unfinished, goes on at the next run)" if source.state.get("token") else ""
                typer.echo(
                    f"{source.name}\t{source.kind}\t{source.url}\t{when}\t{source.last_outcome or ''}{unfinished}"
                )
    finally:
        services.close()


@app.command()
def run(
    names: list[str] | None = typer.Argument(None, help="Sources to harvest; all that are switched on if none."),
) -> None:
    """Harvest now: what is new or changed since the last run, or where an interrupted run stopped."""
    from shuyin.app.composition import open_services
    from shuyin.harvest.remote import oai, sources
    from shuyin.harvest.remote.fetching import Fetcher

    services = open_services(get_settings())
    failed = []
    try:
        hosts = frozenset(services.settings.harvest_private_hosts.replace(",", " ").split())
        with services.sessions() as session:
            chosen = names or [source.name for source in sources.list_all(session) if source.enabled]
        for name in chosen:
            try:
                fetcher = Fetcher(private_hosts=hosts)
                counts = sources.run(services.writes, name, fetcher, services.settings.data_dir)
                typer.echo(f"{name}: {oai.summary(counts)}")
            except (sources.RunFailed, sources.BadSource) as error:
                failed.append(str(error))
    finally:
        services.close()
    if failed:
        raise CommandFailed("; ".join(failed))
