"""ONIX for Books: short tags and code lists (EDItEUR, ONIX 3.1, code lists issue 70), and what they are here."""

from __future__ import annotations

#: Short tag → reference name, for the elements that are read (3.x and 2.1).
SHORT_TAGS = {
    "product": "Product", "header": "Header", "a001": "RecordReference", "a002": "NotificationType",
    "productidentifier": "ProductIdentifier", "b221": "ProductIDType", "b244": "IDValue",
    "descriptivedetail": "DescriptiveDetail", "b012": "ProductForm", "b333": "ProductFormDetail",
    "b014": "ProductFormDescription", "measure": "Measure", "x315": "MeasureType", "c093": "MeasureTypeCode",
    "c094": "Measurement", "c095": "MeasureUnitCode", "extent": "Extent", "b218": "ExtentType",
    "b219": "ExtentValue", "b220": "ExtentUnit", "collection": "Collection", "titledetail": "TitleDetail",
    "b202": "TitleType", "titleelement": "TitleElement", "x409": "TitleElementLevel", "x410": "PartNumber",
    "b203": "TitleText", "b030": "TitlePrefix", "b031": "TitleWithoutPrefix", "b029": "Subtitle",
    "title": "Title", "contributor": "Contributor", "b034": "SequenceNumber", "b035": "ContributorRole",
    "b036": "PersonName", "b037": "PersonNameInverted", "b039": "NamesBeforeKey", "b247": "PrefixToKey",
    "b040": "KeyNames", "b047": "CorporateName", "b057": "EditionNumber", "b058": "EditionStatement",
    "language": "Language", "b253": "LanguageRole", "b252": "LanguageCode", "subject": "Subject",
    "b067": "SubjectSchemeIdentifier", "b171": "SubjectSchemeName", "b069": "SubjectCode",
    "b070": "SubjectHeadingText", "mainsubject": "MainSubject", "b191": "MainSubjectSchemeIdentifier",
    "b064": "BASICMainSubject", "b065": "BICMainSubject", "collateraldetail": "CollateralDetail",
    "textcontent": "TextContent", "x426": "TextType", "d104": "Text", "othertext": "OtherText",
    "d102": "TextTypeCode", "publishingdetail": "PublishingDetail", "imprint": "Imprint", "b079": "ImprintName",
    "publisher": "Publisher", "b291": "PublishingRole", "b081": "PublisherName", "b209": "CityOfPublication",
    "publishingdate": "PublishingDate", "x448": "PublishingDateRole", "b306": "Date", "b003": "PublicationDate",
    "productsupply": "ProductSupply", "supplydetail": "SupplyDetail", "price": "Price", "x462": "PriceType",
    "j148": "PriceTypeCode", "j151": "PriceAmount", "j152": "CurrencyCode", "b061": "NumberOfPages",
    "audience": "Audience", "b204": "AudienceCodeType", "b206": "AudienceCodeValue", "b073": "AudienceCode",
    "series": "Series", "b018": "TitleOfSeries", "b019": "NumberWithinSeries",
    "m184": "DefaultLanguageOfText", "m186": "DefaultCurrencyCode",
}  # fmt: skip

#: List 17, contributor role → role as our records print it.
ROLES = {
    "A01": "著", "A02": "合著", "A03": "編劇", "A04": "歌詞", "A05": "歌詞", "A06": "作曲", "A07": "繪", "A08": "攝影",
    "A09": "編著", "A10": "原案", "A11": "設計", "A12": "繪", "A13": "攝影", "A14": "文", "A15": "序", "A16": "序",
    "A19": "後記", "A20": "註釋", "A22": "後記", "A23": "前言", "A24": "導論", "A32": "撰文", "A35": "繪",
    "A36": "封面設計",
    "A38": "原著", "A39": "地圖", "B01": "編", "B02": "修訂", "B03": "改寫", "B04": "節縮", "B05": "改編", "B06": "譯",
    "B08": "譯注", "B09": "叢書主編", "B10": "編譯", "B11": "總編輯", "B12": "客座主編",
    "B13": "冊主編", "B15": "編輯統籌",
    "C01": "編選", "C02": "選輯", "E03": "旁白", "E07": "朗讀",
}  # fmt: skip

#: List 150, product form → binding as our records print it.
BINDINGS = {
    "BB": "精裝", "BC": "平裝", "BD": "活頁", "BE": "線圈裝", "BF": "小冊", "BG": "皮面精裝", "BH": "硬頁書",
    "AC": "CD", "AE": "錄音帶", "AJ": "有聲書", "AN": "有聲書", "EA": "電子書", "EB": "電子書",
    "EC": "電子書", "ED": "電子書",
    "DG": "電子書",
}  # fmt: skip

#: List 175, product form detail → file format.
FILE_FORMATS = {
    "E101": "EPUB", "E105": "HTML", "E107": "PDF", "E116": "Kindle", "E127": "Mobipocket", "E141": "iBooks",
    "E116A": "Kindle", "A103": "MP3",
}  # fmt: skip

#: List 27, subject scheme → vocabulary code of MARC: headings (650 $2) …
HEADING_SCHEMES = {"04": "lcsh", "05": "mesh", "09": "rvm", "24": None, "10": "bisacsh", "93": "thema", "12": "bicssc"}
#: … and class numbers (082, 050, 080, 084 $2).
CLASS_SCHEMES = {"01": "ddc", "03": "lcc", "02": "udc", "10": "bisacsh", "12": "bicssc", "93": "thema"}
KEYWORDS = "20"

#: List 29, audience code type: the code is one of list 28.
ONIX_AUDIENCE = "01"
#: List 28, audience → 適讀對象; school books (04) and the kinds of language learning name none.
AUDIENCES = {
    "01": "成人(一般)", "02": "學齡兒童", "03": "青少年", "05": "成人(學術)", "06": "成人(學術)",
}  # fmt: skip

#: List 153 (3.x) and list 33 (2.1), text type: 02 short and 03 full description (2.1: 01, 03 and 02), 04 contents.
DESCRIPTIONS = {"3": ("03", "02"), "2": ("01", "03", "02")}
CONTENTS = "04"

#: List 23, extent: content pages, numbered pages, pages as given for the main content.
PAGE_EXTENTS = ("00", "11", "07", "05", "06", "10")
PAGES_UNIT = "03"

#: List 1, notification: what is no complete, living record.
DELETED, PARTIAL, TESTS = "05", "04", frozenset({"88", "89"})

#: List 58, price: recommended retail, with tax before without.
PRICES = ("02", "01", "04", "03", "42", "41")
