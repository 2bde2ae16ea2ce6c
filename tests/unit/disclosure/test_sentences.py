"""Which numbers in a text count persons: the ones that do are rounded, the others are let be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.disclosure import PROFILES
from analysis.disclosure.rules.sentences import refuse_exact
from analysis.errors import DisclosureError
from analysis.language import speaking

PROFILE = PROFILES["default"]


def refused(text: str, *exact: int, language: str = "en", profile: str = "default") -> bool:
    with speaking(language):
        try:
            refuse_exact(text, "here", PROFILES[profile], set(exact))
        except DisclosureError:
            return True
    return False


@given(st.integers(0, 10**6))
def test_a_number_of_pupils_is_told_as_the_profile_rounds_it_or_not_at_all(n: int) -> None:
    may = n == 0 or (n >= 10 and n % 5 == 0)
    assert refused(f"{n:,} pupils") is not may
    assert refused(f"n = {n}") is not may
    assert refused(f"{n:,} leerlingen".replace(",", "."), language="nl") is not may


@given(st.integers(10, 10**6), st.sampled_from(["schools", "of the schools", "km", "postcodes"]))
def test_a_number_of_other_things_may_be_any(n: int, things: str) -> None:
    assert not refused(f"There are {n} {things}.", n)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("groep 7 pupils", True),
        ("with a test score of 549 pupils are vwo", True),
        ("a 549 score of 3 pupils", False),
        ("In 2019 pupils grew", True),
        ("2,019 pupils grew", False),
        ("of 2019 classes", True),
        ("1 in 4 pupils", True),
        ("0.7 pupils per teacher", True),
        ("7% of pupils", True),
        ("67 % of pupils", True),
        ("2018/19 pupils", True),
        ("7 low-educated pupils", False),
        ("12 of the pupils", False),
        ("12 teachers", False),
        ("n=12", False),
        ("n = 12 schools", True),
        ("95% interval 11 to 13", True),
    ],
)
def test_what_a_number_before_a_word_means(text: str, told: bool) -> None:
    assert refused(text) is not told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("In b are 234.", False),
        ("234 did", False),
        ("all 234 at once", False),  # a large number equals a count by no accident
        ("67 of them did", False),
        ("67 things", True),
        ("0.234 and 2.34 and 234%", True),
        ("1,234", True),
        ("234 schools", True),
    ],
)
def test_an_exact_count_of_the_gate_is_known_by_its_number(text: str, told: bool) -> None:
    assert refused(text, 234, 67) is not told


def test_where_nothing_is_rounded_every_number_but_a_small_one_may_be_told() -> None:
    assert not refused("Of 1,234 pupils 67 do.", profile="open-data")
    assert refused("Of 1,234 pupils 7 girls do.", profile="open-data")
