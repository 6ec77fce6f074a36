"""Reading SRU requests: which version, which operation, which values (SRU 1.2; OASIS searchRetrieve 2.0, part 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from shuyin.search_api.sru.diagnostics import SruFailure


class Version(StrEnum):
    """Versions spoken; 1.1 is answered like 1.2."""

    V1_1 = "1.1"
    V1_2 = "1.2"
    V2_0 = "2.0"

    @property
    def is_2(self) -> bool:
        """Whether the answer is an OASIS document."""
        return self is Version.V2_0


#: Parameters by operation, beside `version` and `operation`; `x-…` extensions are passed over.
PARAMETERS: dict[str, frozenset[str]] = {
    "explain": frozenset({"recordPacking", "recordXMLEscaping", "stylesheet", "httpAccept"}),
    "searchRetrieve": frozenset(
        {"query", "queryType", "startRecord", "maximumRecords", "recordPacking", "recordXMLEscaping", "recordSchema",
         "recordXPath", "resultSetTTL", "sortKeys", "stylesheet", "renderedBy", "httpAccept", "responseType"}
    ),
    "scan": frozenset({"scanClause", "responsePosition", "maximumTerms", "stylesheet", "httpAccept"}),
}  # fmt: skip
_ONLY_2 = frozenset({"recordXMLEscaping", "queryType", "renderedBy", "httpAccept", "responseType"})

MAXIMUM_RECORDS = 100
DEFAULT_RECORDS = 10
MAXIMUM_TERMS = 100
DEFAULT_TERMS = 20


@dataclass(frozen=True, slots=True)
class SruRequest:
    """A request, its numbers not yet read. Values that are empty count as absent."""

    version: Version
    operation: str
    values: Mapping[str, str] = field(default_factory=dict)

    def number(self, name: str, default: int, lowest: int) -> int:
        """The value as a number; `SruFailure` 6 if it is none or lies below `lowest`."""
        text = self.values.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= lowest):
            raise SruFailure(6, name)
        return int(text)

    @property
    def packed_as_string(self) -> bool:
        """Whether records are to be escaped; `SruFailure` 71 for any other packing than xml and string."""
        name = "recordXMLEscaping" if self.version.is_2 else "recordPacking"
        if self.version.is_2 and self.values.get("recordPacking", "packed") not in ("packed", "unpacked"):
            raise SruFailure(6, "recordPacking")
        value = self.values.get(name, "xml")
        if value not in ("xml", "string"):
            raise SruFailure(71, value)
        return value == "string"

    def required(self, name: str) -> str:
        """The value of a parameter that must be there; `SruFailure` 7."""
        if name not in self.values:
            raise SruFailure(7, name)
        return self.values[name]

    def check_parameters(self) -> None:
        """`SruFailure` 8 for a parameter that the operation does not take, 72 and 110 for features that are not had."""
        for name in self.values:
            if name not in PARAMETERS[self.operation] | {"version", "operation"} and not name.startswith("x-"):
                raise SruFailure(8, name)
        for name, number in (("recordXPath", 72), ("stylesheet", 110), ("sortKeys", 80)):
            if name in self.values:
                raise SruFailure(number, self.values[name])
        if self.values.get("queryType", "cql") != "cql":
            raise SruFailure(11, self.values["queryType"])


def read_request(pairs: Iterable[tuple[str, str]]) -> tuple[SruRequest, SruFailure | None]:
    """The request, and what is wrong with its version or operation, if anything is.

    Without `version` (which 2.0 has given up) a request that names its `operation` is taken for 1.2.
    """
    values = {name: value for name, value in pairs if value}
    named, operation = values.get("version"), values.get("operation")
    version = next((v for v in Version if v.value == named), None)
    failure = None
    if version is None:
        by_look = Version.V1_2 if operation or not ({"query", "scanClause"} | _ONLY_2) & values.keys() else Version.V2_0
        version = by_look
        if named:
            failure = SruFailure(5, "2.0")
    if operation is None:
        operation = "searchRetrieve" if "query" in values else "scan" if "scanClause" in values else "explain"
    if operation not in PARAMETERS:
        return SruRequest(version, "explain", values), failure or SruFailure(4, operation)
    return SruRequest(version, operation, values), failure
