"""Pictures from outside, made harmless: decoded within limits, written anew as WebP in the sizes that pages show."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping

from PIL import Image, ImageOps, UnidentifiedImageError

#: Kinds that are taken, told by their content.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
#: More pixels than this are refused before anything is decoded (a decompression bomb).
MOST_PIXELS = 40_000_000
_QUALITY = 82
#: What Pillow raises for files that are broken, of another kind, or meant to fill the memory.
UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class BadPicture(ValueError):
    """The file is no picture of a kind that is taken, is broken, or has too many pixels."""


def webp_sizes(content: bytes, widths: tuple[int, ...]) -> tuple[int, int, Mapping[int, bytes]]:
    """(width, height, width asked → WebP) of a picture; smaller ones are not blown up. `BadPicture`.

    Only the pixels are taken over: no metadata (places, devices), no animation, nothing transparent.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise BadPicture(f"{opened.width} × {opened.height} pixels are too many")
                opened.load()
                upright = ImageOps.exif_transpose(opened)
                plain = _without_alpha(upright)
        return plain.width, plain.height, {width: _webp(plain, width) for width in widths}
    except UNREADABLE as error:
        if isinstance(error, BadPicture):
            raise
        raise BadPicture("not a picture that can be read (JPG, PNG, WebP or GIF)") from error


def _without_alpha(image: Image.Image) -> Image.Image:
    """On white paper."""
    if image.mode in ("RGB", "L"):
        return image.convert("RGB")
    coloured = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(coloured, mask=coloured.getchannel("A"))
    return paper


def _webp(image: Image.Image, width: int) -> bytes:
    if image.width > width:
        height = max(1, round(image.height * width / image.width))
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "WEBP", quality=_QUALITY, method=4)
    return out.getvalue()
