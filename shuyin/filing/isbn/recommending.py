"""AI推薦主題詞與分類號碼 (B1; S0 l.1423–1470): what the recommender is asked, what the filer takes of its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from shuyin.ai_subjects import services
from shuyin.ai_subjects.description import Description
from shuyin.ai_subjects.recommender import Recommendation
from shuyin.filing.engine import drafts
from shuyin.filing.engine.declaration import Filing
from shuyin.filing.isbn.kinds import CLASSES, HEADINGS
from shuyin.filing.models import FilingRow
from shuyin.filing.office import By, Office

#: Where the number of the recommendation that was shown last is kept among the answers.
NUMBER = "recommendation"


def description_of(answers: Mapping[str, Any]) -> Description:
    """What the answers say of the book: title, names, publisher, summary, contents, keywords, audience, category."""
    category = [answers.get("topic"), answers.get("shelf"), answers.get("shelf_children")]
    return Description(
        title=str(answers.get("title") or ""),
        author=str(answers.get("authors") or ""),
        publisher=str(answers.get("publisher") or ""),
        summary=str(answers.get("intro") or ""),
        contents=str(answers.get("contents") or ""),
        keywords=tuple(word for word in str(answers.get("keywords") or "").split(";") if word),
        audience=str(answers.get("audience") or ""),
        category="；".join(str(one) for one in category if one),
        language=str(answers.get("language") or ""),
    )


def shown(
    session: Session, office: Office, filing: Filing, row: FilingRow, described: Description, found: Recommendation
) -> None:
    """Note what is shown to the filer; its number stays with the draft."""
    number = services.note_shown(session, described, found)
    drafts.put(session, office, filing, row, {NUMBER: number})


def listed(ticked: Sequence[str], other: str, *, classes: bool = False) -> str:
    """Ticked and typed values as the field takes them: 期刊,文獻."""
    kind = CLASSES if classes else HEADINGS
    return kind.clean(",".join([*ticked, other]))


def use(
    session: Session, office: Office, filing: Filing, filing_id: int, subjects: str, classes: str, *, by: By
) -> None:
    """確認送出: fill 建議主題詞 and 建議分類號碼, note what was chosen. Raises NotEditable, UnknownDraft."""
    row = drafts.locked(session, filing_id)
    if not filing.state(row.state).editable:
        raise drafts.NotEditable
    number = drafts.answers_of(office, row).get(NUMBER)
    drafts.put(session, office, filing, row, {"subjects": subjects, "classes": classes})
    if isinstance(number, int):
        services.note_ticked(session, number, _split(subjects), _split(classes))
    drafts.remember(session, row, by, "recommend")


def _split(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def unlisted(text: str, offered: Sequence[str]) -> str:
    """What a field holds that is not offered for ticking: goes into 其他."""
    return "，".join(part for part in _split(text) if part not in offered)
