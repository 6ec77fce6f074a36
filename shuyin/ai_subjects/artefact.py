"""A learnt model as files: `manifest.json` (what it is), `labels.json.gz` (words) and `arrays.npz` (numbers)."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuyin.ai_subjects.calibration import Calibration
from shuyin.ai_subjects.catalogue import Assigned, Catalogue, Keys, Labels
from shuyin.ai_subjects.embedding import LabelVectors, encoder
from shuyin.ai_subjects.evidence import ClassPaths
from shuyin.ai_subjects.measures import Cutoff
from shuyin.ai_subjects.model import CLASS_LEVELS, Model, ShownRecord, Vocabulary
from shuyin.ai_subjects.scheme import Scheme, SchemeClass, SchemeHeading
from shuyin.ai_subjects.sparse import FeatureRows, FeatureSpace
from shuyin.ai_subjects.trees import Trees

FORMAT = 1
MANIFEST = "manifest.json"
#: Folder within a model's: the embedding that was learnt with it.
OWN_EMBEDDING = "embedding"


class NoModel(FileNotFoundError):
    """The folder holds no model of this format."""


def save(model: Model, folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the model; the manifest last and in one step, so that a folder with a manifest is whole. The manifest
    names the other files with their sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    words = model.vocabulary
    with gzip.GzipFile(folder / "labels.json.gz", "wb", mtime=0) as stream:
        stream.write(json.dumps(_labels(model), ensure_ascii=False, separators=(",", ":")).encode())
    arrays: dict[str, NDArray[Any]] = {
        "space.hashes": model.space.hashes,
        "space.idf": model.space.idf.astype(np.float16),
        "linear_headings": np.array([model.linear_headings]),
        **_rows("linear", model.linear),
        **_rows("near", model.near),
        **_rows("heading_profiles", words.heading_profiles),
        **_rows("node_profiles", words.node_profiles),
    }
    if model.heading_ranker is not None:
        arrays.update(model.heading_ranker.arrays("headings"))
    for level, ranker in model.class_rankers.items():
        arrays.update(ranker.arrays(f"classes{level or 'full'}"))
    if model.embedding is not None and "encoder" not in manifest and (folder / OWN_EMBEDDING).is_dir():
        arrays.update(_label_vectors(model.embedding))
    with (folder / "arrays.npz").open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    about = {
        "format": FORMAT,
        "cutoff": {"score": model.cutoff.score, "limit": model.cutoff.limit},
        "measures": model.measures,
        "calibration": model.calibration.as_json(),
        "files": {name: (folder / name).stat().st_size for name in ("arrays.npz", "labels.json.gz")},
        **manifest,
    }
    write_whole(folder / MANIFEST, json.dumps(about, ensure_ascii=False, indent=1) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a small file in one step: after a crash there is the old one or the new one, never a piece."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def is_whole(folder: Path) -> bool:
    """Whether the folder holds a model of this format whose files have the sizes that its manifest says."""
    try:
        sizes = manifest(folder).get("files", {})
        return all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError):
        return False


def manifest(folder: Path) -> dict[str, Any]:
    """What the model is: version, date, data, measures; `NoModel` if there is none."""
    path = folder / MANIFEST
    if not path.is_file():
        raise NoModel(f"{folder} holds no model (manifest.json is missing); run `shuyin ai train`")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if found.get("format") != FORMAT:
        raise NoModel(f"{folder} holds a model of another format; run `shuyin ai train` again")
    return found


def load(folder: Path) -> Model:
    """Read a model; `NoModel` if there is none.

    One that was learnt with the encoder of SHUYIN_MODEL is served with that one, by its name in the manifest.
    """
    about = manifest(folder)
    model = _read(folder)
    model.cutoff = Cutoff(about["cutoff"]["score"], about["cutoff"]["limit"])
    model.measures = about["measures"]
    model.calibration = Calibration.from_json(about.get("calibration", {}))
    if name := about.get("encoder"):
        model.embedding = model.embed_labels(encoder(name))
    elif model.embedding is None and (folder / OWN_EMBEDDING).is_dir():
        model.embedding = model.embed_labels(encoder(str(folder / OWN_EMBEDDING)))
    return model


def _read(folder: Path) -> Model:
    """What the files hold; a function of its own, so that their contents are gone before the embedding comes."""
    with gzip.open(folder / "labels.json.gz", "rt", encoding="utf-8") as stream:
        labels = json.load(stream)
    with np.load(folder / "arrays.npz", allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    model = _model(labels, arrays)
    if "embedding.headings" in arrays:
        model.embedding = LabelVectors(
            encoder(str(folder / OWN_EMBEDDING)),
            arrays["embedding.headings"].astype(np.float32),
            arrays["embedding.captions"].astype(np.float32),
            arrays["embedding.caption_of_node"],
        )
    return model


def _label_vectors(known: LabelVectors) -> dict[str, NDArray[Any]]:
    """The labels' vectors by the embedding that lies beside: to encode tens of thousands at each start takes long."""
    return {
        "embedding.headings": known.headings.astype(np.float16),
        "embedding.captions": known.captions.astype(np.float16),
        "embedding.caption_of_node": known.caption_of_node,
    }


