"""One address, several forms of a book: which one a client asks for, and what its bytes are (RFC 9110, 12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shuyin.search_api.crosswalks.ris import ris
from shuyin.search_api.crosswalks.schema_org import json_ld
from shuyin.search_api.exports import ExportRecord, marcxml

HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Representation:
    """A form of the record page other than HTML."""

    media_type: str
    title: str
    write: Callable[[ExportRecord], bytes]


REPRESENTATIONS: tuple[Representation, ...] = (
    Representation("application/marc", "MARC 21", lambda r: r.marc),
    Representation("application/marcxml+xml", "MARCXML", lambda r: b"".join(marcxml([r.marc]))),
    Representation("application/ld+json", "schema.org", lambda r: json_ld(r.book, r.url).encode()),
    Representation("application/x-research-info-systems", "RIS", lambda r: ris(r.book, r.url).encode()),
)


def chosen(accept: str | None) -> Representation | None:
    """The form that an `Accept` header prefers; None for HTML, which also answers what names nothing known."""
    offered: list[Representation | None] = [None, *REPRESENTATIONS]
    weights = [_weight(accept or "*/*", form.media_type if form else HTML) for form in offered]
    best = max(weights)
    return offered[weights.index(best)] if best > 0 else None


def _weight(accept: str, media_type: str) -> float:
    """The quality that the header gives to a media type: the most specific range that holds it decides."""
    found = (-1, 0.0)
    for part in accept[:1000].split(","):
        media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
        kind = media_type.partition("/")[0]
        ranges = {media_type: 2, f"{kind}/*": 1, "*/*": 0}
        if media_range in ranges:
            found = max(found, (ranges[media_range], _quality(parameters)))
    return found[1]


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def link_header(id: int, base_url: str) -> str:
    """`Link`: the canonical address, the other forms of the record (RFC 8288)."""
    url = f"{base_url}/books/{id}"
    links = [f'<{url}>; rel="canonical"', f'<{base_url}/api/v1/books/{id}>; rel="alternate"; type="application/json"']
    links += [f'<{url}>; rel="alternate"; type="{form.media_type}"; title="{form.title}"' for form in REPRESENTATIONS]
    return ", ".join(links)
