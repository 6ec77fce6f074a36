"""The malware hook: asks a clamd daemon (its INSTREAM command) about each upload."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable

#: Looks for malware in a file: returns the name of what was found, or None. Raises ScannerDown.
Scanner = Callable[[bytes], str | None]

_CHUNK = 64 * 1024
_TIMEOUT = 30


class ScannerDown(Exception):
    """A scanner is configured and does not answer: uploads are refused rather than let through unseen."""


def clamd(address: str) -> Scanner:
    """A scanner at `unix:PATH` or `tcp:HOST:PORT`. Raises ValueError for another address."""
    scheme, _, rest = address.partition(":")
    if scheme not in ("unix", "tcp"):
        raise ValueError("SHUYIN_CLAMD: use unix:PATH or tcp:HOST:PORT")

    def connect() -> socket.socket:
        if scheme == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(_TIMEOUT)
            connection.connect(rest)
            return connection
        host, _, port = rest.rpartition(":")
        return socket.create_connection((host, int(port)), _TIMEOUT)

    def scan(content: bytes) -> str | None:
        try:
            with connect() as connection:
                connection.sendall(b"zINSTREAM\0")
                for start in range(0, len(content), _CHUNK):
                    chunk = content[start : start + _CHUNK]
                    connection.sendall(struct.pack("!I", len(chunk)) + chunk)
                connection.sendall(struct.pack("!I", 0))
                answer = b"".join(iter(lambda: connection.recv(4096), b"")).rstrip(b"\0\n").decode(errors="replace")
        except OSError as error:
            raise ScannerDown(f"clamd does not answer: {type(error).__name__}") from error
        if answer.endswith("OK"):
            return None
        if answer.endswith("FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise ScannerDown(f"clamd answered {answer[:80]!r}")

    return scan
