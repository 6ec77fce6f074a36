"""書封批次上傳 (C5; S0 l.1114): many covers at once, each file named by the ISBN of its book."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.engine.declaration import mark
from shuyin.filing.engine.media import IMAGES, sniff
from shuyin.filing.isbn import holdings
from shuyin.filing.office import By, Office
from shuyin.records import covers, isbn

#: Files in one go; the platform takes 50 MB a form.
MOST = 20
_NUMBER = re.compile(r"(?<!\d)(?:97[89][\d-]{10,14}|\d[\d-]{8,11}[\dXx])(?!\d)")

TAKEN = mark("已換上封面。")
NO_NUMBER = mark("檔名中沒有 ISBN，請以 ISBN 命名，例如 9789576787713.jpg。")
NOT_YOURS = mark("ISBN 不在貴單位的書目中。")
NOT_PICTURE = mark("不是 JPG 或 PNG 圖檔。")
TOO_LARGE = mark("檔案大於 10 MB，請縮小後再上傳。")
BROKEN = mark("圖檔無法開啟，請重新存檔後再上傳。")
MALWARE = mark("疑似含有惡意程式，未收下。")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: its name, the ISBN found in it, a msgid."""

    name: str
    isbn: str
    said: str

    @property
    def taken(self) -> bool:
        """Whether the cover is shown now."""
        return self.said == TAKEN


def number_in(name: str) -> str:
    """The ISBN (13 digits) that a file's name has, or an empty text."""
    found = (isbn.normalise(match[0]) for match in _NUMBER.finditer(name))
    return next((number for number in found if number), "")


def take(session: Session, office: Office, files: Sequence[tuple[str, bytes]], *, by: By) -> list[Outcome]:
    """Give each file's book its cover; what cannot be used is told, and the others are taken. Names are the filer's."""
    return [_take(session, office, name[-200:], content, by) for name, content in files[:MOST]]


def _take(session: Session, office: Office, name: str, content: bytes, by: By) -> Outcome:
    number = number_in(name)
    refusal = _refusal(session, office, number, content, by)
    if refusal:
        return Outcome(name, number, refusal)
    try:
        with session.begin_nested():
            row = covers.add(session, office.files.parent, number, content, added_by=by.name)
    except covers.UnknownIsbn:
        return Outcome(name, number, NOT_YOURS)
    except covers.BadCover:
        return Outcome(name, number, BROKEN)
    audit.append(session, by.name, "cover", "isbn", number, {"digest": row.digest})
    return Outcome(name, number, TAKEN)


def _refusal(session: Session, office: Office, number: str, content: bytes, by: By) -> str:
    if not number:
        return NO_NUMBER
    known = holdings.records(session, by.organisation_id, number=number)
    if next(known, None) is None:
        return NOT_YOURS
    if len(content) > covers.LARGEST:
        return TOO_LARGE
    if sniff(content) not in IMAGES:
        return NOT_PICTURE
    if office.scan is not None and office.scan(content):
        return MALWARE
    return ""
