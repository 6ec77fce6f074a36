"""MARC21: authority records (15x, 45x, 55x) as headings, classification records (153) as classes."""

from __future__ import annotations

from pymarc import Field, MARCReader, Record

from shuyin.ai_subjects.folding import has_han
from shuyin.ai_subjects.schemes.entries import ClassEntry, HeadingEntry, NotAScheme, SchemeFile

_SUBDIVISIONS = ("x", "y", "z", "v")
_HEADINGS = ("150", "151", "155", "148", "130", "110", "100")


def read_marc(data: bytes) -> SchemeFile:
    """All records of an ISO 2709 file whose leader says authority (z) or classification (w)."""
    headings: list[HeadingEntry] = []
    classes: list[ClassEntry] = []
    for place, record in enumerate(MARCReader(data, to_unicode=True, permissive=True, force_utf8=True), start=1):
        if record is None:
            raise NotAScheme(f"record {place} of the MARC file is damaged")
        if record.leader[6] == "w" and (entry := _class(record)):
            classes.append(entry)
        elif record.leader[6] == "z" and (heading := _heading(record)):
            headings.append(heading)
    return SchemeFile(tuple(headings), tuple(classes))


def _text(field: Field) -> str:
    """$a with its subdivisions, joined by `--`."""
    main = " ".join(value.strip() for value in field.get_subfields("a", "b"))
    return "--".join([main, *(value.strip() for value in field.get_subfields(*_SUBDIVISIONS))]).strip("- .")


def _heading(record: Record) -> HeadingEntry | None:
    own = [_text(field) for field in record.get_fields(*_HEADINGS)]
    if not own or not own[0]:
        return None
    references: dict[str, list[str]] = {"g": [], "h": [], "": []}
    for field in record.get_fields("550", "551", "555"):
        control = (field.get("w") or "")[:1]
        references[control if control in ("g", "h") else ""].append(_text(field))
    english = [_text(field) for field in record.get_fields("750", "751") if not has_han(_text(field))]
    numbers = [value for field in record.get_fields("053", "065", "083", "084") for value in field.get_subfields("a")]
    notes = [value for field in record.get_fields("680", "678") for value in field.get_subfields("a", "i")]
    return HeadingEntry(
        label=own[0],
        uri=next((value for field in record.get_fields("024") for value in field.get_subfields("a", "0")), None),
        label_en=english[0] if english else None,
        variants=tuple(dict.fromkeys(_text(field) for field in record.get_fields("450", "451", "455", "448"))),
        broader=tuple(references["g"]),
        narrower=tuple(references["h"]),
        related=tuple(references[""]),
        class_numbers=tuple(dict.fromkeys(number.strip() for number in numbers if number.strip())),
        note="\n".join(notes) or None,
    )


def _class(record: Record) -> ClassEntry | None:
    fields = record.get_fields("153")
    if not fields or not fields[0].get("a") or not fields[0].get("j"):
        return None
    field = fields[0]
    above = field.get_subfields("e")
    table = field.get("z")
    return ClassEntry(
        number=(field.get("a") or "").strip(),
        caption=(field.get("j") or "").strip(),
        variants=tuple(
            dict.fromkeys(
                value.strip() for other in record.get_fields("453", "753") for value in other.get_subfields("j", "a")
            )
        ),
        parent=above[-1].strip() if above else None,
        table=f"table {table}" if table else "main",
        note="\n".join(value for other in record.get_fields("680") for value in other.get_subfields("a", "i")) or None,
    )
