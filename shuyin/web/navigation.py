"""The main menu and where a page stands in it. Whoever builds a page adds its line here."""

from __future__ import annotations

from dataclasses import dataclass

from shuyin.search_api.messages import N_


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One page of the menu."""

    path: str
    label: str


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """One of the nine entries; with a single page it is a link, else it opens."""

    label: str
    items: tuple[MenuItem, ...]

    def holds(self, path: str) -> bool:
        """Whether a page is one of the group's own."""
        return any(item.path == path for item in self.items)


#: The nine entries of the source documents, in their order (S0, 首頁).
MAIN_MENU: list[MenuGroup] = [
    MenuGroup(
        N_("服務項目"),
        (
            MenuItem("/pages/services", N_("服務一覽")),
            MenuItem("/news", N_("最新消息")),
            MenuItem("/pages/isbn-principles", N_("ISBN 編配原則")),
            MenuItem("/pages/isbn-application", N_("ISBN／CIP 申請流程")),
            MenuItem("/pages/isrc-history", N_("ISRC 發展歷史")),
            MenuItem("/pages/isrc-principles", N_("ISRC 編碼原則")),
            MenuItem("/pages/isrc-application", N_("ISRC 申請流程")),
            MenuItem("/statistics", N_("服務統計")),
            MenuItem("/pages/contact", N_("聯絡我們")),
        ),
    ),
    MenuGroup(
        N_("整合申辦"),
        (
            MenuItem("/account", N_("ISBN／CIP／ISRC 整合申辦")),
            MenuItem("/account/register", N_("註冊帳號")),
            MenuItem("/filing", N_("申請進度查詢")),
            MenuItem("/forms", N_("表單")),
            MenuItem("/subjects", N_("主題規範查詢")),
            MenuItem("/subjects/analyse", N_("智慧主題分析")),
        ),
    ),
    MenuGroup(
        N_("書目資料庫"),
        (
            MenuItem("/books", N_("書目查詢")),
            MenuItem("/books/advanced", N_("進階查詢")),
            MenuItem("/search", N_("全站查詢")),
            MenuItem("/browse", N_("瀏覽清單")),
            MenuItem("/new-books", N_("每日預告書訊")),
            MenuItem("/books/help", N_("查詢說明")),
        ),
    ),
    MenuGroup(
        N_("書目下載"),
        (
            MenuItem("/pages/download-help", N_("下載說明")),
            MenuItem("/shelf", N_("書架")),
            MenuItem("/dumps/", N_("完整資料檔")),
            MenuItem("/api/docs", N_("JSON API 說明")),
        ),
    ),
    MenuGroup(
        N_("音樂查詢"),
        (
            MenuItem("/music", N_("曲目查詢")),
            MenuItem("/music/albums", N_("專輯查詢")),
            MenuItem("/music/latest", N_("最新專輯")),
            MenuItem("/statistics/isrc-yearly", N_("歷年統計")),
            MenuItem("/statistics/isrc-monthly", N_("按月統計")),
        ),
    ),
    MenuGroup(N_("ISBN 出版機構"), (MenuItem("/publishers", N_("ISBN 出版機構")),)),
    MenuGroup(N_("ISRC 音樂業者"), (MenuItem("/music-companies", N_("ISRC 音樂業者")),)),
    MenuGroup(
        N_("出版品"),
        (
            MenuItem("/pages/periodicals", N_("線上期刊")),
            MenuItem("/awards/books", N_("得獎好書")),
            MenuItem("/awards/golden-melody", N_("金曲獎")),
        ),
    ),
    MenuGroup(
        N_("工具與資源"),
        (
            MenuItem("/tools", N_("工具一覽")),
            MenuItem("/tools/isbn", N_("ISBN 轉換與檢查")),
            MenuItem("/tools/isrc", N_("ISRC 檢查")),
            MenuItem("/tools/ebook-identifier", N_("電子書延伸辨識碼")),
            MenuItem("/faq", N_("常見問題")),
            MenuItem("/events", N_("音樂活動")),
            MenuItem("/links", N_("相關網站")),
            MenuItem("/pages", N_("查詢網站內容")),
            MenuItem("/filing/new/feedback", N_("意見信箱")),
        ),
    ),
]

#: What every page leads to from its foot.
FOOT: tuple[MenuItem, ...] = (
    MenuItem("/site-map", N_("網站導覽")),
    MenuItem("/pages/contact", N_("聯絡我們")),
    MenuItem("/pages/about-data", N_("關於資料")),
    MenuItem("/pages/privacy", N_("隱私權說明")),
    MenuItem("/pages/accessibility", N_("無障礙聲明")),
)


def menu_paths() -> list[str]:
    """The addresses of the menu and of the foot, each once."""
    items = [item for group in MAIN_MENU for item in group.items]
    return list(dict.fromkeys(item.path for item in (*items, *FOOT)))


def trail(path: str) -> tuple[str, str] | None:
    """(entry of the menu, page) for a page of the menu; None for any other, and where both say the same."""
    for group in MAIN_MENU:
        for item in group.items:
            if item.path == path and item.label != group.label:
                return group.label, item.label
    return None
