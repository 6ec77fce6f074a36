"""The language of a page: zh-Hant source strings, other languages from `locale/*/LC_MESSAGES/*.po`."""

from __future__ import annotations

import io
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import get_global
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from shuyin.search_api.messages import Message

#: What `?lang=` may say, with the language's own name. The first is the source language.
LANGUAGES: dict[str, str] = {"zh-Hant": "中文", "en": "English"}
SOURCE = "zh-Hant"
#: Catalogues: one for the reading side, one for accounts and filings (`web.messages` says what is in which).
DOMAINS = ("shuyin", "filing")
LOCALE_DIR = Path(__file__).with_name("locale")

_language: ContextVar[str] = ContextVar("language", default=SOURCE)


def set_language(code: str) -> None:
    """Make `code` the language of the current request."""
    _language.set(code)


def current_language() -> str:
    """The language of the current request, a key of `LANGUAGES`."""
    return _language.get()


def choose_language(asked: str | None, remembered: str | None) -> str:
    """The language to answer in: the one asked for, else the remembered one, else zh-Hant."""
    for code in (asked, remembered):
        if code:
            for known in LANGUAGES:
                if code.lower() == known.lower() or code.lower().split("-")[0] == known.split("-")[0].lower():
                    return known
    return SOURCE


@cache
def translations(code: str) -> NullTranslations:
    """The strings of a language, read from its .po files; empty for the source language."""
    if code == SOURCE:
        return NullTranslations()
    merged = Translations()
    for domain in DOMAINS:
        path = LOCALE_DIR / code / "LC_MESSAGES" / f"{domain}.po"
        if path.exists():
            merged.merge(_read(path, code, domain))
    return merged


def _read(path: Path, code: str, domain: str) -> Translations:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code, domain=domain)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain=domain)


def gettext(text: str) -> str:
    """`text` in the current language."""
    return str(translations(current_language()).gettext(text)) if text else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form for `n` in the current language (Chinese has one form: both arguments are the same)."""
    return str(translations(current_language()).ngettext(singular, plural, n))


def say(message: Message) -> str:
    """A `Message` in the current language."""
    return gettext(message.text).format(**message.values)


def _locale() -> Locale:
    return Locale.parse(current_language().replace("-", "_"))


@cache
def _language_code(marc_code: str) -> str:
    """MARC (ISO 639-2/B) → the code that CLDR names languages by."""
    aliases: Any = get_global("language_aliases")
    return str(aliases.get(marc_code, marc_code))


def language_name(marc_code: str) -> str:
    """The name of a language in the current language; the code itself where CLDR has no name."""
    return _locale().languages.get(_language_code(marc_code)) or marc_code
