"""Settings: environment variables `SHUYIN_*` and `.env` (docs/operations.md lists them; a test checks that)."""

from __future__ import annotations

import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting, with its default and what it is for."""

    model_config = SettingsConfigDict(env_prefix="SHUYIN_", env_file=".env", extra="ignore")

    database_url: str = Field(
        "sqlite:///var/shuyin.db",
        description="System of record: sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE",
    )
    search_url: str = Field(
        "tantivy:var/index",
        description="Search engine: tantivy:DIRECTORY or opensearch+http(s)://USER:PASSWORD@HOST:9200/PREFIX",
    )
    model: str | None = Field(
        None, description="Embedding model: a path or a Hugging Face name; empty = the shipped model"
    )
    data_dir: Path = Field(Path("var"), description="Where files live: uploads, dumps, mail, backups")
    base_url: str = Field(
        "http://127.0.0.1:8000", description="The service's public address, for links in feeds and letters"
    )
    secret_key: str = Field(
        default_factory=lambda: secrets.token_urlsafe(32),
        description="Signs cookies and links; set it, or everyone is signed out at each restart",
    )
    mail_url: str = Field("file:var/mail", description="Letters: file:DIRECTORY or smtp(s)://USER:PASSWORD@HOST:PORT")
    timezone: str = Field("Asia/Taipei", description="Zone in which dates are shown and days begin")
    log_format: Literal["console", "json"] = Field("console", description="console for people, json for machines")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @field_validator("base_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @property
    def zone(self) -> ZoneInfo:
        """The zone named by `timezone`."""
        return ZoneInfo(self.timezone)


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
