"""A served catalogue and a real Chromium."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from shuyin.app.serving import listen
from shuyin.harvest.music import load_sample_music
from shuyin.indexer import services as indexer
from shuyin.web.content.seeding import load_shipped_pages
from tests.browser import parts
from tests.postgres import skip_loudly
from tests.web.catalogue import Site, build


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with 131 books, the sample music and the pages that come with the project."""
    made = build(tmp_path_factory.mktemp("browser"))
    load_shipped_pages(made.services.writes)
    load_sample_music(made.services.writes)
    indexer.catch_up(made.services.sessions, made.services.writes, made.services.search)
    yield made
    made.services.close()


@pytest.fixture(scope="session")
def address(site: Site) -> Iterator[str]:
    """Where the application is served, on a free port of the loopback."""
    listening = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(site.app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listening.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a sandbox (CI runs as root); it sees the loopback only."""
    try:
        program = parts.chromium()
    except parts.BrowserPartMissing as missing:
        skip_loudly(str(missing))
        return
    with sync_playwright() as playwright:
        expect.set_options(timeout=30_000)  # a slow machine is no failure
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    try:
        return parts.axe_script()
    except parts.BrowserPartMissing as missing:
        skip_loudly(str(missing))
        return ""


Opener = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Opener]:
    """`open_page("/books", width=390, dark=True, scripts=False)` → page; a complaint in the console fails the test."""
    contexts = []
    complaints: list[str] = []

    def opener(path: str, *, width: int = 1440, dark: bool = False, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield opener
    for context in contexts:
        context.close()
    expected = re.compile(r"status of 4\d\d|Response Status Error Code 4\d\d")
    assert [c for c in complaints if not expected.search(c)] == []
