"""Statements of responsibility as shops and publishers write them → names with their roles."""

from __future__ import annotations

import re

from shuyin.records.book import Contributor

#: Roles that may be glued to a name, longest first; a single character only where the source always writes one.
_LONG_ROLES = (
    "執行編輯", "角色原案", "角色原作", "角色設計", "人物設定", "插畫設計", "共同主編", "總編輯", "總策畫", "總策劃",
    "文字整理", "編著", "編輯", "主編", "編譯", "編撰", "編寫", "編繪", "編選", "編校", "編劇", "原著", "原作",
    "原案", "合著", "著作", "著述", "撰文", "撰稿", "撰寫", "著繪", "圖文", "文圖", "著譯", "繪圖", "繪者", "繪製",
    "漫畫", "作畫",
    "插畫", "插圖", "作者", "譯者", "翻譯", "合譯", "譯註", "譯注", "註釋", "導讀", "導論", "審訂", "審定", "審校",
    "校訂", "校注", "校註", "校閱", "監修", "監製", "企劃", "企畫", "策畫", "策劃", "攝影", "口述", "主講", "改編",
    "改寫", "主述",
    "整理", "採訪", "文字", "腳本", "劇本", "設計", "朗讀", "演播", "縮寫", "繪本", "選編", "選譯", "譯寫", "解說",
    "點校", "注釋", "箋注",
)  # fmt: skip
_SHORT_ROLES = ("著", "作", "編", "譯", "繪", "文", "圖", "撰", "輯", "注", "註", "校", "述", "詩", "攝")
_ROLE = "|".join((*_LONG_ROLES, *_SHORT_ROLES))
_IS_ROLE = re.compile(rf"^(?:{_ROLE})(?:[.．、/&]?(?:{_ROLE}))*$")
_LONG_END = re.compile(rf"^(?P<names>.+?)\s*(?P<role>(?:{'|'.join(_LONG_ROLES)})(?:[.．、](?:{_ROLE}))*)$")
_ANY_END = re.compile(rf"^(?P<names>.+?)\s*(?P<role>(?:{_ROLE})(?:[.．、](?:{_ROLE}))*)$")
_AND_OTHERS = re.compile(r"[\s,、，]*等(?:[一二三四五六七八九十\d]*人)?$")
_ROLE_FIRST = re.compile(rf"^(?P<role>(?:{_ROLE})(?:[.．、/](?:{_ROLE}))*)\s*[：:]\s*(?P<names>.+)$")
_ROLE_DASH = re.compile(rf"^(?P<names>.+?)\s*-\s*(?P<role>(?:{_ROLE})(?:[.．、](?:{_ROLE}))*)$")
_ROLE_BRACKET = re.compile(rf"^(?P<names>.+?)\s*[(（](?P<role>(?:{_ROLE})(?:[.．、/](?:{_ROLE}))*)[)）]$")
_NATION = re.compile(r"^[(（\[〔【［](?:[\u4e00-\u9fff]{1,4})[)）\]〕】］]\s*")
_ORIGINAL = re.compile(r"^(?P<name>.+?)\s*[(（](?P<latin>[A-Za-z\u00c0-\u024f][^()（）]*)[)）]$")
_CORPORATE = re.compile(
    r"(?:公司|出版社|編輯部|編輯室|編輯小組|編輯群|編輯組|編委會|委員會|協會|學會|大學|學院|圖書館|博物館|美術館|基金會|研究所|研究院|研究會"
    r"|工作室|工作坊|中心|小組|團隊|政府|[部局署處]|編譯部|事務所|聯盟|教會|劇團|雜誌社|報社|書局|書院|寺|電視)$"
)
#: A bracket that never closes: the source or the split at "/" has cut its rest off.
_CUT_OFF = re.compile(r"(?<=\S)\s*[(（][^()（）]*$")
_GROUPS = re.compile(r"\s*[;；]\s*")


def contributors(statement: str, *, roles_always: bool = False) -> tuple[Contributor, ...]:
    """Names in order with roles as printed; names without a role have None.

    `roles_always`: the source closes each group with its role (the library's own lists), so that a single 著 or 作 at
    the end is a role; elsewhere it may belong to the name.
    """
    found: list[Contributor] = []
    for group in _GROUPS.split(statement.strip()):
        found += _group(group, roles_always)
    return tuple(dict.fromkeys(found))


def _group(group: str, roles_always: bool) -> list[Contributor]:
    parts = _split_names(group)
    if any(_ROLE_FIRST.match(p) or _ROLE_DASH.match(p) for p in parts):
        return _each_with_its_role(parts)
    role = None
    if len(parts) > 1 and _IS_ROLE.match(parts[-1]):
        role = parts.pop()  # "門馬司/ 原作"
    elif parts:
        parts[-1], role = _role_at_end(parts[-1], roles_always)
    return [c for p in parts if (c := _contributor(p, role)) is not None]


def _each_with_its_role(parts: list[str]) -> list[Contributor]:
    found: list[Contributor] = []
    waiting: list[str] = []
    for part in parts:
        first, dash = _ROLE_FIRST.match(part), _ROLE_DASH.match(part)
        if first:
            found.append(_named(first["names"], first["role"]))
        elif dash:
            # "林國華, 高天德, 董維新-編著": the role belongs to all names since the last role
            found += [_named(name, dash["role"]) for name in (*waiting, dash["names"])]
            waiting = []
        elif found and not waiting and _ROLE_FIRST.match(parts[0]):
            found.append(_named(part, found[-1].role))
        else:
            waiting.append(part)
    return found + [_named(name, None) for name in waiting]


def _named(name: str, role: str | None) -> Contributor:
    return _contributor(name, role) or Contributor(name=name.strip(), role=role)


def _split_names(group: str) -> list[str]:
    """The names of a group; commas inside brackets separate nothing."""
    parts, depth, start = [], 0, 0
    for match in re.finditer(r"[(（\[]|[)）\]]|(?P<cut>\s*(?:,(?!\s*(?:Jr|Sr|II|III)\b)|、|，|/|／)\s*)", group):
        if match["cut"] is None:
            depth += 1 if match.group(0) in "(（[" else -1
        elif depth <= 0:
            parts.append(group[start : match.start()])
            start = match.end()
    parts.append(group[start:])
    return [p.strip() for p in parts if p.strip()]


def _role_at_end(text: str, roles_always: bool) -> tuple[str, str | None]:
    match = _ROLE_BRACKET.match(text) or (_ANY_END if roles_always else _LONG_END).match(text)
    if match is None and not roles_always:
        # "X 著": a blank before a single character makes it a role
        spaced = re.match(rf"^(?P<names>.+?)\s+(?P<role>{'|'.join(_SHORT_ROLES)})$", text)
        match = spaced
    if match is None or len(match["names"].strip()) < 2:
        return text, None
    return match["names"].strip(), match["role"]


def _contributor(text: str, role: str | None) -> Contributor | None:
    name = _AND_OTHERS.sub("", _NATION.sub("", text.strip())).strip(" .,，、-")
    name = _CUT_OFF.sub("", name)
    if not name:
        return None
    latin = None
    if original := _ORIGINAL.match(name):
        name, latin = original["name"], original["latin"].strip()
    kind = "corporate" if _CORPORATE.search(name) else "person"
    return Contributor(name=name, role=role, kind=kind, latin=latin)
