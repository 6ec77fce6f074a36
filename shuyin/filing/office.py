"""What the workflows need from outside (keys, files, clock, address), given once by the composition root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from shuyin.records.models import utc_now
from shuyin.records.vault import Vault

#: Looks for malware in a file: returns the name of what was found, or None.
Scanner = Callable[[bytes], str | None]


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


@dataclass(frozen=True, slots=True)
class By:
    """Who acts: a name for the audit trail (account or "filer:12"), the role, and the address they come from."""

    name: str
    role: str = ""
    user_id: int | None = None
    organisation_id: int | None = None


SYSTEM = By("system", "system")
