"""`shuyin ai`: train, evaluate and ask the recommender; load schemes; see what is in use."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from shuyin.app import ai_reports
from shuyin.app.console import progress
from shuyin.app.failures import CommandFailed
from shuyin.app.settings import get_settings

if TYPE_CHECKING:
    from shuyin.ai_subjects.description import Description, LabelledRecord
    from shuyin.ai_subjects.model import Model
    from shuyin.ai_subjects.recommender import Recommender
    from shuyin.ai_subjects.retraining import Comparison
    from shuyin.ai_subjects.scheme import Scheme

#: Why `suggest --file` did not read a file, and what to do (`texts.UnreadableFile.reason`).
_FILE_PROBLEMS = {
    "too-large": "larger than 10 MB; give a smaller file",
    "unknown-kind": "not a kind of file that can be read; these can: txt, docx, pdf, epub, csv",
    "damaged": "cannot be opened, it may be damaged; save it again with the program that made it",
    "bomb": "unpacks to far more than a text has; save the text alone",
    "encrypted": "protected by a password; remove it",
    "empty": "has no text in it (scanned pages, perhaps)",
}

app = typer.Typer(name="ai", help="Subject headings and class numbers: the recommender.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(app)


@app.command()
def train(
    records: Path | None = typer.Option(None, "--records", help="A labelled CSV to learn from beside the catalogue."),
    model: Path | None = typer.Option(
        None, "--model", help="Folder for the model; else the data directory, and in use."
    ),
    alone: bool = typer.Option(False, "--alone", help="Leave the catalogue out; learn from --records only."),
    seed: int = typer.Option(0, "--seed", help="The same seed and records give the same model."),
    no_embedding: bool = typer.Option(False, "--no-embedding", help="Quicker, a little worse: no static embedding."),
    version_name: str = typer.Option("", "--name", help="Name of the version; else the time."),
    force: bool = typer.Option(False, "--force", help="Take the model into use even if it measures worse."),
) -> None:
    """Learn from the catalogue's records (and a file); takes minutes. Needs `pip install 'shuyin[models]'`."""
    from datetime import UTC, datetime

    from shuyin.ai_subjects import artefact, retraining, store

    data_dir = get_settings().data_dir
    begin = datetime.now(UTC)
    learning, scheme, wordings = _material(records, alone)
    aside: list[LabelledRecord] = []
    if model is None:
        learning, aside = retraining.held_out(learning)
    version = version_name or begin.strftime("%Y%m%dT%H%M%SZ")
    if model is None and version in store.history(data_dir):
        raise CommandFailed(f"a model called {version} has been in use; give the new one another --name")
    folder = model or store.models(data_dir) / version
    encoder = None if no_embedding else get_settings().model
    trained = _learn(learning, scheme, wordings, seed, folder if not no_embedding else None, encoder)
    about: dict[str, Any] = {
        "version": version,
        "learnt_at": begin.isoformat(),
        "records": len(learning),
        "seed": seed,
        "source": records.name if records else "catalogue",
        **({"encoder": encoder} if encoder else {}),
    }
    compared = retraining.compare(store.in_use(data_dir), trained, aside) if model is None else None
    artefact.save(trained, folder, about | ({"comparison": compared.as_json()} if compared else {}))
    typer.echo(f"{folder}: learnt from {len(learning):,} records")
    if trained.measures:
        _print_measures(trained.measures)
    if compared:
        _swap(data_dir, version, compared, force)


_Material = tuple["list[LabelledRecord]", "Scheme", list[tuple[str, str]]]


def _material(records: Path | None, alone: bool) -> _Material:
    """Labelled records, the scheme, and pairs of wordings from records without labels."""
    from shuyin.ai_subjects import from_catalogue, scheme
    from shuyin.ai_subjects.description import read_labelled_csv

    more = read_labelled_csv(records) if records else []
    if alone:
        learning, known = more, scheme.starter_scheme()
        wordings: list[tuple[str, str]] = []
    else:
        learning, known, wordings = _catalogue()
        learning = from_catalogue.joined(learning, more)
    if not learning:
        raise CommandFailed("there is nothing to learn from: import catalogued records or give --records FILE")
    return learning, known, wordings + scheme.starter_english()


def _catalogue() -> _Material:
    """The catalogue's records, scheme and wordings; none where there is no database yet."""
    from sqlalchemy import inspect

    from shuyin.ai_subjects import from_catalogue, scheme
    from shuyin.records import database

    engine = database.connect(get_settings().database_url)
    try:
        if not inspect(engine).has_table("books"):
            return [], scheme.starter_scheme(), []
        with database.read_sessions(engine)() as session:
            records = list(from_catalogue.catalogued(session))
            return records, from_catalogue.loaded_scheme(session), from_catalogue.wordings(session)
    finally:
        engine.dispose()


