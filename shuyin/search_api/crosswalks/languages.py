"""MARC language codes as language tags (BCP 47)."""

from __future__ import annotations

#: MARC code → tag; `zh-Hant` because Chinese books registered in Taiwan are in traditional characters.
_TAGS = {
    "chi": "zh-Hant", "zho": "zh-Hant", "eng": "en", "jpn": "ja", "kor": "ko", "fre": "fr", "fra": "fr", "ger": "de",
    "deu": "de", "spa": "es", "ita": "it", "rus": "ru", "por": "pt", "dut": "nl", "lat": "la", "tha": "th",
    "vie": "vi", "ind": "id", "may": "ms", "bur": "my", "tib": "bo", "san": "sa", "pli": "pi",
}  # fmt: skip


def tag(code: str | None) -> str | None:
    """The tag of a MARC language code; a code without one stays (ISO 639-2 is valid BCP 47); None stays None."""
    return _TAGS.get(code, code) if code else None
