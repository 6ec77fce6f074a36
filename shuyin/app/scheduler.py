"""Runs the jobs that each package declares in its `tasks.py` (decision 9).

A run is claimed by the unique (job, due time) row of `job_runs`: of two schedulers only one runs it. A run that
fell due while no scheduler was up is caught up once when the next one starts.
"""

from __future__ import annotations

import importlib
import importlib.util
import traceback
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shuyin.app.failures import CommandFailed
from shuyin.notify.services import queue
from shuyin.records.jobs import Job, JobContext
from shuyin.records.models import JobRun, utc_now
from shuyin.records.vault import Vault

_log = structlog.stdlib.get_logger("shuyin.scheduler")

#: Rooms that may declare jobs; `app` for those that need two rooms which do not know each other.
ROOMS = (
    "records",
    "search_engine",
    "indexer",
    "search_api",
    "notify",
    "ai_subjects",
    "filing",
    "harvest",
    "web",
    "app",
)

DONE, FAILED, SEEN = "done", "failed", "seen"

#: How far back a due time is looked for, in growing steps, so that frequent jobs are not walked through for a year.
_LOOK_BACK = (timedelta(hours=2), timedelta(days=2), timedelta(days=40), timedelta(days=400))


def declared_jobs() -> list[Job]:
    """The jobs of every room, by name; `ValueError` if two have the same name."""
    jobs: dict[str, Job] = {}
    for room in ROOMS:
        name = f"shuyin.{room}.tasks"
        if importlib.util.find_spec(name) is None:
            continue
        for job in importlib.import_module(name).JOBS:
            if job.name in jobs:
                raise ValueError(f"two jobs are called {job.name}")
            jobs[job.name] = job
    return sorted(jobs.values(), key=lambda job: job.name)


def find_job(name: str, jobs: Iterable[Job]) -> Job:
    """The job of that name; `CommandFailed` naming those that exist."""
    known = {job.name: job for job in jobs}
    if name not in known:
        raise CommandFailed(f"there is no job {name}; jobs are: {', '.join(known) or 'none'}")
    return known[name]


def last_due(schedule: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The latest time at or before `now` at which a schedule fell due; None if there was none for a year."""
    trigger = CronTrigger.from_crontab(schedule, timezone=zone)
    for span in _LOOK_BACK:
        found: datetime | None = None
        due = trigger.get_next_fire_time(None, now - span)
        while due is not None and due <= now:
            found = due
            due = trigger.get_next_fire_time(due, due + timedelta(microseconds=1))
        if found is not None:
            return found
    return None


def run_job(context: JobContext, job: Job, due: datetime) -> str | None:
    """Run `job` for its due time and keep the outcome; None if another scheduler has claimed that run.

    The answer is `done` or `failed`: a failing job is logged, recorded and told by letter, it never stops the
    scheduler.
    """
    run_id = _claim(context, job, due)
    if run_id is None:
        return None
    try:
        message, outcome = job.run(context), DONE
    except Exception as error:
        _log.exception("job failed", job=job.name)
        message, outcome = "".join(traceback.format_exception_only(error)), FAILED
    with context.writes.begin() as session:
        session.execute(
            update(JobRun).where(JobRun.id == run_id).values(finished_at=utc_now(), outcome=outcome, log=message)
        )
        if outcome == FAILED:
            _write_letter(session, context, job, due, message)
    _log.info("job", job=job.name, outcome=outcome, message=message)
    return outcome


def _write_letter(session: Session, context: JobContext, job: Job, due: datetime, reason: str) -> None:
    """Tell the operator; a job that fails every minute is told once a day."""
    settings = context.settings
    if not settings.operator_email:
        return
    local = due.astimezone(context.zone)
    queue(
        session,
        Vault.open(settings.data_dir, settings.data_key),
        key=f"job-failed:{job.name}:{local:%Y-%m-%d}",
        template="job-failed",
        recipient=settings.operator_email,
        context={"job": job.name, "label": job.label, "due": f"{local:%Y-%m-%d %H:%M}", "reason": reason.strip()},
    )


class Scheduler:
    """Fires the jobs of this process until it is stopped."""

    def __init__(self, context: JobContext, jobs: Sequence[Job]) -> None:
        self._context = context
        self._jobs = jobs
        self._scheduler = BackgroundScheduler(timezone=context.zone)

    def start(self) -> None:
        """Catch up what was missed, then run each job when it falls due."""
        for job in self._jobs:
            self._scheduler.add_job(
                self._fire,
                CronTrigger.from_crontab(job.schedule, timezone=self._context.zone),
                args=[job],
                id=job.name,
                coalesce=True,
                misfire_grace_time=None,
                max_instances=1,
            )
            if self._is_missed(job):
                self._scheduler.add_job(self._fire, args=[job], id=f"{job.name} (missed)")
        self._scheduler.start()

    def stop(self) -> None:
        """Let running jobs finish and stop."""
        self._scheduler.shutdown(wait=True)

    def _fire(self, job: Job) -> None:
        due = last_due(job.schedule, self._context.zone, utc_now())
        if due is not None:
            run_job(self._context, job, due)

    def _is_missed(self, job: Job) -> bool:
        due = last_due(job.schedule, self._context.zone, utc_now())
        with self._context.sessions() as session:
            latest = session.scalar(select(func.max(JobRun.due)).where(JobRun.job == job.name))
        if latest is None:
            # a new job has missed nothing; this row is what later starts compare with
            _claim(self._context, job, utc_now(), SEEN)
            return False
        return due is not None and due > latest


def _claim(context: JobContext, job: Job, due: datetime, outcome: str | None = None) -> int | None:
    run = JobRun(job=job.name, due=due, started_at=utc_now(), outcome=outcome)
    try:
        with context.writes.begin() as session:
            session.add(run)
    except IntegrityError:
        return None
    return run.id
