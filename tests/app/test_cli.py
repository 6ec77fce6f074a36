"""The command line: every command explains itself; failures say what to do, without a traceback."""

from __future__ import annotations

import io
import logging
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymarc
import pytest
import structlog
import typer
from PIL import Image
from typer.testing import CliRunner

from shuyin import __version__
from shuyin.app.cli import app, main
from shuyin.app.failures import explain
from shuyin.search_engine.port import SearchUnavailable

#: The commands that stay fixed.
FIXED = """
serve|import|export|index rebuild|index catch-up|index status|search
ai train|ai evaluate|ai suggest|ai status|ai load-scheme
harvest add|harvest list|harvest run|jobs list|jobs run
user create|user list|user set-role|db upgrade|db backup|db restore|db verify
""".replace("\n", "|")


def commands() -> dict[str, Any]:
    """Every command by the words that call it."""
    found: dict[str, Any] = {}

    def walk(command: Any, words: tuple[str, ...]) -> None:
        inner = getattr(command, "commands", None)
        if inner is None:
            found[" ".join(words)] = command
            return
        for name, one in inner.items():
            walk(one, (*words, name))

    walk(typer.main.get_command(app), ())
    return found


@dataclass
class Done:
    """How a command ended and what it printed."""

    returncode: int
    stdout: str
    stderr: str


