"""`shuyin music`: what staff do to recorded music from the command line."""

from __future__ import annotations

from pathlib import Path

import typer

from shuyin.app.failures import CommandFailed
from shuyin.app.settings import get_settings

app = typer.Typer(name="music", help="Recorded music: audio samples.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Commands of their own names, though there is one only."""


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(app)


@app.command()
def sample(
    track: str = typer.Argument(help="The ISRC of the track (all albums that have it), or its number."),
    file: Path | None = typer.Argument(None, help="An mp3 or wav file, at most 50 MB."),
    remove: bool = typer.Option(False, "--remove", help="Take the sample away instead."),
) -> None:
    """Attach an audio sample to a track, or take it away; it is heard from the day of release on."""
    from shuyin.app.composition import open_services
    from shuyin.records import isrc, samples

    if (file is None) is not remove:
        raise CommandFailed("give a file, or --remove to take the sample away")
    services = open_services(get_settings())
    try:
        name = samples.store(services.settings.data_dir, file) if file else None
        with services.writes.begin() as session:
            ids = [int(track)] if track.isdigit() else [t.id for t in samples.tracks_of(session, isrc.compact(track))]
            changed = sum(samples.attach(session, id, name, changed_by="command line") for id in ids)
    except samples.BadSample as error:
        raise CommandFailed(f"{file}: {error}") from None
    except (samples.UnknownTrack, OSError) as error:
        raise CommandFailed(str(error)) from None
    finally:
        services.close()
    typer.echo(f"{changed} of {len(ids)} tracks {'without a sample now' if remove else 'changed'}")
