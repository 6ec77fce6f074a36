"""Names of languages as Taiwanese forms and files write them → MARC codes."""

from __future__ import annotations

LANGUAGES = {
    "繁體中文": "chi", "中文": "chi", "簡體中文": "chi", "正體中文": "chi", "華文": "chi", "英文": "eng",
    "日文": "jpn", "韓文": "kor", "法文": "fre", "德文": "ger", "西班牙文": "spa", "義大利文": "ita",
    "葡萄牙文": "por", "俄文": "rus", "越南文": "vie", "泰文": "tha", "印尼文": "ind", "馬來文": "may",
    "拉丁文": "lat", "梵文": "san", "藏文": "tib", "zh": "chi", "zh-tw": "chi", "zh-hant": "chi", "en": "eng",
    "ja": "jpn", "ko": "kor", "fr": "fre", "de": "ger", "es": "spa",
}  # fmt: skip
