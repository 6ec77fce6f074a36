"""Staff's forms for pages: what was typed → a page, or what is wrong with it. No HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from shuyin.records.pages import Page, PageKind
from shuyin.search_api.messages import N_
from shuyin.web.i18n import LANGUAGES

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MAX_SLUG, _MAX_TITLE, _MAX_BODY = 128, 300, 200_000
#: Addresses that other pages have.
_TAKEN = {(PageKind.AWARD.value, "golden-melody"), (PageKind.AWARD.value, "books")}

FIELDS = ("kind", "slug", "language", "section", "title", "body", "position", "publish_from", "publish_until")


@dataclass(frozen=True, slots=True)
class Written:
    """A form as it was sent: `page` where nothing is wrong, `problems` by field otherwise."""

    values: Mapping[str, str]
    page: Page | None
    problems: Mapping[str, str]


def read_form(values: Mapping[str, str], zone: ZoneInfo) -> Written:
    """The page that a form asks for. Times are local, YYYY-MM-DDTHH:MM; empty = no limit."""
    typed = {name: values.get(name, "").strip() if name != "body" else values.get(name, "") for name in FIELDS}
    problems: dict[str, str] = {}
    if typed["kind"] not in set(PageKind):
        problems["kind"] = N_("請選擇內容種類。")
    if typed["language"] not in LANGUAGES:
        problems["language"] = N_("請選擇語言。")
    if not _SLUG.fullmatch(typed["slug"]) or len(typed["slug"]) > _MAX_SLUG:
        problems["slug"] = N_("網址名稱只能用小寫英文字母、數字與連字號，例如 isrc-history。")
    elif (typed["kind"], typed["slug"]) in _TAKEN or typed["slug"].startswith("feed"):
        problems["slug"] = N_("這個網址名稱由系統使用，請改用別的名稱。")
    if not typed["title"] or len(typed["title"]) > _MAX_TITLE:
        problems["title"] = N_("請填寫標題，最多 300 個字。")
    if not typed["body"].strip() or len(typed["body"]) > _MAX_BODY:
        problems["body"] = N_("請填寫內文，最多 20 萬個字。")
    position = typed["position"] or "0"
    if not re.fullmatch(r"-?[0-9]{1,6}", position):
        problems["position"] = N_("排列順序請填整數，數字小的排在前面。")
    times = {name: _time(typed[name], zone) for name in ("publish_from", "publish_until")}
    for name, time in times.items():
        if typed[name] and time is None:
            problems[name] = N_("請填寫日期與時間，例如 2026-03-10T09:00。")
    start, end = times["publish_from"], times["publish_until"]
    if start and end and end <= start:
        problems["publish_until"] = N_("結束公布的時間要晚於開始公布的時間。")
    if problems:
        return Written(typed, None, problems)
    page = Page(
        kind=typed["kind"],
        slug=typed["slug"],
        title=typed["title"],
        body=typed["body"].replace("\r\n", "\n"),
        language=typed["language"],
        section=typed["section"][:32] or None,
        position=int(position),
        publish_from=start,
        publish_until=end,
    )
    return Written(typed, page, {})


def form_of(page: Page, zone: ZoneInfo) -> dict[str, str]:
    """What the form shows for a page."""
    values = {name: getattr(page, name) for name in FIELDS}
    return {
        name: value.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        if isinstance(value, datetime)
        else ""
        if value is None
        else str(value)
        for name, value in values.items()
    }


def _time(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.strptime(text[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=zone)
    except ValueError:
        return None