class Shuyin:
    """The command line in an installation of its own, with tables that are up to date."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *arguments: str, given: str = "", **settings: str) -> Done:
        with self._monkeypatch.context() as patched:
            for name, value in settings.items():
                patched.setenv(name, value)
            patched.setattr(sys, "argv", ["shuyin", *arguments])
            patched.setattr(sys, "stdin", io.StringIO(given))
            self._capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main()
            printed = self._capsys.readouterr()
        return Done(int(ended.value.code or 0), printed.out, printed.err)


@pytest.fixture
def shuyin(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shuyin]:
    """The command line in an empty folder of its own."""
    for name in [name for name in os.environ if name.startswith("SHUYIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var").mkdir()
    shutil.copyfile(sqlite_template, tmp_path / "var" / "shuyin.db")
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    yield Shuyin(tmp_path, monkeypatch, capsys)
    logging.getLogger().handlers = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


def test_the_fixed_commands_exist() -> None:
    wanted = {name for name in FIXED.split("|") if name}
    assert len(wanted) == 24
    assert wanted - set(commands()) == set()


def test_every_command_explains_itself() -> None:
    found = commands()
    assert len(found) >= 20
    for words, command in found.items():
        answer = CliRunner().invoke(app, [*words.split(), "--help"])
        assert answer.exit_code == 0, words
        assert command.help, words
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert parameter.help, f"{words} {parameter.name}"


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(app, ["--version"]).output.strip() == f"shuyin {__version__}"


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (("import", "nowhere.mrc"), {}, "check the path"),
        (("import",), {}, "name the files"),
        (("index", "rebuild", "--index", "cars"), {}, "indexes are: books"),
        (("search", "x", "--index", "cars"), {}, "indexes are: books"),
        (("jobs", "run", "nonsense"), {}, "jobs are:"),
        (("user", "set-role", "nobody", "admin"), {}, "shuyin user list"),
        (("user", "create", "a", "--role", "king"), {}, "roles are: reader"),
        (("db", "restore", "nowhere.zip"), {}, "Check the path"),
        (("db", "upgrade"), {"SHUYIN_DATABASE_URL": "mysql://x/y"}, "use sqlite:///PATH or postgresql"),
        (("index", "status"), {"SHUYIN_SEARCH_URL": "solr://x"}, "SHUYIN_SEARCH_URL must be"),
        (("index", "status"), {"SHUYIN_SEARCH_URL": "opensearch+http://127.0.0.1:9/x"}, "Check SHUYIN_SEARCH_URL"),
        (
            ("user", "list"),
            {"SHUYIN_DATABASE_URL": "postgresql+psycopg://127.0.0.1:9/x"},
            "Check SHUYIN_DATABASE_URL",
        ),
        (("serve",), {"SHUYIN_TIMEZONE": "Asia/Nowhere"}, "SHUYIN_TIMEZONE"),
    ],
)
def test_a_failure_says_what_to_do(
    shuyin: Shuyin, arguments: tuple[str, ...], settings: dict[str, str], said: str
) -> None:
    done = shuyin(*arguments, **settings)
    assert done.returncode != 0
    assert said in done.stderr, done.stderr
    assert "Traceback" not in done.stderr


def test_tables_that_are_missing_are_named_with_the_command_that_makes_them(shuyin: Shuyin) -> None:
    (shuyin.folder / "var" / "shuyin.db").unlink()
    for arguments in (("serve",), ("user", "list"), ("import", "--sample")):
        done = shuyin(*arguments)
        assert done.returncode != 0
        assert "shuyin db upgrade" in done.stderr, done.stderr
        assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told(shuyin: Shuyin) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = shuyin("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode != 0
    assert "choose another with --port or PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_was_not_foreseen_is_told_with_a_way_to_see_more() -> None:
    assert "SHUYIN_LOG_LEVEL=DEBUG" in explain(RuntimeError("boom"))
    assert "Check SHUYIN_SEARCH_URL" in explain(SearchUnavailable("refused"))


def test_accounts_are_made_listed_and_changed(shuyin: Shuyin) -> None:
    made = shuyin("user", "create", "chief", "--role", "admin", "--email", "chief@library.example")
    assert made.returncode == 0, made.stderr
    assert "first password: " in made.stdout
    assert shuyin("user", "create", "chief").returncode != 0
    given = shuyin("user", "create", "reader", "--password-stdin", given="a long way to the sea\n")
    assert given.returncode == 0, given.stderr
    assert "first password" not in given.stdout
    assert shuyin("user", "create", "other", "--password-stdin", given="short\n").returncode != 0
    assert shuyin("user", "set-role", "reader", "cataloguer").returncode == 0
    listed = shuyin("user", "list").stdout
    assert "chief" in listed and "admin" in listed
    assert "reader" in listed and "cataloguer" in listed


def _file(path: Path, titles: list[str]) -> Path:
    with path.open("wb") as file:
        for number, title in enumerate(titles):
            record = pymarc.Record(force_utf8=True)
            record.leader = pymarc.Leader("00000nam a2200000   4500")
            record.add_field(pymarc.Field("001", data=f"n{number}"))
            if title:
                subfields = [pymarc.Subfield("a", title)]
                record.add_field(pymarc.Field("245", pymarc.Indicators("1", "0"), subfields))
            file.write(record.as_marc())
    return path


def test_import_report_export_and_index_fit_together(shuyin: Shuyin) -> None:
    file = _file(shuyin.folder / "three.mrc", ["山的書", "海的書", ""])
    tried = shuyin("import", str(file), "--dry-run")
    assert tried.returncode == 0, tried.stderr
    assert "2 new" in tried.stdout and "1 rejected" in tried.stdout and "nothing written" in tried.stdout
    assert "0 documents" in shuyin("index", "status").stdout

    done = shuyin("import", str(file), "--report", "report.csv")
    assert done.returncode == 0, done.stderr
    assert "2 new" in done.stdout and "1 rejected" in done.stdout
    assert "three.mrc" in (shuyin.folder / "report.csv").read_text(encoding="utf-8-sig")
    assert "2 documents" in shuyin("index", "status").stdout
    again = shuyin("import", str(file))
    assert "2 unchanged" in again.stdout and "0 new" in again.stdout
    assert shuyin("import", "--retry").stdout.strip().endswith("1 rejected")
    assert shuyin("import", "--report", "all.txt").returncode == 0
    assert "three.mrc" in (shuyin.folder / "all.txt").read_text(encoding="utf-8")

    exported = shuyin("export", "books", "-o", "out.mrc")
    assert exported.returncode == 0, exported.stderr
    # the records that were taken come back byte for byte
    taken = b"".join(piece + b"\x1d" for piece in file.read_bytes().split(b"\x1d")[:2])
    assert (shuyin.folder / "out.mrc").read_bytes() == taken
    assert shuyin("db", "verify").returncode == 0


def test_progress_is_plain_lines_where_there_is_no_terminal(shuyin: Shuyin) -> None:
    file = _file(shuyin.folder / "many.mrc", [f"第{number}本書" for number in range(50)])
    done = shuyin("import", str(file))
    assert "many.mrc: 50 of 50 records" in done.stderr
    assert "\x1b" not in done.stderr + done.stdout


def test_covers_are_added_and_removed(shuyin: Shuyin) -> None:
    picture = shuyin.folder / "cover.png"
    Image.new("RGB", (300, 450), "navy").save(picture)
    unknown = shuyin("cover", "add", "9789576787713", str(picture))
    assert unknown.returncode != 0
    assert "no record has the ISBN 9789576787713" in unknown.stderr
    record = pymarc.Record(force_utf8=True)
    record.add_field(pymarc.Field("001", data="c1"))
    record.add_field(pymarc.Field("020", subfields=[pymarc.Subfield("a", "9789576787713")]))
    record.add_field(pymarc.Field("245", subfields=[pymarc.Subfield("a", "書")]))
    file = shuyin.folder / "one.mrc"
    file.write_bytes(record.as_marc())
    assert shuyin("import", str(file)).returncode == 0
    added = shuyin("cover", "add", "978-957-678-771-3", str(picture))
    assert added.returncode == 0, added.stderr
    assert "300 × 450 pixels" in added.stdout
    assert len(list((shuyin.folder / "var" / "covers").rglob("*.webp"))) == 4
    picture.write_bytes(b"no picture")
    assert "not a picture" in shuyin("cover", "add", "9789576787713", str(picture)).stderr
    assert shuyin("cover", "remove", "9789576787713").returncode == 0
    assert "there is no cover" in shuyin("cover", "remove", "9789576787713").stderr