def _learn(
    learning: list[LabelledRecord],
    scheme: Scheme,
    wordings: list[tuple[str, str]],
    seed: int,
    folder: Path | None,
    encoder: str | None,
) -> Model:
    """Learn, with a static embedding of its own in `folder` (None: without), or with the encoder of SHUYIN_MODEL."""
    from shuyin.ai_subjects import artefact, embedding, training

    with progress("train", "records") as show:
        try:
            return training.learn(
                learning,
                scheme,
                seed=seed,
                advance=show,
                embedding_folder=folder / artefact.OWN_EMBEDDING if folder and not encoder else None,
                more_pairs=wordings,
                encoder=embedding.encoder(encoder) if encoder else None,
            )
        except (embedding.MissingExtra, embedding.NoSuchModel) as error:
            raise CommandFailed(str(error)) from None
        except ModuleNotFoundError as error:
            raise CommandFailed(f"{error.name} is missing; training needs `pip install 'shuyin[models]'`") from None


def _swap(data_dir: Path, version: str, compared: Comparison, force: bool) -> None:
    """Take the new model into use unless it measures worse beyond chance on what neither model has learnt."""
    from shuyin.ai_subjects import store

    for line in compared.lines():
        typer.echo(line)
    if compared.worse and not force:
        typer.echo("not taken into use: it measures worse; --force takes it all the same")
        return
    store.take(data_dir, version)
    typer.echo(f"in use from now on: {version}; `shuyin ai rollback` goes back")


@app.command()
def rollback() -> None:
    """Go back to the model that was in use before."""
    from shuyin.ai_subjects import store

    typer.echo(f"in use from now on: {store.go_back(get_settings().data_dir)}")


