"""Records and schemes of the system of record as the recommender's plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.ai_subjects.description import Description, LabelledRecord
from shuyin.ai_subjects.scheme import Scheme, SchemeClass, SchemeHeading, starter_scheme, terms_of
from shuyin.records import marc
from shuyin.records.book import Book
from shuyin.records.models import BookRow, ClassRow, HeadingRow

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
    )


def labelled(book: Book, record_id: str) -> LabelledRecord:
    """The book with the headings and class number that it carries."""
    numbers = [number.number for number in book.classes if number.scheme in CLASS_SCHEMES]
    return LabelledRecord(
        id=record_id,
        description=describe(book),
        subjects=tuple(dict.fromkeys(subject.label for subject in book.subjects if subject.tag != "655")),
        class_number=numbers[0] if numbers else "",
        adults_only=any(mark in (book.rating or "") for mark in _ADULT_MARKS),
    )


def catalogued(session: Session, batch: int = 500) -> Iterator[LabelledRecord]:
    """Every public book that has a heading or a class number, by its number; ids are ISBNs where there are any."""
    last = 0
    while True:
        rows = session.execute(
            select(BookRow.id, BookRow.marc)
            .where(BookRow.id > last, BookRow.public, BookRow.deleted_at.is_(None))
            .order_by(BookRow.id)
            .limit(batch)
        ).all()
        if not rows:
            return
        for row_id, data in rows:
            book = marc.read(data)
            record = labelled(book, book.isbns[0] if book.isbns else f"record-{row_id}")
            if record.subjects or record.class_number:
                yield record
        last = rows[-1][0]


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
