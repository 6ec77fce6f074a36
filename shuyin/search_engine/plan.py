"""What an engine has to do, in parts that every engine has: the language between `relevance` and the engines.

Fields are columns of `layout`. Scores: `Term` and `Phrase` score by BM25 unless they stand in `Constant`;
`Terms`, `Prefix`, `Mask`, `Between` and `All` score 1 there and nothing elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """Documents with this token or value in the column."""

    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Documents with any of these exact values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """These tokens (two or more) one after the other in a stream column."""

    column: str
    tokens: tuple[str, ...]


#: Engines limit the automaton of a beginning (1,000 bytes on OpenSearch); so many characters are compared.
PREFIX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Prefix:
    """Documents with a value that begins so; of a longer beginning `PREFIX_LENGTH` characters count."""

    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Mask:
    """Documents with a token that fits: `*` any characters, `?` one; all else is literal."""

    column: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Between:
    """A closed range: integers of an integer column, strings of a keyword column; None leaves an end open."""

    column: str
    low: int | str | None
    high: int | str | None


@dataclass(frozen=True, slots=True)
class All:
    """Every document."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No document."""


@dataclass(frozen=True, slots=True)
class Bool:
    """All of `must`, at least `minimum` of `should` (none needed beside a `must`), none of `must_not`.

    The score is the sum of what matches.
    """

    must: tuple[Plan, ...] = ()
    should: tuple[Plan, ...] = ()
    must_not: tuple[Plan, ...] = ()
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Constant:
    """The same documents, each with this score; `rule` names the weight for `explain`."""

    plan: Plan
    score: float
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Boost:
    """The same documents, scores multiplied."""

    plan: Plan
    factor: float
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Best:
    """Documents of any of these, with the highest of their scores, and of the others that share."""

    plans: tuple[Plan, ...]
    tie: float = 0.0


Plan = Term | Terms | Phrase | Prefix | Mask | Between | All | Nothing | Bool | Constant | Boost | Best


def every(*plans: Plan) -> Plan:
    """All of them; every document if there are none."""
    if not plans:
        return All()
    return plans[0] if len(plans) == 1 else Bool(must=plans)


def either(*plans: Plan) -> Plan:
    """At least one of them."""
    if not plans:
        return Nothing()
    return plans[0] if len(plans) == 1 else Bool(should=plans, minimum=1)


def phrase(column: str, tokens: list[str]) -> Plan:
    """A phrase, or a term where there is only one token."""
    return Phrase(column, tuple(tokens)) if len(tokens) > 1 else Term(column, tokens[0])
