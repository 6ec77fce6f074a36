"""The dumps as a data set: DCAT-AP 3 in JSON-LD."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shuyin.search_api.dumps import shelf

_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def description(data_dir: Path, base_url: str, email: str) -> dict[str, Any]:
    """The catalogue with one data set: its latest dump as distributions, its protocols as data services."""
    latest = next(iter(shelf.days(data_dir)), None)
    dataset = {
        "@id": f"{base_url}/dumps/#dataset",
        "@type": "dcat:Dataset",
        "dct:title": [_text("書音書目資料", "zh-Hant"), _text("Bibliographic records of Shuyin", "en")],
        "dct:description": [
            _text("所有公開書目的每日完整資料檔。", "zh-Hant"),
            _text("All public bibliographic records, written anew every night.", "en"),
        ],
        "dct:accrualPeriodicity": {"@id": "http://publications.europa.eu/resource/authority/frequency/DAILY"},
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": "書音 Shuyin", "foaf:homepage": {"@id": f"{base_url}/"}},
        "dcat:contactPoint": {"@type": "vcard:Organization", "vcard:hasEmail": {"@id": f"mailto:{email}"}},
        "dcat:landingPage": {"@id": f"{base_url}/dumps/"},
        "dcat:keyword": [_text("書目", "zh-Hant"), _text("bibliography", "en")],
        "dcat:distribution": _distributions(data_dir, base_url, latest) if latest else [],
    }
    if latest:
        dataset["dct:modified"] = {"@type": "xsd:date", "@value": latest}
    services = (("sru", "SRU 1.2 / 2.0"), ("oai", "OAI-PMH 2.0"), ("api/v1", "JSON API"))
    return {
        "@context": _CONTEXT,
        "@id": f"{base_url}/dumps/",
        "@type": "dcat:Catalog",
        "dct:title": _text("書音開放資料", "zh-Hant"),
        "dcat:dataset": [dataset],
        "dcat:service": [
            {
                "@type": "dcat:DataService",
                "dct:title": _text(label, "en"),
                "dcat:endpointURL": {"@id": f"{base_url}/{path}"},
                "dcat:servesDataset": {"@id": dataset["@id"]},
            }
            for path, label in services
        ],
    }


def _text(value: str, language: str) -> dict[str, str]:
    return {"@value": value, "@language": language}


def _distributions(data_dir: Path, base_url: str, day: str) -> list[dict[str, Any]]:
    sums = shelf.sums(data_dir, day)
    found = []
    for format in shelf.FORMATS:
        path = shelf.find(data_dir, day, format.name)
        if path is None:
            continue
        address = f"{base_url}/dumps/{day}/{format.name}"
        found.append(
            {
                "@id": address,
                "@type": "dcat:Distribution",
                "dct:title": _text(format.label, "en"),
                "dcat:accessURL": {"@id": f"{base_url}/dumps/"},
                "dcat:downloadURL": {"@id": address},
                "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{format.media_type}"},
                "dcat:compressFormat": {"@id": "https://www.iana.org/assignments/media-types/application/gzip"},
                "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(path.stat().st_size)},
                "spdx:checksum": {
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": sums.get(format.name, "")},
                },
            }
        )
    return found
