"""What the workflows need from outside (keys, files, clock, address), given once by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shuyin.filing.scanner import Scanner, clamd
from shuyin.records.models import utc_now
from shuyin.records.vault import Vault


@dataclass(frozen=True, slots=True)
class Office:
    """The surroundings of the workflows. `files` is the folder of private uploads."""

    vault: Vault
    files: Path
    base_url: str
    secret: str
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Taipei"))
    now: Callable[[], datetime] = utc_now
    scan: Scanner | None = None

    def today(self) -> date:
        """The date in the service's zone."""
        return self.now().astimezone(self.zone).date()


def office_for(settings: Any) -> Office:
    """The office of these settings (`app.settings.Settings`, which this room does not know)."""
    return Office(
        vault=Vault.open(settings.data_dir, settings.data_key),
        files=settings.data_dir / "uploads",
        base_url=settings.base_url,
        secret=settings.secret_key,
        zone=settings.zone,
        scan=clamd(settings.clamd) if settings.clamd else None,
    )


@dataclass(frozen=True, slots=True)
class By:
    """Who acts: a name for the audit trail (account or "filer:12"), the role, and the address they come from."""

    name: str
    role: str = ""
    user_id: int | None = None
    organisation_id: int | None = None


SYSTEM = By("system", "system")
