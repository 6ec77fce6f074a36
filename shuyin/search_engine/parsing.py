"""What people type → a query. Never raises: what cannot be understood is searched as words, or named in a message.

Syntax: words (all must be found; spaces between Han do not matter), "phrase" in any quotes (「」“” too), -word or
NOT word, a OR b (或, |) joining its neighbours, ( ) for groups beside operators, field:word for the declaration's
names and labels (title:, 書名：). Operators are capitals, so that War and Peace stays a title. An ISBN in any
form becomes the exact number. docs/search.md tells readers the same.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from stdnum import isbn as isbn_numbers
from stdnum.exceptions import ValidationError

from shuyin.search_engine import analysis
from shuyin.search_engine.declaration import IndexDeclaration, Kind
from shuyin.search_engine.query import Bool, Everything, Match, Nothing, Query, Terms, Text

#: Longer input is cut here, with a message.
MAX_LENGTH = 300
_MAX_OPERANDS = 40

EMPTY = "query_empty"  # nothing typed: everything is shown
NO_WORDS = "query_no_words"  # only punctuation, signs or emoji
TOO_LONG = "query_too_long"  # cut; parameters: length, limit
ISBN_CHECK_DIGIT = "query_isbn_check_digit"  # looks like an ISBN, its check digit is wrong; parameter: isbn


@dataclass(frozen=True, slots=True)
class QueryMessage:
    """Something the reader should know. `code` is one of this module's; pages hold the wording."""

    code: str
    parameters: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """The query, what to tell the reader, and the ISBN if the input is one and nothing else."""

    query: Query
    messages: tuple[QueryMessage, ...] = ()
    isbn: str | None = None


_QUOTES = str.maketrans(dict.fromkeys("“”„‟＂「」『』«»｢｣", '"'))
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－﹣", "-"))
_ISBN = re.compile(
    r"(?<![0-9A-Za-z])(?:ISBN(?:-?1[03])?\s*[:：]?\s*)?((?:97[89][-\s]*)?(?:[0-9][-\s]*){9}[0-9Xx])(?![-\s]*[0-9A-Za-z])",
    re.IGNORECASE,
)
_ISBN_START = re.compile(r"(?:ISBN(?:-?1[03])?\s*[:：]?\s*)?(97[89][-\s]?[0-9][-0-9\s]{3,13})", re.IGNORECASE)
_CLASS_NUMBER = re.compile(r"[0-9]{3}(?:\.[0-9]{1,6})?")
_LEXER = re.compile(
    r"(?P<not>(?:(?<=[\s(])|^)-(?=[^\s\-]))"
    r'|(?P<field>[^\s"():：|]{1,20})[:：](?=\S)'
    r'|"(?P<phrase>[^"]*)"'
    r"|(?P<open>\()|(?P<close>\))"
    r"|(?P<or>\|{1,2})"
    r'|(?P<word>[^\s"()|]+)'
)
_OPERATORS = {"AND": "and", "OR": "or", "NOT": "not", "或": "or"}


