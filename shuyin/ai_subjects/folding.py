"""One spelling for matching: width, case, traditional/simplified and blanks no longer matter.

The folded text is for comparing only; what people read is always the text as it was given.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

#: Han ranges whose traditional forms are folded to simplified ones: 20,992 code points, one pass at start.
_FIRST_HAN, _LAST_HAN = 0x4E00, 0x9FFF

_HAN_RUN = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+|[0-9]+|[a-z]+|[^\W_0-9a-z]+")


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    characters = "".join(chr(point) for point in range(_FIRST_HAN, _LAST_HAN + 1))
    converter = OpenCC("t2s")
    table: dict[int, str] = {}
    for character in characters:
        other = converter.convert(character)
        if other != character and len(other) == 1:
            table[ord(character)] = other
    return table


def fold(text: str) -> str:
    """`text` in NFKC, lower case, simplified characters: 臺灣 and 台湾 become the same."""
    return unicodedata.normalize("NFKC", text).lower().translate(_simplified())


def runs(folded: str) -> list[str]:
    """The unbroken runs of Han (with kana), of digits and of letters in a folded text, in order."""
    return _HAN_RUN.findall(folded)


def has_han(text: str) -> bool:
    """Whether the text holds any Han character."""
    return any("\u3400" <= character <= "\u9fff" or character >= "\U00020000" for character in text)
