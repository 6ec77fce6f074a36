"""OAI-PMH harvesting: page by page, each page with its place in one transaction, so that any stop is a resume point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from lxml import etree

from shuyin.harvest.remote.fetching import Fetcher

OAI = "http://www.openarchives.org/OAI/2.0/"
_O = f"{{{OAI}}}"
#: An incremental harvest begins so long before the last one did: sources stamp records before they show them.
OVERLAP = timedelta(days=1)


class HarvestFailed(Exception):
    """The source does not speak OAI-PMH as it should; the text says what it answered."""


class TokenRefused(HarvestFailed):
    """The source no longer takes the resumption token; the list has to be begun anew."""


@dataclass(frozen=True, slots=True)
class Header:
    """One record's header."""

    identifier: str
    datestamp: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A record with its metadata element; None for a deleted one."""

    header: Header
    metadata: etree._Element | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: its records, the token of the next, when it was given."""

    items: tuple[Item, ...]
    token: str | None
    answered: str


def parse(body: bytes) -> etree._Element:
    """The document element. Entities, DTDs and anything from elsewhere are refused (XML bombs)."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise HarvestFailed(f"the answer is not well-formed XML: {str(error)[:200]}") from error
    if cast("Any", root.getroottree().docinfo).doctype:
        raise HarvestFailed("the answer declares a document type, which OAI-PMH does not have")
    if root.tag != f"{_O}OAI-PMH":
        raise HarvestFailed("the answer is not OAI-PMH")
    return root


def pages(fetcher: Fetcher, url: str, arguments: Mapping[str, str], token: str | None) -> Iterator[Page]:
    """The pages of ListRecords, from the beginning or from a token; `HarvestFailed`, `TokenRefused`, `FetchFailed`."""
    seen: set[str] = set()
    asked = {"resumptionToken": token} if token else dict(arguments)
    while True:
        separator = "&" if "?" in url else "?"
        root = parse(fetcher.get(f"{url}{separator}{urlencode({'verb': 'ListRecords', **asked})}").body)
        error = root.find(f"{_O}error")
        if error is not None:
            code = error.get("code", "")
            if code == "noRecordsMatch":
                yield Page((), None, root.findtext(f"{_O}responseDate") or "")
                return
            failure = TokenRefused if code == "badResumptionToken" else HarvestFailed
            raise failure(f"{code}: {(error.text or '').strip()[:200]}")
        page = _page(root)
        yield page
        if page.token is None:
            return
        if page.token in seen:
            raise HarvestFailed("the source gives the same resumption token again and again")
        seen.add(page.token)
        asked = {"resumptionToken": page.token}


def _page(root: etree._Element) -> Page:
    listed = root.find(f"{_O}ListRecords")
    if listed is None:
        raise HarvestFailed("the answer holds no ListRecords")
    items = tuple(_item(record) for record in listed.findall(f"{_O}record"))
    token = (listed.findtext(f"{_O}resumptionToken") or "").strip() or None
    return Page(items, token, root.findtext(f"{_O}responseDate") or "")


def _item(record: etree._Element) -> Item:
    header = record.find(f"{_O}header")
    if header is None:
        raise HarvestFailed("a record has no header")
    metadata = record.find(f"{_O}metadata")
    return Item(
        Header(
            (header.findtext(f"{_O}identifier") or "").strip(),
            (header.findtext(f"{_O}datestamp") or "").strip()[:20],
            header.get("status") == "deleted",
        ),
        metadata[0] if metadata is not None and len(metadata) else None,
        etree.tostring(record),
    )


def first_arguments(settings: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, str]:
    """The arguments of a list that begins: everything, or what changed since the last complete harvest."""
    arguments = {"metadataPrefix": str(settings.get("prefix", "marc21"))}
    if settings.get("set"):
        arguments["set"] = str(settings["set"])
    if state.get("complete_from"):
        since = datetime.fromisoformat(str(state["complete_from"]).replace("Z", "+00:00")) - OVERLAP
        arguments["from"] = since.astimezone(UTC).date().isoformat()  # every source takes days
    return arguments


def summary(counts: Counter[str]) -> str:
    """`12 new, 3 updated, 1 deleted`."""
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "nothing new"
