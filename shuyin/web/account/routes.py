"""`/account/…` for who is signed in: overview, password, devices, second factor, data, contact."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from shuyin.filing import audit, privacy, roles
from shuyin.filing.accounts import contact, passwords, second_factor, sign_in, welcome
from shuyin.filing.engine.check import Problem
from shuyin.filing.registry import FILINGS
from shuyin.filing.roles import Permission
from shuyin.records import accounts
from shuyin.records.models import OrganisationRow, User
from shuyin.search_api import reader_data
from shuyin.search_api.dependencies import SESSION_COOKIE, SessionsDep, WritesDep, current_session
from shuyin.search_api.messages import N_
from shuyin.web.filing import views
from shuyin.web.forms import PostedDep
from shuyin.web.guard import OfficeDep, by_of, needs, signed_in
from shuyin.web.i18n import gettext
from shuyin.web.render import page
from shuyin.web.session import local_path

router = APIRouter(include_in_schema=False, prefix="/account")
OWN = Permission.OWN_ACCOUNT

WRONG_PASSWORD = N_("目前的密碼不正確。")
NOT_THE_SAME = N_("兩次輸入的新密碼不同。")
SAME_AS_BEFORE = N_("新密碼不可與目前的密碼相同。")
WRONG_CODE = N_("驗證碼不正確或已使用過。請輸入驗證程式目前顯示的 6 位數字。")
CONTACT_CHANGED = N_("另一個頁面已修改聯繫資料，下面是最新的內容，請再修改一次。")
CONTACT_SAVED = N_("聯繫資料已儲存。")


@router.get("", dependencies=[needs(OWN)])
def overview(request: Request, sessions: SessionsDep) -> Response:
    """What the account is and where to go: 前往ISBN, 前往ISRC, 前往出版品送存管理."""
    user = signed_in(request)
    with sessions() as session:
        profile = welcome.profile_of(session, user)
        organisation = session.get(OrganisationRow, user.organisation_id) if user.organisation_id else None
        return page(
            request,
            "account/overview.html",
            profile=profile,
            organisation=organisation,
            confirm_first=welcome.must_confirm(session, user),
            is_staff=roles.may(user.role, Permission.STAFF),
            may_contact=roles.may(user.role, Permission.CONTACT),
            has_factor=second_factor.has_factor(session, user.id),
        )


@router.get("/welcome", dependencies=[needs(Permission.FILE)])
def welcome_page(request: Request, sessions: SessionsDep) -> Response:
    """確認基本資料."""
    user = signed_in(request)
    with sessions() as session:
        organisation = session.get(OrganisationRow, user.organisation_id) if user.organisation_id else None
        profile = welcome.profile_of(session, user)
        return page(request, "account/welcome.html", organisation=organisation, profile=profile)


@router.post("/welcome", dependencies=[needs(Permission.FILE)])
def welcome_answer(request: Request, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """確認無誤, or 提出修改需求."""
    user, by = signed_in(request), by_of(request)
    with writes.begin() as session:
        if form.one("action") == "confirm":
            welcome.confirm(session, office, user, by)
            return RedirectResponse("/account", 303)
        row = welcome.ask_for_change(session, office, user, by)
    return RedirectResponse(f"/filing/{row.id}/data", 303)


@router.get("/password", dependencies=[needs(OWN, early=True)])
def password_page(request: Request, next: Annotated[str, Query()] = "") -> Response:
    """修改密碼."""
    user = signed_in(request)
    return page(request, "account/password.html", next=next, error="", forced=user.must_change_password)


@router.post("/password", dependencies=[needs(OWN, early=True)])
def change_password(request: Request, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """Set a new password; other devices are signed out."""
    found = signed_in(request)
    new, next = form.one("new"), form.one("next")
    with writes.begin() as session:
        user = session.get_one(User, found.id)
        error = ""
        if sign_in.second_wait(session, office, user, address="") or not passwords.matches(user, form.one("current")):
            error = WRONG_PASSWORD
            sign_in.record(
                session,
                office,
                sign_in.account_key(user.account),
                sign_in.Outcome.WRONG,
                address="",
                user_agent=request.headers.get("user-agent"),
                user_id=user.id,
            )
        elif new != form.one("again"):
            error = NOT_THE_SAME
        elif new == form.one("current"):
            error = SAME_AS_BEFORE
        else:
            error = passwords.problem(new, user.account) or ""
        if not error:
            here = current_session(request)
            passwords.set_password(session, office, user, new)
            accounts.revoke_all(session, user.id, now=office.now(), but=here.id if here else None)
            audit.append(session, user.account, "change-password", "user", user.id)
            first = welcome.must_confirm(session, user)
    if error:
        return page(
            request,
            "account/password.html",
            status=422,
            next=next,
            error=gettext(error),
            forced=found.must_change_password,
        )
    return RedirectResponse("/account/welcome" if first else local_path(next) if next else "/account", 303)


@router.get("/devices", dependencies=[needs(OWN)])
def devices(request: Request, sessions: SessionsDep, office: OfficeDep) -> Response:
    """Signed-in devices and the log-in record (登入紀錄)."""
    user, here = signed_in(request), current_session(request)
    with sessions() as session:
        return page(
            request,
            "account/devices.html",
            devices=accounts.sessions_of(session, user.id, now=office.now()),
            here=here.id if here else None,
            events=sign_in.log_of(session, user.id),
            zone=office.zone,
        )


@router.post("/devices", dependencies=[needs(OWN)])
def sign_out_device(request: Request, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """Sign out one device, or all others."""
    user, here = signed_in(request), current_session(request)
    with writes.begin() as session:
        if form.one("device") == "others":
            accounts.revoke_all(session, user.id, now=office.now(), but=here.id if here else None)
        else:
            accounts.revoke(session, user.id, form.number("device"), now=office.now())
    return RedirectResponse("/account/devices", 303)


@router.get("/second-factor", dependencies=[needs(OWN, early=True)])
def factor_page(request: Request, writes: WritesDep, office: OfficeDep) -> Response:
    """Set up the second factor, or see that it is."""
    return _factor(request, writes, office)


def _factor(request: Request, writes: WritesDep, office: OfficeDep, error: str = "") -> Response:
    user = signed_in(request)
    with writes.begin() as session:
        done = second_factor.has_factor(session, user.id)
        uri = "" if done else second_factor.begin(session, office, user)
        secret = "" if done else second_factor.secret_of(session, office, user.id)
    needed = user.role in roles.STAFF_ROLES
    return page(
        request,
        "account/factor.html",
        status=422 if error else 200,
        done=done,
        uri=uri,
        picture=second_factor.picture(uri) if uri else "",
        secret=secret,
        needed=needed,
        error=error,
    )


@router.post("/second-factor", dependencies=[needs(OWN, early=True)])
def confirm_factor(request: Request, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """Confirm a new second factor with its first code, or take an optional one away with a code."""
    user = signed_in(request)
    with writes.begin() as session:
        good = second_factor.accept(session, office, user.id, form.one("code"))
        removing = form.one("action") == "remove" and user.role not in roles.STAFF_ROLES
        if good and removing:
            second_factor.remove(session, user.id)
        if good:
            action = "remove-second-factor" if removing else "confirm-second-factor"
            audit.append(session, user.account, action, "user", user.id)
    if not good:
        return _factor(request, writes, office, gettext(WRONG_CODE))
    return RedirectResponse("/account", 303)


@router.get("/contact", dependencies=[needs(Permission.CONTACT)])
def contact_page(request: Request, sessions: SessionsDep, office: OfficeDep) -> Response:
    """修改送存聯繫資料."""
    return _contact(request, sessions, office)


def _contact(
    request: Request,
    sessions: SessionsDep,
    office: OfficeDep,
    *,
    answers: dict[str, object] | None = None,
    problems: Sequence[Problem] = (),
    said: str = "",
    status: int = 200,
) -> Response:
    user = signed_in(request)
    with sessions() as session:
        kept, revision = contact.read(session, office, user.organisation_id or 0)
    return page(
        request,
        "account/contact.html",
        status=status,
        sections=views.sections(contact.CONTACT, contact.STEP, answers or kept, {}, problems),
        problems=[(p.anchor, views.say_problem(p)) for p in problems],
        revision=revision,
        said=said,
    )


@router.post("/contact", dependencies=[needs(Permission.CONTACT)])
def save_contact(
    request: Request, form: PostedDep, writes: WritesDep, sessions: SessionsDep, office: OfficeDep
) -> Response:
    """修改儲存."""
    user = signed_in(request)
    try:
        with writes.begin() as session:
            answers, problems = contact.save(
                session,
                office,
                user.organisation_id or 0,
                form.values,
                revision=form.number("revision"),
                by=by_of(request),
            )
    except contact.ContactChanged:
        return _contact(request, sessions, office, said=gettext(CONTACT_CHANGED), status=409)
    if problems:
        return _contact(request, sessions, office, answers=answers, problems=problems, status=422)
    return _contact(request, sessions, office, said=gettext(CONTACT_SAVED))


@router.get("/data", dependencies=[needs(OWN)])
def data_page(request: Request) -> Response:
    """What is kept about the user: to take along, or to have erased."""
    return page(request, "account/data.html", error="")


@router.get("/data.json", dependencies=[needs(OWN)])
def export_data(request: Request, writes: WritesDep, office: OfficeDep) -> Response:
    """Everything kept about the user, as JSON."""
    user = signed_in(request)
    with writes.begin() as session:
        taken = privacy.export(session, office, user, FILINGS) | reader_data.export(session, user.id)
        audit.append(session, user.account, "export-data", "user", user.id)
    body = json.dumps(taken, ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="shuyin-data.json"', "Cache-Control": "private, no-store"}
    return Response(body, media_type="application/json; charset=utf-8", headers=headers)


@router.post("/data", dependencies=[needs(OWN)])
def close(request: Request, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """Close the account and erase its personal data, after the password was typed again."""
    found = signed_in(request)
    with writes.begin() as session:
        user = session.get_one(User, found.id)
        if not passwords.matches(user, form.one("current")):
            return page(request, "account/data.html", status=422, error=gettext(WRONG_PASSWORD))
        reader_data.erase(session, user.id)
        privacy.close_account(session, office, user, FILINGS, by=by_of(request))
    answer = RedirectResponse("/account/login", 303)
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


@router.get("/tokens", dependencies=[needs(OWN)])
def tokens(request: Request, sessions: SessionsDep) -> Response:
    """API tokens: what other programs may read in the user's name."""
    return _tokens(request, sessions)


def _tokens(request: Request, sessions: SessionsDep, new: str = "") -> Response:
    with sessions() as session:
        rows = accounts.api_tokens_of(session, signed_in(request).id)
    answer = page(request, "account/tokens.html", rows=rows, new=new)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@router.post("/tokens", dependencies=[needs(OWN)])
def change_tokens(
    request: Request, form: PostedDep, writes: WritesDep, sessions: SessionsDep, office: OfficeDep
) -> Response:
    """Make a token (shown this once), or revoke one."""
    user = signed_in(request)
    new = ""
    with writes.begin() as session:
        if form.number("revoke"):
            accounts.revoke_api_token(session, user.id, form.number("revoke"), now=office.now())
        elif form.one("label").strip():
            until = office.now() + accounts.TOKEN_LIFE
            new = accounts.new_api_token(session, session.get_one(User, user.id), form.one("label"), until=until)
            audit.append(session, user.account, "new-api-token", "user", user.id)
    return _tokens(request, sessions, new)
