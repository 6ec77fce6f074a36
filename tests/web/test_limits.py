"""Limits by address and network: who is refused, what is said, what is never counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import ValidationError

from shuyin.app.settings import Settings
from shuyin.app.web import create_app
from shuyin.web.limits.buckets import Buckets, Policy
from shuyin.web.limits.clients import client_of, networks
from shuyin.web.limits.middleware import Limits
from tests.web.catalogue import Site

ROBOT = ("192.0.2.7", 40000)


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def limited(site: Site, **settings: Any) -> FastAPI:
    """The same catalogue under other limits, while time stands still."""
    app = create_app(site.services.settings, site.services)
    app.state.limits = Limits(app.state.settings.model_copy(update=settings), now=Clock())
    return app


@contextmanager
def visitor(app: FastAPI, address: tuple[str, int] = ROBOT) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://catalogue.test", client=address, follow_redirects=False) as client:
        yield client


def test_a_bucket_empties_and_fills_again() -> None:
    clock = Clock()
    buckets = Buckets(Policy("address", 3, 60), clock)
    left = []
    for _ in range(3):
        standing = buckets.look("a")
        assert standing.fits
        left.append(standing.remaining)
        buckets.take("a")
    assert left == [2, 1, 0]
    refused = buckets.look("a")
    assert (refused.fits, refused.remaining, refused.seconds) == (False, 0, 20)
    assert buckets.look("b").fits
    clock.at = 19.0
    assert not buckets.look("a").fits
    clock.at = 20.0
    assert buckets.look("a").fits
    clock.at = 1000.0
    assert buckets.look("a").remaining == 2


def test_memory_has_an_end() -> None:
    buckets = Buckets(Policy("address", 3, 60), Clock(), most_clients=10)
    for number in range(1000):
        buckets.take(str(number))
        buckets.take("regular")
    assert len(buckets) == 10
    assert not buckets.look("regular").fits  # who asks all the time is not forgotten


@pytest.mark.parametrize(
    ("host", "address", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32", "192.0.2.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.7/32", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
    ],
)
def test_a_client_is_known_by_address_and_network(host: str, address: str, network: str) -> None:
    client = client_of(host, networks("127.0.0.0/8, ::1"))
    assert client is not None
    assert (client.address, client.network) == (address, network)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "", "unknown"])
def test_the_machine_itself_and_nameless_clients_are_not_counted(host: str) -> None:
    assert client_of(host, networks("127.0.0.0/8, ::1")) is None


def test_answers_say_how_the_client_stands(site: Site) -> None:
    with visitor(limited(site, rate_limit_requests=100)) as client:
        answer = client.get("/books?q=臺灣")
    assert answer.status_code == 200
    assert answer.headers["RateLimit-Policy"] == '"address";q=100;w=60, "network";q=300;w=60'
    assert answer.headers["RateLimit"] == '"address";r=99;t=1, "network";r=299;t=1'


def test_who_asks_too_much_is_told_when_to_come_back(site: Site) -> None:
    with visitor(limited(site, rate_limit_requests=2)) as client:
        assert [client.get("/books?q=臺灣").status_code for _ in range(2)] == [200, 200]
        refused = client.get("/books?q=臺灣")
        english = client.get("/books?q=臺灣&lang=en")
        api = client.get("/api/v1/books?q=臺灣")
        oai = client.get("/oai?verb=Identify")
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 30
    assert refused.headers["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in refused.headers
    assert '"address";r=0' in refused.headers["RateLimit"]
    assert "秒後再試" in refused.text and '<html lang="zh-Hant-TW"' in refused.text
    assert english.status_code == 429
    assert "Try again in" in english.text and '<html lang="en"' in english.text
    assert api.status_code == 429
    assert api.headers["content-type"] == "application/problem+json"
    assert api.json()["status"] == 429 and api.json()["detail"].startswith("Too many requests")
    assert (oai.status_code, "Retry-After" in oai.headers) == (503, True)  # what OAI harvesters understand


def test_a_network_is_counted_as_a_whole(site: Site) -> None:
    app = limited(site, rate_limit_requests=2)
    statuses = []
    for last in range(1, 9):
        with visitor(app, (f"198.51.100.{last}", 40000)) as client:
            statuses.append(client.get("/books?q=臺灣").status_code)
    assert statuses == [200] * 6 + [429] * 2
    with visitor(app, ("198.51.101.1", 40000)) as client:
        assert client.get("/books?q=臺灣").status_code == 200


def test_files_and_probes_are_free(site: Site) -> None:
    with visitor(limited(site, rate_limit_requests=1)) as client:
        free = ["/healthz", "/readyz", "/robots.txt", f"/covers/{site.report}.svg"]
        answers = [client.get(path) for path in free for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200] * 12
        assert all("RateLimit" not in answer.headers for answer in answers)
        assert client.get("/").status_code == 200


def test_report_only_lets_everyone_through_and_counts(site: Site) -> None:
    app = limited(site, rate_limit="report", rate_limit_requests=2)
    with visitor(app) as client:
        assert [client.get("/books").status_code for _ in range(5)] == [200] * 5
        assert 'shuyin_requests_over_limit{policy="address"} 3.0' in client.get("/metrics").text


def test_limits_can_be_switched_off(site: Site) -> None:
    with visitor(limited(site, rate_limit="off", rate_limit_requests=1)) as client:
        answers = [client.get("/books") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert all("RateLimit" not in answer.headers for answer in answers)


@pytest.mark.parametrize("path", ["/new-books/subscribe", "/subscriptions/manage/x", "/subscriptions/confirm/x"])
def test_letters_cannot_be_asked_for_without_end(site: Site, path: str) -> None:
    with visitor(limited(site, rate_limit_subscriptions=2)) as client:
        statuses = [client.post(path, data={"address": "a@example.org"}).status_code for _ in range(4)]
        assert [status == 429 for status in statuses] == [False, False, True, True]
        assert client.get("/new-books/subscribe").status_code == 200  # reading goes on
        refused = client.post(path)
    assert int(refused.headers["Retry-After"]) > 60
    assert '"subscriptions-address";r=0' in refused.headers["RateLimit"]


def test_a_person_never_meets_the_limits_by_default(site: Site) -> None:
    with visitor(limited(site)) as client:
        statuses = {client.get("/books/suggest?q=臺").status_code for _ in range(100)}
    assert statuses == {200}


def test_a_network_that_is_none_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="is no network"):
        Settings(rate_limit_exempt="127.0.0.1, elsewhere", _env_file=None)
