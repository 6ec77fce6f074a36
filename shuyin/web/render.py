"""Templates → answers: the Jinja environment and what every page is given."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.responses import HTMLResponse, StreamingResponse

from shuyin.records import covers
from shuyin.web import i18n, labels
from shuyin.web.assets import asset_url
from shuyin.web.dates import show_date
from shuyin.web.middleware import current_theme
from shuyin.web.navigation import FOOT, MAIN_MENU, trail
from shuyin.web.session import current_user, form_token, remember_browser
from shuyin.web.site.visits import visits_of

#: What a template says (`{{ flush }}`) where all that stands before should leave at once.
FLUSH = Markup("<!-- rows -->")
TEMPLATES = Path(__file__).with_name("templates")


@cache
def environment() -> Environment:
    """The template environment: escapes everything, fails on a name that is not there."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        asset=asset_url,
        cover_widths=covers.WIDTHS,
        facet_value=labels.facet_value,
        labels=labels,
        languages=i18n.LANGUAGES,
        language_url=language_url,
        navigation=lambda: MAIN_MENU,
        flush=FLUSH,
        foot=FOOT,
        trail=trail,
    )
    env.filters.update(
        cover_of=_cover_of,
        say=i18n.say,
        label=i18n.gettext,
        date=show_date,
        language=i18n.language_name,
        number=_number,
        query=lambda pairs: urlencode(pairs, safe=":/"),
    )
    return env


def _cover_of(address: str, width: int) -> str:
    """The address of a cover in another width."""
    return address.replace(f"-{covers.USUAL}.", f"-{width}.")


def _number(value: int) -> str:
    return f"{value:,}"


def page(
    request: Request, template: str, *, status: int = 200, headers: dict[str, str] | None = None, **context: Any
) -> HTMLResponse:
    """A whole page. Pages differ by cookie (language, theme, account), so shared caches keep out."""
    html = environment().get_template(template).render(**_given(request), **context)
    answer = HTMLResponse(html, status_code=status, headers=headers)
    answer.headers.setdefault("Cache-Control", "private, no-cache")
    answer.headers.setdefault("Vary", "Cookie")
    remember_browser(request, answer)
    return answer


def stream_page(request: Request, template: str, **context: Any) -> StreamingResponse:
    """A long page that leaves in pieces while it is made: the head at once, the rows as they are read.

    For pages without forms that change anything: a cookie cannot be set once the head has left.
    """
    given = _given(request) | context
    pieces = _together(environment().get_template(template).generate(given))
    head = next(pieces)  # what is wrong before the rows is still answered by an error page
    headers = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Encoding"}
    body: Iterator[bytes] = (piece.encode() for piece in chain((head,), pieces))
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = _gzipped(body)
    return StreamingResponse(body, media_type="text/html; charset=utf-8", headers=headers)


#: Characters that leave together.
_PIECE = 16_000


def _together(pieces: Iterable[str]) -> Iterator[str]:
    """Larger pieces; what stands before the rows (`FLUSH` in a template) leaves as soon as it is there."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _PIECE or piece == FLUSH:
            yield "".join(held)
            held, size = [], 0
    yield "".join(held)


def _gzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Each piece can be read as soon as it has arrived (the gzip middleware would hold it back until it has more)."""
    packer = zlib.compressobj(5, wbits=31)
    for piece in pieces:
        yield packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()


def _given(request: Request) -> dict[str, Any]:
    """What every template may use."""
    return {
        "request": request,
        "lang": i18n.current_language(),
        "theme": current_theme(),
        "user": current_user(request),
        "form_token": lambda: form_token(request),
        "path": request.url.path,
        "visitors": lambda: visits_of(request.app).count(),
    }


def language_url(request: Request, code: str) -> str:
    """This page in another language."""
    pairs = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    return f"{request.url.path}?{urlencode([*pairs, ('lang', code)], safe=':/')}"
