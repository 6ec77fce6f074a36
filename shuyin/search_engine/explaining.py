"""Why a document ranks where it does: the named weights of `relevance`, asked one by one of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shuyin.search_engine.plan import Best, Bool, Boost, Constant, Plan
from shuyin.search_engine.query import SearchRequest
from shuyin.search_engine.relevance import Compiler


def explain(compiler: Compiler, request: SearchRequest, score: Callable[[Plan], float | None]) -> str:
    """Lines for people. `score` gives the document's score under a plan, None where it does not match."""
    scored = compiler.scored(request.query)
    total = score(scored)
    if total is None:
        return "not found: its words do not match the query"
    # of the steps (whole, begins, phrase …) the best field's best counts, and a tenth of the other fields' best
    lines = [f"{total:9.3f}  in all, of which"]
    for rule in _rules(scored):
        points = score(rule)
        if points:
            lines.append(f"{points:9.3f}  {_name(rule)}")
    where = [*compiler.filters(request.filters), *(compiler.condition(q) for q in request.where)]
    if any(score(condition) is None for condition in where):
        lines.append("not shown: a filter excludes it")
    return "\n".join(lines)


def _name(rule: Plan) -> str:
    return rule.rule if isinstance(rule, Boost | Constant) else ""


def _rules(plan: Plan) -> Iterator[Plan]:
    """The parts that give points and carry a name."""
    match plan:
        case Bool():
            for part in (*plan.must, *plan.should):
                yield from _rules(part)
        case Best():
            for part in plan.plans:
                yield from _rules(part)
        case Boost() | Constant() if plan.rule:
            yield plan