@app.command()
def evaluate(
    file: Path | None = typer.Argument(
        None, help="A labelled CSV: title, author, publisher …, subjects and class_number (the truth)."
    ),
    since: str = typer.Option("", "--since", help="Instead of a file: what cataloguers accepted since this day."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
    model: Path | None = typer.Option(None, "--model", help="Folder of the model; else the one in use."),
    picture: Path | None = typer.Option(None, "--diagram", help="Write the reliability diagram to this SVG file."),
    without: list[str] = typer.Option([], "--without", help="Leave this field out, e.g. publisher; repeatable."),
) -> None:
    """Measure the recommender on records that it has not seen (every row and every truth label counts), or with
    `--since` tell how its recommendations fared in use."""
    from dataclasses import replace

    if since:
        ai_reports.acceptance(since, as_json)
        return
    if file is None:
        raise CommandFailed("name a labelled CSV to measure with, or give --since DATE for acceptance in use")

    from shuyin.ai_subjects import evaluation
    from shuyin.ai_subjects.description import read_labelled_csv

    recommender = recommender_of(model)
    records = read_labelled_csv(file)
    if not records:
        raise CommandFailed(f"{file.name} holds no rows")
    asked = [replace(record, description=record.description.without(*without)) for record in records]
    with progress("evaluate", "records") as show:
        answers = evaluation.answer(recommender.model, asked, show)
    found = evaluation.report(records, answers, recommender.model.cutoff)
    if picture:
        title = f"{recommender.version}: chances said and share right, {len(records):,} records"
        picture.write_text(evaluation.reliability_diagram(records, answers, title), encoding="utf-8")
    unseen, labels = evaluation.unseen_labels(records, recommender.model)
    found |= {
        "model": recommender.version,
        "known_to_the_model": evaluation.already_known(records, recommender.model),
        "truth_headings": labels,
        "truth_headings_never_seen": unseen,
    }
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    typer.echo(f"model {recommender.version}")
    _print_measures(found)
    typer.echo(f"{unseen} of {labels} truth headings were in no training record; they count as misses unless found")
    if known := found["known_to_the_model"]:
        typer.echo(f"Beware: the model has learnt from {known} of these records; the figures flatter it.", err=True)


def _print_measures(found: dict[str, Any]) -> None:
    from shuyin.ai_subjects import evaluation

    for line in evaluation.lines(found):
        typer.echo(line)


def recommender_of(model: Path | None) -> Recommender:
    """The recommender of that folder, or the one in use; `CommandFailed` if there is none."""
    from shuyin.ai_subjects import artefact, store
    from shuyin.ai_subjects.recommender import Recommender

    try:
        return Recommender.load(model or store.in_use(get_settings().data_dir))
    except artefact.NoModel as error:
        raise CommandFailed(str(error)) from None


@app.command()
def suggest(
    title: str = typer.Argument("", help="Title of the book."),
    author: str = typer.Option("", "--author", help="Its author."),
    publisher: str = typer.Option("", "--publisher", help="Its publisher."),
    category: str = typer.Option("", "--category", help="圖書主題 or 建議上架分類."),
    keyword: list[str] = typer.Option([], "--keyword", help="Repeatable."),
    summary: str = typer.Option("", "--summary", help="Its summary."),
    file: Path | None = typer.Option(
        None, "--file", help="Read the text of a txt, docx, pdf or epub file, or the rows of a CSV."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print JSON (one line for each row of a CSV)."),
    model: Path | None = typer.Option(None, "--model", help="Folder of the model; else the one in use."),
) -> None:
    """Suggest subject headings and class numbers, with reasons."""
    from shuyin.ai_subjects.description import Description

    recommender = recommender_of(model)
    described = Description(title, author, publisher, summary, "", tuple(keyword), "", category)
    for one in _descriptions(described, file):
        answer = recommender.recommend(one).as_json()
        if as_json:
            typer.echo(json.dumps(answer, ensure_ascii=False))
        else:
            _print_answer(one.title, answer)


def _descriptions(described: Description, file: Path | None) -> list[Description]:
    from shuyin.ai_subjects.description import record_from_row

    if file is None:
        if not described.title.strip() and not described.summary.strip():
            raise CommandFailed("give a title, or --file FILE")
        return [described]
    if not file.is_file():
        raise CommandFailed(f"{file} is not a file; check the path")
    if file.suffix.lower() != ".csv":
        return [_with_text(described, file)]
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = [record_from_row(row, place).description for place, row in enumerate(csv.DictReader(stream), 1)]
    except (csv.Error, UnicodeDecodeError) as error:
        raise CommandFailed(f"{file.name} is no CSV in UTF-8: {error}") from None
    if not any(row.title for row in rows):
        raise CommandFailed(f"{file.name} has no rows with a title; the header line must name a column `title`")
    return rows


def _with_text(described: Description, file: Path) -> Description:
    from shuyin.ai_subjects import texts

    with file.open("rb") as stream:
        data = stream.read(texts.LARGEST_FILE + 1)
    try:
        return texts.extract(file.name, data).added_to(described)
    except texts.UnreadableFile as error:
        raise CommandFailed(f"{file.name}: {_FILE_PROBLEMS[error.reason]}") from None


def _print_answer(title: str, answer: dict[str, Any]) -> None:
    typer.echo(title)
    if answer["abstained"]:
        typer.echo("  nothing is known about this; no suggestion")
    for found in answer["classes"][:5]:
        typer.echo(f"  {found['number']:<12} {found['score']:.2f}  {found['label']}  {_reasons(found)}")
    for found in answer["subjects"]:
        typer.echo(f"  {found['label']:<12} {found['score']:.2f}  {_reasons(found)}")


def _reasons(found: dict[str, Any]) -> str:
    return "; ".join(
        f"{why['kind']}: {why['text']}" + (f" ({why['field']})" if "field" in why else "") for why in found["why"][:3]
    )


@app.command("load-scheme")
def load_scheme(
    file: Path = typer.Argument(help="SKOS, MADS/RDF, MARC21 or CSV (also zipped); `starter` for the one that ships."),
) -> None:
    """Load the official classification or headings; `starter` also takes over the headings that records use."""
    from shuyin.ai_subjects import from_catalogue
    from shuyin.ai_subjects.schemes import services
    from shuyin.ai_subjects.schemes.entries import NotAScheme
    from shuyin.ai_subjects.schemes.reading import read_scheme
    from shuyin.records import database

    engine = database.connect(get_settings().database_url)
    try:
        if str(file) == "starter":
            with database.read_sessions(engine)() as session:
                records = list(from_catalogue.catalogued(session))
            with database.write_sessions(engine).begin() as session:
                done = services.load_starter(session, records)
        else:
            entries = read_scheme(file)
            with database.write_sessions(engine).begin() as session:
                done = services.load(session, entries, origin=file.name[:64])
        with database.read_sessions(engine)() as session:
            now = services.counts(session)
    except NotAScheme as error:
        raise CommandFailed(str(error)) from None
    finally:
        engine.dispose()
    typer.echo(f"{done.classes:,} classes, {done.headings:,} headings, {done.links:,} links written")
    if done.removed:
        typer.echo(f"{done.removed:,} starter entries replaced")
    typer.echo(f"共有 {now.classes:,} 筆類目資料\n共有 {now.headings:,} 筆主題詞資料")


@app.command()
def status() -> None:
    """Which model is in use, what it was learnt from, and how many classes and headings are loaded."""
    from sqlalchemy import func, inspect, select

    from shuyin.ai_subjects import artefact, store
    from shuyin.records import database
    from shuyin.records.models import ClassRow, HeadingRow

    settings = get_settings()
    folder = store.in_use(settings.data_dir)
    about = artefact.manifest(folder)
    typer.echo(f"model {about.get('version')} in {folder}, learnt from {about.get('records', 0):,} records")
    typer.echo(f"embedding {settings.model or 'that ships'}")
    if about.get("encoder") != settings.model:
        typer.echo(
            f"the model learnt with the embedding {about.get('encoder') or 'beside it'}; `shuyin ai train` learns anew"
        )
    engine = database.connect(settings.database_url)
    try:
        if not inspect(engine).has_table("headings"):
            typer.echo("the database is not made yet; run `shuyin db upgrade`")
            return
        with database.read_sessions(engine)() as session:
            classes = session.scalar(select(func.count()).select_from(ClassRow))
            headings = session.scalar(select(func.count()).select_from(HeadingRow))
        typer.echo(f"資料庫連接正常\n共有 {classes:,} 筆類目資料\n共有 {headings:,} 筆主題詞資料")
    finally:
        engine.dispose()
