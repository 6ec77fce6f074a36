"""The sample music: real facts, written once, with their origin."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.harvest.music import load_sample_music, sample_albums
from shuyin.harvest.music.sample import MODEL_SOURCE, PRINTED_SOURCE
from shuyin.records import changes, database, isrc
from shuyin.records.models import AlbumRow, OrganisationRow, TrackRow
from shuyin.records.services import Outcome


def test_it_is_written_once(sqlite_url: str) -> None:
    engine = database.connect(sqlite_url)
    sessions: sessionmaker[Session] = database.write_sessions(engine)
    first = load_sample_music(sessions)
    assert first == Counter({Outcome.NEW: 473})
    with sessions.begin() as session:
        seen = changes.latest_id(session)
    assert load_sample_music(sessions) == Counter({Outcome.UNCHANGED: 473})
    with sessions.begin() as session:
        assert changes.latest_id(session) == seen
        assert session.scalar(select(func.count()).select_from(TrackRow)) == 974
        linked = session.scalar(select(func.count()).where(AlbumRow.company_id.is_not(None)))
        assert linked is not None
        assert linked > 50, "albums of known companies lead to them"
        consents = set(session.scalars(select(OrganisationRow.consent_public)))
        assert consents == {None}, "nobody was asked, so only names may be shown"
    engine.dispose()


def test_what_is_printed_comes_as_it_is_printed() -> None:
    printed = {album.title: album for album in sample_albums() if album.source == PRINTED_SOURCE}
    assert len(printed) == 3
    album = printed["攏是家治的"]
    assert album.released == "2026-01-16"
    assert album.tracks[0].length_seconds == 4 * 60 + 23
    assert album.tracks[0].credits["編曲者"] == ["賴暉哲 Steven Lai"]
    assert [t.isrc for t in printed["牡丹燈籠"].tracks] == [f"TWP01262780{n}" for n in range(1, 6)]


def test_only_printed_tracks_carry_an_isrc() -> None:
    codes = [(album.source, track.isrc) for album in sample_albums() for track in album.tracks if track.isrc]
    assert len(codes) == 8
    for source, code in codes:
        assert source == PRINTED_SOURCE, "no code may be invented"
        assert str(isrc.parse(code)) == code


def test_albums_are_told_apart_and_their_origin_is_kept() -> None:
    albums = list(sample_albums())
    assert len({album.identity for album in albums}) == len(albums) == 473
    assert {album.source for album in albums} == {MODEL_SOURCE, PRINTED_SOURCE}
