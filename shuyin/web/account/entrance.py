"""`/account/login`, second factor, logout, forgotten password: what is done before one is signed in."""

from __future__ import annotations

import math
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from shuyin.filing import audit
from shuyin.filing.accounts import passwords, second_factor, sign_in
from shuyin.filing.accounts.sign_in import Outcome
from shuyin.filing.office import Office
from shuyin.records import accounts
from shuyin.records.models import User
from shuyin.search_api.dependencies import SESSION_COOKIE, WritesDep, current_session
from shuyin.search_api.messages import N_
from shuyin.web.forms import Posted, PostedDep
from shuyin.web.guard import OfficeDep, address_of, anyone
from shuyin.web.i18n import gettext
from shuyin.web.render import page
from shuyin.web.session import local_path, set_cookie
from shuyin.web.shelf.state import bring_along

router = APIRouter(include_in_schema=False, prefix="/account")

#: Between password and second factor; seconds.
_PENDING_COOKIE, _PENDING_AGE = "shuyin_pending", 300
#: Signed-in readers may download so many records at once (S0 下載說明).
SIGNED_IN_LIMIT = 100

WRONG = N_("帳號或密碼不正確。請再試一次，或使用「忘記帳號密碼」。")
BLOCKED = N_("嘗試次數太多，請於 {minutes} 分鐘後再試。")
CLOSED = N_("首次登入密碼已過期。請使用「忘記帳號密碼」設定新密碼。")
WRONG_CODE = N_("驗證碼不正確或已使用過。請輸入驗證程式目前顯示的 6 位數字。")
LETTER = N_("若資料相符，帳號與密碼設定函已寄至該電子信箱。若未收到，請確認出版機構名稱與電子信箱，或與本中心聯繫。")
LINK_OVER = N_("這個網址已使用過或已過期。請重新使用「忘記帳號密碼」。")


@router.get("/login", dependencies=[anyone()])
def login_page(request: Request, next: Annotated[str, Query()] = "") -> Response:
    """The sign-in form."""
    return _login(request, next, "")


def _login(request: Request, next: str, account: str, error: str = "", status: int = 200) -> Response:
    return page(
        request,
        "account/login.html",
        status=status,
        next=local_path(next) if next else "",
        account=account,
        error=error,
        signed_in_limit=SIGNED_IN_LIMIT,
    )


