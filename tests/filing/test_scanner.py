"""The malware hook speaks clamd's protocol; a scanner that is down refuses."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from shuyin.filing.scanner import ScannerDown, clamd


def _read(connection: socket.socket, length: int) -> bytes:
    got = b""
    while len(got) < length:
        part = connection.recv(length - len(got))
        assert part, "the client hung up"
        got += part
    return got


@pytest.fixture
def daemon() -> Iterator[str]:
    """A clamd of a few lines: INSTREAM as its manual describes it, "EICAR" is a virus, "BROKEN" an error."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                assert _read(connection, 10) == b"zINSTREAM\0"
                content = b""
                while length := struct.unpack("!I", _read(connection, 4))[0]:
                    content += _read(connection, length)
                words = "Eicar-Test FOUND" if b"EICAR" in content else "OK"
                said = "INSTREAM size limit exceeded. ERROR" if b"BROKEN" in content else f"stream: {words}"
                connection.sendall(said.encode() + b"\0")

    threading.Thread(target=serve, daemon=True).start()
    yield f"tcp:127.0.0.1:{server.getsockname()[1]}"
    server.close()


def test_clean_and_infected_files(daemon: str) -> None:
    scan = clamd(daemon)
    assert scan(b"a" * 200_000) is None
    assert scan(b"a" * 70_000 + b"EICAR") == "Eicar-Test"


def test_a_scanner_that_fails_or_is_down_lets_nothing_through(daemon: str) -> None:
    with pytest.raises(ScannerDown):
        clamd(daemon)(b"BROKEN")
    with pytest.raises(ScannerDown):
        clamd("tcp:127.0.0.1:1")(b"x")
    with pytest.raises(ValueError, match="SHUYIN_CLAMD"):
        clamd("http://x")
