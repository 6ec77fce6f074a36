"""Reading OAI-PMH requests: verbs, arguments, dates, resumption tokens (OAI-PMH 2.0, sections 3 and 4)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any


class OaiError(ValueError):
    """An error condition of the protocol; `code` is one of the eight of section 3.6."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Verb:
    """What a verb takes besides `verb`."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    resumable: bool = False

    @property
    def arguments(self) -> frozenset[str]:
        """Every argument that the verb takes."""
        return self.required | self.optional | ({"resumptionToken"} if self.resumable else frozenset())


_SELECTIVE = Verb(frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"}), resumable=True)
VERBS: dict[str, Verb] = {
    "Identify": Verb(),
    "ListMetadataFormats": Verb(optional=frozenset({"identifier"})),
    "ListSets": Verb(resumable=True),
    "GetRecord": Verb(required=frozenset({"identifier", "metadataPrefix"})),
    "ListIdentifiers": _SELECTIVE,
    "ListRecords": _SELECTIVE,
}


@dataclass(frozen=True, slots=True)
class OaiRequest:
    """A legal request."""

    verb: str
    arguments: Mapping[str, str]


def read_request(pairs: Iterable[tuple[str, str]]) -> OaiRequest:
    """The request; `OaiError` badVerb or badArgument if it is not legal."""
    arguments: dict[str, str] = {}
    repeated: set[str] = set()
    for name, value in pairs:
        if name in arguments:
            repeated.add(name)
        arguments[name] = value
    if "verb" in repeated or arguments.get("verb") not in VERBS:
        raise OaiError("badVerb", f"verb must be one of {', '.join(VERBS)}, given once")
    name = arguments.pop("verb")
    verb = VERBS[name]
    if repeated:
        raise OaiError("badArgument", f"given more than once: {', '.join(sorted(repeated))}")
    if unknown := arguments.keys() - verb.arguments:
        raise OaiError("badArgument", f"{name} does not take: {', '.join(sorted(unknown))}")
    if "resumptionToken" in arguments:
        if len(arguments) > 1:
            raise OaiError("badArgument", "resumptionToken excludes all other arguments")
    elif missing := verb.required - arguments.keys():
        raise OaiError("badArgument", f"{name} needs: {', '.join(sorted(missing))}")
    return OaiRequest(name, arguments)


_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclass(frozen=True, slots=True)
class Period:
    """From (inclusive) to (exclusive), in UTC; None leaves that end open."""

    start: datetime | None = None
    end: datetime | None = None


def read_period(start: str | None, end: str | None) -> Period:
    """The period of `from` and `until`, both inclusive to their granularity; `OaiError` badArgument."""
    if start and end and len(start) != len(end):
        raise OaiError("badArgument", "from and until must have the same granularity")
    first, last = _instant(start), _instant(end)
    if first and last and first > last:
        raise OaiError("badArgument", "from is later than until")
    if last is None:
        return Period(first)
    step = timedelta(days=1) if len(end or "") == 10 else timedelta(seconds=1)
    try:
        return Period(first, last + step)
    except OverflowError:
        return Period(first)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    if not (_DAY.fullmatch(text) or _SECOND.fullmatch(text)) or not text.isascii():
        raise OaiError("badArgument", f"not a date as YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ: {text[:40]}")
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise OaiError("badArgument", f"there is no such date: {text}") from None


def stamp(instant: datetime) -> str:
    """An instant to the second, in UTC: 2025-04-09T04:30:00Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Token:
    """Where a list goes on. It holds all of its state, so it never expires and no server keeps it.

    `after` is the last record's place in harvesting order (stamp, record number); for sets the last set.
    """

    verb: str
    prefix: str = ""
    set: str | None = None
    start: str | None = None
    end: str | None = None
    after_stamp: str = ""
    after_id: int = 0
    cursor: int = 0
    size: int = 0

    def encoded(self) -> str:
        """The token as the client gets it."""
        values = [self.verb, self.prefix, self.set, self.start, self.end, self.after_stamp, self.after_id, self.cursor]
        text = json.dumps([*values, self.size], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decoded(cls, text: str, verb: str) -> Token:
        """The token of a client; `OaiError` badResumptionToken if it is not one that this verb gave."""
        try:
            values: Any = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
            token = cls(*values)
        except (ValueError, TypeError, binascii.Error, RecursionError):
            raise OaiError("badResumptionToken", "this resumption token was not given out here") from None
        if token.verb != verb or not token._plausible():
            raise OaiError("badResumptionToken", f"this resumption token was not given out by {verb}")
        return token

    def _plausible(self) -> bool:
        texts = (self.verb, self.prefix, self.after_stamp)
        optional = (self.set, self.start, self.end)
        numbers = (self.after_id, self.cursor, self.size)
        if not (
            all(isinstance(t, str) for t in texts)
            and all(t is None or isinstance(t, str) for t in optional)
            and all(type(n) is int and 0 <= n < 2**63 for n in numbers)
        ):
            return False
        if self.verb == "ListSets":
            return True
        try:
            return datetime.fromisoformat(self.after_stamp).tzinfo is not None
        except ValueError:
            return False
