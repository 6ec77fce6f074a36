"""Albums: written once, changed with a version kept, in the change log with each change."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.records import changes, music
from shuyin.records.models import AlbumRow, RecordVersion
from shuyin.records.music import COMPOSER, LYRICIST, Album, Track
from shuyin.records.services import Outcome

ALBUM = Album(
    title="攏是家治的",
    identity="test|攏是家治的",
    source="test",
    performers=["陳明章"],
    released="2024-01",
    tracks=(
        Track("第一首", number=1, credits={LYRICIST: ["甲", "乙"], COMPOSER: ["丙"]}, length_seconds=201),
        Track("第二首", number=2, isrc="TWZZ92500002"),
    ),
)


def test_an_album_comes_back_as_it_was_written(session: Session) -> None:
    row, outcome = music.save(session, ALBUM)
    session.commit()
    session.expire_all()
    assert outcome is Outcome.NEW
    assert music.read(session.get_one(AlbumRow, row.id)) == ALBUM


def test_the_same_again_touches_nothing(session: Session) -> None:
    row, _ = music.save(session, ALBUM)
    before = changes.latest_id(session)
    assert music.save(session, ALBUM) == (row, Outcome.UNCHANGED)
    assert changes.latest_id(session) == before


def test_a_change_keeps_the_former_state_and_the_rows_of_tracks_that_stay(session: Session) -> None:
    row, _ = music.save(session, ALBUM)
    second = row.tracks[1].id
    changed = replace(ALBUM, title="攏是家治的（新版）", tracks=(Track("序"), ALBUM.tracks[1]))
    _, outcome = music.save(session, changed, changed_by="staff", reason="typing slip")
    session.flush()
    assert outcome is Outcome.UPDATED
    assert row.version == 2
    assert music.read(row) == changed
    assert row.tracks[1].id == second, "the track with an ISRC is still the same recording"
    version = session.scalars(select(RecordVersion)).one()
    assert (version.version, version.changed_by, version.reason) == (1, "staff", "typing slip")
    assert "攏是家治的" in version.content.decode()


def test_a_track_that_goes_leaves_the_index(session: Session) -> None:
    row, _ = music.save(session, ALBUM)
    gone = row.tracks[1].id
    music.save(session, replace(ALBUM, tracks=ALBUM.tracks[:1]))
    assert [(c.kind, c.record_id) for c in changes.read_after(session, 0, 100) if c.deleted] == [("track", gone)]


def test_a_deleted_album_can_come_back(session: Session) -> None:
    row, _ = music.save(session, ALBUM)
    assert music.delete(session, row.id)
    assert not music.delete(session, row.id), "it is gone already"
    gone = [(c.kind, c.record_id) for c in changes.read_after(session, 0, 100) if c.deleted]
    assert gone == [("album", row.id), *(("track", track.id) for track in row.tracks)]
    _, outcome = music.save(session, ALBUM)
    assert outcome is Outcome.UPDATED
    assert row.deleted_at is None


def test_a_company_is_written_once(session: Session) -> None:
    first = music.save_company(session, name="滾石唱片", name_key="滾石唱片", source="test", website="www.rock.com.tw")
    again = music.save_company(session, name="滾石唱片", name_key="滾石唱片", source="test", website="www.rock.com.tw")
    assert first.id == again.id
    assert first.consent_public is None, "nobody asked them"
    assert len(changes.read_after(session, 0, 100)) == 1
