"""Codes and words that MARC21 and the values of `Book` share, in one place each."""

from __future__ import annotations

from functools import lru_cache

from shuyin.records.book import Format

#: MARC relator codes → the word that a Taiwanese title page uses.
RELATORS = {
    "aut": "著",
    "aui": "序",
    "arr": "編曲",
    "cmp": "作曲",
    "com": "編",
    "ctb": "撰稿",
    "cov": "封面設計",
    "edt": "編",
    "ill": "繪",
    "isb": "發行",
    "lyr": "作詞",
    "nrt": "朗讀",
    "pbd": "主編",
    "pht": "攝影",
    "prf": "演出",
    "pro": "製作",
    "pbl": "出版",
    "rev": "審訂",
    "trl": "譯",
}

#: Second indicator of 6xx → vocabulary.
VOCABULARIES = {"0": "lcsh", "1": "lcshac", "2": "mesh", "3": "nal", "5": "cash", "6": "rvm"}

FORMAT_TERMS = {Format.PRINT: "紙本書", Format.EBOOK: "電子書", Format.AUDIO: "有聲書", Format.OTHER: "其他"}
FORMATS_BY_TERM = {term: format for format, term in FORMAT_TERMS.items()}

#: Words of a binding statement that tell the form of publication.
FORMAT_WORDS = (
    (Format.AUDIO, ("有聲", "mp3", "audio", "wav")),
    (Format.EBOOK, ("電子", "epub", "pdf", "mobi", "ebook", "e-book", "electronic", "版面")),
    (Format.PRINT, ("平裝", "精裝", "裝", "pbk", "paper", "cloth", "hbk", "hardcover", "hardback")),
)

#: What 521 and 655 carry in $3 to tell our own statements apart.
AUDIENCE, RATING = "適讀對象", "分級註記"
CATEGORY, SHELF_CATEGORY = "圖書主題", "建議上架分類"

#: $2 of 016 for the CIP number of the National Central Library.
CIP_AGENCY = "ncl-cip"


@lru_cache(maxsize=4096)  # the same few words stand in every record
def format_of_binding(text: str | None) -> Format | None:
    """The form of publication that the words of a binding statement tell, else None."""
    if not text:
        return None
    folded = text.casefold()
    for format, words in FORMAT_WORDS:
        if any(word in folded for word in words):
            return format
    return None
