"""Text out of an uploaded file (txt, docx, pdf, epub), with bounds: what comes from outside may be made to harm."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from shuyin.ai_subjects.description import LONGEST_TEXT as LONGEST_SUMMARY
from shuyin.ai_subjects.description import Description

#: Bytes of an upload, characters that are kept.
LARGEST_FILE = 10_000_000
LONGEST_TEXT = 100_000
#: A file that takes longer is not read (seconds; the process that reads it has a limit of its own on processor time).
_PATIENCE = 60

_BLANKS = re.compile(r"[ \t\u3000\xa0]+")
_LINES = re.compile(r"\n{3,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\U000e0000-\U000e007f]+")


class UnreadableFile(ValueError):
    """The file cannot be read; `reason` is one of the keys of the page's messages."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """The text, the first line that may be a title, and whether something was left out for its length."""

    text: str
    title: str
    cut: bool

    def added_to(self, described: Description) -> Description:
        """The description with the text as its summary; what was typed goes before what the file says."""
        summary = f"{described.summary}\n{self.text}".strip()[:LONGEST_SUMMARY]
        return replace(described, title=described.title or self.title, summary=summary)


def clean(text: str) -> str:
    """Without control characters and emoji (S0: they are removed from 簡介), runs of blanks as one."""
    plain = _EMOJI.sub("", _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return _LINES.sub("\n\n", _BLANKS.sub(" ", plain)).strip()


def extract(name: str, data: bytes) -> ExtractedText:
    """The text of a file by its content, not only its name; `UnreadableFile` with too-large, unknown-kind, damaged,
    bomb, encrypted or empty."""
    if len(data) > LARGEST_FILE:
        raise UnreadableFile("too-large")
    if data.startswith((b"%PDF-", b"PK\x03\x04")):
        found = _read_apart(data)
    elif PurePosixPath(name).suffix.lower() in (".txt", ".text", ".md", ""):
        found = _plain(data)
    else:
        raise UnreadableFile("unknown-kind")
    text = clean(found[: LONGEST_TEXT * 2])
    if not text:
        raise UnreadableFile("empty")
    return ExtractedText(text[:LONGEST_TEXT], _title(text), cut=len(text) > LONGEST_TEXT)


def _title(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:200]


def _plain(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data[:4096]:
        raise UnreadableFile("unknown-kind")
    for encoding in ("utf-8-sig", "cp950", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", errors="replace")


def _read_apart(data: bytes) -> str:
    """The text of a PDF or an archive, read by a process of its own: libraries that take such files apart can be made
    to run for minutes or to fill the memory, and that process may (`text_files`)."""
    command = [sys.executable, "-m", "shuyin.ai_subjects.text_files"]
    around = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        done = subprocess.run(  # noqa: S603  (our own module, the file goes in by standard input)
            command, input=data, capture_output=True, timeout=_PATIENCE, check=False, env=around
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFile("bomb") from error
    if done.returncode != 0:  # it ran out of time or memory
        raise UnreadableFile("bomb")
    told = json.loads(done.stdout)
    if "reason" in told:
        raise UnreadableFile(told["reason"])
    return str(told["text"])
