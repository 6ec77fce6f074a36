"""SKOS and MADS/RDF: a concept with a notation is a class, any other concept or authority a heading."""

from __future__ import annotations

from collections.abc import Iterable

from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.namespace import SKOS
from rdflib.term import Node

from shuyin.ai_subjects.folding import has_han
from shuyin.ai_subjects.schemes.entries import ClassEntry, HeadingEntry, NotAScheme, SchemeFile

MADS = Namespace("http://www.loc.gov/mads/rdf/v1#")
FORMATS = {".rdf": "xml", ".xml": "xml", ".owl": "xml", ".ttl": "turtle", ".nt": "nt", ".jsonld": "json-ld"}
_LABELS = (SKOS.prefLabel, MADS.authoritativeLabel, RDFS.label)
_TYPES = (SKOS.Concept, MADS.Authority, MADS.Topic, MADS.Geographic, MADS.ComplexSubject, MADS.GenreForm, MADS.Temporal)
_BROADER = (SKOS.broader, MADS.hasBroaderAuthority)
_NARROWER = (SKOS.narrower, MADS.hasNarrowerAuthority)
_RELATED = (SKOS.related, MADS.hasReciprocalAuthority, MADS.hasRelatedAuthority)
_MATCHES = (SKOS.closeMatch, SKOS.exactMatch, SKOS.relatedMatch, SKOS.broadMatch, SKOS.narrowMatch)


def read_rdf(data: bytes, syntax: str) -> SchemeFile:
    """All classes and headings of an RDF document; `NotAScheme` if it cannot be parsed."""
    if b"<!ENTITY" in data[:10_000]:
        raise NotAScheme("the RDF file declares XML entities; they are not expanded here, save it without them")
    graph = Graph()
    try:
        graph.parse(data=data, format=syntax)
    except Exception as error:
        raise NotAScheme(f"the RDF file cannot be parsed as {syntax}: {error}") from error
    concepts = list(dict.fromkeys(subject for kind in _TYPES for subject in graph.subjects(RDF.type, kind)))
    concepts += [s for s in dict.fromkeys(graph.subjects(SKOS.prefLabel)) if s not in set(concepts)]
    classes = [entry for concept in concepts if (entry := _class(graph, concept))]
    headings = [found for concept in concepts if (found := _heading(graph, concept))]
    return SchemeFile(tuple(headings), tuple(classes))


def _texts(graph: Graph, subject: Node, properties: Iterable[URIRef]) -> list[str]:
    values = [value for one in properties for value in graph.objects(subject, one)]
    return list(
        dict.fromkeys(str(value).strip() for value in values if isinstance(value, Literal) and str(value).strip())
    )


def _labels(graph: Graph, subject: Node) -> tuple[str | None, str | None]:
    """The Chinese and the English label, told apart by script."""
    texts = _texts(graph, subject, _LABELS)
    chinese = [text for text in texts if has_han(text)]
    others = [text for text in texts if not has_han(text)]
    if not chinese:
        return (others[0] if others else None), None
    return chinese[0], (others[0] if others else None)


def _variants(graph: Graph, subject: Node, label: str) -> tuple[str, ...]:
    found = _texts(graph, subject, (SKOS.altLabel, SKOS.hiddenLabel))
    for variant in graph.objects(subject, MADS.hasVariant):
        found += _texts(graph, variant, (MADS.variantLabel, RDFS.label))
    found += [text for text in _texts(graph, subject, _LABELS) if text != label and has_han(text)]
    return tuple(dict.fromkeys(text for text in found if text != label))


def _names(graph: Graph, subject: Node, properties: Iterable[URIRef]) -> tuple[str, ...]:
    labels = [_labels(graph, other)[0] for one in properties for other in graph.objects(subject, one)]
    return tuple(dict.fromkeys(label for label in labels if label))


def _notation(graph: Graph, subject: Node) -> str | None:
    notations = _texts(graph, subject, (SKOS.notation,))
    return notations[0] if notations else None


def _note(graph: Graph, subject: Node) -> str | None:
    notes = _texts(graph, subject, (SKOS.scopeNote, SKOS.note, SKOS.definition, MADS.note, MADS.scopeNote))
    return "\n".join(notes) or None


def _class(graph: Graph, subject: Node) -> ClassEntry | None:
    number = _notation(graph, subject)
    label, english = _labels(graph, subject)
    if not number or not label:
        return None
    parents = [_notation(graph, other) for other in graph.objects(subject, SKOS.broader)]
    tables = [_labels(graph, other)[0] for other in graph.objects(subject, SKOS.inScheme)]
    plain = number.replace(".", "")
    table = "main" if plain.isdigit() and not number.startswith(("-", "－")) else (tables[0] if tables else None)
    return ClassEntry(
        number=number,
        caption=label,
        caption_en=english,
        variants=_variants(graph, subject, label),
        parent=next((parent for parent in parents if parent), None),
        table=table or "auxiliary",
        uri=str(subject) if isinstance(subject, URIRef) else None,
        note=_note(graph, subject),
    )


def _heading(graph: Graph, subject: Node) -> HeadingEntry | None:
    label, english = _labels(graph, subject)
    if not label or _notation(graph, subject):
        return None
    linked = [_notation(graph, other) for one in _MATCHES for other in graph.objects(subject, one)]
    given = _texts(graph, subject, (MADS.classification,))
    return HeadingEntry(
        label=label,
        uri=str(subject) if isinstance(subject, URIRef) else None,
        label_en=english,
        variants=_variants(graph, subject, label),
        broader=_names(graph, subject, _BROADER),
        narrower=_names(graph, subject, _NARROWER),
        related=_names(graph, subject, _RELATED),
        class_numbers=tuple(dict.fromkeys([number for number in linked if number] + given)),
        note=_note(graph, subject),
    )
