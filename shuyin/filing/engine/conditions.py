"""Conditions as data: when a field is shown or required, sayable in words and checkable on answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

#: What a filer has answered: field name → cleaned value (str, list of str, bool, list of rows).
Answers = Mapping[str, Any]


class Condition(Protocol):
    """Something that holds for some answers and not for others."""

    def holds(self, answers: Answers) -> bool:
        """Whether the condition is met."""
        ...

    def leaves(self) -> Iterator[Is]:
        """The single comparisons that the condition is built from."""
        ...


@dataclass(frozen=True, slots=True)
class Is:
    """The field's value is one of `values`; for a field of several choices: at least one of them is ticked."""

    field: str
    values: tuple[str, ...]

    def holds(self, answers: Answers) -> bool:
        """Whether the answer to `field` meets one of `values`."""
        given = answers.get(self.field)
        if isinstance(given, list):
            return any(value in given for value in self.values)
        if isinstance(given, bool):
            return ("yes" if given else "no") in self.values
        return given in self.values

    def leaves(self) -> Iterator[Is]:
        """Itself."""
        yield self


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; with no parts it always holds."""

    parts: tuple[Condition, ...] = ()

    def holds(self, answers: Answers) -> bool:
        """Whether all parts hold."""
        return all(part.holds(answers) for part in self.parts)

    def leaves(self) -> Iterator[Is]:
        """The comparisons of all parts."""
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds; with no parts it never holds."""

    parts: tuple[Condition, ...] = ()

    def holds(self, answers: Answers) -> bool:
        """Whether one part holds."""
        return any(part.holds(answers) for part in self.parts)

    def leaves(self) -> Iterator[Is]:
        """The comparisons of all parts."""
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True, slots=True)
class NotOf:
    """The part does not hold."""

    part: Condition

    def holds(self, answers: Answers) -> bool:
        """Whether the part does not hold."""
        return not self.part.holds(answers)

    def leaves(self) -> Iterator[Is]:
        """The comparisons of the part."""
        yield from self.part.leaves()


ALWAYS = AllOf()
NEVER = AnyOf()


def when(field: str, *values: str) -> Is:
    """The condition that `field` has one of `values`."""
    return Is(field, values)
