"""Records and schemes of the system of record as the recommender's plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.ai_subjects.description import Description, LabelledRecord
from shuyin.ai_subjects.models import RecommendationRow
from shuyin.ai_subjects.scheme import Scheme, SchemeClass, SchemeHeading, starter_scheme, terms_of
from shuyin.records import marc
from shuyin.records.book import Book
from shuyin.records.models import BookRow, ClassRow, HeadingRow, utc_now

#: Class numbers of 中文圖書分類法 in MARC 084 $2.
CLASS_SCHEMES = frozenset({"ncsclt", "csclt", "ccl"})
_ADULT_MARKS = ("限制級", "18禁", "18限", "成人")


def describe(book: Book) -> Description:
    """The fields of a book that the recommender reads."""
    names = [person.name for person in book.contributors]
    return Description(
        title=book.title,
        author="; ".join(names) if names else (book.responsibility or ""),
        publisher=book.publisher or "",
        summary=book.summary or "",
        contents=book.contents or "",
        keywords=book.keywords,
        audience=book.audience or "",
        category=" > ".join(part for part in (book.category, book.shelf_category) if part),
        language=book.language or "",
        original_language=book.original_language or "",
    )


def labelled(book: Book, record_id: str, *, public: bool = True) -> LabelledRecord:
    """The book with the headings and class number that it carries."""
    numbers = [number.number for number in book.classes if number.scheme in CLASS_SCHEMES]
    return LabelledRecord(
        id=record_id,
        description=describe(book),
        subjects=tuple(dict.fromkeys(subject.label for subject in book.subjects if subject.tag != "655")),
        class_number=numbers[0] if numbers else "",
        adults_only=any(mark in (book.rating or "") for mark in _ADULT_MARKS),
        public=public,
    )


def id_of(book: Book, row_id: int) -> str:
    """How the recommender knows a book: its first ISBN, else the number of its row."""
    return book.isbns[0] if book.isbns else f"record-{row_id}"


def is_public(row: BookRow, now: datetime) -> bool:
    """Whether everyone may see the record at that instant."""
    return row.public and row.deleted_at is None and (row.public_from is None or row.public_from <= now)


def accepted(
    session: Session, since: datetime, seen: Set[tuple[int, datetime]]
) -> dict[tuple[int, datetime], LabelledRecord]:
    """The records whose headings and class number a cataloguer assigned after a recommendation at or after `since`,
    by (recommendation, time of the decision), oldest first, without those `seen`. Labels are those assigned."""
    decided = RecommendationRow.assigned_at, RecommendationRow.id
    query = (
        select(RecommendationRow, BookRow)
        .join(BookRow, BookRow.id == RecommendationRow.record_id)
        .where(RecommendationRow.assigned_at >= since, BookRow.deleted_at.is_(None))
        .order_by(*decided)
    )
    if seen:
        tied = RecommendationRow.assigned_at >= since, RecommendationRow.record_id.is_not(None)
        news = session.execute(select(*decided).where(*tied)).all()
        fresh = [number for at, number in news if (number, at) not in seen]
        if not fresh:
            return {}
        query = query.where(RecommendationRow.id.in_(fresh))
    found: dict[tuple[int, datetime], LabelledRecord] = {}
    now = utc_now()
    for row, record in session.execute(query):
        book = marc.read(record.marc)
        made = labelled(book, id_of(book, record.id), public=is_public(record, now))
        assigned = row.assigned or {}
        numbers = assigned.get("classes", [])
        found[row.id, row.assigned_at or since] = replace(
            made, subjects=tuple(assigned.get("subjects", ())), class_number=numbers[0] if numbers else ""
        )
    return found


def catalogued(session: Session, batch: int = 500) -> Iterator[LabelledRecord]:
    """Every public book that has a heading or a class number, by its number; ids are ISBNs where there are any."""
    for _, record in _books(session, batch):
        if record.subjects or record.class_number:
            yield record


def _books(session: Session, batch: int) -> Iterator[tuple[Book, LabelledRecord]]:
    last, now = 0, utc_now()
    while True:
        rows = session.execute(
            select(BookRow.id, BookRow.marc, BookRow.public_from)
            .where(BookRow.id > last, BookRow.public, BookRow.deleted_at.is_(None))
            .order_by(BookRow.id)
            .limit(batch)
        ).all()
        if not rows:
            return
        for row_id, data, public_from in rows:
            book = marc.read(data)
            yield book, labelled(book, id_of(book, row_id), public=public_from is None or public_from <= now)
        last = rows[-1][0]


#: Titles beside one and the same category or keyword: more teach nothing.
_MOST_WITH_WORDING = 60


def wordings(session: Session, batch: int = 500) -> list[tuple[str, str]]:
    """(title, its category or keyword or other title) of every public book that is not for adults only: what an
    embedding can learn from records without headings."""
    seen: Counter[str] = Counter()
    found: list[tuple[str, str]] = []
    for book, record in _books(session, batch):
        if record.adults_only or not record.public:
            continue
        others = (book.category, *book.keywords, *book.parts.parallel, *book.parts.variants, book.parts.uniform)
        for other in dict.fromkeys(text for text in others if text):
            seen[other] += 1
            if seen[other] <= _MOST_WITH_WORDING:
                found.append((book.title, other))
    return found


def joined(records: Sequence[LabelledRecord], more: Sequence[LabelledRecord]) -> list[LabelledRecord]:
    """Both lists; of two records with one id the later one counts."""
    return list({record.id: record for record in (*records, *more)}.values())


def loaded_scheme(session: Session) -> Scheme:
    """The scheme in the tables; the starter scheme if they are empty."""
    headings = session.execute(select(HeadingRow.label, HeadingRow.variants)).all()
    classes = session.execute(
        select(ClassRow.number, ClassRow.caption, ClassRow.variants).where(ClassRow.table_name == "main")
    ).all()
    if not headings and not classes:
        return starter_scheme()
    return Scheme(
        tuple(SchemeHeading(label, tuple(variants or ())) for label, variants in headings),
        tuple(
            SchemeClass(number, tuple(dict.fromkeys((caption, *terms_of(caption), *(variants or ())))))
            for number, caption, variants in classes
        ),
    )
