"""What a filing is, as data: steps, sections, fields, rows, uploads, states, each beside its source line.

One declaration renders the form, checks it on the server, gives the help, the printed summary and the table in
`docs/filing-rules.md`. Nothing here knows HTTP or the database. docs/adding-a-filing.md shows how one is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from shuyin.filing.engine.conditions import ALWAYS, NEVER, Answers, Condition
from shuyin.filing.engine.kinds import TEXT, Kind
from shuyin.filing.engine.kinds import mark as mark
from shuyin.filing.engine.media import MediaType


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a value list."""

    value: str
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A check that is more than a kind, a limit or a value list: it may look at all answers.

    `test` answers whether the rule is kept. The failing field shows `message`, which may hold `{detail}`.
    """

    code: str
    message: str
    source: str
    test: Callable[[Answers, date], bool]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `source` is the line of the source document that asks it ("S0 l.534")."""

    name: str
    label: str
    source: str
    kind: Kind = TEXT
    required: Condition = NEVER
    shown: Condition = ALWAYS
    help: str = ""
    example: str = ""
    choices: tuple[Choice, ...] = ()
    multiple: bool = False
    min_length: int | None = None
    max_length: int | None = None
    rules: tuple[Rule, ...] = ()
    personal: bool = False  # encrypted at rest, shown masked, each reading logged
    autocomplete: str = ""  # HTML token (WCAG 1.3.5)
    prefill: str = ""  # name of the field whose value is offered here

    def choice_label(self, value: str) -> str:
        """The label of a value of the list, or the value itself."""
        return next((c.label for c in self.choices if c.value == value), value)


@dataclass(frozen=True, slots=True)
class Rows:
    """A group of fields that repeats; rows can be added and removed, `least` to `most` of them."""

    name: str
    label: str
    source: str
    fields: tuple[Field, ...]
    least: int = 0
    most: int = 50
    shown: Condition = ALWAYS
    help: str = ""


@dataclass(frozen=True, slots=True)
class Hint:
    """A line of help that is shown only under a condition (a cell of an evidence matrix)."""

    text: str
    when: Condition
    source: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A place where files are put. Type is judged by content; limits in bytes and pixels."""

    name: str
    label: str
    source: str
    accept: tuple[MediaType, ...]
    required: Condition = NEVER
    shown: Condition = ALWAYS
    help: str = ""
    hints: tuple[Hint, ...] = ()
    most: int = 10
    max_bytes: int = 10 * 1024 * 1024
    max_width: int = 2048
    limits_source: str = ""  # where the limits of type, size and width stand, if elsewhere


Item = Field | Rows | Upload


@dataclass(frozen=True, slots=True)
class Section:
    """Items under one heading within a step."""

    title: str
    items: tuple[Item, ...]
    shown: Condition = ALWAYS
    help: str = ""
    tool: str = ""  # a help of its own above the items, drawn by `web.filing.tools` ("carry", "recommend")


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form. `notice` is shown above it, paragraph by paragraph."""

    name: str
    title: str
    source: str
    sections: tuple[Section, ...] = ()
    notice: tuple[str, ...] = ()


class Actor(StrEnum):
    """Who may take a transition."""

    FILER = "filer"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class State:
    """A state of a filing, as the filer and the staff read it."""

    name: str
    label: str
    editable: bool = False  # the filer may change answers
    final: bool = False
    due_days: int | None = None  # working days for whoever has to act next


@dataclass(frozen=True, slots=True)
class Transition:
    """A step from one state to another: who may take it, and which letter it sends."""

    name: str
    label: str
    sources: tuple[str, ...]
    target: str
    actor: Actor
    permission: str = ""  # for staff: row of the permission table
    needs_message: bool = False
    needs_checklist: bool = False
    letter: str = ""  # template of shuyin.notify, sent to the filer
    resets_clock: bool = False
    when: Condition = ALWAYS  # the answers that it needs
    gives_up: bool = False  # the filer ends it: nothing is checked

    @property
    def sends(self) -> bool:
        """Whether it sends what the filer has filled in."""
        return self.actor is Actor.FILER and not self.gives_up


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One line of the staff's check-list."""

    name: str
    label: str
    source: str


@dataclass(frozen=True, slots=True)
class Filing:
    """A whole filing. `reference` is the letter of its numbers (掛號單號); `minutes` the countdown, None for none."""

    kind: str
    title: str
    reference: str
    steps: tuple[Step, ...]
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    closing: str
    email_field: str
    version: int = 1
    minutes: int | None = 120
    public: bool = False  # may be filed without an account
    permission: str = ""  # what a signed-in filer needs
    review_permission: str = ""  # what staff need to see it
    checklist: tuple[CheckItem, ...] = ()
    retention_days: int | None = None  # after its end, personal data is removed
    draft_days: int = 30  # an unsent draft is removed after this many days without a change
    before_confirming: bool = False  # open to accounts whose basic data is not confirmed yet (C2)
    prefill: Callable[..., dict[str, Any]] | None = None  # (session, office, by) → answers of a new draft
    effects: Mapping[str, Callable[..., Mapping[str, Any]]] = field(default_factory=dict)

    def step(self, name: str) -> Step:
        """The step of that name. Raises KeyError."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def state(self, name: str) -> State:
        """The state of that name. Raises KeyError."""
        for state in self.states:
            if state.name == name:
                return state
        raise KeyError(name)

    def transition(self, name: str) -> Transition:
        """The transition of that name. Raises KeyError."""
        for transition in self.transitions:
            if transition.name == name:
                return transition
        raise KeyError(name)

    def items(self) -> Iterator[tuple[Step, Section, Item]]:
        """Every item with its place, in order."""
        for step in self.steps:
            for section in step.sections:
                for item in section.items:
                    yield step, section, item

    def fields(self) -> Iterator[Field]:
        """All single fields, without those of rows."""
        for _, _, item in self.items():
            if isinstance(item, Field):
                yield item

    def all_fields(self) -> Iterator[Field]:
        """All fields, with those of rows."""
        for _, _, item in self.items():
            if isinstance(item, Field):
                yield item
            elif isinstance(item, Rows):
                yield from item.fields

    def uploads(self) -> Iterator[Upload]:
        """All places for files."""
        for _, _, item in self.items():
            if isinstance(item, Upload):
                yield item

    def upload(self, name: str) -> Upload:
        """The upload of that name. Raises KeyError."""
        for item in self.uploads():
            if item.name == name:
                return item
        raise KeyError(name)

    def personal_names(self) -> frozenset[str]:
        """Names of answers that are personal data; rows count as a whole."""
        names = {f.name for f in self.fields() if f.personal}
        for _, _, item in self.items():
            if isinstance(item, Rows) and any(f.personal for f in item.fields):
                names.add(item.name)
        return frozenset(names)
