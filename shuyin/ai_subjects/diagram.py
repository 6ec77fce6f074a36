"""The reliability diagram as an SVG picture: what was said against what was right, one panel for each level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

#: (mean chance said, share right, records) of each tenth, as `measures.calibration` gives them.
Table = Sequence[tuple[float, float, int]]

_SIDE, _GAP, _TOP, _LEFT = 190, 54, 58, 48
_INK, _GREY, _RED = "#2a2522", "#8b8178", "#9e2b20"


def reliability(title: str, panels: Mapping[str, tuple[Table, float]]) -> str:
    """The picture for named (table, expected calibration error) pairs; the area of a dot stands for its records."""
    width = _LEFT + len(panels) * (_SIDE + _GAP)
    height = _TOP + _SIDE + 52
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="12" fill="{_INK}" role="img">',
        f'<title>{escape(title)}</title><rect width="{width}" height="{height}" fill="#fffdf8" />',
        f'<text x="{_LEFT}" y="24" font-size="15" font-weight="bold">{escape(title)}</text>',
    ]
    for place, (name, (table, error)) in enumerate(panels.items()):
        parts += _panel(_LEFT + place * (_SIDE + _GAP), name, table, error)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(x: int, name: str, table: Table, error: float) -> list[str]:
    bottom = _TOP + _SIDE
    parts = [
        f'<text x="{x}" y="{_TOP - 10}">{escape(name)}: ECE {error:.3f}</text>',
        f'<rect x="{x}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="{_GREY}" />',
        f'<path d="M{x} {bottom}L{x + _SIDE} {_TOP}" stroke="{_GREY}" stroke-dasharray="4 4" />',
    ]
    for tick in (0.0, 0.5, 1.0):
        at = round(_SIDE * tick)
        parts.append(f'<text x="{x + at}" y="{bottom + 16}" text-anchor="middle" fill="{_GREY}">{tick:g}</text>')
        parts.append(f'<text x="{x - 6}" y="{bottom - at + 4}" text-anchor="end" fill="{_GREY}">{tick:g}</text>')
    parts.append(f'<text x="{x + _SIDE / 2:g}" y="{bottom + 34}" text-anchor="middle">said</text>')
    total = sum(count for _, _, count in table) or 1
    points = [(x + _SIDE * said, bottom - _SIDE * right, count) for said, right, count in table]
    if points:
        line = "L".join(f"{across:.1f} {down:.1f}" for across, down, _ in points)
        parts.append(f'<path d="M{line}" fill="none" stroke="{_RED}" />')
    for across, down, count in points:
        radius = 2 + 14 * (count / total) ** 0.5
        parts.append(
            f'<circle cx="{across:.1f}" cy="{down:.1f}" r="{radius:.1f}" fill="{_RED}" fill-opacity="0.55">'
            f"<title>{count} records</title></circle>"
        )
    return parts
