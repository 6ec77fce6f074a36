"""The embedded engine on disk: killed at any moment it opens again, whole; generations come and go in one step."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from shuyin.search_engine import connect
from shuyin.search_engine.declaration import BOOKS, Field, Kind
from shuyin.search_engine.port import IndexOutdated, SearchUnavailable
from shuyin.search_engine.query import SearchRequest, Text
from tests.search_engine.books import book

_KILLS = 5
_SOAK_KILLS = 100

WRITER = """
import sys
from shuyin.search_engine import connect
from tests.search_engine.books import book
engine = connect(sys.argv[1])
number = engine.count("books")
print(number, flush=True)
while True:
    engine.write("books", [book(number + i, f"第{number + i}本書") for i in range(20)])
    number += 20
    print(number, flush=True)
"""
REBUILDER = """
import sys
from shuyin.search_engine import connect
from tests.search_engine.books import book
engine = connect(sys.argv[1])
while True:
    rebuild = engine.rebuild("books")
    rebuild.add(book(i, f"第{i}本書") for i in range(40))
    rebuild.swap(40)
    print(40, flush=True)
"""


def run_and_kill(script: str, url: str, after: float) -> list[int]:
    """Numbers that the script printed before it was killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, url], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}
    )
    assert process.stdout is not None
    first = process.stdout.readline()  # it is at work
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    rest = process.stdout.read()
    process.wait()
    process.stdout.close()
    return [int(line) for line in (first + rest).split()]


def check_kills_while_writing(url: str, kills: int) -> None:
    reader = connect(url)
    chance = random.Random(7)
    for _ in range(kills):
        acknowledged = run_and_kill(WRITER, url, chance.uniform(0, 0.3))[-1]
        # what was acknowledged is there; a batch whose acknowledgement was cut off may be, whole
        assert reader.count("books") in (acknowledged, acknowledged + 20)
        # no lock stays behind
        reader.write("books", [book("check", "檢查用")])
        assert reader.search("books", SearchRequest(Text("檢查用"))).total == 1
        reader.write("books", [], deletes=["check"])
    reader.close()


def test_a_killed_writer_loses_nothing_acknowledged(tmp_path: Path) -> None:
    check_kills_while_writing(f"tantivy:{tmp_path}", _KILLS)


@pytest.mark.soak
def test_a_hundred_killed_writers_lose_nothing_acknowledged(tmp_path: Path) -> None:
    check_kills_while_writing(f"tantivy:{tmp_path}", _SOAK_KILLS)


def test_a_killed_rebuild_leaves_a_whole_index(tmp_path: Path) -> None:
    url = f"tantivy:{tmp_path}"
    reader = connect(url)
    chance = random.Random(8)
    for _ in range(_KILLS):
        run_and_kill(REBUILDER, url, chance.uniform(0, 0.2))
        assert reader.count("books") == 40
        assert reader.search("books", SearchRequest(Text("第7本書"))).hits[0].id == "7"
    rebuild = reader.rebuild("books")
    rebuild.add([book(1, "書")])
    rebuild.swap(1)
    assert len(list((tmp_path / "books").glob("g*"))) == 2  # the live one and the former


def test_the_former_generation_is_kept_and_older_ones_go(tmp_path: Path) -> None:
    engine = connect(f"tantivy:{tmp_path}")
    for count in (1, 2, 3, 4):
        rebuild = engine.rebuild("books")
        rebuild.add(book(i, "書") for i in range(count))
        rebuild.swap(count)
        assert engine.count("books") == count
    assert len(list((tmp_path / "books").glob("g*"))) == 2


def test_a_rebuild_waits_for_no_other(tmp_path: Path) -> None:
    engine = connect(f"tantivy:{tmp_path}")
    first = engine.rebuild("books")
    with pytest.raises(SearchUnavailable, match="another process"):
        engine.rebuild("books")
    first.abandon()
    engine.rebuild("books").abandon()


def test_an_index_for_other_fields_asks_to_be_rebuilt(tmp_path: Path) -> None:
    url = f"tantivy:{tmp_path}"
    connect(url).write("books", [book(1, "書")])
    grown = replace(BOOKS, fields=(*BOOKS.fields, Field("shelf_mark", Kind.KEYWORD, "架號")))
    engine = connect(url, {"books": grown})
    with pytest.raises(IndexOutdated, match="index rebuild"):
        engine.search("books", SearchRequest())
    rebuild = engine.rebuild("books")
    rebuild.add([book(1, "書", shelf_mark="A1"), book(2, "書")])
    rebuild.swap(2)
    assert engine.count("books") == 2


def test_a_directory_that_cannot_be_is_said_kindly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    engine = connect(f"tantivy:{tmp_path / 'file'}")
    with pytest.raises(SearchUnavailable):
        engine.ping()


def test_a_cluster_that_does_not_answer_is_said_kindly() -> None:
    engine = connect("opensearch+http://127.0.0.1:1/shuyin")
    for ask in (
        engine.ping,
        lambda: engine.search("books", SearchRequest()),
        lambda: engine.write("books", [book(1, "書")]),
        lambda: engine.rebuild("books"),
        lambda: engine.suggest("books", "書"),
        lambda: engine.get("books", ["1"]),
    ):
        with pytest.raises(SearchUnavailable):
            ask()
    engine.close()


def test_an_address_of_no_engine_is_refused() -> None:
    for url in ("", "tantivy:", "solr:http://localhost", "opensearch:x"):
        with pytest.raises(ValueError, match="SHUYIN_SEARCH_URL"):
            connect(url)
