"""`/subjects…`, `/classes/{number}`, `/subjects/analyse` (智慧主題分析)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shuyin.ai_subjects import artefact, texts
from shuyin.ai_subjects.description import Description
from shuyin.ai_subjects.schemes import lookup, services, skos
from shuyin.ai_subjects.services import PAGE
from shuyin.records.models import HeadingRow
from shuyin.search_api import subjects
from shuyin.search_api.dependencies import RecordId, SessionsDep, get_site
from shuyin.search_api.messages import N_
from shuyin.search_api.subjects import LONGEST
from shuyin.web.render import page

router = APIRouter(include_in_schema=False)

PER_PAGE = 50
#: Why a file was not read, and what to do.
FILE_PROBLEMS = {
    "too-large": N_("檔案超過 10 MB。請改上傳較小的檔案，或把書名、簡介與目次貼到表單。"),
    "unknown-kind": N_("看不懂這個檔案。可以上傳的格式是 txt、docx、pdf 與 epub。"),
    "damaged": N_("檔案打不開，可能已經損壞。請用原來的軟體另存一次，或把文字貼到表單。"),
    "bomb": N_("這個檔案解開後太大，沒有讀取。請只保留文字後再上傳。"),
    "encrypted": N_("檔案有密碼保護。請移除密碼後再上傳。"),
    "empty": N_("檔案裡沒有文字（可能是掃描的圖片）。請把書名、簡介與目次貼到表單。"),
}
NOTHING_GIVEN = N_("請至少填寫書名，或上傳一個檔案。")
NO_MODEL = N_("推薦功能還沒有準備好，請稍後再試。")


@router.get("/subjects")
def look_up(
    request: Request,
    sessions: SessionsDep,
    q: Annotated[str, Query(max_length=200)] = "",
    kind: Literal["subject", "class"] = "subject",
    match: Literal["exact", "approximate"] = "approximate",
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """主題規範查詢: both look-ups, the status line, the classification as a tree."""
    with sessions() as session:
        found = []
        if q.strip():
            search = subjects.the_lookup()
            found = search.headings(session, q, match) if kind == "subject" else search.classes(session, q, match)
        shown = found[(number - 1) * PER_PAGE : number * PER_PAGE]
        captions = lookup.captions_of(session, [one.label for one in shown]) if kind == "class" else {}
        return page(
            request,
            "subjects/look_up.html",
            q=q,
            kind=kind,
            match=match,
            counts=services.counts(session),
            total=len(found),
            shown=shown,
            captions=captions,
            number=number,
            pages=max(1, -(-len(found) // PER_PAGE)),
            roots=_branches(session, lookup.roots(session)),
            tables=lookup.auxiliary_tables(session),
        )


def _branches(session: Any, rows: list[Any]) -> list[dict[str, Any]]:
    """Classes with whether there is more below."""
    deeper = lookup.parents_with_children(session, [row.number for row in rows])
    return [{"number": row.number, "caption": row.caption, "deeper": row.number in deeper} for row in rows]


@router.get("/subjects/tree/{number}")
def branch(request: Request, number: str, sessions: SessionsDep) -> Response:
    """The classes right below a number: a fragment for the tree, and a page of its own without JavaScript."""
    with sessions() as session:
        row = lookup.class_row(session, number)
        if row is None:
            raise HTTPException(404, N_("沒有這個分類號。"))
        below = _branches(session, lookup.children(session, number))
        return page(request, "subjects/branch.html", branches=below, above=row)


@router.get("/subjects/tables/{name}")
def auxiliary(request: Request, name: str, sessions: SessionsDep) -> Response:
    """One auxiliary table (類表編、附表)."""
    with sessions() as session:
        rows = lookup.table_entries(session, name)
    if not rows:
        raise HTTPException(404, N_("沒有這個附表。"))
    return page(request, "subjects/table.html", name=name, rows=rows)


@router.get("/subjects/analyse")
def analyse_form(request: Request, title: Annotated[str, Query(max_length=1_000)] = "") -> Response:
    """智慧主題分析: the form."""
    return _analysis(request, Description(title))


@router.post("/subjects/analyse")
def analyse(
    request: Request,
    sessions: SessionsDep,
    title: Annotated[str, Form()] = "",
    author: Annotated[str, Form()] = "",
    publisher: Annotated[str, Form()] = "",
    summary: Annotated[str, Form()] = "",
    contents: Annotated[str, Form()] = "",
    keywords: Annotated[str, Form()] = "",
    category: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """智慧主題分析: read the form and the file, answer with suggestions and their reasons. Of what was typed and
    of the file nothing is kept; of the answer, what it suggested."""
    given = {
        "title": title,
        "author": author,
        "publisher": publisher,
        "summary": summary,
        "contents": contents,
        "keywords": keywords,
        "category": category,
    }
    described = subjects.description(given)
    try:
        described = _with_file(described, file)
    except texts.UnreadableFile as error:
        return _analysis(request, described, problem=FILE_PROBLEMS[error.reason], status=422)
    if not any((described.title, described.summary, described.contents, described.keywords)):
        return _analysis(request, described, problem=NOTHING_GIVEN, status=422)
    try:
        found = subjects.the_recommender(request).recommend(described)
    except artefact.NoModel:
        return _analysis(request, described, problem=NO_MODEL, status=503)
    with sessions() as session:
        answer = _analysis(request, described, answer=subjects.recommendation_json(session, found))
    answer.background = subjects.noting(request, described, found, PAGE)
    return answer


def _with_file(described: Description, file: UploadFile | None) -> Description:
    """The description with the text of the file; what was typed goes before what the file says."""
    if file is None or not file.filename:
        return described
    return texts.extract(file.filename, file.file.read(texts.LARGEST_FILE + 1)).added_to(described)


def _analysis(
    request: Request,
    described: Description,
    *,
    answer: dict[str, Any] | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "subjects/analyse.html",
        status=status,
        described=described,
        answer=answer,
        problem=problem,
        limits=LONGEST,
    )


@router.get("/subjects/{id}.{syntax}")
def heading_as_skos(
    request: Request, id: RecordId, syntax: Literal["ttl", "jsonld"], sessions: SessionsDep
) -> Response:
    """The heading as SKOS."""
    with sessions() as session:
        row = session.get(HeadingRow, id)
        if row is None:
            raise HTTPException(404, N_("沒有這個主題詞。"))
        labels = [label for names in (row.relations or {}).values() for label in names]
        graph = skos.heading_graph(
            get_site(request).base_url, row, lookup.ids_of(session, labels), lookup.classes_of(session, row.id)
        )
    return Response(skos.written(graph, syntax), media_type=skos.SYNTAXES[syntax][1])


@router.get("/subjects/{id}")
def heading(request: Request, id: RecordId, sessions: SessionsDep) -> Response:
    """One heading: 用/不用/廣義/狹義/相關, its classes, its records."""
    with sessions() as session:
        row = session.get(HeadingRow, id)
        if row is None:
            raise HTTPException(404, N_("沒有這個主題詞。"))
        return page(request, "subjects/heading.html", heading=subjects.heading_json(session, row))


@router.get("/classes/{number}.{syntax}")
def class_as_skos(request: Request, number: str, syntax: str, sessions: SessionsDep) -> Response:
    """The class as SKOS; a number with a point is a page (`/classes/863.57`)."""
    if syntax not in skos.SYNTAXES:
        return one_class(request, f"{number}.{syntax}", sessions)
    with sessions() as session:
        row = lookup.class_row(session, number)
        if row is None:
            raise HTTPException(404, N_("沒有這個分類號。"))
        graph = skos.class_graph(get_site(request).base_url, row, lookup.children(session, row.number))
    return Response(skos.written(graph, syntax), media_type=skos.SYNTAXES[syntax][1])


@router.get("/classes/{number}")
def one_class(request: Request, number: str, sessions: SessionsDep) -> Response:
    """One class: captions up the tree, classes below, its headings and records."""
    with sessions() as session:
        row = lookup.class_or_unlisted(session, number)
        if row is None:
            raise HTTPException(404, N_("沒有這個分類號。"))
        below = _branches(session, lookup.children(session, number))
        return page(request, "subjects/class.html", entry=subjects.class_json(session, row), below=below)
