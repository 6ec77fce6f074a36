"""Staff look at the versions of books and albums, undo, delete and restore them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shuyin.filing.models import AuditEntry
from shuyin.records import changes, marc, music, services
from shuyin.records.book import Binding, Book, TitleParts
from shuyin.records.models import AlbumRow, BookRow
from tests.records.test_music import ALBUM
from tests.web.filing_site import Person, Site, make_site

PRINT = "9789576787713"


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> Site:
    return make_site(sqlite_engine, tmp_path)


@pytest.fixture
def staff(site: Site) -> Person:
    return site.staff("anna", "cataloguer")


def record(title: str) -> bytes:
    made = Book(title=title, parts=TitleParts(title), bindings=(Binding(isbn=PRINT),))
    return marc.serialise(marc.write(made))


def book(site: Site) -> int:
    with site.app.state.writes.begin() as session:
        found = services.create_book(session, record("錯字的書"), identity="t|1", source="test")
        services.save_marc(session, found, record("改正的書"), changed_by="bob", reason="錯字")
    return found


def title(site: Site, book_id: int) -> str:
    with site.app.state.sessions() as session:
        return marc.read(session.get_one(BookRow, book_id).marc).title


def test_a_book_shows_who_changed_what_when_and_why_and_goes_back(site: Site, staff: Person) -> None:
    found = book(site)
    page = f"/staff/records/books/{found}"
    text = staff.get(page).text
    for said in ("bob", "錯字", '<del class="removed">245', "<ins>245", "改正的書", "錯字的書"):
        assert said in text
    staff.post(f"{page}/undo", {"version": "1", "current": "2", "reason": "改錯了"})
    assert (staff.path, title(site, found)) == (page, "錯字的書")
    assert "undo: 改錯了" in staff.last.text
    with site.app.state.sessions() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "undo")).one()
        assert (entry.actor, entry.kind, entry.record_id) == ("anna", "book", str(found))


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"version": "1", "current": "2", "reason": " "}, 422),
        ({"version": "7", "current": "2", "reason": "x"}, 422),
        ({"version": "1", "current": "1", "reason": "x"}, 409),
    ],
)
def test_an_undo_that_cannot_be_is_refused(site: Site, staff: Person, form: dict[str, str], status: int) -> None:
    found = book(site)
    answer = staff.post(f"/staff/records/books/{found}/undo", form, page=f"/staff/records/books/{found}")
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert title(site, found) == "改正的書"


def test_deleted_and_restored(site: Site, staff: Person) -> None:
    found = book(site)
    page = f"/staff/records/books/{found}"
    staff.post(f"{page}/delete", {"current": "2", "reason": "重複"}, page=page)
    assert "已刪除" in staff.last.text
    with site.app.state.sessions() as session:
        assert services.book_for_isbn(session, PRINT) is None
        assert _last(session) == ("book", found, True)
    staff.post(f"{page}/restore", {"current": "3", "reason": "不是重複"})
    with site.app.state.sessions() as session:
        assert services.book_for_isbn(session, PRINT) == found
        assert _last(session) == ("book", found, False)


def test_an_album_goes_back_with_its_tracks(site: Site, staff: Person) -> None:
    with site.app.state.writes.begin() as session:
        row, _ = music.save(session, ALBUM)
        found = row.id
        music.save(session, replace(ALBUM, title="新名", tracks=ALBUM.tracks[:1]), changed_by="bob", reason="少一首")
    page = f"/staff/records/albums/{found}"
    text = staff.get(page).text
    assert "2. title: 第二首" in text
    assert "title: 新名" in text
    staff.post(f"{page}/undo", {"version": "1", "current": "2", "reason": "原本是對的"})
    staff.post(f"{page}/delete", {"current": "3", "reason": "測試"}, page=page)
    with site.app.state.sessions() as session:
        row = session.get_one(AlbumRow, found)
        assert (music.read(row), row.deleted_at is None) == (ALBUM, False)
    staff.post(f"{page}/restore", {"current": "4", "reason": "測試"})
    with site.app.state.sessions() as session:
        row = session.get_one(AlbumRow, found)
        assert (music.read(row), row.deleted_at, row.version) == (ALBUM, None, 5)
        assert [c.kind for c in changes.read_after(session, 0, 100)][-3:] == ["album", "track", "track"]


def test_records_are_found_by_number_and_isbn(site: Site, staff: Person) -> None:
    found = book(site)
    for asked in (str(found), PRINT, "9576787718"):
        staff.get(f"/staff/records?q={asked}")
        assert staff.path == f"/staff/records/books/{found}", asked
    assert staff.get("/staff/records?q=424242").status_code == 404
    assert staff.get("/staff/records/books/424242").status_code == 404


def _last(session: Session) -> tuple[str, int, bool]:
    change = changes.read_after(session, 0, 100)[-1]
    return change.kind, change.record_id, change.deleted
