"""Bar charts as SVG, made on the server: patterns beside colours, a title for each bar, no script.

The table stands beside each chart; the drawing is for the eye, its `<title>` and `<desc>` for everyone else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10
from xml.sax.saxutils import escape, quoteattr

WIDTH, HEIGHT = 760, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 32, 44
_STEPS = (1, 2, 2.5, 5, 10)
#: Pattern number → the drawing inside an 8 × 8 tile; the first series is plain.
_PATTERNS = ("", '<path d="M0 8 8 0" />', '<path d="M0 4h8" />', '<circle cx="4" cy="4" r="1.6" />')


@dataclass(frozen=True, slots=True)
class Series:
    """One row of bars; values stand in the order of the labels."""

    name: str
    values: Sequence[int]


def scale(highest: int) -> tuple[int, int]:
    """(top of the axis, step between its lines) for the highest value, in round numbers."""
    if highest <= 0:
        return 1, 1
    rough = highest / 4
    power = 10 ** int(log10(rough)) if rough >= 1 else 1
    step = next(ceil(s * power) for s in _STEPS if s * power >= rough)
    return step * ceil(highest / step), step


def bar_chart(title: str, description: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """An SVG with one group of bars a label. Raises `ValueError` if a series has another length than the labels."""
    for one in series:
        if len(one.values) != len(labels):
            raise ValueError(f"{one.name}: {len(one.values)} values for {len(labels)} labels")
    top, step = scale(max((value for one in series for value in one.values), default=0))
    height, width = HEIGHT - _TOP - _BOTTOM, WIDTH - _LEFT - _RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f"aria-label={quoteattr(title)}>",
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>",
        _definitions(len(series)),
        *_axis(top, step, height),
        *_bars(labels, series, top, height, width),
        *_legend(series),
        "</svg>",
    ]
    return "".join(parts)


def _legend(series: Sequence[Series]) -> list[str]:
    """The patterns with their names, above the bars; one series needs none."""
    if len(series) < 2:
        return []
    return [
        f'<rect class="bar" fill="url(#chart-pattern-{n})" x="{_LEFT + 12 + 150 * n}" y="{_TOP - 22}" width="16" '
        f'height="12" /><text class="scale" x="{_LEFT + 34 + 150 * n}" y="{_TOP - 12}">{escape(one.name)}</text>'
        for n, one in enumerate(series)
    ]


def _definitions(number: int) -> str:
    tiles = "".join(
        f'<pattern id="chart-pattern-{n}" width="8" height="8" patternUnits="userSpaceOnUse" class="pattern-{n}">'
        f'<rect width="8" height="8" />{_PATTERNS[n % len(_PATTERNS)]}</pattern>'
        for n in range(number)
    )
    return f"<defs>{tiles}</defs>"


def _axis(top: int, step: int, height: int) -> list[str]:
    lines = []
    for value in range(0, top + 1, step):
        y = _TOP + height - height * value / top
        lines.append(f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" />')
        lines.append(f'<text class="scale" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:,}</text>')
    return lines


def _bars(labels: Sequence[str], series: Sequence[Series], top: int, height: int, width: int) -> list[str]:
    drawn = []
    group = width / max(len(labels), 1)
    bar = group * 0.8 / max(len(series), 1)
    every = ceil(len(labels) / 14)
    for place, label in enumerate(labels):
        left = _LEFT + group * place + group * 0.1
        for n, one in enumerate(series):
            value = one.values[place]
            size = height * value / top
            drawn.append(
                f'<rect class="bar" fill="url(#chart-pattern-{n})" x="{left + bar * n:.1f}" '
                f'y="{_TOP + height - size:.1f}" width="{bar:.1f}" height="{size:.1f}" tabindex="0" '
                f"aria-label={quoteattr(f'{label} {one.name} {value:,}')}>"
                f"<title>{escape(f'{label} {one.name} {value:,}')}</title></rect>"
            )
        if place % every == 0:
            middle = _LEFT + group * (place + 0.5)
            drawn.append(
                f'<text class="scale" x="{middle:.1f}" y="{HEIGHT - _BOTTOM + 18}" text-anchor="middle">'
                f"{escape(label)}</text>"
            )
    return drawn
