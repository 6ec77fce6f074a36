"""Publishers fill in the application for ISBN and CIP, open-loop, on PostgreSQL that writes to disk.

A hundred publishers with a draft each; a form step is the posted form and the page that follows it. Steps are due at
their own times (Poisson), and a time is counted from the moment at which the step was due.
`python -m benchmarks.filings` prints lines for docs/performance.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import re
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.open_loop import arrivals, quantile
from benchmarks.serving import processor_seconds, serving
from benchmarks.tables import Table
from shuyin.filing.engine import drafts
from shuyin.filing.isbn.application import APPLICATION
from shuyin.filing.office import By, Office
from shuyin.records import accounts, database
from shuyin.records.models import OrganisationRow, User, utc_now
from shuyin.records.vault import Vault
from tests.postgres import PostgresServer  # a throw-away server is started nowhere else

PUBLISHERS = 100
SECRET, KEY = "a secret of the measurement, long enough", "a-key-of-the-measurement-long-enough"
_TEXT = "這本書寫臺灣期刊的學術能量、閱讀風貌與出版環境，並以二十年的統計資料說明其變化。"
#: What is posted at each step, again and again with another title.
FORMS: dict[str, dict[str, str | list[str]]] = {
    "filler": {
        "forms": ["print"], "publisher": "書坊有限公司", "filler": "王小明", "filler_email": "filler@example.com.tw",
        "filler_phone": "(02)23619132",
    },
    "common": {
        "authors": "王小明著; 李大同繪", "language": "繁體中文", "national_language": "臺灣華語",
        "audience": "成人(一般)", "shelf": "人文史地", "topic": "總類", "rating": "普通級", "imported": "no",
    },
    "specific": {
        "print_edition": "初版", "print_revised": "no", "print_numbering": "single", "print_height": "21",
        "print_width": "14.8", "print_pages": "320", "print_bindings": ["hard", "soft"], "print_price_hard": "600",
        "print_price_soft": "450", "intro": _TEXT * 20, "contents": "\n".join(f"第{n}章 期刊" for n in range(1, 40)),
        "keywords": "期刊文獻;學術傳播", "subjects": "期刊,文獻", "classes": "051,050.1",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seat:
    """A publisher at work: the session and the draft."""

    cookie: str
    filing_id: int


def prepare(url: str, folder: Path) -> list[Seat]:
    """Publishers with a session and a draft."""
    engine = database.connect(url)
    database.upgrade(engine)
    office = Office(vault=Vault(KEY), files=folder / "uploads", base_url="http://localhost", secret=SECRET)
    seats = []
    with database.write_sessions(engine).begin() as session:
        for number in range(PUBLISHERS):
            house = OrganisationRow(name=f"書坊{number}", name_key=f"書坊{number}", source="bench")
            session.add(house)
            session.flush()
            user = User(account=f"P{number}", role="publisher", password_hash="x", organisation_id=house.id)
            session.add(user)
            session.flush()
            row = drafts.start(session, office, APPLICATION, By(user.account, user.role, user.id, house.id))
            token = accounts.open_session(session, user, now=utc_now(), user_agent="bench", address="127.0.0.1")
            seats.append(Seat(f"shuyin_session={token}", row.id))
    engine.dispose()
    return seats


async def drive(port: int, seats: Sequence[Seat], rate: float, seconds: float) -> tuple[list[float], Counter[str]]:
    """Milliseconds of each step from the moment it was due, and what came back."""
    times: list[float] = []
    outcomes: Counter[str] = Counter()
    limits = httpx.Limits(max_connections=PUBLISHERS, max_keepalive_connections=PUBLISHERS)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=60) as client:
        tokens = [await _token(client, seat) for seat in seats]
        moments = arrivals(rate, seconds)
        begun = time.perf_counter()
        month = time.strftime("%Y-%m")

        async def step(number: int, due: float) -> None:
            await asyncio.sleep(max(0.0, begun + due - time.perf_counter()))
            place = number % len(seats)
            name = list(FORMS)[(number // len(seats)) % len(FORMS)]
            form = {**FORMS[name], "csrf": tokens[place], "action": "next", "writer": "bench", "revision": "999999"}
            form |= {"title": f"第{number}本書"} if name == "common" else {"print_published": month}
            outcomes[await _step(client, seats[place], name, form)] += 1
            times.append((time.perf_counter() - begun - due) * 1000)

        await asyncio.gather(*(step(number, due) for number, due in enumerate(moments)))
    return times, outcomes


async def _token(client: httpx.AsyncClient, seat: Seat) -> str:
    page = await client.get(f"/filing/{seat.filing_id}/filler", headers={"Cookie": seat.cookie})
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    if found is None:
        raise RuntimeError(f"no form on the page: {page.status_code}")
    return found[1]


async def _step(client: httpx.AsyncClient, seat: Seat, name: str, form: Mapping[str, str | list[str]]) -> str:
    """Post a step and open the page to which it leads; "done", or what went wrong."""
    headers = {"Cookie": seat.cookie}
    try:
        answer = await client.post(f"/filing/{seat.filing_id}/{name}", data=form, headers=headers)
        if answer.status_code != 303:
            return f"form {answer.status_code}"
        page = await client.get(answer.headers["location"], headers=headers)
    except httpx.HTTPError as error:
        return type(error).__name__
    return "done" if page.status_code == 200 else f"page {page.status_code}"


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=20, help="Form steps a second.")
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    server = PostgresServer(durable=True)
    table = Table()
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    try:
        with tempfile.TemporaryDirectory(prefix="shuyin-filings-") as name:
            folder = Path(name)
            seats = prepare(server.url(), folder)
            more = {
                "SHUYIN_DATABASE_URL": server.url(),
                "SHUYIN_SECRET_KEY": SECRET,
                "SHUYIN_DATA_KEY": KEY,
                "SHUYIN_MAIL_URL": f"file:{folder}/mail",
            }
            with serving(folder, **more) as (port, pid):
                asyncio.run(drive(port, seats, arguments.rate, 5))  # warm
                before = processor_seconds(pid)
                times, outcomes = asyncio.run(drive(port, seats, arguments.rate, arguments.seconds))
                cost = (processor_seconds(pid) - before) * 1000 / max(1, len(times))
    finally:
        server.stop()
    p50, p95, p99 = (quantile(times, percent) for percent in (50, 95, 99))
    failures = outcomes.total() - outcomes["done"]
    what = f"form steps, {PUBLISHERS} publishers, {arguments.rate:.0f}/s, PostgreSQL"
    beside = f"{len(times)} steps, {failures} errors, {cost:.0f} ms of processor a step"
    table.add(what, f"p50 {p50:.0f} / p95 {p95:.0f} / p99 {p99:.0f} ms", beside)
    if failures:
        print(dict(outcomes))


if __name__ == "__main__":
    main()
