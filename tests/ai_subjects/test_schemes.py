"""Scheme files of every kind, on small made-up ones of the official shape; the tables; uploads' text."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymarc import Field, Indicators, Record, Subfield
from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.ai_subjects.schemes import lookup, services
from shuyin.ai_subjects.schemes.entries import NotAScheme
from shuyin.ai_subjects.schemes.reading import read_scheme
from shuyin.ai_subjects.texts import UnreadableFile, clean, extract
from shuyin.records import database
from shuyin.records.models import Change, ClassRow, HeadingClassLink

SKOS = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">
<skos:Concept rdf:about="http://example.org/c/300"><skos:notation>300</skos:notation>
 <skos:prefLabel xml:lang="en">科學類</skos:prefLabel></skos:Concept>
<skos:Concept rdf:about="http://example.org/c/320"><skos:notation>320</skos:notation>
 <skos:prefLabel xml:lang="zh">天文學</skos:prefLabel><skos:prefLabel xml:lang="en">Astronomy</skos:prefLabel>
 <skos:altLabel xml:lang="en">星學</skos:altLabel><skos:broader rdf:resource="http://example.org/c/300"/></skos:Concept>
</rdf:RDF>"""
MADS = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:m="http://www.loc.gov/mads/rdf/v1#">
<m:Topic rdf:about="http://example.org/s/1"><m:authoritativeLabel xml:lang="en">天文學</m:authoritativeLabel>
 <m:hasVariant><m:Topic><m:variantLabel xml:lang="en">星象</m:variantLabel></m:Topic></m:hasVariant>
 <m:hasNarrowerAuthority rdf:resource="http://example.org/s/2"/><m:classification>320</m:classification></m:Topic>
<m:Topic rdf:about="http://example.org/s/2"><m:authoritativeLabel xml:lang="en">行星</m:authoritativeLabel>
 <m:hasBroaderAuthority rdf:resource="http://example.org/s/1"/></m:Topic>
