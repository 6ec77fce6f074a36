"""Letters as text and HTML, from templates. The first line of a text template is the subject."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

TEMPLATES = Path(__file__).with_name("templates")

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter ready to send."""

    subject: str
    text: str
    html: str


def names() -> list[str]:
    """The templates there are."""
    return sorted(p.stem for p in TEMPLATES.glob("*.txt"))


def render(template: str, context: Mapping[str, Any]) -> Rendered:
    """The letter for this context. Raises jinja2.UndefinedError if something that it names is not given."""
    written = _environment.get_template(f"{template}.txt").render(context)
    subject, _, text = written.partition("\n")
    html = _environment.get_template(f"{template}.html").render(context)
    # a line break in a value must not begin a new header
    return Rendered(re.sub(r"\s+", " ", subject).strip(), text.strip() + "\n", html)
