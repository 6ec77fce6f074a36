"""The texts that come with the project → pages, again and again without harm: what staff have touched stays theirs.

`pages/<language>/<kind>/<slug>.md` begin with lines "name: value" (title, section, position, date) up to a line of
three hyphens. The Golden Melody awards are made from the table of `harvest.music`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, sessionmaker

from shuyin.records.pages import Page, PageKind, seed

_FOLDER = files(__package__).joinpath("pages")
_AWARDS = files("shuyin.harvest.music").joinpath("data", "golden-melody.csv")
#: Dates of news in the files are days in Taiwan.
_ZONE = ZoneInfo("Asia/Taipei")
_FRONT_MATTER = ("title", "section", "position", "date")
#: The same facts stand in English with their Chinese names.
_LANGUAGES = ("zh-Hant", "en")


class DamagedPage(ValueError):
    """A shipped file does not begin as it should."""


def load_shipped_pages(sessions: sessionmaker[Session]) -> int:
    """Write the shipped pages in one transaction; how many were new or changed."""
    with sessions.begin() as session:
        return sum(seed(session, page) for page in shipped_pages())


def shipped_pages() -> Iterator[Page]:
    """Every page that comes with the project."""
    for language in _LANGUAGES:
        for kind in PageKind:
            folder = _FOLDER.joinpath(language, kind.value)
            if folder.is_dir():
                for file in sorted(folder.iterdir(), key=lambda f: f.name):
                    yield _read(file, kind, language)
    yield from _golden_melody()


def _read(file: Traversable, kind: PageKind, language: str) -> Page:
    head, separator, body = file.read_text(encoding="utf-8").partition("\n---\n")
    values = dict(line.split(": ", 1) for line in head.splitlines() if line)
    if not separator or "title" not in values or set(values) - set(_FRONT_MATTER):
        raise DamagedPage(f"{language}/{kind.value}/{file.name}: begin with title: and end the head with ---")
    day = values.get("date")
    return Page(
        kind=kind.value,
        slug=file.name.removesuffix(".md"),
        title=values["title"],
        body=body.strip() + "\n",
        language=language,
        section=values.get("section"),
        position=int(values.get("position", "0")),
        publish_from=datetime.fromisoformat(day).replace(tzinfo=_ZONE) if day else None,
    )


def _golden_melody() -> Iterator[Page]:
    rows = [r for r in csv.DictReader(io.StringIO(_AWARDS.read_text("utf-8"))) if r["confidence"] == "high"]
    rows.sort(key=lambda row: int(row["ceremony"]))
    for ceremony, group in groupby(rows, key=lambda row: (int(row["ceremony"]), row["year"])):
        number, year = ceremony
        lines = "".join(
            f"| {row['award']} | {_cell(row['work'])} | {_cell(row['performer_or_person'])} |\n" for row in group
        )
        yield Page(
            kind=PageKind.AWARD.value,
            slug=f"golden-melody-{number}",
            title=f"第 {number} 屆金曲獎（{year} 年）",
            body=f"{_AWARD_NOTE}\n\n| 獎項 | 作品 | 得獎者 |\n|---|---|---|\n{lines}",
            section="golden-melody",
            position=-number,
        )


_AWARD_NOTE = "> 本頁的得獎紀錄由語言模型依一般知識寫下，只收把握高者，並不完整，未與主辦單位核對。"


def _cell(text: str) -> str:
    return text.replace("|", "｜") or "—"
