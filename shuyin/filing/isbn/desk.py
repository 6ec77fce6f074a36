"""The cataloguing desk: the record of an application, made, edited, filled from suggestions, released (C8).

The record is a row of `books` that the public does not see before its release; so its versions are kept like those
of any record, and a correction after the release is a version too (`filing.history` undoes it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymarc import Field, Indicators, Record, Subfield
from sqlalchemy.orm import Session

from shuyin.ai_subjects import services as recommendations
from shuyin.ai_subjects.description import Description
from shuyin.ai_subjects.models import RecommendationRow
from shuyin.ai_subjects.recommender import Recommendation, Recommender
from shuyin.filing import audit
from shuyin.filing.engine import uploads
from shuyin.filing.engine.declaration import mark
from shuyin.filing.engine.drafts import answers_of
from shuyin.filing.engine.flow import Refused
from shuyin.filing.isbn import acceptance, assignment, cip, projection
from shuyin.filing.isbn.numbers import Number, numbers
from shuyin.filing.models import Cataloguing, FilingRow, IsbnNumber
from shuyin.filing.office import By, Office
from shuyin.records import covers, isbn, marc, services
from shuyin.records.marc import checking, lines
from shuyin.records.marc.terms import CIP_AGENCY
from shuyin.records.models import BookRow, OrganisationRow

#: Where records of filings come from (`BookRow.source`).
SOURCE = "filing"

NO_RECORD = mark("這件申請還沒有書目。請先編配 ISBN 或開始編目。")
NOT_ON_SHELF = mark("書目中沒有 ISBN {isbn}，無法補編 CIP。請確認號碼，或先退件。")
CHANGED = mark("有人在您之後修改了這筆書目。請核對下方最新的內容，再修改一次；您的修改沒有寫入。")
NUMBER_LOST = mark("書目的 020 欄缺少本件已編配的 ISBN：{numbers}。")
NEEDS_CLASS = mark("申請 CIP 的書目須有中文圖書分類號（084 $2 ncsclt）。")
NEEDS_SUBJECT = mark("申請 CIP 的書目須有主題詞（650）。")
NOT_GOOD = mark("書目還有 {count} 處不合格式，請先修改：{first}")
TOO_LONG = mark("簡介或目次太長，放不進 MARC21 記錄，請退件縮短。")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The record of a filing on the desk, with the version to which an edit belongs."""

    entry: Cataloguing
    book_id: int
    version: int
    record: Record
    public: bool


def sheet(session: Session, filing_id: int, *, locked: bool = False) -> Sheet | None:
    """The record of a filing, None while it has none."""
    entry = session.get(Cataloguing, filing_id, with_for_update=locked, populate_existing=locked)
    if entry is None:
        return None
    book = session.get_one(BookRow, entry.book_id, populate_existing=locked)
    return Sheet(entry, book.id, book.version, marc.parse(book.marc), book.public and book.deleted_at is None)


def prepare(session: Session, office: Office, row: FilingRow, by: By) -> Sheet:
    """The record of a filing, made of its answers and numbers where there is none yet.

    Answers that were corrected after a return are taken over; what was catalogued (subjects, classes) stays.
    A supplementary application works on the record that has its ISBN. Raises Refused.
    """
    standing = sheet(session, row.id, locked=True)
    answers = answers_of(office, row)
    if standing is None:
        supplement = row.kind == "cip"
        book_id = _supplemented(session, answers) if supplement else _created(session, row, answers)
        entry = Cataloguing(filing_id=row.id, book_id=book_id, accepted={}, started_at=office.now(), started_by=by.name)
        session.add(entry)
        session.flush()
        audit.append(session, by.name, "catalogue", "book", book_id, {"filing": row.id})
        if supplement:
            _complete(session, row, answers, by)
    elif not standing.public:
        fresh = marc.parse(_projected(session, row, answers))
        fresh.fields += [field for field in standing.record.fields if field.tag in _CATALOGUED]
        _write(session, standing, fresh, by, "resubmitted")
    found = sheet(session, row.id)
    assert found is not None
    return found


#: What the cataloguer decides, not the application.
_CATALOGUED = ("016", "084", "600", "610", "611", "650", "651", "883")


def _supplemented(session: Session, answers: Mapping[str, Any]) -> int:
    number = str(answers.get("isbn") or "")
    book_id = services.book_for_isbn(session, isbn.normalise(number) or number)
    if book_id is None:
        raise Refused(NOT_ON_SHELF, isbn=number)
    return book_id


def _complete(session: Session, row: FilingRow, answers: Mapping[str, Any], by: By) -> None:
    """Add what a supplementary application brings and the record lacks: summary, contents, keywords."""
    found = sheet(session, row.id)
    assert found is not None
    brought = marc.write(projection.book_of(answers, {}))
    have = {field.tag for field in found.record.fields}
    found.record.fields += [field for field in brought.fields if field.tag in _BROUGHT and field.tag not in have]
    _write(session, found, found.record, by, "supplement")


