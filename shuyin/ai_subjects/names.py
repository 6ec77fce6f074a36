"""Names of authors and publishers: split, folded, and where an author probably comes from.

Literature is classed by the author's country (861 Japan, 863 Taiwan, 857 China, 862 Korea, 87x the West), which the
record tells by the shape of a name. The lists are common family names, general knowledge.
"""

from __future__ import annotations

import re

from shuyin.ai_subjects.folding import fold

_SEPARATORS = re.compile(r"\s*(?:[/／;；、,，&＆|]|\s-\s|‧?\s{2,})\s*")
_ROLE = re.compile(
    r"[\s\-－—:：]*(?:原作|原著|原案|作者|著者|編著|主編|作畫|作画|漫畫|漫画|插畫|插画|插圖|繪圖|繪者|圖文|文圖|編輯部?|編|著|作|繪|画|圖|文|譯|监修|監修|撰|等|腳本|脚本|人物設定|角色原案|原作腳本)+$"
)
_BRACKETS = re.compile(r"[(（\[【〔].*?(?:[)）\]】〕]|$)")
_LEGAL_FORM = re.compile(
    r"(股份|有限公司|出版社|出版事业部|出版事业|文化事业|文化出版|出版公司|事业|企业社|工作室|公司|出版|文化|图书|书店|书局|书房|书屋|国际|传媒|集团|编辑部|数位|科技|企业|文创|创意|股份有限公司)+$"
)

#: Common Japanese family names of two characters (folded as written in Taiwan; kana settles the rest).
JAPANESE = frozenset(
    fold(
        "佐藤 鈴木 高橋 田中 伊藤 渡邊 渡邉 渡辺 山本 中村 小林 加藤 吉田 山田 佐佐 佐々 "
        "山口 松本 井上 木村 齋藤 斎藤 齊藤 清水 山崎 池田 橋本 阿部 石川 山下 中島 石井 "
        "小川 前田 岡田 長谷 藤田 後藤 近藤 村上 遠藤 青木 坂本 福田 太田 西村 藤井 金子 "
        "岡本 藤原 中野 三浦 原田 松田 竹內 小野 田村 中山 和田 石田 森田 上田 柴田 酒井 "
        "宮崎 橫山 高木 安藤 宮本 大野 小島 谷口 今井 工藤 高田 增田 丸山 杉山 村田 大塚 "
        "新井 小山 平野 藤本 河野 上野 野口 武田 松井 千葉 岩崎 菅原 木下 久保 佐野 野村 "
        "松尾 菊地 菊池 杉本 市川 古川 島田 水野 櫻井 桜井 吉川 山內 西田 飯田 西川 小松 "
        "北村 安田 五十 川口 平田 關口 中川 東野 宮部 夏目 芥川 太宰 川端 三島 谷崎 江戶 "
        "湊佳 伊坂 京極 綾辻 有川 恩田 角田 吉本 吉竹 宮澤 宮沢 黑柳 稻盛 松下 大前 永井 "
        "手塚 鳥山 尾田 岸本 荒木 諫山 富樫 桂正 車田 北条 北條 浦澤 藤子 赤塚 石森 横山 "
        "萩尾 竹宮 高河 矢澤 椎名 吉野 白石 小澤 小沢 大澤 大沢 澤田 内田 內田 川上 川村 "
        "川原 川島 黑田 黒田 黑川 本田 本間 西尾 西野 西澤 東山 東川 南野 北川 北野 中田 "
        "中原 中西 中谷 中澤 上原 上村 下村 大西 大谷 大島 大橋 大森 大石 大場 大久 小池 "
        "小西 小泉 小倉 小原 小田 今村 今野 吉村 吉岡 吉澤 堀江 堀內 森本 森山 森下 森川 "
        "荒井 荒川 須田 須藤 三宅 三上 三好 三田 八木 八幡 片山 片岡 片桐 土屋 土井 坂口 "
        "坂井 坂田 岩田 岩井 岩本 岡崎 岡野 島崎 早川 星野 星新 柳田 柳澤 栗原 桑原 根本 "
        "梅田 梅原 永田 永野 浜田 濱田 浅野 淺野 淺田 浅田 浅井 熊谷 牧野 玉置 田邊 田辺 "
        "田口 田島 田原 石原 石黑 石黒 石橋 磯田 神田 神谷 福島 福井 秋山 秋元 秋本 稻垣 "
        "竹田 竹下 筒井 米澤 米山 羽生 若林 荻原 菅野 落合 藤澤 藤沢 藤岡 藤村 藤野 服部 "
        "望月 村山 村井 東田 櫻田 横溝 樋口 武內 武井 武者 水木 水島 江口 江國 津村 津田 "
        "河合 河原 沖田 泉鏡 瀨戶 瀬戸 瀧本 滝沢 瀧澤 白鳥 百田 相田 相澤 真山 真島 矢野 "
        "矢口 矢部 穗村 立花 細川 細田 芳賀 花田 茂木 茅田 萩原 葉室 葛西 蓮實 赤川 赤坂 "
        "辻村 辻仁 金田 金原 野田 野上 野崎 関口 関根 關根 長野 長尾 阿川 青山 青柳 飛鳥 "
        "馬場 高山 高野 高島 高村 高井 高杉 鳥居 鳥飼 鶴見 鹿島 黑木 黒木 龜井 亀井 伏見 "
        "鎌池 時雨 丸戶 渡航 暁なつ 曉なつ 長月 丸山くがね 支倉 犬夜 柳廣 道尾 貴志 乃木 "
        "乙一 米原 向田 林真 林真理子 森見 万城 萬城 三谷 是枝 山中 岸見 古賀 齋木 樺澤 "
        "樺沢 池上 出口 養老 和田秀 神奈 高濱 細野 "
    ).split()
)
#: Chinese family names, with those of two characters.
CHINESE = frozenset(
    fold(
        "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐周葉蘇莊呂江何蕭羅高潘簡朱鍾游彭詹胡施沈余盧梁趙顏柯翁魏孫戴范方宋鄧杜傅侯曹薛丁"
        "卓阮馬董溫唐藍石蔣田康鄒白湯尤巫連程姚倪紀童凌黎馮龔嚴陸邵錢魯孔孟秦金任袁于崔夏賈段萬毛龐樊尹常武喬賀錢龍史俞管涂辛甘馮"
        "歐阿熊包駱鄔柳向章姜汪裴辜古華聶祝譚耿殷岑苗焦伍池樂巴成戚熊季舒屈項路管闕冉"
    )
)
DOUBLE_CHINESE = frozenset(fold("歐陽 司馬 諸葛 上官 張簡 范姜 皇甫 端木 令狐 司徒 夏侯 慕容 公孫 尉遲 東方").split())
#: Family names that are mostly Korean once a given name of two characters follows.
KOREAN = frozenset(fold("金朴崔鄭姜尹申權裴南柳全玄閔具禹河卞韓文安"))
KOREAN_GIVEN = frozenset(fold("俊賢恩智秀敏宰哲秉鉉熙妍淑姬炫昇旼燦浩鎬泳榮英勳相尚成勝元沅貞靜美娜延宥瑟叡藝憓惠"))


