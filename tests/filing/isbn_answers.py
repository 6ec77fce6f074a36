"""Answers of an application for ISBN and CIP that are right in every field: a printed set, an e-book, an audiobook."""

from __future__ import annotations

from typing import Any

INTRO = "這本書寫臺灣期刊的學術能量、閱讀風貌與出版環境，並以二十年的統計資料說明其變化。" * 3

APPLICATION_GOOD: dict[str, Any] = {
    "forms": ["print", "ebook", "audio"],
    "publisher": "書坊有限公司",
    "filler": "王小明",
    "filler_email": "filler@example.com.tw",
    "filler_phone": "(02)23619132",
    "filler_extension": "701",
    "filler_mobile": "0912345678",
    "title": "臺灣期刊風貌. 第一輯: 二十年觀察= Journals of Taiwan",
    "authors": "王小明著; 李大同繪; 陳美玲譯",
    "language": "繁體中文",
    "national_language": "臺灣華語",
    "audience": "成人(一般)",
    "shelf": "人文史地",
    "topic": "總類",
    "rating": "普通級",
    "imported": "no",
    "print_edition": "初版",
    "print_revised": "no",
    "print_published": "2026-04",
    "print_numbering": "both",
    "print_volumes": "2",
    "print_set_title": "臺灣期刊風貌",
    "print_parts": [{"number": "1", "isbn": "", "title": "上冊"}, {"number": "2", "isbn": "", "title": "下冊"}],
    "print_height": "21",
    "print_width": "14.8",
    "print_pages": "320",
    "print_bindings": ["hard", "soft"],
    "print_price_hard": "600",
    "print_price_soft": "450",
    "ebook_edition": "初版",
    "ebook_revised": "no",
    "ebook_published": "2026-05",
    "ebook_numbering": "both",
    "ebook_volumes": "1",
    "ebook_set_title": "臺灣期刊風貌",
    "ebook_parts": [{"number": "1", "isbn": "", "title": "第一本書", "format": "PDF"}],
    "ebook_formats": ["EPUB", "PDF"],
    "ebook_price": "300",
    "ebook_named": ["yes"],
    "ebook_joint": "no",
    "ebook_extension": "_BCD_V1",
    "audio_edition": "初版",
    "audio_revised": "no",
    "audio_published": "2026-05",
    "audio_numbering": "both",
    "audio_volumes": "1",
    "audio_set_title": "臺灣期刊風貌",
    "audio_parts": [{"number": "1", "isbn": "", "title": "第一集", "format": "MP3"}],
    "audio_spoken": ["yes"],
    "audio_formats": ["MP3"],
    "audio_price": "250",
    "intro": INTRO,
    "contents": "無",
    "keywords": "期刊文獻;學術傳播",
    "subjects": "期刊,文獻",
    "classes": "051,050.1",
    "cip": "yes",
    "cip_excluded": [],
}
#: Files that the application needs, by place.
APPLICATION_FILES = {"title_page": 1, "copyright_page": 1, "audio_rights": 1, "audio_cover": 1}


def _of_each_form() -> tuple[dict[tuple[str, str], dict[str, Any]], dict[tuple[str, str], dict[str, Any]]]:
    keeping: dict[tuple[str, str], dict[str, Any]] = {}
    breaking: dict[tuple[str, str], dict[str, Any]] = {}
    for form in ("print", "ebook", "audio"):
        published, volumes, parts = f"{form}_published", f"{form}_volumes", f"{form}_parts"
        numbering = f"{form}_numbering"
        row = {"number": "1", "title": "上冊", "isbn": "9789576787713", "format": "PDF"}
        keeping |= {
            (published, "within_three_months"): {published: "2026-06"},
            (published, "not_yet_published"): {published: "2026-03"},
            (volumes, "rows_missing"): {volumes: "2", numbering: "both", parts: [row, row]},
            (volumes, "rows_surplus"): {volumes: "1", numbering: "set", parts: [row]},
            (volumes, "rows_twice"): {volumes: "2", numbering: "both", parts: [row, {**row, "isbn": "9789576787829"}]},
        }
        breaking |= {
            (published, "within_three_months"): {published: "2026-07"},
            (published, "not_yet_published"): {published: "2026-02"},
            (volumes, "rows_missing"): {volumes: "2", numbering: "both", parts: [row]},
            (volumes, "rows_surplus"): {volumes: "1", numbering: "set", parts: [row, row]},
            (volumes, "rows_twice"): {volumes: "2", numbering: "both", parts: [row, row]},
        }
    return keeping, breaking


