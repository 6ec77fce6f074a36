"""Scheduled work of the filings."""

from __future__ import annotations

from shuyin.filing import privacy
from shuyin.filing.office import office_for
from shuyin.filing.registry import FILINGS
from shuyin.records.jobs import Job, JobContext


def _retain(context: JobContext) -> str:
    office = office_for(context.settings)
    with context.writes.begin() as session:
        return f"removed {privacy.retain(session, office, FILINGS)}"


JOBS = (Job("filing-retention", "20 3 * * *", _retain, "依保存期限移除個人資料與過期草稿"),)
