"""The years of a set of records as bars, drawn on the server: for the eye, beside the two fields that choose a span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from shuyin.search_engine.query import FacetCount
from shuyin.web.i18n import gettext

#: A bar stands for so many years: the least of these that gives no more bars than fit.
_SPANS = (1, 2, 5, 10, 25, 50, 100)
_MOST_BARS = 40
WIDTH, HEIGHT = 240, 56


@dataclass(frozen=True, slots=True)
class Bar:
    """A span of years with the number of its records."""

    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars from the first year to the last, empty ones too."""

    bars: tuple[Bar, ...]
    first: int
    last: int

    @property
    def svg(self) -> Markup:
        """The drawing; its name says the span and the peak."""
        highest = max(bar.count for bar in self.bars)
        step = WIDTH / len(self.bars)
        peak = max(self.bars, key=lambda bar: bar.count)
        name = gettext("出版年 {first}–{last}，最多的是 {peak}（{count} 筆）").format(
            first=self.first, last=self.last, peak=_years(peak), count=f"{peak.count:,}"
        )
        drawn = []
        for place, bar in enumerate(self.bars):
            # a single record still shows
            size = max(2.0, HEIGHT * bar.count / highest) if bar.count else 0.0
            if size:
                drawn.append(
                    f'<rect x="{step * place:.1f}" y="{HEIGHT - size:.1f}" width="{max(1.0, step - 1):.1f}" '
                    f'height="{size:.1f}"><title>{_years(bar)}: {bar.count:,}</title></rect>'
                )
        return Markup(  # noqa: S704 - numbers and an escaped name alone
            f'<svg class="histogram" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" '
            f'aria-label="{escape(name)}">{"".join(drawn)}</svg>'
        )


def _years(bar: Bar) -> str:
    return str(bar.first) if bar.first == bar.last else f"{bar.first}–{bar.last}"


def histogram(counts: Sequence[FacetCount]) -> Histogram | None:
    """The bars of a year facet; None where there are not two years. Values that are no year are left out."""
    years = {int(c.value): c.count for c in counts if c.value.isascii() and c.value.isdigit() and len(c.value) == 4}
    years = {year: count for year, count in years.items() if year > 0 and count}
    if len(years) < 2:
        return None
    first, last = min(years), max(years)
    span = next((s for s in _SPANS if (last - first) // s < _MOST_BARS), _SPANS[-1])
    begin = first - first % span
    bars = tuple(
        Bar(start, start + span - 1, sum(years.get(year, 0) for year in range(start, start + span)))
        for start in range(begin, last + 1, span)
    )
    return Histogram(bars, first, last)
