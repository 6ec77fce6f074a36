"""`/staff/users…`: the accounts, their roles, closing and opening them; for administrators."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from shuyin.filing.accounts import management, second_factor
from shuyin.filing.office import Office
from shuyin.filing.roles import Permission, Role
from shuyin.records.models import User
from shuyin.search_api.dependencies import SessionsDep, WritesDep
from shuyin.search_api.messages import N_
from shuyin.web.forms import PostedDep
from shuyin.web.guard import OfficeDep, by_of, needs
from shuyin.web.i18n import gettext
from shuyin.web.render import page

router = APIRouter(include_in_schema=False, prefix="/staff/users", dependencies=[needs(Permission.USERS)])

Id = Annotated[int, Path(ge=1, le=2**62)]
NO_USER = N_("找不到這個帳號。")
NOT_CHANGED = N_("沒有變更：自己的帳號須由另一位管理者處理，而且至少要留一位管理者。")
NO_ROLE = N_("沒有這個角色。")
#: Names of the roles, in the order of the list.
ROLE_LABELS = {
    Role.READER: N_("讀者"),
    Role.PUBLISHER: N_("出版者"),
    Role.PUBLISHER_ADMIN: N_("出版者管理人"),
    Role.EDITOR: N_("館員：網頁與意見"),
    Role.CATALOGUER: N_("館員：ISBN 與編目"),
    Role.REGISTRAR: N_("館員：帳號與註冊"),
    Role.ADMIN: N_("系統管理者"),
}
_ROLES = {role.value: label for role, label in ROLE_LABELS.items()}


@router.get("")
def users(
    request: Request,
    sessions: SessionsDep,
    q: Annotated[str, Query(max_length=100)] = "",
    role: Annotated[str, Query(max_length=32)] = "",
    page_number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """The accounts, searched by account, name or address."""
    with sessions() as session:
        found = management.listed(session, q.strip(), role, page_number)
    pages = max(1, math.ceil(found.total / management.PER_PAGE))
    return page(
        request, "staff/users.html", found=found, q=q, role=role, roles=_ROLES, page_number=page_number, pages=pages
    )


@router.get("/{user_id}")
def user(request: Request, user_id: Id, sessions: SessionsDep, office: OfficeDep) -> Response:
    """One account."""
    return _show(request, sessions, office, user_id)


def _show(request: Request, sessions: SessionsDep, office: Office, user_id: int, error: str = "") -> Response:
    with sessions() as session:
        found = session.get(User, user_id)
        if found is None:
            raise HTTPException(404, NO_USER)
        return page(
            request,
            "staff/user.html",
            status=422 if error else 200,
            found=found,
            roles=_ROLES,
            has_factor=second_factor.has_factor(session, found.id),
            error=error,
            zone=office.zone,
        )


@router.post("/{user_id}")
def change(
    request: Request, user_id: Id, form: PostedDep, writes: WritesDep, sessions: SessionsDep, office: OfficeDep
) -> Response:
    """Another role, close, open, or take a lost second factor away."""
    action, by, error = form.one("action"), by_of(request), ""
    if action == "role" and form.one("role") not in _ROLES:
        return _show(request, sessions, office, user_id, gettext(NO_ROLE))
    try:
        with writes.begin() as session:
            if action == "role":
                management.change_role(session, office, user_id, Role(form.one("role")), by=by)
            elif action in ("open", "close"):
                management.set_active(session, office, user_id, action == "open", by=by)
            elif action == "factor":
                management.remove_factor(session, office, user_id, by=by)
    except management.UnknownUser as unknown:
        raise HTTPException(404, NO_USER) from unknown
    except management.NotChanged:
        error = gettext(NOT_CHANGED)
    if error:
        return _show(request, sessions, office, user_id, error)
    return RedirectResponse(f"/staff/users/{user_id}", 303)