#: For each rule that looks at several answers: answers that keep it and answers that break it.
APPLICATION_KEEPING, APPLICATION_BREAKING = _of_each_form()
APPLICATION_KEEPING |= {
    ("print_bindings", "attachment_alone"): {"print_bindings": ["soft", "attachment"]},
    ("ebook_first_named", "first_named"): {"ebook_joint": "yes", "ebook_first_named": "yes"},
    ("cip", "cip_textbook"): {"shelf": "教科書", "shelf_textbook": "大專校院教科書"},
    ("cip", "cip_foreign"): {"language": "英文", "national_language": "臺灣原住民族語"},
    ("cip", "cip_comic"): {"shelf": "文學"},
    ("cip", "cip_short"): {
        "print_pages": "49",
        "shelf": "兒童讀物(含繪本、故事書等)",
        "shelf_children": "繪本、圖畫書",
    },
    ("cip", "cip_score"): {"cip": "no", "cip_excluded": ["score"]},
    ("cip", "cip_map"): {"cip": "no", "cip_excluded": ["map"]},
    ("cip", "cip_braille"): {"cip": "no", "cip_excluded": ["braille"]},
    ("cip", "cip_photo"): {"cip": "no", "cip_excluded": ["photo"]},
    ("cip", "cip_media"): {"cip": "no", "cip_excluded": ["media"]},
}
APPLICATION_BREAKING |= {
    ("print_bindings", "attachment_alone"): {"print_bindings": ["attachment"]},
    ("ebook_first_named", "first_named"): {"ebook_joint": "yes", "ebook_first_named": "no"},
    ("cip", "cip_textbook"): {"shelf": "教科書", "shelf_textbook": "中小學教科書"},
    ("cip", "cip_foreign"): {"language": "英文", "national_language": "非國家語言"},
    ("cip", "cip_comic"): {"shelf": "漫畫書"},
    ("cip", "cip_short"): {"print_pages": "49", "shelf": "文學"},
    ("cip", "cip_score"): {"cip_excluded": ["score"]},
    ("cip", "cip_map"): {"cip_excluded": ["map"]},
    ("cip", "cip_braille"): {"cip_excluded": ["braille"]},
    ("cip", "cip_photo"): {"cip_excluded": ["photo"]},
    ("cip", "cip_media"): {"cip_excluded": ["media"]},
}

#: A supplementary CIP and a report of publication that are right in every field.
SUPPLEMENT_GOOD: dict[str, Any] = {
    **{name: value for name, value in APPLICATION_GOOD.items() if name.startswith(("filler", "publisher"))},
    **{name: APPLICATION_GOOD[name] for name in ("title", "authors", "intro", "contents", "keywords")},
    "subjects": "期刊,文獻",
    "classes": "051",
    "isbn": "9789576787713",
    "reason": "reprint",
    "cip": "yes",
}
SUPPLEMENT_FILES = {"title_page": 1, "copyright_page": 1, "contents_page": 1, "preface": 1}
REPORT_GOOD: dict[str, Any] = {
    "isbn": "9789576787713",
    "filler_email": "office@example.com.tw",
    "changes": ["price", "pages", "size"],
    "authors": "王小明著",
    "title": "臺灣期刊風貌",
    "volume_title": "上冊",
    "rating": "普通級",
    "keywords": "期刊文獻",
    "intro": INTRO,
    "contents": "無",
    "published": "2026-05",
    "binding": "平裝",
    "price": "480",
    "pages": "324",
    "series": "期刊叢刊; 3",
    "height": "21",
    "width": "15",
}
