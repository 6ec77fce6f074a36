"""`/account/login`, `/account/logout`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from shuyin.records import accounts
from shuyin.search_api.dependencies import SESSION_COOKIE, UserDep, WritesDep
from shuyin.search_api.downloads import SIGNED_IN_LIMIT
from shuyin.web.i18n import gettext
from shuyin.web.render import page
from shuyin.web.session import check_form, local_path, set_cookie

router = APIRouter(include_in_schema=False, prefix="/account")


def _form(
    request: Request, *, account: str = "", next: str = "/", error: str | None = None, status: int = 200
) -> Response:
    return page(
        request,
        "account/login.html",
        status=status,
        account=account,
        next=local_path(next),
        error=error,
        signed_in_limit=SIGNED_IN_LIMIT,
    )


@router.get("/login")
def login_form(request: Request, user: UserDep, next: str = "/") -> Response:
    """The sign-in page; those who are signed in go on."""
    return RedirectResponse(local_path(next), 303) if user else _form(request, next=next)


@router.post("/login")
def login(
    request: Request,
    writes: WritesDep,
    account: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Sign in; a wrong name and a wrong password get the same answer."""
    check_form(request, csrf)
    with writes.begin() as session:
        user = accounts.authenticate(session, account.strip(), password)
        token = (
            accounts.open_session(
                session,
                user,
                user_agent=request.headers.get("user-agent"),
                address=request.client.host if request.client else None,
            )
            if user
            else None
        )
    if token is None:
        error = gettext("帳號或密碼不正確。請確認後再試一次。")
        return _form(request, account=account, next=next, error=error, status=422)
    answer = RedirectResponse(local_path(next), 303)
    set_cookie(request, answer, SESSION_COOKIE, token, max_age=accounts.SESSION_SECONDS)
    return answer


@router.post("/logout")
def logout(request: Request, writes: WritesDep, csrf: Annotated[str, Form()] = "") -> Response:
    """Sign out: the session ends on the server too."""
    check_form(request, csrf)
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        with writes.begin() as session:
            accounts.close_session(session, token)
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer
