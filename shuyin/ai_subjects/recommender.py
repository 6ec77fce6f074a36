"""The recommender as others use it: description in, headings and class numbers with reasons out."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shuyin.ai_subjects import artefact, literature
from shuyin.ai_subjects.description import Description, LabelledRecord, digits, prefixes
from shuyin.ai_subjects.evidence import Channels
from shuyin.ai_subjects.features import bigrams, tokens
from shuyin.ai_subjects.folding import fold, has_han
from shuyin.ai_subjects.lexical import Match
from shuyin.ai_subjects.model import Model, ShownRecord

#: The model that ships, trained on data that may be shipped (model/README.md).
SHIPPED = Path(__file__).with_name("model")
#: A heading less likely than this is not shown (B1: abstain rather than guess).
LEAST_CHANCE = 0.06
#: A class is shown if at least its first digit is this likely; a number is given to the digit that is as likely.
LEAST_DIGIT = 0.4
SURE_ENOUGH = 0.5
#: A neighbour this near is reason enough for a title without a known word.
LIKE_ENOUGH = 0.3
#: Characters shown before and after the words of a heading that were found.
AROUND = 14


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a suggestion. `kind`: words (found in a field), author, publisher, class, heading, books,
    rule (of literature: country and form)."""

    kind: str
    text: str
    field: str | None = None
    books: tuple[ShownRecord, ...] = ()
    count: int | None = None
    excerpt: str | None = None  # the words with what stands around them in the field; holds `text` as it is

    def as_json(self) -> dict[str, Any]:
        """The reason for the API; absent parts are left out."""
        found: dict[str, Any] = {"kind": self.kind, "text": self.text}
        if self.field:
            found["field"] = self.field
        if self.excerpt:
            found["excerpt"] = self.excerpt
        if self.count is not None:
            found["count"] = self.count
        if self.books:
            found["books"] = [{"id": book.id, "title": book.title, "author": book.author} for book in self.books]
        return found


