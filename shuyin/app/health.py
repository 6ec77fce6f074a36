"""`/healthz`, `/readyz`, `/metrics`: for those who run the service."""

from __future__ import annotations

import time
from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from shuyin import __version__
from shuyin.app.composition import Services
from shuyin.indexer import services as indexer
from shuyin.search_engine.port import SearchUnavailable
from shuyin.web.limits.middleware import limits_of

router = APIRouter()

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The numbers of one application object; each has its own registry, so that tests may make several."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        labels = ("method", "route")
        self.requests = Counter(
            "shuyin_http_requests", "Requests answered", (*labels, "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "shuyin_http_request_seconds", "Time to answer", labels, buckets=_BUCKETS, registry=self.registry
        )
        self.documents = Gauge("shuyin_index_documents", "Documents in an index", ("index",), registry=self.registry)
        self.over_limit = Gauge(
            "shuyin_requests_over_limit", "Requests over a limit since the start", ("policy",), registry=self.registry
        )
        self.lag = Gauge("shuyin_index_lag_changes", "Changes not yet indexed", ("index",), registry=self.registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request; `route` is the path template, so that the number of series stays small."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)


@router.get("/healthz", include_in_schema=False)
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok", "version": __version__}


@router.get("/readyz", include_in_schema=False)
async def readyz(request: Request) -> JSONResponse:
    """200 if the database and the search engine answer, else 503 with what does not."""
    services: Services = request.app.state.services
    checks = {
        "database": await run_in_threadpool(_check, lambda: _ask_database(services)),
        "search": await run_in_threadpool(_check, services.search.ping),
    }
    ready = all(answer["ok"] for answer in checks.values())
    return JSONResponse(
        {"status": "ready" if ready else "unavailable", "checks": checks},
        status_code=200 if ready else 503,
        headers={} if ready else {"Retry-After": "10"},
    )


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Prometheus text: requests, times, memory, index size and lag."""
    numbers: Metrics = request.app.state.metrics
    services: Services = request.app.state.services
    await run_in_threadpool(_measure_indexes, services, numbers)
    for policy, times in limits_of(request.app).exceeded.items():
        numbers.over_limit.labels(policy).set(times)
    return Response(generate_latest(numbers.registry), media_type=CONTENT_TYPE_LATEST)


def _measure_indexes(services: Services, numbers: Metrics) -> None:
    try:
        for state in indexer.status(services.sessions, services.search):
            numbers.documents.labels(state.index).set(state.documents)
            numbers.lag.labels(state.index).set(state.lag)
    except (SearchUnavailable, SQLAlchemyError):
        # the rest of the numbers must still be served; /readyz tells what is down
        numbers.documents.clear()
        numbers.lag.clear()


def _check(ask: Callable[[], object]) -> dict[str, object]:
    begun = time.perf_counter()
    try:
        ask()
    except (SearchUnavailable, SQLAlchemyError) as error:
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True, "milliseconds": round((time.perf_counter() - begun) * 1000, 1)}


def _ask_database(services: Services) -> None:
    with services.sessions() as session:
        session.execute(text("SELECT 1"))