def _labels(model: Model) -> dict[str, Any]:
    words = model.vocabulary
    return {
        "headings": words.headings.names,
        "nodes": words.nodes.names,
        "scheme_headings": [[h.label, list(h.variants)] for h in words.scheme.headings],
        "scheme_classes": [[c.number, list(c.wordings)] for c in words.scheme.classes],
        "records": [
            [
                shown.id,
                shown.title,
                shown.author,
                list(keys.authors) if shown.title else [],  # nothing that names an adults-only book
                keys.publisher,
                list(keys.categories),
                list(a.headings),
                list(a.nodes),
            ]
            for shown, keys, a in zip(model.shown, model.keys, model.assigned, strict=True)
        ],
    }


def _model(labels: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Model:
    space = FeatureSpace(arrays["space.hashes"], arrays["space.idf"].astype(np.float32))
    scheme = Scheme(
        tuple(SchemeHeading(label, tuple(variants)) for label, variants in labels["scheme_headings"]),
        tuple(SchemeClass(number, tuple(wordings)) for number, wordings in labels["scheme_classes"]),
    )
    vocabulary = Vocabulary.of_labels(
        Labels(labels["headings"]),
        Labels(labels["nodes"]),
        scheme,
        _matrix("heading_profiles", arrays),
        _matrix("node_profiles", arrays),
    )
    catalogue = Catalogue(vocabulary.headings, vocabulary.nodes)
    model = Model(
        space=space,
        vocabulary=vocabulary,
        catalogue=catalogue,
        paths=ClassPaths(catalogue),
        linear=_matrix("linear", arrays),
        linear_headings=int(arrays["linear_headings"][0]),
        near=_matrix("near", arrays),
    )
    for id_, title, author, authors, publisher, categories, headings, nodes in labels["records"]:
        model.shown.append(ShownRecord(id_, title, author))
        model.keys.append(Keys(tuple(authors), publisher, tuple(categories)))
        model.assigned.append(Assigned(tuple(headings), tuple(nodes)))
    catalogue.fill(model.keys, model.assigned)
    if "headings.roots" in arrays:
        model.heading_ranker = Trees.from_arrays("headings", arrays)
    for level in CLASS_LEVELS:
        if f"classes{level or 'full'}.roots" in arrays:
            model.class_rankers[level] = Trees.from_arrays(f"classes{level or 'full'}", arrays)
    return model


def _rows(name: str, rows: FeatureRows) -> dict[str, NDArray[Any]]:
    narrow = np.uint16 if rows.width < 65_536 else np.int32
    return {
        f"{name}.lengths": np.diff(rows.starts).astype(np.int32),
        f"{name}.columns": rows.columns.astype(narrow),
        f"{name}.values": rows.values,
        f"{name}.width": np.array([rows.width]),
    }


def _matrix(name: str, arrays: Mapping[str, NDArray[Any]]) -> FeatureRows:
    starts = np.concatenate([[0], np.cumsum(arrays[f"{name}.lengths"], dtype=np.int64)])
    return FeatureRows(
        starts, arrays[f"{name}.columns"].astype(np.int32), arrays[f"{name}.values"], int(arrays[f"{name}.width"][0])
    )
