"""Words and runs of keys that guessers try first; a password that is little more than these is refused.

Written for this project: common words in English and in Taiwan's keyboards and habits, runs, years, names of places
and of this service. It stands in for no list of leaked passwords.
"""

from __future__ import annotations

import re

_WORDS = """
password passwort passw0rd p@ssw0rd p@ssword passphrase passcode pass secret letmein welcome login logon signin
access admin administrator root superuser user guest test tester testing demo default changeme change temp temporary
master manager system server service network internet computer database oracle mysql postgres windows linux ubuntu
microsoft google facebook youtube twitter instagram github apple android samsung iphone line gmail yahoo hotmail
qwerty qwertyui qwertyuiop qwertz azerty asdf asdfgh asdfghjkl zxcv zxcvbn zxcvbnm qazwsx qazwsxedc 1qaz2wsx
1qaz2wsx3edc 1q2w3e 1q2w3e4r 1q2w3e4r5t q1w2e3 q1w2e3r4 zaq12wsx wsxedc abc abcd abcde abcdef abcdefg abcdefgh
abcdefghijkl abc123 a1b2c3 a1b2c3d4 aaa bbb xxx zzz
123 1234 12345 123456 1234567 12345678 123456789 1234567890 123456789012 0123456789 9876543210 987654321 87654321
34567890 567890 67890
7654321 654321 54321 4321 321 123123 112233 121212 111 222 333 444 555 666 777 888 999 000 5201314 520 1314 7758521
1949 1987 1988 1989 1990 1991 1992 1993 1994 1995 1996 1997 1998 1999 2000 2001 2010 2012 2015 2018 2019 2020 2021
2022 2023 2024 2025 2026 2027
iloveyou loveyou ilove love lovely forever princess prince sunshine rainbow flower summer winter spring autumn
monkey dragon tiger lion panda kitty hello hellokitty pikachu pokemon doraemon snoopy mickey starwars superman batman
spiderman baseball football basketball soccer hockey tennis golf freedom whatever trustno nothing nobody mustang
shadow michael jordan jennifer jessica daniel andrew charlie thomas robert george ashley nicole hannah
monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
october november december happy birthday newyear christmas money dollar lucky family mother father baby angel
taiwan taipei kaohsiung taichung tainan hsinchu formosa roc ncl isbn isrc cip library librarian publisher publishing
book books bookstore shuyin reader author catalogue office company
woaini woaini1314 nihao xiexie mima zhanghao tushuguan chubanshe
au4a83 ji32k7au4a83 su3cl3 1qaz zaq1 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 8ik
密碼 帳號 使用者 管理者 管理員 出版社 出版者 圖書館 國家圖書館 臺灣 台灣 臺北 台北 我愛你 你好 書音
"""

#: Longest first, so that "123456789" goes before "123".
COMMON = tuple(sorted(set(_WORDS.split()), key=lambda word: (-len(word), word)))

#: What is left of a password without the common parts needs so many different characters.
LEFT = 5

_PARTS = re.compile("|".join(re.escape(word) for word in COMMON))
_PLAIN = str.maketrans({"@": "a", "4": "a", "0": "o", "3": "e", "1": "l", "$": "s", "5": "s", "!": "i", "7": "t"})


def is_common(password: str) -> bool:
    """Whether a password is made of common parts, also with digits or signs for letters (p@55w0rd)."""
    lowered = password.casefold()
    return any(_left(text) < LEFT for text in (lowered, lowered.translate(_PLAIN)))


def _left(text: str) -> int:
    return len({c for c in _PARTS.sub("", text) if c.isalnum()})
