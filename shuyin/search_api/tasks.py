"""Scheduled work of the read side."""

from __future__ import annotations

from shuyin.records.jobs import Job, JobContext
from shuyin.search_api.oai import ledger


def follow_changes(context: JobContext) -> str:
    """Enter what has changed into the OAI ledger."""
    return f"{ledger.catch_up(context.writes)} changes entered"


JOBS = [Job("oai-ledger", "*/5 * * * *", follow_changes, label="將書目異動記入 OAI-PMH 帳冊")]