</rdf:RDF>"""


def _marc(leader: str, *fields: Field) -> bytes:
    record = Record(leader=leader, force_utf8=True)
    record.add_field(*fields)
    return bytes(record.as_marc())


def _field(tag: str, *pairs: tuple[str, str]) -> Field:
    return Field(tag, Indicators(" ", " "), [Subfield(code, value) for code, value in pairs])


def test_skos_classes_are_read_by_script_not_by_language_tag(tmp_path: Path) -> None:
    path = tmp_path / "Classification_RDF.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
        archive.writestr("classification.rdf", SKOS)
    first, second = sorted(read_scheme(path).classes, key=lambda entry: entry.number)
    assert first.caption == "科學類"
    assert (second.caption, second.caption_en, second.variants, second.parent) == (
        "天文學",
        "Astronomy",
        ("星學",),
        "300",
    )


def test_mads_headings_with_their_references(tmp_path: Path) -> None:
    path = tmp_path / "headings.rdf"
    path.write_text(MADS, encoding="utf-8")
    found = {entry.label: entry for entry in read_scheme(path).headings}
    assert set(found) == {"天文學", "行星"}
    assert found["天文學"].variants == ("星象",) and found["天文學"].narrower == ("行星",)
    assert found["天文學"].class_numbers == ("320",) and found["行星"].broader == ("天文學",)


def test_marc_authority_and_classification(tmp_path: Path) -> None:
    path = tmp_path / "scheme.mrc"
    path.write_bytes(
        _marc(
            "00000nz  a2200000n  4500",
            _field("150", ("a", "天文學"), ("x", "歷史")),
            _field("450", ("a", "星象")),
            _field("550", ("w", "g"), ("a", "自然科學")),
            _field("550", ("a", "占星術")),
            _field("083", ("a", "320")),
        )
        + _marc("00000nw  a2200000n  4500", _field("153", ("a", "320"), ("e", "300"), ("j", "天文學")))
    )
    file = read_scheme(path)
    heading = file.headings[0]
    assert heading.label == "天文學--歷史" and heading.variants == ("星象",)
    assert heading.broader == ("自然科學",) and heading.related == ("占星術",) and heading.class_numbers == ("320",)
    assert (file.classes[0].number, file.classes[0].parent) == ("320", "300")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", "a,b\n1,2\n"),
        ("x.rdf", "<rdf"),
        ("x.rdf", '<!DOCTYPE r [<!ENTITY a "b">]><rdf:RDF/>'),
        ("x.mrc", "00026 damaged"),
        ("x.bin", "nothing"),
    ],
)
def test_what_is_no_scheme_is_refused_with_a_reason(tmp_path: Path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(NotAScheme, match=r"\w"):
        read_scheme(path)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    engine = database.connect(f"sqlite:///{tmp_path}/s.db")
    database.upgrade(engine)
    with database.write_sessions(engine).begin() as made:
        yield made
    engine.dispose()


def test_official_files_replace_the_starter_and_loading_twice_adds_nothing(session: Session, tmp_path: Path) -> None:
    services.load_starter(session, [])
    assert services.counts(session).classes == 1783 and services.counts(session).starter
    path = tmp_path / "c.rdf"
    path.write_text(SKOS, encoding="utf-8")
    for _ in range(2):
        services.load(session, read_scheme(path), "official")
        assert services.counts(session) == services.Counts(2, 0, starter=False)
    path.write_text(MADS, encoding="utf-8")
    services.load(session, read_scheme(path), "official headings")
    services.load(session, read_scheme(path), "official headings")
    assert services.counts(session).headings == 2
    assert len(session.scalars(select(HeadingClassLink)).all()) == 1
    kinds = {kind for (kind,) in session.execute(select(Change.kind))}
    assert kinds == {"class", "heading"}


def test_starter_classes_form_one_tree(session: Session) -> None:
    services.load_starter(session, [])
    rows = {row.number: row for row in session.scalars(select(ClassRow))}
    roots = [row.number for row in lookup.roots(session)]
    assert len(roots) == 10
    checked = 0
    for row in rows.values():
        path = [above.number for above in lookup.path(session, row)]
        assert not path or path[0] in roots or rows[path[0]].parent is None
        checked += bool(path)
    assert checked > 1700


def _docx(body: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
        archive.writestr("word/document.xml", f'<w:d xmlns:w="{w}"><w:p><w:r><w:t>{body}</w:t></w:r></w:p></w:d>')
    return file.getvalue()


def _epub() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("META-INF/container.xml", '<c><rootfile full-path="O/p.opf"/></c>')
        opf = '<package><manifest><item id="b" href="b.xhtml"/></manifest><spine><itemref idref="b"/></spine></package>'
        archive.writestr("O/p.opf", opf)
        archive.writestr("O/b.xhtml", "<html><script>x()</script><p>烘焙入門</p></html>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", "烘焙入門".encode()),
        ("a.txt", "烘焙入門".encode("utf-16")),
        ("a.txt", "烘焙入門".encode("cp950")),
        ("a.docx", _docx("烘焙入門")),
        ("a.epub", _epub()),
    ],
)
def test_text_of_each_kind_of_file(name: str, data: bytes) -> None:
    assert extract(name, data).text == "烘焙入門"
    assert extract(name, data).title == "烘焙入門"


def test_text_of_a_pdf() -> None:
    stream = b"BT /F1 12 Tf 72 720 Td (Baking at home) Tj ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(data),
    )
    assert "Baking at home" in extract("a.pdf", data).text


def test_entities_of_a_docx_are_not_expanded_and_emoji_go() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        lol = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><d><p>&b;</p></d>'
        archive.writestr("word/document.xml", lol)
    with pytest.raises(UnreadableFile):
        extract("a.docx", file.getvalue())
    assert clean("烘焙😀\u200d 入\x00門") == "烘焙 入門"
