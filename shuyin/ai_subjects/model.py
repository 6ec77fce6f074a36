"""The learnt recommender: channels, counts and rankers together, in plain numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuyin.ai_subjects import evidence, literature
from shuyin.ai_subjects.calibration import Calibration
from shuyin.ai_subjects.catalogue import Assigned, Catalogue, Keys, Labels
from shuyin.ai_subjects.description import Description, LabelledRecord, prefixes
from shuyin.ai_subjects.embedding import Encoder, LabelVectors
from shuyin.ai_subjects.evidence import Channels, ClassPaths, Neighbour
from shuyin.ai_subjects.features import label_bigrams, tokens
from shuyin.ai_subjects.lessons import Lessons
from shuyin.ai_subjects.lexical import Wording, WordingIndex
from shuyin.ai_subjects.measures import Cutoff
from shuyin.ai_subjects.scheme import Scheme, nearest_caption
from shuyin.ai_subjects.sparse import FeatureRows, FeatureSpace, FloatArray, Vector
from shuyin.ai_subjects.trees import Trees

#: Digits at which a class ranker exists; None is the whole number.
CLASS_LEVELS: tuple[int | None, ...] = (1, 2, 3, None)


@dataclass(slots=True)
class Vocabulary:
    """Labels of both kinds, their wordings, and which of them a scheme holds."""

    headings: Labels
    nodes: Labels
    scheme: Scheme
    heading_wordings: WordingIndex
    node_wordings: WordingIndex
    heading_profiles: FeatureRows
    node_profiles: FeatureRows
    heading_in_scheme: NDArray[np.bool_]
    node_in_scheme: NDArray[np.bool_]

    @classmethod
    def build(cls, records: Sequence[LabelledRecord], scheme: Scheme, space: FeatureSpace) -> Vocabulary:
        """Labels of the records first, then those that only the scheme knows."""
        headings, nodes = Labels(()), Labels(())
        for record in records:
            for label in record.subjects:
                headings.add(label)
            for node in prefixes(record.class_number) if record.class_number else ():
                nodes.add(node)
        for heading in scheme.headings:
            headings.add(heading.label)
        for entry in scheme.classes:
            for node in prefixes(entry.number):
                nodes.add(node)
        heading_words, node_words = _wordings(headings, nodes, scheme)
        return cls.of_labels(
            headings,
            nodes,
            scheme,
            _profiles(heading_words, len(headings), space),
            _profiles(node_words, len(nodes), space),
        )

    @classmethod
    def of_labels(
        cls,
        headings: Labels,
        nodes: Labels,
        scheme: Scheme,
        heading_profiles: FeatureRows,
        node_profiles: FeatureRows,
    ) -> Vocabulary:
        """From parts that a file holds; what can be made from them is made."""
        heading_words, node_words = _wordings(headings, nodes, scheme)
        known = {headings.place[heading.label] for heading in scheme.headings}
        return cls(
            headings,
            nodes,
            scheme,
            WordingIndex(wording for words in heading_words.values() for wording in words),
            WordingIndex(wording for words in node_words.values() for wording in words),
            heading_profiles,
            node_profiles,
            np.array([place in known for place in range(len(headings))], dtype=bool),
            np.array([place in node_words for place in range(len(nodes))], dtype=bool),
        )


def _wordings(
    headings: Labels, nodes: Labels, scheme: Scheme
) -> tuple[dict[int, list[Wording]], dict[int, list[Wording]]]:
    """The wordings of each heading (itself first, then its variants) and of each class of the scheme."""
    heading_words = {place: [Wording(place, label, True)] for place, label in enumerate(headings.names)}
    for heading in scheme.headings:
        place = headings.place[heading.label]
        heading_words[place] += [Wording(place, text, False) for text in heading.variants]
    node_words = {}
    for entry in scheme.classes:
        place = nodes.place[f"={entry.number}"]
        node_words[place] = [Wording(place, text, position == 0) for position, text in enumerate(entry.wordings)]
    return heading_words, node_words


def _profiles(words: dict[int, list[Wording]], width: int, space: FeatureSpace) -> FeatureRows:
    empty = Vector(np.zeros(0, np.int64), np.zeros(0, np.float32))
    vectors = [
        space.vector(label_bigrams([wording.text for wording in words[place]])) if place in words else empty
        for place in range(width)
    ]
    return FeatureRows.from_vectors(vectors, space.hashes.size)


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """What is shown of a record when it is the reason for a suggestion; no title: never shown."""

    id: str
    title: str
    author: str

    @classmethod
    def of(cls, record: LabelledRecord) -> ShownRecord:
        """What a reader may see of a record; nothing of one for adults only or not yet public."""
        if record.adults_only or not record.public:
            return cls("", "", "")
        return cls(record.id, record.description.title, record.description.author)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Labels worth ranking, by position, and their features, one row each."""

    places: list[int]
    table: FloatArray


