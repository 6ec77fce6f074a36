"""Repairing text that passed through web pages and spreadsheets; each repair is named, so that it can be reported."""

from __future__ import annotations

import html
import re
import unicodedata

#: cp1252's characters at 80–9F, which mojibake shows in place of those bytes.
_CP1252 = {bytes([b]).decode("cp1252"): chr(b) for b in range(0x80, 0xA0) if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_TO_BYTES = str.maketrans(_CP1252)
_MOJIBAKE = re.compile(f"[\u0080-\u00ff{''.join(map(re.escape, _CP1252))}]{{2,}}")
_ZERO_WIDTH = re.compile("[\u200b\u200c\u200e\u200f\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f]")
_LINE_BREAK = re.compile("[ \t]*[\r\n\u0085\u2028\u2029]+[ \t]*")
_BLANKS = re.compile("[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
#: Kangxi radicals: code points for tables of radicals, which PDF extraction puts in place of the characters.
_RADICAL = re.compile("[\u2e80-\u2fdf]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

ENTITIES = "HTML 實體"
MOJIBAKE = "亂碼（UTF-8 誤讀為 Latin-1）"
ZERO_WIDTH = "零寬字元"
CONTROL = "控制字元"
LINE_BREAK = "欄內換行"
BLANKS = "多餘空白"
RADICAL = "部首碼位"


def clean(text: str, repairs: set[str] | None = None) -> str:
    """The text on one line, NFC, without what no reader sees; names of the repairs are added to `repairs`."""
    if text.isascii() and text.isprintable() and "&" not in text and "  " not in text:
        return text.strip()
    done = repairs if repairs is not None else set()
    text = _apply(text, _ENTITY.sub(lambda m: html.unescape(m.group(0)), text), ENTITIES, done)
    text = _apply(text, _MOJIBAKE.sub(_unmangled, text), MOJIBAKE, done)
    text = _apply(text, _ZERO_WIDTH.sub("", text), ZERO_WIDTH, done)
    text = _apply(text, _LINE_BREAK.sub(" ", text.strip()), LINE_BREAK, done)
    text = _apply(text, _CONTROL.sub("", text), CONTROL, done)
    text = _apply(text, _BLANKS.sub(" ", text).strip(), BLANKS, done)
    text = _apply(text, _RADICAL.sub(lambda m: unicodedata.normalize("NFKC", m.group(0)), text), RADICAL, done)
    return unicodedata.normalize("NFC", text)


def clean_lines(text: str, repairs: set[str] | None = None) -> str:
    """As `clean`, but line breaks stay: for summaries and tables of contents."""
    lines = (clean(line, repairs) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _apply(before: str, after: str, name: str, done: set[str]) -> str:
    if before != after:
        done.add(name)
    return after


def _unmangled(match: re.Match[str]) -> str:
    run = match.group(0)
    try:
        text = run.translate(_TO_BYTES).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return run
    # two bytes can be a sign and a no-break space ("× ", which would be a Hebrew letter); Latin and CJK are meant
    return run if any(0x250 <= ord(c) < 0x2000 for c in text) else text


_BLOCK = re.compile(r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|table|dl|dt|dd|blockquote)\b[^>]*>", re.I)
_TAG = re.compile(r"<(?:/?[A-Za-z][^<>]*|!--.*?--|!\[CDATA\[|\?[^<>]*)>", re.S)
_HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>", re.I | re.S)


def plain_text(markup: str, repairs: set[str] | None = None) -> str:
    """The words of HTML, escaped or not, with its paragraphs as lines."""
    text = html.unescape(markup) if "&lt;" in markup else markup
    text = _HIDDEN.sub("", text)
    text = _TAG.sub("", _BLOCK.sub("\n", text))
    text = clean_lines(html.unescape(text), repairs)
    return re.sub(r"\n{2,}", "\n", text)
