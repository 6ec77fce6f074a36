"""What to tell someone at the command line when something failed: what happened and what to do."""

from __future__ import annotations

import traceback

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from shuyin.search_engine.port import RebuildMismatch, SearchUnavailable

_log = structlog.stdlib.get_logger("shuyin.failure")


class CommandFailed(Exception):
    """A command cannot do what was asked; the message says why and what to do."""


def explain(error: Exception) -> str:
    """The message for `error`; the traceback goes to the log at DEBUG (SHUYIN_LOG_LEVEL=DEBUG)."""
    _log.debug("failure", traceback="".join(traceback.format_exception(error)))
    if isinstance(error, CommandFailed):
        return f"Error: {error}"
    if isinstance(error, ValidationError):
        told = "; ".join(f"SHUYIN_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        return f"Error: a setting is not valid: {told}. Correct the environment variable or the line in .env."
    if isinstance(error, (OperationalError, ProgrammingError)):
        return _database(error)
    if isinstance(error, SearchUnavailable):
        return (
            f"Error: the search engine does not answer ({error}). "
            "Check SHUYIN_SEARCH_URL and that the engine is running, then try again."
        )
    if isinstance(error, RebuildMismatch):
        return f"Error: {error}. The live index was left as it is; run `shuyin index rebuild` again."
    if isinstance(error, OSError) and error.filename is not None:
        return f"Error: {error.filename}: {error.strerror}. Check the path and your rights to it."
    if isinstance(error, (ValueError, LookupError)):
        return f"Error: {error.args[0] if error.args else type(error).__name__}"
    return (
        f"Error: {type(error).__name__}: {error}. "
        "This was not foreseen; run the command again with SHUYIN_LOG_LEVEL=DEBUG to see where it happened."
    )


def _database(error: SQLAlchemyError) -> str:
    text = str(getattr(error, "orig", error)).strip().splitlines()[0]
    if "no such table" in text or "does not exist" in text:
        return f"Error: the database is not up to date ({text}). Run `shuyin db upgrade` first."
    if "locked" in text:
        return f"Error: the database is busy ({text}). Another command is writing; try again when it has finished."
    return f"Error: the database does not answer ({text}). Check SHUYIN_DATABASE_URL and that the server is running."
