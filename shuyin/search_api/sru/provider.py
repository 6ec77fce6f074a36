"""One SRU request → the answering document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.records.book_json import BookJson
from shuyin.records.models import BookRow
from shuyin.search_api.cql.contexts import CONTEXTS, CqlIndex, find_index
from shuyin.search_api.cql.lexer import CqlError
from shuyin.search_api.cql.nodes import Node, SearchClause
from shuyin.search_api.cql.parser import parse
from shuyin.search_api.cql.translation import CqlUnsupported, to_search
from shuyin.search_api.cql.xcql import NAMESPACE as XCQL
from shuyin.search_api.cql.xcql import to_xcql
from shuyin.search_api.sru.diagnostics import Diagnostic, SruFailure
from shuyin.search_api.sru.explain import ZEEREX, explain_record
from shuyin.search_api.sru.request import (
    DEFAULT_RECORDS,
    DEFAULT_TERMS,
    MAXIMUM_RECORDS,
    MAXIMUM_TERMS,
    SruRequest,
    read_request,
)
from shuyin.search_api.sru.scan import terms_around
from shuyin.search_api.sru.schemas import RecordSchema, Source, find_schema
from shuyin.search_api.sru.writer import Writer
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.port import MAX_WINDOW, SearchEngine, SearchUnavailable
from shuyin.search_engine.query import Hit, SearchRequest

#: Order of the echoed parameters (schema of SRU 1.2).
_ECHOED = (
    "query", "startRecord", "maximumRecords", "recordPacking", "recordXMLEscaping", "recordSchema", "recordXPath",
    "resultSetTTL", "sortKeys", "stylesheet", "queryType", "renderedBy", "httpAccept", "responseType",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What answers need: the public address, the engine and the system of record."""

    base_url: str
    engine: SearchEngine
    sessions: sessionmaker[Session]


def answer(catalogue: Catalogue, pairs: Iterable[tuple[str, str]]) -> bytes:
    """The XML document that answers a request; what cannot be answered is a diagnostic in it."""
    request, failure = read_request(pairs)
    writer = Writer(request.version, request.operation)
    return _Answer(catalogue, request, writer).document(failure)


