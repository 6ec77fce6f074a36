"""The authorisation matrix, made from the route table: every page × every role × one's own and another's record.

A new page under these addresses without a rule fails; so does a page whose rule lets in more than the table says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import Engine, delete, select

from shuyin.filing import roles
from shuyin.filing.engine import drafts, uploads
from shuyin.filing.models import FilingRow, SignInEvent
from shuyin.filing.office import By
from shuyin.filing.registration.declaration import REGISTRATION
from shuyin.filing.roles import PERMISSIONS, Permission, Role
from shuyin.notify import services
from shuyin.records import database
from shuyin.records.models import OrganisationRow
from shuyin.web.account.entrance import router as entrance
from shuyin.web.account.routes import router as account
from shuyin.web.account.searches import router as account_searches
from shuyin.web.content.staff_routes import router as pages
from shuyin.web.filing.api import router as filings_api
from shuyin.web.filing.assist import router as filing_assist
from shuyin.web.filing.isbn_pages import router as filing_isbn
from shuyin.web.filing.routes import router as filing
from shuyin.web.guard import rule_of
from shuyin.web.staff.covers import router as staff_covers
from shuyin.web.staff.desk import router as staff_desk
from shuyin.web.staff.desk_figures import router as staff_desk_figures
from shuyin.web.staff.ranges import router as staff_ranges
from shuyin.web.staff.recommendations import router as staff_recommendations
from shuyin.web.staff.records import router as staff_records
from shuyin.web.staff.routes import router as staff
from shuyin.web.staff.users import router as staff_users
from tests.filing.conftest import PDF
from tests.web.filing_site import Person, Site, make_site

ROUTERS = (
    entrance,
    account,
    account_searches,
    filing,
    filings_api,
    filing_assist,
    filing_isbn,
    staff,
    staff_records,
    staff_covers,
    staff_ranges,
    staff_desk,
    staff_desk_figures,
    staff_users,
    staff_recommendations,
    pages,
)
ROUTES = [
    (route, method)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
]

#: What each page needs; None: anyone, with the record's own key or account. Written by hand, so that a page that
#: changes its rule has to change this too.
EXPECTED: dict[str, Permission | None] = {
    **dict.fromkeys(
        (
            "/account/login", "/account/code", "/account/logout", "/account/register", "/account/forgotten",
            "/account/password/{token}", "/filing/new/{kind}", "/filing/open/{key}", "/filing/{filing_id}",
            "/filing/{filing_id}/files/{upload_id}", "/filing/{filing_id}/messages", "/filing/{filing_id}/resume",
            "/filing/{filing_id}/key", "/filing/{filing_id}/take/{name}", "/filing/{filing_id}/{step_name}",
            "/filing/{filing_id}/{step_name}/autosave", "/filing/{filing_id}/{step_name}/carry",
            "/filing/{filing_id}/{step_name}/recommend", "/filing/{filing_id}/{step_name}/recommend/use",
            "/api/v1/filings", "/api/v1/filings/{kind}",
            "/api/v1/filings/{kind}/check",
        )
    ),
    **dict.fromkeys(
        (
            "/account", "/account/password", "/account/devices", "/account/second-factor", "/account/data",
            "/account/data.json", "/account/tokens", "/account/searches", "/filing",
        ),
        Permission.OWN_ACCOUNT,
    ),
    **dict.fromkeys(
        (
            "/account/welcome", "/filing/isbn", "/filing/isbn/{filing_id}/data-block",
            "/filing/isbn/{filing_id}/data-block.{ending}", "/filing/publications", "/filing/publications/{number}",
            "/filing/covers",
        ),
        Permission.FILE,
    ),
    "/account/contact": Permission.CONTACT,
    **dict.fromkeys(
        (
            "/staff", "/staff/filings/{filing_id}", "/staff/filings/{filing_id}/reveal",
            "/staff/filings/{filing_id}/files/{upload_id}", "/staff/filings/{filing_id}/messages",
            "/staff/filings/{filing_id}/take/{name}",
        ),
        Permission.STAFF,
    ),
    "/staff/filings/{filing_id}/organisation": Permission.REVIEW_REGISTRATION,
    "/staff/organisations/{organisation_id}": Permission.UNDO,
    "/staff/organisations/{organisation_id}/undo": Permission.UNDO,
    "/staff/organisations/{organisation_id}/merge": Permission.MERGE,
    **dict.fromkeys(
        (
            "/staff/records", "/staff/records/books/{record_id}", "/staff/records/albums/{record_id}",
            "/staff/records/books/{record_id}/{what}", "/staff/records/albums/{record_id}/{what}",
        ),
        Permission.UNDO,
    ),
    **dict.fromkeys(
        (
            "/staff/pages", "/staff/pages/new", "/staff/pages/{page_id}", "/staff/pages/{page_id}/undo",
            "/staff/pages/{page_id}/visibility",
        ),
        Permission.EDIT_PAGES,
    ),
    **dict.fromkeys(
        (
            "/staff/desk", "/staff/desk/{filing_id}", "/staff/desk/{filing_id}/hand-over",
            "/staff/desk/{filing_id}/reply", "/staff/desk/{filing_id}/messages",
            "/staff/desk/{filing_id}/take/{name}", "/staff/desk/{filing_id}/give-up",
            "/staff/desk/{filing_id}/record", "/staff/desk/{filing_id}/preview", "/staff/desk-figures",
        ),
        Permission.REVIEW_ISBN,
    ),
    "/staff/covers": Permission.UNDO,
    "/staff/isbn-ranges": Permission.RANGES,
    "/staff/isbn-ranges/{range_id}": Permission.RANGES,
    "/staff/users": Permission.USERS,
    "/staff/users/{user_id}": Permission.USERS,
    "/staff/audit": Permission.AUDIT,
    "/staff/recommendations": Permission.RECOMMENDATIONS,
    "/staff/letters": Permission.LETTERS,
    "/staff/letters/{letter_id}/retry": Permission.LETTERS,
}  # fmt: skip


def test_every_page_names_its_rule() -> None:
    assert len(ROUTES) >= 40
    found = {}
    for route, _ in ROUTES:
        rule = rule_of(route)
        assert rule is not None, f"{route.path} has no rule: add needs(…) or anyone()"
        found[route.path] = rule.permission
    assert found == EXPECTED


#: Addresses whose pages are for some people only; everything else is for everyone.
ROOMS = ("/account", "/filing", "/staff", "/api/v1/filings")


def test_the_application_has_no_page_of_these_rooms_beside_the_routers(sqlite_engine: Engine, tmp_path: Path) -> None:
    app = make_site(sqlite_engine, tmp_path).app
    walked = {(route.path, method) for route, method in ROUTES}
    # FastAPI keeps each included router whole
    included = [route.original_router for route in app.routes if hasattr(route, "original_router")]
    found = {
        (route.path, method)
        for router in included
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    assert len(found) > 100
    assert {page for page in found if page[0].startswith(ROOMS)} == walked


World = tuple[Site, dict[str, Person], int, int]


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[tuple[Site, dict[str, Person], int, int]]:
    """A site, one signed-in person of each role and one visitor, a filing with a file that is none of theirs."""
    folder = tmp_path_factory.mktemp("matrix")
    (folder / "shuyin.db").write_bytes(sqlite_template.read_bytes())
    engine = database.connect(f"sqlite:///{folder / 'shuyin.db'}")
    site = make_site(engine, folder)
    with site.app.state.writes.begin() as session:
        house, other = (OrganisationRow(name=n, name_key=n, source="t") for n in ("甲", "乙"))
        session.add_all([house, other])
    owner = site.add_user("OWNER", "publisher", other.id)
    with site.app.state.writes.begin() as session:
        by = By("OWNER", "publisher", owner.id, other.id)
        row = drafts.start(session, site.office, REGISTRATION, by)
        upload = uploads.store(session, site.office, REGISTRATION, row.id, "publisher_evidence", "a.pdf", PDF, by=by)
        row.state, row.reference, row.submitted_at = "sent", "R115-000001", site.office.now()
        services.queue(
            session,
            site.office.vault,
            key="k",
            template="password-reset",
            recipient="a@example.com",
            context={"account": "x", "minutes": 1, "link": "x"},
        )
    people = {"visitor": site.person()}
    for role in Role:
        name = f"u-{role.value}"
        if role in roles.STAFF_ROLES:
            people[role.value] = site.staff(name, role.value)
        else:
            site.add_user(name, role.value, house.id)
            people[role.value] = site.sign_in(name)
    yield site, people, row.id, upload.id
    engine.dispose()


def ask(site: Site, person: Person, route: APIRoute, method: str, row_id: int, upload_id: int) -> Any:
    values = {
        "filing_id": row_id, "upload_id": upload_id, "kind": "feedback", "key": "x", "token": "x", "name": "x",
        "step_name": "unit", "organisation_id": 1, "letter_id": 1, "page_id": 1, "record_id": 1, "what": "undo",
        "user_id": 1, "range_id": 1, "ending": "docx", "number": "9789576787713",
    }  # fmt: skip
    path = re.sub(r"\{(\w+)\}", lambda m: str(values[m[1]]), route.path)
    if method == "GET":
        return person.client.get(path, follow_redirects=False)
    person.get("/account/forgotten")
    form = {"csrf": person.token(), "action": "none", "current": "wrong", "device": "0"}
    return person.client.post(path, data=form, follow_redirects=False)


def test_the_matrix(world: World) -> None:
    site, people, row_id, upload_id = world
    tried = 0
    for (route, method), (role, person) in product(ROUTES, people.items()):
        if route.path == "/account/logout":
            continue
        answer = ask(site, person, route, method, row_id, upload_id)
        wanted = EXPECTED[route.path]
        case = f"{method} {route.path} as {role}: {answer.status_code} {answer.headers.get('location', '')}"
        assert answer.status_code < 500, case
        if wanted is None:
            if route.path.endswith("/recommend") and method == "GET":  # leads back to the step, whoever asks
                answer = person.client.get(answer.headers["location"], follow_redirects=False)
            if "{filing_id}" in route.path:  # another's record is as if it were not there, for everyone
                assert answer.status_code == 404, case
        elif role == "visitor":
            assert answer.status_code == 303, case
            assert answer.headers["location"].startswith("/account/login"), case
        elif wanted not in PERMISSIONS[Role(role)]:
            assert answer.status_code == 403, case
        else:
            assert answer.status_code != 403 or "/filings/" in route.path, case
            assert not answer.headers.get("location", "").startswith("/account/login"), case
        tried += 1
    assert tried == (len(ROUTES) - 1) * (len(Role) + 1)
    with site.app.state.writes.begin() as session:
        session.execute(delete(SignInEvent))  # the many wrong passwords above slow this address down


def test_staff_without_the_review_permission_do_not_see_a_registration(
    world: World,
) -> None:
    _, people, row_id, upload_id = world
    for role, allowed in (("registrar", True), ("admin", True), ("editor", False), ("cataloguer", False)):
        for path in (f"/staff/filings/{row_id}", f"/staff/filings/{row_id}/files/{upload_id}"):
            assert (people[role].get(path).status_code == 200) is allowed, (role, path)
        assert ("R115-000001" in people[role].get("/staff").text) is allowed


def test_the_owner_and_their_house_open_their_own_filing(world: World) -> None:
    site, people, row_id, upload_id = world
    with site.app.state.writes.begin() as session:
        house = session.scalars(select(OrganisationRow.id).where(OrganisationRow.name == "乙")).one()
        session.get_one(FilingRow, row_id).organisation_id = house  # the matrix let staff join it to none
    site.add_user("COLLEAGUE", "publisher", house)
    for person in (site.sign_in("OWNER"), site.sign_in("COLLEAGUE")):
        for path in (f"/filing/{row_id}", f"/filing/{row_id}/files/{upload_id}"):
            assert person.get(path).status_code == 200
            assert person.path == path
        assert "R115-000001" in person.get("/filing").text
    assert "R115-000001" not in people["publisher"].get("/filing").text


def test_staff_come_nowhere_without_a_second_factor(world: World) -> None:
    site, _, row_id, _ = world
    site.add_user("new-registrar", "registrar")
    person = site.sign_in("new-registrar")
    for path in ("/staff", f"/staff/filings/{row_id}", "/account", "/account/devices"):
        person.get(path)
        assert person.path == "/account/second-factor"


def test_who_must_change_the_password_comes_nowhere_else(world: World) -> None:
    site, _, _, _ = world
    site.add_user("fresh", "publisher", must_change_password=True)
    person = site.sign_in("fresh")
    for path in ("/account", "/filing", "/account/contact", "/account/welcome"):
        person.get(path)
        assert person.path in ("/account/password", path)
        assert person.path == "/account/password" or person.last.status_code == 403
