"""Leases: what only one process may do at a time (the indexer, the scheduler), decided by a row in the database."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from shuyin.records.models import Lease, utc_now

#: A holder that gives no sign of life for so long has lost its lease.
TIME_TO_LIVE = timedelta(seconds=60)


def new_holder() -> str:
    """A name for a would-be holder: host:pid:random."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def acquire(writes: sessionmaker[Session], name: str, holder: str, ttl: timedelta = TIME_TO_LIVE) -> bool:
    """Take or renew the lease for `ttl`; False if another living process holds it.

    A lease that ran out, or whose holder was a process of this machine that is gone, is taken over.
    """
    now = utc_now()
    with writes() as session:
        row = session.execute(select(Lease.holder, Lease.until).where(Lease.name == name)).one_or_none()
    if row is None:
        return _insert(writes, name, holder, ttl)
    former, until = row
    if former != holder and until > now and not _is_gone(former):
        return False
    with writes.begin() as session:
        taken = session.execute(
            update(Lease)
            .where(Lease.name == name, Lease.holder == former, Lease.until == until)
            .values(holder=holder, until=now + ttl)
        )
        return bool(taken.rowcount)  # type: ignore[attr-defined]


def release(writes: sessionmaker[Session], name: str, holder: str) -> None:
    """Give the lease back; nothing happens if another holds it by now."""
    with writes.begin() as session:
        session.execute(update(Lease).where(Lease.name == name, Lease.holder == holder).values(until=utc_now()))


def _insert(writes: sessionmaker[Session], name: str, holder: str, ttl: timedelta) -> bool:
    try:
        with writes.begin() as session:
            session.execute(insert(Lease).values(name=name, holder=holder, until=utc_now() + ttl))
    except IntegrityError:  # another was quicker
        return False
    return True


def _is_gone(holder: str) -> bool:
    host, pid, _ = holder.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
