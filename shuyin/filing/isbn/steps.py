"""The six steps of the application as S0 prints them (l.1282–1605 printed books, l.1718–1751 e-books)."""

from __future__ import annotations

from shuyin.filing.engine import kinds as basic
from shuyin.filing.engine.conditions import ALWAYS, AnyOf, when
from shuyin.filing.engine.declaration import Field, Rule, Section, Step, Upload, mark
from shuyin.filing.engine.media import WORD, MediaType
from shuyin.filing.isbn import checks, kinds, values
from shuyin.filing.isbn.form_fields import AUDIO_SECTION, EBOOK_SECTION, PRINT_SECTION
from shuyin.filing.isbn.publisher_fields import FILLER
from shuyin.filing.isbn.values import HAS_AUDIO, HAS_EBOOK, HAS_PRINT, YES_NO

#: 檔案上傳須知 of the platform.
LIMITS = "S0 l.612–614"
PAGES = (MediaType.JPEG, MediaType.PNG, MediaType.PDF, *WORD)
PICTURES = (MediaType.JPEG, MediaType.PNG, MediaType.PDF)
ONE_AT_A_TIME = mark(
    "在您填寫本次申請資料時，請勿同時使用系統其他功能或另開視窗建置另一筆資料。填寫的內容會隨時儲存為草稿。"
)
SHARED_USE = mark("貴單位所提供的資料將延伸應用於國家圖書館相關系統與服務，並於全國新書資訊網前臺顯示。")

FILLING = Step(
    "filler",
    mark("填寫申請資料"),
    "S0 l.1284",
    notice=(ONE_AT_A_TIME,),
    sections=(
        Section(
            "",
            (
                Field("forms", mark("請問您要申請何種類型出版品的 ISBN／CIP"), "S0 l.1261–1265", basic.CHOICE,
                      required=ALWAYS, choices=values.FORMS, multiple=True),
            ),
        ),
        FILLER,
    ),
)  # fmt: skip

CARRY = Step(
    "carry",
    mark("舊資料查詢與帶入功能"),
    "S0 l.1288",
    sections=(
        Section(
            "",
            (),
            tool="carry",
            help=mark("以 ISBN 或書名查詢貴單位先前的出版品，將舊資料帶入後再修改。若不需要，請直接進行下一個步驟。"),
        ),
    ),
)

LANGUAGE_OTHER, NATIONAL_OTHER = when("language", "其他"), when("national_language", "其他")

COMMON = Step(
    "common",
    mark("編輯申請資料－共同基本欄位"),
    "S0 l.1292",
    notice=(SHARED_USE,),
    sections=(
        Section(
            "",
            (
                Field("title", mark("書名及副書名"), "S0 l.1347–1348", required=ALWAYS, max_length=500,
                      example="哈利波特. 1, 神秘的魔法石= Harry Potter and the Philosopher's Stone"),
                Field("authors", mark("著者、合著者及譯者"), "S0 l.1347–1348", required=ALWAYS, max_length=500,
                      example="安東尼.聖修伯里(Antoine de Saint-Exupéry)著; 馬克.揚森(Mark Janssen)繪; 鄭麗君譯",
                      help=mark("姓名後加職責（著、譯、繪、編…），不同職責以「; 」分隔。")),
                Field("language", mark("作品語文"), "S0 l.1349", basic.CHOICE, required=ALWAYS,
                      choices=values.LANGUAGES),
                Field("language_other", mark("其他作品語文"), "S0 l.1349", required=LANGUAGE_OTHER,
                      shown=LANGUAGE_OTHER, max_length=60),
                Field("national_language", mark("國家語言"), "S0 l.1349", basic.CHOICE, required=ALWAYS,
                      choices=values.NATIONAL_LANGUAGES,
                      example="繁體中文 (臺灣台語)、繁體中文 (臺灣原住民族語)、繁體中文 (其他：臺灣手語)"),
                Field("national_other", mark("其他國家語言"), "S0 l.1354", required=NATIONAL_OTHER,
                      shown=NATIONAL_OTHER, max_length=60, example="臺灣手語"),
                Field("audience", mark("適讀對象"), "S0 l.1351", basic.CHOICE, required=ALWAYS,
                      choices=values.AUDIENCES),
                Field("shelf", mark("建議上架分類"), "S0 l.1352", basic.CHOICE, required=ALWAYS,
                      choices=values.SHELVES),
                Field("shelf_children", mark("兒童讀物細項"), "S0 l.1352", basic.CHOICE, required=values.IS_CHILDREN,
                      shown=values.IS_CHILDREN, choices=values.CHILDREN_DETAILS),
                Field("shelf_textbook", mark("教科書細項"), "S0 l.1352, 1551", basic.CHOICE,
                      required=values.IS_TEXTBOOK, shown=values.IS_TEXTBOOK, choices=values.TEXTBOOK_DETAILS),
                Field("topic", mark("圖書主題"), "S0 l.1353", basic.CHOICE, required=ALWAYS, choices=values.TOPICS),
                Field("rating", mark("分級註記"), "S0 l.1354", basic.CHOICE, required=ALWAYS, choices=values.RATINGS),
                Field("imported", mark("是否為引進版權著作"), "S0 l.1355", basic.CHOICE, required=ALWAYS,
                      choices=YES_NO),
            ),
        ),
    ),
)  # fmt: skip

