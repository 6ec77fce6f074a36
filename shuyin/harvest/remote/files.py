"""Files that appear under an address, e.g. the National Central Library's monthly CSV.

The address may hold {YYYYMM} or {YYYY} and {MM} (Gregorian): then this month and the two before it are asked for,
and a month that is not there (404) is not a failure. What has not changed is not fetched again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from shuyin.harvest.models import HarvestSource
from shuyin.harvest.reading import SourceFormat
from shuyin.harvest.remote.fetching import Fetcher, FetchFailed
from shuyin.harvest.services import import_file
from shuyin.records.models import utc_now

#: This month and so many before it.
MONTHS_BACK = 2


def addresses(pattern: str, today: date) -> list[str]:
    """The addresses that a pattern stands for, the oldest month first; the pattern itself if it names no month."""
    if "{YYYY" not in pattern:
        return [pattern]
    months = [divmod(today.year * 12 + today.month - 1 - back, 12) for back in range(MONTHS_BACK, -1, -1)]
    return [
        pattern.replace("{YYYYMM}", f"{year:04d}{month + 1:02d}")
        .replace("{YYYY}", f"{year:04d}")
        .replace("{MM}", f"{month + 1:02d}")
        for year, month in months
    ]


def run(writes: sessionmaker[Session], source: HarvestSource, fetcher: Fetcher, data_dir: Path) -> Counter[str]:
    """Fetch and import what is new; the counts of all files. `FetchFailed`, `UnreadableFile`."""
    counts: Counter[str] = Counter()
    folder = data_dir / "harvest"
    folder.mkdir(parents=True, exist_ok=True)
    periodic = "{YYYY" in source.url
    for url in addresses(source.url, utc_now().date()):
        known: dict[str, Any] = source.state.get(url, {})
        headers = {"If-None-Match": known["etag"]} if known.get("etag") else {}
        if known.get("modified"):
            headers["If-Modified-Since"] = known["modified"]
        try:
            fetched = fetcher.get(url, headers)
        except FetchFailed as failure:
            if failure.status == 404 and periodic:
                counts["not there yet"] += 1
                continue
            raise
        digest = hashlib.sha256(fetched.body).hexdigest()
        if fetched.status == 304 or digest == known.get("digest"):
            counts["files unchanged"] += 1
            continue
        path = folder / f"{source.name}-{digest[:16]}"
        path.write_bytes(fetched.body)
        try:
            counts += _import(writes, source, path)
        finally:
            path.unlink()
        state = {"etag": fetched.etag, "modified": fetched.last_modified, "digest": digest}
        source.state = {**source.state, url: state}
        with writes.begin() as session:
            session.get_one(HarvestSource, source.id).state = source.state
    return counts


def _import(writes: sessionmaker[Session], source: HarvestSource, path: Path) -> Counter[str]:
    named = source.settings.get("format")
    report = import_file(
        writes,
        path,
        source_format=SourceFormat(named) if named else None,
        source=source.name,
        collection=str(source.settings.get("collection", "books")),
    )
    return report.counts
