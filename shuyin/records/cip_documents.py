"""Data Block and card as Word (.docx) and OpenDocument (.odt) files."""

from __future__ import annotations

import io
from collections.abc import Sequence

#: Media types by file ending.
MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}
_FONT = "Noto Serif CJK TC"  # Word and LibreOffice fall back to the system's Chinese serif where it is missing


def to_docx(paragraphs: Sequence[str]) -> bytes:
    """A Word document: the first paragraph as heading, one line for each of the others."""
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = Document()
    style = document.styles["Normal"]
    style.font.name = _FONT
    style.font.size = Pt(12)
    style.paragraph_format.space_after = Pt(0)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
    heading, *lines = [_printable(line) for line in paragraphs]
    document.add_paragraph().add_run(heading).bold = True
    for line in lines:
        document.add_paragraph(line)
    document.core_properties.title = heading
    document.core_properties.language = "zh-TW"
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def to_odt(paragraphs: Sequence[str]) -> bytes:
    """An OpenDocument text: the first paragraph as heading, one line for each of the others."""
    from odfdo import Document, Paragraph, Style

    document = Document("text")
    document.body.clear()
    document.insert_style(
        Style("paragraph", name="CipHeading", area="text", bold=True, font=_FONT, size="12pt"), automatic=True
    )
    document.insert_style(Style("paragraph", name="CipLine", area="text", font=_FONT, size="12pt"), automatic=True)
    heading, *lines = [_printable(line) for line in paragraphs]
    document.body.append(Paragraph(heading, style="CipHeading"))
    for line in lines:
        document.body.append(Paragraph(line, style="CipLine"))
    document.meta.title = heading
    document.meta.language = "zh-TW"
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(c for c in text if c >= " " or c == "\t")