def author_names(statement: str) -> list[str]:
    """The folded names of an author statement in order, without roles, brackets and blanks; at most 12."""
    names: list[str] = []
    for part in _SEPARATORS.split(_BRACKETS.sub(" ", statement[:1000])):
        name = _ROLE.sub("", part.strip())
        folded = re.sub(r"\s+", "", fold(name)) if not name.isascii() else fold(name).strip()
        if folded and folded not in names:
            names.append(folded)
    return names[:12]


def publisher_key(name: str) -> str:
    """A publisher's name without its legal form: 東立 = 東立出版社 = 東立出版社有限公司."""
    folded = re.sub(r"\s+", "", _BRACKETS.sub("", fold(name)))
    previous = ""
    key = folded
    while key != previous:
        previous, key = key, _LEGAL_FORM.sub("", key)
    return key or folded


def origin_of(name: str) -> str:
    """`japan`, `han` (Chinese), `korea`, `west`, `latin`, `body` or `pen` for a folded name; a guess by its shape."""
    if any("\u3041" <= character <= "\u30ff" for character in name.replace("・", "").replace("ー", "")):
        return "japan"
    if name.isascii():
        return "latin"
    if re.search(r"[・‧．·•.]", name):
        return "west"
    if name.endswith(
        ("部", "社", "会", "局", "院", "室", "组", "团", "中心", "小组", "公司", "大学", "协会", "基金会")
    ):
        return "body"
    if name[:2] in JAPANESE and len(name) >= 3:
        return "japan"
    if name[:2] in DOUBLE_CHINESE and len(name) <= 4:
        return "han"
    if name[0] in CHINESE and len(name) in (2, 3):
        korean = name[0] in KOREAN and len(name) == 3 and sum(character in KOREAN_GIVEN for character in name[1:]) == 2
        return "korea" if korean else "han"
    if len(name) >= 5:
        return "west?"
    return f"pen{len(name)}"