_BROUGHT = ("505", "520", "653")


def _created(session: Session, row: FilingRow, answers: Mapping[str, Any]) -> int:
    content = _projected(session, row, answers)
    return services.create_book(session, content, identity=f"{SOURCE}|{row.id}", source=SOURCE, public=False)


def _projected(session: Session, row: FilingRow, answers: Mapping[str, Any]) -> bytes:
    house = session.get(OrganisationRow, row.organisation_id) if row.organisation_id else None
    given = {n.item: n.isbn for n in assignment.of_filing(session, row.id) if n.state == "assigned" and n.item}
    try:
        return projection.record_of(
            answers,
            given,
            place=projection.place_of(house.address if house else None),
            cip_number=cip.number_of(session, row.id),
            control_number=(row.reference or "").replace("-", "") or None,
        )
    except marc.RecordTooLong as error:
        raise Refused(TOO_LONG) from error


def save(
    session: Session, filing_id: int, edited: Sequence[lines.MarcLine], *, version: int, by: By, reason: str
) -> Sheet:
    """Write the edited fields as a new version. Raises Refused: no record, changed meanwhile, too long."""
    standing = sheet(session, filing_id, locked=True)
    if standing is None:
        raise Refused(NO_RECORD)
    if standing.version != version:
        raise Refused(CHANGED)
    record = lines.from_lines(edited)
    acceptance.tidy(record, standing.entry.accepted)
    _write(session, standing, record, by, reason)
    found = sheet(session, filing_id)
    assert found is not None
    return found


def _write(session: Session, standing: Sheet, record: Record, by: By, reason: str) -> None:
    record.fields = sorted(record.fields, key=lambda field: str(field.tag))
    try:
        content = marc.serialise(record)
    except marc.RecordTooLong as error:
        raise Refused(TOO_LONG) from error
    before = standing.version
    after = services.save_marc(session, standing.book_id, content, changed_by=by.name, reason=reason)
    session.flush()
    if after != before:
        audit.append(session, by.name, "edit", "book", standing.book_id, {"version": after})


def description_of(answers: Mapping[str, Any]) -> Description:
    """What the recommender is told of an application."""

    def text(name: str) -> str:
        return str(answers.get(name) or "")

    return Description(
        title=text("title"),
        author=text("authors"),
        publisher=text("publisher"),
        summary=text("intro"),
        contents="" if text("contents") == projection.NO_CONTENTS else text("contents"),
        keywords=tuple(word for word in text("keywords").split(";") if word),
        audience=text("audience"),
        category=text("topic"),
        language=text("language"),
    )


def suggest(session: Session, office: Office, row: FilingRow, recommender: Recommender) -> Recommendation:
    """What the recommender proposes for a filing; nothing is written (`note_suggested` does)."""
    return recommender.recommend(description_of(answers_of(office, row)))


def is_noted(session: Session, office: Office, row: FilingRow, found: Recommendation) -> bool:
    """Whether the learning loop knows that this was shown at the desk, for this text, by this model."""
    entry = session.get(Cataloguing, row.id)
    noted = session.get(RecommendationRow, entry.recommendation_id) if entry and entry.recommendation_id else None
    description = description_of(answers_of(office, row))
    told = (found.model[:64], recommendations.inputs_hash(description))
    return noted is not None and (noted.model, noted.inputs_hash) == told


def note_suggested(session: Session, office: Office, row: FilingRow, found: Recommendation) -> None:
    """Keep what was shown at the desk, once for each model and text (learning loop, B4)."""
    entry = session.get(Cataloguing, row.id, with_for_update=True)
    if entry is not None and not is_noted(session, office, row, found):
        description = description_of(answers_of(office, row))
        entry.recommendation_id = recommendations.note_shown(session, description, found)


def accept(
    session: Session,
    office: Office,
    filing_id: int,
    chosen: Sequence[tuple[str, str]],
    found: Recommendation | None,
    *,
    by: By,
) -> int:
    """Add headings and class numbers ((kind, value) each) to the record; how many were new.

    Those among the suggestions `found` carry their 883 (`acceptance`). Raises Refused.
    """
    standing = sheet(session, filing_id, locked=True)
    if standing is None:
        raise Refused(NO_RECORD)
    scores = {(acceptance.SUBJECT, one.label): one.score for one in found.subjects} if found else {}
    scores |= {(acceptance.CLASS, one.number): one.score for one in found.classes} if found else {}
    taken, added = dict(standing.entry.accepted), 0
    for kind, value in chosen:
        score = scores.get((kind, value))
        if found is None or score is None:
            added += acceptance.add(standing.record, kind, value)
        elif acceptance.accept(standing.record, kind, value, model=found.model, score=score, on=office.today()):
            taken[acceptance.key(kind, value)] = round(score, 4)
            added += 1
    if added:
        standing.entry.accepted = taken
        _write(session, standing, standing.record, by, "suggestions")
    return added


