"""The scheduler: each run once, whoever runs it; missed runs are caught up; a failing job stops nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from shuyin.app.failures import CommandFailed
from shuyin.app.scheduler import DONE, FAILED, Scheduler, declared_jobs, find_job, last_due, run_job
from shuyin.app.settings import Settings
from shuyin.notify.models import Letter
from shuyin.records import database
from shuyin.records.jobs import Job, JobContext
from shuyin.records.models import JobRun, utc_now
from shuyin.records.vault import Vault

TAIPEI = ZoneInfo("Asia/Taipei")


@pytest.fixture
def context(engine: Engine, tmp_path: Path) -> JobContext:
    return JobContext(
        sessions=database.read_sessions(engine),
        writes=database.write_sessions(engine),
        search=None,
        settings=Settings(data_dir=tmp_path, operator_email="desk@library.example", _env_file=None),
        data_dir=tmp_path,
        zone=TAIPEI,
    )


def _runs(context: JobContext, name: str) -> list[JobRun]:
    with context.sessions() as session:
        return list(session.scalars(select(JobRun).where(JobRun.job == name).order_by(JobRun.id)))


def _wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "did not happen in a minute"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("30 2 * * *", "2026-03-05T02:30:00+08:00"),
        ("*/5 * * * *", "2026-03-05T12:00:00+08:00"),
        ("0 0 1 * *", "2026-03-01T00:00:00+08:00"),
        ("0 3 31 12 *", "2025-12-31T03:00:00+08:00"),
    ],
)
def test_last_due_is_told_in_the_services_zone(schedule: str, due: str) -> None:
    now = datetime(2026, 3, 5, 12, 3, tzinfo=TAIPEI)
    assert last_due(schedule, TAIPEI, now) == datetime.fromisoformat(due)


def test_two_schedulers_run_one_due_time_once(context: JobContext) -> None:
    ran: list[int] = []
    job = Job("count", "0 2 * * *", lambda _: str(ran.append(1)))
    due = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
    threads = [threading.Thread(target=run_job, args=(context, job, due)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ran) == 1
    assert [run.outcome for run in _runs(context, "count")] == [DONE]


def test_a_failing_job_is_recorded_with_its_reason(context: JobContext) -> None:
    def fail(_: JobContext) -> str:
        raise RuntimeError("the letter box is full")

    assert run_job(context, Job("fails", "0 2 * * *", fail), utc_now()) == FAILED
    (run,) = _runs(context, "fails")
    assert run.outcome == FAILED
    assert run.finished_at is not None
    assert "the letter box is full" in (run.log or "")


def test_the_operator_is_told_of_a_failing_job_once_a_day(context: JobContext) -> None:
    def fail(_: JobContext) -> str:
        raise RuntimeError("the letter box is full")

    job = Job("fails", "* * * * *", fail, "寄出待寄信件")
    first = datetime(2026, 3, 5, 0, 0, tzinfo=TAIPEI)
    for minutes in (0, 1, 2, 24 * 60):
        assert run_job(context, job, first + timedelta(minutes=minutes)) == FAILED
    run_job(context, Job("works", "* * * * *", lambda _: "done"), first)
    vault = Vault.open(context.data_dir, None)
    with context.sessions() as session:
        letters = [(vault.unseal(row.recipient), vault.unseal(row.content)) for row in session.scalars(select(Letter))]
    assert [recipient for recipient, _ in letters] == ["desk@library.example"] * 2
    assert all("the letter box is full" in content["text"] for _, content in letters)
    assert ["2026-03-05" in content["subject"] for _, content in letters] == [True, False]


def test_a_missed_run_is_caught_up_once(context: JobContext) -> None:
    ran: list[int] = []
    # due two hours from now at the earliest, so that only the missed run can be the one that happens
    later = (utc_now().astimezone(TAIPEI) - timedelta(hours=2)).hour
    job = Job("nightly", f"0 {later} * * *", lambda _: str(ran.append(1)))
    with context.writes.begin() as session:
        session.add(JobRun(job="nightly", due=utc_now() - timedelta(days=5), outcome=DONE))
    for _ in range(2):
        scheduler = Scheduler(context, [job])
        scheduler.start()
        _wait(lambda: len(_runs(context, "nightly")) == 2)
        scheduler.stop()
    assert len(ran) == 1
    assert len(_runs(context, "nightly")) == 2


def test_a_new_job_has_missed_nothing(context: JobContext) -> None:
    ran: list[int] = []
    scheduler = Scheduler(context, [Job("new", "0 0 1 1 *", lambda _: str(ran.append(1)))])
    scheduler.start()
    scheduler.stop()
    assert ran == []


def test_every_declared_job_has_a_schedule_that_falls_due_and_a_label() -> None:
    now = utc_now()
    for job in declared_jobs():
        assert last_due(job.schedule, TAIPEI, now) is not None, job.name
        assert job.label, job.name


def test_an_unknown_job_is_answered_with_those_that_exist() -> None:
    with pytest.raises(CommandFailed, match="tidy"):
        find_job("nonsense", [Job("tidy", "0 0 * * *", lambda _: "")])
