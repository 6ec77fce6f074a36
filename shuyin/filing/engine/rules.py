"""Every rule of a filing as a line: for `docs/filing-rules.md` and for the test that walks them all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shuyin.filing.engine.check import limit_of
from shuyin.filing.engine.conditions import ALWAYS, NEVER, AllOf, AnyOf, Condition, Is
from shuyin.filing.engine.declaration import Field, Filing, Rows, Section, Step, Upload
from shuyin.filing.engine.media import labels


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule: where it stands, its code (as in `Problem.code`, or "shown"), in words, and its source."""

    step: Step
    item: Field | Rows | Upload
    code: str
    words: str
    source: str
    rows: Rows | None = None  # the rows that the field belongs to


def rules_of(filing: Filing) -> Iterator[RuleLine]:
    """All rules, in the order of the form."""
    for step, section, item in filing.items():
        if isinstance(item, Field):
            yield from _field_rules(filing, step, section, item)
        elif isinstance(item, Upload):
            yield from _upload_rules(filing, step, section, item)
        else:
            yield from _rows_rules(filing, step, item)


def words_of(filing: Filing, condition: Condition) -> str:
    """A condition in words."""
    if isinstance(condition, Is):
        declared = next(f for f in filing.all_fields() if f.name == condition.field)
        values = "、".join(f"「{declared.choice_label(v)}」" for v in condition.values)
        return f"「{declared.label}」為{values}" + ("之一" if len(condition.values) > 1 else "")
    if isinstance(condition, AllOf):
        return "，且".join(words_of(filing, part) for part in condition.parts) or "一律"
    if isinstance(condition, AnyOf):
        return "，或".join(words_of(filing, part) for part in condition.parts) or "從不"
    raise TypeError(f"no words for {type(condition).__name__}")


def _shown(filing: Filing, step: Step, section: Section, item: Field | Rows | Upload) -> Iterator[RuleLine]:
    said = (item.shown, *getattr(item.shown, "parts", ()))
    for condition in (item.shown,) if section.shown in said else (section.shown, item.shown):
        if condition != ALWAYS:
            yield RuleLine(step, item, "shown", f"顯示條件：{words_of(filing, condition)}", item.source)


def _field_rules(
    filing: Filing, step: Step, section: Section, field: Field, rows: Rows | None = None
) -> Iterator[RuleLine]:
    yield from _shown(filing, step, section, field)

    def line(code: str, words: str, source: str = "") -> RuleLine:
        return RuleLine(step, field, code, words, source or field.source, rows)

    if field.required != NEVER:
        same = field.required in (field.shown, ALWAYS)
        yield line("required", "必填" if same else f"必填條件：{words_of(filing, field.required)}")
    if field.choices:
        many = "，可複選" if field.multiple else ""
        yield line("list", "選項：" + "、".join(c.label for c in field.choices) + many)
    else:
        yield line("max", f"最多 {limit_of(field)} 個字")
        if field.min_length is not None:
            yield line("min", f"至少 {field.min_length} 個字")
        if field.kind.bad is not None:
            yield line("kind", field.kind.says)
    for rule in field.rules:
        yield line(rule.code, rule.message.replace("{detail}", rule.detail), rule.source)


def _upload_rules(filing: Filing, step: Step, section: Section, upload: Upload) -> Iterator[RuleLine]:
    yield from _shown(filing, step, section, upload)

    def line(code: str, words: str, source: str = "") -> RuleLine:
        return RuleLine(step, upload, code, words, source or upload.source)

    if upload.required != NEVER:
        same = upload.required in (upload.shown, ALWAYS)
        yield line("required", "必須上傳" if same else f"必須上傳的條件：{words_of(filing, upload.required)}")
    yield line("type", f"格式（依內容判斷）：{labels(upload.accept)}")
    limits = upload.limits_source
    yield line("size", f"單一檔案不超過 {upload.max_bytes // (1024 * 1024)} MB", limits)
    if any(media_type.is_image for media_type in upload.accept):
        yield line("width", f"圖檔寬度不超過 {upload.max_width} 像素（可由系統縮小）", limits)
    yield line("files_max", f"最多 {upload.most} 個檔案")
    for hint in upload.hints:
        yield line("hint", f"{hint.text}（{words_of(filing, hint.when)}）", hint.source)


def _rows_rules(filing: Filing, step: Step, rows: Rows) -> Iterator[RuleLine]:
    section = Section("", ())
    yield from _shown(filing, step, section, rows)
    if rows.least:
        yield RuleLine(step, rows, "rows_min", f"至少 {rows.least} 列", rows.source)
    yield RuleLine(step, rows, "rows_max", f"最多 {rows.most} 列", rows.source)
    for field in rows.fields:
        yield from _field_rules(filing, step, section, field, rows)


#: What each rule is called in the table.
_NAMES = {
    "shown": "顯示",
    "required": "必填",
    "list": "選項",
    "max": "長度",
    "min": "長度",
    "kind": "格式",
    "type": "檔案格式",
    "size": "檔案大小",
    "width": "圖檔寬度",
    "files_max": "檔案數",
    "hint": "佐證文件",
    "rows_min": "列數",
    "rows_max": "列數",
}


def markdown(filings: list[Filing]) -> str:
    """The page `docs/filing-rules.md`."""
    parts = [
        "# 申辦表單的欄位與規則",
        "",
        "本頁由程式中的宣告產生（`shuyin filing rules`），請勿直接修改。出處欄的 S0、S1 指來源文件，l. 之後是行號；"
        "其餘代號見 `docs/adding-a-filing.md`。",
    ]
    total = 0
    for filing in filings:
        parts += ["", f"## {filing.title}"]
        for number, step in enumerate(filing.steps, start=1):
            lines = [line for line in rules_of(filing) if line.step is step]
            parts += ["", f"### 步驟 {number}：{step.title}（{step.source}）", ""]
            if not lines:
                parts.append("這個步驟沒有欄位。")
                continue
            parts += ["| 欄位 | 規則 | 內容 | 合 | 不合 | 出處 |", "|---|---|---|---|---|---|"]
            for line in lines:
                good, bad = _examples(line)
                name = f"{line.rows.label} › {line.item.label}" if line.rows else line.item.label
                cells = (name, _NAMES.get(line.code, "檢查"), line.words, good, bad, line.source)
                parts.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
            total += len(lines)
        parts += ["", "狀態：" + " → ".join(state.label for state in filing.states)]
    parts += ["", f"共 {total} 條規則。", ""]
    return "\n".join(parts)


def _examples(line: RuleLine) -> tuple[str, str]:
    if line.code == "kind" and isinstance(line.item, Field):
        return f"`{line.item.kind.good}`", f"`{line.item.kind.bad}`"
    return "", ""
