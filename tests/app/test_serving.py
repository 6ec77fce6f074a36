"""The socket on which the service listens."""

from __future__ import annotations

import socket

import pytest

from shuyin.app.failures import CommandFailed
from shuyin.app.serving import listen


def test_connections_send_at_once() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_a_port_that_is_taken_is_named() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(CommandFailed, match="cannot be used"):
        listen("127.0.0.1", taken.getsockname()[1])
