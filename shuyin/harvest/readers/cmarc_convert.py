"""Field by field from CMARC to MARC21. The rules are in `cmarc_tables`; here is only what a table cannot say."""

from __future__ import annotations

import re
from collections.abc import Callable

from shuyin.harvest.readers import cmarc_tables as tables
from shuyin.harvest.readers.cmarc_names import names
from shuyin.harvest.readers.fields import Field

Subfields = list[tuple[str, str]]

#: What a second 210 holds when a conversion has put the physical description there.
_EXTENT = re.compile(
    r"\d+\s*(?:p|v|pages|leaves|volumes?|頁|面|冊|葉)\b|\d+\s*[頁面冊葉]|online resource|^[xvi]+, ", re.I
)
_SIZE = re.compile(r"\d\s*(?:cm|mm|公分)", re.I)
_ELECTRONIC = re.compile(r"electronic|電子|computer file|線上", re.I)


def to_marc21(leader: str, fields: list[Field]) -> tuple[str, list[Field]]:
    """Leader and fields of the MARC21 record, in order of tags. Local holdings (8xx but 856, 9xx) are left out."""
    by_tag: dict[str, list[Field]] = {}
    for field in fields:
        by_tag.setdefault(field.tag, []).append(field)
    out = [Field(f.tag, data=(f.data or "").strip()) for tag in ("001", "003", "005") for f in by_tag.get(tag, [])[:1]]
    electronic = "135" in by_tag or any(_ELECTRONIC.search(f.first("a") or "") for f in by_tag.get("204", []))
    if electronic:
        out.append(Field("007", data="cr |||||||||||"))
    out.append(Field("008", data=_fixed(by_tag, electronic)))
    people, main_entry = names(by_tag)
    out += people
    out += _title(by_tag, main_entry)
    out += _imprint(by_tag)
    for tag, convert in _BY_TAG.items():
        for field in by_tag.get(tag, []):
            made = convert(field)
            if made is not None:
                out.append(made)
    out.sort(key=lambda f: f.tag)
    return _leader(leader), out


def _leader(leader: str) -> str:
    kind = tables.RECORD_TYPES.get(leader[6:7], leader[6:7])
    status = leader[5:6] if leader[5:6] in set("acnp") else "n"
    level = leader[7:8] if leader[7:8] in set("abcdims") else "m"
    encoding_level = leader[17:18] if leader[17:18] in set(" 1234578uz") else " "
    return f"00000{status}{kind}{level} a2200000{encoding_level}i 4500"


def _value(field: Field, start: int, end: int) -> str:
    return (field.first("a") or "").ljust(36)[start:end]


def _fixed(by_tag: dict[str, list[Field]], electronic: bool) -> str:
    """008 of books from 100, 101, 102 and 105."""
    general = by_tag.get("100", [Field("100")])[0]
    coded = by_tag.get("105", [Field("105")])[0]
    language = (by_tag.get("101", [Field("101")])[0].first("a") or "und")[:3].lower()
    country = (by_tag.get("102", [Field("102")])[0].first("a") or "")[:2].lower()
    entered = _value(general, 2, 8)
    return "".join(
        (
            entered if entered.isdigit() else "000000",
            tables.DATE_TYPES.get(_value(general, 8, 9), "|"),
            _year(_value(general, 9, 13)),
            _year(_value(general, 13, 17)),
            tables.COUNTRIES.get(country, "xx").ljust(3),
            _kept(_value(coded, 0, 4), "abcdefghijklmnop "),
            tables.AUDIENCES.get(_value(general, 17, 18), " "),
            "o" if electronic else " ",
            _kept(_value(coded, 4, 8), "abcdefgijklmnopqrstvwz "),
            " ",
            _kept(_value(coded, 8, 9), "01") or "0",
            _kept(_value(coded, 9, 10), "01") or "0",
            _kept(_value(coded, 10, 11), "01") or "0",
            " ",
            tables.LITERARY_FORMS.get(_value(coded, 11, 12), "|"),
            _kept(_value(coded, 12, 13), "abcd "),
            language if len(language) == 3 and language.isalpha() else "und",
            " ",
            "d",
        )
    )


