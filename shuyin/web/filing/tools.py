"""Helps that a section of a form declares by name (`Section.tool`), and what their templates are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session

from shuyin.filing.isbn import former
from shuyin.filing.models import FilingRow
from shuyin.filing.office import Office


def _carry(request: Request, session: Session, office: Office, row: FilingRow) -> Mapping[str, Any]:
    """舊資料查詢: what was searched for and what was found."""
    wanted = request.query_params.get("q", "")[:200].strip()
    return {
        "wanted": wanted,
        "found": former.look_up(session, office, row, wanted) if wanted else [],
        "most": former.MOST,
        "carried": "carried" in request.query_params,
    }


def _nothing(request: Request, session: Session, office: Office, row: FilingRow) -> Mapping[str, Any]:
    return {}


#: Name of the tool → what its template `filing/tools/NAME.html` needs.
TOOLS: dict[str, Callable[[Request, Session, Office, FilingRow], Mapping[str, Any]]] = {
    "carry": _carry,
    "recommend": _nothing,
}


def given(name: str, request: Request, session: Session, office: Office, row: FilingRow) -> Mapping[str, Any]:
    """What the template of a tool is given. Raises KeyError for a tool that nobody made."""
    return TOOLS[name](request, session, office, row)
