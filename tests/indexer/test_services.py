"""Catch-up, rebuild, status: the index says what the records say, whatever happens in between."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from shuyin.indexer import projecting, services, sources
from shuyin.records import changes, leases
from shuyin.records.models import Checkpoint, HeadingRow, utc_now
from shuyin.search_engine import connect
from shuyin.search_engine.declaration import SUBJECTS
from shuyin.search_engine.parsing import parse
from shuyin.search_engine.port import IndexOutdated, RebuildMismatch, SearchUnavailable
from shuyin.search_engine.query import SearchRequest
from shuyin.search_engine.tantivy_engine import TantivyRebuild
from shuyin.search_engine.visibility import VisibleOnly
from tests.indexer.conftest import Catalogue, marc_bytes


def _catch_up(catalogue: Catalogue) -> int:
    return services.catch_up(catalogue.sessions, catalogue.writes, catalogue.search)


def _rebuild(catalogue: Catalogue) -> int:
    return services.rebuild(catalogue.sessions, catalogue.writes, catalogue.search, "books")


def _state(catalogue: Catalogue) -> services.IndexState:
    return next(s for s in services.status(catalogue.sessions, catalogue.search) if s.index == "books")


def test_changes_reach_the_index_in_order(catalogue: Catalogue) -> None:
    rose, river = catalogue.put("玫瑰的名字"), catalogue.put("大河的故事")
    assert _state(catalogue).lag == 2
    assert _catch_up(catalogue) == 2
    assert catalogue.found("玫瑰") == {rose}
    catalogue.change(rose, marc=marc_bytes("茉莉的名字"))
    catalogue.change(river, deleted_at=utc_now())
    _catch_up(catalogue)
    assert catalogue.found("玫瑰") == set()
    assert catalogue.found("茉莉") == {rose}
    assert catalogue.found("大河") == set()
    state = _state(catalogue)
    assert (state.documents, state.records, state.lag, state.behind_since) == (1, 1, 0, None)


def test_what_is_not_public_is_not_indexed_and_leaves_when_it_ceases_to_be(catalogue: Catalogue) -> None:
    draft, book = catalogue.put("草稿之書", public=False), catalogue.put("公開之書")
    _catch_up(catalogue)
    assert catalogue.found("之書") == {book}
    catalogue.change(draft, public=True)
    catalogue.change(book, public=False)
    _catch_up(catalogue)
    assert catalogue.found("之書") == {draft}


def test_a_book_is_not_seen_before_its_date_of_exposure(catalogue: Catalogue) -> None:
    now = utc_now().replace(microsecond=0)
    at_once = catalogue.put("今日之書", public_from=now - timedelta(seconds=1))
    later = catalogue.put("明日之書", public_from=now + timedelta(days=1))
    _catch_up(catalogue)

    def seen(at: datetime) -> set[int]:
        shown = VisibleOnly(catalogue.search, now=lambda: at)
        found = {int(hit.id) for hit in shown.search("books", SearchRequest()).hits}
        assert found == {int(document.id) for document in shown.get("books", [str(at_once), str(later)])}
        return found

    assert seen(now) == {at_once}
    assert seen(now + timedelta(days=1, seconds=-1)) == {at_once}
    assert seen(now + timedelta(days=1, milliseconds=-1)) == {at_once}
    assert seen(now + timedelta(days=1)) == {at_once, later}
    assert seen(now + timedelta(days=1, seconds=1)) == {at_once, later}


def test_a_rolled_back_transaction_leaves_nothing_in_the_index(catalogue: Catalogue) -> None:
    kept = catalogue.put("留下的書")
    with pytest.raises(RuntimeError), catalogue.writes.begin() as session:
        catalogue.put_in(session, "退回的書")
        raise RuntimeError("the transaction fails")
    _catch_up(catalogue)
    assert catalogue.found("書") == {kept}
    assert _state(catalogue).documents == 1


def test_indexing_twice_changes_nothing(catalogue: Catalogue) -> None:
    book = catalogue.put("一本書")
    _catch_up(catalogue)
    with catalogue.writes.begin() as session:
        session.execute(update(Checkpoint).values(change_id=0))
    assert _catch_up(catalogue) == 1
    assert catalogue.found("一本書") == {book}
    assert _state(catalogue).documents == 1


def test_a_failure_after_the_write_repeats_the_batch(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue.put("先來的書")
    _catch_up(catalogue)
    book = catalogue.put("寫到一半")

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(services._Work, "save_checkpoint", fail)
        with pytest.raises(KeyboardInterrupt):
            _catch_up(catalogue)
    assert _state(catalogue).lag == 1
    assert _catch_up(catalogue) == 1
    assert catalogue.found("寫到一半") == {book}


def test_an_emptied_index_is_filled_again(catalogue: Catalogue) -> None:
    book = catalogue.put("還在的書")
    _catch_up(catalogue)
    catalogue.search.write("books", [], [str(book)])
    assert catalogue.found("還在的書") == set()
    _catch_up(catalogue)
    assert catalogue.found("還在的書") == {book}
    assert _catch_up(catalogue) == 0


def test_an_index_of_another_version_is_built_anew(catalogue: Catalogue, tmp_path: Path) -> None:
    book = catalogue.put("舊版的書")
    _catch_up(catalogue)
    for layout in (tmp_path / "index").glob("*/g*/layout.json"):
        layout.write_text('{"fingerprint": "of another version"}')
    catalogue.search.close()
    after_upgrade = Catalogue(catalogue.sessions, catalogue.writes, connect(f"tantivy:{tmp_path}/index"))
    with pytest.raises(IndexOutdated):
        after_upgrade.search.count("books")
    assert _catch_up(after_upgrade) == 1
    assert after_upgrade.found("舊版的書") == {book}
    after_upgrade.search.close()


@pytest.mark.parametrize("moment", ["before the swap", "after the swap"])
def test_a_refill_that_dies_at_its_swap_leaves_nothing_out(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    first = catalogue.put("先來的書")
    _catch_up(catalogue)
    books = {catalogue.put(f"第{number}本書") for number in range(3)}
    monkeypatch.setattr(services, "MANY", 1)
    swap = TantivyRebuild.swap

    def die(rebuild: TantivyRebuild, expected: int) -> None:
        if moment == "after the swap":
            swap(rebuild, expected)
        else:
            rebuild.abandon()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(TantivyRebuild, "swap", die)
        with pytest.raises(KeyboardInterrupt):
            _catch_up(catalogue)
    assert catalogue.found("先來的書") == {first}
    _catch_up(catalogue)
    assert catalogue.found("書") == {first, *books}
    assert _state(catalogue).lag == 0


def test_a_variant_leads_to_the_heading_that_is_used(catalogue: Catalogue) -> None:
    with catalogue.writes.begin() as session:
        heading = HeadingRow(
            scheme="lcstt", label="電影", variants=["影片"], relations={"broader": ["視覺藝術"]}, origin="test"
        )
        session.add(heading)
        session.flush()
        changes.append(session, "heading", heading.id)
        id = str(heading.id)
    _catch_up(catalogue)

    def found(words: str) -> list[str]:
        result = catalogue.search.search("subjects", SearchRequest(query=parse(words, SUBJECTS).query))
        return [hit.id for hit in result.hits]

    assert [found(words) for words in ("電影", "影片", "视觉艺术", "ying pian", "戲劇")] == [[id], [id], [id], [id], []]
    with catalogue.writes.begin() as session:
        session.delete(session.get_one(HeadingRow, int(id)))
        changes.append(session, "heading", int(id), deleted=True)
    _catch_up(catalogue)
    assert found("電影") == []


def test_a_record_that_cannot_be_read_does_not_stop_the_others(catalogue: Catalogue) -> None:
    catalogue.put("壞掉的書", public=True)
    broken = catalogue.put("不成樣子")
    catalogue.change(broken, marc=b"00025nonsense")
    good = catalogue.put("好的書")
    _catch_up(catalogue)
    assert good in catalogue.found("書")
    assert catalogue.found("不成樣子") == set()


def test_a_rebuild_keeps_the_live_index_until_the_swap_and_takes_in_what_changed_meanwhile(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projecting, "BATCH", 2)
    books = [catalogue.put(f"第{number}本書") for number in range(5)]
    _catch_up(catalogue)
    seen: list[set[int]] = []
    project = sources.Books.project

    def watch(self: sources.Books, session: Any, ids: Any) -> sources.Projected:
        if not seen:
            # while the new index is filled: the old one answers, and records change
            catalogue.change(books[0], marc=marc_bytes("改了名的書"))
            catalogue.change(books[4], deleted_at=utc_now())
        seen.append(catalogue.found("書"))
        return project(self, session, ids)

    monkeypatch.setattr(sources.Books, "project", watch)
    assert _rebuild(catalogue) == 4
    assert len(seen) >= 3
    assert all(found == set(books) for found in seen[:2])
    assert catalogue.found("改了名") == {books[0]}
    assert catalogue.found("書") == set(books[:4])
    assert _state(catalogue).lag == 0


def test_a_rebuild_with_a_wrong_count_leaves_the_live_index(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = catalogue.put("不可少的書")
    _catch_up(catalogue)
    target = catalogue.search.rebuild("books")
    monkeypatch.setattr(type(target), "add", lambda self, documents: len(list(documents)))
    target.abandon()
    with pytest.raises(RebuildMismatch):
        _rebuild(catalogue)
    monkeypatch.undo()
    assert catalogue.found("不可少") == {book}
    assert _rebuild(catalogue) == 1


def test_a_failed_rebuild_can_be_done_again(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    book = catalogue.put("再來一次")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(sources.Books, "project", fail)
        with pytest.raises(OSError, match="disk full"):
            _rebuild(catalogue)
    assert _rebuild(catalogue) == 1
    assert catalogue.found("再來") == {book}


def test_while_another_process_indexes_this_one_leaves_it_the_work(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.put("別人的工作")
    other = f"elsewhere:1:{'0' * 8}"
    assert leases.acquire(catalogue.writes, services.LEASE, other)
    assert services.catch_up(catalogue.sessions, catalogue.writes, catalogue.search, wait=False) == 0
    monkeypatch.setattr(services, "PATIENCE_SECONDS", 0.3)
    with pytest.raises(services.IndexerBusy):
        _catch_up(catalogue)
    leases.release(catalogue.writes, services.LEASE, other)
    assert _catch_up(catalogue) == 1


def test_an_engine_that_is_down_loses_nothing(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue.put("先來的書")
    _catch_up(catalogue)
    book = catalogue.put("等一等")

    def down(*_: object) -> None:
        raise SearchUnavailable("no answer")

    with monkeypatch.context() as patched:
        patched.setattr(type(catalogue.search), "write", down)
        with pytest.raises(SearchUnavailable):
            _catch_up(catalogue)
    assert _catch_up(catalogue) == 1
    assert catalogue.found("等一等") == {book}


def test_what_a_fill_has_taken_in_is_not_written_again(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projecting, "BATCH", 2)
    books = [catalogue.put(f"第{number}本書") for number in range(5)]
    project, seen = sources.Books.project, []

    def import_goes_on(self: sources.Books, session: Any, ids: Any) -> sources.Projected:
        if not seen:
            seen.append(catalogue.put("匯入中的書"))
            catalogue.change(books[4], marc=marc_bytes("讀到之前改的書"))
        return project(self, session, ids)

    written: list[str] = []
    write = type(catalogue.search).write

    def watch(self: Any, index: str, upserts: Any, deletes: Any = ()) -> None:
        written.extend(document.id for document in upserts)
        write(self, index, upserts, deletes)

    monkeypatch.setattr(sources.Books, "project", import_goes_on)
    monkeypatch.setattr(type(catalogue.search), "write", watch)
    _catch_up(catalogue)
    assert catalogue.found("書") == {*books, *seen}
    assert catalogue.found("讀到之前") == {books[4]}
    assert _state(catalogue).lag == 0
    assert written == []


def test_an_index_that_lacks_more_than_it_has_is_filled_anew(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MANY", 3)
    catalogue.put("第一本書")
    _catch_up(catalogue)
    monkeypatch.setattr(type(catalogue.search), "write", lambda *_: pytest.fail("followed"))
    for number in range(4):
        catalogue.put(f"第二批{number}")
    assert _catch_up(catalogue) == 5
    assert len(catalogue.found("第二批")) == 4


@pytest.mark.parametrize(
    ("change", "record", "shown"), [(10, 5, True), (11, 5, False), (20, 6, True), (21, 9, False), (1, 10, False)]
)
def test_a_change_is_covered_where_its_record_was_read_after_it(change: int, record: int, shown: bool) -> None:
    covered = projecting.Covered(lasts=(5, 9), newest=(10, 20))
    assert covered.shows(change, record) is shown