def _year(text: str) -> str:
    return text if re.fullmatch(r"[0-9]{4}", text) else "    "


def _kept(text: str, allowed: str) -> str:
    return "".join(c if c in allowed else allowed[-1] if allowed[-1] == " " else "0" for c in text)


def _title(by_tag: dict[str, list[Field]], main_entry: bool) -> list[Field]:
    for field in by_tag.get("200", [])[:1]:
        language = (by_tag.get("101", [Field("101")])[0].first("a") or "")[:3]
        medium = next((f.first("a") for f in by_tag.get("204", []) if f.first("a")), None)
        subfields = _punctuated(field, medium)
        if not subfields:
            continue
        start = subfields[0][1]
        article = next((a for a in tables.ARTICLES.get(language, ()) if start.startswith(a)), "")
        return [Field("245", indicators=f"{int(main_entry)}{len(article)}", subfields=tuple(subfields))]
    return []


#: Subfields of 200 → the ISBD punctuation before them (at the end of the one before) and their code in 245.
_TITLE_PARTS = {
    "e": (" :", "b"), "d": (" =", "b"), "h": (".", "n"), "n": (".", "n"), "i": (",", "p"), "p": (".", "p"),
    "f": (" /", "c"), "c": (".", "b"),
}  # fmt: skip


def _punctuated(field: Field, medium: str | None) -> Subfields:
    out: Subfields = []
    for code, value in field.subfields:
        text = value.strip().rstrip(":/=;").strip()
        text = text[:-1] if text.endswith(".") and not text.endswith("..") and code not in "fg" else text
        if not text:
            continue
        if code == "a" and not out:
            out.append(("a", text))
            if medium:
                out.append(("h", f"[{medium.strip()}]"))
        elif not out:
            continue
        elif code == "b" and not medium:
            out.append(("h", f"[{text}]"))
        elif code == "g" or (code in "fa" and out[-1][0] == "c"):
            out[-1] = (out[-1][0], f"{out[-1][1]} ; {text}")
        elif code == "a":
            out.append(("b", text)) if out[-1][0] != "b" else out.__setitem__(-1, ("b", f"{out[-1][1]} ; {text}"))
        elif code in _TITLE_PARTS:
            before, target = _TITLE_PARTS[code]
            _join(out, before, target, text)
    return out


def _join(out: Subfields, before: str, target: str, text: str) -> None:
    last_code, last = out[-1]
    if target == "b" and last_code == "b":
        out[-1] = ("b", f"{last}{before} {text}")  # 245 $b is not repeatable
    else:
        out[-1] = (last_code, last + before)
        out.append((target, text))


def _imprint(by_tag: dict[str, list[Field]]) -> list[Field]:
    """264 and 300. Some conversions put the physical description into a second 210, and the imprint into two."""
    imprint: list[Field] = []
    physical = list(by_tag.get("215", []))
    for field in by_tag.get("210", []):
        (physical if _is_extent(field) else imprint).append(field)
    out = [_publication(imprint)] if imprint else []
    return out + [made for made in map(_physical, physical) if made is not None]


def _is_extent(field: Field) -> bool:
    first = field.first("a") or ""
    return field.first("d") is None and bool(_EXTENT.search(first))


def _publication(fields: list[Field]) -> Field:
    places: Subfields = []
    dates: list[str] = []
    for field in fields:
        for code, value in field.subfields:
            text = value.rstrip(" :;,")
            if code == "a":
                places.append(("a", text))
            elif code == "c":
                places.append(("b", text))
            elif code == "d":
                dates.append(text.removesuffix("."))
    out: Subfields = []
    for i, (code, text) in enumerate(places):
        following = places[i + 1][0] if i + 1 < len(places) else "c" if dates else ""
        out.append((code, text + {"a": " ;", "b": " :", "c": ","}.get(following, "")))
    if dates:
        out.append(("c", " ".join(dates)))
    return Field("264", indicators=" 1", subfields=tuple(out))


