"""Music pages and API: search, downloads, albums; nothing before its day of release."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from shuyin.app.composition import load_tables, open_services
from shuyin.app.settings import Settings
from shuyin.app.web import create_app
from shuyin.harvest.music import load_sample_music
from shuyin.indexer import services as indexer
from shuyin.indexer.music import project_album, project_track
from shuyin.records import database, exposure, music
from shuyin.records.models import AlbumRow, TrackRow
from shuyin.records.music import PERFORMER, Album, Track
from shuyin.search_engine.port import SearchUnavailable
from shuyin.search_engine.query import Range, SearchRequest, SearchResult
from shuyin.search_engine.visibility import VISIBLE_FROM, visible

FUTURE = (datetime.now(exposure.TAIPEI) + timedelta(days=30)).date().isoformat()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A site with the sample music, one album of the future and one for the spreadsheet."""
    root = tmp_path_factory.mktemp("music")
    load_tables()
    engine = database.connect(f"sqlite:///{root}/music.db")
    database.upgrade(engine)
    engine.dispose()
    settings = Settings(
        database_url=f"sqlite:///{root}/music.db",
        search_url=f"tantivy:{root}/index",
        data_dir=root,
        secret_key="x" * 32,
    )
    services = open_services(settings)
    load_sample_music(services.writes)
    with services.writes.begin() as session:
        for title, released in (("明日之聲", FUTURE), ("=公式", "2020")):
            tracks = (Track(f"{title}一", isrc="TWZZ92600001", credits={PERFORMER: ["未來人"]}),)
            music.save(session, Album(title, f"t|{title}", "test", ["未來人"], released, tracks=tracks))
    indexer.catch_up(services.sessions, services.writes, services.search)
    with TestClient(create_app(settings, services), base_url="http://music.test", follow_redirects=False) as client:
        yield client
    services.close()


def found(client: TestClient, path: str, **parameters: str) -> set[str]:
    return {item["title"] for item in client.get(f"/api/v1/{path}", params=parameters).json()["items"]}


def test_sitemaps_hold_albums_from_their_release_on(client: TestClient) -> None:
    assert "/sitemaps/albums-1.xml</loc>" in client.get("/sitemap.xml").text
    listed = set(re.findall(r"<loc>[^<]+/albums/(\d+)</loc>", client.get("/sitemaps/albums-1.xml").text))
    total = client.get("/api/v1/albums").json()["total"]
    assert len(listed) == total > 0
    with client.app.state.sessions() as session:  # type: ignore[attr-defined]
        future = session.scalar(select(AlbumRow.id).where(AlbumRow.title == "明日之聲"))
        assert str(future) not in listed and session.scalar(select(func.count()).select_from(AlbumRow)) == total + 1
    assert client.get("/sitemaps/albums-2.xml").status_code == 404
    assert client.get("/sitemaps/tracks-1.xml").status_code in (404, 422)


def test_the_page_has_the_seven_columns(client: TestClient) -> None:
    shown = client.get("/music", params={"q": "牡丹燈籠"}).text
    for label in ("專輯名稱", "作品類型", "發行公司", "發行日期", "ISRC編號", "曲目名稱", "有聲出版類別"):
        assert label in shown
    assert "TW-P01-26-27801" in shown
    assert shown.count('name="id"') == 5


@pytest.mark.parametrize("query", ["普庵咒", "普庵", "puanzhou", "pu an zhou", "ㄆㄨˇ ㄢ ㄓㄡˋ"])
def test_a_track_is_found_in_han_pinyin_and_zhuyin(client: TestClient, query: str) -> None:
    assert "普庵咒" in found(client, "tracks", q=query)


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("pu3an1zhou4", "普庵咒"),
        ("pu3 an1 zhou4", "普庵咒"),
        ("paz", "普庵咒"),
        ("PAZ", "普庵咒"),
        ("mddl", "普庵咒"),  # its album
        ("yyx", "普庵咒"),  # its performer
        ("sgsg", "是個傻瓜 (《何百芮的地獄戀曲》主題曲)"),  # without what stands in brackets
    ],
)
def test_tones_as_numbers_and_initials(client: TestClient, query: str, title: str) -> None:
    assert title in found(client, "tracks", q=query)
    assert title not in found(client, "tracks", q="qqqq")


