"""Subscribing to the daily letter: `/new-books/subscribe`, `/subscriptions/…` (signed links of letters)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shuyin.notify import subscriptions
from shuyin.notify.models import Subscription, SubscriptionState
from shuyin.notify.subscriptions import InvalidAddress, InvalidLink, Office
from shuyin.records.interests import Interests
from shuyin.records.vault import Vault
from shuyin.search_api.dependencies import WritesDep
from shuyin.search_api.messages import N_
from shuyin.web import labels
from shuyin.web.render import page
from shuyin.web.session import check_form

router = APIRouter(include_in_schema=False)

_BAD_LINK = N_("這個連結已失效或不完整。請由最近一封信開啟連結，或重新訂閱。")
#: Offered as boxes; other interests are typed.
_AUDIENCES = ("成人(一般)", "成人(學術)", "青少年", "學齡兒童", "學前幼兒", "樂齡")


def office_of(request: Request) -> Office:
    """The office of this application."""
    settings = request.app.state.settings
    return Office(settings.secret_key or "", Vault.open(settings.data_dir, settings.data_key), settings.base_url)


def _interests(form: FormData) -> tuple[Interests, int]:
    """What a form chose: boxes as they are, typed fields separated by any usual mark."""
    values: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if not isinstance(value, str):
            continue
        typed = name in ("subjects", "words")
        parts = value.replace("，", ";").replace("、", ";").replace("；", ";").replace(",", ";").split(";")
        values.setdefault(name, []).extend(parts if typed else [value])
    hour = values.get("hour", ["8"])[-1]
    return Interests.of(values), int(hour) % 24 if hour.isascii() and hour.isdigit() and len(hour) < 4 else 8


def _form_page(request: Request, template: str, *, status: int = 200, **context: object) -> Response:
    return page(
        request, template, status=status, headers={"X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"},
        audiences=_AUDIENCES, formats=labels.FORMATS, hours=range(24), **context,
    )  # fmt: skip


@router.get("/new-books/subscribe")
def form(request: Request) -> Response:
    """The form: address, interests, hour."""
    return _form_page(request, "new_books/subscribe.html", interests=Interests(), hour=8, address="", error=None)


@router.post("/new-books/subscribe")
async def subscribe(request: Request, writes: WritesDep) -> Response:
    """Send the letter that asks for confirmation; the page is the same whether the address is known or not."""
    data = await request.form(max_files=0, max_fields=100)
    check_form(request, str(data.get("csrf", "")))
    interests, hour = _interests(data)
    address = str(data.get("address", ""))
    try:
        with writes.begin() as session:
            subscriptions.subscribe(session, office_of(request), address, interests, hour)
    except InvalidAddress:
        error = N_("這不是電子郵件地址。請檢查後再送出，例如 name@example.org。")
        return _form_page(
            request, "new_books/subscribe.html", status=422, interests=interests, hour=hour, address=address[:254],
            error=error,
        )  # fmt: skip
    return _form_page(request, "new_books/sent.html")


def _with(
    request: Request, writes: WritesDep, act: Callable[[Session, Office], Subscription]
) -> tuple[Interests, int, str]:
    """Do something to a subscription; HTTP 404 for a link that does not hold."""
    try:
        with writes.begin() as session:
            subscription = act(session, office_of(request))
            return Interests.of(subscription.interests), subscription.hour, subscription.state
    except InvalidLink:
        raise HTTPException(404, _BAD_LINK) from None


@router.get("/subscriptions/confirm/{token}")
def confirm_page(request: Request, token: str, writes: WritesDep) -> Response:
    """A page with a button: programs that open every link of a letter confirm nothing."""
    _with(request, writes, lambda session, office: office.read(session, token, "confirm"))
    return _form_page(request, "new_books/confirm.html", token=token)


@router.post("/subscriptions/confirm/{token}")
def confirm(request: Request, token: str, writes: WritesDep) -> Response:
    """The address has answered."""
    _with(request, writes, lambda session, office: subscriptions.confirm(session, office, token))
    return _form_page(request, "new_books/confirmed.html")


@router.get("/subscriptions/manage/{token}")
def manage_page(request: Request, token: str, writes: WritesDep) -> Response:
    """Interests and hour, to be changed."""
    interests, hour, state = _with(request, writes, lambda session, office: office.read(session, token, "manage"))
    ended = state == SubscriptionState.ENDED.value
    template = "new_books/ended.html" if ended else "new_books/manage.html"
    return _form_page(request, template, token=token, interests=interests, hour=hour, saved=False)


@router.post("/subscriptions/manage/{token}")
async def manage(request: Request, token: str, writes: WritesDep) -> Response:
    """Keep what the form says; the link itself is the proof of who asks."""
    interests, hour = _interests(await request.form(max_files=0, max_fields=100))
    _with(request, writes, lambda session, office: subscriptions.change(session, office, token, interests, hour))
    return _form_page(request, "new_books/manage.html", token=token, interests=interests, hour=hour, saved=True)


@router.get("/subscriptions/manage/{token}/unsubscribe")
def unsubscribe_page(request: Request, token: str, writes: WritesDep) -> Response:
    """A page with a button, as for confirming."""
    _with(request, writes, lambda session, office: office.read(session, token, "manage"))
    return _form_page(request, "new_books/unsubscribe.html", token=token)


@router.post("/subscriptions/manage/{token}/unsubscribe")
def unsubscribe(
    request: Request,
    token: str,
    writes: WritesDep,
    one_click: Annotated[str, Form(alias="List-Unsubscribe")] = "",
) -> Response:
    """End it: the page's button, or a mail program's one click (RFC 8058), which brings no cookie."""
    _with(request, writes, lambda session, office: subscriptions.unsubscribe(session, office, token))
    if one_click:
        return Response("unsubscribed\n", media_type="text/plain; charset=utf-8")
    return _form_page(request, "new_books/ended.html")
