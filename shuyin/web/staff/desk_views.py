"""What the pages of the cataloguing desk show, made from the workflows' values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymarc import Record

from shuyin.ai_subjects.recommender import Reason, Recommendation
from shuyin.filing.isbn import acceptance
from shuyin.filing.isbn.desk import Obstacle
from shuyin.records.marc import checking, lines
from shuyin.search_api.messages import N_
from shuyin.web.books.marc_view import FIELD_LABELS, LEADER_LABEL
from shuyin.web.forms import Posted
from shuyin.web.i18n import gettext

#: What may be added to a record by a button.
KINDS = (acceptance.SUBJECT, acceptance.CLASS, acceptance.NAME)
FORM_LABELS = {"print": N_("紙本書"), "audio": N_("有聲書"), "ebook": N_("電子書")}
#: Keys of the steps (Alt and the key), beside those of the suggestions.
STEP_KEYS = {"open": "o", "assign": "g", "catalogue": "c", "return": "t", "release": "r"}
#: Empty lines below the record, for new fields.
SPARE = 3
#: Suggestions that are offered.
MOST = 9
#: A heading that is at least so likely is taken over with "take the best"; the best one always is.
LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the editor."""

    number: int
    line: lines.MarcLine
    label: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """One suggestion: `value` is what its button posts, `key` the access key."""

    kind: str
    value: str
    label: str
    score: float
    why: tuple[Reason, ...]
    taken: bool
    key: str


def say(message: str, params: Mapping[str, Any]) -> str:
    """A problem in the reader's language."""
    return gettext(message).format(**params)


def editor(edited: Sequence[lines.MarcLine]) -> tuple[list[LineView], list[str]]:
    """The lines with what is wrong at each, and what is wrong with the record as a whole."""
    record = lines.from_lines(edited)
    problems = checking.check(record)
    # the record's fields stand in the order of tags: find each line's field again
    order = sorted(
        (place for place, line in enumerate(edited) if line.tag not in ("", lines.LEADER) and _says(line)),
        key=lambda place: edited[place].tag,
    )
    at: dict[int, list[str]] = {}
    whole = []
    for problem in problems:
        text = say(problem.message, problem.params)
        if 0 <= problem.place < len(order):
            at.setdefault(order[problem.place], []).append(text)
        else:
            whole.append(text)
    views = [LineView(place, line, _label(line.tag), tuple(at.get(place, ()))) for place, line in enumerate(edited)]
    spare = [LineView(len(views) + n, lines.MarcLine("", "##", ""), "", ()) for n in range(SPARE)]
    return [*views, *spare], whole


def _says(line: lines.MarcLine) -> bool:
    return len(lines.from_lines([line]).fields) == 1


def _label(tag: str) -> str:
    return LEADER_LABEL if tag == lines.LEADER else FIELD_LABELS.get(tag, "")


def posted_lines(form: Posted) -> list[lines.MarcLine]:
    """The lines of the editor's form; those without a tag or without a content are left out."""
    columns = (form.values.get(name, []) for name in ("tag", "indicators", "content"))
    return [
        lines.MarcLine(tag.strip().upper()[:3], indicators[:2], content)
        for tag, indicators, content in zip(*columns, strict=False)
        if tag.strip() and content.strip()
    ]


def suggestions(found: Recommendation | None, record: Record) -> tuple[list[SuggestionView], list[SuggestionView]]:
    """Headings and class numbers that are offered, each with its reasons; keys 1–9 for headings, letters for numbers"""
    if found is None:
        return [], []
    subjects = acceptance.standing(record, acceptance.SUBJECT)
    classes = acceptance.standing(record, acceptance.CLASS)
    headings = [
        _suggestion(acceptance.SUBJECT, one.label, one.label, one.score, one.why, one.label in subjects, str(number))
        for number, one in enumerate(found.subjects[:MOST], start=1)
    ]
    numbers = [
        _suggestion(acceptance.CLASS, one.number, one.label, one.score, one.why, one.number in classes, key)
        for one, key in zip(found.classes[:MOST], "qwyuipjkz", strict=False)
    ]
    return headings, numbers


def _suggestion(
    kind: str, value: str, label: str, score: float, why: Sequence[Reason], taken: bool, key: str
) -> SuggestionView:
    shown = value if kind == acceptance.SUBJECT else f"{value} {label}".strip()
    return SuggestionView(kind, value, shown, score, tuple(why[:3]), taken, key)


def best(found: Recommendation) -> list[tuple[str, str]]:
    """What "take the best" takes over: the likely headings (at least one) and the first class number."""
    headings = [one.label for one in found.subjects if one.score >= LIKELY] or [one.label for one in found.subjects[:1]]
    return [
        *((acceptance.SUBJECT, label) for label in headings),
        *((acceptance.CLASS, one.number) for one in found.classes[:1]),
    ]


def obstacles_said(found: Sequence[Obstacle]) -> list[str]:
    """Why the record cannot be released, in words, each once."""
    return list(dict.fromkeys(say(message, params) for message, params in found))
