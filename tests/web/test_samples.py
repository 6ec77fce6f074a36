"""`/samples/…`: ranges, ETags, and nothing before the day of release."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from typer.testing import CliRunner

from shuyin.app.cli import app as command_line
from shuyin.indexer import services as indexer
from shuyin.records import exposure, music, samples
from shuyin.records.models import AlbumRow, TrackRow
from shuyin.records.music import Album, Track
from tests.sound import wav
from tests.web.catalogue import Site, build

SOUND = wav()
FUTURE = (datetime.now(exposure.TAIPEI) + timedelta(days=30)).date().isoformat()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with two albums, of which one is to be released later."""
    made = build(tmp_path_factory.mktemp("samples"), records=[])
    folder = made.services.settings.data_dir
    (folder / "sound.wav").write_bytes(SOUND)
    name = samples.store(folder, folder / "sound.wav")
    with made.services.writes.begin() as session:
        for title, released in (("已發行", "2020"), ("未發行", FUTURE)):
            tracks = (Track(f"{title}一", isrc=f"TWZZ9{20 if released == '2020' else 26}00001"), Track(f"{title}二"))
            row, _ = music.save(session, Album(title, f"t|{title}", "test", ["人"], released, tracks=tracks))
            samples.attach(session, row.tracks[0].id, name, changed_by="test")
    indexer.catch_up(made.services.sessions, made.services.writes, made.services.search)
    yield made
    made.services.close()


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    with TestClient(site.app, base_url="http://catalogue.test") as client:
        yield client


def track(site: Site, title: str) -> int:
    with site.services.sessions() as session:
        return session.scalars(select(TrackRow.id).where(TrackRow.title == title)).one()


def album_page(site: Site, title: str) -> str:
    with site.services.sessions() as session:
        return f"/albums/{session.scalars(select(AlbumRow.id).where(AlbumRow.title == title)).one()}"


def test_the_whole_file(client: TestClient, site: Site) -> None:
    answer = client.get(f"/samples/{track(site, '已發行一')}")
    assert answer.status_code == 200
    assert answer.content == SOUND
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["accept-ranges"] == "bytes"
    assert "content-encoding" not in answer.headers
    head = client.head(f"/samples/{track(site, '已發行一')}")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(SOUND)))


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-99", 0, 99), ("bytes=1000-", 1000, len(SOUND) - 1), ("bytes=-44", len(SOUND) - 44, len(SOUND) - 1)],
)
def test_parts_of_it(client: TestClient, site: Site, asked: str, first: int, last: int) -> None:
    answer = client.get(f"/samples/{track(site, '已發行一')}", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(SOUND)}"
    assert answer.content == SOUND[first : last + 1]


def test_a_part_beyond_the_end(client: TestClient, site: Site) -> None:
    answer = client.get(f"/samples/{track(site, '已發行一')}", headers={"Range": f"bytes={len(SOUND)}-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(SOUND)}"


def test_a_part_of_another_file_is_the_whole_of_this_one(client: TestClient, site: Site) -> None:
    path = f"/samples/{track(site, '已發行一')}"
    tag = client.head(path).headers["etag"]
    same = client.get(path, headers={"Range": "bytes=0-9", "If-Range": tag})
    other = client.get(path, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (same.status_code, other.status_code) == (206, 200)
    assert other.content == SOUND
    known = client.get(path, headers={"If-None-Match": tag})
    assert (known.status_code, known.content) == (304, b"")


def test_there_is_no_sample_before_the_release(client: TestClient, site: Site) -> None:
    assert client.get(f"/samples/{track(site, '未發行一')}").status_code == 404
    assert client.get(f"/samples/{track(site, '未發行一')}", headers={"Range": "bytes=0-9"}).status_code == 404
    assert client.get(album_page(site, "未發行")).status_code == 404
    for missing in (track(site, "已發行二"), 10**9):
        assert client.get(f"/samples/{missing}").status_code == 404
    assert client.get("/samples/x").status_code == 404


def test_the_page_has_a_player_with_a_name(client: TestClient, site: Site) -> None:
    shown = client.get(album_page(site, "已發行")).text
    assert shown.count("<audio") == 1
    assert f'src="/samples/{track(site, "已發行一")}"' in shown
    assert 'aria-label="試聽《已發行一》"' in shown
    assert "可試聽" in client.get("/music?q=已發行").text
    assert "media-src 'self'" in client.get("/music").headers["content-security-policy"]


def test_the_command_attaches_and_removes(
    client: TestClient, site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = site.services.settings
    for name, value in (("DATABASE_URL", settings.database_url), ("SEARCH_URL", settings.search_url)):
        monkeypatch.setenv(f"SHUYIN_{name}", value)
    monkeypatch.setenv("SHUYIN_DATA_DIR", str(settings.data_dir))
    folder = tmp_path_factory.mktemp("files")
    (folder / "new.wav").write_bytes(wav(pitch=220))
    (folder / "page.wav").write_bytes(b"<!doctype html>")
    number = str(track(site, "已發行二"))

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(command_line, ["music", "sample", *arguments])
        return done.exit_code, f"{done.output}{done.exception or ''}"

    assert run(number, str(folder / "new.wav")) == (0, "1 of 1 tracks changed\n")
    assert client.get(f"/samples/{number}").content == wav(pitch=220)
    assert run("TW-ZZ9-20-00001", str(folder / "new.wav")) == (0, "1 of 1 tracks changed\n")
    assert run(number, "--remove") == (0, "1 of 1 tracks without a sample now\n")
    assert client.get(f"/samples/{number}").status_code == 404
    for wrong in ([number], ["TWZZ92099999", str(folder / "new.wav")], [number, str(folder / "page.wav")]):
        assert run(*wrong)[0] != 0
    assert "not an mp3 or wav file" in run(number, str(folder / "page.wav"))[1]
    assert run("TWZZ92000001", str(settings.data_dir / "sound.wav"))[0] == 0


@pytest.mark.parametrize("number", ["0", "9" * 30, "12345678"])
def test_a_number_that_no_track_has(client: TestClient, number: str) -> None:
    assert client.get(f"/samples/{number}").status_code in (404, 422)
