"""Headings, classes and recommendations as the JSON API gives them; the pages use the same values."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog
from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from shuyin.ai_subjects import live, services
from shuyin.ai_subjects.description import Description
from shuyin.ai_subjects.recommender import Recommendation, Recommender
from shuyin.ai_subjects.schemes import lookup
from shuyin.ai_subjects.schemes.lookup import Lookup
from shuyin.ai_subjects.texts import clean
from shuyin.records.models import ClassRow, HeadingRow
from shuyin.search_api.dependencies import get_sessions, get_writes

#: Longest values that are taken (B1: a summary has up to 6,000 characters; contents may be longer).
LONGEST = {"title": 1_000, "author": 1_000, "publisher": 500, "summary": 20_000, "contents": 60_000, "category": 500}

_lookup = Lookup()
_log = structlog.stdlib.get_logger("shuyin.recommendations")


def the_lookup() -> Lookup:
    """The look-up of this process."""
    return _lookup


def the_recommender(request: Request) -> Recommender:
    """The recommender in use, with the latest accepted records; `artefact.NoModel` if there is none."""
    with get_sessions(request)() as session:
        return live.recommender(Path(request.app.state.settings.data_dir), session)


def heading_json(session: Session, row: HeadingRow) -> dict[str, Any]:
    """One heading with its references (ids where they are known) and classes."""
    related = row.relations or {}
    ids = lookup.ids_of(session, [label for labels in related.values() for label in labels])
    return {
        "id": row.id,
        "label": row.label,
        "label_en": row.label_en,
        "scheme": row.scheme,
        "uri": row.uri,
        "use_for": list(row.variants or ()),
        **{
            name: [{"id": ids.get(label), "label": label} for label in related.get(name, ())]
            for name in ("broader", "narrower", "related")
        },
        "note": row.note,
        "origin": row.origin,
        "classes": [asdict(link) for link in lookup.classes_of(session, row.id)],
    }


def class_json(session: Session, row: ClassRow) -> dict[str, Any]:
    """One class with the captions above it, the classes below it and its headings."""
    return {
        "number": row.number,
        "caption": row.caption or None,
        "caption_en": row.caption_en,
        "variants": list(row.variants or ()),
        "scheme": row.scheme,
        "table": row.table_name,
        "uri": row.uri,
        "note": row.note,
        "origin": row.origin,
        "path": [{"number": above.number, "caption": above.caption} for above in lookup.path(session, row)],
        "narrower": [
            {"number": below.number, "caption": below.caption} for below in lookup.children(session, row.number)
        ],
        "headings": [asdict(link) for link in lookup.headings_of(session, row.number)],
    }


def description(values: dict[str, Any]) -> Description:
    """The description that a request gives, cleaned and cut to what is read."""
    text = {name: clean(str(values.get(name) or ""))[:longest] for name, longest in LONGEST.items()}
    words = values.get("keywords") or ()
    listed = (
        words.replace("，", ";").replace("、", ";").replace("；", ";").split(";") if isinstance(words, str) else words
    )
    return Description(
        keywords=tuple(word for word in (clean(str(one))[:100] for one in list(listed)[:50]) if word),
        audience=clean(str(values.get("audience") or ""))[:100],
        language=clean(str(values.get("language") or ""))[:20],
        original_language=clean(str(values.get("original_language") or ""))[:20],
        **text,
    )


def recommendation_json(session: Session, found: Recommendation) -> dict[str, Any]:
    """The answer with the ids of headings that stand in the tables."""
    return found.as_json(lookup.ids_of(session, [one.label for one in found.subjects]))


def noting(request: Request, described: Description, found: Recommendation, origin: str) -> BackgroundTask:
    """Keeps, after the answer is sent, what was recommended to whoever asked; the text itself is not kept."""
    writes = get_writes(request)

    def note() -> None:
        try:
            with writes.begin() as session:
                services.note_shown(session, described, found, origin=origin)
        except SQLAlchemyError:  # the answer was given; a line less in the statistics harms nobody
            _log.exception("recommendation not kept", origin=origin)

    return BackgroundTask(note)
