"""Templates → answers: the Jinja environment and what every page is given."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from shuyin.web import i18n, labels
from shuyin.web.assets import asset_url
from shuyin.web.dates import show_date
from shuyin.web.middleware import current_theme
from shuyin.web.navigation import FOOT, MAIN_MENU, trail
from shuyin.web.session import current_user, form_token, remember_browser
from shuyin.web.site.visits import visits_of

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
        facet_value=labels.facet_value,
        labels=labels,
        languages=i18n.LANGUAGES,
        language_url=language_url,
        navigation=lambda: MAIN_MENU,
        foot=FOOT,
        trail=trail,
    )
    env.filters.update(
        say=i18n.say,
        label=i18n.gettext,
        date=show_date,
        language=i18n.language_name,
        number=_number,
        query=lambda pairs: urlencode(pairs, safe=":/"),
    )
    return env


def _number(value: int) -> str:
    return f"{value:,}"


def page(
    request: Request, template: str, *, status: int = 200, headers: dict[str, str] | None = None, **context: Any
) -> HTMLResponse:
    """A whole page. Pages differ by cookie (language, theme, account), so shared caches keep out."""
    html = (
        environment()
        .get_template(template)
        .render(
            request=request,
            lang=i18n.current_language(),
            theme=current_theme(),
            user=current_user(request),
            form_token=lambda: form_token(request),
            path=request.url.path,
            visitors=lambda: visits_of(request.app).count(),
            **context,
        )
    )
    answer = HTMLResponse(html, status_code=status, headers=headers)
    answer.headers.setdefault("Cache-Control", "private, no-cache")
    answer.headers.setdefault("Vary", "Cookie")
    remember_browser(request, answer)
    return answer


def language_url(request: Request, code: str) -> str:
    """This page in another language."""
    pairs = [(k, v) for k, v in request.query_params.multi_items() if k != "lang"]
    return f"{request.url.path}?{urlencode([*pairs, ('lang', code)], safe=':/')}"
