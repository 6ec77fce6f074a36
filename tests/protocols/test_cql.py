"""CQL: parsing, XCQL, refusals with place and number, and writing CQL back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from shuyin.search_api.cql.lexer import CqlError
from shuyin.search_api.cql.nodes import (
    KEYWORDS,
    Boolean,
    Modifier,
    Node,
    Prefixed,
    Relation,
    SearchClause,
    Sorted,
    SortKey,
    Triple,
    to_cql,
)
from shuyin.search_api.cql.parser import MAX_BOOLEANS, MAX_CHARACTERS, MAX_DEPTH, NAMED_RELATIONS, parse
from shuyin.search_api.cql.xcql import NAMESPACE, to_xcql
from tests.shared_data import shared


def outline(element: etree._Element) -> tuple[str, str, tuple[object, ...]]:
    """The element as nested values, so that white space and namespaces do not count."""
    return etree.QName(element).localname, (element.text or "").strip(), tuple(outline(child) for child in element)


def clause(term: str, index: str = "cql.serverChoice", relation: str = "=", modifiers: str = "") -> str:
    return (
        f"<searchClause><index>{index}</index><relation><value>{relation}</value>{modifiers}</relation>"
        f"<term>{term}</term></searchClause>"
    )


def triple(operator: str, left: str, right: str, modifiers: str = "") -> str:
    return (
        f"<triple><boolean><value>{operator}</value>{modifiers}</boolean>"
        f"<leftOperand>{left}</leftOperand><rightOperand>{right}</rightOperand></triple>"
    )


def modifiers(*entries: str) -> str:
    """Modifiers from "type" or "type comparison value", already escaped."""
    parts = [entry.split(" ") for entry in entries]
    inner = "".join(
        f"<modifier><type>{p[0]}</type>"
        + (f"<comparison>{p[1]}</comparison><value>{p[2]}</value>" if len(p) > 1 else "")
        + "</modifier>"
        for p in parts
    )
    return f"<modifiers>{inner}</modifiers>"


PAIRS = [
    ("圖書館", clause("圖書館")),
    ("  圖書館\n", clause("圖書館")),
    ('"國家 圖書館"', clause("國家 圖書館")),
    ("國家 圖書館", clause("國家 圖書館")),
    ('國家 "圖書 館"', clause("國家 圖書 館")),
    ("((圖書館))", clause("圖書館")),
    ('"and"', clause("and")),
    ('""', clause("")),
    ('"他說\\"好\\""', clause('他說"好"')),
    ('"星\\*號"', clause("星\\*號")),
    ('"a\\b"', clause("ab")),
    ('"a\\\\b"', clause("a\\\\b")),
    ("^期刊* ^", clause("^期刊* ^")),
    ("dc.title=期刊", clause("期刊", "dc.title")),
    ("dc.title<>期刊", clause("期刊", "dc.title", "&lt;&gt;")),
    ("dc.date >= 2025", clause("2025", "dc.date", "&gt;=")),
    ("dc.date<2025", clause("2025", "dc.date", "&lt;")),
    ('dc.date within "2024 2025"', clause("2024 2025", "dc.date", "within")),
    ("title exact 期刊", clause("期刊", "title", "exact")),
    ("title adj 學術 傳播", clause("學術 傳播", "title", "adj")),
    ("title scr 期刊", clause("期刊", "title", "scr")),
    ("title ANY 期刊", clause("期刊", "title", "ANY")),
    ("title rel.near 期刊", clause("期刊", "title", "rel.near")),
    ("title contains 期刊", clause("title contains 期刊")),
    ("a = b = c", clause("c", "b")),
    (
        "title any/Relevant/rel.weight>=2 期刊",
        clause("期刊", "title", "any", modifiers("relevant", "rel.weight &gt;= 2")),
    ),
    ("貓 AND 狗", triple("AND", clause("貓"), clause("狗"))),
    (
        "a or b and c not d",
        triple("not", triple("and", triple("or", clause("a"), clause("b")), clause("c")), clause("d")),
    ),
    ("a or (b and c)", triple("or", clause("a"), triple("and", clause("b"), clause("c")))),
    (
        "a prox/unit=word/distance<3/ordered b",
        triple("prox", clause("a"), clause("b"), modifiers("unit = word", "distance &lt; 3", "ordered")),
    ),
    ("or and not", triple("and", clause("or"), clause("not"))),
    ("any and all", triple("and", clause("any"), clause("all"))),
    ("sortby", clause("sortby")),
    ("prox = sortby", clause("sortby", "prox")),
    ("all does any or nothing", triple("or", clause("all does any"), clause("nothing"))),
    (
        '>dc="info:srw/context-set/1/dc-v1.1" dc.title=期刊',
        clause("期刊", "dc.title").replace(
            "<index>",
            "<prefixes><prefix><name>dc</name><identifier>info:srw/context-set/1/dc-v1.1</identifier></prefix>"
            "</prefixes><index>",
            1,
        ),
    ),
    (
        "a and >x=y b or c",
        triple(
            "and",
            clause("a"),
            triple("or", clause("b"), clause("c")).replace(
                "<triple>",
                "<triple><prefixes><prefix><name>x</name><identifier>y</identifier></prefix></prefixes>",
                1,
            ),
        ),
    ),
    (
        "期刊 sortBy dc.date/sort.descending dc.title",
        clause("期刊").replace(
            "</searchClause>",
            f"<sortKeys><key><index>dc.date</index>{modifiers('sort.descending')}</key>"
            "<key><index>dc.title</index></key></sortKeys></searchClause>",
        ),
    ),
]


@pytest.mark.parametrize(("query", "expected"), PAIRS)
def test_a_query_becomes_this_xcql(query: str, expected: str) -> None:
    assert outline(to_xcql(parse(query))) == outline(etree.fromstring(expected))
    assert parse(to_cql(parse(query))) == parse(query)


REFUSED = [
    ("", 1, 10),
    ("title =", 8, 10),
    ("()", 2, 13),
    ("(a", 3, 13),
    ("a)", 2, 13),
    ('"never closed', 1, 14),
    ("a and", 6, 10),
    ("a and/", 7, 10),
    ("a and/=x b", 7, 10),
    ("= a", 1, 10),
    ("a b = c", 5, 10),
    ("> ", 3, 10),
    (">a= ", 5, 10),
    (">a=b", 5, 10),
    ("a sortBy", 9, 10),
    ("(a sortBy b)", 4, 13),
    ("a / b", 3, 10),
    ("a sortBy b (", 12, 10),
    ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), MAX_DEPTH + 1, 13),
    (" and ".join("a" * (MAX_BOOLEANS + 2)), 6 * MAX_BOOLEANS + 3, 38),
    ("a" * (MAX_CHARACTERS + 1), MAX_CHARACTERS + 1, 12),
]


@pytest.mark.parametrize(("query", "position", "number"), REFUSED)
def test_what_is_not_cql_is_refused_with_place_and_diagnostic(query: str, position: int, number: int) -> None:
    with pytest.raises(CqlError) as refusal:
        parse(query)
    assert (refusal.value.position, refusal.value.number) == (position, number)


def test_the_published_pairs() -> None:
    folder = shared("cql")
    compared = refused = 0
    for query_file in sorted(folder.glob("*.cql")):
        query = query_file.read_text(encoding="utf-8")
        if query_file.name.startswith("11-"):
            with pytest.raises(CqlError):
                parse(query)
            refused += 1
            continue
        expected = etree.parse(query_file.with_suffix(".xcql")).getroot()
        assert outline(to_xcql(parse(query))) == outline(expected), query_file.name
        compared += 1
    assert (compared, refused) == (21, 2)


def test_xcql_in_an_answer_stands_in_its_namespace_and_holds_any_characters() -> None:
    element = to_xcql(parse('a and "x\x01\ud800y"'), NAMESPACE)
    assert {etree.QName(e).namespace for e in element.iter()} == {NAMESPACE}
    assert etree.fromstring(etree.tostring(element)).findtext(f".//{{{NAMESPACE}}}rightOperand//{{*}}term") == "x��y"


words = st.text(st.characters(codec="utf-8", exclude_characters="\\"), max_size=8) | st.sampled_from(
    [*KEYWORDS, *NAMED_RELATIONS, "dc.title", "a\\*b", "\\\\", "te\\rm", "\\"]
)
terms = words.filter(lambda w: not ("\\" in w and set(w) & set(' "()')))
names = st.sampled_from(["title", "dc.creator", "and", "any", "with space", "sortBy", "x/y"])
modifier_lists = st.lists(
    st.builds(Modifier, st.sampled_from(["stem", "rel.cori", "unit"]))
    | st.builds(Modifier, st.just("distance"), st.sampled_from(["=", "<=", "<>"]), terms),
    max_size=2,
).map(tuple)
relations = st.builds(
    Relation, st.sampled_from(["=", "==", "<>", "<", ">=", "any", "all", "exact", "rel.x"]), modifier_lists
)
clauses: st.SearchStrategy[Node] = st.builds(SearchClause, terms) | st.builds(SearchClause, terms, names, relations)
queries: st.SearchStrategy[Node] = st.recursive(
    clauses,
    lambda inner: (
        st.builds(
            Triple, inner, st.builds(Boolean, st.sampled_from(["and", "OR", "not", "prox"]), modifier_lists), inner
        )
        | st.builds(Prefixed, st.none() | names, terms, inner)
    ),
    max_leaves=8,
)
complete = queries | st.builds(
    Sorted, queries, st.lists(st.builds(SortKey, names, modifier_lists), min_size=1, max_size=3).map(tuple)
)


@given(complete)
@settings(max_examples=400, deadline=None)
def test_a_tree_written_as_cql_parses_to_the_same_tree(node: Node) -> None:
    assert parse(to_cql(node)) == node


PIECES = 'a 期刊 "b_c" and or not prox sortBy any all x.y ( ) / = < > == te\\rm "\\*" "\\"" \\ " * ^'
pieces = st.lists(st.sampled_from([*(piece.replace("_", " ") for piece in PIECES.split(" ")), "\t"]), max_size=12)


@given(pieces, st.sampled_from(["", " "]))
@settings(max_examples=1500, deadline=None)
def test_any_text_is_either_refused_or_written_back_as_the_same_query(parts: list[str], joint: str) -> None:
    try:
        node = parse(joint.join(parts))
    except CqlError:
        return
    assert parse(to_cql(node)) == node
    assert to_xcql(node).tag in ("searchClause", "triple")
