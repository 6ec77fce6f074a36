"""Writes the reference pages that follow from the code: `python -m tests.docs.reference`; a test compares them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from shuyin.app.cli import app
from shuyin.app.scheduler import declared_jobs
from shuyin.app.settings import Settings

DOCS = Path(__file__).parents[2] / "docs"


def commands_page() -> str:
    """Every command with its arguments and options."""
    lines = [
        "# Command line",
        "",
        "Every command takes `--help`. On failure it ends with a status other than 0 and says on standard error what",
        "to do. Long work shows a progress bar on a terminal and plain lines otherwise.",
    ]
    _command(typer.main.get_command(app), "shuyin", lines)
    return "\n".join(lines) + "\n"


def _command(command: Any, words: str, lines: list[str]) -> None:
    for name, inner in sorted(getattr(command, "commands", {}).items()):
        _command(inner, f"{words} {name}", lines)
    if hasattr(command, "commands"):
        return
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    usage = "".join(f" {_argument(parameter)}" for parameter in arguments)
    lines += ["", f"## `{words}{usage}`", "", *(_unwrapped(command.help or ""))]
    rows = [(_argument(parameter), parameter.help or "") for parameter in arguments]
    rows += [
        (", ".join(parameter.opts + parameter.secondary_opts), parameter.help or "")
        for parameter in command.params
        if parameter.param_type_name == "option"
    ]
    if rows:
        lines += ["", "| | |", "|---|---|", *(f"| `{name}` | {_cell(text)} |" for name, text in rows)]


def _argument(parameter: Any) -> str:
    shown = parameter.name.upper()
    many = "…" if parameter.nargs == -1 else ""
    return f"{shown}{many}" if parameter.required else f"[{shown}{many}]"


def _unwrapped(text: str) -> list[str]:
    parts = [" ".join(line.strip() for line in part.splitlines()) for part in text.strip().split("\n\n")]
    return "\n\n".join(parts).split("\n")


def settings_page() -> str:
    """Every setting with its default."""
    lines = [
        "# Settings",
        "",
        "Environment variables; a file `.env` in the working directory is read too. Relative paths start there.",
        "",
        "| variable | default | what it is for |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "") else f"`{field.default}`"
        lines.append(f"| `SHUYIN_{name.upper()}` | {default} | {_cell(field.description or '')} |")
    lines += [
        "| `HOST`, `PORT` | `127.0.0.1`, `8000` | Where `shuyin serve` and `make run` listen |",
        "",
        "Tests read four more: `SHUYIN_TEST_DATABASE_URL` (a PostgreSQL server on which databases may be made) and",
        "`SHUYIN_TEST_OPENSEARCH_URL` (a cluster), both instead of starting their own; `SHUYIN_TEST_CHROMIUM` (the",
        "browser); `SHUYIN_SHARED` (a folder with larger test data).",
    ]
    return "\n".join(lines) + "\n"


def jobs_page() -> str:
    """Every scheduled job."""
    lines = [
        "# Scheduled jobs",
        "",
        "The scheduler runs them in the service's time zone (`SHUYIN_TIMEZONE`). `shuyin jobs list` shows the last",
        "runs, `shuyin jobs run NAME` runs one at once. A run is claimed in the database, so that two schedulers never",
        "run it twice; a run that fell due while none was up is caught up once.",
        "",
        "| job | schedule (crontab) | what it does |",
        "|---|---|---|",
        *(f"| `{job.name}` | `{job.schedule}` | {job.label} |" for job in declared_jobs()),
    ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES: dict[str, Callable[[], str]] = {
    "reference/commands.md": commands_page,
    "reference/settings.md": settings_page,
    "reference/jobs.md": jobs_page,
}

if __name__ == "__main__":
    for name, make in PAGES.items():
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(make(), encoding="utf-8")
