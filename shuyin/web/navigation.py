"""The main menu. Whoever builds a page adds its line here."""

from __future__ import annotations

from dataclasses import dataclass

from shuyin.search_api.messages import N_


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the main menu."""

    path: str
    label: str


#: In the order of the source documents' nine-item menu (S0, 首頁).
MAIN_MENU: list[MenuItem] = [
    MenuItem("/books", N_("書目資料庫")),
    MenuItem("/books/advanced", N_("進階查詢")),
    MenuItem("/new-books", N_("每日預告書訊")),
    MenuItem("/account", N_("整合申辦")),
    MenuItem("/filing/new/feedback", N_("意見信箱")),
    MenuItem("/subjects", N_("主題規範查詢")),
    MenuItem("/music", N_("音樂查詢")),
    MenuItem("/statistics", N_("服務統計")),
    MenuItem("/tools", N_("工具與資源")),
]
