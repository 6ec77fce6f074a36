"""What routes are given, taken from `app.state`, so that any composition (the CLI, a test) can provide it.

`app.state` holds `search` (the engine), `sessions` and `writes` (session makers) and `settings`
(`base_url`, `secret_key`, `zone`).
"""

from __future__ import annotations

from typing import Annotated, Protocol, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from sqlalchemy.orm import Session, sessionmaker

from shuyin.records.models import User
from shuyin.search_engine.port import SearchEngine


class SiteSettings(Protocol):
    """The settings that routes read."""

    @property
    def base_url(self) -> str:
        """Public address without a trailing slash."""
        ...

    @property
    def secret_key(self) -> str | None:
        """Signs cookies and forms."""
        ...

    @property
    def zone(self) -> ZoneInfo:
        """Zone in which dates are shown."""
        ...


def get_engine(request: Request) -> SearchEngine:
    """The search engine of this application."""
    return cast("SearchEngine", request.app.state.search)


def get_sessions(request: Request) -> sessionmaker[Session]:
    """Makes sessions that read the system of record."""
    return cast("sessionmaker[Session]", request.app.state.sessions)


def get_writes(request: Request) -> sessionmaker[Session]:
    """Makes sessions that write; each takes the write lock as it begins."""
    return cast("sessionmaker[Session]", request.app.state.writes)


def get_site(request: Request) -> SiteSettings:
    """The settings of this application."""
    return cast("SiteSettings", request.app.state.settings)


EngineDep = Annotated[SearchEngine, Depends(get_engine)]
SessionsDep = Annotated["sessionmaker[Session]", Depends(get_sessions)]
WritesDep = Annotated["sessionmaker[Session]", Depends(get_writes)]
SiteDep = Annotated[SiteSettings, Depends(get_site)]

#: Cookie that holds the random token of a signed-in browser.
SESSION_COOKIE = "shuyin_session"


def current_user(request: Request) -> User | None:
    """Who asks; nobody can sign in yet."""
    return None


UserDep = Annotated[User | None, Depends(current_user)]
