"""What the music pages show, made ready for the templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shuyin.records.music_json import AlbumJson
from shuyin.search_api.messages import N_
from shuyin.search_api.services import Answer
from shuyin.search_api.state import SearchState
from shuyin.search_engine.declaration import IndexDeclaration
from shuyin.search_engine.query import Hit
from shuyin.web.i18n import gettext

#: What must be said of records that no company reported (docs/data.md).
ORIGINS = {
    "model-facts": N_("這張專輯的資料由語言模型依一般知識寫成，未與任何目錄核對，不可作為申報或權利依據。"),
    "S0": N_("這張專輯的資料取自系統說明文件中的示例。"),
}


@dataclass(frozen=True, slots=True)
class HitView:
    """One row: the record, and its words with the matches marked, by field."""

    stored: Mapping[str, Any]
    marked: Mapping[str, tuple[tuple[str, bool], ...]]

    def pieces(self, field: str, text: str) -> tuple[tuple[str, bool], ...]:
        """`text` with its matches, if the whole of it was marked; else as it is."""
        found = self.marked.get(field, ())
        return found if "".join(part for part, _ in found) == text else ((text, False),)


@dataclass(frozen=True, slots=True)
class FacetLink:
    """A value of a facet as a link that adds or takes away the condition."""

    label: str
    count: int
    url: str
    selected: bool


@dataclass(frozen=True, slots=True)
class FacetList:
    """A facet with its values."""

    label: str
    items: tuple[FacetLink, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition, with the address of the search without it."""

    label: str
    value: str
    url: str


def hit_view(hit: Hit) -> HitView:
    """A hit for the list."""
    return HitView(hit.stored, {field: fragments[0] for field, fragments in hit.highlights.items() if fragments})


def facet_views(answer: Answer, declaration: IndexDeclaration, path: str) -> list[FacetList]:
    """Facets with something to choose, each value a link."""
    state, shown = answer.state, []
    for facet in declaration.facets:
        values = [v for v in answer.facets.get(facet.name, ()) if not v.excluded]
        if facet.name == "year":
            values = sorted(values, key=lambda v: v.value, reverse=True)
        links = tuple(
            FacetLink(
                gettext(v.value),
                v.count,
                (state.without_filter if v.selected else state.with_filter)(facet.name, v.value).url(path),
                v.selected,
            )
            for v in values
        )
        if len(links) > 1 or any(link.selected for link in links):
            shown.append(FacetList(facet.label, links))
    return shown


def chips(state: SearchState, declaration: IndexDeclaration, path: str) -> list[Chip]:
    """Every condition but the words of the simple box."""
    fields = dict(declaration.parameters)
    found = [
        Chip(declaration.field(fields[name]).label, words, state.without_field(name).url(path))
        for name, words in state.fields
    ]
    labels = {facet.name: facet.label for facet in declaration.facets}
    found += [
        Chip(labels[name], gettext(value), state.without_filter(name, value).url(path))
        for filters in (state.include, state.exclude)
        for name, values in filters
        for value in values
    ]
    if state.start or state.end:
        without = replace(state, start=None, end=None, page=1)
        found.append(Chip(N_("發行日期"), f"{state.start or '…'} – {state.end or '…'}", without.url(path)))
    return found


def roles_of(album: AlbumJson, known: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Every role on the album with its names: the known ones in their order, then the others."""
    names: dict[str, dict[str, None]] = {}
    for track in album["tracks"]:
        for role, people in track["credits"].items():
            names.setdefault(role, {}).update(dict.fromkeys(people))
    order = [*(role for role in known if role in names), *(role for role in names if role not in set(known))]
    return [(role, list(names[role])) for role in order]


def length(seconds: int | None) -> str:
    """263 → 4:23, 3725 → 1:02:05; empty if unknown."""
    if seconds is None:
        return ""
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
