"""Scheduled work of the filings."""

from __future__ import annotations

from shuyin.filing import privacy
from shuyin.filing.engine import reminders
from shuyin.filing.office import office_for
from shuyin.filing.registry import FILINGS
from shuyin.records.jobs import Job, JobContext


def _retain(context: JobContext) -> str:
    office = office_for(context.settings)
    with context.writes.begin() as session:
        return f"removed {privacy.retain(session, office, FILINGS)}"


def _remind(context: JobContext) -> str:
    office = office_for(context.settings)
    with context.writes.begin() as session:
        return f"wrote {reminders.remind(session, office, FILINGS)} reminders"


JOBS = (
    Job("filing-retention", "20 3 * * *", _retain, "依保存期限移除個人資料與過期草稿"),
    Job("filing-reminders", "30 8 * * *", _remind, "到期前兩個工作天，提醒申請人補正"),
)