def test_initials_in_one_field(client: TestClient) -> None:
    assert "普庵咒" in found(client, "tracks", performer="yyx")
    assert found(client, "tracks", track="yyx") == set()
    assert "牡丹燈籠" in found(client, "albums", q="paz")


@pytest.mark.parametrize(
    "asked",
    [{"q": "TW-P01-26"}, {"q": "twp01"}, {"isrc": "TW-P01"}, {"isrc": "TWP0126278"}, {"isrc": "ISRC TW-P01-26-2780"}],
)
def test_the_beginning_of_a_code_finds_all_that_have_it(client: TestClient, asked: dict[str, str]) -> None:
    assert found(client, "tracks", **asked) == {"點燈上元暝", "粉牆花影", "普庵咒", "大廳見", "賞春天"}


def test_a_whole_code_in_the_box_finds_its_track(client: TestClient) -> None:
    assert found(client, "tracks", q="TW-P01-26-27803") == {"普庵咒"}


def test_a_track_leads_to_its_album(client: TestClient) -> None:
    assert "牡丹燈籠" in found(client, "albums", q="普庵咒")
    assert "牡丹燈籠" in client.get("/music/albums", params={"q": "普庵咒"}).text
    for words in ("牡丹燈籠", "葉惠美"):
        shown = client.get("/music/albums", params={"q": words}).text
        assert words in shown.replace("<mark>", "").replace("</mark>", "")
        assert shown.rstrip().endswith("</html>")


@pytest.mark.parametrize(
    ("parameter", "value", "title"),
    [
        ("lyricist", "郭建甫", "賞春天"),
        ("performer", "陳芳語", "凌晨三點 (《何百芮的地獄戀曲》主題曲)"),
        ("isrc", "TW-LI1-25-00009", "Want You Now (《何百芮的地獄戀曲》插曲)"),
        ("isrc", "twli12500009", "Want You Now (《何百芮的地獄戀曲》插曲)"),
        ("company", "開境娛樂", "是個傻瓜 (《何百芮的地獄戀曲》主題曲)"),
        ("album", "攏是家治的", "攏是家治的"),
        ("producer", "許仁杰", "攏是家治的"),
    ],
)
def test_the_fields_of_the_advanced_search(client: TestClient, parameter: str, value: str, title: str) -> None:
    assert title in found(client, "tracks", **{parameter: value})


def test_an_album_page_shows_all_roles(client: TestClient) -> None:
    id = client.get("/api/v1/albums", params={"q": "攏是家治的"}).json()["items"][0]["id"]
    shown = client.get(f"/albums/{id}").text
    for text in ("合聲/合音", "主要母帶後製人員", "4:23", "賴暉哲 Steven Lai", "2026 年 1 月 16 日"):
        assert text in shown
    assert client.get("/albums/999999").status_code == 404
    assert client.get("/api/v1/albums/999999").headers["content-type"] == "application/problem+json"


def test_model_facts_are_called_so(client: TestClient) -> None:
    id = client.get("/api/v1/albums", params={"q": "葉惠美"}).json()["items"][0]["id"]
    assert "語言模型" in client.get(f"/albums/{id}").text
    assert "language model" in client.get(f"/albums/{id}?lang=en").text
    client.cookies.clear()


def test_downloads_hold_what_was_ticked(client: TestClient) -> None:
    items = client.get("/api/v1/tracks", params={"q": "牡丹燈籠"}).json()["items"]
    pairs = [("format", "csv"), *(("id", str(item["id"])) for item in items)]
    rows = list(csv.reader(io.StringIO(client.get("/music/export", params=pairs).content.decode("utf-8-sig"))))
    assert rows[0] == ["專輯名稱", "作品類型", "發行公司", "發行日期", "ISRC編號", "曲目名稱", "有聲出版類別"]
    assert len(rows) == 6
    codes = client.get("/music/export", params=[("format", "isrc"), *pairs[1:]]).text.split()
    assert sorted(codes) == [f"TWP01262780{n}" for n in range(1, 6)]
    formula = client.get("/music/export", params={"q": "公式", "format": "csv"}).text
    assert "'=公式" in formula


