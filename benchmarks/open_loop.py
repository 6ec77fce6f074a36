"""Open-loop load: requests leave at their own times, whether or not the earlier ones have been answered.

Waiting for an answer before the next request hides every stall (one slow answer, one number). Here the arrivals are
drawn beforehand (Poisson, fixed seed) and a time is counted from the moment at which the request was due, so that a
server that falls behind is seen to. `python -m benchmarks.open_loop --help` drives any server.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: Nothing that readers wait for takes longer, in seconds.
_PATIENCE = 60.0


@dataclass
class Report:
    """What came back, in milliseconds from the moment a request was due: whole answers and their first bytes."""

    whole: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    sizes: list[int] = field(default_factory=list)

    def quantile(self, percent: int) -> float:
        """p50, p99 … of the whole answers."""
        return quantile(self.whole, percent)

    @property
    def failures(self) -> int:
        """Answers that were not 200, and requests without an answer (status 0)."""
        return self.statuses.total() - self.statuses[200]

    def __str__(self) -> str:
        return (
            f"p50 {self.quantile(50):.1f} / p99 {self.quantile(99):.1f} / max {max(self.whole, default=0):.1f} ms, "
            f"first byte p50 {quantile(self.first, 50):.1f} / p99 {quantile(self.first, 99):.1f} ms, "
            f"{len(self.whole)} answers, {self.failures} failures"
        )


def quantile(values: Sequence[float], percent: int) -> float:
    """The value below which so many percent lie; 0 of nothing."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def arrivals(rate: float, seconds: float, seed: int = 1) -> list[float]:
    """Moments (seconds from the start) at which requests are due: Poisson, `rate` a second on average."""
    chance = random.Random(seed)
    found, at = [], chance.expovariate(rate)
    while at < seconds:
        found.append(at)
        at += chance.expovariate(rate)
    return found


def drive(
    host: str,
    port: int,
    paths: Sequence[str],
    *,
    rate: float,
    seconds: float,
    headers: Sequence[str] = (),
    seed: int = 1,
) -> Report:
    """Ask for `paths` in turn, `rate` a second for so many seconds. `headers` are whole lines ("Cookie: …")."""
    return asyncio.run(_Driver(host, port, headers).run(paths, arrivals(rate, seconds, seed)))


class _Driver:
    """Keeps the connections that are free; opens another when all are busy."""

    def __init__(self, host: str, port: int, headers: Sequence[str]) -> None:
        self.host, self.port = host, port
        lines = [f"Host: {host}:{port}", "Accept-Encoding: identity", *headers]
        self.head = "".join(f"{line}\r\n" for line in lines)
        self.free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.report = Report()

    async def run(self, paths: Sequence[str], due: Sequence[float]) -> Report:
        begun = time.perf_counter()
        asked = []
        for number, moment in enumerate(due):
            await asyncio.sleep(max(0.0, begun + moment - time.perf_counter()))
            asked.append(asyncio.create_task(self._ask(paths[number % len(paths)], begun + moment)))
        await asyncio.gather(*asked)
        for _, writer in self.free:
            writer.close()
        return self.report

    async def _ask(self, path: str, due: float) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                connection = self.free.pop() if self.free else await asyncio.open_connection(self.host, self.port)
                reader, writer = connection
                writer.write(f"GET {path} HTTP/1.1\r\n{self.head}\r\n".encode())
                status, first, size = await _read(reader)
        except (OSError, EOFError, TimeoutError):
            self.report.statuses[0] += 1
            return
        self.report.whole.append((time.perf_counter() - due) * 1000)
        self.report.first.append((first - due) * 1000)
        self.report.statuses[status] += 1
        self.report.sizes.append(size)
        self.free.append(connection)


async def _read(reader: asyncio.StreamReader) -> tuple[int, float, int]:
    """(status, moment of the first byte of the body, bytes of the body)."""
    head = await reader.readuntil(b"\r\n\r\n")
    first = time.perf_counter()
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    status = int(head[9:12])
    if b"chunked" not in fields.get(b"transfer-encoding", b""):
        size = int(fields.get(b"content-length", b"0"))
        await reader.readexactly(size)
        return status, first, size
    total, begun = 0, False
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        if not begun:
            first, begun = time.perf_counter(), True
        await reader.readexactly(size + 2)
        total += size
    await reader.readuntil(b"\r\n")
    return status, first, total


def main() -> None:
    """Drive a server with the paths of a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", type=Path, help="A file with one path (/books?q=…) a line.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--rate", type=float, default=20, help="Requests a second.")
    parser.add_argument("--seconds", type=float, default=30)
    arguments = parser.parse_args()
    paths = arguments.paths.read_text(encoding="utf-8").split()
    drive(arguments.host, arguments.port, paths, rate=arguments.rate, seconds=2)  # warm
    print(drive(arguments.host, arguments.port, paths, rate=arguments.rate, seconds=arguments.seconds))


if __name__ == "__main__":
    main()
