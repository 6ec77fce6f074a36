"""Scheduled work of letters."""

from __future__ import annotations

from datetime import date

from shuyin.notify import digests
from shuyin.notify.services import deliver
from shuyin.notify.subscriptions import Office
from shuyin.notify.transports import transport_for
from shuyin.records import announced
from shuyin.records.book_json import BookJson
from shuyin.records.jobs import Job, JobContext
from shuyin.records.models import utc_now
from shuyin.records.vault import Vault


def _deliver(context: JobContext) -> str:
    settings = context.settings
    vault = Vault.open(settings.data_dir, settings.data_key)
    done = deliver(context.writes, vault, transport_for(settings.mail_url), settings.mail_from)
    return f"{done.sent} sent, {done.later} later, {done.failed} failed, {done.unclear} unclear"


def _write_digests(context: JobContext) -> str:
    settings = context.settings
    office = Office(settings.secret_key, Vault.open(settings.data_dir, settings.data_key), settings.base_url)

    def find(first: date, last: date) -> list[BookJson]:
        with context.sessions() as session:
            return announced.between(session, first, last)

    stopped = digests.count_bounces(context.writes)
    done = digests.write_due(context.writes, office, find, utc_now(), context.zone)
    return f"{done.letters} written, {done.nothing_new} with nothing new, {stopped} addresses given up"


JOBS = (
    Job("letters", "* * * * *", _deliver, "寄出待寄信件"),
    Job("new-book-letters", "5 * * * *", _write_digests, "撰寫每日預告書訊電子報"),
)