def _physical(field: Field) -> Field | None:
    extent = "; ".join(v.rstrip(" :;") for v in field.all("a"))
    other = [v.rstrip(" ;:").strip() for v in field.all("c")]
    sizes = [v.removesuffix(".") for v in field.all("d")] + [v.removesuffix(".") for v in other if _SIZE.search(v)]
    details = [v for v in other if not _SIZE.search(v)]
    out: Subfields = [("a", extent)] if extent else []
    if details:
        out = [(c, v + " :") for c, v in out] + [("b", ", ".join(details))]
    if sizes:
        out = [*out[:-1], (out[-1][0], out[-1][1] + " ;")] if out else []
        out.append(("c", sizes[0]))
    for extra in field.all("e"):
        out.append(("e", extra))
    return Field("300", subfields=tuple(out)) if out else None


def _isbn(field: Field) -> Field | None:
    out: Subfields = []
    for source, target in (("a", "a"), ("z", "z"), ("b", "q"), ("d", "c")):
        out += [
            (target, v.removesuffix(".").strip("()") if target == "q" else v.removesuffix("."))
            for v in field.all(source)
        ]
    return Field("020", subfields=tuple(out)) if out else None


def _languages(field: Field) -> Field | None:
    spoken = [v.removesuffix(".")[:3] for v in field.all("a")]
    originals = [v.removesuffix(".")[:3] for v in field.all("c")]
    if len(spoken) < 2 and not originals:
        return None  # 008 says it
    subfields = [("a", v) for v in spoken] + [("h", v) for v in originals]
    return Field("041", indicators="1 " if originals else "0 ", subfields=tuple(subfields))


def _edition(field: Field) -> Field | None:
    edition = (field.first("a") or "").removesuffix(".")
    by = field.first("f")
    if not edition:
        return None
    return Field("250", subfields=(("a", edition + " /"), ("b", by)) if by else (("a", edition),))


def _series(field: Field) -> Field | None:
    title = (field.first("a") or "").rstrip(" ;")
    if not title:
        return None
    title = title.removesuffix(".")
    # one conversion wrote the subfield code into the text: "v18", "vv. 1"
    volume = re.sub(r"^v(?=v\.|\d)", "", (field.first("v") or "").removesuffix("."))
    out = [("a", title + " ;"), ("v", volume)] if volume else [("a", title)]
    issn = field.first("x")
    if issn:
        out.insert(1, ("x", issn))
    return Field("490", indicators="0 ", subfields=tuple(out))


def _note(field: Field) -> Field | None:
    tag, indicators = tables.NOTES[field.tag]
    text = " ".join(v for c, v in field.subfields if c not in "0123456789")
    if field.tag == "300" and text.startswith("Electronic reproduction"):
        tag, indicators = "533", "  "
    return Field(tag, indicators=indicators, subfields=(("a", text),)) if text else None


def _other_title(field: Field) -> Field | None:
    tag, indicators = tables.TITLES[field.tag]
    keep = {"a": "a", "e": "b", "h": "n", "i": "p", "m": "l"}
    subfields = tuple((keep[c], v.removesuffix(".")) for c, v in field.subfields if c in keep)
    return Field(tag, indicators=indicators, subfields=subfields) if subfields else None


def _link(field: Field) -> Field | None:
    """A 4xx with embedded fields: `$12001 $aTitle$1700 1$aName`."""
    out: Subfields = []
    embedded = ""
    for code, value in field.subfields:
        if code == "1":
            embedded = value[:3]
            if embedded == "001" and value[3:]:
                out.append(("w", value[3:]))
        elif code in "at" and embedded in {"200", "500", ""}:
            out.append(("t", value.removesuffix(".")))
        elif code == "a" and embedded[:1] == "7":
            out.insert(0, ("a", value.removesuffix(".")))
        elif code == "a" and embedded == "010":
            out.append(("z", value))
    return Field(tables.LINKS[field.tag], indicators="08", subfields=tuple(out)) if out else None


