"""Settings: environment variables `SHUYIN_*` and `.env` (docs/operations.md lists them; a test checks that)."""

from __future__ import annotations

import os
import secrets
from ipaddress import ip_network
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
    secret_key: str | None = Field(
        None,
        description="Signs cookies and links; empty = one is made on the first start and kept in DATA_DIR/secret-key",
    )
    mail_url: str = Field("file:var/mail", description="Letters: file:DIRECTORY or smtp(s)://USER:PASSWORD@HOST:PORT")
    mail_from: str = Field("書音 <no-reply@localhost>", description="Sender of letters: NAME <ADDRESS>")
    contact_email: str = Field(
        "contact@shuyin.example", description="Address for people who harvest the catalogue; OAI-PMH shows it"
    )
    operator_email: str | None = Field(
        None, description="Who gets a letter when a scheduled job fails, at most one a day for each job; empty = nobody"
    )
    harvest_private_hosts: str = Field(
        "", description="Hosts of the own network that may be harvested, separated by commas; all others are refused"
    )
    scheme_urls: str = Field(
        "",
        description="Addresses of the official classification and subject headings (files as `shuyin ai load-scheme` "
        "reads them), separated by spaces; looked at every week. Empty = none",
    )
    data_key: str | None = Field(
        None,
        description="Encrypts personal data at rest; empty = one is made on first use and kept in DATA_DIR/data.key. "
        "Several keys, separated by spaces: the first encrypts, all decrypt",
    )
    clamd: str | None = Field(
        None, description="Malware scanner for uploads: unix:/run/clamav/clamd.ctl or tcp:HOST:PORT; empty = none"
    )
    rate_limit: Literal["on", "report", "off"] = Field(
        "on", description="Limits of requests by client: on refuses (429), report only writes to the log, off = none"
    )
    rate_limit_requests: int = Field(
        600,
        ge=1,
        description="Requests that one address may make in a minute; its network (/24, /48) three times as many",
    )
    rate_limit_subscriptions: int = Field(
        30,
        ge=1,
        description="Forms about subscriptions that one address may send in an hour; its network three times as many",
    )
    rate_limit_exempt: str = Field(
        "127.0.0.0/8, ::1", description="Networks and addresses that are not counted, separated by commas"
    )
    timezone: str = Field("Asia/Taipei", description="Zone in which dates are shown and days begin")
    log_format: Literal["console", "json"] = Field("console", description="console for people, json for machines")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError):
            raise ValueError(f"there is no time zone {value}; use a name such as Asia/Taipei") from None
        return value

    @field_validator("rate_limit_exempt")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in value.replace(",", " ").split():
            try:
                ip_network(part, strict=False)
            except ValueError:
                raise ValueError(f"{part} is no network; write 192.0.2.0/24, 2001:db8::/32 or one address") from None
        return value

    @field_validator("base_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    def with_secret_key(self) -> Settings:
        """These settings with a secret key: the given one, else the one kept in `data_dir`, made if need be (0600)."""
        if self.secret_key:
            return self
        return self.model_copy(update={"secret_key": _kept_secret(self.data_dir / "secret-key")})

    @property
    def zone(self) -> ZoneInfo:
        """The zone named by `timezone`."""
        return ZoneInfo(self.timezone)


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    secret = secrets.token_urlsafe(32)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret + "\n")
    return secret


def get_settings() -> Settings:
    """The settings as the environment and `.env` give them now; who starts a process reads them once."""
    return Settings()
