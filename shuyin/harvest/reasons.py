"""Why a record is refused: stable codes with their text for cataloguers, in one place (docs/importing.md)."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Codes of the reject list; they never change once published."""

    BAD_LEADER = "bad_leader"
    BAD_DIRECTORY = "bad_directory"
    TRUNCATED = "truncated"
    BAD_ENCODING = "bad_encoding"
    DAMAGED_MULTIBYTE = "damaged_multibyte"
    NOT_BIBLIOGRAPHIC = "not_bibliographic"
    DELETED_RECORD = "deleted_record"
    NO_TITLE = "no_title"
    RECORD_TOO_LARGE = "record_too_large"
    BAD_XML = "bad_xml"
    RELEASE_NOT_SUPPORTED = "release_not_supported"
    TEST_RECORD = "test_record"
    PARTIAL_UPDATE = "partial_update"
    BAD_ROW = "bad_row"
    UNCLOSED_QUOTE = "unclosed_quote"
    ISBN_MISSING = "isbn_missing"
    ISBN_ROUNDED = "isbn_rounded"
    ISBN_CHECK_DIGIT = "isbn_check_digit"
    ISBN_IS_ISSN_BARCODE = "isbn_is_issn_barcode"
    ISBN_IS_OTHER_BARCODE = "isbn_is_other_barcode"
    ISBN_IS_SHOP_ID = "isbn_is_shop_id"
    ISBN_UNREADABLE = "isbn_unreadable"
    READ_FAILED = "read_failed"
    WRITE_FAILED = "write_failed"


#: What the cataloguer reads. The part of the record that is meant stands behind it in brackets.
REASONS: dict[Reason, str] = {
    Reason.BAD_LEADER: "記錄標示（Leader）無法辨識，不是 MARC 記錄",
    Reason.BAD_DIRECTORY: "記錄的目錄區與欄位內容對不起來，無法還原各欄位",
    Reason.TRUNCATED: "記錄不完整：檔案在記錄結束前中斷，請向來源重新取得",
    Reason.BAD_ENCODING: "字元編碼無法解讀：不是 UTF-8、MARC-8 或 Big5",
    Reason.DAMAGED_MULTIBYTE: "中日韓文字（EACC 多位元組編碼）已損壞，為免存入錯字而未匯入",
    Reason.NOT_BIBLIOGRAPHIC: "不是書目記錄（權威、館藏或其他類型）",
    Reason.DELETED_RECORD: "來源已將此記錄標為刪除；匯入不會自動刪除館內記錄，請由館員處理",
    Reason.NO_TITLE: "沒有題名（245 $a）",
    Reason.RECORD_TOO_LARGE: "記錄過大，超過單筆上限",
    Reason.BAD_XML: "XML 內容不正確",
    Reason.RELEASE_NOT_SUPPORTED: "不支援此 ONIX 版本，請來源改以 ONIX 3.0 或 3.1 輸出",
    Reason.TEST_RECORD: "來源註明為測試資料",
    Reason.PARTIAL_UPDATE: "ONIX 部分更新（僅含異動欄位）無法單獨成為一筆書目",
    Reason.BAD_ROW: "此列的欄數與標題列不符",
    Reason.UNCLOSED_QUOTE: "引號未成對，無法判斷欄位界線",
    Reason.ISBN_MISSING: "沒有 ISBN，無法與其他資料比對",
    Reason.ISBN_ROUNDED: "ISBN 已被試算表軟體四捨五入（尾數變成 0），原號碼無法還原",
    Reason.ISBN_CHECK_DIGIT: "ISBN 檢查碼錯誤",
    Reason.ISBN_IS_ISSN_BARCODE: "ISBN 欄是期刊條碼（977 開頭），不是圖書",
    Reason.ISBN_IS_OTHER_BARCODE: "ISBN 欄是一般商品條碼，不是 ISBN（ISBN 以 978 或 979 開頭）",
    Reason.ISBN_IS_SHOP_ID: "ISBN 欄是書店自編商品號，不是 ISBN",
    Reason.ISBN_UNREADABLE: "ISBN 欄的內容不是 ISBN",
    Reason.READ_FAILED: "讀取此筆時發生未預期的錯誤，請將此筆資料回報系統管理員",
    Reason.WRITE_FAILED: "資料庫不接受此筆資料，請將此筆資料回報系統管理員",
}
