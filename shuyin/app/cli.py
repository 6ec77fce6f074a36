"""The command line `shuyin`. Failures end with a message that says what to do and a non-zero exit, not a traceback."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import typer

from shuyin import __version__
from shuyin.app import commands, logging
from shuyin.app.failures import explain
from shuyin.app.settings import get_settings

app = typer.Typer(
    name="shuyin",
    help="書音 Shuyin: an open catalogue of new books and recorded music.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    if version:
        typer.echo(f"shuyin {__version__}")
        raise typer.Exit
    settings = get_settings()
    # commands speak for themselves; `serve` sets its own level
    logging.configure(settings.log_format, settings.log_level if "log_level" in settings.model_fields_set else "ERROR")


for _module in sorted(pkgutil.iter_modules(commands.__path__), key=lambda module: module.name):
    importlib.import_module(f"{commands.__name__}.{_module.name}").register(app)


def main() -> None:
    """Run the command line of this process."""
    logging.configure("console", "ERROR")
    try:
        app(standalone_mode=True)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        raise SystemExit(130) from None
    except Exception as error:
        sys.stderr.write(explain(error) + "\n")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
