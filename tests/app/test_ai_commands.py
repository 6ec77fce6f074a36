"""`shuyin ai batch`, `suggest --file` and `evaluate --since` from the command line, with the model that ships."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pymarc
import pytest
from typer.testing import CliRunner

from shuyin.ai_subjects import embedding, services
from shuyin.ai_subjects.description import Description
from shuyin.app.cli import app
from shuyin.app.composition import open_services
from shuyin.app.failures import CommandFailed
from shuyin.app.settings import get_settings
from shuyin.records import database, marc
from shuyin.records.book import Binding, Book, ClassNumber, Contributor, Subject, TitleParts
from tests.ai_subjects.test_learning_loop import SHOWN


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> None:
    monkeypatch.setenv("SHUYIN_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("SHUYIN_DATABASE_URL", sqlite_url)


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def refused(*words: str | Path) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert isinstance(done.exception, CommandFailed), done.output
    return str(done.exception)


def proposed(record: pymarc.Record) -> dict[str, tuple[str, dict[str, str]]]:
    """link number → (tag and value of the field, subfields of its 883); every link must have both ends."""
    ends: dict[str, list[pymarc.Field]] = {}
    for field in record.get_fields("084", "650", "883"):
        for link in field.get_subfields("8"):
            ends.setdefault(link, []).append(field)
    found = {}
    for link, (first, second) in ends.items():
        assert second.tag == "883" and list(second.indicators) == ["0", " "] and link.endswith("\\p")
        found[link] = (f"{first.tag} {first['a']}", {s.code: s.value for s in second.subfields})
    return found


def test_rows_of_a_csv_become_marc_with_proposals_and_their_provenance(tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("title", "author", "publisher", "isbn"))
        rows.writerow(("現代公司法入門", "陳一", "新學林", "9789576787713"))
        rows.writerow(("公司法實務", "", "元照", ""))  # a book that has no ISBN yet
        rows.writerow(("", "沒有書名", "", ""))
    out = tmp_path / "out.mrc"
    told = run("ai", "batch", file, "-o", out)
    assert "2 records" in told
    assert "record 3" in told
    with out.open("rb") as stream:
        records = list(pymarc.MARCReader(stream))
    assert len(records) == 2
    for record in records:
        fields = proposed(record)
        said = {value for value, _ in fields.values()}
        assert "650 公司法" in said and any(value.startswith("084 587") for value in said)
        for _, provenance in fields.values():
            assert provenance["a"].startswith("shuyin ")
            assert 0 < float(provenance["c"]) <= 1 and re.fullmatch(r"\d{8}", provenance["d"])
        book = marc.read(record.as_marc())
        assert {subject.assigned_by for subject in book.subjects} == {fields[next(iter(fields))][1]["a"]}


def test_what_a_record_says_stays_and_is_not_proposed_again(tmp_path: Path) -> None:
    book = Book(
        title="公司法入門",
        parts=TitleParts(main="公司法入門"),
        contributors=(Contributor("陳一", "著"),),
        publisher="新學林",
        bindings=(Binding("9789576787713", "平裝"),),
        subjects=(Subject("公司法", "lcstt"), Subject("商事", "lcstt", "another machine")),
        classes=(ClassNumber("587.2", "ncsclt"),),
    )
    before = marc.write(book)
    before.add_ordered_field(
        pymarc.Field("546", pymarc.Indicators(" ", " "), [pymarc.Subfield("a", "中文"), pymarc.Subfield("b", "正體")])
    )
    file, out = tmp_path / "in.mrc", tmp_path / "out.mrc"
    file.write_bytes(marc.serialise(before))
    run("ai", "batch", file, "-o", out)
    after = marc.parse(out.read_bytes())
    kept = [str(field) for field in after.fields]
    assert [str(field) for field in before.fields if str(field) not in kept] == []
    said = [value for value, _ in proposed(after).values()]
    assert "650 公司法" not in said
    assert len([s for f in after.get_fields("883") for s in f.get_subfields("8")]) == len(proposed(after))


def test_a_file_that_is_no_list_of_records_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(b"PK\x03\x04 nothing")
    assert "CSV" in refused("ai", "batch", file, "-o", tmp_path / "out.mrc")
    assert not list(tmp_path.glob("out*"))
    assert "not a file" in refused("ai", "batch", tmp_path / "absent.csv", "-o", tmp_path / "out.mrc")


def _docx(text: str) -> bytes:
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<d xmlns="{w}"><p><t>{text}</t></p></d>')
    return file.getvalue()


def test_suggest_reads_the_text_of_a_document(tmp_path: Path) -> None:
    file = tmp_path / "book.docx"
    file.write_bytes(_docx("公司法入門 股東會、董事會與股東權利"))
    told = json.loads(run("ai", "suggest", "--file", file, "--json"))
    assert "公司法" in [one["label"] for one in told["subjects"]]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("large.txt", b"a" * 10_000_001, "larger than 10 MB"),
        ("bomb.docx", _docx("0" * 21_000_000), "unpacks to far more"),
        ("broken.pdf", b"%PDF-1.7 nothing", "cannot be opened"),
        ("photo.jpg", b"\xff\xd8\xff\xe0", "txt, docx, pdf, epub"),
        ("empty.txt", b" \n", "no text"),
        ("emoji.txt", "😀".encode() * 6000, "no text"),
        ("binary.csv", b"\xff\xfe\x00\x01", "no CSV"),
        ("headless.csv", b"a,b\n1,2\n", "`title`"),
    ],
)
def test_suggest_says_why_a_file_cannot_be_read(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    assert says in refused("ai", "suggest", "--file", file)


def test_acceptance_since_a_day_is_told(sqlite_url: str) -> None:
    engine = database.connect(sqlite_url)
    with database.write_sessions(engine).begin() as session:
        asked = services.note_shown(session, Description("公司", publisher="新學林"), SHOWN)
        services.note_ticked(session, asked, ["公司法"], [])
        services.note_assigned(session, asked, ["公司法", "公司治理"], ["494.2"])
    engine.dispose()
    told = run("ai", "evaluate", "--since", "2026-01-01")
    assert "1 recommendations, 1 decided" in told and "headings shown 50%" in told and "587.2 became 494.2" in told
    as_json = json.loads(run("ai", "evaluate", "--since", "2026-01-01", "--json"))
    assert as_json["missed_subjects"] == [["公司治理", 1]]
    assert "0 decided" in run("ai", "evaluate", "--since", "2999-01-01")
    assert "2026-01-31" in refused("ai", "evaluate", "--since", "yesterday")
    assert "--since" in refused("ai", "evaluate")


def test_status_tells_which_embedding_serves_and_a_model_without_its_extra_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "embedding that ships" in CliRunner().invoke(app, ["ai", "status"]).output
    monkeypatch.setenv("SHUYIN_MODEL", str(embedding.SHIPPED))
    assert "learnt with the embedding beside it" in CliRunner().invoke(app, ["ai", "status"]).output
    monkeypatch.setenv("SHUYIN_MODEL", "some/model")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(embedding.MissingExtra, match=r"some/model needs .*shuyin\[models\]"):
        open_services(get_settings())
