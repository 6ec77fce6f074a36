"""What the steps of an ISBN/CIP application do in their transaction: numbers, the record, its release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from shuyin.filing.engine import flow
from shuyin.filing.engine.declaration import mark
from shuyin.filing.engine.drafts import answers_of
from shuyin.filing.isbn import assignment, desk
from shuyin.filing.isbn.numbers import numbers
from shuyin.filing.models import FilingRow
from shuyin.filing.office import By, Office
from shuyin.records import changes, isbn, marc
from shuyin.records.data_block import data_block

NO_PUBLISHER = mark("這件申請沒有對應的出版機構，無法編配號碼。請先確認申請者的帳號屬於哪個出版機構。")


def assign(session: Session, office: Office, row: FilingRow, by: By) -> Mapping[str, Any]:
    """Give out the numbers of an application and make its record; the letter lists them as S2 五 displays them."""
    if row.organisation_id is None:
        raise flow.Refused(NO_PUBLISHER)
    changes.lock(session)  # before the ranges, as whoever adds a range does
    wanted = [number.wanted for number in numbers(answers_of(office, row))]
    given = assignment.assign(session, office, row.organisation_id, row.id, wanted, by=by)
    desk.prepare(session, office, row, by)
    said = "\n".join(["已編配的國際標準書號：", *(f"ISBN {isbn.hyphenate(n.isbn)}（{n.label}）" for n in given)])
    return _answer(session, office, row, by, said)


def catalogue(session: Session, office: Office, row: FilingRow, by: By) -> Mapping[str, Any]:
    """Take an application onto the desk: its record is there from now on."""
    changes.lock(session)
    desk.prepare(session, office, row, by)
    return {}


def release(session: Session, office: Office, row: FilingRow, by: By) -> Mapping[str, Any]:
    """Show the record to the public; the letter has the Data Block as it is to be printed."""
    changes.lock(session)
    done = desk.release(session, office, row, by)
    link = f"{office.base_url}/books/{done.book_id}"
    book = marc.read(done.record)
    if book.cip_number:
        said = "\n".join(data_block(book).paragraphs) + f"\n\n預行編目資料：{link}/data-block"
    else:
        said = f"書目已公開：{link}"
    return _answer(session, office, row, by, said)


def _answer(session: Session, office: Office, row: FilingRow, by: By, said: str) -> Mapping[str, Any]:
    """The text for the letter, which is kept in the conversation as well (回覆訊息, S0 l.1640)."""
    flow.add_message(session, office, row, said, by=by, from_staff=True)
    return {"said": said}
