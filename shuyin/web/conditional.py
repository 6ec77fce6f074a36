"""Pages of the catalogue that have not changed are not made again: `ETag`, and 304 to who has the page already.

The tag is made without searching, from all that the answer depends on: the state of the index and of the change log,
the program and its settings, the address, the language, every cookie, the day. It is taken before the page is made,
so a page is never older than its tag. Who is signed in always gets a new page. The tag is weak: the number of
visitors at the foot does not count.
"""

from __future__ import annotations

import re
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import shuyin
from shuyin.records import changes
from shuyin.records.models import utc_now
from shuyin.search_api.dependencies import SESSION_COOKIE
from shuyin.search_engine.port import SearchUnavailable
from shuyin.web.captions import captions

_log = structlog.stdlib.get_logger("shuyin.web")

#: Answers that follow from the index of books, the change log and the captions of classes alone.
_CATALOGUE = re.compile(r"/books(/facets/[a-z]+|/[0-9]+(/marc)?)?$|/api/v1/books(/[0-9]+(/related)?)?$")
#: Headers by which an answer differs; cookies count whole.
_VARYING = ("Cookie", "Accept", "HX-Request")
#: A form on a page holds for hours: nobody keeps a page longer than this, in seconds.
_LONGEST = 6 * 3600
_CODE = ("*.py", "*.html", "*.po", "*.css", "*.js", "*.csv", "*.json", "*.txt")


class Conditional:
    """Answers 304 where the reader's copy still holds, and tags the answers that may be kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 304, or pass the request on and tag its answer."""
        if not _may_be_kept(scope):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        tag = await run_in_threadpool(tag_of, scope["app"], _asked(scope, headers))
        if tag and holds(tag, headers.get("if-none-match", "")):
            kept = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": ", ".join(_VARYING)}
            await Response(status_code=304, headers=kept)(scope, receive, send)
            return

        async def send_tagged(message: Message) -> None:
            if tag and message["type"] == "http.response.start":
                _tag(message, tag)
            await send(message)

        await self.app(scope, receive, send_tagged)


def _may_be_kept(scope: Scope) -> bool:
    """A page of the catalogue, asked by who is not signed in."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not _CATALOGUE.match(scope["path"]):
        return False
    headers = Headers(scope=scope)
    return "authorization" not in headers and SESSION_COOKIE not in headers.get("cookie", "")


def _asked(scope: Scope, headers: Headers) -> list[object]:
    """What of the request the answer depends on."""
    return [scope["path"], scope["query_string"], *(headers.get(name) for name in _VARYING)]


def _tag(message: Message, tag: str) -> None:
    """Put the tag on an answer, unless it is an error, brings a cookie or has a tag of its own."""
    headers = MutableHeaders(scope=message)
    if message["status"] != 200 or "set-cookie" in headers or "etag" in headers:
        return
    headers["ETag"] = tag
    headers.setdefault("Cache-Control", "private, no-cache")
    named = [name.strip() for name in headers.get("vary", "").split(",") if name.strip()]
    headers["Vary"] = ", ".join(dict.fromkeys([*named, *_VARYING]))


def holds(tag: str, if_none_match: str) -> bool:
    """Whether one of the tags that the reader has is this one (weak comparison, RFC 9110 8.8.3.2)."""
    given = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return tag.removeprefix("W/") in given


def tag_of(app: Starlette, asked: list[object]) -> str | None:
    """The tag of an answer as of now; None where the engine cannot tell its state or something is down."""
    state = app.state
    try:
        version = state.search.version("books")
        if version is None:
            return None
        with state.sessions() as session:
            newest = changes.latest_id(session)
        words = captions(state.sessions).digest
    except (SearchUnavailable, SQLAlchemyError) as error:
        # the page itself will say what is wrong
        _log.debug("no tag", error=str(error))
        return None
    now = utc_now()
    day = now.astimezone(state.settings.zone).date()
    parts = [program(), _settings(state.settings), version, newest, words, day, now.timestamp() // _LONGEST, *asked]
    return f'W/"{blake2b(repr(parts).encode(), digest_size=16).hexdigest()}"'


def _settings(settings: Any) -> str:
    """A digest of the settings; keyed, since passwords are among them."""
    key = (settings.secret_key or "").encode()[:64]
    return blake2b(repr(settings).encode(), key=key, digest_size=16).hexdigest()


@cache
def program() -> str:
    """A digest of this program's code, templates and translations; the same on every machine that runs it."""
    root = Path(shuyin.__file__).parent
    found = blake2b(digest_size=16)
    for path in sorted(path for pattern in _CODE for path in root.rglob(pattern)):
        found.update(path.relative_to(root).as_posix().encode())
        found.update(path.read_bytes())
    return found.hexdigest()
