"""How answers are written in SRU 1.2 and in 2.0: namespaces and names differ, the structure is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from lxml import etree

from shuyin.search_api.crosswalks.xml_text import child
from shuyin.search_api.sru.diagnostics import Diagnostic
from shuyin.search_api.sru.request import Version


@dataclass(frozen=True, slots=True)
class Dialect:
    """Namespaces of a version."""

    response: str
    scan: str
    diagnostic: str


_SRW = "http://www.loc.gov/zing/srw/"
_OASIS = "http://docs.oasis-open.org/ns/search-ws/"
_DIALECTS = {
    False: Dialect(_SRW, _SRW, f"{_SRW}diagnostic/"),
    True: Dialect(f"{_OASIS}sruResponse", f"{_OASIS}scan", f"{_OASIS}diagnostic"),
}


class Writer:
    """Builds one answer."""

    def __init__(self, version: Version, operation: str) -> None:
        self.version = version
        self._dialect = _DIALECTS[version.is_2]
        namespace = self._dialect.scan if operation == "scan" else self._dialect.response
        self._prefix = f"{{{namespace}}}"
        nsmap = cast("dict[str, str]", {None: namespace})  # the stubs of lxml do not know the default namespace
        self.root = etree.Element(f"{self._prefix}{operation}Response", nsmap=nsmap)
        self.add(self.root, "version", version.value)

    def add(self, parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
        """A child element of the answer's own namespace."""
        return child(parent, self._prefix + name, text)

    def record_data(self, parent: etree._Element, data: etree._Element, *, as_string: bool) -> None:
        """How the record is escaped, then `recordData`."""
        self.add(
            parent, "recordXMLEscaping" if self.version.is_2 else "recordPacking", "string" if as_string else "xml"
        )
        holder = self.add(parent, "recordData")
        if as_string:
            holder.text = etree.tostring(data, encoding="unicode")
        else:
            holder.append(data)

    def diagnostic(self, diagnostic: Diagnostic) -> etree._Element:
        """A `diagnostic` element in the namespace of diagnostics."""
        namespace = self._dialect.diagnostic
        nsmap = cast("dict[str, str]", {None: namespace})
        element = etree.Element(f"{{{namespace}}}diagnostic", nsmap=nsmap)
        child(element, f"{{{namespace}}}uri", diagnostic.uri)
        if diagnostic.details:
            child(element, f"{{{namespace}}}details", diagnostic.details)
        child(element, f"{{{namespace}}}message", diagnostic.message)
        return element

    def document(self) -> bytes:
        """The answer as it goes out."""
        return etree.tostring(self.root, xml_declaration=True, encoding="UTF-8")
