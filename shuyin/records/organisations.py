"""What may be shown of publishers and music companies, and their numbers as they are looked up (A6, A9)."""

from __future__ import annotations

import re
import unicodedata

from shuyin.records import isbn
from shuyin.records.models import OrganisationRow

#: Shorter beginnings and ends lead to half of all organisations.
_SHORTEST = 3
_PREFIX_ELEMENTS = ("978", "979")
_NUMBER = re.compile(r"(?=(?:.*[0-9]){3})[0-9Xx\s()+#–‐-]+|(?=.*[0-9])[A-Za-z]{2}-?[0-9A-Za-z]{3}")


def is_public(row: OrganisationRow) -> bool:
    """Whether more than the name may be shown (是否願意公開); unknown counts as no: many are private persons."""
    return row.consent_public is True


def number_key(text: str) -> str:
    """A prefix or telephone number as it is compared: half-width capitals and digits, nothing between."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in folded if c.isascii() and c.isalnum())


def is_number(text: str) -> bool:
    """Whether words typed look like a prefix, an ISBN or a telephone number."""
    return _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


def prefix_terms(text: str) -> tuple[str, ...]:
    """What to look for among `prefix_keys`: of a whole ISBN its registrant's prefix."""
    key = number_key(text)
    whole = isbn.normalise(key)
    parts = isbn.split(whole) if whole else None
    return (number_key(parts.registrant_prefix),) if parts else (key,)


def prefix_keys(prefixes: list[str]) -> list[str]:
    """Every beginning of the prefixes, with and without 978/979: "978-957-678" is found by 957678 and 978957 too."""
    keys: dict[str, None] = {}
    for prefix in map(number_key, prefixes):
        forms = [prefix, *(prefix[3:] for element in _PREFIX_ELEMENTS if prefix.startswith(element))]
        for form in forms:
            keys.update(dict.fromkeys(form[:length] for length in range(_SHORTEST, len(form) + 1)))
    return list(keys)


def telephone_keys(telephone: str | None) -> list[str]:
    """Every end of a telephone number: "(02)27689328" is found without the area code too."""
    key = number_key(telephone or "")
    return [key[start:] for start in range(max(0, len(key) - _SHORTEST))]
