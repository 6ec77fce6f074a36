"""Settings: what is given counts, what is not is made once and kept."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from shuyin.app.settings import Settings


def test_a_secret_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first = Settings(data_dir=tmp_path).with_secret_key()
    second = Settings(data_dir=tmp_path).with_secret_key()
    assert first.secret_key and len(first.secret_key) >= 32
    assert second.secret_key == first.secret_key
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600


def test_a_given_secret_key_is_used_and_none_is_written(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret_key="given").with_secret_key()
    assert settings.secret_key == "given"
    assert not (tmp_path / "secret-key").exists()


def test_environment_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHUYIN_DATABASE_URL", "postgresql+psycopg://db.example/shuyin")
    monkeypatch.setenv("SHUYIN_BASE_URL", "https://catalogue.example/")
    settings = Settings()
    assert settings.database_url == "postgresql+psycopg://db.example/shuyin"
    assert settings.base_url == "https://catalogue.example"


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="Asia/Taipei"):
        Settings(timezone="Asia/Nowhere")
