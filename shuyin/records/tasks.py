"""Scheduled work of the system of record."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from shuyin.records import covers, pages
from shuyin.records.jobs import Job, JobContext
from shuyin.records.models import JobRun, utc_now

_ENDED = "pages-ended"
#: How far back the first run looks.
_FIRST = timedelta(days=1)


def drop_ended_pages(context: JobContext) -> str:
    """Let the index drop the pages whose time ended since the last run; the site itself shows them no more anyway."""
    now = utc_now()
    with context.writes.begin() as session:
        done = (JobRun.job == _ENDED, JobRun.outcome == "done")
        since = session.scalar(select(func.max(JobRun.started_at)).where(*done)) or now - _FIRST
        return f"{pages.mark_ended(session, since, now)} pages ended"


def sweep_covers(context: JobContext) -> str:
    """Delete the files of covers that were replaced or taken away."""
    with context.sessions() as session:
        return f"{covers.sweep(session, context.data_dir)} files removed"


JOBS = (
    Job(_ENDED, "*/10 * * * *", drop_ended_pages, "將結束公布的網頁移出索引"),
    Job("covers-unused", "40 3 * * *", sweep_covers, "刪除已換掉的書封檔案"),
)
