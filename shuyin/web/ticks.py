"""Ticks that survive paging without scripts: the page's buttons carry them in the address (`id=…`).

With scripts the browser keeps them for the visit (static/js/shuyin.js), and the address stays a permalink.
"""

from __future__ import annotations

from fastapi import Request

#: Numbers that an address carries at most; a download takes fewer still.
MOST = 1000


def carried_ids(request: Request) -> list[str]:
    """The numbers of the ticked records in the address, each once; what is no number is passed over."""
    ids = [v for v in request.query_params.getlist("id") if v.isascii() and v.isdigit() and len(v) < 19]
    return list(dict.fromkeys(ids))[:MOST]
