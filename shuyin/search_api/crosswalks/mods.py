"""MODS 3.7."""

from __future__ import annotations

from lxml import etree

from shuyin.records.book_json import BookJson, ContributorJson
from shuyin.search_api.crosswalks.xml_text import child

MODS = "http://www.loc.gov/mods/v3"
_M = f"{{{MODS}}}"
_NAME_TYPES = {"person": "personal", "corporate": "corporate", "meeting": "conference"}
_RESOURCES = {"print": "text", "ebook": "text", "audiobook": "sound recording-nonmusical"}


def mods(book: BookJson, url: str) -> etree._Element:
    """The `mods` element of a book."""
    root = etree.Element(f"{_M}mods", nsmap=_default_namespace(), version="3.7")
    _titles(root, book)
    for contributor in book["contributors"]:
        _name(root, contributor)
    if resource := _RESOURCES.get(book["format"]):
        child(root, f"{_M}typeOfResource", resource)
    _origin(root, book)
    for code in book["languages"] or ([book["language"]] if book["language"] else []):
        child(child(root, f"{_M}language"), f"{_M}languageTerm", code, type="code", authority="iso639-2b")
    for binding in book["bindings"]:
        extent = " ; ".join(value for value in (binding["pages"], binding["size"]) if value)
        if extent:
            child(child(root, f"{_M}physicalDescription"), f"{_M}extent", extent)
    for tag, text in (("abstract", book["summary"]), ("tableOfContents", book["contents"])):
        if text:
            child(root, f"{_M}{tag}", text)
    if book["audience"]:
        child(root, f"{_M}targetAudience", book["audience"])
    for note in book["notes"]:
        child(root, f"{_M}note", note)
    _subjects(root, book)
    _identifiers(root, book, url)
    return root


def _default_namespace() -> dict[str, str]:
    return {None: MODS}  # type: ignore[dict-item]  # the stubs of lxml do not know the default namespace


def _titles(root: etree._Element, book: BookJson) -> None:
    parts = book["title_parts"]
    info = child(root, f"{_M}titleInfo")
    child(info, f"{_M}title", parts["main"])
    for tag, text in (
        ("subTitle", parts["remainder"]),
        ("partNumber", parts["part_number"]),
        ("partName", parts["part_name"]),
    ):
        if text:
            child(info, f"{_M}{tag}", text)
    others = [("translated", parts["parallel"]), ("alternative", parts["variants"])]
    for kind, titles in [*others, ("uniform", [parts["uniform"]] if parts["uniform"] else [])]:
        for title in titles:
            child(child(root, f"{_M}titleInfo", type=kind), f"{_M}title", title)


def _name(root: etree._Element, contributor: ContributorJson) -> None:
    name = child(root, f"{_M}name", type=_NAME_TYPES.get(contributor["kind"], "personal"))
    child(name, f"{_M}namePart", contributor["name"])
    if contributor["dates"]:
        child(name, f"{_M}namePart", contributor["dates"], type="date")
    if contributor["role"]:
        child(child(name, f"{_M}role"), f"{_M}roleTerm", contributor["role"], type="text")


def _origin(root: etree._Element, book: BookJson) -> None:
    if not any(book[key] for key in ("place", "publisher", "published", "edition")):
        return
    origin = child(root, f"{_M}originInfo")
    if book["place"]:
        child(child(origin, f"{_M}place"), f"{_M}placeTerm", book["place"], type="text")
    if book["publisher"]:
        child(origin, f"{_M}publisher", book["publisher"])
    if book["published"]:
        child(origin, f"{_M}dateIssued", book["published"], encoding="w3cdtf", keyDate="yes")
    if book["edition"]:
        child(origin, f"{_M}edition", book["edition"])


def _subjects(root: etree._Element, book: BookJson) -> None:
    for subject in book["subjects"]:
        element = child(root, f"{_M}subject", **({"authority": subject["scheme"]} if subject["scheme"] else {}))
        for topic in subject["label"].split("--"):
            child(element, f"{_M}topic", topic)
    for keyword in book["keywords"]:
        child(child(root, f"{_M}subject"), f"{_M}topic", keyword)
    for number in book["classes"]:
        child(root, f"{_M}classification", number["number"], authority=number["scheme"])


def _identifiers(root: etree._Element, book: BookJson, url: str) -> None:
    for series in book["series"]:
        info = child(child(root, f"{_M}relatedItem", type="series"), f"{_M}titleInfo")
        child(info, f"{_M}title", series["title"])
        if series["volume"]:
            child(info, f"{_M}partNumber", series["volume"])
    for binding in book["bindings"]:
        if binding["isbn"]:
            qualifier = {"displayLabel": binding["binding"]} if binding["binding"] else {}
            child(root, f"{_M}identifier", binding["isbn"], type="isbn", **qualifier)
    child(child(root, f"{_M}location"), f"{_M}url", url, usage="primary display")
    record = child(root, f"{_M}recordInfo")
    if book["updated_at"]:
        child(record, f"{_M}recordChangeDate", book["updated_at"], encoding="w3cdtf")
    child(record, f"{_M}recordIdentifier", str(book["id"]))