class _Answer:
    def __init__(self, catalogue: Catalogue, request: SruRequest, writer: Writer) -> None:
        self.catalogue, self.request, self.writer = catalogue, request, writer
        self.query: Node | None = None

    def document(self, failure: SruFailure | None) -> bytes:
        """The answer to the request, or to what is wrong with it."""
        diagnostics: list[Diagnostic] = []
        try:
            if failure:
                raise failure
            self.request.check_parameters()
            match self.request.operation:
                case "explain":
                    self._explain()
                case "scan":
                    self._scan()
                case _:
                    self._search()
        except SruFailure as refused:
            diagnostics.append(refused.diagnostic)
        except CqlError as error:
            diagnostics.append(Diagnostic(error.number, str(error)))
        except CqlUnsupported as error:
            diagnostics.append(Diagnostic(error.number, error.details))
        except SearchUnavailable:
            diagnostics.append(Diagnostic(2))
        self._finish(diagnostics)
        return self.writer.document()

    def _finish(self, diagnostics: list[Diagnostic]) -> None:
        root, add = self.writer.root, self.writer.add
        if self.request.operation == "searchRetrieve":
            if diagnostics:
                for element in list(root)[1:]:  # half an answer is none; the version stays
                    root.remove(element)
                add(root, "numberOfRecords", "0")
            self._echo()
        elif self.request.operation == "explain" and diagnostics and len(root) == 1:
            self._explain()
        if diagnostics:
            holder = add(root, "diagnostics")
            for diagnostic in diagnostics:
                holder.append(self.writer.diagnostic(diagnostic))

    def _echo(self) -> None:
        add = self.writer.add
        echo = add(self.writer.root, "echoedSearchRetrieveRequest")
        add(echo, "version", self.request.version.value)
        for name in _ECHOED:
            if name in self.request.values:
                add(echo, name, self.request.values[name])
            if name == "query" and (node := self._parsed()) is not None:
                add(echo, "xQuery").append(to_xcql(node, XCQL))

    def _parsed(self) -> Node | None:
        """The query as a tree also where the request was refused for another reason; None if it is not CQL."""
        if self.query is None and "query" in self.request.values:
            try:
                self.query = parse(self.request.values["query"])
            except CqlError:
                return None
        return self.query

    def _explain(self) -> None:
        record = self.writer.add(self.writer.root, "record")
        self.writer.add(record, "recordSchema", ZEEREX)
        data = explain_record(self.catalogue.base_url, self.request.version)
        string = self.request.values.get("recordPacking" if not self.request.version.is_2 else "recordXMLEscaping")
        self.writer.record_data(record, data, as_string=string == "string")

    def _search(self) -> None:
        request = self.request
        self.query = parse(request.required("query"))
        start = request.number("startRecord", 1, 1)
        wanted = min(request.number("maximumRecords", DEFAULT_RECORDS, 0), MAXIMUM_RECORDS)
        schema, as_string = find_schema(request.values.get("recordSchema")), request.packed_as_string
        asked = to_search(self.query)
        within = start - 1 + max(wanted, 1) <= MAX_WINDOW
        found = self.catalogue.engine.search(
            BOOKS.name,
            SearchRequest(
                query=asked.query,
                sort=asked.sort,
                offset=start - 1 if within else 0,
                limit=max(wanted, 1) if within else 1,
            ),
        )
        if not within or (start > found.total and start > 1):
            limit = f"; at most {MAX_WINDOW} can be reached, narrow the query" if start <= found.total else ""
            raise SruFailure(61, f"startRecord {start} of {found.total}{limit}")
        root, add = self.writer.root, self.writer.add
        add(root, "numberOfRecords", str(found.total))
        if request.version.is_2:
            add(root, "resultCountPrecision", "info:srw/vocabulary/resultCountPrecision/1/exact")
        hits = found.hits[:wanted]
        if hits:
            self._records(hits, schema, start, as_string=as_string)
        following = start + len(hits)
        if hits and following <= min(found.total, MAX_WINDOW):
            add(root, "nextRecordPosition", str(following))

    def _records(self, hits: tuple[Hit, ...], schema: RecordSchema, start: int, *, as_string: bool) -> None:
        records = self._marc([int(hit.id) for hit in hits]) if schema.needs_marc else {}
        holder = self.writer.add(self.writer.root, "records")
        for position, hit in enumerate(hits, start):
            record = self.writer.add(holder, "record")
            source = Source(
                cast("BookJson", hit.stored), f"{self.catalogue.base_url}/books/{hit.id}", records.get(int(hit.id))
            )
            if schema.needs_marc and source.marc is None:  # deleted since it was indexed: a surrogate diagnostic
                self.writer.add(record, "recordSchema", "info:srw/schema/1/diagnostics-v1.1")
                data = self.writer.diagnostic(Diagnostic(64, hit.id))
            else:
                self.writer.add(record, "recordSchema", schema.identifier)
                data = schema.write(source)
            self.writer.record_data(record, data, as_string=as_string)
            self.writer.add(record, "recordIdentifier", hit.id)
            self.writer.add(record, "recordPosition", str(position))

    def _marc(self, ids: list[int]) -> Mapping[int, bytes]:
        with self.catalogue.sessions() as session:
            visible = (BookRow.id.in_(ids), BookRow.public, BookRow.deleted_at.is_(None))
            found = session.execute(select(BookRow.id, BookRow.marc).where(*visible))
            return {row.id: row.marc for row in found}

    def _scan(self) -> None:
        request = self.request
        node = parse(request.required("scanClause"))
        if not isinstance(node, SearchClause):
            raise SruFailure(10, "a scan clause is one index, relation and term")
        number = request.number("maximumTerms", DEFAULT_TERMS, 1)
        if number > MAXIMUM_TERMS:
            raise SruFailure(121, str(MAXIMUM_TERMS))
        position = request.number("responsePosition", 1, 0)
        if position > number + 1:
            raise SruFailure(120, str(position))
        index = _scanned(node)
        root, add = self.writer.root, self.writer.add
        terms = terms_around(self.catalogue.engine, index, node.term, position, number)
        if terms:
            holder = add(root, "terms")
            for count in terms:
                term = add(holder, "term")
                add(term, "value", count.value)
                add(term, "numberOfRecords", str(count.count))
        echo = add(root, "echoedScanRequest")
        add(echo, "version", request.version.value)
        for name in ("scanClause", "responsePosition", "maximumTerms"):
            if name in request.values:
                add(echo, name, request.values[name])
            if name == "scanClause":
                add(echo, "xScanClause").append(to_xcql(node, XCQL))


def _scanned(node: SearchClause) -> CqlIndex:
    context, dot, name = node.index.rpartition(".")
    if dot and context.lower() not in CONTEXTS:
        raise SruFailure(15, context)
    index = find_index(context.lower() if dot else None, name)
    if index is None or index.scan is None:
        raise SruFailure(16, node.index)
    return index
