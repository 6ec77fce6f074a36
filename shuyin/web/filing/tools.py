"""Helps that a section of a form declares by name (`Section.tool`), and what their templates are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session

from shuyin.filing.isbn import former, publication
from shuyin.filing.isbn.confirmation import CHANGES
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


def _publication(request: Request, session: Session, office: Office, row: FilingRow) -> Mapping[str, Any]:
    """What the record says now, beside what is to be changed."""
    number = str(row.answers.get("isbn") or "")
    found = publication.current(session, row.organisation_id, number)
    if found is None:
        return {"isbn": number, "facts": []}
    record, book, binding = found
    said = publication.answers_for(book, binding)
    labels = {choice.value: choice.label for choice in CHANGES}
    said["size"] = " × ".join(part for part in (said.get("height"), said.get("width")) if part)
    facts = [(labels[name], said.get(name, "")) for name in labels if name not in ("intro", "contents")]
    return {"isbn": number, "facts": facts, "book_id": record.id}


def _nothing(request: Request, session: Session, office: Office, row: FilingRow) -> Mapping[str, Any]:
    return {}


#: Name of the tool → what its template `filing/tools/NAME.html` needs.
TOOLS: dict[str, Callable[[Request, Session, Office, FilingRow], Mapping[str, Any]]] = {
    "carry": _carry,
    "recommend": _nothing,
    "publication": _publication,
}


def given(name: str, request: Request, session: Session, office: Office, row: FilingRow) -> Mapping[str, Any]:
    """What the template of a tool is given. Raises KeyError for a tool that nobody made."""
    return TOOLS[name](request, session, office, row)
