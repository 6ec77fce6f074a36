"""Fetching from addresses that people typed: never from the own network, never without end, never in a hurry.

The name is resolved here and the connection goes to the very address that was checked, so that a second answer of
the name server cannot lead inside (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx

from shuyin import __version__

#: Bytes of one answer, unpacked.
MAX_BYTES = 64 << 20
MAX_REDIRECTS = 5
ATTEMPTS = 5
#: Seconds: for the connection, for each piece, for the whole answer.
CONNECT, READ, WHOLE = 10.0, 60.0, 600.0
#: Seconds between two requests to a source, and the longest that a source may ask to wait.
PAUSE, LONGEST_WAIT = 1.0, 600.0
USER_AGENT = f"Shuyin/{__version__} (library catalogue harvester)"

#: Networks that are global by their number and lead inside all the same: translated IPv4 (RFC 6052, RFC 3056).
_TRANSLATED = tuple(ipaddress.ip_network(n) for n in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16"))


class FetchFailed(Exception):
    """The source cannot be had; the text says why. `temporary` = a later run may do better."""

    def __init__(self, text: str, *, temporary: bool, status: int | None = None) -> None:
        super().__init__(text)
        self.temporary = temporary
        self.status = status


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `status` is 200, or 304 where the source has nothing new."""

    status: int
    body: bytes
    etag: str | None = None
    last_modified: str | None = None


@dataclass(slots=True)
class Fetcher:
    """Fetches politely; `private_hosts` are hosts of the own network that the operator has named."""

    private_hosts: frozenset[str] = frozenset()
    max_bytes: int = MAX_BYTES
    pause: float = PAUSE
    sleep: Callable[[float], None] = time.sleep
    _last: dict[str, float] = field(default_factory=dict)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Fetched:
        """The answer to a GET, redirects followed; `FetchFailed` after `ATTEMPTS` tries."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._follow(url, dict(headers or {}))
            except FetchFailed as failure:
                if not failure.temporary or attempt == ATTEMPTS:
                    raise
                self.sleep(min(2.0**attempt, LONGEST_WAIT))
        raise AssertionError("unreachable")

    def _follow(self, url: str, headers: dict[str, str]) -> Fetched:
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._once(url, headers)
            if isinstance(answer, Fetched):
                return answer
            url = urljoin(url, answer)
        raise FetchFailed(f"more than {MAX_REDIRECTS} redirects", temporary=False)

    def _once(self, url: str, headers: dict[str, str]) -> Fetched | str:
        """The answer, or where it redirects to."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise FetchFailed("only http and https addresses without a password can be harvested", temporary=False)
        try:
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise FetchFailed("the port is not a number", temporary=False) from None
        address = self._checked(parts.hostname, port)
        self._wait(parts.hostname)
        literal = f"[{address}]" if ":" in address else address
        target = parts._replace(netloc=f"{literal}:{port}").geturl()
        sent = {"User-Agent": USER_AGENT, **headers, "Host": parts.netloc}
        timeout = httpx.Timeout(READ, connect=CONNECT)
        try:
            with (
                httpx.Client(trust_env=False, follow_redirects=False, timeout=timeout) as client,
                client.stream("GET", target, headers=sent, extensions={"sni_hostname": parts.hostname}) as response,
            ):
                return self._read(response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FetchFailed(f"{parts.hostname}: {type(error).__name__}", temporary=True) from error

    def _read(self, response: httpx.Response) -> Fetched | str:
        status = response.status_code
        if status in (301, 302, 303, 307, 308) and "location" in response.headers:
            return str(response.headers["location"])
        if status in (429, 503):
            self.sleep(_asked_wait(response.headers.get("retry-after")))
            raise FetchFailed(f"the source asks to come later ({status})", temporary=True, status=status)
        if status not in (200, 304):
            raise FetchFailed(f"the source answers {status}", temporary=status >= 500, status=status)
        body, deadline = bytearray(), time.monotonic() + WHOLE
        for piece in response.iter_bytes():
            body += piece
            if len(body) > self.max_bytes:
                raise FetchFailed(f"the answer is larger than {self.max_bytes:,} bytes", temporary=False)
            if time.monotonic() > deadline:
                raise FetchFailed(f"the answer took longer than {WHOLE:.0f} seconds", temporary=True)
        return Fetched(status, bytes(body), response.headers.get("etag"), response.headers.get("last-modified"))

    def _checked(self, host: str, port: int) -> str:
        """An address of the host to which a connection may go; `FetchFailed` if any of them lies inside."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchFailed(f"{host} is not known to the name server", temporary=True) from error
        addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
        if host not in self.private_hosts and not all(map(_is_public, addresses)):
            raise FetchFailed(
                f"{host} lies in the own network; name it in SHUYIN_HARVEST_PRIVATE_HOSTS if it is to be harvested",
                temporary=False,
            )
        return addresses[0]

    def _wait(self, host: str) -> None:
        last = self._last.get(host)
        if last is not None and (left := last + self.pause - time.monotonic()) > 0:
            self.sleep(left)
        self._last[host] = time.monotonic()


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            address = address.ipv4_mapped
        elif any(address in network for network in _TRANSLATED):
            return False
    return address.is_global and not address.is_multicast


def _asked_wait(retry_after: str | None) -> float:
    """Seconds that `Retry-After` asks for, within reason; a date counts as ten."""
    text = (retry_after or "").strip()
    return min(float(text), LONGEST_WAIT) if text.isascii() and text.isdigit() else 10.0
