"""`/api/v1/filings…`: the declared forms as data, and the server's check of answers without keeping them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException

from shuyin.filing.engine import check
from shuyin.filing.engine import declaration as declared
from shuyin.filing.engine.conditions import ALWAYS, NEVER, AllOf, Condition, Is
from shuyin.filing.engine.rules import RuleLine, rules_of
from shuyin.filing.registry import FILINGS
from shuyin.search_api.messages import N_
from shuyin.search_api.schemas import ProblemJson
from shuyin.web.filing import views
from shuyin.web.guard import OfficeDep, anyone
from shuyin.web.i18n import LANGUAGES, gettext

router = APIRouter(prefix="/api/v1/filings", tags=["filings"], dependencies=[anyone()])

#: Answers to be checked may be so large, in bytes; the longest field takes 20,000 characters.
MAX_BODY = 256 * 1024
NO_KIND = N_("沒有這種申辦。")
TOO_LARGE = N_("要檢查的內容太大，最多 256 KB。")

Kind = Annotated[str, Path(max_length=64, description="Kind of filing, as `/api/v1/filings` lists them")]
Lang = Annotated[Literal["zh-Hant", "en"] | None, Query(description=f"Language of the texts: {', '.join(LANGUAGES)}")]

#: true, false, `{"field", "in"}`, `{"all": […]}` or `{"any": […]}`.
ConditionJson = bool | dict[str, Any]


class KindJson(BaseModel):
    """One kind of filing."""

    kind: str
    title: str
    version: int
    needs_account: bool


class ChoiceJson(BaseModel):
    """One entry of a value list."""

    value: str
    label: str
    help: str


class RuleJson(BaseModel):
    """One rule: its code as in a problem, in words (Traditional Chinese), the line of the source that states it."""

    code: str
    words: str
    source: str


class ItemJson(BaseModel):
    """A question (`field`), a group that repeats (`rows`) or a place for files (`upload`)."""

    type: Literal["field", "rows", "upload"]
    name: str
    label: str
    help: str
    source: str
    required: ConditionJson
    shown: ConditionJson
    rules: list[RuleJson]
    format: str | None = None
    example: str | None = None
    choices: list[ChoiceJson] | None = None
    multiple: bool | None = None
    personal: bool | None = None
    min_length: int | None = None
    max_length: int | None = None
    fields: list[ItemJson] | None = None
    least: int | None = None
    most: int | None = None
    accept: list[str] | None = None
    max_bytes: int | None = None
    max_width: int | None = None


class SectionJson(BaseModel):
    """Items under one heading."""

    title: str
    help: str
    shown: ConditionJson
    items: list[ItemJson]


class StepJson(BaseModel):
    """One page of the form."""

    name: str
    title: str
    source: str
    notice: list[str]
    sections: list[SectionJson]


class StateJson(BaseModel):
    """A state of the filing; `due_days` are working days for whoever acts next."""

    name: str
    label: str
    editable: bool
    final: bool
    due_days: int | None


class FilingJson(KindJson):
    """A whole declaration."""

    minutes: int | None
    closing: str
    steps: list[StepJson]
    states: list[StateJson]


Answer = str | list[str] | list[dict[str, str | list[str]]]


class CheckJson(BaseModel):
    """Answers to be checked (a text, values or rows for each name), and how many files each place has."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, Answer] = Field(default_factory=dict, max_length=1000)
    files: dict[str, Annotated[int, Field(ge=0, le=1000)]] = Field(default_factory=dict, max_length=100)


class FoundJson(BaseModel):
    """Something to be mended. `field` is the name (`rows-0-name` within rows)."""

    step: str
    field: str
    label: str
    code: str
    message: str


class CheckedJson(BaseModel):
    """The outcome. `answers` are the cleaned answers that would be kept; `unknown` the names that no field has."""

    valid: bool
    problems: list[FoundJson]
    answers: dict[str, Any]
    unknown: list[str]


def _wrong(description: str) -> dict[str, Any]:
    return {"model": ProblemJson, "content": {"application/problem+json": {}}, "description": description}


_NONE: dict[int | str, dict[str, Any]] = {404: _wrong("No such kind")}
_WRONG: dict[int | str, dict[str, Any]] = {
    **_NONE,
    413: _wrong("More than 256 KB"),
    422: _wrong("Not an object of the described form"),
}


def _filing(kind: str) -> declared.Filing:
    found = FILINGS.get(kind)
    if found is None:
        raise HTTPException(404, gettext(NO_KIND))
    return found


@router.get("", summary="Kinds of filings", response_model=list[KindJson])
def kinds(lang: Lang = None) -> list[KindJson]:
    """What can be filed."""
    return [KindJson(**_head(filing)) for filing in FILINGS.values()]


