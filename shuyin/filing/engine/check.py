"""The server's check: raw form input → cleaned answers → problems, all from the declaration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shuyin.filing.engine.conditions import Answers
from shuyin.filing.engine.declaration import Field, Filing, Rows, Section, Step, Upload, mark
from shuyin.filing.engine.kinds import LINES

#: No answer is longer than this, whatever the field says: what does not fit is refused, never cut.
HARD_LIMIT = 20_000
#: How a single-line text is limited where the field names no limit of its own.
DEFAULT_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the filer has to mend. `anchor` is the id of the input; `message` a msgid for `params`."""

    anchor: str
    label: str
    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """The message in the source language."""
        return self.message.format(**self.params)


#: Messages of the checks that every filing shares.
REQUIRED = mark("請填寫「{label}」。")
REQUIRED_CHOICE = mark("請選擇「{label}」。")
REQUIRED_FILE = mark("請上傳「{label}」。")
TOO_LONG = mark("「{label}」最多 {limit} 個字，目前 {length} 個字。")
TOO_SHORT = mark("「{label}」至少 {limit} 個字，目前 {length} 個字。")
NOT_IN_LIST = mark("「{label}」請從選項中選擇。")
TOO_FEW_ROWS = mark("「{label}」至少要有 {limit} 列。")
TOO_MANY_ROWS = mark("「{label}」最多 {limit} 列。")
TOO_MANY_FILES = mark("「{label}」最多 {limit} 個檔案。")


def limit_of(declared: Field) -> int:
    """The most characters the field takes."""
    if declared.max_length is not None:
        return declared.max_length
    return HARD_LIMIT if declared.kind is LINES else DEFAULT_LIMIT


def _shown(section: Section, item: Field | Rows | Upload, answers: Answers) -> bool:
    return section.shown.holds(answers) and item.shown.holds(answers)


def clean_field(declared: Field, raw: Sequence[str]) -> Any:
    """The cleaned answer: a list for several choices, else a text. Unknown values stay, for the check to refuse."""
    if declared.multiple:
        ticked = {declared.kind.clean(value[:HARD_LIMIT]) for value in raw}
        known = [c.value for c in declared.choices if c.value in ticked]
        return known + sorted(ticked - set(known) - {""})
    return declared.kind.clean(raw[-1][: HARD_LIMIT + 1]) if raw else ""


