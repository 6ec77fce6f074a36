"""`shuyin cover`: covers of books."""

from __future__ import annotations

from pathlib import Path

import typer

from shuyin.app.failures import CommandFailed
from shuyin.app.settings import get_settings

app = typer.Typer(name="cover", help="Covers of books, by ISBN.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(app)


@app.command("add")
def add(
    isbn: str = typer.Argument(help="ISBN of the binding, with or without hyphens."),
    file: Path = typer.Argument(help="Picture: JPG, PNG, WebP or GIF, up to 10 MB.", exists=True, dir_okay=False),
) -> None:
    """Give a book its cover, in place of a former one; the index follows."""
    from shuyin.app.composition import open_services
    from shuyin.records import covers

    settings = get_settings()
    services = open_services(settings)
    try:
        with services.writes.begin() as session:
            row = covers.add(session, settings.data_dir, isbn, file.read_bytes(), added_by="command-line")
            typer.echo(f"{row.isbn}: {row.width} × {row.height} pixels, {covers.address(row.digest)}")
    except (covers.UnknownIsbn, covers.BadCover) as error:
        raise CommandFailed(f"{file}: {error}") from error
    finally:
        services.close()


@app.command("remove")
def remove(isbn: str = typer.Argument(help="ISBN of the binding.")) -> None:
    """Take a cover away; the drawn stand-in shows again."""
    from shuyin.app.composition import open_services
    from shuyin.records import covers

    services = open_services(get_settings())
    try:
        with services.writes.begin() as session:
            covers.remove(session, isbn)
    except covers.UnknownIsbn as error:
        raise CommandFailed(str(error)) from error
    finally:
        services.close()
    typer.echo(f"{isbn}: no cover")
