"""`shuyin search`."""

from __future__ import annotations

import json

import typer

from shuyin.app.failures import CommandFailed
from shuyin.app.settings import get_settings


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command()(search)


def search(
    query: str = typer.Argument(help="What to find, as typed into the search box."),
    index: str = typer.Option("books", "--index", help="The index to search."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON: total and the records."),
    limit: int = typer.Option(20, "--limit", min=1, max=100, help="How many records to print."),
    explain: bool = typer.Option(False, "--explain", help="Say why each record ranks where it does."),
) -> None:
    """Search an index and print what is found, best first."""
    from shuyin.app.composition import open_services
    from shuyin.search_engine import parsing
    from shuyin.search_engine.declaration import INDEXES
    from shuyin.search_engine.query import SearchRequest

    if index not in INDEXES:
        raise CommandFailed(f"there is no index {index}; indexes are: {', '.join(INDEXES)}")
    declaration = INDEXES[index]
    request = SearchRequest(query=parsing.parse(query, declaration).query, limit=limit)
    services = open_services(get_settings())
    try:
        result = services.search.search(index, request)
        if as_json:
            items = [dict(hit.stored) for hit in result.hits]
            typer.echo(json.dumps({"total": result.total, "items": items}, ensure_ascii=False))
            return
        typer.echo(f"{result.total:,} found")
        for position, hit in enumerate(result.hits, start=1):
            typer.echo(f"{position:>3}. {_line(hit.stored)}  [{hit.id}]")
            if explain:
                typer.echo("     " + services.search.explain(index, request, hit.id).replace("\n", "\n     "))
    finally:
        services.close()


def _line(stored: object) -> str:
    """Title, publisher and date, as far as the record has them."""
    if not isinstance(stored, dict):
        return str(stored)
    named = [stored.get(name) for name in ("title", "name", "label", "publisher", "published", "released")]
    return " / ".join(str(value) for value in named if value)
