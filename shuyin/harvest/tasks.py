"""Scheduled work of harvesting."""

from __future__ import annotations

from shuyin.harvest.remote import oai, sources
from shuyin.harvest.remote.fetching import Fetcher
from shuyin.records.jobs import Job, JobContext


def harvest_all(context: JobContext) -> str:
    """Run every source that is switched on; one that fails does not stop the others."""
    hosts = frozenset(context.settings.harvest_private_hosts.replace(",", " ").split())
    with context.sessions() as session:
        names = [source.name for source in sources.list_all(session) if source.enabled]
    told, failed = [], []
    for name in names:
        try:
            counts = sources.run(context.writes, name, Fetcher(private_hosts=hosts), context.data_dir)
            told.append(f"{name}: {oai.summary(counts)}")
        except sources.RunFailed as failure:
            failed.append(str(failure))
    if failed:
        raise sources.RunFailed("; ".join([*failed, *told]))
    return "; ".join(told) or "no sources"


JOBS = (Job("harvest", "15 4 * * *", harvest_all, "向各來源收割書目"),)