def _subject(field: Field) -> Field | None:
    tag, first = tables.SUBJECTS[field.tag]
    if field.tag == "601" and field.indicators[0] == "1":
        tag = "611"
    code = (field.first("2") or "").lower().removesuffix(".")
    second, scheme = tables.SUBJECT_SCHEMES.get(code, ("7", code) if code else ("4", None))
    out: Subfields = []
    for c, v in field.subfields:
        text = v.removesuffix(".") if not re.search(r"\b\w\.$", v) else v
        if c == "a" and not out:
            given = field.first("b") if field.tag == "600" else None
            out.append(("a", f"{text}, {given}" if given else text))
        elif c in tables.SUBDIVISIONS:
            out.append((tables.SUBDIVISIONS[c], text))
        elif c == "f":
            out.append(("d", text))
        elif c == "t":
            out.append(("t", text))
    if not out:
        return None
    if scheme:
        out.append(("2", scheme))
    return Field(tag, indicators=first + second, subfields=tuple(out))


def _uncontrolled(field: Field) -> Field | None:
    terms = [v.removesuffix(".") for v in field.all("a")]
    if not terms:
        return None
    if all(term in tables.FORM_TERMS for term in terms):
        return Field("655", indicators=" 4", subfields=(("a", terms[0]),))
    return Field("653", indicators="  ", subfields=tuple(("a", term) for term in terms))


def _classification(tag: str, indicators: str, scheme: str | None) -> Callable[[Field], Field | None]:
    def convert(field: Field) -> Field | None:
        number = (field.first("a") or "").removesuffix(".")
        if not number:
            return None
        out: Subfields = [("a", number)]
        item = field.first("b")
        if item:
            out.append(("b", item.removesuffix(".")))
        code = scheme or field.first("2")
        if tag == "082":
            code = re.sub(r"\D", "", field.first("v") or "") or None
        if code and tag in {"082", "084"}:
            out.append(("2", code))
        return Field(tag, indicators=indicators, subfields=tuple(out))

    return convert


def _copied(tag: str, indicators: str, codes: dict[str, str]) -> Callable[[Field], Field | None]:
    def convert(field: Field) -> Field | None:
        subfields = tuple((codes[c], v.removesuffix(".")) for c, v in field.subfields if c in codes and v)
        return Field(tag, indicators=indicators, subfields=subfields) if subfields else None

    return convert


def _online(field: Field) -> Field | None:
    keep = tuple((c, v) for c, v in field.subfields if c in "u3yz2" and v)
    return Field("856", indicators=field.indicators, subfields=keep) if any(c == "u" for c, _ in keep) else None


_BY_TAG: dict[str, Callable[[Field], Field | None]] = {
    "010": _isbn,
    "011": _copied("022", "  ", {"a": "a", "z": "z"}),
    "020": _copied("015", "  ", {"b": "a", "a": "2"}),
    "090": _copied("035", "  ", {"a": "a"}),
    "101": _languages,
    "205": _edition,
    "206": _copied("255", "  ", {"a": "a"}),
    "207": _copied("362", "0 ", {"a": "a"}),
    "225": _series,
    **dict.fromkeys(tables.NOTES, _note),
    **dict.fromkeys(tables.LINKS, _link),
    **dict.fromkeys(tables.TITLES, _other_title),
    "410": _copied("830", " 0", {"a": "a", "v": "v"}),
    **dict.fromkeys(tables.SUBJECTS, _subject),
    "610": _uncontrolled,
    "660": _copied("043", "  ", {"a": "a"}),
    "675": _classification("080", "  ", None),
    "676": _classification("082", "04", None),
    "680": _classification("050", " 4", None),
    "681": _classification("084", "  ", "ncsclt"),
    "686": _classification("084", "  ", None),
    "801": _copied("040", "  ", {"b": "a", "g": "e"}),
    "856": _online,
}
