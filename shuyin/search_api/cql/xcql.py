"""CQL tree → XCQL, the XML form of a query (SRU 1.2)."""

from __future__ import annotations

from typing import cast

from lxml import etree

from shuyin.search_api.cql.nodes import Modifier, Node, Prefixed, SearchClause, Sorted, SortKey, Triple
from shuyin.search_api.crosswalks.xml_text import xml_text

#: Elements of an XCQL that stands inside an SRU answer; a bare XCQL document carries no namespace.
NAMESPACE = "http://www.loc.gov/zing/cql/xcql/"


def to_xcql(node: Node, namespace: str | None = None) -> etree._Element:
    """The query as `searchClause` or `triple`, in `namespace` or in none."""
    return _Writer(namespace).write(node)


class _Writer:
    def __init__(self, namespace: str | None) -> None:
        self._prefix = f"{{{namespace}}}" if namespace else ""
        # the stubs of lxml do not know that None names the default namespace
        self._nsmap = cast("dict[str, str] | None", {None: namespace} if namespace else None)

    def write(self, node: Node) -> etree._Element:
        """Prefixes and sort keys belong to the element of the query that they govern."""
        prefixes: list[Prefixed] = []
        keys: tuple[SortKey, ...] = ()
        while isinstance(node, Prefixed | Sorted):
            if isinstance(node, Prefixed):
                prefixes.append(node)
            else:
                keys = node.keys
            node = node.query
        element = etree.Element(
            self._prefix + ("searchClause" if isinstance(node, SearchClause) else "triple"), nsmap=self._nsmap
        )
        if prefixes:
            holder = self._child(element, "prefixes")
            for prefixed in prefixes:
                entry = self._child(holder, "prefix")
                if prefixed.name is not None:
                    self._child(entry, "name", prefixed.name)
                self._child(entry, "identifier", prefixed.identifier)
        if isinstance(node, SearchClause):
            self._clause(element, node)
        else:
            self._triple(element, node)
        if keys:
            holder = self._child(element, "sortKeys")
            for key in keys:
                entry = self._child(holder, "key")
                self._child(entry, "index", key.index)
                self._modifiers(entry, key.modifiers)
        return element

    def _clause(self, element: etree._Element, node: SearchClause) -> None:
        self._child(element, "index", node.index)
        relation = self._child(element, "relation")
        self._child(relation, "value", node.relation.value)
        self._modifiers(relation, node.relation.modifiers)
        self._child(element, "term", node.term)

    def _triple(self, element: etree._Element, node: Triple) -> None:
        boolean = self._child(element, "boolean")
        self._child(boolean, "value", node.boolean.value)
        self._modifiers(boolean, node.boolean.modifiers)
        self._child(element, "leftOperand").append(self.write(node.left))
        self._child(element, "rightOperand").append(self.write(node.right))

    def _modifiers(self, parent: etree._Element, modifiers: tuple[Modifier, ...]) -> None:
        if not modifiers:
            return
        holder = self._child(parent, "modifiers")
        for modifier in modifiers:
            entry = self._child(holder, "modifier")
            self._child(entry, "type", modifier.type)
            if modifier.comparison is not None:
                self._child(entry, "comparison", modifier.comparison)
                self._child(entry, "value", modifier.value or "")

    def _child(self, parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
        element = etree.SubElement(parent, self._prefix + name)
        if text is not None:
            element.text = xml_text(text)
        return element
