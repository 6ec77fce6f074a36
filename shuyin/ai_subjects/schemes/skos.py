"""Headings and classes as SKOS (Turtle, JSON-LD) under stable addresses of this service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import SKOS

from shuyin.ai_subjects.schemes.lookup import ClassLink
from shuyin.records.models import ClassRow, HeadingRow

#: What is offered: name → (rdflib's name, media type).
SYNTAXES = {"ttl": ("turtle", "text/turtle"), "jsonld": ("json-ld", "application/ld+json")}


def heading_address(base: str, id: int) -> str:
    """The address of a heading: stable as long as the row lives."""
    return f"{base}/subjects/{id}"


def class_address(base: str, number: str) -> str:
    """The address of a class."""
    return f"{base}/classes/{quote(number)}"


def heading_graph(base: str, row: HeadingRow, ids: Mapping[str, int], links: Sequence[ClassLink]) -> Graph:
    """A heading as a concept; `ids` says which related labels have an address."""
    graph = Graph()
    concept = URIRef(heading_address(base, row.id))
    graph.add((concept, RDF.type, SKOS.Concept))
    graph.add((concept, SKOS.prefLabel, Literal(row.label, lang="zh-Hant")))
    if row.label_en:
        graph.add((concept, SKOS.prefLabel, Literal(row.label_en, lang="en")))
    for variant in row.variants or ():
        graph.add((concept, SKOS.altLabel, Literal(variant, lang="zh-Hant")))
    if row.note:
        graph.add((concept, SKOS.scopeNote, Literal(row.note, lang="zh-Hant")))
    if row.uri:
        graph.add((concept, SKOS.exactMatch, URIRef(row.uri)))
    relations = {"broader": SKOS.broader, "narrower": SKOS.narrower, "related": SKOS.related}
    for name, labels in (row.relations or {}).items():
        for label in labels:
            if name in relations and label in ids:
                graph.add((concept, relations[name], URIRef(heading_address(base, ids[label]))))
    for link in links:
        graph.add((concept, SKOS.relatedMatch, URIRef(class_address(base, link.number))))
    return graph


def class_graph(base: str, row: ClassRow, below: Sequence[ClassRow]) -> Graph:
    """A class as a concept with its notation, the class above and those below."""
    graph = Graph()
    concept = URIRef(class_address(base, row.number))
    graph.add((concept, RDF.type, SKOS.Concept))
    graph.add((concept, SKOS.notation, Literal(row.number)))
    graph.add((concept, SKOS.prefLabel, Literal(row.caption, lang="zh-Hant")))
    if row.caption_en:
        graph.add((concept, SKOS.prefLabel, Literal(row.caption_en, lang="en")))
    for variant in row.variants or ():
        graph.add((concept, SKOS.altLabel, Literal(variant, lang="zh-Hant")))
    if row.uri:
        graph.add((concept, SKOS.exactMatch, URIRef(row.uri)))
    if row.parent:
        graph.add((concept, SKOS.broader, URIRef(class_address(base, row.parent))))
    for child in below:
        graph.add((concept, SKOS.narrower, URIRef(class_address(base, child.number))))
    return graph


def written(graph: Graph, syntax: str) -> bytes:
    """The graph in `ttl` or `jsonld`, UTF-8."""
    graph.bind("skos", SKOS)
    return graph.serialize(format=SYNTAXES[syntax][0], encoding="utf-8")
