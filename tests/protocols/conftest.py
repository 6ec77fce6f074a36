"""A small catalogue, indexed, for the protocols."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine

from tests.web.conftest import client, site

__all__ = ["client", "site"]  # the catalogue of the pages, for protocols that stand beside them


@contextmanager
def _served(app: FastAPI) -> Iterator[str]:
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert time.monotonic() < deadline, "the test server did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def serve() -> Callable[[FastAPI], AbstractContextManager[str]]:
    """Runs an application on a free port of this machine; gives its address."""
    return _served


@pytest.fixture
def settings() -> SimpleNamespace:
    """The settings that routes read."""
    return SimpleNamespace(base_url="https://catalogue.example", contact_email="catalogue@shuyin.example")


def application(settings: Any, engine: Engine, search: Any, *routers: Any) -> FastAPI:
    """An application with these routers and the state that they expect."""
    from shuyin.records import database

    app = FastAPI()
    app.state.settings = settings
    app.state.sessions = database.read_sessions(engine)
    app.state.writes = database.write_sessions(engine)
    app.state.search = search
    for router in routers:
        app.include_router(router)
    return app
