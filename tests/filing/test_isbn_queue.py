"""The queue, its filters and figures, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from shuyin.filing.engine.flow import Refused
from shuyin.filing.isbn import desk, figures, queue
from shuyin.filing.isbn.acceptance import CLASS, SUBJECT
from shuyin.filing.isbn.queue import Wish
from shuyin.filing.models import FilingRow
from shuyin.filing.office import Office
from shuyin.records.models import OrganisationRow, User, utc_now
from tests.filing.isbn_desk import CLERK, FOUND, add_range, assign, house, send, take


def test_every_filter_of_the_queue(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        _, by = house(session)
        late = send(session, office, by, title="逾期的書")
        online = send(session, office, by, title="Online 100%", forms=["print", "ebook"])
        mine = send(session, office, by, title="我的書")
        user = User(account="clerk", name="林編目", role="cataloguer", password_hash="x")
        session.add(user)
        session.flush()
        session.get_one(FilingRow, late).due_on = office.today() - timedelta(days=1)
        queue.hand_over(session, office, mine, user.id, (office.today() + timedelta(days=30)).isoformat(), by=CLERK)
        me = CLERK.__class__("clerk", "cataloguer", user.id)
        reference = session.get_one(FilingRow, online).reference or ""
        cases: list[tuple[Wish, set[int]]] = [
            (Wish(), {late, online, mine}),
            (Wish(form="ebook"), {online}),
            (Wish(form="print"), {late, online, mine}),
            (Wish(form="audio"), set()),
            (Wish(due="late"), {late}),
            (Wish(due="today"), {late}),
            (Wish(due="week"), {late, online}),
            (Wish(assignee="me"), {mine}),
            (Wish(assignee="none"), {late, online}),
            (Wish(assignee=str(user.id)), {mine}),
            (Wish(words="ONLINE"), {online}),
            (Wish(words="100%"), {online}),
            (Wish(words="%"), {online}),
            (Wish(words=reference.lower()), {online}),
            (Wish(state="submitted", kind="isbn"), {late, online, mine}),
            (Wish(kind="cip"), set()),
            (Wish(page=2), set()),
        ]
        for wish, wanted in cases:
            found = queue.queue(session, office, wish, me)
            assert {line.row.id for line in found.lines} == wanted, wish
        assert [line.row.id for line in queue.queue(session, office, Wish(), me).lines] == [late, online, mine]
        assert queue.queue(session, office, Wish(assignee="me"), me).lines[0].assignee == "林編目"
        assert queue.staff(session) == [(user.id, "林編目")]
    assert len(cases) == 17


def test_only_those_who_may_handle_it_are_given_work(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        _, by = house(session)
        filing_id = send(session, office, by)
        editor = User(account="editor", role="editor", password_hash="x")
        session.add(editor)
        session.flush()
        for user_id, due in ((editor.id, ""), (None, "2020-01-01"), (None, "morgen")):
            with pytest.raises(Refused):
                queue.hand_over(session, office, filing_id, user_id, due, by=CLERK)


def test_figures_by_form_subject_publisher_and_turnaround(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house_id, by = house(session)
        session.get_one(OrganisationRow, house_id).kind = "團體"
        add_range(session, office, house_id)
        done = send(session, office, by)
        send(session, office, by, forms=["print", "ebook"], topic="兒童文學", cip="no")
        assign(session, office, done)
        desk.accept(session, office, done, [(SUBJECT, "期刊文獻"), (CLASS, "051")], FOUND, by=CLERK)
        take(session, office, done, "release")
        day = timedelta(days=1)
        found = figures.applications(session, office.now() - day, office.now() + day)
        assert (found.total, found.with_cip, found.numbers, found.cip_numbers) == (2, 1, 2, 1)
        assert found.by_form == {"print": 2, "ebook": 1}
        assert found.by_topic == {"總類": 1, "兒童文學": 1}
        assert found.by_publisher == {"團體": 2}
        assert figures.applications(session, office.now() + day, office.now() + 2 * day).total == 0
        waiting = figures.waiting(session, office)
        assert waiting.by_state == {"submitted": 1, "released": 1}
        assert (waiting.late, waiting.by_assignee) == (0, (("", 1, 0),))
        spent = figures.turnaround(session, utc_now() - 10_000 * day, utc_now() + day)
        assert spent.released is not None
        assert spent.released.filings == 1
