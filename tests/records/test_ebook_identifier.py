"""The e-book extension identifier of S2: what is built is read back the same; what is wrong is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuyin.records import ebook_identifier
from shuyin.records.ebook_identifier import EbookIdentifier, InvalidEbookIdentifier

ISBN = "9789576784453"
NUMBERS = st.integers(1, 9999)


@st.composite
def identifiers(draw: st.DrawFn) -> EbookIdentifier:
    chapter, section, part = draw(
        st.one_of(
            st.just((None, None, None)),
            st.tuples(NUMBERS, NUMBERS, st.none()),
            st.tuples(st.none(), st.none(), NUMBERS),
        )
    )
    return EbookIdentifier(
        isbn=ISBN,
        format=draw(st.sampled_from(["PDF", "EPUB", "FLASH", "Adobe PDF", "Zinio PDF"])),
        maker=draw(st.none() | st.from_regex("[A-Z]{3}", fullmatch=True)),
        version=draw(st.none() | st.integers(1, 999)),
        chapter=chapter,
        section=section,
        part=part,
    )


@given(identifiers())
def test_what_is_built_is_read_back(identifier: EbookIdentifier) -> None:
    assert ebook_identifier.parse(str(identifier)) == identifier


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("ISBN 978-957-678-445-3(EPUB) _V1", "ISBN 978-957-678-445-3(EPUB)_V1"),
        ("ISBN 978-957-678-445-3(EPUB) _V1_C1S1", "ISBN 978-957-678-445-3(EPUB)_V1_C1S1"),
        ("978-957-678-445-3（PDF）_BCD_V27_PT5", "ISBN 978-957-678-445-3(PDF)_BCD_V27_PT5"),
        ("9789576784453(FLASH)", "ISBN 978-957-678-445-3(FLASH)"),
    ],
)
def test_the_forms_that_the_principles_print(text: str, printed: str) -> None:
    assert str(ebook_identifier.parse(text)) == printed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ISBN 978-957-678-445-3",
        "ISBN 978-957-678-445-3(PDF)_BC",
        "ISBN 978-957-678-445-3(PDF)_bcd",
        "ISBN 978-957-678-445-3(PDF)_V0",
        "ISBN 978-957-678-445-3(PDF)_V1000",
        "ISBN 978-957-678-445-3(PDF)_C1",
        "ISBN 978-957-678-445-3(PDF)_C1S1_PT2",
        "ISBN 978-957-678-445-3(PDF)_V1_BCD",
        "ISBN 978-957-678-445-4(PDF)",
        "ISBN 978-957-678-445-3()",
    ],
)
def test_what_is_wrong_is_refused(text: str) -> None:
    with pytest.raises(InvalidEbookIdentifier):
        ebook_identifier.parse(text)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("isbn", {"isbn": "9789576784454"}),
        ("format", {"format": "A_B"}),
        ("maker", {"maker": "abc"}),
        ("version", {"version": 1000}),
        ("section", {"chapter": 1}),
        ("part", {"chapter": 1, "section": 1, "part": 1}),
        ("chapter", {"chapter": 0, "section": 1}),
    ],
)
def test_the_wrong_part_is_named(field: str, values: dict[str, object]) -> None:
    with pytest.raises(InvalidEbookIdentifier) as refusal:
        EbookIdentifier(**{"isbn": ISBN, "format": "PDF", **values})  # type: ignore[arg-type]
    assert refusal.value.field == field
