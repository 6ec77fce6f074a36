"""`/staff/recommendations`: how the recommendations of headings and class numbers fared, over time and in groups."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from shuyin.ai_subjects import services, store
from shuyin.ai_subjects.services import Acceptance
from shuyin.filing.roles import Permission
from shuyin.search_api.dependencies import SessionsDep
from shuyin.search_api.messages import N_
from shuyin.search_api.statistics import charts
from shuyin.web.captions import captions
from shuyin.web.guard import OfficeDep, needs
from shuyin.web.i18n import gettext
from shuyin.web.render import page

router = APIRouter(include_in_schema=False, prefix="/staff/recommendations")

NOT_A_DAY = N_("日期請寫成 2026-01-31 的樣子。")
#: What is shown without a date.
_SPAN = timedelta(days=365)


@router.get("", dependencies=[needs(Permission.RECOMMENDATIONS)])
def recommendations(
    request: Request, sessions: SessionsDep, office: OfficeDep, since: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """Shares accepted since a day (a year, if none is given), by month, main class, publisher and model."""
    wrong = ""
    begin = office.today() - _SPAN
    try:
        begin = date.fromisoformat(since) if since else begin
    except ValueError:
        wrong = NOT_A_DAY
    with sessions() as session:
        found = services.acceptance(session, datetime.combine(begin, time.min, office.zone))
    names = captions(sessions)
    return page(
        request,
        "staff/recommendations.html",
        status=422 if wrong else 200,
        found=found,
        since=since if wrong else begin.isoformat(),
        wrong=wrong,
        chart=_chart(found.by_month),
        captions={one.name: names.of(f"{one.name}00") for one in found.by_class if one.name},
        versions=list(reversed(store.history(request.app.state.settings.data_dir))),
    )


def _chart(months: tuple[Acceptance, ...]) -> str | None:
    """Per cent accepted, month by month."""
    if not months:
        return None
    series = [
        charts.Series(gettext(N_("主題詞")), [round(100 * one.subjects_accepted) for one in months]),
        charts.Series(gettext(N_("分類號")), [round(100 * one.class_shown) for one in months]),
    ]
    title = gettext(N_("每月採用的百分比"))
    return charts.bar_chart(title, gettext(N_("下表列出同樣的數字。")), [one.name for one in months], series)
