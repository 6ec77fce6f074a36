"""Crosswalks: what other software gets of a full record and of one that says almost nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs

import pymarc
import pytest
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from lxml import etree

from shuyin.records.book_json import BookJson
from shuyin.search_api.crosswalks.bibtex import bibtex
from shuyin.search_api.crosswalks.citations import STYLES
from shuyin.search_api.crosswalks.coins import coins
from shuyin.search_api.crosswalks.csl import csl
from shuyin.search_api.crosswalks.dublin_core import DC, elements, oai_dc, srw_dc
from shuyin.search_api.crosswalks.marcxml import marcxml
from shuyin.search_api.crosswalks.mods import MODS, mods
from shuyin.search_api.crosswalks.ris import ris
from shuyin.search_api.crosswalks.roles import Part, part
from shuyin.search_api.crosswalks.schema_org import json_ld, schema_org
from tests.protocols.books import URL, bare, report


def test_dublin_core_says_what_the_record_says() -> None:
    found: dict[str, list[str]] = {}
    for element in oai_dc(report(), URL):
        assert etree.QName(element).namespace == DC
        found.setdefault(etree.QName(element).localname, []).append(element.text or "")
    assert found == {
        "title": [report()["title"], "Journal resources in Taiwan"],
        "creator": ["國家圖書館"],
        "subject": ["國家圖書館", "期刊文獻--臺灣", "011.016"],
        "description": ["五十%的 {能量} & 風貌_報告", "館長序 -- 編輯說明"],
        "publisher": ["國家圖書館"],
        "contributor": ["王小明", "Smith, Anna"],
        "date": ["2025-04"],
        "type": ["Text"],
        "format": ["86面", "30公分"],
        "identifier": [URL, "urn:isbn:9789576787713", "urn:isbn:9789576787829", "CIP 114004670"],
        "language": ["chi", "eng"],
        "relation": ["國家圖書館叢書 ; 12"],
    }
    assert [e.text for e in srw_dc(report(), URL)] == [e.text for e in oai_dc(report(), URL)]
    assert elements(bare(), URL) == [("title", "無名書"), ("type", "Text"), ("identifier", URL)]


def test_control_characters_cannot_break_the_xml() -> None:
    book = report()
    book["summary"] = "鈴\x07聲\x00"
    for root in (oai_dc(book, URL), mods(book, URL)):
        assert "鈴�聲�" in "".join(etree.fromstring(etree.tostring(root)).itertext())


def test_mods() -> None:
    root = etree.fromstring(etree.tostring(mods(report(), URL)))

    def values(path: str) -> list[str]:
        return [str(v) for v in root.xpath(path, namespaces={"m": MODS})]  # type: ignore[union-attr]

    assert values("m:titleInfo[not(@type)]/*/text()") == [
        "臺灣期刊資源學術能量風貌報告",
        "國家圖書館期刊資源典藏取用及熱門研究主題分析",
        "113年",
    ]
    assert values("m:name/@type") == ["corporate", "personal", "personal"]
    assert values("m:name[2]/m:role/m:roleTerm/text()") == ["譯"]
    assert values("m:originInfo/m:dateIssued/text()") == ["2025-04"]
    assert values("m:identifier[@type='isbn']/text()") == ["9789576787713", "9789576787829"]
    assert values("m:subject[2]/m:topic/text()") == ["期刊文獻", "臺灣"]
    assert values("m:classification[@authority='ncsclt']/text()") == ["011.016"]
    assert values("m:relatedItem[@type='series']/m:titleInfo/*/text()") == ["國家圖書館叢書", "12"]
    assert values("m:recordInfo/m:recordIdentifier/text()") == ["7"]
    assert len(mods(bare(), URL)) == 4


def test_ris() -> None:
    lines = ris(report(), URL).split("\r\n")
    assert lines[0] == "TY  - BOOK" and lines[-3:] == ["ER  - ", "", ""]
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines[:-2])
    pairs = [tuple(line.split("  - ", 1)) for line in lines[:-2]]
    assert {("AU", "國家圖書館"), ("A4", "王小明"), ("A2", "Smith, Anna"), ("PY", "2025"), ("DA", "2025/04//")} <= set(
        pairs
    )
    assert [v for t, v in pairs if t == "SN"] == ["978-957-678-771-3", "978-957-678-782-9"]
    assert ris(bare(), URL).startswith("TY  - BOOK\r\nTI  - 無名書\r\n")


def test_bibtex() -> None:
    entry = bibtex(report(), URL)
    assert entry.startswith("@book{shuyin7,\n") and entry.endswith("\n}\n\n")
    assert "  author = {{國家圖書館}}," in entry and "  editor = {Smith, Anna}," in entry
    assert "  year = {2025},\n" in entry and "  month = {4},\n" in entry
    assert re.sub(r"\\[{}]", "", entry).count("{") == re.sub(r"\\[{}]", "", entry).count("}")
    book = report()
    book["title"] = r"50% & {a}_b\c"
    assert r"title = {{50\% \& \{a\}\_b\textbackslash{}c}}" in bibtex(book, URL)


def test_csl_is_taken_by_a_citation_processor() -> None:
    item = csl(report(), URL)
    assert item["author"] == [{"literal": "國家圖書館"}] and item["editor"] == [{"family": "Smith", "given": "Anna"}]
    assert item["issued"] == {"date-parts": [[2025, 4]]} and item["language"] == "zh-Hant"
    assert csl(bare(), URL).keys() == {"id", "type", "title", "URL"}
    known = ("id", "type", "title", "editor", "issued", "publisher", "publisher-place")
    source = CiteProcJSON([{name: item[name] for name in known}])
    bibliography = CitationStylesBibliography(
        CitationStylesStyle("harvard-cite-them-right", validate=False), source, formatter.plain
    )
    bibliography.register(Citation([CitationItem(item["id"])]))
    assert "國家圖書館" in str(bibliography.bibliography()[0]) and "2025" in str(bibliography.bibliography()[0])


def test_schema_org_stands_safely_in_a_page() -> None:
    data = schema_org(report(), URL)
    assert [e["isbn"] for e in data["workExample"]] == ["9789576787713", "9789576787829"]
    assert data["workExample"][0]["bookFormat"] == "https://schema.org/Paperback"
    assert data["workExample"][0]["numberOfPages"] == 86
    assert data["inLanguage"] == "zh-Hant" and data["author"][0]["@type"] == "Organization"
    text = json_ld(report(), URL)
    assert not set("<>&") & set(text) and json.loads(text) == data
    assert schema_org(bare(), URL).keys() == {"@context", "@type", "@id", "url", "name"}


def test_coins() -> None:
    pairs = parse_qs(coins(report(), URL))
    assert pairs["rft_val_fmt"] == ["info:ofi/fmt:kev:mtx:book"] and pairs["rft.btitle"] == [report()["title"]]
    assert pairs["rft.isbn"] == ["9789576787713", "9789576787829"] and pairs["rft_id"] == [URL]


CITED = {
    "apa": "國家圖書館（2025）。{title}（初版）。國家圖書館。",
    "chicago": "國家圖書館。《{title}》。初版。臺北市：國家圖書館，2025。",
    "mla": "國家圖書館。《{title}》。初版，國家圖書館，2025。",
    "gb7714": "國家圖書館. {title}[M]. 初版. 臺北市: 國家圖書館, 2025.",
}
ENGLISH = {
    "apa": "Smith, Anna & Li, Bo (2020). Libraries (2nd ed). Verso.",
    "chicago": "Smith, Anna & Li, Bo. Libraries. 2nd ed. London: Verso, 2020.",
    "mla": "Smith, Anna, and Li, Bo. Libraries. 2nd ed., Verso, 2020.",
    "gb7714": "Smith, Anna, Li, Bo. Libraries[M]. 2nd ed. London: Verso, 2020.",
}


def english(book: BookJson) -> BookJson:
    book.update(title="Libraries", place="London", publisher="Verso", published="2020", edition="2nd ed.")
    names = ("Smith, Anna", "Li, Bo")
    book["contributors"] = [{"name": n, "role": None, "kind": "person", "dates": None, "latin": None} for n in names]
    return book


@pytest.mark.parametrize("style", STYLES)
def test_citations(style: str) -> None:
    cite: Callable[[BookJson], str] = STYLES[style][1]
    assert cite(report()) == CITED[style].format(title=report()["title"])
    assert cite(english(report())) == ENGLISH[style]
    assert cite(bare()) in ("無名書（無日期）。", "《無名書》。", "無名書[M].")


@pytest.mark.parametrize(
    ("names", "title", "cited"),
    [
        (("王小明", "李白"), "書", "王小明與李白。《書》。"),
        (("王小明", "李白", "杜甫"), "書", "王小明等。《書》。"),
        (("Austen, Jane",), "Emma", "Austen, Jane. Emma."),
        (("Strunk, William", "White, E. B.", "Angell, Roger"), "Style", "Strunk, William, et al. Style."),
    ],
)
def test_mla_names_two_people_and_shortens_more(names: tuple[str, ...], title: str, cited: str) -> None:
    book = bare()
    book["title"] = title
    book["contributors"] = [{"name": n, "role": None, "kind": "person", "dates": None, "latin": None} for n in names]
    assert STYLES["mla"][1](book) == cited


def test_printed_roles_are_sorted() -> None:
    roles = {
        Part.AUTHOR: ["著", None, "編著"],
        Part.EDITOR: ["主編"],
        Part.TRANSLATOR: ["編譯", "翻譯"],
        Part.ILLUSTRATOR: ["文.圖", "繪"],
        Part.OTHER: ["攝影"],
    }
    expected = {role: wanted for wanted, printed in roles.items() for role in printed}
    for role, wanted in expected.items():
        assert part({"name": "x", "role": role, "kind": "person", "dates": None, "latin": None}) is wanted
    assert len(expected) == 9


def test_marcxml_holds_what_the_record_holds_whatever_its_characters() -> None:
    field = pymarc.Field(
        "500",
        indicators=pymarc.Indicators("&", '"'),
        subfields=[
            pymarc.Subfield("&", "a<b>&\"c'"),
            pymarc.Subfield("a", "鈴\x07聲\n二行"),
            pymarc.Subfield("𠮷", ""),
        ],
    )
    record = pymarc.Record(force_utf8=True, leader="00000nam a2200000 i 4500")
    record.add_field(pymarc.Field("001", data="<1>"), field)
    root = etree.fromstring(etree.tostring(marcxml(record.as_marc())))
    assert [e.text for e in root[1:2]] == ["<1>"]
    note = root[2]
    assert (note.get("ind1"), note.get("ind2")) == ("&", '"')
    assert [(s.get("code"), s.text) for s in note] == [("&", "a<b>&\"c'"), ("a", "鈴�聲\n二行"), ("𠮷", None)]
