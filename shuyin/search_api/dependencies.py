"""What routes are given, taken from `app.state`, so that any composition (the CLI, a test) can provide it.

`app.state` holds `search` (the engine), `sessions` and `writes` (session makers) and `settings`
(`base_url`, `secret_key`, `zone`).
"""

from __future__ import annotations

from typing import Annotated, Protocol, cast
from zoneinfo import ZoneInfo

from fastapi import Depends, Path, Request
from sqlalchemy.orm import Session, sessionmaker

from shuyin.records import accounts
from shuyin.records.models import User, UserSession, utc_now
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

#: The number of a record in an address; a larger one is no key of any database.
RecordId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the record")]

#: Cookie that holds the random token of a signed-in browser.
SESSION_COOKIE = "shuyin_session"


def current_session(request: Request) -> UserSession | None:
    """The signed-in browser that asks, looked up once for each request; None for anyone else."""
    if not hasattr(request.state, "user_session"):
        token = request.cookies.get(SESSION_COOKIE)
        request.state.user_session = _living_session(request, token) if token else None
    return cast("UserSession | None", request.state.user_session)


def _living_session(request: Request, token: str) -> UserSession | None:
    now = utc_now()
    with get_sessions(request)() as session:
        found = accounts.session_of(session, token, now=now)
    if found is not None and found.last_seen_at + accounts.TOUCH < now:
        with get_writes(request).begin() as session:
            accounts.touch(session, found.id, now=now)
    return found


def current_user(request: Request) -> User | None:
    """Who asks: the owner of the session cookie, or of a bearer token (`Authorization: Bearer …`)."""
    found = current_session(request)
    if found is not None:
        return found.user
    if not hasattr(request.state, "token_user"):
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        request.state.token_user = None
        if scheme.lower() == "bearer" and token:
            with get_sessions(request)() as session:
                request.state.token_user = accounts.user_of_api_token(session, token.strip(), now=utc_now())
    return cast("User | None", request.state.token_user)


UserDep = Annotated[User | None, Depends(current_user)]