@router.post("/login", dependencies=[anyone()])
def login(request: Request, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """Try account and password."""
    account, next = form.one("account")[:200], form.one("next")
    with writes.begin() as session:
        tried = sign_in.attempt(
            session,
            office,
            account,
            form.one("password"),
            address=address_of(request),
            user_agent=request.headers.get("user-agent"),
        )
        if tried.outcome is Outcome.OK and tried.user is not None:
            return _enter(request, session, office, tried.user, next)
        if tried.outcome is Outcome.SECOND and tried.user is not None:
            answer = RedirectResponse(f"/account/code?next={quote(local_path(next) if next else '')}", 303)
            pending = _pending(office).dumps(tried.user.id)
            set_cookie(request, answer, _PENDING_COOKIE, str(pending), max_age=_PENDING_AGE)
            return answer
    if tried.outcome is Outcome.BLOCKED:
        minutes = math.ceil(tried.wait.total_seconds() / 60)
        return _login(request, next, account, gettext(BLOCKED).format(minutes=minutes), 429)
    return _login(request, next, account, gettext(CLOSED if tried.outcome is Outcome.CLOSED else WRONG), 422)


def _enter(request: Request, session: Session, office: Office, user: User, next: str) -> Response:
    token = accounts.open_session(
        session,
        user,
        now=office.now(),
        user_agent=request.headers.get("user-agent"),
        address=address_of(request),
    )
    audit.append(session, user.account, "sign-in", "user", user.id)
    answer = RedirectResponse(local_path(next) if next else "/account", 303)
    set_cookie(request, answer, SESSION_COOKIE, token, max_age=int(accounts.LIFE.total_seconds()))
    answer.delete_cookie(_PENDING_COOKIE, path="/")
    bring_along(request, answer, session, user.id)
    return answer


def _pending(office: Office) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(office.secret, salt="second-factor")


@router.get("/code", dependencies=[anyone()])
def code_page(request: Request, next: Annotated[str, Query()] = "") -> Response:
    """The form for the second factor's code."""
    return page(request, "account/code.html", next=local_path(next) if next else "", error="")


@router.post("/code", dependencies=[anyone()])
def code(request: Request, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """Check the code of the second factor; guessing is slowed down like guessing a password."""
    next = form.one("next")
    try:
        user_id = int(_pending(office).loads(request.cookies.get(_PENDING_COOKIE, ""), max_age=_PENDING_AGE))
    except (BadData, ValueError, TypeError):
        return RedirectResponse("/account/login", 303)
    with writes.begin() as session:
        user = session.get(User, user_id)
        if user is None or not user.active:
            return RedirectResponse("/account/login", 303)
        ahead = sign_in.second_wait(session, office, user, address=address_of(request))
        if ahead:
            minutes = math.ceil(ahead.total_seconds() / 60)
            error = gettext(BLOCKED).format(minutes=minutes)
            return page(request, "account/code.html", status=429, next=next, error=error)
        good = second_factor.accept(session, office, user_id, form.one("code"))
        sign_in.record(
            session,
            office,
            sign_in.account_key(user.account),
            Outcome.OK if good else Outcome.WRONG,
            address=address_of(request),
            user_agent=request.headers.get("user-agent"),
            user_id=user_id,
        )
        if good:
            return _enter(request, session, office, user, next)
    return page(request, "account/code.html", status=422, next=next, error=gettext(WRONG_CODE))


@router.post("/logout", dependencies=[anyone()])
def logout(request: Request, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """End this session."""
    found = current_session(request)
    if found is not None:
        with writes.begin() as session:
            accounts.revoke(session, found.user_id, found.id, now=office.now())
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


@router.get("/register", dependencies=[anyone()])
def register() -> Response:
    """註冊帳號: the registration is a filing like the others."""
    return RedirectResponse("/filing/new/registration", 303)


@router.get("/forgotten", dependencies=[anyone()])
def forgotten_page(request: Request) -> Response:
    """忘記帳號密碼, S1 一(三): name of the publisher, address typed in."""
    return page(request, "account/forgotten.html", said="", organisation="")


@router.post("/forgotten", dependencies=[anyone()])
def forgotten(request: Request, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """Writes letters to accounts that fit; says the same whatever was found."""
    with writes.begin() as session:
        passwords.ask_for_letter(session, office, form.one("organisation")[:200], form.one("email")[:254])
    return page(request, "account/forgotten.html", said=gettext(LETTER), organisation=form.one("organisation")[:200])


@router.get("/password/{token}", dependencies=[anyone()])
def link_page(request: Request, token: str, writes: WritesDep, office: OfficeDep) -> Response:
    """The page behind the link of the letter."""
    return _link(request, token, writes, office)


def _link(request: Request, token: str, writes: WritesDep, office: Office, form: Posted | None = None) -> Response:
    with writes.begin() as session:
        try:
            user = passwords.user_of_link(session, office, token)
        except passwords.UnknownLink:
            return page(request, "account/forgotten.html", status=410, said=gettext(LINK_OVER), organisation="")
        problem = passwords.problem(form.one("password"), user.account) if form else None
        if form is None or problem:
            return page(
                request,
                "account/set_password.html",
                status=422 if problem else 200,
                account=user.account,
                token=token,
                error=gettext(problem) if problem else "",
            )
        passwords.set_password(session, office, user, form.one("password"))
        accounts.revoke_all(session, user.id, now=office.now())
        audit.append(session, user.account, "reset-password", "user", user.id)
    return RedirectResponse("/account/login", 303)


@router.post("/password/{token}", dependencies=[anyone()])
def set_by_link(request: Request, token: str, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """Set the password of the link's account."""
    return _link(request, token, writes, office, form)
