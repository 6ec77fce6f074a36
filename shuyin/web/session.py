"""Who is signed in, and proof that a form came from a page of ours (CSRF)."""

from __future__ import annotations

import secrets
from hmac import compare_digest
from urllib.parse import urlsplit

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.exceptions import HTTPException

from shuyin.search_api.dependencies import SESSION_COOKIE, current_user, get_site
from shuyin.search_api.messages import N_

__all__ = ["SESSION_COOKIE", "check_form", "current_user", "form_token", "local_path", "set_cookie"]

#: Ties a form to a browser before anyone is signed in.
BROWSER_COOKIE = "shuyin_browser"
#: A page may stay open this long before its forms are sent, in seconds.
FORM_AGE = 12 * 3600

FORM_EXPIRED = N_("這個表單已過期或不是從本站送出。請回上一頁重新整理後再送出一次。")


def _serializer(request: Request) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(get_site(request).secret_key or "", salt="form")


def _browser(request: Request) -> str:
    """What identifies the browser: its session, else a random cookie that the answer will set."""
    known = request.cookies.get(SESSION_COOKIE) or request.cookies.get(BROWSER_COOKIE)
    if not known:
        if not hasattr(request.state, "new_browser"):
            request.state.new_browser = secrets.token_urlsafe(18)
        known = str(request.state.new_browser)
    return known


def form_token(request: Request) -> str:
    """The hidden field `csrf` of a form on this page."""
    return _serializer(request).dumps(_browser(request))


def check_form(request: Request, token: str) -> None:
    """Raise HTTP 403 unless `token` was given to this browser not too long ago."""
    try:
        browser = str(_serializer(request).loads(token, max_age=FORM_AGE))
    except BadSignature as error:
        raise HTTPException(403, FORM_EXPIRED) from error
    if not compare_digest(browser, _browser(request)):
        raise HTTPException(403, FORM_EXPIRED)


def same_site(request: Request) -> None:
    """Raise HTTP 403 if another site sent the form (for forms that change only what the browser itself keeps)."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, FORM_EXPIRED)


def remember_browser(request: Request, response: Response) -> None:
    """Set the browser cookie if a form on the page needs it."""
    if hasattr(request.state, "new_browser"):
        set_cookie(request, response, BROWSER_COOKIE, request.state.new_browser, max_age=None)


def set_cookie(request: Request, response: Response, name: str, value: str, *, max_age: int | None) -> None:
    """A cookie that scripts cannot read and that other sites cannot send along."""
    secure = request.url.scheme == "https" or get_site(request).base_url.startswith("https://")
    response.set_cookie(name, value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="lax")


def local_path(address: str) -> str:
    """`address` if it is a path on this site, else "/": nobody is sent elsewhere by a crafted link."""
    parts = urlsplit(address)
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and "\\" not in address
    return address if plain and not parts.scheme and not parts.netloc and address.isprintable() else "/"