def unneeded(session: Session, row: FilingRow, answers: Mapping[str, Any]) -> list[IsbnNumber]:
    """Numbers that the filing has and no longer asks for, after a correction: staff give them up."""
    asked = {number.item for number in numbers(answers)}
    found = assignment.of_filing(session, row.id)
    return [one for one in found if one.state == "assigned" and one.item not in asked]


def asked_for(session: Session, row: FilingRow, answers: Mapping[str, Any]) -> list[tuple[Number, str | None]]:
    """Every number of an application with what was assigned to it."""
    given = {one.item: one.isbn for one in assignment.of_filing(session, row.id) if one.state == "assigned"}
    return [(number, given.get(number.item)) for number in numbers(answers)]


#: Why a record is not ready: a msgid and its values.
Obstacle = tuple[str, dict[str, Any]]


def obstacles(session: Session, row: FilingRow, answers: Mapping[str, Any], record: Record) -> list[Obstacle]:
    """Why the record cannot be released yet, as (msgid, params); empty if it can."""
    found: list[Obstacle] = [(one.message, dict(one.params)) for one in checking.check(record)]
    book = marc.read(record)
    asked = {number.item for number in numbers(answers)}
    lost = [
        isbn.hyphenate(one.isbn)
        for one in assignment.of_filing(session, row.id)
        if one.state == "assigned" and one.item in asked and one.isbn not in book.isbns
    ]
    if lost:
        found.append((NUMBER_LOST, {"numbers": "、".join(lost)}))
    if answers.get("cip") == "yes":
        if not acceptance.standing(record, acceptance.CLASS):
            found.append((NEEDS_CLASS, {}))
        if not acceptance.standing(record, acceptance.SUBJECT):
            found.append((NEEDS_SUBJECT, {}))
    return found


def release(session: Session, office: Office, row: FilingRow, by: By) -> Sheet:
    """Give the CIP number where it was asked for, show the record to the public, tell the learning loop.

    Raises Refused where the record is not good yet.
    """
    answers = answers_of(office, row)
    standing = sheet(session, row.id, locked=True) or prepare(session, office, row, by)
    problems = obstacles(session, row, answers, standing.record)
    if problems:
        message, params = problems[0]
        raise Refused(NOT_GOOD, count=len(problems), first=message.format(**params))
    record = standing.record
    if answers.get("cip") == "yes":
        _set_cip(record, cip.give(session, office, row.id, by=by))
    _write(session, standing, record, by, "release")
    services.publish(session, standing.book_id, announced_on=office.today())
    _show_cover(session, office, row, record, by)
    entry = standing.entry
    entry.released_at, entry.released_by = office.now(), by.name
    _teach(session, answers, entry, record)
    session.flush()
    audit.append(session, by.name, "release", "book", standing.book_id, {"filing": row.id})
    found = sheet(session, row.id)
    assert found is not None
    return found


def _show_cover(session: Session, office: Office, row: FilingRow, record: Record, by: By) -> None:
    """Give the record the cover that came with the application; a picture that cannot be used is noted, no more."""
    upload = next((one for one in row.uploads if one.place == "cover"), None)
    numbers = marc.read(record).isbns
    if upload is None or not numbers:
        return
    try:
        covers.add(session, office.files.parent, numbers[0], uploads.read(office, upload), added_by=by.name)
    except covers.BadCover as error:
        audit.append(session, by.name, "cover-refused", "filing", row.id, {"why": str(error)})


def _set_cip(record: Record, number: str) -> None:
    for old in [one for one in record.get_fields("016") if one.get("2") == CIP_AGENCY]:
        record.remove_field(old)
    subfields = [Subfield("a", number), Subfield("2", CIP_AGENCY)]
    record.fields.append(Field(tag="016", indicators=Indicators("7", " "), subfields=subfields))


def _teach(session: Session, answers: Mapping[str, Any], entry: Cataloguing, record: Record) -> None:
    subjects = acceptance.standing(record, acceptance.SUBJECT)
    classes = acceptance.standing(record, acceptance.CLASS)
    if not subjects and not classes:
        return
    if entry.recommendation_id is not None:
        recommendations.note_assigned(session, entry.recommendation_id, subjects, classes, entry.book_id)
    dialogue = answers.get("recommendation")  # what the publisher was shown fared well or badly, too
    if isinstance(dialogue, int) and session.get(RecommendationRow, dialogue) is not None:
        recommendations.note_assigned(session, dialogue, subjects, classes)
