"""A new model beside the one in use: what both are measured with, and whether the new one may take over.

The challenger never sees the held-out part, which is the same from one training to the next; the model in use is asked
only about those held-out records that it has not learnt either. Pairs, so that the interval speaks of the difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shuyin.ai_subjects import artefact, measures
from shuyin.ai_subjects.description import LabelledRecord
from shuyin.ai_subjects.evaluation import answer
from shuyin.ai_subjects.measures import FloatArray
from shuyin.ai_subjects.model import Model
from shuyin.ai_subjects.split import strict_split

#: Share of the groups (series) that is held out, and the records that are enough of them.
SHARE, ENOUGH = 0.1, 2_000
#: With fewer records that neither model knows, the difference of the two says nothing.
FEWEST = 60
#: What counts: (name, of headings?).
MEASURES = (("nDCG@10", True), ("accuracy@3digits", False))


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure: means of the model in use and of the challenger, the 95 % interval of the difference (None where
    the two were measured on different records)."""

    name: str
    now: float
    new: float
    interval: tuple[float, float] | None

    @property
    def worse(self) -> bool:
        """Whether the challenger is worse beyond chance."""
        return self.interval is not None and self.interval[1] < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """The challenger beside the model in use; `records` that neither of them has learnt (0: too few, so that each
    is judged by what its own training kept aside)."""

    records: int
    measures: tuple[Compared, ...]

    @property
    def worse(self) -> bool:
        """Whether the challenger must not take over."""
        return any(one.worse for one in self.measures)

    def as_json(self) -> dict[str, Any]:
        """For the manifest of the new model."""
        found = {one.name: {"now": one.now, "new": one.new, "interval": one.interval} for one in self.measures}
        return {"records": self.records, **found}

    def lines(self) -> list[str]:
        """For people."""
        basis = f"{self.records:,} held-out records" if self.records else "what each training kept aside"
        text = [f"compared with the model in use on {basis}"]
        for one in self.measures:
            low_high = f"  difference {one.interval[0]:+.3f} … {one.interval[1]:+.3f}" if one.interval else ""
            text.append(f"  {one.name:<18} in use {one.now:.3f}  new {one.new:.3f}{low_high}")
        return text


def held_out(records: Sequence[LabelledRecord]) -> tuple[list[LabelledRecord], list[LabelledRecord]]:
    """(to learn from, held out). Whole series go aside; the choice follows from their names and stays the same."""
    share = min(SHARE, ENOUGH / max(1, len(records)))
    split = strict_split(records, tune=0.0, test=share, salt="held-out")
    return list(split.train), list(split.test)


def compare(in_use: Path, challenger: Model, aside: Sequence[LabelledRecord]) -> Comparison:
    """Measure both on the held-out records that neither has learnt; `challenger` must not have seen `aside`."""
    champion = artefact.load(in_use)
    known = {shown.id for shown in champion.shown if shown.id}
    # what is not shown of a model's records (adults only, not yet public) has no id there, so nobody can tell
    fresh = [record for record in aside if record.id not in known and record.public and not record.adults_only]
    if len(fresh) < FEWEST:
        return Comparison(0, tuple(_by_own_measures(champion.measures, challenger.measures)))
    now, new = _columns(champion, fresh), _columns(challenger, fresh)
    return Comparison(
        len(fresh),
        tuple(
            Compared(
                name,
                float(now[name].mean()),
                float(new[name].mean()),
                measures.bootstrap_interval(new[name] - now[name]),
            )
            for name, _ in MEASURES
            if now[name].size
        ),
    )


def _columns(model: Model, records: Sequence[LabelledRecord]) -> dict[str, FloatArray]:
    answers = answer(model, records)
    headings = measures.heading_scores([record.subjects for record in records], answers.headings, model.cutoff)
    classes = measures.class_scores([record.class_number for record in records], answers.classes)
    return {"nDCG@10": headings["nDCG@10"], "accuracy@3digits": classes["3"]}


def _by_own_measures(now: dict[str, Any], new: dict[str, Any]) -> list[Compared]:
    """Each by what its own training kept aside: the new one is worse if its interval lies below the other's mean."""
    found = []
    for name, headings in MEASURES:
        kind = "headings" if headings else "classes"
        if now and new:
            mean = now[kind][name]["mean"]
            low, high = new[kind][name]["interval"]
            found.append(Compared(name, mean, new[kind][name]["mean"], (low - mean, high - mean)))
    return found
