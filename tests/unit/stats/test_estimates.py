import math

import pandas as pd
import pytest

from analysis.stats.estimates import ESTIMATE_COLUMNS, error_of, in_form, normal_interval


def test_the_interval_is_196_standard_errors_to_either_side():
    row = normal_interval([2.0], [0.5]).iloc[0]
    assert row["ci_low"] == pytest.approx(2 - 1.959964 * 0.5, abs=1e-6)
    assert row["ci_high"] == pytest.approx(2 + 1.959964 * 0.5, abs=1e-6)
    # two-sided: 2 (1 - Phi(4)) = erfc(4 / sqrt 2)
    assert row["p_value"] == pytest.approx(math.erfc(4 / math.sqrt(2)), rel=1e-9)


def test_the_sign_of_an_estimate_does_not_move_its_p_value():
    p = normal_interval([1.0, -1.0, 0.0], [0.7, 0.7, 0.7])["p_value"]
    assert p[0] == p[1]
    assert p[2] == 1.0


def test_another_level_has_another_width():
    row = normal_interval([0.0], [1.0], level=0.9).iloc[0]
    assert row["ci_high"] == pytest.approx(1.644854, abs=1e-6)


def test_the_error_that_fits_a_width_is_that_of_the_normal_interval_as_wide():
    """(3.0 - 1.04) / 2 is .98, half of 1.96 errors: one of .5, wherever the estimate stands; at 90% of 1.645."""
    assert error_of([1.04], [3.0]) == pytest.approx([0.98 / 1.959964], abs=1e-6)
    assert error_of(0.0, 2 * 1.644854, level=0.9) == pytest.approx(1.0, abs=1e-6)
    ends = normal_interval([2.0, -1.0], [0.5, 0.25])
    assert error_of(ends["ci_low"], ends["ci_high"]) == pytest.approx([0.5, 0.25])


def test_without_an_end_there_is_no_error():
    assert math.isnan(error_of([math.nan], [1.0])[0])


def test_the_form_puts_its_columns_first_and_keeps_the_others():
    rows = pd.DataFrame({"extra": 7, "term": "a", **dict.fromkeys(ESTIMATE_COLUMNS[3:8], 1.0)}, index=[5])
    rowss = in_form(rows, model="m", group="all", n_obs=10, n_clusters=2, unit="km", start_km=1.5)
    assert tuple(rowss.columns) == (*ESTIMATE_COLUMNS, "extra", "start_km")
    assert list(rowss.index) == [0]


def test_a_column_that_the_form_needs_cannot_be_left_out():
    with pytest.raises(KeyError, match="std_error"):
        in_form(pd.DataFrame({"term": ["a"], "estimate": [1.0]}), model="m")
