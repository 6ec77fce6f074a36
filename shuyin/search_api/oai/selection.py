"""Pages of the ledger in harvesting order, and its sets. A page costs the same wherever it stands in the list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shuyin.records.book import Format
from shuyin.search_api.models import OaiEntry
from shuyin.search_api.oai.protocol import Period


@dataclass(frozen=True, slots=True)
class SetFamily:
    """Sets that share a column: `class` is every record with a value, `class:0` those with that value."""

    name: str
    label: str
    column: InstrumentedAttribute[Any]


FAMILIES: tuple[SetFamily, ...] = (
    SetFamily("class", "中文圖書分類法大類", OaiEntry.main_class),
    SetFamily("collection", "館藏", OaiEntry.collection),
    SetFamily("daily", "每日預告書訊", OaiEntry.announced_on),
    SetFamily("kind", "出版形式", OaiEntry.format),
    SetFamily("language", "語言", OaiEntry.language),
)
_FAMILIES = {family.name: family for family in FAMILIES}
_KINDS = {"print": "紙本書", "ebook": "電子書", "audiobook": "有聲書", "other": "其他"}
assert _KINDS.keys() == {f.value for f in Format}
#: Main classes of 中文圖書分類法 (2007).
_CLASSES = (
    "總類",
    "哲學類",
    "宗教類",
    "科學類",
    "應用科學類",
    "社會科學類",
    "史地類",
    "世界史地",
    "語言文學類",
    "藝術類",
)


def sets(session: Session) -> list[tuple[str, str]]:
    """(setSpec, setName) of every set that holds records, parents before their children."""
    found = []
    for family in FAMILIES:
        values = session.scalars(select(family.column).where(family.column.is_not(None)).distinct())
        names = sorted(v.isoformat() if isinstance(v, date) else str(v) for v in values)
        if names:
            found.append((family.name, family.label))
            found += [(f"{family.name}:{name}", f"{family.label}：{_value_label(family.name, name)}") for name in names]
    return found


def _value_label(family: str, value: str) -> str:
    if family == "class":
        return f"{value} {_CLASSES[int(value)]}"
    return _KINDS.get(value, value) if family == "kind" else value


def sets_of(entry: OaiEntry) -> list[str]:
    """The setSpecs of one record."""
    values = {family.name: getattr(entry, family.column.key) for family in FAMILIES}
    return [f"{n}:{v.isoformat() if isinstance(v, date) else v}" for n, v in values.items() if v is not None]


def _condition(set_spec: str) -> ColumnElement[bool] | None:
    """The condition of a set; None if there can be no such set."""
    name, colon, value = set_spec.partition(":")
    family = _FAMILIES.get(name)
    if family is None:
        return None
    if not colon:
        return family.column.is_not(None)
    if name != "daily":
        return family.column == value
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return None
    try:
        return family.column == date.fromisoformat(value)
    except ValueError:
        return None


def conditions(set_spec: str | None, period: Period, now: datetime) -> list[ColumnElement[bool]] | None:
    """What a record must meet to be in a list; None if no record can. Nothing is shown before its stamp."""
    chosen = [OaiEntry.stamp <= now]
    if set_spec is not None:
        condition = _condition(set_spec)
        if condition is None:
            return None
        chosen.append(condition)
    if period.start:
        chosen.append(OaiEntry.stamp >= period.start)
    if period.end:
        chosen.append(OaiEntry.stamp < period.end)
    return chosen


def count(session: Session, chosen: list[ColumnElement[bool]]) -> int:
    """How many records a list holds now."""
    return session.scalar(select(func.count()).select_from(OaiEntry).where(*chosen)) or 0


def page(
    session: Session, chosen: list[ColumnElement[bool]], after: tuple[datetime, int] | None, size: int
) -> list[OaiEntry]:
    """The next `size` entries after a place, oldest stamp first."""
    query = select(OaiEntry).where(*chosen).order_by(OaiEntry.stamp, OaiEntry.record_id).limit(size)
    if after:
        stamp, record_id = after
        # the plain bound lets the index be entered at the place; the second condition divides equal stamps
        beyond = or_(OaiEntry.stamp > stamp, and_(OaiEntry.stamp == stamp, OaiEntry.record_id > record_id))
        query = query.where(OaiEntry.stamp >= stamp, beyond)
    return list(session.scalars(query))


def earliest(session: Session) -> datetime | None:
    """The lowest stamp of the ledger."""
    return session.scalar(select(func.min(OaiEntry.stamp)))