CONTENT = Section(
    mark("簡介、目次與關鍵詞"),
    (
        Field("intro", mark("本書簡介"), "S0 l.1407–1409", kinds.PROSE, required=ALWAYS, min_length=100,
              max_length=6000,
              help=mark("請以 100–6000 字為限。請勿輸入 emoji 符號，若輸入 emoji 符號，系統將自動移除。")),
        Field("contents", mark("目次"), "S0 l.1415, 1421", kinds.PROSE, required=ALWAYS, max_length=20_000,
              help=mark("若無目次，請填寫：無。請勿輸入 emoji 符號，若輸入 emoji 符號，系統將自動移除。")),
        Field("keywords", mark("建議關鍵詞"), "S0 l.1419", kinds.KEYWORDS, max_length=500, example="期刊文獻;學術傳播",
              help=mark("請自由填寫符合圖書主題之詞彙，多個關鍵詞請以 ;（半形分號）分隔。")),
    ),
    help=SHARED_USE,
)  # fmt: skip

SUBJECTS = Section(
    mark("建議主題詞與分類號碼"),
    (
        Field("subjects", mark("建議主題詞"), "S0 l.1451–1453", kinds.HEADINGS, required=HAS_PRINT,
              shown=HAS_PRINT, max_length=500,
              example="期刊,文獻,資訊服務,主題分析"),
        Field("classes", mark("建議分類號碼"), "S0 l.1455–1457", kinds.CLASSES, required=HAS_PRINT,
              shown=HAS_PRINT, max_length=200,
              example="051,050.1,022.7"),
    ),
    shown=HAS_PRINT,
    tool="recommend",
)  # fmt: skip

SPECIFIC = Step(
    "specific",
    mark("編輯申請資料"),
    "S0 l.1298",
    sections=(PRINT_SECTION, EBOOK_SECTION, AUDIO_SECTION, CONTENT, SUBJECTS),
)

READ = AnyOf((HAS_PRINT, HAS_EBOOK))

FILES = Step(
    "files",
    mark("編輯申請資料－上傳電子檔"),
    "S0 l.1304",
    notice=(mark("僅需上傳書名頁、版權頁、書封。無需上傳目次、序（或部分內容）。"),),
    sections=(
        Section(
            mark("上傳檔案"),
            (
                Upload("title_page", mark("書名頁"), "S0 l.1524", PAGES, required=READ, shown=READ,
                       help=mark("可複選檔案。"), limits_source=LIMITS),
                Upload("copyright_page", mark("版權頁"), "S0 l.1530", PAGES, required=READ, shown=READ,
                       help=mark("可複選檔案。"), limits_source=LIMITS),
                Upload("audio_rights", mark("版權資訊"), "S1 l.34, 52", PAGES, required=HAS_AUDIO, shown=HAS_AUDIO,
                       help=mark("有聲書的版權資訊。"), limits_source=LIMITS),
                Upload("audio_cover", mark("封面封底／圓標"), "S1 l.34, 52", PICTURES, required=HAS_AUDIO,
                       shown=HAS_AUDIO, help=mark("有聲書的封面封底或圓標。"), limits_source=LIMITS),
            ),
        ),
        Section(
            mark("上傳封面"),
            (
                Upload("cover", mark("封面"), "S0 l.1536", (MediaType.JPEG, MediaType.PNG), most=1,
                       help=mark("將顯示於書目與每日預告書訊。"), limits_source=LIMITS),
            ),
        ),
    ),
)  # fmt: skip

NO_CIP = mark("本書屬於不需申請出版品預行編目的範圍（{detail}），請選「否」。")


def _exclusion_rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(
            f"cip_{choice.value}",
            NO_CIP,
            values.EXCLUSION_LINES[choice.value],
            checks.no_exclusion(choice.value),
            choice.label,
        )
        for choice in values.CIP_EXCLUSIONS
    )


SENDING = Step(
    "send",
    mark("送出申請"),
    "S0 l.1340, 1517",
    sections=(
        Section(
            mark("是否申請 CIP"),
            (
                Field("cip_excluded", mark("本書若屬下列範圍，不需申請出版品預行編目"), "S0 l.1549–1559", basic.CHOICE,
                      shown=HAS_PRINT, choices=values.CIP_EXCLUSIONS, multiple=True),
                Field("cip", mark("是否申請 CIP"), "S0 l.1561", basic.CHOICE, required=HAS_PRINT, shown=HAS_PRINT,
                      choices=YES_NO, rules=_exclusion_rules()),
            ),
            shown=HAS_PRINT,
        ),
    ),
)  # fmt: skip
