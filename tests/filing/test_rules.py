"""Walks every rule of every declared filing with a value that keeps it and one that breaks it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shuyin.filing.engine import check
from shuyin.filing.engine.conditions import AllOf, AnyOf, Condition, Is
from shuyin.filing.engine.declaration import Field, Filing, Rows, Upload
from shuyin.filing.engine.media import MediaType
from shuyin.filing.engine.rules import RuleLine, markdown, rules_of
from shuyin.filing.engine.uploads import UploadRefused, accepted, fit_image
from shuyin.filing.registration.declaration import REGISTRATION
from shuyin.filing.registry import FILINGS
from tests.filing.conftest import GOOD, PDF, png
from tests.filing.isbn_answers import (
    APPLICATION_BREAKING,
    APPLICATION_FILES,
    APPLICATION_GOOD,
    APPLICATION_KEEPING,
    REPORT_GOOD,
    SUPPLEMENT_FILES,
    SUPPLEMENT_GOOD,
)

TODAY = date(2026, 3, 10)
FEEDBACK_GOOD: dict[str, Any] = {
    "name": "王小明",
    "email": "reader@example.com",
    "topic": "question",
    "organisation": "書坊有限公司",
    "address": "臺北市",
    "phone": "(02)12345678",
    "text": "請問如何申請？",
}
PROFILE_GOOD = {**GOOD, "reason": "更名"}
BASES = {
    "registration": GOOD,
    "profile": PROFILE_GOOD,
    "feedback": FEEDBACK_GOOD,
    "isbn": APPLICATION_GOOD,
    "cip": SUPPLEMENT_GOOD,
    "publication": REPORT_GOOD,
}
RULES = [(filing, line) for filing in FILINGS.values() for line in rules_of(filing)]

#: Values that are right where a kind's own example is not.
EXAMPLES = {"founded": "2020-01-01", "residence_until": "2030-01-01"}

#: Values that break rules which need more than a kind or a limit, with what they need around them.
BREAKING: dict[tuple[str, str], dict[str, Any]] = {
    ("founded", "past"): {"founded": "2026-03-11"},
    ("identities", "person"): {"unit_type": "person", "identities": ["ubn"]},
    ("residence_until", "future"): {"identities": ["residence"], "residence_until": "2026-03-09"},
    **APPLICATION_BREAKING,
}
KEEPING: dict[tuple[str, str], dict[str, Any]] = {
    ("founded", "past"): {"founded": "2026-03-10"},
    ("identities", "person"): {"unit_type": "person", "identities": ["ubn", "residence"]},
    ("residence_until", "future"): {"identities": ["residence"], "residence_until": "9999-12-31"},
    **APPLICATION_KEEPING,
}


def meeting(condition: Condition, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers changed so that the condition holds."""
    changed = dict(answers)
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    for part in parts:
        leaf = part.parts[0] if isinstance(part, AnyOf) else part
        assert isinstance(leaf, Is)
        several = isinstance(answers.get(leaf.field), list)
        changed[leaf.field] = [*answers[leaf.field], leaf.values[0]] if several else leaf.values[0]
    assert condition.holds(changed)
    return changed


