"""`shuyin serve`."""

from __future__ import annotations

from enum import StrEnum

import typer

from shuyin.app.settings import get_settings


class Part(StrEnum):
    """What may run alone."""

    WEB = "web"
    INDEXER = "indexer"
    SCHEDULER = "scheduler"


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command()(serve)


def serve(
    host: str = typer.Option("127.0.0.1", "--host", envvar="HOST", help="Address to listen on; 0.0.0.0 = all."),
    port: int = typer.Option(8000, "--port", envvar="PORT", help="Port to listen on."),
    only: Part | None = typer.Option(None, "--only", help="Run one part alone instead of all three."),
) -> None:
    """Serve pages and API, keep the indexes in step, run the scheduled jobs."""
    from shuyin.app import logging
    from shuyin.app.serving import serve as run

    settings = get_settings()
    logging.configure(settings.log_format, settings.log_level)
    run(settings, host, port, only.value if only else None)
