"""The OpenAPI document as rows for the API page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ParameterView:
    """One parameter of an operation."""

    name: str
    place: str
    description: str
    type: str


@dataclass(frozen=True, slots=True)
class EndpointView:
    """One operation."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[ParameterView, ...]
    answers: tuple[tuple[str, str], ...]


def endpoints(document: dict[str, Any]) -> list[EndpointView]:
    """Every operation of the API, in the order of the document."""
    found = []
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parameters = tuple(
                ParameterView(p["name"], p["in"], p.get("description", ""), _type(p.get("schema", {})))
                for p in operation.get("parameters", [])
            )
            answers = tuple((status, answer["description"]) for status, answer in operation["responses"].items())
            found.append(
                EndpointView(
                    method.upper(),
                    path,
                    operation.get("summary", ""),
                    operation.get("description", ""),
                    parameters,
                    answers,
                )
            )
    return found


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))} …"
    return str(schema.get("type", ""))
