"""How many persons a message is about: of fewer than ten, no more than that."""

import pytest

from analysis.errors import few


@pytest.mark.parametrize(
    ("n", "total", "said"),
    [
        (1, None, "fewer than 10"),
        (9, None, "fewer than 10"),
        (10, None, "10"),
        (4025, None, "4,025"),
        (3, 4025, "fewer than 10 of 4,025"),
        (3, 8, "fewer than 10"),  # nor how many there are
        (25, 30, "all but fewer than 10 of 30"),  # else five would be told by the difference
        (30, 30, "30 of 30"),
        (11, 30, "11 of 30"),
        (9, 12, "fewer than 10 of 12"),
    ],
)
def test_no_number_of_persons_below_ten_is_said(n, total, said):
    assert few(n, total) == said
