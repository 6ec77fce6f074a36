"""Words of a description as field-marked tokens, hashed to 32 bits: what the linear and the neighbour channel see.

Han characters and bigrams (better than a word list here: docs/ai-quality.md), words of other scripts; author and
publisher marked as such, since an author's and a publisher's other books say much; marks of form (volume number,
kana, the author's origin).
"""

from __future__ import annotations

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence

from shuyin.ai_subjects.description import Description
from shuyin.ai_subjects.folding import fold, runs
from shuyin.ai_subjects.names import author_names, origin_of, publisher_key

_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
_VOLUME_END = re.compile(r"(?:[\s(第]|^|\D)(?:vol\.?\s*)?([0-9]{1,3})\s*\)?\s*[卷冊册集部]?\s*(?:完|[(【].*[)】])?\s*$")
_MARKS = {"：": "colon", ":": "colon", "！": "call", "？": "question", "—": "dash", "，": "comma"}
#: Long fields count less per word than the title, so that a summary adds to a title and does not drown it.
_FIELD_SHARES = {"title": 1.0, "keywords": 0.9, "contents": 0.5, "summary": 0.6}
#: As many distinct n-grams as a long title has; a longer field is scaled down to the length of such a one.
_TITLE_SIZE = 40


def bigrams(folded: str) -> list[str]:
    """Han bigrams of each run (a single character gives itself), numbers as `#`, words of other scripts whole."""
    found: list[str] = []
    for run in runs(folded):
        if run[0] < "\u3041":
            found.append("#" * len(run) if run.isdigit() else run)
        elif len(run) == 1:
            found.append(run)
        else:
            found.extend(run[start : start + 2] for start in range(len(run) - 1))
    return found


def _pieces(folded: str, sizes: Iterable[int]) -> list[str]:
    return [folded[start : start + size] for size in sizes for start in range(len(folded) - size + 1)]


def form_tokens(description: Description) -> list[str]:
    """Marks of form: volume number at the end, kana, length, brackets, punctuation, the authors' origin."""
    folded = fold(description.title)
    tokens = [f"f:length{min(len(folded) // 4, 12)}"]
    if volume := _VOLUME_END.search(folded):
        number = int(volume.group(1))
        tokens += ["f:volume", f"f:volume{'1' if number <= 3 else '4' if number < 60 else '99'}"]
    tokens += [f"f:{name}" for mark, name in _MARKS.items() if mark in description.title]
    if any("\u3041" <= character <= "\u30ff" for character in folded):
        tokens.append("f:kana")
    tokens += [f"f:bracket:{inside[1:-1].strip()[-3:]}" for inside in _BRACKETS.findall(folded)]
    names = author_names(description.author)
    tokens += [f"f:origin:{origin}" for origin in sorted({origin_of(name) for name in names[:3]})]
    if names:
        tokens += [f"f:first:{origin_of(names[0])}", f"f:authors{min(len(names), 4)}"]
        if publisher_key(description.publisher) == names[0]:
            tokens.append("f:self-published")
    if description.audience:
        tokens.append(f"f:audience:{fold(description.audience)}")
    if description.language:
        tokens.append(f"f:language:{fold(description.language)}")
    return tokens


def name_tokens(description: Description) -> list[str]:
    """Authors and publisher: whole, and in pieces (a family name, a transliteration, an imprint of a house)."""
    tokens = [f"a:{name}" for name in author_names(description.author)[:6]]
    tokens += [f"A{piece}" for piece in _pieces(fold(description.author[:300]), (1, 2))]
    if key := publisher_key(description.publisher[:200]):
        tokens += [f"p:{key}", *(f"P{piece}" for piece in _pieces(key, (1, 2, 3)))]
    return tokens


def category_tokens(category: str) -> list[str]:
    """Each level of the category path, folded."""
    return [f"c:{level.strip()}" for level in re.split(r"[>＞/|]", fold(category)) if level.strip()]


def tokens(description: Description) -> dict[str, float]:
    """Every token with its weight before idf: 1 + log of the count; words of long fields scaled down."""
    weights: dict[str, float] = {}
    texts = description.text_fields()
    for field, share in _FIELD_SHARES.items():
        folded = fold(texts[field])
        pieces = Counter(_pieces(folded, (1, 2)) if field == "title" else bigrams(folded))
        scale = share / max(1.0, math.sqrt(len(pieces) / _TITLE_SIZE) if field != "title" else 1.0)
        for piece, count in pieces.items():
            key = f"T{piece}"
            weights[key] = weights.get(key, 0.0) + scale * (1 + math.log(count))
    for token, count in Counter(name_tokens(description) + form_tokens(description)).items():
        weights[token] = 1 + math.log(count)
    for token in category_tokens(description.category):
        weights[token] = 1.0
    return weights


def hashed(token: str) -> int:
    """The token's 32-bit hash: small, and the same on every machine."""
    return zlib.crc32(token.encode("utf-8"))


def label_bigrams(labels: Sequence[str]) -> Counter[str]:
    """The bigrams of a heading's or class's wordings, for comparing with a text's words."""
    return Counter(f"T{piece}" for label in labels for piece in bigrams(fold(label)))
