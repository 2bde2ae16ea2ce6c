import numpy as np
import pandas as pd
import pytest

from analysis.chapters.landscape.models import backtest
from analysis.chapters.landscape.models.forecasts import METHODS, NAIVE, SHRUNKEN, forecasts, past_errors
from analysis.chapters.landscape.models.panel import panel, size_class

LEVELS = (0.67, 0.95)


@pytest.fixture(scope="module")
def tested(data):
    laws = backtest.laws(past_errors(data, 0.8), LEVELS)
    expected = backtest.with_intervals(forecasts(data, 0.8, range(1, 8)), laws, LEVELS)
    return backtest.against_counts(data, expected, (1000.0, 5000.0))


def test_every_method_has_a_row_by_horizon_and_class(tested):
    table = backtest.backtest(tested, LEVELS)
    assert set(table["method"]) == set(METHODS)
    assert set(zip(table["year"], table["years_ahead"], strict=True)) == set(backtest.TARGETS)
    whole = table[table["size"] == "all"].set_index(["method", "years_ahead"])["municipalities"]
    parts = table[table["size"] != "all"].groupby(["method", "years_ahead"])["municipalities"].sum()
    assert parts.equals(whole.reindex(parts.index))
    assert ((table["low_95"] <= table["covered_95"]) & (table["covered_95"] <= table["high_95"])).all()


def test_a_municipality_of_which_a_school_tells_no_pupils_is_not_tested(rows):
    by_age, by_count = rows
    lacking = (by_count["area"] == "a02") & (by_count["year"] == 2024)
    data = panel(by_age, by_count.assign(without=lacking.astype(int)))
    expected = forecasts(data, 0.8, range(1, 8))
    found = backtest.against_counts(data, expected, (1000.0, 5000.0))
    assert (found["area"] == "a02").groupby(found["year"]).any().to_dict() == {2018: True, 2019: True, 2024: False}


def test_two_municipalities_by_hand():
    rows = pd.DataFrame({"forecast": [110.0, 180.0], "count": [100.0, 200.0], "bias": 0.0, "sd": 0.1})
    ends = {"low_67": [95.0, 170.0], "high_67": [105.0, 190.0], "low_95": [80.0, 150.0], "high_95": [120.0, 210.0]}
    summary = backtest._summary(rows.assign(**ends), LEVELS)
    assert summary["mape"] == pytest.approx((10 + 10) / 2)
    assert summary["weighted"] == pytest.approx(100 * (10 + 20) / 300)
    assert summary["bias"] == pytest.approx(100 * (10 - 20) / 300)
    assert (summary["covered_67"], summary["covered_95"]) == (0.5, 1.0)


def test_the_contest_is_the_difference_of_the_weighted_errors(tested):
    row = backtest.duels(tested).set_index(["year", "rival"]).loc[(2019, NAIVE)]
    table = backtest.backtest(tested, LEVELS)
    whole = table[(table["size"] == "all") & (table["year"] == 2019)].set_index("method")["weighted"]
    assert row["cohorts"] == pytest.approx(whole[SHRUNKEN])
    assert row["estimate"] == pytest.approx(whole[SHRUNKEN] - whole[NAIVE])
    assert row["rival_error"] == pytest.approx(whole[NAIVE])
    assert row["n_clusters"] == 12
    own = tested[tested["year"] == 2019].assign(miss=lambda d: 100 * (d["forecast"] - d["count"]).abs() / d["count"])
    alike = own.groupby("method")["miss"].mean()
    assert row["plain"] == pytest.approx(alike[SHRUNKEN] - alike[NAIVE])


def test_what_was_held_is_the_share_of_the_backtest_with_an_interval_by_provinces(tested):
    row = backtest.held(tested, 0.95).set_index("year").loc[2019]
    table = backtest.backtest(tested, LEVELS).set_index(["method", "year", "size"])
    assert row["estimate"] == pytest.approx(table.loc[(SHRUNKEN, 2019, "all"), "covered_95"])
    assert row["outside"] == row["municipalities"] - round(row["estimate"] * row["municipalities"])
    assert row["n_clusters"] == 12


def test_classes_of_the_backtest_are_in_order_and_few_are_not_drawn(tested):
    table = backtest.backtest(tested, LEVELS)
    assert table["size"].unique().tolist() == [
        *(name for name in tested["size"].cat.categories if (tested["size"] == name).any()),
        "all",
    ]
    few = table.assign(municipalities=table["municipalities"].where(table["size"] != "all", 2))
    assert "all" not in set(backtest.covered(few)["size"])


def test_classes_begin_at_their_edges():
    assert size_class(np.array([999.0, 1000.0, 5000.0]), (1000.0, 5000.0)).tolist() == [
        "below 1,000",
        "1,000-5,000",
        "5,000 or more",
    ]