@dataclass(frozen=True, slots=True)
class HeadingSuggestion:
    """A subject heading with the chance (0…1) that a cataloguer assigns it."""

    label: str
    score: float
    why: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ClassSuggestion:
    """A class number; `score` is the chance of the whole number, `levels` that of its first 1, 2, 3 digits.
    `safe` is as much of the number as is likelier than not (None: not even the first digit)."""

    number: str
    label: str
    score: float
    levels: Mapping[str, float]
    safe: str | None
    why: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Suggestions, best first; both lists empty with `abstained` where the recommender knows nothing."""

    model: str
    subjects: tuple[HeadingSuggestion, ...] = ()
    classes: tuple[ClassSuggestion, ...] = ()
    abstained: bool = False

    def as_json(self, heading_ids: Mapping[str, str | int] | None = None) -> dict[str, Any]:
        """The answer of `POST /api/v1/subjects/recommend`."""
        ids = heading_ids or {}
        return {
            "model": self.model,
            "abstained": self.abstained,
            "subjects": [
                {
                    "id": ids.get(found.label),
                    "label": found.label,
                    "score": round(found.score, 4),
                    "why": [reason.as_json() for reason in found.why],
                }
                for found in self.subjects
            ],
            "classes": [
                {
                    "number": found.number,
                    "label": found.label,
                    "score": round(found.score, 4),
                    "levels": {name: round(value, 4) for name, value in found.levels.items()},
                    "safe": found.safe,
                    "why": [reason.as_json() for reason in found.why],
                }
                for found in self.classes
            ],
        }


@dataclass(slots=True)
class Recommender:
    """A loaded model. Safe to share between threads; `learn` and `recommend` take turns."""

    model: Model
    version: str
    about: dict[str, Any] = field(default_factory=dict)
    _captions: dict[str, str] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)  # id → position of the records that are known by their id
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def load(cls, folder: Path = SHIPPED) -> Recommender:
        """Read a model folder; `artefact.NoModel` if there is none."""
        about = artefact.manifest(folder)
        model = artefact.load(folder)
        captions = {entry.number: entry.wordings[0] for entry in model.vocabulary.scheme.classes if entry.wordings}
        places = {shown.id: place for place, shown in enumerate(model.shown) if shown.id}
        return cls(model, str(about.get("version", "unnamed")), about, captions, places)

    def recommend(self, description: Description, limit: int = 10) -> Recommendation:
        """Up to `limit` headings and class numbers with reasons."""
        with self._lock:
            if not description.title.strip() and not any(description.text_fields().values()):
                return Recommendation(self.version, abstained=True)
            channels = self.model.look(description)
            subjects = tuple(
                HeadingSuggestion(found.label, found.probability, self._why_heading(channels, found.label))
                for found in self.model.headings(channels, limit)
                if found.probability >= LEAST_CHANCE
            )
            classes = tuple(
                self._class(channels, number, chances)
                for number, chances in self.model.classes(channels, limit)
                if chances.get(1, 0.0) >= LEAST_DIGIT
            )
        if not channels.heading_matches and not channels.node_matches and not self._knows(channels):
            # no word, author or publisher of it is known: whatever stands on top would be the commonest label
            return Recommendation(self.version, abstained=True)
        return Recommendation(self.version, subjects, classes, abstained=not subjects and not classes)

    def _knows(self, channels: Channels) -> bool:
        """Whether a word of two characters of it, its author or its publisher has been seen, or a book like it."""
        known = self.model.catalogue
        if known.by_publisher[1].total(channels.keys.publisher) or any(
            known.by_author[1].total(name) for name in channels.keys.authors
        ):
            return True
        said = {token: weight for token, weight in tokens(channels.description).items() if token[:2] != "f:"}
        if any(letter.isalpha() for text in channels.description.text_fields().values() for letter in text):
            likeness = self.model.near.dot(self.model.space.vector(said))  # by words and names; form is like anybody's
            if likeness.max(initial=0.0) >= LIKE_ENOUGH:
                return True
        words = {f"T{pair}" for text in channels.description.text_fields().values() for pair in bigrams(fold(text))}
        names = [*(f"a:{name}" for name in channels.keys.authors), f"p:{channels.keys.publisher}"]
        return self.model.space.knows([*(word for word in words if has_han(word) and len(word) > 2), *names])

    def learn(self, *records: LabelledRecord) -> None:
        """Let accepted records speak at once: their authors, publishers, headings and classes count from now on, and
        they are neighbours. A record that is known by its id is changed, not counted twice."""
        latest = list({record.id: record for record in records}.values())
        with self._lock:
            places = self.model.learn(latest, self._places)
            self._places.update(zip((record.id for record in latest), places, strict=True))

    def caption(self, number: str) -> str:
        """The caption of a class number, or of the nearest class above it that has one; empty if none has."""
        plain = number
        while plain:
            if plain in self._captions:
                return self._captions[plain]
            plain = plain[:-1].rstrip(".")
        return ""

    def _class(self, channels: Channels, number: str, chances: Mapping[int | None, float]) -> ClassSuggestion:
        return ClassSuggestion(
            number=number,
            label=self.caption(number),
            score=chances[None],
            levels={str(level or "full"): chance for level, chance in chances.items()},
            safe=safe_number(number, chances),
            why=self._why_class(channels, number),
        )

    def _why_heading(self, channels: Channels, label: str) -> tuple[Reason, ...]:
        model = self.model
        place = model.vocabulary.headings.place[label]
        reasons = [*_words(channels.description, channels.heading_matches.get(place, ()))]
        reasons += self._by_name(channels, place, 0)
        if books := self._books(channels, place, headings=True):
            reasons.append(Reason("books", label, books=books))
        found = []
        for node in model.catalogue.nodes_of_heading.row(str(place)):
            name = model.vocabulary.nodes.names[node]
            strength = channels.linear_nodes[node] if node < channels.linear_nodes.size else 0.0
            if name.startswith("=") and strength > 0.15:
                found.append((float(strength), name[1:], model.catalogue.nodes_of_heading.row(str(place))[node]))
        for _, number, count in sorted(found, reverse=True)[:1]:
            reasons.append(Reason("class", f"{number} {self.caption(number)}".strip(), count=count))
        return tuple(reasons)

    def _why_class(self, channels: Channels, number: str) -> tuple[Reason, ...]:
        model = self.model
        place = model.vocabulary.nodes.place.get(f"={number}", -1)  # a rule may name a number that nobody has used
        reasons: list[Reason] = []
        rule = literature.told(channels.description)
        if rule and rule.number == number:
            reasons.append(Reason("rule", "、".join(part for part in (rule.country, rule.form) if part)))
        for node in reversed(prefixes(number)):
            matches = channels.node_matches.get(model.vocabulary.nodes.place.get(node, -1), ())
            reasons += _words(channels.description, matches)
        reasons += self._by_name(channels, place, 1)
        if books := self._books(channels, place, headings=False):
            reasons.append(Reason("books", number, books=books))
        linked = [
            (float(channels.linear_headings[heading]), heading, count)
            for heading, count in model.catalogue.headings_of_node.row(str(place)).items()
            if heading < channels.linear_headings.size and channels.linear_headings[heading] > 0.15
        ]
        for _, heading, count in sorted(linked, reverse=True)[:1]:
            reasons.append(Reason("heading", model.vocabulary.headings.names[heading], count=count))
        return tuple(reasons)

    def _by_name(self, channels: Channels, place: int, kind: int) -> list[Reason]:
        """The author's and the publisher's other books with this label."""
        tables = self.model.catalogue
        reasons = []
        for name in channels.keys.authors:
            if count := tables.by_author[kind].row(name).get(place, 0):
                reasons.append(Reason("author", channels.description.author, count=count))
                break
        count = tables.by_publisher[kind].row(channels.keys.publisher).get(place, 0)
        if count and count >= 0.1 * tables.by_publisher[kind].total(channels.keys.publisher):
            reasons.append(Reason("publisher", channels.description.publisher, count=count))
        return reasons

    def _books(self, channels: Channels, place: int, *, headings: bool) -> tuple[ShownRecord, ...]:
        """The nearest catalogued books that carry the label."""
        found: list[ShownRecord] = []
        for neighbour in channels.neighbours:
            labels = self.model.assigned[neighbour.record]
            shown = self.model.shown[neighbour.record]
            if place in (labels.headings if headings else labels.nodes) and shown.title and shown not in found:
                found.append(shown)
        return tuple(found[:3])


def _words(description: Description, matches: Sequence[Match]) -> list[Reason]:
    texts = description.text_fields()
    return [
        Reason("words", match.wording.text, match.field, excerpt=excerpt(texts[match.field], match.wording.text))
        for match in matches
    ]


def excerpt(text: str, words: str) -> str | None:
    """The words with what stands around them, on one line; None where they stand in another spelling."""
    at = text.find(words)
    if at < 0:
        return None
    begin, end = max(0, at - AROUND), min(len(text), at + len(words) + AROUND)
    cut = "…" if begin else "", "…" if end < len(text) else ""
    line = " ".join(f"{cut[0]}{text[begin:end]}{cut[1]}".split())
    return line if words in line else None


def safe_number(number: str, chances: Mapping[int | None, float]) -> str | None:
    """The number as far as it is likelier than not: the whole, three digits, two, one, or None."""
    if chances.get(None, 0.0) >= SURE_ENOUGH:
        return number
    plain = digits(number)
    for length in (3, 2, 1):
        if chances.get(length, 0.0) >= SURE_ENOUGH:
            return plain[:length]
    return None
