"""`shuyin jobs`: the scheduled work."""

from __future__ import annotations

import typer

from shuyin.app.failures import CommandFailed
from shuyin.app.settings import get_settings

app = typer.Typer(name="jobs", help="Scheduled work: what there is, run one now.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(app)


@app.command("list")
def list_jobs() -> None:
    """Every job with its schedule (crontab fields, in the service's time zone) and its last run."""
    from sqlalchemy import select

    from shuyin.app.composition import open_services
    from shuyin.app.scheduler import SEEN, declared_jobs
    from shuyin.records.models import JobRun

    services = open_services(get_settings())
    try:
        with services.sessions() as session:
            for job in declared_jobs():
                runs = (
                    select(JobRun)
                    .where(JobRun.job == job.name, JobRun.outcome.is_distinct_from(SEEN))
                    .order_by(JobRun.due.desc())
                    .limit(1)
                )
                run = session.scalar(runs)
                last = "never run"
                if run:
                    local = run.due.astimezone(services.settings.zone)
                    last = f"{run.outcome or 'running'} {local:%Y-%m-%d %H:%M}"
                typer.echo(f"{job.name:<28} {job.schedule:<16} {last:<28} {job.label}")
    finally:
        services.close()


@app.command()
def run(name: str = typer.Argument(help="A name that `shuyin jobs list` shows.")) -> None:
    """Run one job now, outside its schedule."""
    from sqlalchemy import select

    from shuyin.app.composition import open_services
    from shuyin.app.scheduler import FAILED, declared_jobs, find_job, run_job
    from shuyin.records.models import JobRun, utc_now

    job = find_job(name, declared_jobs())
    services = open_services(get_settings())
    try:
        due = utc_now()
        outcome = run_job(services.job_context(), job, due)
        with services.sessions() as session:
            message = session.scalar(select(JobRun.log).where(JobRun.job == job.name, JobRun.due == due))
    finally:
        services.close()
    if outcome == FAILED:
        raise CommandFailed(f"job {name} failed: {(message or '').strip()}")
    typer.echo(f"{name}: {message or outcome}")
