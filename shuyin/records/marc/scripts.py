"""Fields in two scripts: 880 beside the field that its $6 names (MARC21, appendix D, model A)."""

from __future__ import annotations

import re

from shuyin.records.marc.iso2709 import RawField

HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
#: Ideographic spaces that some systems put between words: 人民　出版社.
_WIDE_SPACE = re.compile("(?<=[\u3040-\u9fff\uf900-\ufaff])[\u3000]+(?=[\u3040-\u9fff\uf900-\ufaff])")
#: Where such a space parts words of a name or title; in notes and summaries it is the writer's own.
_SPACED_TAGS = re.compile("^(?:1|24|25|26|44|49|6|7|8[013])")


class Partners:
    """What stood in the other script, by tag and link number, and 880 fields that belong to no other."""

    __slots__ = ("_pairs", "_texts")

    def __init__(self) -> None:
        self._pairs: dict[tuple[str, str], list[str]] = {}
        self._texts: list[str] = []

    def put(self, tag: str, number: str, subfields: list[str]) -> None:
        """Keep the field that gave its place to its partner."""
        self._pairs[tag, number] = subfields

    def take(self, tag: str, subfields: list[str]) -> list[str] | None:
        """The partner of a field, once; None if it has none."""
        if not self._pairs:
            return None
        return self._pairs.pop((tag, _occurrence(subfields)), None)

    def leave(self, subfields: list[str]) -> None:
        """Keep the text of an 880 that has no partner."""
        text = " ".join(s[1:] for s in subfields if s[:1] not in ("", "6", "8"))
        if text:
            self._texts.append(text)

    def leftover(self) -> tuple[str, ...]:
        """Texts that found no other place: the lone 880 fields, then the partners that nobody took."""
        for subfields in self._pairs.values():
            self.leave(subfields)
        self._pairs.clear()
        return tuple(self._texts)


def in_own_script(fields: list[RawField], partners: Partners) -> list[RawField]:
    """The fields without 880, where one in Chinese, Japanese or Korean script has replaced its romanised partner."""
    linked: dict[tuple[str, str], list[str]] = {}
    for tag, _, subfields in fields:
        if tag == "880":
            number = _occurrence(subfields)
            if number in ("", "00"):
                partners.leave(subfields)
            else:
                linked[_linked_tag(subfields), number] = subfields
    if linked:
        fields = [_chosen(field, linked, partners) for field in fields]
        for subfields in linked.values():
            partners.leave(subfields)
    return fields


def _chosen(field: RawField, linked: dict[tuple[str, str], list[str]], partners: Partners) -> RawField:
    tag, indicators, own = field
    number = _occurrence(own)
    other = linked.pop((tag, number), None) if number else None
    if other is None:
        return field
    if HAN.search("".join(other)) and not HAN.search("".join(own)):
        partners.put(tag, number, own)
        return tag, indicators, other
    partners.put(tag, number, other)
    return field


def closed_up(field: RawField) -> RawField:
    """The field without ideographic spaces inside a name or title."""
    tag, indicators, subfields = field
    if not _SPACED_TAGS.match(tag):
        return field
    return tag, indicators, [_WIDE_SPACE.sub("", s).replace("\u3000", " ") for s in subfields]


def _occurrence(subfields: list[str]) -> str:
    """ "01" of $6 880-01 or 245-01/$1."""
    for subfield in subfields:
        if subfield[:1] == "6":
            return subfield[5:7]
    return ""


def _linked_tag(subfields: list[str]) -> str:
    return next((s[1:4] for s in subfields if s[:1] == "6"), "")
