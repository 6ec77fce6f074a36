"""CMARC (中國機讀編目格式, UNIMARC-like) to MARC21, as data: one table per kind of rule (docs/importing.md).

Sources: 中國機讀編目格式 4th edition (National Central Library), UNIMARC Manual, MARC 21 Format for Bibliographic Data,
Library of Congress "UNIMARC to MARC 21 Conversion Specifications".
"""

from __future__ import annotations

#: Leader/06, type of record.
RECORD_TYPES = {"b": "t", "l": "m", "m": "o"}

#: 100 $a/8 → 008/06, type of date.
DATE_TYPES = {"a": "c", "b": "d", "c": "u", "d": "s", "e": "r", "f": "q", "g": "m", "h": "t", "i": "p", "j": "e"}

#: 100 $a/17 → 008/22, audience.
AUDIENCES = {"a": "j", "b": "a", "c": "b", "d": "c", "e": "d", "k": "e", "m": "g"}

#: 105 $a/11 → 008/33, literary form.
LITERARY_FORMS = {"a": "1", "b": "d", "c": "e", "d": "h", "e": "i", "f": "j", "g": "p", "h": "s", "y": "0", "z": "m"}

#: 102 $a (ISO 3166; cw is CMARC's older code of Taiwan) → 008/15-17.
COUNTRIES = {
    "tw": "ch", "cw": "ch", "cn": "cc", "hk": "cc", "mo": "cc", "jp": "ja", "kr": "ko", "us": "xxu", "gb": "xxk",
    "ca": "xxc", "au": "at", "nz": "nz", "de": "gw", "fr": "fr", "nl": "ne", "ch": "sz", "at": "au", "it": "it",
    "es": "sp", "pt": "pt", "be": "be", "dk": "dk", "se": "sw", "no": "no", "fi": "fi", "ru": "ru", "ro": "rm",
    "in": "ii", "sg": "si", "my": "my", "th": "th", "vn": "vm", "ph": "ph", "id": "io", "ie": "ie", "mx": "mx",
    "br": "bl", "za": "sa", "eg": "ua", "il": "is", "tr": "tu", "pl": "pl", "cz": "xr", "hu": "hu", "gr": "gr",
}  # fmt: skip

#: Notes: CMARC tag → MARC21 tag and indicators; the text is $a.
NOTES = {
    "300": ("500", "  "), "301": ("500", "  "), "302": ("546", "  "), "303": ("500", "  "), "304": ("500", "  "),
    "305": ("500", "  "), "306": ("500", "  "), "307": ("500", "  "), "308": ("500", "  "), "310": ("500", "  "),
    "311": ("580", "  "), "312": ("500", "  "), "313": ("500", "  "), "314": ("500", "  "), "315": ("500", "  "),
    "316": ("500", "  "), "317": ("561", "  "), "318": ("583", "  "), "320": ("504", "  "), "321": ("510", "0 "),
    "322": ("508", "  "), "323": ("511", "0 "), "324": ("534", "  "), "325": ("533", "  "), "326": ("310", "  "),
    "327": ("505", "0 "), "328": ("502", "  "), "330": ("520", "  "), "332": ("524", "  "), "333": ("521", "  "),
    "336": ("516", "  "), "337": ("538", "  "),
}  # fmt: skip

#: Other titles: CMARC tag → MARC21 tag and indicators.
TITLES = {
    "500": ("240", "10"), "510": ("246", "31"), "512": ("246", "14"), "513": ("246", "15"), "514": ("246", "16"),
    "515": ("246", "17"), "516": ("246", "18"), "517": ("246", "3 "), "518": ("246", "3 "), "520": ("247", "10"),
    "532": ("246", "3 "), "540": ("246", "3 "), "541": ("242", "10"),
}  # fmt: skip

#: Linked works with embedded fields ($1): CMARC tag → MARC21 tag.
LINKS = {
    "421": "770", "422": "772", "423": "777", "430": "780", "431": "780", "440": "785", "441": "785", "451": "775",
    "452": "776", "453": "767", "454": "765", "461": "773", "462": "773", "463": "773", "464": "774", "488": "787",
}  # fmt: skip

#: Subjects: CMARC tag → MARC21 tag and first indicator.
SUBJECTS = {
    "600": ("600", "1"), "601": ("610", "2"), "602": ("600", "3"), "605": ("630", "0"), "606": ("650", " "),
    "607": ("651", " "), "608": ("655", " "),
}  # fmt: skip

#: Subdivisions of subjects; CMARC and MARC21 have places and times the other way round.
SUBDIVISIONS = {"x": "x", "y": "z", "z": "y", "j": "v"}

#: $2 of CMARC subjects → second indicator and $2 of MARC21. csh: 中文圖書標題總目.
SUBJECT_SCHEMES = {
    "lc": ("0", None), "lcsh": ("0", None), "mesh": ("2", None), "csh": ("7", "csht"), "lcstt": ("7", "lcstt"),
}  # fmt: skip

#: Uncontrolled terms (610) that name a form, not a subject, as MARC21 has them.
FORM_TERMS = frozenset({"Electronic books", "電子書"})

#: Names: CMARC tag → MARC21 tag (first 7X0 becomes the main entry) and first indicator.
NAMES = {
    "700": ("100", "1"), "701": ("700", "1"), "702": ("700", "1"), "710": ("110", "2"), "711": ("710", "2"),
    "712": ("710", "2"), "720": ("100", "3"), "721": ("700", "3"), "722": ("700", "3"),
}  # fmt: skip

#: $4 codes of UNIMARC → MARC relator codes (UNIMARC Manual, appendix C); CMARC mostly writes the word itself.
RELATORS = {
    "070": "aut", "080": "aui", "100": "ant", "150": "bkd", "205": "ctb", "220": "com", "230": "cmp", "300": "drt",
    "340": "edt", "440": "ill", "470": "ivr", "550": "nrt", "600": "pht", "630": "pro", "650": "pbl", "651": "pbd",
    "675": "rev", "695": "sad", "710": "red", "727": "ths", "730": "trl",
}  # fmt: skip

#: Leading articles that do not file, by language: 245 second indicator.
ARTICLES = {
    "eng": ("The ", "An ", "A "), "fre": ("Les ", "Le ", "La ", "L'"), "ger": ("Der ", "Die ", "Das ", "Ein ", "Eine "),
    "spa": ("El ", "Los ", "Las ", "La "), "ita": ("Il ", "Gli ", "La "), "por": ("Os ", "As "),
}  # fmt: skip

#: Languages that write letters of Latin-1 themselves: there, damaged and sound text cannot be told apart.
LATIN1_LANGUAGES = frozenset(
    (
        "cat",
        "dan",
        "dut",
        "fao",
        "fin",
        "fre",
        "ger",
        "glg",
        "hun",
        "ice",
        "ita",
        "nno",
        "nob",
        "nor",
        "por",
        "spa",
        "swe",
    )
)
