"""Which numbers an application asks for, one by one, each with the principle that it follows (D1, C8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shuyin.filing.isbn.assignment import Wanted
from shuyin.records.book import Format

Answers = Mapping[str, Any]

FORMATS = {"print": Format.PRINT, "ebook": Format.EBOOK, "audio": Format.AUDIO}
#: What a number of the set is printed with (S0 l.1795: 全套).
WHOLE_SET = "全套"


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is wanted: for which form and binding or file format, of the set or of a volume."""

    item: str
    label: str  # as it is printed behind the number: 平裝, 全套：精裝, 第1冊：EPUB
    form: Format
    price: str | None  # NT$450
    principle: str  # code of principles.PRINCIPLES

    @property
    def wanted(self) -> Wanted:
        """What `assignment.assign` is asked for."""
        return Wanted(self.item, self.label)


def numbers(answers: Answers) -> tuple[Number, ...]:
    """All numbers of an application in the order of its forms: the set first, then the volumes.

    Volumes that bring a number of their own keep it (S0 l.1744–1751); 附件 goes with the book.
    """
    found: list[Number] = []
    for form in FORMATS:
        if form in (answers.get("forms") or ()):
            found += _of_form(answers, form)
    return tuple(found)


def _of_form(answers: Answers, form: str) -> Iterator[Number]:
    kinds = tuple(_kinds(answers, form))
    numbering = answers.get(f"{form}_numbering") or "single"
    if numbering == "single":
        for code, label, price in kinds:
            principle = "binding" if form == "print" else "format"
            yield Number(f"{form}-{code}", label, FORMATS[form], price, principle)
        return
    for code, label, price in kinds:
        yield Number(f"{form}-set-{code}", f"{WHOLE_SET}：{label}", FORMATS[form], price, "set")
    if numbering == "both":
        yield from _volumes(answers, form, kinds)


def _volumes(answers: Answers, form: str, kinds: Sequence[tuple[str, str, str | None]]) -> Iterator[Number]:
    for place, part in enumerate(answers.get(f"{form}_parts") or (), start=1):
        if part.get("isbn"):
            continue
        volume = volume_label(str(part.get("number") or place))
        chosen = str(part.get("format") or "")
        own = [(chosen.replace(" ", "-"), _format_label(answers, form, chosen), None)] if chosen else kinds
        for code, label, _price in own:
            yield Number(f"{form}-{place}-{code}", f"{volume}：{label}", FORMATS[form], None, "set")


def volume_label(number: str) -> str:
    """第1冊 for a bare number; 上冊, 第一輯 and the like as they are."""
    return f"第{number}冊" if number.isdigit() else number


def _kinds(answers: Answers, form: str) -> Iterator[tuple[str, str, str | None]]:
    """(code, label, price) of each binding or file format of a form that gets its own number."""
    if form == "print":
        bindings = answers.get("print_bindings") or ()
        if "hard" in bindings:
            yield "hard", "精裝", price_of(answers.get("print_price_hard"))
        if "soft" in bindings:
            yield "soft", "平裝", price_of(answers.get("print_price_soft"))
        if "other" in bindings:
            yield "other", str(answers.get("print_other_binding") or "其他"), price_of(answers.get("print_price_other"))
        return
    price = price_of(answers.get(f"{form}_price"))
    for code in answers.get(f"{form}_formats") or ():
        yield str(code).replace(" ", "-"), _format_label(answers, form, str(code)), price


def _format_label(answers: Answers, form: str, code: str) -> str:
    if code == "other":
        code = str(answers.get(f"{form}_format_other") or "其他")
    return f"{code}有聲書" if form == "audio" else code


def price_of(amount: Any) -> str | None:
    """A price as it is printed: NT$450; 非賣品 for 0; None where none was given."""
    text = str(amount or "").strip()
    if not text:
        return None
    return "非賣品" if text == "0" else f"NT${text}"