def test_a_download_beyond_the_limit_says_so(client: TestClient) -> None:
    answer = client.get("/music/export", params={"performer": "周杰倫"})
    assert answer.status_code == 422
    assert "100" in answer.text
    assert client.get("/music/export").status_code == 422
    assert client.get("/music/export", params={"format": "mp3", "q": "家"}).status_code == 422
    assert client.get("/music/export", params={"id": "x"}).status_code == 422


def test_page_sizes_of_the_source(client: TestClient) -> None:
    for size in ("10", "100", "200", "500", "1000", "10000"):
        shown = client.get("/music", params={"per_page": size})
        assert shown.status_code == 200
        assert shown.text.count('class="tick"') == min(int(size), 975)
    assert client.get("/music", params={"per_page": "11"}).status_code == 422
    assert client.get("/music", params={"page": "99"}).status_code == 404


def test_nothing_of_the_future_is_shown_anywhere(client: TestClient) -> None:
    for path in (
        "/music?q=明日之聲",
        "/music/albums?q=明日之聲",
        "/music/latest",
        "/music/export?q=未來人",
        "/sitemap.xml",
    ):
        assert "明日之聲一" not in client.get(path).text
    assert "明日之聲" not in found(client, "albums", q="明日之聲")
    assert found(client, "tracks", performer="未來人") == {"=公式一"}
    assert client.get("/music/latest").status_code == 200


DAYS = st.dates(min_value=datetime(1990, 1, 1, tzinfo=UTC).date(), max_value=datetime(2040, 12, 31, tzinfo=UTC).date())


@settings(max_examples=1000, deadline=None)
@given(DAYS, st.sampled_from(["%Y-%m-%d", "%Y-%m", "%Y"]), st.integers(-3 * 86400, 370 * 86400))
def test_documents_become_visible_exactly_with_the_day(day: datetime, precision: str, offset: int) -> None:
    released = day.strftime(precision)
    album = AlbumRow(id=1, title="x", performers=[], released=released, source="t", identity="t")
    track = TrackRow(id=1, album_id=1, title="x", credits={}, position=1)
    album.tracks = [track]
    start = exposure.shown_from(released)
    assert start is not None
    now = start + timedelta(seconds=offset)
    condition = visible(now).must_not[0]  # type: ignore[union-attr]
    assert isinstance(condition, Range)
    assert isinstance(condition.gte, int)
    for document in (project_album(album), project_track(track)):
        shown = document.fields[VISIBLE_FROM] < condition.gte
        assert shown == exposure.is_shown(released, now) == (offset >= 0)


def test_a_long_page_that_loses_its_index_says_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, asked = client.app.state.search, []  # type: ignore[attr-defined]
    whole = engine.search

    def search(index: str, request: SearchRequest) -> SearchResult:
        asked.append((request.offset, request.limit, bool(request.facets)))
        if request.offset:
            raise SearchUnavailable("gone")
        return whole(index, request)

    monkeypatch.setattr(engine, "search", search)
    shown = client.get("/music", params={"per_page": 1000})
    assert shown.status_code == 200
    assert "這一頁沒有列完" in shown.text
    assert shown.text.count('class="tick"') == 100
    assert shown.text.rstrip().endswith("</html>")
    assert asked == [(0, 100, True), (100, 500, False)], "rows are read in batches, facets once"


def test_rows_of_long_pages_are_those_of_short_ones(client: TestClient) -> None:
    def numbers(**parameters: str) -> list[str]:
        return re.findall(
            r'class="tick" type="checkbox" name="id" value="(\d+)"', client.get("/music", params=parameters).text
        )

    whole = numbers(per_page="1000")
    assert len(whole) == len(set(whole)) == 975
    assert whole == [id for n in range(1, 11) for id in numbers(per_page="100", page=str(n))]


def test_ticks_in_the_address_stand_on_the_page(client: TestClient) -> None:
    ids = [str(item["id"]) for item in client.get("/api/v1/tracks", params={"q": "牡丹燈籠"}).json()["items"]]
    shown = client.get("/music", params=[("q", "普庵咒"), *(("id", id) for id in [*ids, "x", "0" * 40])]).text
    assert shown.count("checked data-carried") == 1
    assert shown.count('form="export" data-carried') == len(ids) - 1
    assert "x" not in re.findall(r'name="id" value="([^"]*)"', shown)
    assert client.get("/music/export", params={"choose": "ticked", "q": "牡丹燈籠"}).status_code == 422
