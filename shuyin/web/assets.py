"""Static files with their content's hash in the address: cached for ever, changed by changing the address.

All style sheets leave as one file (`shuyin.css`), in the order of their layers.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STATIC = Path(__file__).with_name("static")
#: One file per cascade layer (`forms` belongs to components); the order is declared in the first.
CSS_LAYERS = ("reset", "tokens", "base", "layout", "components", "forms", "pages", "print")
_COMPRESSIBLE = (".css", ".js", ".svg", ".txt")

mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file in memory."""

    name: str
    body: bytes
    media_type: str
    digest: str
    gzipped: bytes | None

    @property
    def url(self) -> str:
        """Where it is served; the address changes with the content."""
        return f"/static/{self.digest}/{self.name}"


def _asset(name: str, body: bytes) -> Asset:
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    gzipped = gzip.compress(body, 9, mtime=0) if name.endswith(_COMPRESSIBLE) else None
    return Asset(name, body, media_type, hashlib.sha256(body).hexdigest()[:12], gzipped)


@cache
def all_assets() -> dict[str, Asset]:
    """Every static file by name; read once."""
    assets = {
        "shuyin.css": _asset("shuyin.css", b"".join((STATIC / "css" / f"{n}.css").read_bytes() for n in CSS_LAYERS))
    }
    for path in sorted(STATIC.rglob("*")):
        if path.is_file() and path.suffix != ".css":
            name = path.relative_to(STATIC).as_posix()
            assets[name] = _asset(name, path.read_bytes())
    return assets


def asset_url(name: str) -> str:
    """The address of a static file; `KeyError` if there is none, which a test finds before a reader does."""
    return all_assets()[name].url
