"""What the templates of a form are given: declarations, answers and problems put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shuyin.filing.engine.check import Problem, limit_of
from shuyin.filing.engine.conditions import ALWAYS, NEVER, AllOf, AnyOf, Condition, Is
from shuyin.filing.engine.declaration import Field, Filing, Rows, Section, Step, Upload
from shuyin.filing.engine.media import labels
from shuyin.filing.privacy import mask
from shuyin.search_api.messages import N_
from shuyin.web.i18n import gettext


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that lies at a place."""

    id: int
    name: str
    size: int
    is_image: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """One input with all that stands around it; `id` is its anchor."""

    id: str
    declared: Field
    value: Any
    error: str
    required: bool
    when: str
    condition: str
    limit: int
    focus: bool = False

    @property
    def described_by(self) -> str:
        """Ids of hint and error, for screen readers."""
        d = self.declared
        parts = [f"{self.id}-hint"] if d.help or d.example or self.condition else []
        return " ".join(parts + ([f"{self.id}-error"] if self.error else []))

    def has(self, value: str) -> bool:
        """Whether this choice is ticked."""
        return value in self.value if isinstance(self.value, list) else value == self.value


@dataclass(frozen=True, slots=True)
class UploadView:
    """A place for files."""

    declared: Upload
    files: Sequence[FileView]
    hints: Sequence[str]
    error: str
    required: bool
    when: str
    condition: str
    accept: str
    suffixes: str
    takes_images: bool

    @property
    def id(self) -> str:
        """Its anchor."""
        return self.declared.name


@dataclass(frozen=True, slots=True)
class RowsView:
    """A group that repeats: its rows of inputs, with one empty row ready where there may be more."""

    declared: Rows
    rows: Sequence[Sequence[FieldView]]
    error: str
    when: str = ""
    condition: str = ""

    @property
    def id(self) -> str:
        """Its anchor."""
        return self.declared.name


@dataclass(frozen=True, slots=True)
class SectionView:
    """Items under one heading."""

    title: str
    help: str
    when: str
    items: Sequence[tuple[str, FieldView | UploadView | RowsView]] = field(default_factory=tuple)
    tool: str = ""


#: What people are told when cleaning has removed something from what they typed.
REMOVED = {"emoji": N_("您輸入的 emoji 符號已自動移除。")}


def say_removed(codes: Sequence[str]) -> list[str]:
    """What was removed, in the reader's language."""
    return [gettext(REMOVED[code]) for code in codes if code in REMOVED]


def say_problem(problem: Problem) -> str:
    """A problem in the reader's language."""
    params = {k: gettext(v) if k in ("label", "detail") else v for k, v in problem.params.items()}
    return gettext(problem.message).format(**params)


def when_data(condition: Condition, rename: Mapping[str, str] | None = None) -> str:
    """A condition for the page's script: `field=a|b;other=c` (all must hold); empty if it is more than that.

    `rename` gives the inputs' names of fields within a row.
    """
    names = rename or {}
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    if not all(isinstance(part, Is) for part in parts):
        leaves = list(condition.leaves())
        if isinstance(condition, AnyOf) and len({leaf.field for leaf in leaves}) == 1:
            name = names.get(leaves[0].field, leaves[0].field)
            return f"{name}={'|'.join(v for leaf in leaves for v in leaf.values)}"
        return ""
    return ";".join(
        f"{names.get(part.field, part.field)}={'|'.join(part.values)}" for part in parts if isinstance(part, Is)
    )


#: How a condition is said beside the field that it shows.
ONLY_IF = N_("「{label}」為{values}時填寫。")


def condition_words(filing: Filing, condition: Condition) -> str:
    """A condition in words of the reader's language, for pages without scripts."""
    said = []
    for leaf in condition.leaves():
        declared = next(f for f in filing.all_fields() if f.name == leaf.field)
        values = "、".join(gettext(declared.choice_label(v)) for v in leaf.values)
        said.append(gettext(ONLY_IF).format(label=gettext(declared.label), values=values))
    return "".join(said)


def sections(
    filing: Filing,
    step: Step,
    answers: Mapping[str, Any],
    files: Mapping[str, Sequence[FileView]],
    problems: Sequence[Problem],
    *,
    add_row: str = "",
) -> list[SectionView]:
    """A step's form, filled in."""
    errors = {problem.anchor: say_problem(problem) for problem in reversed(problems)}
    here = frozenset(item.name for section in step.sections for item in section.items)

    def view(section: Section) -> SectionView:
        items: list[tuple[str, FieldView | UploadView | RowsView]] = []
        for item in section.items:
            shown = still_open(item.shown, here, answers)
            if shown == NEVER:
                continue
            if isinstance(item, Field):
                items.append(("field", _field(filing, item, item.name, answers, errors, shown)))
            elif isinstance(item, Upload):
                items.append(("upload", _upload(filing, item, answers, files, errors)))
            else:
                items.append(("rows", _rows(filing, item, answers, errors, shown, extra=item.name == add_row)))
        shown = still_open(section.shown, here, answers)
        return SectionView(section.title, section.help, when_data(shown), items, section.tool)

    open_sections = (s for s in step.sections if still_open(s.shown, here, answers) != NEVER)
    return [view(section) for section in open_sections]