@dataclass(frozen=True, slots=True)
class Ranked:
    """Candidates with probabilities, best first."""

    label: str
    probability: float


@dataclass(slots=True)
class Model:
    """Everything that `suggest` needs. `linear` has the headings' columns first, then the nodes'."""

    space: FeatureSpace
    vocabulary: Vocabulary
    catalogue: Catalogue
    paths: ClassPaths
    linear: FeatureRows
    linear_headings: int
    near: FeatureRows
    assigned: list[Assigned] = field(default_factory=list)
    keys: list[Keys] = field(default_factory=list)
    shown: list[ShownRecord] = field(default_factory=list)
    #: what the linear channel has learnt since training, of headings and of nodes
    lessons: tuple[Lessons, Lessons] = field(default_factory=lambda: (Lessons(), Lessons()))
    heading_ranker: Trees | None = None
    embedding: LabelVectors | None = None
    class_rankers: dict[int | None, Trees] = field(default_factory=dict)
    #: which headings count as chosen, tuned in training
    cutoff: Cutoff = field(default_factory=lambda: Cutoff(0.1, 3))
    calibration: Calibration = field(default_factory=Calibration)
    #: measures on records that training kept aside
    measures: dict[str, Any] = field(default_factory=dict)
    #: how many nodes were looked at for whole class numbers, and those found
    _leaves: tuple[int, NDArray[np.int64]] = field(default_factory=lambda: (0, np.zeros(0, np.int64)), repr=False)

    @property
    def leaves(self) -> NDArray[np.int64]:
        """Positions of the nodes that are whole class numbers."""
        looked_at, found = self._leaves
        names = self.vocabulary.nodes.names
        if looked_at < len(names):  # nodes are only ever added, at the end
            fresh = [place for place in range(looked_at, len(names)) if names[place][0] == "="]
            found = np.concatenate([found, np.array(fresh, np.int64)])
            self._leaves = len(names), found  # in one step: others may be asking
        return found

    def linear_scores(self, vector: Vector, likeness: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Linear scores of all headings and of all nodes; `likeness` to all records, for those learnt later."""
        scores = self.linear.dot(vector)
        learnt = scores[: self.linear_headings], scores[self.linear_headings :]
        return (
            self.lessons[0].added(learnt[0], likeness, len(self.vocabulary.headings)),
            self.lessons[1].added(learnt[1], likeness, len(self.vocabulary.nodes)),
        )

    def learn(self, records: Sequence[LabelledRecord], known: Mapping[str, int]) -> list[int]:
        """Count records and let them be neighbours from now on; their positions. A record whose id is in `known`
        (id → position) takes the place of what was known of it: its labels change, its words stay."""
        places = []
        for record in records:
            keys, assigned = Keys.of(record.description), self.catalogue.assigned(record)
            place = known.get(record.id)
            if place is None:
                place = len(self.assigned)
                self.near = self.near.with_column(self.space.vector(tokens(record.description)))
                self.keys.append(keys)
                self.assigned.append(assigned)
                self.shown.append(ShownRecord.of(record))
            else:
                self.catalogue.change(self.keys[place], self.assigned[place], -1)
                self.keys[place], self.assigned[place] = keys, assigned
                self.shown[place] = ShownRecord.of(record)
            self.catalogue.change(keys, assigned, 1)
            self._study(record, place, assigned)
            places.append(place)
        if known_labels := self.embedding:
            headings = self.vocabulary.headings.names[len(known_labels.headings) :]
            self.embedding = known_labels.grown(headings, self._wordings_of_nodes(len(known_labels.caption_of_node)))
        return places

    def _study(self, record: LabelledRecord, place: int, assigned: Assigned) -> None:
        """Teach the linear channel the record's labels (and take back those that it had before)."""
        for lessons in self.lessons:
            lessons.forget(place)
        vector = self.space.vector(tokens(record.description))
        likeness = self.near.dot(vector)
        scores = self.linear_scores(vector, likeness)
        for lessons, said, labels in zip(self.lessons, scores, (assigned.headings, assigned.nodes), strict=True):
            lessons.add(place, labels, said)

    def channels(
        self,
        description: Description,
        vector: Vector,
        linear: tuple[FloatArray, FloatArray],
        neighbours: Sequence[Neighbour],
        likeness: tuple[FloatArray, FloatArray] | None,
    ) -> Channels:
        """All channels' answers; those that learn from records are given, since training leaves records out.
        `likeness`: by the embedding, to all headings and all nodes."""
        by_embedding = likeness or (np.zeros(0, np.float32), np.zeros(0, np.float32))
        words = self.vocabulary
        near = evidence.share_of_neighbours(
            neighbours, [self.assigned[one.record].headings for one in neighbours], len(words.headings)
        )
        near_nodes = evidence.share_of_neighbours(
            neighbours, [self.assigned[one.record].nodes for one in neighbours], len(words.nodes)
        )
        return Channels(
            description=description,
            keys=Keys.of(description),
            linear_headings=linear[0],
            linear_nodes=linear[1],
            near_headings=near[0],
            nearest_headings=near[1],
            near_nodes=near_nodes[0],
            nearest_nodes=near_nodes[1],
            profile_headings=words.heading_profiles.dot(vector),
            profile_nodes=words.node_profiles.dot(vector),
            embedding_headings=by_embedding[0],
            embedding_nodes=by_embedding[1],
            neighbours=neighbours,
            heading_matches=evidence.matches_by_entry(words.heading_wordings, description),
            node_matches=evidence.matches_by_entry(words.node_wordings, description),
        )

    def look(self, description: Description) -> Channels:
        """The channels for a description that is not among the records."""
        vector = self.space.vector(tokens(description))
        likeness = self.near.dot(vector)
        scores = self.linear_scores(vector, likeness)
        labels = self.embedding
        meant = labels.likeness(labels.embed([description])[0]) if labels else None
        return self.channels(description, vector, scores, evidence.nearest(likeness), meant)

    def embed_labels(self, encoder: Encoder) -> LabelVectors:
        """The vectors of this model's labels by that encoder."""
        return LabelVectors.of(encoder, self.vocabulary.headings.names, self._wordings_of_nodes())

    def _wordings_of_nodes(self, first: int = 0) -> list[str]:
        """The caption of each whole number, or of the nearest class above it; nothing for digits alone."""
        captions = {entry.number: entry.wordings[0] for entry in self.vocabulary.scheme.classes if entry.wordings}
        names = self.vocabulary.nodes.names[first:]
        return [nearest_caption(captions, name[1:]) if name.startswith("=") else "" for name in names]

    def heading_candidates(self, channels: Channels) -> Candidates:
        """The headings worth ranking, with their features."""
        known = self.vocabulary.heading_in_scheme
        places = evidence.heading_candidates(channels, self.catalogue, known)
        if not places:
            return Candidates([], np.zeros((0, 0), np.float32))
        return Candidates(places, evidence.heading_features(channels, self.catalogue, places, known)[1])

    def class_candidates(self, channels: Channels) -> Candidates:
        """The class numbers worth ranking, with their features."""
        known = self.vocabulary.node_in_scheme
        places = evidence.class_candidates(channels, self.catalogue, self.paths, self.leaves, known)
        if not places:
            return Candidates([], np.zeros((0, 0), np.float32))
        return Candidates(places, evidence.class_features(channels, self.catalogue, self.paths, places, known)[1])

    def rank_headings(self, found: Candidates, limit: int = 10) -> list[Ranked]:
        """Candidates by their chance of being assigned, best first."""
        if not found.places or self.heading_ranker is None:
            return []
        chances = self.heading_ranker.probability(found.table)
        order = np.argsort(-chances, kind="stable")[:limit]
        return [Ranked(self.vocabulary.headings.names[found.places[at]], float(chances[at])) for at in order]

    def rank_classes(self, found: Candidates, limit: int = 10) -> list[tuple[str, dict[int | None, float]]]:
        """Class numbers, best expected accuracy over all levels first, with the chance at each level."""
        if not found.places or not self.class_rankers:
            return []
        chances = {level: ranker.probability(found.table) for level, ranker in self.class_rankers.items()}
        order = np.argsort(-np.sum(list(chances.values()), axis=0), kind="stable")[:limit]
        names = self.vocabulary.nodes.names
        return [
            (
                names[found.places[at]][1:],
                self.calibration.applied({level: float(values[at]) for level, values in chances.items()}),
            )
            for at in order
        ]

    def headings(self, channels: Channels, limit: int = 10) -> list[Ranked]:
        """Headings for a description, best first."""
        return self.rank_headings(self.heading_candidates(channels), limit)

    def classes(self, channels: Channels, limit: int = 10) -> list[tuple[str, dict[int | None, float]]]:
        """Class numbers for a description, best first; literature by the rules where the record tells."""
        ranked = self.rank_classes(self.class_candidates(channels), limit)
        return literature.applied(ranked, literature.told(channels.description))[:limit]
