"""The cataloguing desk in a real Chromium: by keyboard alone, without scripts, on a phone and in the dark.

With `SHUYIN_PICTURES=1` the pictures of the cataloguer's guide are taken anew.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from shuyin.app.serving import listen
from shuyin.filing.accounts import second_factor
from shuyin.filing.engine import flow
from shuyin.filing.models import FilingRow
from shuyin.filing.office import Office, office_for
from shuyin.indexer import services as indexer
from shuyin.records import accounts
from shuyin.records.models import HeadingRow, User, utc_now
from tests.browser.test_accessibility import _findings
from tests.filing.isbn_desk import APPLICATION, TICKED, add_range, assign, house, send
from tests.shared_data import REPOSITORY
from tests.web.catalogue import Site, books, build

pytestmark = pytest.mark.browser
GUIDE = REPOSITORY / "docs" / "guide"


@dataclass
class World:
    """A served catalogue with a publisher that has a range, and a cataloguer's session."""

    site: Site
    office: Office
    address: str
    token: str
    publisher: Any

    def file(self, **answers: Any) -> int:
        """An application that was sent."""
        month = self.office.today().strftime("%Y-%m")
        months = {f"{form}_published": month for form in ("print", "ebook", "audio")}
        with self.site.services.writes.begin() as session:
            return send(session, self.office, self.publisher, **{**months, **answers})

    def index(self) -> None:
        """What the indexer does all the time."""
        services = self.site.services
        indexer.catch_up(services.sessions, services.writes, services.search)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    site = build(tmp_path_factory.mktemp("desk"), records=books()[:12])
    listening = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(site.app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    office = office_for(site.app.state.settings)
    with site.services.writes.begin() as session:
        house_id, by = house(session)
        add_range(session, office, house_id)
        clerk = User(account="clerk", name="林編目", role="cataloguer", password_hash="x")
        session.add_all([clerk, HeadingRow(scheme="lcstt", label="期刊文獻", variants=["雜誌文獻"], origin="t")])
        session.flush()
        second_factor.begin(session, office, clerk)
        session.get_one(second_factor.SecondFactor, clerk.id).confirmed_at = utc_now()
        token = accounts.open_session(session, clerk, now=utc_now(), user_agent="test", address="127.0.0.1")
    yield World(site, office, f"http://127.0.0.1:{listening.getsockname()[1]}", token, by)
    server.should_exit = True
    thread.join(10)
    listening.close()
    site.services.close()


NewPage = Callable[..., Page]


@pytest.fixture
def clerk(browser: Browser, world: World) -> Iterator[NewPage]:
    """`clerk(width=390, dark=True, scripts=False)`: a browser in which the cataloguer is signed in."""
    contexts = []

    def opener(*, width: int = 1440, dark: bool = False, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=world.address,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.add_cookies([{"name": "shuyin_session", "value": world.token, "url": world.address}])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        return page

    yield opener
    for context in contexts:
        context.close()


def picture(page: Page, name: str, wanted: bool = True) -> None:
    if wanted and os.environ.get("SHUYIN_PICTURES"):
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=GUIDE / f"{name}.png", full_page=True)


class Keys:
    """Presses keys and counts them, modifiers as well."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.strokes = 0

    def press(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)
            self.strokes += len(name.split("+"))


def test_a_prepared_application_is_finished_by_keyboard_in_under_25_strokes(world: World, clerk: NewPage) -> None:
    filing_id = world.file(title="鍵盤上的書")
    page = clerk()
    page.goto("/staff/desk?q=鍵盤上的書")
    picture(page, "13-desk-queue")
    keys = Keys(page)
    keys.press("Alt+o")
    expect(page).to_have_url(re.compile(rf"/staff/desk/{filing_id}$"))
    expect(page.locator('input[name="ticked"]').first).to_be_focused()
    page.wait_for_load_state()  # the keys are a script's
    keys.press(" ", *("Tab", " ") * (len(TICKED) - 1))
    expect(page.locator('input[name="ticked"]:checked')).to_have_count(len(TICKED))
    picture(page, "14-desk-check")
    keys.press("Alt+g")
    expect(page.locator("#record-form")).to_be_visible()
    expect(page.get_by_text("978-957-678-", exact=False).first).to_be_visible()
    page.wait_for_load_state()
    picture(page, "15-desk-record")
    keys.press("Alt+b")
    expect(page.get_by_text("合乎格式，可以公開。")).to_be_visible()
    page.wait_for_load_state()
    picture(page, "16-desk-ready")
    keys.press("Alt+r")
    expect(page.locator("dd .tag", has_text="已完成")).to_be_visible()
    assert keys.strokes < 25, keys.strokes
    world.index()
    page.get_by_role("link", name="讀者看到的頁面").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("鍵盤上的書")
    page.goto(page.url.rstrip("/") + "/data-block")
    expect(page.locator(".cip-block")).to_contain_text(f"CIP {world.office.today().year - 1911}")


def test_one_suggestion_by_one_key(world: World, clerk: NewPage) -> None:
    filing_id = world.file(title="一個鍵的書")
    with world.site.services.writes.begin() as session:
        assign(session, world.office, filing_id)
    page = clerk()
    page.goto(f"/staff/desk/{filing_id}")
    first = page.locator('#suggestions button[accesskey="1"]')
    value = str(first.get_attribute("value")).removeprefix("subject:")
    page.keyboard.press("Alt+1")
    expect(page.locator("textarea[name=content]", has_text=f"$a{value}").first).to_be_visible()
    expect(first).to_be_disabled()


def test_the_preview_follows_what_is_typed(world: World, clerk: NewPage) -> None:
    filing_id = world.file(title="邊打邊看的書")
    with world.site.services.writes.begin() as session:
        assign(session, world.office, filing_id)
    page = clerk()
    page.goto(f"/staff/desk/{filing_id}")
    edition = page.locator(".marc-line", has=page.locator('input[name="tag"][value="250"]')).locator("textarea")
    edition.fill("$a打字中的版本")
    expect(page.locator("#preview")).to_contain_text("打字中的版本")
    edition.press("Enter")  # saves
    expect(page.locator("textarea[name=content]", has_text="打字中的版本").first).to_be_visible()
    expect(page.locator('input[name="version"]')).to_have_value("2")


def test_the_whole_way_without_scripts(world: World, clerk: NewPage) -> None:
    filing_id = world.file(title="沒有程式的書")
    page = clerk(scripts=False)
    page.goto("/staff/desk?q=沒有程式的書")
    page.get_by_role("link", name=re.compile("^I1")).click()
    for name in TICKED:
        page.locator(f'input[name="ticked"][value="{name}"]').check()
    page.get_by_role("button", name="編配 ISBN").click()
    spare = page.locator(".marc-line").last
    spare.locator('input[name="tag"]').fill("500")
    spare.locator("textarea").fill("$a不用程式寫的附註")
    page.locator('select[name="look_in"]').select_option("subject")
    page.locator('input[name="look_for"]').fill("雜誌文獻")
    page.get_by_role("button", name="查詢", exact=False).last.click()
    page.locator('#look-up button[value="subject:期刊文獻"]').click()
    expect(page.locator("textarea[name=content]", has_text="不用程式寫的附註")).to_have_count(1)
    page.get_by_role("button", name="採用最可能的建議").click()
    page.get_by_role("button", name="儲存並公開書目").click()
    expect(page.locator("dd .tag", has_text="已完成")).to_be_visible()
    world.index()
    page.goto(f"/staff/desk/{filing_id}")
    page.get_by_role("link", name="讀者看到的頁面").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("沒有程式的書")


def test_print_and_ebook_in_a_set_returned_once_reach_the_public_page(world: World, clerk: NewPage) -> None:
    parts = [{"number": "1", "isbn": "", "title": "上冊", "format": "EPUB"}]
    told = {"ebook_numbering": "both", "ebook_volumes": "1", "ebook_set_title": "套書", "ebook_formats": ["EPUB"]}
    filing_id = world.file(title="錯的書名", forms=["print", "ebook"], ebook_parts=parts, **told)
    page = clerk()
    page.goto(f"/staff/desk/{filing_id}")
    page.locator("#reply").select_option("different")
    page.get_by_role("button", name="帶入").click()
    expect(page.locator("#message")).to_have_value(re.compile("申請資料與版權頁不一致"))
    page.get_by_role("button", name=re.compile("^退件")).click()
    expect(page.locator("dd .tag", has_text="退件")).to_be_visible()
    with world.site.services.writes.begin() as session:
        row = session.get_one(FilingRow, filing_id)
        row.answers = {**row.answers, "title": "對的書名: 兩種裝訂與一套電子書"}
        flow.take(session, world.office, APPLICATION, filing_id, "resend", by=world.publisher)
    page.goto(f"/staff/desk/{filing_id}")
    expect(page.locator("#changes ins")).to_have_text("對的書名: 兩種裝訂與一套電子書")
    for name in TICKED:
        page.locator(f'input[name="ticked"][value="{name}"]').check()
    page.get_by_role("button", name=re.compile("^編配 ISBN")).click()
    expect(page.locator("#numbers td.figures", has_text="978-957-678-")).to_have_count(4)
    numbers = page.locator("#numbers td.figures").all_inner_texts()
    page.get_by_role("button", name=re.compile("^採用最可能的建議")).click()
    expect(page.get_by_text("合乎格式，可以公開。")).to_be_visible()
    page.get_by_role("button", name=re.compile("^儲存並公開書目")).click()
    expect(page.locator("dd .tag", has_text="已完成")).to_be_visible()
    world.index()
    page.get_by_role("link", name="讀者看到的頁面").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("對的書名")
    page.goto(page.url.rstrip("/") + "/data-block")
    block = page.locator(".cip-block")
    for number, label in zip(numbers, ("精裝", "平裝", "全套：EPUB", "第1冊：EPUB"), strict=True):
        expect(block).to_contain_text(f"ISBN{number}({label})")
    expect(block).to_contain_text("題名/著者：對的書名：兩種裝訂與一套電子書 / 王小明著")
    expect(block).not_to_contain_text("機器建議")
    page.goto("/staff/desk-figures")
    expect(page.locator("main")).to_contain_text("電子書")


def test_names_of_the_catalogue_are_found(world: World, clerk: NewPage) -> None:
    filing_id = world.file(title="找人的書")
    with world.site.services.writes.begin() as session:
        assign(session, world.office, filing_id)
    page = clerk()
    page.goto(f"/staff/desk/{filing_id}")
    page.locator('select[name="look_in"]').select_option("name")
    page.locator('input[name="look_for"]').fill("國家圖書館")
    page.locator('#look-up button[value="look-up"]').click()
    expect(page.locator('#look-up button[value="name:國家圖書館"]')).to_be_visible()


def test_axe_finds_nothing_on_the_desk(world: World, clerk: NewPage, axe: str) -> None:
    filing_id = world.file(title="無障礙的書", forms=["print", "ebook"])
    fresh = world.file(title="還沒編號的書")
    with world.site.services.writes.begin() as session:
        assign(session, world.office, filing_id)
    paths = {
        "17-desk-work": f"/staff/desk/{filing_id}",
        "fresh": f"/staff/desk/{fresh}",
        "queue": "/staff/desk",
        "18-ranges": "/staff/isbn-ranges",
        "19-figures": "/staff/desk-figures",
    }
    looked_at = 0
    for name, path in paths.items():
        for width, dark in ((1440, False), (390, True)):
            page = clerk(width=width, dark=dark)
            page.goto(path)
            assert _findings(page, axe) == [], (path, width)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{path} scrolls sideways by {wide} px at {width}"
            picture(page, name, wanted=width == 1440 and name[0].isdigit())
            if os.environ.get("SHUYIN_SHOTS"):
                page.screenshot(path=Path(os.environ["SHUYIN_SHOTS"]) / f"{name}-{width}.png", full_page=True)
            looked_at += 1
    assert looked_at == 10
