"""Scheduled work of the recommender."""

from __future__ import annotations

from datetime import timedelta

from shuyin.ai_subjects import services
from shuyin.records.jobs import Job, JobContext
from shuyin.records.models import utc_now

#: Anybody's questions on the page and by the API are kept so long.
KEPT = timedelta(days=180)


def forget_questions(context: JobContext) -> str:
    """Remove recommendations that nobody will decide."""
    with context.writes.begin() as session:
        return f"{services.forget(session, utc_now() - KEPT)} removed"


JOBS = (Job("recommendations", "50 3 * * *", forget_questions, "移除逾 180 天的公開查詢推薦紀錄"),)
