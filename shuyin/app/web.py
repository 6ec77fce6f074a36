"""`create_app`: the FastAPI application with every router, middleware and health page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from shuyin import __version__
from shuyin.app import health
from shuyin.app.composition import Services, open_services
from shuyin.app.middleware import RequestLog
from shuyin.app.settings import Settings
from shuyin.web.install import install
from shuyin.web.site.visits import visits_of


def create_app(settings: Settings, services: Services | None = None) -> FastAPI:
    """The web application. `app.state` has `settings`, `sessions`, `search` and `services` for the routers.

    Without `services` the application opens its own and closes them when it stops.
    """
    opened = services or open_services(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        visits_of(app).flush()
        if services is None:
            opened.close()

    app = FastAPI(
        title="書音 Shuyin",
        version=__version__,
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,  # the pages bring their own: a strict Content-Security-Policy lets in no script from elsewhere
        redoc_url=None,
    )
    app.state.services = opened
    app.state.settings = opened.settings
    app.state.sessions = opened.sessions
    app.state.writes = opened.writes
    app.state.search = opened.search
    app.state.metrics = health.Metrics()
    app.include_router(health.router)
    install(app)
    app.add_middleware(RequestLog, metrics=app.state.metrics)
    return app
