"""One catalogue for all tests of the pages and the API; they only read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from tests.web.catalogue import Site, build


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with 131 books."""
    made = build(tmp_path_factory.mktemp("site"))
    yield made
    made.services.close()


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    """A visitor who follows no redirects."""
    with TestClient(site.app, base_url="http://catalogue.test", follow_redirects=False) as client:
        yield client
