"""Value lists of recorded music, so that the pages can say them in both languages (S0, 批次匯入專輯 三)."""

from __future__ import annotations

from shuyin.search_api.messages import N_

#: 有聲出版類別.
CATEGORIES = (
    N_("國語流行專輯"),
    N_("台語流行專輯"),
    N_("客語流行專輯"),
    N_("原住民語流行專輯"),
    N_("其他語言流行專輯"),
    N_("電影原聲帶"),
    N_("電視原聲帶"),
    N_("佛教音樂"),
    N_("基督教音樂"),
    N_("其他宗教音樂"),
    N_("傳統音樂專輯"),
    N_("演奏專輯"),
    N_("有聲書"),
    N_("其他"),
)
#: 媒體形式; CD, DVD, VCD, BD, USB and TAPE need no translation.
MEDIA = (N_("數位發行"), N_("黑膠唱片"))
#: 作品職責 beside those that are fields of the search.
ROLES = (N_("主要錄音人員"), N_("主要混音人員"), N_("主要母帶後製人員"), N_("合聲/合音"))
