"""Who may come to a page: every route of accounts, filings and staff names its rule, and a test walks them all.

A rule is a dependency, so that it can be read from the route table (`rule_of`). What belongs to whom is decided
beside it, where the record is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, cast
from urllib.parse import quote

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from shuyin.filing import roles
from shuyin.filing.accounts.second_factor import has_factor
from shuyin.filing.office import By, Office, office_for
from shuyin.filing.roles import Permission
from shuyin.records.models import User
from shuyin.search_api.dependencies import current_session, get_sessions
from shuyin.search_api.messages import N_

NOT_ALLOWED = N_("您的帳號沒有這項權限。")

#: Pages that a user reaches who must first change the password or set up the second factor.
PASSWORD_PAGE, FACTOR_PAGE, LOGIN_PAGE = "/account/password", "/account/second-factor", "/account/login"


@dataclass(frozen=True)
class Rule:
    """`permission` that is needed; None: anyone. `early`: also before the password is changed or the factor set up."""

    permission: Permission | None
    early: bool = False

    def __call__(self, request: Request) -> None:
        """Raise unless who asks may come here; people who could are led to the page that is missing."""
        # looked up before the page opens a transaction: one request never holds two connections, of which there
        # are few, or requests that hold one each would wait for each other
        here = current_session(request)
        if self.permission is None:
            return
        if here is None:  # a bearer token reads the API; these pages want a person who signed in
            raise _go(LOGIN_PAGE, request)
        user = here.user
        if not roles.may(user.role, self.permission):
            raise HTTPException(403, NOT_ALLOWED)
        if self.early:
            return
        if user.must_change_password:
            raise _go(PASSWORD_PAGE, request)
        if user.role in roles.STAFF_ROLES and not _has_factor(request, user):
            raise _go(FACTOR_PAGE, request)


def _has_factor(request: Request, user: User) -> bool:
    with get_sessions(request)() as session:
        return has_factor(session, user.id)


def _go(where: str, request: Request) -> HTTPException:
    back = request.url.path if request.method == "GET" else "/"
    return HTTPException(303, "", headers={"Location": f"{where}?next={quote(back)}"})


def anyone() -> Any:
    """Everyone may come; what they see is decided by the key or account they bring."""
    return Depends(Rule(None))


def needs(permission: Permission, *, early: bool = False) -> Any:
    """Only who has the permission."""
    return Depends(Rule(permission, early))


def rule_of(route: APIRoute) -> Rule | None:
    """The rule of a route, None if it has none."""
    calls = (dependency.call for dependency in route.dependant.dependencies)
    return next((call for call in calls if isinstance(call, Rule)), None)


def get_office(request: Request) -> Office:
    """The surroundings of the workflows, made once for each application."""
    state = request.app.state
    if not hasattr(state, "office"):
        state.office = office_for(state.settings)
    return cast("Office", state.office)


OfficeDep = Annotated[Office, Depends(get_office)]


def signed_in(request: Request) -> User:
    """The user of a page whose rule asks for one."""
    here = current_session(request)
    if here is None:
        raise HTTPException(403, NOT_ALLOWED)
    return here.user


def by_of(request: Request) -> By:
    """Who acts, for the workflows."""
    here = current_session(request)
    if here is None:
        return By("visitor")
    user = here.user
    return By(user.account, user.role, user.id, user.organisation_id)


def address_of(request: Request) -> str:
    """The address a request comes from; behind a proxy uvicorn puts the client's there."""
    return request.client.host if request.client else "unknown"
