"""Markdown of staff → HTML that is safe to show: no raw HTML, a list of allowed elements, headings under the page's."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from functools import cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

_TAGS = {
    "a", "abbr", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h2", "h3", "h4", "h5", "h6", "hr",
    "img", "li", "ol", "p", "pre", "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "th": {"scope"},
    "div": {"class", "tabindex", "role"},
    "table": {"class"},
}
_SCHEMES = {"http", "https", "mailto", "tel"}
_SCROLL = '<div class="scroll" tabindex="0"><table class="table">'


def _heading(tag: str) -> str:
    """The page's own title is h1, so # becomes h2; below h6 there is nothing."""
    return f"h{min(6, int(tag[1:]) + 1)}"


def _table_open(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    return _SCROLL


def _table_close(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    return "</table></div>"


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    return parser


def to_html(text: str) -> Markup:
    """The HTML of a Markdown text. Raw HTML in it is shown as text; scripts and other addresses than web, mail
    and telephone ones go."""
    env: MutableMapping[str, Any] = {}
    parser = _parser()
    tokens = parser.parse(text, env)
    levels = [int(t.tag[1:]) for t in tokens if t.type == "heading_open"]
    for token in tokens:
        if token.type in ("heading_open", "heading_close") and min(levels) == 1:
            token.tag = _heading(token.tag)
        elif token.type == "th_open":
            token.attrSet("scope", "col")
            token.attrs.pop("style", None)
        elif token.type == "td_open":
            token.attrs.pop("style", None)
    html = parser.renderer.render(tokens, parser.options, env)
    return Markup(nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES))  # noqa: S704 - cleaned
