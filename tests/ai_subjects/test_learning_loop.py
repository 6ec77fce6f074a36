"""What was shown, ticked and assigned is kept; acceptance is counted; accepted records speak at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from shuyin.ai_subjects import live, services
from shuyin.ai_subjects.description import Description
from shuyin.ai_subjects.models import RecommendationRow
from shuyin.ai_subjects.recommender import ClassSuggestion, HeadingSuggestion, Recommendation
from shuyin.records import database, marc
from shuyin.records.book import Binding, Book, Contributor, TitleParts
from shuyin.records.models import BookRow, utc_now
from shuyin.records.services import create_book

SHOWN = Recommendation(
    "m1",
    (HeadingSuggestion("公司法", 0.8, ()), HeadingSuggestion("商事法", 0.3, ())),
    (ClassSuggestion("587.2", "公司法", 0.7, {}, "587.2", ()), ClassSuggestion("587", "商法", 0.1, {}, None, ())),
)
ASKED = Description("量子纏結漫談", "費曼新", "物理書坊")


def test_ticked_and_assigned_are_counted_against_what_was_shown(session: Session) -> None:
    law = Description("公司法入門", publisher="新學林")
    kept = services.note_shown(session, law, SHOWN)
    services.note_ticked(session, kept, ["公司法", "董事會"], ["587.2"])
    services.note_assigned(session, kept, ["公司法"], ["587.2"])
    changed = services.note_shown(session, replace(law, publisher="元照"), SHOWN)
    services.note_assigned(session, changed, ["公司治理", "公司法"], ["494.2"])
    services.note_shown(session, law, SHOWN, origin=services.PAGE)

    found = services.acceptance(session)
    assert (found.shown, found.decided) == (3, 2)
    assert found.overall.subjects_accepted == pytest.approx(2 / 3)
    assert found.overall.class_first == found.overall.class_shown == 0.5
    assert (found.overall.ticked, found.overall.ticked_kept, found.overall.ticked_added) == (1, 0.5, 0.5)
    assert {one.name: one.class_first for one in found.by_publisher} == {"新學林": 1.0, "元照": 0.0}
    assert [one.name for one in found.by_class] == ["4", "5"]
    assert found.missed_subjects == (("公司治理", 1),)
    assert found.missed_classes == (("587.2", "494.2", 1),)
    assert services.acceptance(session, utc_now() + timedelta(days=1)).shown == 0


def test_the_text_is_not_kept_and_the_same_input_is_recognised(session: Session) -> None:
    first, second = (services.note_shown(session, ASKED, SHOWN, origin=o) for o in (services.PAGE, services.API))
    rows = [session.get_one(RecommendationRow, number) for number in (first, second)]
    assert rows[0].inputs_hash == rows[1].inputs_hash != services.inputs_hash(replace(ASKED, title="別的"))
    assert [row.publisher for row in rows] == ["", ""]
    with pytest.raises(services.UnknownRecommendation):
        services.note_ticked(session, second + 1, [], [])


def test_anybodys_questions_are_forgotten_and_those_of_filings_kept(session: Session) -> None:
    for origin in (services.PAGE, services.API, services.FILING):
        services.note_shown(session, ASKED, SHOWN, origin=origin)
    assert services.forget(session, utc_now() + timedelta(days=1)) == 2
    assert session.scalars(select(RecommendationRow.origin)).all() == ["filing"]
    assert session.scalar(select(func.count(RecommendationRow.id))) == 1


@pytest.fixture
def own_models(tmp_path: Path) -> Iterator[Path]:
    """A data directory in which the shipped model serves."""
    yield tmp_path
    live._loaded.pop(tmp_path, None)


def _book(engine: Engine, title: str, *, public: bool) -> int:
    book = Book(
        title=title,
        parts=TitleParts(main=title),
        contributors=(Contributor(ASKED.author, "著"),),
        publisher=ASKED.publisher,
        bindings=(Binding("9789869990004", "平裝"),),
    )
    with database.write_sessions(engine).begin() as session:
        data = marc.serialise(marc.write(book))
        return create_book(session, data, identity="t|1", source="t", public=public)


def _decide(engine: Engine, record_id: int, subjects: list[str], classes: list[str]) -> int:
    with database.write_sessions(engine).begin() as session:
        number = services.note_shown(session, ASKED, SHOWN)
        services.note_assigned(session, number, subjects, classes, record_id)
        return number


def _ask(engine: Engine, data_dir: Path) -> Recommendation:
    with database.read_sessions(engine)() as session:
        return live.recommender(data_dir, session).recommend(ASKED)


def test_an_accepted_record_is_known_from_the_next_answer_on(engine: Engine, own_models: Path) -> None:
    before = _ask(engine, own_models)
    assert "量子漫談學" not in [one.label for one in before.subjects]
    book = _book(engine, "量子纏結與物理", public=True)
    number = _decide(engine, book, ["量子漫談學"], ["331.3"])
    found = _ask(engine, own_models)
    assert "量子漫談學" in [one.label for one in found.subjects]
    titles = [b.title for one in found.classes for why in one.why for b in why.books]
    assert "量子纏結與物理" in titles

    # the cataloguer decides otherwise: the record changes, it is not counted twice
    with database.write_sessions(engine).begin() as session:
        services.note_assigned(session, number, ["量子資訊"], ["337.456"], book)
    with database.read_sessions(engine)() as session:
        recommender = live.recommender(own_models, session)
    counts, places = recommender.model.catalogue.node_counts, recommender.model.vocabulary.nodes.place
    assert counts[places["=337.456"]] == 1
    assert recommender.model.catalogue.heading_counts[recommender.model.vocabulary.headings.place["量子漫談學"]] == 0


def test_a_record_that_is_not_public_counts_but_its_title_is_not_shown(sqlite_engine: Engine, own_models: Path) -> None:
    _decide(sqlite_engine, _book(sqlite_engine, "量子纏結未公開", public=False), ["量子漫談學"], ["331.3"])
    found = _ask(sqlite_engine, own_models)
    assert "量子漫談學" in [one.label for one in found.subjects]
    assert "未公開" not in str(found.as_json())
    with database.read_sessions(sqlite_engine)() as session:
        assert session.scalars(select(BookRow.public)).all() == [False]
