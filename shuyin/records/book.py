"""What a bibliographic record says, as plain values: the one projection that everything else reads.

`marc.read` makes a `Book` from a MARC21 record, `marc.write` makes a MARC21 record from a `Book`
(table: docs/marc.md). Unknown is `None` or empty, never invented. Dates are ISO 8601 strings cut to the
precision that is known: "2025", "2025-04" or "2025-04-09".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Format(StrEnum):
    """Form of publication (出版形式), facet `format`."""

    PRINT = "print"  # 紙本書
    EBOOK = "ebook"  # 電子書
    AUDIO = "audiobook"  # 有聲書
    OTHER = "other"


class DepositState(StrEnum):
    """Legal deposit of one binding (送存狀態); not part of MARC, kept in the binding's row."""

    UNKNOWN = "unknown"
    PENDING = "pending"  # 未送存
    PROCESSING = "processing"  # 處理中
    DEPOSITED = "deposited"  # 已送存


#: Who assigned a heading or class number when no machine did (MARC 883 is absent).
CATALOGUER = "cataloguer"


@dataclass(frozen=True, slots=True)
class TitleParts:
    """MARC 245 (and 246) taken apart; `main` is never empty for an accepted record."""

    main: str
    remainder: str | None = None  # $b
    part_number: str | None = None  # $n
    part_name: str | None = None  # $p
    parallel: tuple[str, ...] = ()  # parallel titles (245 $b after "=", 246 second indicator 1)
    variants: tuple[str, ...] = ()  # other 246, 240, 730, 740
    uniform: str | None = None  # 130/240


@dataclass(frozen=True, slots=True)
class Contributor:
    """One 1xx/7xx entry. `role` as printed (著, 譯, 繪 …) or the relator code's Chinese term."""

    name: str
    role: str | None = None
    kind: str = "person"  # person | corporate | meeting
    dates: str | None = None  # $d
    latin: str | None = None  # romanised or original form (880, or given in brackets)


@dataclass(frozen=True, slots=True)
class Binding:
    """One ISBN (020) with what belongs to it alone."""

    isbn: str | None  # 13 digits, no hyphens; None where the source has a price but no number
    binding: str | None = None  # 平裝, 精裝, EPUB …  (020 $q)
    price: str | None = None  # as printed: NT$300 (020 $c)
    pages: str | None = None  # 300 $a ($3 names the binding where they differ)
    size: str | None = None  # 300 $c
    format: Format = Format.PRINT
    invalid_isbn: str | None = None  # 020 $z


@dataclass(frozen=True, slots=True)
class Subject:
    """One 650/600/610/651/655 heading; `scheme` is `$2` or the vocabulary of the second indicator."""

    label: str  # subdivisions joined by "--"
    scheme: str | None = None  # lcstt, lcsh, …
    assigned_by: str = CATALOGUER  # or the process named in 883 $a
    tag: str = "650"


@dataclass(frozen=True, slots=True)
class ClassNumber:
    """One class number: 084 $2 ncsclt, 082 (ddc), 050 (lcc)."""

    number: str
    scheme: str  # ncsclt | ddc | lcc | …
    assigned_by: str = CATALOGUER


@dataclass(frozen=True, slots=True)
class Series:
    """One 490/8xx statement."""

    title: str
    volume: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """One 856."""

    url: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class RelatedWork:
    """One 765/775/776/780/785 entry: the same work in another language, edition or form."""

    tag: str
    title: str | None
    isbn: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """One bibliographic record as values; every list keeps the order of the record."""

    title: str  # whole title as displayed: 245 $a $n $p $b with their punctuation, without $c
    parts: TitleParts
    responsibility: str | None = None  # 245 $c
    contributors: tuple[Contributor, ...] = ()
    edition: str | None = None  # 250
    place: str | None = None  # 264/260 $a
    publisher: str | None = None  # 264/260 $b
    published: str | None = None  # ISO date from 264/260 $c (ROC years converted), else 008
    bindings: tuple[Binding, ...] = ()
    series: tuple[Series, ...] = ()
    subjects: tuple[Subject, ...] = ()
    classes: tuple[ClassNumber, ...] = ()
    keywords: tuple[str, ...] = ()  # 653
    summary: str | None = None  # 520
    contents: str | None = None  # 505
    notes: tuple[str, ...] = ()  # 500
    language: str | None = None  # MARC code, 041 $a or 008/35-37
    languages: tuple[str, ...] = ()  # all of 041 $a
    original_language: str | None = None  # 041 $h
    audience: str | None = None  # 適讀對象, 521 first indicator 8 (display constant none)
    rating: str | None = None  # 分級註記, 521 $3 分級註記
    category: str | None = None  # 圖書主題, 655 $2 local
    shelf_category: str | None = None  # 建議上架分類, 655 $2 local
    format: Format = Format.PRINT
    cip_number: str | None = None  # 010/015/016: CIP 114004670
    control_number: str | None = None  # 001
    links: tuple[Link, ...] = ()
    related: tuple[RelatedWork, ...] = ()
    original_script: tuple[str, ...] = field(default=())  # text of 880 fields not folded into the above

    @property
    def isbns(self) -> tuple[str, ...]:
        """The valid 13-digit ISBNs of all bindings, in order."""
        return tuple(b.isbn for b in self.bindings if b.isbn)
