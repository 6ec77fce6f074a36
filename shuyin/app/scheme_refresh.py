"""The weekly look at the official classification and headings, and at what the catalogue's records use.

A source that has nothing new (ETag, date or the very same bytes) costs one request; one that fails does not stop the
others, and what is loaded stays.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from shuyin.ai_subjects import artefact, from_catalogue
from shuyin.ai_subjects.description import Description
from shuyin.ai_subjects.schemes import services
from shuyin.ai_subjects.schemes.entries import NotAScheme
from shuyin.ai_subjects.schemes.reading import read_scheme
from shuyin.harvest.remote.fetching import Fetcher, FetchFailed
from shuyin.records.jobs import JobContext

#: Bytes of a scheme file; the official ones have some 5 MB packed.
_LARGEST = 200_000_000
_NO_TEXT = Description("")


class RefreshFailed(Exception):
    """A source could not be had or read; the text names each and says what became of the others."""


def refresh(context: JobContext) -> str:
    """Load what is new at `SHUYIN_SCHEME_URLS`, then follow the headings and links that records use; what was done."""
    hosts = frozenset(context.settings.harvest_private_hosts.replace(",", " ").split())
    fetcher = Fetcher(private_hosts=hosts, max_bytes=_LARGEST)
    told, failed = [], []
    for url in context.settings.scheme_urls.split():
        try:
            told.append(f"{_name(url)}: {_load(context, fetcher, url)}")
        except (FetchFailed, NotAScheme) as failure:
            failed.append(f"{_name(url)}: {failure}")
    told.append(_follow_records(context))
    if failed:
        raise RefreshFailed("; ".join([*failed, *told]))
    return "; ".join(told)


def _name(url: str) -> str:
    return Path(urlsplit(url).path).name or url


def _load(context: JobContext, fetcher: Fetcher, url: str) -> str:
    """Fetch one file unless it is the one that was loaded last, and load it."""
    memory = context.data_dir / "scheme-sources.json"
    seen: dict[str, Any] = json.loads(memory.read_text(encoding="utf-8")) if memory.is_file() else {}
    known = seen.get(url, {})
    asked = {"If-None-Match": known.get("etag"), "If-Modified-Since": known.get("last_modified")}
    answer = fetcher.get(url, {name: value for name, value in asked.items() if value})
    digest = hashlib.sha256(answer.body).hexdigest()
    if answer.status == 304 or digest == known.get("sha256"):
        return "nothing new"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / _name(url)
        file.write_bytes(answer.body)
        entries = read_scheme(file)
    with context.writes.begin() as session:
        done = services.load(session, entries, origin=_name(url)[:64])
        gone = services.drop_absent(session, entries, origin=_name(url)[:64])
    seen[url] = {"etag": answer.etag, "last_modified": answer.last_modified, "sha256": digest}
    artefact.write_whole(memory, json.dumps(seen, indent=1) + "\n")
    return f"{done.classes:,} classes, {done.headings:,} headings, {done.links:,} links; {gone:,} no longer there"


def _follow_records(context: JobContext) -> str:
    """Headings that records use and no scheme has, and how often headings and class numbers stand together."""
    with context.sessions() as session:  # read before the write lock is taken; of each record only what counts
        used = [replace(record, description=_NO_TEXT) for record in from_catalogue.catalogued(session)]
    with context.writes.begin() as session:
        done = services.load_starter(session, used)
    return f"records: {done.headings:,} new headings, {done.links:,} links"