def still_open(condition: Condition, here: frozenset[str], answers: Mapping[str, Any]) -> Condition:
    """What of a condition the page itself can still change: answers of other steps are taken as they are."""
    if isinstance(condition, Is):
        if condition.field in here:
            return condition
        return ALWAYS if condition.holds(answers) else NEVER
    parts = [still_open(part, here, answers) for part in getattr(condition, "parts", ())]
    if isinstance(condition, AllOf):
        left = [part for part in parts if part != ALWAYS]
        return NEVER if NEVER in left else left[0] if len(left) == 1 else AllOf(tuple(left))
    left = [part for part in parts if part != NEVER]
    return ALWAYS if ALWAYS in left else left[0] if len(left) == 1 else AnyOf(tuple(left))


def _field(
    filing: Filing,
    declared: Field,
    anchor: str,
    answers: Mapping[str, Any],
    errors: Mapping[str, str],
    shown: Condition,
    rename: Mapping[str, str] | None = None,
) -> FieldView:
    given = answers.get(declared.name)
    if not given and declared.prefill and declared.name not in answers:
        given = answers.get(declared.prefill)
    return FieldView(
        id=anchor,
        declared=declared,
        value=given if given is not None else ([] if declared.multiple else ""),
        error=errors.get(anchor, ""),
        required=declared.required != NEVER and declared.required in (ALWAYS, declared.shown),
        when=when_data(shown, rename),
        condition=condition_words(filing, shown) if shown != ALWAYS else "",
        limit=limit_of(declared),
    )


def _upload(
    filing: Filing,
    declared: Upload,
    answers: Mapping[str, Any],
    files: Mapping[str, Sequence[FileView]],
    errors: Mapping[str, str],
) -> UploadView:
    return UploadView(
        declared=declared,
        files=files.get(declared.name, ()),
        hints=[hint.text for hint in declared.hints if hint.when.holds(answers)],
        error=errors.get(declared.name, ""),
        required=declared.required in (ALWAYS, declared.shown),
        # the step before decided it: a place that is not asked for is not on the page
        when="" if declared.shown.holds(answers) else "never=",
        condition="",
        accept=",".join(media_type.value for media_type in declared.accept),
        suffixes=labels(declared.accept),
        takes_images=any(media_type.is_image for media_type in declared.accept),
    )


def _rows(
    filing: Filing,
    declared: Rows,
    answers: Mapping[str, Any],
    errors: Mapping[str, str],
    shown: Condition,
    *,
    extra: bool,
) -> RowsView:
    given = list(answers.get(declared.name) or [])
    wanted = max(len(given) + (1 if extra else 0), declared.least, 1)
    rows = []
    for number in range(min(wanted, declared.most)):
        row = given[number] if number < len(given) else {}
        seen = {**answers, **{f.name: row.get(f.name, [] if f.multiple else "") for f in declared.fields}}
        names = {f.name: f"{declared.name}-{number}-{f.name}" for f in declared.fields}
        rows.append([_field(filing, f, names[f.name], seen, errors, f.shown, names) for f in declared.fields])
    if extra and len(rows) > len(given):  # where one goes on after the row was asked for
        rows[-1][0] = replace(rows[-1][0], focus=True)
    condition = condition_words(filing, shown) if shown != ALWAYS else ""
    return RowsView(declared, rows, errors.get(declared.name, ""), when_data(shown), condition)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a summary: label and what was answered; the first of several sections' lines has its title."""

    label: str
    values: Sequence[str]
    section: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """The answers of one step, for the review page, the progress page and the print-out."""

    step: Step
    lines: Sequence[Line]
    files: Sequence[tuple[str, Sequence[FileView]]]
    problems: Sequence[Problem] = ()


def summary(
    filing: Filing,
    answers: Mapping[str, Any],
    files: Mapping[str, Sequence[FileView]],
    problems: Mapping[str, Sequence[Problem]] | None = None,
    *,
    masked: bool = False,
) -> list[Block]:
    """What was answered, step by step, without what is empty. With `masked` personal data is hidden in part."""
    blocks = []
    for step in filing.steps:
        parts = [(section, _lines(section, answers, masked)) for section in step.sections]
        several = sum(bool(said) for _, said in parts) > 1
        lines = [
            replace(line, section=section.title if several and at == 0 else "")
            for section, said in parts
            for at, line in enumerate(said)
        ]
        uploads = (item for section in step.sections for item in section.items if isinstance(item, Upload))
        places = [(item.label, files[item.name]) for item in uploads if files.get(item.name)]
        found = (problems or {}).get(step.name, ())
        if lines or places or found:
            blocks.append(Block(step, lines, places, found))
    return blocks


def _lines(section: Section, answers: Mapping[str, Any], masked: bool) -> list[Line]:
    lines: list[Line] = []
    for item in section.items:
        if isinstance(item, Field):
            if answers.get(item.name):
                lines.append(Line(item.label, _said(item, answers[item.name], masked)))
        elif isinstance(item, Rows):
            for row in answers.get(item.name) or ():
                said = [f"{gettext(f.label)}：{v}" for f in item.fields for v in _said(f, row.get(f.name), masked)]
                lines.append(Line(item.label, ["；".join(said)]))
    return lines


def _said(declared: Field, value: Any, masked: bool) -> list[str]:
    if not value:
        return []
    values = value if isinstance(value, list) else [value]
    if declared.choices:
        return [gettext(declared.choice_label(str(v))) for v in values]
    if masked and declared.personal:
        return [mask(v) for v in values]
    return [str(v) for v in values]
