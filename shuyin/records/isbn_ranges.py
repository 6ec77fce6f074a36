"""The ISBN range message of the International ISBN Agency: where the hyphens stand.

The shipped message can be replaced by a newer one (`shuyin isbn update-ranges`), which is then kept in the data
directory under the name of the shipped one.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from lxml import etree

FILE_NAME = "RangeMessage.xml"


class InvalidRangeMessage(ValueError):
    """The file is no range message."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """Rules by prefix ("978", "978-626"): sorted starts, their ends and lengths; seven digits are compared."""

    date: str
    agencies: dict[str, str]
    rules: dict[str, tuple[list[str], list[tuple[str, int]]]]

    def length(self, prefix: str, rest: str) -> int:
        """How many digits of `rest` form the next element; 0 where the range is not defined."""
        rule = self.rules.get(prefix)
        if rule is None:
            return 0
        digits = rest[:7].ljust(7, "0")
        starts, ends = rule
        place = bisect_right(starts, digits) - 1
        if place < 0 or digits > ends[place][0]:
            return 0
        return ends[place][1]


def parse(content: bytes) -> Ranges:
    """The rules in a range message; `InvalidRangeMessage`. No entity and no DTD is followed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise InvalidRangeMessage(str(error)) from error
    agencies: dict[str, str] = {}
    rules: dict[str, tuple[list[str], list[tuple[str, int]]]] = {}
    for group in root.iter("EAN.UCC", "Group"):
        prefix = group.findtext("Prefix", "")
        agencies[prefix] = group.findtext("Agency", "")
        found = sorted(
            (*rule.findtext("Range", "").split("-"), int(rule.findtext("Length", "0"))) for rule in group.iter("Rule")
        )
        rules[prefix] = ([str(low) for low, _, _ in found], [(str(high), int(length)) for _, high, length in found])
    if "978" not in rules or len(rules) < 100:
        raise InvalidRangeMessage("no ISBN range message: the registration groups are missing")
    return Ranges(root.findtext("MessageDate", ""), agencies, rules)


@lru_cache(maxsize=2)
def load(path: Path | None = None) -> Ranges:
    """The rules of the message at `path`, or of the shipped one."""
    if path is not None and path.exists():
        return parse(path.read_bytes())
    return parse(files("shuyin.records").joinpath("data", FILE_NAME).read_bytes())


def replace(content: bytes, directory: Path) -> Ranges:
    """Keep a newer message in `directory`, in one step; `InvalidRangeMessage` leaves everything as it was."""
    ranges = parse(content)
    directory.mkdir(parents=True, exist_ok=True)
    beside = directory / f".{FILE_NAME}.{os.getpid()}"
    beside.write_bytes(content)
    beside.replace(directory / FILE_NAME)
    load.cache_clear()
    return ranges
