"""Adds the pages to an application."""

from __future__ import annotations

from fastapi import FastAPI

from shuyin.search_api.browse.routes import router as browse_api_router
from shuyin.search_api.content.routes import api as content_api_router
from shuyin.search_api.content.routes import feeds as content_feeds_router
from shuyin.search_api.directories.routes import router as directories_api_router
from shuyin.search_api.everything.routes import router as everything_api_router
from shuyin.search_api.feeds.routes import router as feeds_router
from shuyin.search_api.music.routes import router as music_api_router
from shuyin.search_api.oai.routes import router as oai_router
from shuyin.search_api.routes import router as api_router
from shuyin.search_api.sru.routes import router as sru_router
from shuyin.search_api.statistics.routes import router as statistics_api_router
from shuyin.search_api.subjects_routes import router as subjects_api_router
from shuyin.search_api.tools.routes import router as tools_api_router
from shuyin.web import errors
from shuyin.web.account.entrance import router as entrance_router
from shuyin.web.account.routes import router as account_router
from shuyin.web.account.searches import public as searches_router
from shuyin.web.account.searches import router as account_searches_router
from shuyin.web.books.cip import router as cip_router
from shuyin.web.books.cover_files import router as cover_files_router
from shuyin.web.books.routes import router as books_router
from shuyin.web.browse.routes import router as browse_router
from shuyin.web.conditional import Conditional
from shuyin.web.content.routes import router as content_router
from shuyin.web.content.staff_routes import router as content_staff_router
from shuyin.web.directories.routes import router as directories_router
from shuyin.web.dumps.routes import router as dumps_router
from shuyin.web.everything.routes import router as everything_router
from shuyin.web.filing.api import router as filings_api_router
from shuyin.web.filing.assist import router as filing_assist_router
from shuyin.web.filing.isbn_pages import router as filing_isbn_router
from shuyin.web.filing.routes import router as filing_router
from shuyin.web.limits.middleware import RateLimit
from shuyin.web.middleware import Compression, Heads, Preferences, SecurityHeaders
from shuyin.web.music.routes import router as music_router
from shuyin.web.music.samples import router as samples_router
from shuyin.web.new_books.routes import router as new_books_router
from shuyin.web.new_books.subscriptions import router as subscriptions_router
from shuyin.web.shelf.routes import router as shelf_router
from shuyin.web.site.routes import router as site_router
from shuyin.web.site.sitemaps import router as sitemaps_router
from shuyin.web.site.visits import VisitCounter
from shuyin.web.staff.covers import router as staff_covers_router
from shuyin.web.staff.desk import router as desk_router
from shuyin.web.staff.desk_figures import router as desk_figures_router
from shuyin.web.staff.ranges import router as staff_ranges_router
from shuyin.web.staff.recommendations import router as staff_recommendations_router
from shuyin.web.staff.records import router as staff_records_router
from shuyin.web.staff.routes import router as staff_router
from shuyin.web.staff.users import router as staff_users_router
from shuyin.web.statistics.routes import router as statistics_router
from shuyin.web.subjects.routes import router as subjects_router
from shuyin.web.tools.routes import router as tools_router


def install(app: FastAPI) -> None:
    """Add API, pages, error answers and middlewares to `app` (made with `docs_url=None`)."""
    for router in (
        api_router,
        music_api_router,
        statistics_api_router,
        tools_api_router,
        directories_api_router,
        directories_router,
        content_api_router,
        content_feeds_router,
        content_router,
        sru_router,
        oai_router,
        feeds_router,
        site_router,
        sitemaps_router,
        subscriptions_router,
        new_books_router,
        dumps_router,
        cip_router,
        books_router,
        cover_files_router,
        shelf_router,
        music_router,
        samples_router,
        statistics_router,
        entrance_router,
        account_router,
        account_searches_router,
        searches_router,
        filings_api_router,
        filing_assist_router,
        filing_isbn_router,
        filing_router,
        content_staff_router,
        staff_router,
        staff_records_router,
        staff_covers_router,
        staff_ranges_router,
        desk_router,
        desk_figures_router,
        staff_users_router,
        staff_recommendations_router,
        tools_router,
        everything_api_router,
        everything_router,
        browse_api_router,
        browse_router,
        subjects_api_router,
        subjects_router,
    ):
        app.include_router(router)
    errors.install(app)
    app.add_middleware(Heads)  # innermost: a HEAD is no visit
    app.add_middleware(VisitCounter)
    app.add_middleware(Conditional)
    app.add_middleware(RateLimit)  # inside Preferences: it answers in the reader's language
    app.add_middleware(Preferences)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Compression, minimum_size=1000, compresslevel=5)
