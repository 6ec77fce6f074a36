"""A download of chosen records: which ones, how many may be had, under what name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session, sessionmaker

from shuyin.search_api import exports, services
from shuyin.search_api.exports import FORMATS, ExportFormat, ExportRecord
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.state import BadParameters, ParameterProblem, read_state
from shuyin.search_engine.port import SearchEngine

#: Records a download may hold (source S0, 書目下載 and 下載說明: 10 without an account, 100 a download).
ANONYMOUS_LIMIT = 10
SIGNED_IN_LIMIT = 100


class NothingChosen(ValueError):
    """Neither records nor a search were named."""

    message = Message(N_("沒有選擇要下載的書目。請先勾選書目，再按下載。"))


class TooManyRecords(ValueError):
    """More records than one download may hold."""

    def __init__(self, asked: int, limit: int) -> None:
        self.asked, self.limit = asked, limit
        text = (
            N_("一次最多下載 {limit} 筆，這次選了 {asked} 筆。登入後一次最多可下載 {signed_in} 筆。")
            if limit < SIGNED_IN_LIMIT
            else N_("一次最多下載 {limit} 筆，這次選了 {asked} 筆。請縮小範圍或分次下載。")
        )
        self.message = Message(text, {"limit": limit, "asked": asked, "signed_in": SIGNED_IN_LIMIT})
        super().__init__(str(self.message))


@dataclass(frozen=True, slots=True)
class Download:
    """Records ready to be written in a format."""

    format: ExportFormat
    records: tuple[ExportRecord, ...]

    def body(self) -> Iterator[bytes]:
        """The file, piece by piece."""
        return self.format.write(self.records)

    @property
    def headers(self) -> dict[str, str]:
        """Headers that make a browser save the file."""
        name = f"shuyin-books-{datetime.now(UTC):%Y%m%d}.{self.format.extension}"
        return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}


def limit_for(signed_in: bool) -> int:
    """How many records one download may hold."""
    return SIGNED_IN_LIMIT if signed_in else ANONYMOUS_LIMIT


def prepare(
    parameters: Sequence[tuple[str, str]],
    engine: SearchEngine,
    sessions: sessionmaker[Session],
    *,
    signed_in: bool,
    base_url: str = "",
) -> Download:
    """The download that a query string asks for: the records of `id=…`, else all that the search finds.

    `choose=ticked` (the page's button) wants `id=…`, `choose=all` passes over them.

    Raises `BadParameters`, `NothingChosen` or `TooManyRecords`.
    """
    format = _format(parameters)
    limit = limit_for(signed_in)
    choose = dict(parameters).get("choose")
    ids = _ids(parameters) if choose != "all" else []
    if not ids and choose == "ticked":
        raise NothingChosen(str(NothingChosen.message))
    if not ids:
        ids = _found(parameters, engine, limit, everything=choose == "all")
    if len(ids) > limit:
        raise TooManyRecords(len(ids), limit)
    with sessions() as session:
        records = exports.load(engine, session, ids, base_url)
    if not records:
        raise services.UnknownRecord(ids[0] if ids else "")
    return Download(format, tuple(records))


def _format(parameters: Sequence[tuple[str, str]]) -> ExportFormat:
    name = dict(parameters).get("format") or "csv"
    if name not in FORMATS:
        text = N_("「{value}」不是可用的格式。可用：{allowed}。")
        values = {"value": name[:20], "allowed": "、".join(FORMATS)}
        raise BadParameters([ParameterProblem("format", Message(text, values))])
    return FORMATS[name]


def _ids(parameters: Sequence[tuple[str, str]]) -> list[str]:
    texts = [value for name, value in parameters if name == "id" and value]
    wrong = [t for t in texts if not (t.isascii() and t.isdigit() and len(t) < 19)]
    if wrong:
        text = N_("「{value}」不是書目編號。")
        raise BadParameters([ParameterProblem("id", Message(text, {"value": wrong[0][:20]}))])
    return list(dict.fromkeys(str(int(t)) for t in texts))


def _found(parameters: Sequence[tuple[str, str]], engine: SearchEngine, limit: int, *, everything: bool) -> list[str]:
    state = read_state([(name, value) for name, value in parameters if name not in ("format", "page", "per_page")])
    if state.is_empty and not everything:
        raise NothingChosen(str(NothingChosen.message))
    found = services.search_ids(engine, replace(state, per_page=limit))
    if found.total > limit:
        raise TooManyRecords(found.total, limit)
    return [hit.id for hit in found.hits]
