"""ONIX for Books 3.0 and 3.1 (reference and short tags, with or without namespace); 2.1 as far as it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from shuyin.harvest import cells
from shuyin.harvest.cleaning import clean, plain_text
from shuyin.harvest.making import incoming, repairs_warning
from shuyin.harvest.readers import onix_tables as tables
from shuyin.harvest.readers.onix_message import Node, message, products
from shuyin.harvest.reading import Rejected, SourceFormat
from shuyin.harvest.reasons import Reason
from shuyin.records.book import Binding, Book, ClassNumber, Contributor, Format, Series, Subject, TitleParts
from shuyin.records.printed_titles import whole_title
from shuyin.records.services import IncomingRecord

WARN_OLD = "ONIX 2.1 是已停用的舊版，已盡可能轉換；請來源改以 3.0 或 3.1 輸出"


class OnixReader:
    """Reader of `--format onix`."""

    format = SourceFormat.ONIX

    def split(self, stream: BinaryIO) -> Iterator[bytes]:
        """See `Reader.split`."""
        return products(stream)

    def convert(self, piece: bytes, source: str) -> IncomingRecord:
        """The product as MARC21; matched by its ISBN."""
        release, header, product = message(piece)
        if not release.startswith(("3.", "2.")) and release not in {"2", "3"}:
            raise Rejected(Reason.RELEASE_NOT_SUPPORTED, release)
        _check_notification(product.get("NotificationType"))
        repairs: set[str] = set()
        old = release.startswith("2")
        book = _Product(product, header, old, repairs).book()
        warnings = ((WARN_OLD,) if old else ()) + repairs_warning(repairs)
        return incoming(book, piece, self.format, source, warnings=warnings)


def _check_notification(kind: str) -> None:
    if kind == tables.DELETED:
        raise Rejected(Reason.DELETED_RECORD)
    if kind == tables.PARTIAL:
        raise Rejected(Reason.PARTIAL_UPDATE)
    if kind in tables.TESTS:
        raise Rejected(Reason.TEST_RECORD)


class _Product:
    """One product; 2.1 has the parts of 3.x directly under it, under partly other names."""

    def __init__(self, product: Node, header: Node, old: bool, repairs: set[str]) -> None:
        self.product = product
        self.header = header
        self.old = old
        self.repairs = repairs
        self.detail = product if old else _block(product, "DescriptiveDetail")
        self.collateral = product if old else _block(product, "CollateralDetail")
        self.publishing = product if old else _block(product, "PublishingDetail")

    def book(self) -> Book:
        isbn = self._isbn()
        parts = self._title()
        binding = self._binding(isbn)
        subjects, classes, keywords = self._subjects()
        language, original = self._languages()
        kind = "2" if self.old else "3"
        return Book(
            title=whole_title(parts),
            parts=parts,
            contributors=self._contributors(),
            edition=self._edition(),
            place=self._text(self.publishing, "CityOfPublication"),
            publisher=self._publisher(),
            published=self._published(),
            bindings=(binding,),
            series=self._series(),
            subjects=subjects,
            classes=classes,
            keywords=keywords,
            summary=next((t for k in tables.DESCRIPTIONS[kind] if (t := self._long_text(k))), None),
            contents=self._long_text(tables.CONTENTS),
            language=language,
            original_language=original,
            audience=self._audience(),
            format=binding.format,
        )

    def _text(self, node: Node, path: str) -> str | None:
        return clean(node.get(path), self.repairs) or None

    def _isbn(self) -> str:
        numbers = {n.get("ProductIDType"): n.get("IDValue") for n in self.product.all("ProductIdentifier")}
        refused: Rejected | None = None
        for kind in ("15", "03", "02"):
            try:
                isbn = cells.isbn_13(numbers.get(kind, ""))
            except Rejected as why:
                refused = refused or why
                continue
            if isbn is not None:
                return isbn
        raise refused or Rejected(Reason.ISBN_MISSING, self.product.get("RecordReference"))

    def _title(self) -> TitleParts:
        details = self.detail.all("Title" if self.old else "TitleDetail")
        for detail in sorted(details, key=lambda d: d.get("TitleType") != "01"):
            elements = [detail] if self.old else detail.all("TitleElement")
            for element in sorted(elements, key=lambda e: e.get("TitleElementLevel") or "01"):
                main = self._title_text(element)
                if main:
                    return TitleParts(
                        main=main,
                        remainder=self._text(element, "Subtitle"),
                        part_number=self._text(element, "PartNumber"),
                    )
        raise Rejected(Reason.NO_TITLE, self.product.get("RecordReference"))

    def _title_text(self, element: Node) -> str:
        text = element.get("TitleText")
        if not text:
            text = f"{element.get('TitlePrefix')} {element.get('TitleWithoutPrefix')}"
        return plain_text(text, self.repairs).replace("\n", " ")

    def _contributors(self) -> tuple[Contributor, ...]:
        found = []
        nodes = self.detail.all("Contributor")
        for node in sorted(nodes, key=lambda n: int(n.get("SequenceNumber") or 999)):
            role = tables.ROLES.get(node.get("ContributorRole"))
            name, kind = self._name(node)
            if name:
                found.append(Contributor(name=name, role=role, kind=kind))
        return tuple(found)

    def _name(self, node: Node) -> tuple[str | None, str]:
        corporate = self._text(node, "CorporateName")
        if corporate:
            return corporate, "corporate"
        key = " ".join(filter(None, (node.get("PrefixToKey"), node.get("KeyNames"))))
        before = node.get("NamesBeforeKey")
        name = node.get("PersonNameInverted") or (f"{key}, {before}" if key and before else key)
        return clean(name or node.get("PersonName"), self.repairs) or None, "person"

    def _edition(self) -> str | None:
        statement = self._text(self.detail, "EditionStatement")
        number = self.detail.get("EditionNumber")
        return statement or (f"第{number}版" if number.isdigit() and int(number) > 1 else None)

    def _publisher(self) -> str | None:
        publishers = self.publishing.all("Publisher")
        first = sorted(publishers, key=lambda p: p.get("PublishingRole") not in {"", "01"})
        names = [self._text(p, "PublisherName") for p in first]
        return next(filter(None, names), None) or self._text(self.publishing, "Imprint/ImprintName")

    def _published(self) -> str | None:
        dates = {n.get("PublishingDateRole"): n.get("Date") for n in self.publishing.all("PublishingDate")}
        for text in (dates.get("01"), dates.get("11"), self.product.get("PublicationDate")):
            digits = re.match(r"\d{4}(?:\d{2}){0,2}", (text or "").replace("-", ""))
            if digits:
                return cells.publication_date(digits.group(0))
        return None

    def _binding(self, isbn: str) -> Binding:
        form = self.detail.get("ProductForm")
        details = [d.text for d in self.detail.all("ProductFormDetail")]
        binding = next((tables.FILE_FORMATS[d] for d in details if d in tables.FILE_FORMATS), tables.BINDINGS.get(form))
        kinds = {"A": Format.AUDIO, "E": Format.EBOOK, "D": Format.EBOOK, "B": Format.PRINT}
        pages = self._pages()
        return Binding(
            isbn=isbn,
            binding=binding,
            price=self._price(),
            pages=f"{pages}頁" if pages else None,
            size=self._size(),
            format=kinds.get(form[:1], Format.PRINT if not form else Format.OTHER),
        )

    def _pages(self) -> str | None:
        extents = {
            n.get("ExtentType"): n.get("ExtentValue")
            for n in self.detail.all("Extent")
            if n.get("ExtentUnit") == tables.PAGES_UNIT
        }
        given = [extents.get(kind) for kind in tables.PAGE_EXTENTS] + [self.detail.get("NumberOfPages")]
        return next((v for v in given if v and v != "0"), None)

    def _size(self) -> str | None:
        sizes = {
            n.get("MeasureType") or n.get("MeasureTypeCode"): (n.get("Measurement"), n.get("MeasureUnitCode"))
            for n in self.detail.all("Measure")
        }
        height, width = sizes.get("01"), sizes.get("02")
        if height is None or not height[0]:
            return None
        if width is None or width[1] != height[1]:
            return f"{height[0]} {height[1]}"
        return f"{height[0]} x {width[0]} {height[1]}"

    def _price(self) -> str | None:
        prices = self.product.all("SupplyDetail/Price" if self.old else "ProductSupply/SupplyDetail/Price")
        rank = {kind: i for i, kind in enumerate(tables.PRICES)}
        for node in sorted(prices, key=lambda n: rank.get(n.get("PriceType") or n.get("PriceTypeCode"), len(rank))):
            amount = node.get("PriceAmount")
            currency = node.get("CurrencyCode") or self.header.get("DefaultCurrencyCode")
            if amount:
                return cells.price(amount) if currency == "TWD" else f"{currency} {amount}".strip()
        return None

    def _series(self) -> tuple[Series, ...]:
        found = []
        for node in self.detail.all("Series" if self.old else "Collection"):
            elements = node.all("TitleDetail/TitleElement")
            own = [e for e in elements if e.get("TitleElementLevel") in {"02", ""}]
            title = self._text(node, "TitleOfSeries") or next(filter(None, map(self._title_text, own)), None)
            number = self._text(node, "NumberWithinSeries") or self._text(node, "TitleDetail/TitleElement/PartNumber")
            if title:
                found.append(Series(title, number))
        return tuple(found)

    def _subjects(self) -> tuple[tuple[Subject, ...], tuple[ClassNumber, ...], tuple[str, ...]]:
        subjects: list[Subject] = []
        classes: list[ClassNumber] = []
        keywords: list[str] = []
        for node in [*self.detail.all("MainSubject"), *self.detail.all("Subject")]:
            scheme = node.get("SubjectSchemeIdentifier") or node.get("MainSubjectSchemeIdentifier")
            heading, code = self._text(node, "SubjectHeadingText"), self._text(node, "SubjectCode")
            if scheme == tables.KEYWORDS:
                keywords += [k for k in re.split(r"\s*[;,；、]\s*", heading or "") if k]
                continue
            if code and scheme in tables.CLASS_SCHEMES:
                classes.append(ClassNumber(code, tables.CLASS_SCHEMES[scheme]))
            if heading and scheme in tables.HEADING_SCHEMES:
                subjects.append(Subject(heading, tables.HEADING_SCHEMES[scheme]))
        for name, vocabulary in (("BASICMainSubject", "bisacsh"), ("BICMainSubject", "bicssc")):
            if code := self._text(self.detail, name):
                classes.append(ClassNumber(code, vocabulary))
        return tuple(dict.fromkeys(subjects)), tuple(dict.fromkeys(classes)), tuple(dict.fromkeys(keywords))

    def _audience(self) -> str | None:
        codes = [
            node.get("AudienceCodeValue")
            for node in self.detail.all("Audience")
            if node.get("AudienceCodeType") == tables.ONIX_AUDIENCE
        ]
        codes += [node.text for node in self.detail.all("AudienceCode")]  # before 3.1, and in 2.1
        return next((tables.AUDIENCES[code] for code in codes if code in tables.AUDIENCES), None)

    def _languages(self) -> tuple[str | None, str | None]:
        codes = {n.get("LanguageRole"): n.get("LanguageCode") for n in self.detail.all("Language")}
        return codes.get("01") or self.header.get("DefaultLanguageOfText") or None, codes.get("02")

    def _long_text(self, kind: str) -> str | None:
        name, role = ("OtherText", "TextTypeCode") if self.old else ("TextContent", "TextType")
        for node in self.collateral.all(name):
            if node.get(role) == kind:
                markup = next((text.markup for text in node.all("Text")), "")
                return plain_text(markup, self.repairs) or None
        return None


def _block(product: Node, name: str) -> Node:
    return next(iter(product.all(name)), Node(name))
