"""Scheduled work of letters."""

from __future__ import annotations

from shuyin.notify.services import deliver
from shuyin.notify.transports import transport_for
from shuyin.records.jobs import Job, JobContext
from shuyin.records.vault import Vault


def _deliver(context: JobContext) -> str:
    settings = context.settings
    vault = Vault.open(settings.data_dir, settings.data_key)
    done = deliver(context.writes, vault, transport_for(settings.mail_url), settings.mail_from)
    return f"{done.sent} sent, {done.later} later, {done.failed} failed, {done.unclear} unclear"


JOBS = (Job("letters", "* * * * *", _deliver, "寄出待寄信件"),)