def clean_step(step: Step, form: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The cleaned answers of one step from a posted form (name → values); rows come as `rows-0-field`."""
    cleaned: dict[str, Any] = {}
    for section in step.sections:
        for item in section.items:
            if isinstance(item, Field):
                cleaned[item.name] = clean_field(item, form.get(item.name, ()))
            elif isinstance(item, Rows):
                cleaned[item.name] = _clean_rows(item, form)
    return cleaned


def removed(step: Step, form: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Codes of what cleaning took out of a posted form and the filer must be told of ("emoji")."""
    found = []
    for section in step.sections:
        for item in section.items:
            if isinstance(item, Field):
                found += [item.kind.removed(raw) for raw in form.get(item.name, ())]
    return tuple(dict.fromkeys(code for code in found if code))


def _clean_rows(rows: Rows, form: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    numbers = set()
    for name in form:
        parts = name.split("-")
        if len(parts) == 3 and parts[0] == rows.name and parts[1].isdigit() and len(parts[1]) < 5:
            numbers.add(int(parts[1]))
    found = []
    for number in sorted(numbers):
        row = {f.name: clean_field(f, form.get(f"{rows.name}-{number}-{f.name}", ())) for f in rows.fields}
        if any(row.values()):
            found.append(row)
    return found


def visible(filing: Filing, answers: Answers) -> dict[str, Any]:
    """The answers without those of items that their conditions hide: what is sent and shown to staff.

    Hiding one item may hide another, so this repeats until nothing changes.
    """
    kept = dict(answers)
    while True:
        gone = [
            item.name
            for _, section, item in filing.items()
            if not isinstance(item, Upload) and item.name in kept and not _shown(section, item, kept)
        ]
        if not gone:
            break
        for name in gone:
            del kept[name]
    for _, _, item in filing.items():
        if isinstance(item, Rows) and item.name in kept:
            kept[item.name] = _visible_rows(item, kept)
    return kept


def _visible_rows(rows: Rows, answers: Answers) -> list[dict[str, Any]]:
    found = []
    for row in answers[rows.name] or ():
        seen = {**answers, **row}
        hidden = {f.name for f in rows.fields if not f.shown.holds(seen)}
        found.append({name: value for name, value in row.items() if name not in hidden})
    return found


def check_step(filing: Filing, step: Step, answers: Answers, files: Mapping[str, int], today: date) -> list[Problem]:
    """What is wrong in one step, in the order of the form. `files` counts the files by name of their place."""
    known = visible(filing, answers)
    problems: list[Problem] = []
    for section in step.sections:
        for item in section.items:
            if not _shown(section, item, known):
                continue
            if isinstance(item, Field):
                problems += check_field(item, known, today)
            elif isinstance(item, Rows):
                problems += _check_rows(item, known, today)
            else:
                problems += check_upload(item, known, files.get(item.name, 0))
    return problems


def check_all(filing: Filing, answers: Answers, files: Mapping[str, int], today: date) -> dict[str, list[Problem]]:
    """Problems by step name, only for steps that have some."""
    found = {step.name: check_step(filing, step, answers, files, today) for step in filing.steps}
    return {name: problems for name, problems in found.items() if problems}


def check_field(
    declared: Field, answers: Answers, today: date, *, anchor: str = "", value: Any = None
) -> list[Problem]:
    """What is wrong with one field; the first problem only, since the rest follow from it."""
    name = anchor or declared.name
    given = answers.get(declared.name) if value is None else value
    label: dict[str, Any] = {"label": declared.label}

    def problem(code: str, message: str, **params: Any) -> list[Problem]:
        return [Problem(name, declared.label, code, message, {**label, **params})]

    if not given:
        if declared.required.holds(answers):
            return problem("required", REQUIRED_CHOICE if declared.choices else REQUIRED)
        return []
    if declared.choices:
        values = given if isinstance(given, list) else [given]
        if any(v not in {c.value for c in declared.choices} for v in values):
            return problem("list", NOT_IN_LIST)
    else:
        text = str(given)
        if len(text) > limit_of(declared):
            return problem("max", TOO_LONG, limit=limit_of(declared), length=len(text))
        if declared.min_length is not None and len(text) < declared.min_length:
            return problem("min", TOO_SHORT, limit=declared.min_length, length=len(text))
        message = declared.kind.problem(text)
        if message:
            return problem("kind", message)
    for rule in declared.rules:
        if not rule.test(answers, today):
            return problem(rule.code, rule.message, **({"detail": rule.detail} if rule.detail else {}))
    return []


def _check_rows(rows: Rows, answers: Answers, today: date) -> list[Problem]:
    given: Iterable[Mapping[str, Any]] = answers.get(rows.name) or []
    listed = list(given)
    if len(listed) < rows.least:
        return [Problem(rows.name, rows.label, "rows_min", TOO_FEW_ROWS, {"label": rows.label, "limit": rows.least})]
    if len(listed) > rows.most:
        return [Problem(rows.name, rows.label, "rows_max", TOO_MANY_ROWS, {"label": rows.label, "limit": rows.most})]
    problems: list[Problem] = []
    for number, row in enumerate(listed):
        seen = {**answers, **row}
        for declared in rows.fields:
            if declared.shown.holds(seen):
                problems += check_field(declared, seen, today, anchor=f"{rows.name}-{number}-{declared.name}")
    return problems


def check_upload(declared: Upload, answers: Answers, count: int) -> list[Problem]:
    """Whether a place that needs a file has one, and not too many."""
    label = {"label": declared.label}
    if count == 0 and declared.required.holds(answers):
        return [Problem(declared.name, declared.label, "required", REQUIRED_FILE, label)]
    if count > declared.most:
        return [Problem(declared.name, declared.label, "files_max", TOO_MANY_FILES, {**label, "limit": declared.most})]
    return []