@router.get(
    "/{kind}",
    summary="The declaration of a filing",
    response_model=FilingJson,
    response_model_exclude_none=True,
    responses=_NONE,
)
def declaration(kind: Kind, lang: Lang = None) -> FilingJson:
    """Steps, fields, conditions, limits, value lists, rules and states: the same data that draw and check the form."""
    filing = _filing(kind)
    rules = list(rules_of(filing))
    return FilingJson(
        **_head(filing),
        minutes=filing.minutes,
        closing=gettext(filing.closing),
        steps=[
            StepJson(
                name=step.name,
                title=gettext(step.title),
                source=step.source,
                notice=[gettext(line) for line in step.notice],
                sections=[_section(section, rules) for section in step.sections],
            )
            for step in filing.steps
        ],
        states=[
            StateJson(
                name=state.name,
                label=gettext(state.label),
                editable=state.editable,
                final=state.final,
                due_days=state.due_days,
            )
            for state in filing.states
        ],
    )


@router.post(
    "/{kind}/check",
    summary="Check answers",
    response_model=CheckedJson,
    responses=_WRONG,
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": CheckJson.model_json_schema()}}}
    },
)
async def check_answers(request: Request, kind: Kind, office: OfficeDep, lang: Lang = None) -> CheckedJson:
    """What the form would say to these answers. Nothing is kept, and files themselves are not sent here."""
    filing = _filing(kind)
    given = await _body(request)
    names = {item.name for _, _, item in filing.items()}
    form = _as_form(filing, given.answers)
    cleaned: dict[str, Any] = {}
    for step in filing.steps:
        cleaned |= check.clean_step(step, form)
    found = check.check_all(filing, cleaned, given.files, office.today())
    problems = [
        FoundJson(
            step=step,
            field=problem.anchor,
            label=gettext(problem.label),
            code=problem.code,
            message=views.say_problem(problem),
        )
        for step, in_step in found.items()
        for problem in in_step
    ]
    return CheckedJson(
        valid=not problems,
        problems=problems,
        answers={name: value for name, value in check.visible(filing, cleaned).items() if value},
        unknown=sorted({*given.answers, *given.files} - names),
    )


async def _body(request: Request) -> CheckJson:
    """The posted JSON, read up to the limit only. Raises HTTP 413, or a validation error that names the part."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MAX_BODY:
            raise HTTPException(413, gettext(TOO_LARGE))
    try:
        return CheckJson.model_validate_json(bytes(content))
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise RequestValidationError([{**d, "loc": ("body", *d["loc"])} for d in details]) from error


def _as_form(filing: declared.Filing, answers: Mapping[str, Answer]) -> dict[str, list[str]]:
    """JSON answers as a browser would post them, so that there is one way of cleaning only."""
    form: dict[str, list[str]] = {}
    rows = {item.name for _, _, item in filing.items() if isinstance(item, declared.Rows)}
    for name, value in answers.items():
        if isinstance(value, str):
            form[name] = [value]
        elif name not in rows:
            form[name] = [part for part in value if isinstance(part, str)]
        else:
            for number, row in enumerate(part for part in value if isinstance(part, dict)):
                for inner, said in row.items():
                    form[f"{name}-{number}-{inner}"] = [said] if isinstance(said, str) else said
    return form


def _head(filing: declared.Filing) -> dict[str, Any]:
    title = gettext(filing.title)
    return {"kind": filing.kind, "title": title, "version": filing.version, "needs_account": not filing.public}


def _section(section: declared.Section, rules: Sequence[RuleLine]) -> SectionJson:
    return SectionJson(
        title=gettext(section.title) if section.title else "",
        help=gettext(section.help) if section.help else "",
        shown=_condition(section.shown),
        items=[_item(item, rules) for item in section.items],
    )


def _item(item: declared.Item, rules: Sequence[RuleLine]) -> ItemJson:
    common: dict[str, Any] = {
        "name": item.name,
        "label": gettext(item.label),
        "help": gettext(item.help) if item.help else "",
        "source": item.source,
        "shown": _condition(item.shown),
        "rules": [RuleJson(code=r.code, words=r.words, source=r.source) for r in rules if r.item is item],
    }
    if isinstance(item, declared.Field):
        return ItemJson(
            type="field",
            **common,
            required=_condition(item.required),
            format=item.kind.name,
            example=item.example or None,
            choices=[ChoiceJson(value=c.value, label=gettext(c.label), help=c.help) for c in item.choices] or None,
            multiple=item.multiple,
            personal=item.personal,
            min_length=item.min_length,
            max_length=None if item.choices else check.limit_of(item),
        )
    if isinstance(item, declared.Rows):
        return ItemJson(
            type="rows",
            **common,
            required=item.least > 0,
            fields=[_item(field, rules) for field in item.fields],
            least=item.least,
            most=item.most,
        )
    return ItemJson(
        type="upload",
        **common,
        required=_condition(item.required),
        accept=[media_type.value for media_type in item.accept],
        most=item.most,
        max_bytes=item.max_bytes,
        max_width=item.max_width,
    )


def _condition(condition: Condition) -> ConditionJson:
    if condition in (ALWAYS, NEVER):
        return condition == ALWAYS
    if isinstance(condition, Is):
        return {"field": condition.field, "in": list(condition.values)}
    parts = [_condition(part) for part in getattr(condition, "parts", ())]
    return {"all" if isinstance(condition, AllOf) else "any": parts}
