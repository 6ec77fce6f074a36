"""Scheduled work of the read side."""

from __future__ import annotations

from datetime import datetime

from shuyin.records.jobs import Job, JobContext
from shuyin.records.models import utc_now
from shuyin.search_api import searches
from shuyin.search_api.dumps import writing
from shuyin.search_api.oai import ledger
from shuyin.search_api.statistics import keeping


def follow_changes(context: JobContext) -> str:
    """Enter what has changed into the OAI ledger."""
    return f"{ledger.catch_up(context.writes)} changes entered"


def write_dumps(context: JobContext) -> str:
    """Write the full dumps of the day."""
    today = datetime.now(context.zone).date()
    folder, count = writing.write(context.sessions, context.data_dir, today, context.settings.base_url)
    return f"{count} records in {folder.name}"


def count(context: JobContext) -> str:
    """Bring the counts of the statistics up to the end of the change log."""
    return f"{keeping.catch_up(context.writes)} changes counted"


def forget_searches(context: JobContext) -> str:
    """Remove searches that readers' histories have kept long enough."""
    with context.writes.begin() as session:
        return f"{searches.forget_old(session, utc_now())} searches removed"


JOBS = [
    Job("oai-ledger", "*/5 * * * *", follow_changes, label="將書目異動記入 OAI-PMH 帳冊"),
    Job("statistics", "*/2 * * * *", count, label="將異動計入服務統計"),
    Job("search-history", "40 3 * * *", forget_searches, label="移除過期的查詢紀錄"),
    Job("dumps", "30 3 * * *", write_dumps, label="寫出每日完整資料檔"),
]
