"""A sentence whose numbers are withheld or not estimated is not made, and no page reads "nan"."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import WithheldError
from analysis.language import text
from analysis.publish.findings import number_of, where_known
from analysis.publish.tables import number


@pytest.mark.parametrize("missing", [float("nan"), np.float64("nan"), pd.NA, None])
def test_a_text_with_a_missing_number_is_not_made(missing):
    with pytest.raises(WithheldError, match="a number in it is withheld, or cannot be estimated"):
        text("n = {n}", n=missing)


def test_a_missing_number_is_not_written_and_not_counted():
    with pytest.raises(WithheldError):
        number(float("nan"), 2)
    with pytest.raises(WithheldError):
        number_of(pd.NA)
    assert number_of(pd.array([15], dtype="Int64")[0]) == 15


def test_a_topic_whose_numbers_are_missing_leaves_the_others_alone():
    def of(share):
        yield "first", text("It is {share:.0%}.", share=share)

    assert [*where_known(of(float("nan")), of(0.5))] == [("first", "It is 50%.")]
