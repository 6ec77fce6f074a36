"""The filings there are. A new one is declared in its own package and added here."""

from __future__ import annotations

from shuyin.filing.engine.declaration import Filing
from shuyin.filing.feedback import FEEDBACK
from shuyin.filing.isbn.application import APPLICATION
from shuyin.filing.isbn.confirmation import CONFIRMATION
from shuyin.filing.isbn.supplement import SUPPLEMENT
from shuyin.filing.registration.declaration import REGISTRATION
from shuyin.filing.registration.profile import PROFILE

FILINGS: dict[str, Filing] = {
    filing.kind: filing for filing in (REGISTRATION, PROFILE, FEEDBACK, APPLICATION, SUPPLEMENT, CONFIRMATION)
}
