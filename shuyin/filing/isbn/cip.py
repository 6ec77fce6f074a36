"""CIP numbers: three digits of the ROC year and six of a serial (S0 l.1684: CIP 114004670), without gaps."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.engine.declaration import mark
from shuyin.filing.engine.flow import Refused
from shuyin.filing.engine.references import ROC_EPOCH, next_serial
from shuyin.filing.models import CipNumber, ReferenceCounter
from shuyin.filing.office import By, Office

#: The highest serial of a year: six digits.
LAST_SERIAL = 999_999
YEAR_FULL = mark("今年的 CIP 編號已用完，請洽系統管理者。")
STARTED = mark("{year} 年已編到 {last} 號，起號不能設得更小。")


def _counter(year: int) -> str:
    return f"cip:{year:03d}"


def give(session: Session, office: Office, filing_id: int, *, by: By) -> str:
    """The CIP number of a filing; the one that it has already, or the next of this year. Raises Refused."""
    standing = number_of(session, filing_id)
    if standing is not None:
        return standing
    year = office.today().year - ROC_EPOCH
    serial = next_serial(session, _counter(year))
    if serial > LAST_SERIAL:
        raise Refused(YEAR_FULL)
    number = f"{year:03d}{serial:06d}"
    session.add(CipNumber(number=number, filing_id=filing_id, at=office.now(), by=by.name))
    session.flush()
    audit.append(session, by.name, "assign-cip", "filing", filing_id, {"cip": number})
    return number


def number_of(session: Session, filing_id: int) -> str | None:
    """The CIP number that a filing has."""
    return session.scalar(select(CipNumber.number).where(CipNumber.filing_id == filing_id))


def begin_at(session: Session, year: int, serial: int, *, by: By) -> None:
    """Let a ROC year go on at `serial`: numbers below were given out by the former system. Raises Refused."""
    counter = session.get(ReferenceCounter, _counter(year), with_for_update=True, populate_existing=True)
    if counter is None:
        counter = ReferenceCounter(name=_counter(year), last=0)
        session.add(counter)
    if counter.last >= serial:
        raise Refused(STARTED, year=year, last=counter.last)
    counter.last = serial - 1
    session.flush()
    audit.append(session, by.name, "begin-cip", "cip-year", year, {"serial": serial})