def normal_isbn(text: str) -> str | None:
    """The 13 digits of a valid ISBN-10 or ISBN-13 in any punctuation; None if it is none."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    match = _ISBN.fullmatch(plain.strip())
    if not match:
        return None
    digits = re.sub(r"[-\s]", "", match[1]).upper()
    try:
        return str(isbn_numbers.to_isbn13(isbn_numbers.validate(digits)))
    except ValidationError:
        return None


def parse(text: str, declaration: IndexDeclaration, field: str | None = None) -> Parsed:
    """The query that `text` asks of an index; with `field`, its words are sought in that field alone."""
    messages: list[QueryMessage] = []
    text = _clean(text)
    if len(text) > MAX_LENGTH:
        messages.append(QueryMessage(TOO_LONG, (("length", len(text)), ("limit", MAX_LENGTH))))
        text = text[:MAX_LENGTH]
    if not text:
        return Parsed(Everything(), (*messages, QueryMessage(EMPTY)))
    if text in ("*", "*:*"):
        return Parsed(Everything(), tuple(messages))
    names = {f.name for f in declaration.fields}
    if "isbn" in names and field in (None, "isbn"):
        asked = _isbn_query(text, messages, exactly=field == "isbn")
        if asked:
            return Parsed(asked[0], tuple(messages), asked[1])
    query = _Parser(text, declaration, field).parse()
    if isinstance(query, Nothing):
        messages.append(QueryMessage(NO_WORDS))
    elif field is None and "class_number" in names and _CLASS_NUMBER.fullmatch(text):
        query = Bool(should=(Terms("class_number", (text,)), query))
    return Parsed(query, tuple(messages))


def _clean(text: str) -> str:
    """One line, no control characters; quotes and dashes of any script as ASCII."""
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c for c in text)
    return text.translate(_QUOTES).translate(_DASHES).strip()


def _isbn_query(text: str, messages: list[QueryMessage], *, exactly: bool) -> tuple[Query, str | None] | None:
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    isbn = normal_isbn(plain)
    if isbn:
        return Terms("isbn", (isbn,)), isbn
    digits = re.sub(r"[-\s]", "", plain)
    if re.fullmatch(r"(?:ISBN:?)?(?:97[89][0-9]{10}|[0-9]{9}[0-9X])", digits, re.IGNORECASE):
        number = re.sub(r"[^0-9X]", "", digits.upper().removeprefix("ISBN"))
        if len(number) == 13 or exactly or plain.upper().startswith("ISBN"):
            messages.append(QueryMessage(ISBN_CHECK_DIGIT, (("isbn", number),)))
            return Terms("isbn", (number,)), None
    start = _ISBN_START.fullmatch(plain)
    if start:
        prefix = re.sub(r"[-\s]", "", start[1])
        return Bool(should=(Text(prefix, "isbn", Match.PREFIX), Text(text))), None
    embedded = _ISBN.search(plain)
    found = normal_isbn(embedded[0]) if embedded else None
    if embedded and found:  # an ISBN among other words (pasted from a list): the number alone decides
        return Terms("isbn", (found,)), None
    return None


@dataclass(slots=True)
class _Token:
    kind: str  # word, phrase, not, and, or, open, close, field
    text: str = ""


class _Parser:
    """Recursive descent over a forgiving grammar: a stray operator or bracket is dropped, not an error."""

    def __init__(self, text: str, declaration: IndexDeclaration, field: str | None) -> None:
        self._declaration = declaration
        self._fields = self._field_names()
        self._text = text
        self._field = field
        self._tokens = list(self._lex(text))
        self._at = 0
        operators = {t.kind for t in self._tokens} & {"and", "or", "not"}
        if not operators:  # brackets without operators belong to a title: 紅樓夢 (上)
            self._tokens = [t for t in self._tokens if t.kind not in ("open", "close")]

    def _field_names(self) -> dict[str, str]:
        names: dict[str, str] = {}
        for f in self._declaration.fields:
            if f.parameter == "":
                continue
            for name in (f.name, f.label, f.parameter):
                if name:
                    names.setdefault(name.lower(), f.name)
        return names

    def _lex(self, text: str) -> list[_Token]:
        latin = [w for w in re.findall(r"[A-Za-z]{2,}", text) if w not in _OPERATORS]
        shouting = len(latin) > 1 and all(w.isupper() for w in latin) and not analysis.has_han(text)  # WAR AND PEACE
        found: list[_Token] = []
        at = 0
        while at < len(text) and len(found) < _MAX_OPERANDS:
            match = _LEXER.match(text, at)
            if not match:
                at += 1
                continue
            kind = str(match.lastgroup)
            value = match[kind]
            if kind == "field":
                if value.lower() not in self._fields:  # no field of ours: read it as a word
                    match = re.compile(r'[^\s"()|]+').match(text, at)
                    assert match is not None
                    kind, value = "word", match[0]
                else:
                    value = self._fields[value.lower()]
            if kind == "word" and value in _OPERATORS and not shouting:
                kind = _OPERATORS[value]
            found.append(_Token(kind, value))
            at = match.end()
        rest = text[at:].strip()
        if rest and len(found) >= _MAX_OPERANDS:
            found.append(_Token("word", re.sub(r'["()|]', " ", rest)))
        return found

    def parse(self) -> Query:
        query = self._group(self._field, depth=0)
        if query is None:  # only operators: they were meant as words (NOT NOT)
            return self._text_query(self._text, self._field, Match.ALL) or Nothing()
        return query

    def _group(self, field: str | None, depth: int) -> Query | None:
        """Operands up to the closing bracket."""
        must: list[Query] = []
        must_not: list[Query] = []
        words: list[str] = []
        joining = negative = False  # the operator just read: OR, NOT

        def flush() -> None:
            query = self._text_query(" ".join(words), field, Match.ALL) if words else None
            if query:
                must.append(query)
            words.clear()

        def add(query: Query | None) -> None:
            nonlocal joining, negative
            if query is not None and negative:
                must_not.append(query)
            elif query is not None and joining and must:
                former = must.pop()
                alternatives = former.should if isinstance(former, Bool) and not former.must else (former,)
                must.append(Bool(should=(*alternatives, query)))
            elif query is not None:
                must.append(query)
            joining = negative = False

        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            following = self._tokens[self._at].kind if self._at < len(self._tokens) else ""
            if token.kind == "word" and not (joining or negative) and following != "or":
                words.append(token.text)
                continue
            flush()
            match token.kind:
                case "or":
                    joining = bool(must)
                case "not":
                    negative = True
                case "close" if depth:
                    break
                case "open" if depth < 8:
                    add(self._group(field, depth + 1))
                case "word":
                    add(self._text_query(token.text, field, Match.PHRASE if negative else Match.ALL))
                case "phrase":
                    add(self._text_query(token.text, field, Match.PHRASE))
                case "field":
                    add(self._operand(token.text))
                case _:
                    pass  # AND is what words do anyway; a stray bracket says nothing
        flush()
        return _combined(must, must_not)

    def _operand(self, field: str) -> Query | None:
        """What follows `field:`: words up to the next operator or field, or a phrase."""
        words: list[str] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "phrase" and not words:
                self._at += 1
                return self._text_query(token.text, field, Match.PHRASE)
            if token.kind != "word":
                break
            words.append(token.text)
            self._at += 1
        return self._text_query(" ".join(words), field, Match.ALL) if words else None

    def _text_query(self, text: str, field: str | None, match: Match) -> Query | None:
        """Words to find; None where there is none."""
        if field and self._declaration.field(field).kind is not Kind.TEXT:
            value = normal_isbn(text) or text if field == "isbn" else text
            return Terms(field, (value.strip(),)) if value.strip() else None
        return Text(text.strip(), field, match) if analysis.units(text) else None


def _combined(must: list[Query], must_not: list[Query]) -> Query | None:
    if not must and not must_not:
        return None
    if len(must) == 1 and not must_not:
        return must[0]
    if must_not and not must:
        return Bool(must=(Everything(),), must_not=tuple(must_not))
    return Bool(must=tuple(must), must_not=tuple(must_not))
