"""Puts the starter scheme into the authority tables, so that look-up and browsing work from the first start."""

from __future__ import annotations

from sqlalchemy.orm import Session, sessionmaker

from shuyin.ai_subjects.scheme import STARTER_ORIGIN, starter_classes
from shuyin.records.authorities import ClassEntry, add_classes

#: Numbers that the source document S0 prints with their captions (AI推薦主題詞與分類號碼); they win over the starter's.
PRINTED_ORIGIN = "S0"
PRINTED = (("051", "學術期刊"), ("050.1", "期刊研究"), ("022.7", "圖書館統計"))


def load_starter_schemes(sessions: sessionmaker[Session]) -> int:
    """Add the classes of the starter table that are not known yet; how many. Rows of an official file stay."""
    printed = dict(PRINTED)
    entries = [ClassEntry(number, caption, PRINTED_ORIGIN) for number, caption in PRINTED]
    entries += [
        ClassEntry(c.number, c.caption, STARTER_ORIGIN, c.caption_en or None, c.variants)
        for c in starter_classes()
        if c.number not in printed
    ]
    with sessions.begin() as session:
        return add_classes(session, entries)
