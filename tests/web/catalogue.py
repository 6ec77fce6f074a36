"""A small catalogue of the tests' own: one full record and enough others to page, filter and sort."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from stdnum import ean

from shuyin.app.composition import Services, load_tables, open_services
from shuyin.app.settings import Settings
from shuyin.app.web import create_app
from shuyin.filing.accounts.passwords import hash_password
from shuyin.indexer import services as indexer
from shuyin.records import accounts, database, marc
from shuyin.records.book import (
    Binding,
    Book,
    ClassNumber,
    Contributor,
    Format,
    Link,
    Series,
    Subject,
    TitleParts,
)
from shuyin.records.models import BindingRow, User, utc_now
from shuyin.records.services import IncomingRecord, ingest

#: The record that source S0 prints; its facts only.
REPORT = Book(
    title="臺灣期刊資源學術能量風貌報告. 2025年 = Taiwan journals : an academic landscape",
    parts=TitleParts(
        main="臺灣期刊資源學術能量風貌報告", part_number="2025年", parallel=("Taiwan journals : an academic landscape",)
    ),
    responsibility="國家圖書館編輯",
    contributors=(Contributor("國家圖書館", "編輯", kind="corporate"),),
    edition="初版",
    place="臺北市",
    publisher="國家圖書館",
    published="2025-04",
    bindings=(
        Binding("9789576787713", "平裝", price="NT$300", pages="120面", size="26公分"),
        Binding("9789576787720", "PDF", price="NT$150", format=Format.EBOOK),
    ),
    series=(Series("國家圖書館期刊叢刊", "第3輯"),),
    subjects=(Subject("期刊", "lcstt"), Subject("文獻計量學", "lcstt", assigned_by="shuyin-1")),
    classes=(ClassNumber("011.016", "ncsclt"),),
    keywords=("學術期刊", "引用分析"),
    summary="本書說明臺灣學術期刊的數量、學門與引用情形。",
    contents="緒論 -- 期刊資源 -- 學術能量 -- 附錄",
    language="chi",
    languages=("chi", "eng"),
    audience="成人(學術)",
    rating="普遍級",
    category="社會科學",
    cip_number="CIP 114004670",
    control_number="report",
    links=(Link("https://example.org/report", "全文"),),
)
_TOPICS = ("歷史", "地理", "音樂", "繪本", "植物", "茶藝", "建築", "詩選", "程式設計", "料理")
_CLASSES = ("610", "690.5", "910", "859.9", "370", "974", "920", "831", "312.32", "427.1")
_PUBLISHERS = ("山月出版社", "海風文化", "中華書局")
TOTAL = 131


def isbn(number: int) -> str:
    """A valid ISBN of a prefix that the tests use."""
    body = f"978626411{number:03d}"
    return body + ean.calc_check_digit(body)


def books() -> list[Book]:
    """The report first, then 130 books that differ in a regular way."""
    made = [REPORT]
    for n in range(TOTAL - 1):
        topic = _TOPICS[n % 10]
        title = f"臺灣{topic}小書第{n + 1}冊"
        form = (Format.PRINT, Format.PRINT, Format.EBOOK, Format.AUDIO)[n % 4]
        binding = {Format.PRINT: "平裝", Format.EBOOK: "EPUB", Format.AUDIO: "有聲書"}[form]
        made.append(
            Book(
                title=title,
                parts=TitleParts(main=title),
                contributors=(Contributor(f"作者{n % 7}", "著"),),
                publisher=_PUBLISHERS[n % 3],
                published=f"{2016 + n % 10}-{n % 12 + 1:02d}",
                bindings=(Binding(isbn(n), binding, price=f"NT${200 + n}", format=form),),
                subjects=(Subject(topic, "lcstt", assigned_by="shuyin-1"),),
                classes=(ClassNumber(_CLASSES[n % 10], "ncsclt", assigned_by="shuyin-1"),),
                language=("chi", "chi", "jpn")[n % 3],
                audience=("成人(一般)", "青少年")[n % 2],
                format=form,
                control_number=f"small-{n}",
            )
        )
    return made


@dataclass(frozen=True, slots=True)
class Site:
    """An application on a catalogue of its own."""

    app: FastAPI
    services: Services
    ids: dict[str, int]  # control number → record

    @property
    def report(self) -> int:
        """Number of the full record."""
        return self.ids["report"]

    def sign_in(self, account: str = "reader") -> str:
        """A session token of a user."""
        with self.services.writes.begin() as session:
            user = session.scalar(select(User).where(User.account == account))
            assert user is not None
            return accounts.open_session(session, user, now=utc_now(), user_agent="test", address="127.0.0.1")

    def api_token(self) -> str:
        """A bearer token of a user."""
        with self.services.writes.begin() as session:
            user = session.scalar(select(User).where(User.account == "reader"))
            assert user is not None
            return accounts.new_api_token(session, user, "test")


def build(folder: Path, search_url: str | None = None, records: list[Book] | None = None) -> Site:
    """Records in, index built, application composed: the chain that the service itself runs."""
    load_tables()
    settings = Settings(
        _env_file=None,
        database_url=f"sqlite:///{folder / 'shuyin.db'}",
        search_url=search_url or f"tantivy:{folder / 'index'}",
        data_dir=folder,
        base_url="http://catalogue.test",
        secret_key="a secret of the tests" * 2,
    )
    services = open_services(settings)
    database.upgrade(services.engine)
    ids = _fill(services.writes, books() if records is None else records)
    indexer.rebuild(services.sessions, services.writes, services.search, "books")
    return Site(create_app(settings, services), services, ids)


def _fill(writes: sessionmaker[Session], records: list[Book]) -> dict[str, int]:
    numbered = [replace(book, control_number=book.control_number or f"n{n}") for n, book in enumerate(records)]
    incoming = [IncomingRecord(marc=marc.serialise(marc.write(book)), source="tests") for book in numbered]
    with writes.begin() as session:
        ingested = ingest(session, incoming)
        ids = {book.control_number or "": done.book_id for book, done in zip(numbered, ingested, strict=True)}
        for binding in session.scalars(select(BindingRow).where(BindingRow.isbn == "9789576787713")):
            binding.deposit_state = "deposited"
        session.add(User(account="reader", password_hash=hash_password("a long password of tests"), role="reader"))
    return ids
