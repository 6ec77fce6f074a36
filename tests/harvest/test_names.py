"""Names that the source has cut off."""

import pytest

from shuyin.records.responsibility import contributors


@pytest.mark.parametrize(
    ("statement", "name"),
    [("下等妙人(ファンタジア文庫", "下等妙人"), ("Tiv (", "Tiv"), ("(某某", "(某某")],
)
def test_a_bracket_that_never_closes_is_no_part_of_the_name(statement: str, name: str) -> None:
    assert [c.name for c in contributors(statement)] == [name]