def breaking(filing: Filing, condition: Condition, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers changed so that the condition does not hold."""
    changed = dict(answers)
    for leaf in condition.leaves():
        declared = next(f for f in filing.fields() if f.name == leaf.field)
        others = [c.value for c in declared.choices if c.value not in {v for x in condition.leaves() for v in x.values}]
        changed[leaf.field] = others[:1] if declared.multiple else others[0]
    assert not condition.holds(changed)
    return changed


def codes(filing: Filing, line: RuleLine, answers: dict[str, Any]) -> set[str]:
    problems = check.check_step(filing, line.step, answers, {}, TODAY)
    anchor = f"{line.rows.name}-0-{line.item.name}" if line.rows else line.item.name
    return {p.code for p in problems if p.anchor == anchor}


def surroundings(filing: Filing, item: Field | Rows | Upload) -> dict[str, Any]:
    base = BASES[filing.kind]
    return meeting(item.shown, base) if item.shown != AllOf() else dict(base)


def placed(line: RuleLine, around: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The answers with those given; a field of rows stands in their first row."""
    if line.rows is None:
        return {**around, **given}
    outer = {name: value for name, value in given.items() if name != line.item.name}
    row = {**around[line.rows.name][0], line.item.name: given[line.item.name]}
    return {**around, **outer, line.rows.name: [row, *around[line.rows.name][1:]]}


def example(field: Field) -> Any:
    if field.choices:
        return [field.choices[0].value] if field.multiple else field.choices[0].value
    return EXAMPLES.get(field.name, "字" * (field.min_length or 0) or field.kind.good)


@pytest.mark.parametrize(("filing", "line"), RULES, ids=[f"{f.kind}-{x.item.name}-{x.code}" for f, x in RULES])
def test_a_rule_is_kept_and_broken(filing: Filing, line: RuleLine) -> None:
    item = line.item
    if isinstance(item, Upload):
        walk_upload(filing, line, item)
        return
    if isinstance(item, Rows):
        walk_rows(filing, line, item)
        return
    around = surroundings(filing, line.rows or item)
    if line.code == "shown":
        assert item.name in check.visible(filing, {**around, item.name: example(item)})
        assert item.name not in check.visible(
            filing, {**breaking(filing, item.shown, around), item.name: example(item)}
        )
        return
    keeping, failing = values_for(filing, line, item)
    if line.rows and line.code == "required" and item.required != AllOf():
        around = meeting(item.required, around)
    assert line.code not in codes(filing, line, placed(line, around, keeping))
    assert line.code in codes(filing, line, placed(line, around, failing))


def walk_rows(filing: Filing, line: RuleLine, item: Rows) -> None:
    around = surroundings(filing, item)
    if line.code == "shown":
        assert item.name in check.visible(filing, around)
        assert item.name not in check.visible(filing, breaking(filing, item.shown, around))
        return
    assert line.code == "rows_max"
    row = around[item.name][0]
    assert line.code not in codes(filing, line, {**around, item.name: [row] * item.most})
    assert line.code in codes(filing, line, {**around, item.name: [row] * (item.most + 1)})


def values_for(filing: Filing, line: RuleLine, item: Field) -> tuple[dict[str, Any], dict[str, Any]]:
    good = example(item)
    if line.code == "required":
        needed = meeting(item.required, surroundings(filing, item)) if item.required != AllOf() else {}
        return {**needed, item.name: good}, {**needed, item.name: [] if item.multiple else ""}
    if line.code == "list":
        return {item.name: good}, {item.name: ["nothing"] if item.multiple else "nothing"}
    if line.code == "min":
        assert item.min_length is not None
        return {item.name: "字" * item.min_length}, {item.name: "字" * (item.min_length - 1)}
    if line.code == "max":
        limit = check.limit_of(item)
        return {item.name: "字" * limit}, {item.name: "字" * (limit + 1)}
    if line.code == "kind":
        return {item.name: good}, {item.name: item.kind.bad}
    return KEEPING[(item.name, line.code)], BREAKING[(item.name, line.code)]


def walk_upload(filing: Filing, line: RuleLine, item: Upload) -> None:
    around = surroundings(filing, item)
    sample, media_type = (PDF, MediaType.PDF) if MediaType.PDF in item.accept else (png(), MediaType.PNG)
    if line.code == "required":
        needed = meeting(item.required, around) if item.required != AllOf() else around
        assert not check.check_upload(item, needed, 1)
        assert [p.code for p in check.check_upload(item, needed, 0)] == ["required"]
    elif line.code == "shown":
        assert item.shown.holds(around)
        assert not item.shown.holds(breaking(filing, item.shown, around))
    elif line.code == "type":
        assert accepted(item, "name.exe", sample) is media_type
        refused(lambda: accepted(item, "name.pdf", b"MZ\x90\x00 not a document"), "type")
    elif line.code == "size":
        assert accepted(item, "a.pdf", sample.ljust(item.max_bytes, b" "))
        refused(lambda: accepted(item, "a.pdf", sample.ljust(item.max_bytes + 1, b" ")), "size")
    elif line.code == "width":
        assert fit_image(item, "a.png", png(2048, 4), MediaType.PNG, scale=False)[1:] == (2048, 4)
        refused(lambda: fit_image(item, "a.png", png(2049, 4), MediaType.PNG, scale=False), "width")
    elif line.code == "files_max":
        assert not check.check_upload(item, around, item.most)
        assert [p.code for p in check.check_upload(item, around, item.most + 1)] == ["files_max"]
    else:
        assert line.code == "hint"
        hint = next(h for h in item.hints if h.text in line.words)
        assert hint.when.holds(meeting(hint.when, GOOD))
        assert not hint.when.holds(breaking(filing, hint.when, {**GOOD, "identities": ["ubn"]}))


def refused(take: Any, code: str) -> None:
    with pytest.raises(UploadRefused) as caught:
        take()
    assert caught.value.code == code


def test_how_many_rules_are_walked() -> None:
    assert Counter(filing.kind for filing, _ in RULES) == {
        "registration": 133,
        "profile": 42,
        "feedback": 20,
        "isbn": 288,
        "cip": 58,
        "publication": 50,
    }
    counted = Counter(line.code for filing, line in RULES if filing is REGISTRATION)
    assert counted["required"] == 34
    assert counted["kind"] == 18
    assert counted["hint"] == 4
    assert {code for (_, code) in BREAKING} <= {line.code for _, line in RULES}
    own = [line.source for filing, line in RULES if filing.kind == "isbn"]
    assert sum("S2" in source for source in own) >= 10


def test_the_good_registration_is_good() -> None:
    files = {"publisher_evidence": 1, "copyright_page": 1}
    assert check.check_all(REGISTRATION, GOOD, files, TODAY) == {}


def test_the_good_application_is_good() -> None:
    filing = FILINGS["isbn"]
    assert check.check_all(filing, APPLICATION_GOOD, APPLICATION_FILES, TODAY) == {}
    assert [step.title for step in filing.steps] == [
        "填寫申請資料",
        "舊資料查詢與帶入功能",
        "編輯申請資料－共同基本欄位",
        "編輯申請資料",
        "編輯申請資料－上傳電子檔",
        "送出申請",
    ]


def test_the_good_supplement_and_report_are_good() -> None:
    assert check.check_all(FILINGS["cip"], SUPPLEMENT_GOOD, SUPPLEMENT_FILES, TODAY) == {}
    assert check.check_all(FILINGS["publication"], REPORT_GOOD, {}, TODAY) == {}


def test_every_rule_has_its_source() -> None:
    lines = [line for filing in FILINGS.values() for line in rules_of(filing)]
    assert len(lines) >= 133
    assert all(line.source for line in lines)


def test_the_table_in_the_documentation_is_up_to_date() -> None:
    page = Path(__file__).parents[2] / "docs" / "filing-rules.md"
    assert page.read_text(encoding="utf-8") == markdown(list(FILINGS.values())), "run: shuyin filing rules --write"
