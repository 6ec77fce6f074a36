"""Make the tables that search ships: `python tools/search_tables.py --variants variants.csv --collation DIR`.

- `folding.csv` (character, folded): OpenCC's character tables (Apache-2.0), the variant table of
  DILA-edu/cbeta-metadata (MIT) and the pairs in `folding_extra.csv`, joined to one Simplified form each.
- `readings.txt`: one line per Mandarin syllable (no tones) with its characters, then two-character words in
  which a character is read otherwise, both from pypinyin (MIT), characters folded.
- `collation_stroke.txt`, `collation_zhuyin.txt`: Han characters in CLDR's stroke and Zhuyin order
  (Unicode licence), read from the tables of Perl's Unicode::Collate (`Stroke.pm`, `Zhuyin.pm`).
- `collation_stroke_starts.txt`, `collation_zhuyin_starts.txt`: the first character of each number of strokes and of
  each Zhuyin letter in these orders, as CLDR's index marks say.

The result is committed, so that an update of OpenCC never changes folding under a live index.
"""

from __future__ import annotations

import argparse
import csv
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import opencc
from pypinyin import phrases_dict, pinyin_dict

DATA = Path(__file__).parent.parent / "shuyin" / "search_engine" / "data"

BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x32000))
STEPS_LIMIT = 8


def every_han() -> list[str]:
    """Every Han character of the blocks in use, compatibility ideographs excepted (NFKC resolves those)."""
    return [chr(code) for start, end in BLOCKS for code in range(start, end) if unicodedata.name(chr(code), "")]


def opencc_map(configuration: str, characters: Iterable[str]) -> dict[str, str]:
    """Character → character where that OpenCC configuration changes it."""
    wanted = list(characters)
    converted = opencc.OpenCC(configuration).convert("\n".join(wanted)).split("\n")
    pairs = zip(wanted, converted, strict=True)
    return {a: b for a, b in pairs if a != b and len(b) == 1}


def in_big5(character: str) -> bool:
    """Whether Taiwan's Big5 has it: such a character is a word of its own, not a Japanese form."""
    try:
        character.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def read_pairs(path: Path) -> dict[str, str]:
    """variant → standard, of a CSV with these two columns."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            unicodedata.normalize("NFKC", row["variant"]): unicodedata.normalize("NFKC", row["standard"])
            for row in csv.DictReader(file)
        }


def folding(variants: Path) -> dict[str, str]:
    """Every character whose folded form differs from itself."""
    han = every_han()
    japanese = {a: b for a, b in opencc_map("jp2t", han).items() if not in_big5(a)}
    # in order of authority: our own pairs, OpenCC, then the variant table for what is left
    steps = [
        read_pairs(DATA / "folding_extra.csv"),
        opencc_map("tw2t", han),
        opencc_map("hk2t", han),
        opencc_map("t2s", han),
        japanese,
        {a: b for a, b in read_pairs(variants).items() if a != b},
    ]

    for rank, step in enumerate(steps):  # a later table must not undo an earlier one
        undone = [a for a, b in step.items() if any(earlier.get(b) == a for earlier in steps[:rank])]
        for a in undone:
            del step[a]

    def resolve(character: str) -> str:
        seen = [character]
        for _ in range(STEPS_LIMIT):
            for step in steps:
                target = step.get(seen[-1])
                if target and target not in seen:
                    seen.append(target)
                    break
            else:
                return seen[-1]
        return seen[-1]

    simplify = steps[3]
    resolved = {c: resolve(c) for c in [*han, *(c for c in steps[0] if c not in han)]}
    resolved = {c: simplify.get(r, r) for c, r in resolved.items()}
    return {c: resolved.get(r, r) for c, r in resolved.items() if resolved.get(r, r) != c}


def collation(module: Path) -> str:
    """The Han characters of one Perl collation module, in its order."""
    text = module.read_text(encoding="utf-8").split("__DATA__", 1)[1].split("__END__", 1)[0]
    codes = re.findall(r"(?<![-\w])[0-9A-F]{4,5}(?![-\w])", text)
    return "".join(dict.fromkeys(chr(int(code, 16)) for code in codes))


def starts(module: Path) -> str:
    """Lines "mark character": U+2800 + n marks n strokes, other marks are the Zhuyin letter itself."""
    text = module.read_text(encoding="utf-8").split("__DATA__", 1)[1].split("__END__", 1)[0]
    found = []
    for mark, code in re.findall(r"FDD0-([0-9A-F]{4})\s+([0-9A-F]{4,5})(?![-\w])", text):
        number = int(mark, 16)
        found.append(f"{number - 0x2800 if 0x2800 < number < 0x2900 else chr(number)} {chr(int(code, 16))}")
    return "\n".join(found) + "\n"


def toneless(syllable: str) -> str:
    """Lower-case letters only: "lǜ" → "lu"."""
    plain = unicodedata.normalize("NFD", syllable.lower())
    return "".join(c for c in plain if "a" <= c <= "z")


def readings(table: dict[str, str]) -> str:
    """The text of `readings.txt`."""
    usual: dict[str, str] = {}
    for code, syllables in pinyin_dict.pinyin_dict.items():
        character = table.get(chr(code), chr(code))
        # the folded character's own reading wins over that of a variant
        if character == chr(code) or character not in usual:
            usual[character] = toneless(syllables.split(",")[0])
    by_syllable: dict[str, list[str]] = {}
    for character, syllable in sorted(usual.items()):
        by_syllable.setdefault(syllable, []).append(character)
    words: dict[str, str] = {}
    for phrase, parts in phrases_dict.phrases_dict.items():
        word = "".join(table.get(c, c) for c in phrase)
        if len(word) == len(parts) == 2:
            read = [toneless(part[0]) for part in parts]
            if any(usual.get(c) != r for c, r in zip(word, read, strict=True)):
                words[word] = " ".join(read)
    lines = [f"{s} {''.join(cs)}" for s, cs in sorted(by_syllable.items())]
    return "\n".join([*lines, "", *(f"{w} {r}" for w, r in sorted(words.items()))]) + "\n"


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variants", type=Path, required=True)
    parser.add_argument("--collation", type=Path, required=True, help="directory with Stroke.pm and Zhuyin.pm")
    arguments = parser.parse_args()
    table = folding(arguments.variants)
    with (DATA / "folding.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["character", "folded"])
        writer.writerows(sorted(table.items()))
    (DATA / "readings.txt").write_text(readings(table), encoding="utf-8")
    for name in ("Stroke", "Zhuyin"):
        ordered = collation(arguments.collation / f"{name}.pm")
        (DATA / f"collation_{name.lower()}.txt").write_text(ordered + "\n", encoding="utf-8")
        marks = starts(arguments.collation / f"{name}.pm")
        (DATA / f"collation_{name.lower()}_starts.txt").write_text(marks, encoding="utf-8")
    print(f"{len(table)} foldings")  # noqa: T201


if __name__ == "__main__":
    main()
