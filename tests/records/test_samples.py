"""Audio samples: kept by content, told by their bytes, staying with their track when a source sends the album again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.records import changes, music, samples
from shuyin.records.models import AlbumRow, RecordVersion
from shuyin.records.music import Album, Track
from tests.sound import wav

ALBUM = Album("專輯", "t|1", "t", tracks=(Track("一"), Track("二", isrc="TWZZ92500002")))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sample.wav"
    path.write_bytes(wav())
    return path


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "wav"),
        (b"ID3\x04\x00\x00\x00\x00\x00\x00", "mp3"),
        (b"\xff\xfb\x90\x64" + bytes(12), "mp3"),
    ],
)
def test_kinds_are_told_by_their_bytes(head: bytes, kind: str) -> None:
    assert samples.kind_of(head) == kind


@pytest.mark.parametrize(
    "head", [b"", b"RIFF\x24\x00\x00\x00AVI LIST", b"\xff\xd8\xff\xe0", b"<!doctype html>", b"OggS"]
)
def test_other_files_are_refused(head: bytes) -> None:
    with pytest.raises(samples.BadSample):
        samples.kind_of(head)


def test_the_same_content_is_kept_once(tmp_path: Path, file: Path) -> None:
    copy = tmp_path / "other-name.mp3"
    copy.write_bytes(file.read_bytes())
    names = {samples.store(tmp_path, file), samples.store(tmp_path, copy)}
    assert len(names) == 1
    kept = [path for path in (tmp_path / "samples").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [file.read_bytes()]
    assert kept == [samples.path_of(tmp_path, names.pop())]


def test_what_is_too_large_is_refused(tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "LARGEST", 100)
    with pytest.raises(samples.BadSample, match="cut a sample"):
        samples.store(tmp_path, file)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a.wav", "", f"{'0' * 64}.exe", f"/{'0' * 64}.wav"])
def test_no_other_file_can_be_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(samples.BadSample):
        samples.path_of(tmp_path, name)


def test_attaching_keeps_the_former_state_and_tells_the_index(session: Session) -> None:
    row, _ = music.save(session, ALBUM)
    name, before = f"{'a' * 64}.wav", changes.latest_id(session)
    assert samples.attach(session, row.tracks[0].id, name, changed_by="staff")
    assert not samples.attach(session, row.tracks[0].id, name, changed_by="staff"), "it has it already"
    assert [(c.kind, c.record_id) for c in changes.read_after(session, before, 10)] == [
        ("album", row.id),
        ("track", row.tracks[0].id),
    ]
    version = session.scalars(select(RecordVersion)).one()
    assert (version.changed_by, version.reason, row.version) == ("staff", "sample", 2)
    assert samples.attach(session, row.tracks[0].id, None, changed_by="staff")
    assert row.tracks[0].sample is None
    with pytest.raises(samples.UnknownTrack):
        samples.attach(session, 10**6, name, changed_by="staff")
    music.delete(session, row.id)
    with pytest.raises(samples.UnknownTrack):
        samples.attach(session, row.tracks[0].id, name, changed_by="staff")


def test_a_source_that_sends_the_album_again_does_not_take_samples_away(session: Session) -> None:
    row, _ = music.save(session, ALBUM)
    for number, track in enumerate(row.tracks):
        samples.attach(session, track.id, f"{str(number) * 64}.wav", changed_by="staff")
    assert music.save(session, ALBUM)[1] is music.Outcome.UNCHANGED
    music.save(session, replace(ALBUM, tracks=(Track("序"), Track("一"), Track("二（新版）", isrc="TWZZ92500002"))))
    session.flush()
    kept = [(track.title, track.sample and track.sample[0]) for track in session.get_one(AlbumRow, row.id).tracks]
    assert kept == [("序", None), ("一", None), ("二（新版）", "1")], (
        "a place alone does not make it the same recording"
    )


def test_a_recording_may_be_on_several_albums(session: Session) -> None:
    for number in (1, 2):
        music.save(session, replace(ALBUM, identity=f"t|{number}"))
    assert len(samples.tracks_of(session, "TWZZ92500002")) == 2
    with pytest.raises(samples.UnknownTrack):
        samples.tracks_of(session, "TWZZ92599999")
