"""Every published table is read as a reader would: an estimate is in its interval, a share in [0, 1], p follows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

PROJECT = Path(__file__).parents[2]
SLACK = 1e-9
UNDERFLOW = 1e-300  # a p-value below is published as zero
ROUNDED = range(-3, 4)  # degrees of freedom and numbers of clusters are published as multiples of five
VALUES = ("estimate", "share", "mean", "fitted", "predicted")
"""What an interval may be of, in the order in which it is looked for."""
OTHERS = {"sd": "sd_schools"}
"""Intervals that have another name than their estimate."""
SHARES = r"share|probability|index"
"""Units that are shares."""
DIFFERENCES = (
    r"lpm|_ame$|_iv$|_ols$|_lovs$|gelbach|_did$|_event$|_matched$|_rd$|^(?:covered|ipw|unweighted|decomposition)$",
    r"closure|difference|composition|change|residence|sorting|corrected|random_allocation|minus|^(?:total|schools)$"
    r"|^(?:gap|shift) per ",
)
"""Models, and terms, whose estimates are differences of shares or corrected for chance; every other row is a level."""


@pytest.fixture(scope="module")
def default_edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the default edition."""
    outputs = tmp_path_factory.mktemp("default")
    words = [sys.executable, "-m", "analysis.cli", "run", "params/amsterdam-2020.yml", "--outputs", str(outputs)]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return outputs / "amsterdam-2020"


@pytest.fixture(scope="module", params=["ci_edition", "default_edition"])
def tables(request: pytest.FixtureRequest) -> dict[str, pd.DataFrame]:
    """Every published table of an edition, by its path."""
    folder = request.getfixturevalue(request.param) / "tables"
    found = {str(path.relative_to(folder)): pd.read_csv(path) for path in sorted(folder.rglob("*.csv"))}
    assert len(found) > 100
    return found


def intervals(table: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """The columns of estimate, lower and upper limit of every interval of a table."""
    for low in (name for name in table if name == "low" or name.endswith(("_low", "low_"))):
        high = low.replace("low", "high")
        stem = low.removesuffix("_low").removesuffix("low").removesuffix("_ci").removesuffix("ci")
        names = [OTHERS.get(stem, stem)] if stem else VALUES
        value = next((name for name in names if name in table), None)
        if high in table and value is not None:
            yield value, low, high


def numbers(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """The rows of a table in which all of some columns hold a number."""
    return table.loc[table[list(columns)].apply(pd.to_numeric, errors="coerce").notna().all(axis=1)]


def outside(table: pd.DataFrame) -> pd.Series:
    """Which rows have an estimate outside one of their intervals; those without a number have none."""
    found = pd.Series(data=False, index=table.index)
    for value, low, high in intervals(table):
        rows = numbers(table, (value, low, high))
        slack = SLACK * np.maximum(1, rows[value].abs())
        found[rows.index] |= (rows[value] < rows[low] - slack) | (rows[value] > rows[high] + slack)
    return found


def apart(values: pd.Series, most: pd.Series) -> pd.Series:
    """How far the number behind each may be from it: half a step of 1, 2 or 5 of its last digit, within bounds."""
    printed = values.map(lambda value: np.format_float_positional(value, trim="-"))
    decimals = printed.str.partition(".")[2].str.len()
    zeros = printed.where(decimals == 0, "").str.len() - printed.where(decimals == 0, "").str.rstrip("0").str.len()
    return np.minimum(2.5 * 10.0 ** (zeros - decimals), most)


def behind(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the least and most, shape (2, rows), that each number may have been; a rate ratio's are of its log."""
    fraction = {"estimate": 4, "ci_low": 4, "ci_high": 4, "std_error": 8}
    off = {name: apart(rows[name], rows["std_error"] / part) for name, part in fraction.items()}
    off["p_value"] = apart(rows["p_value"], rows["p_value"] / 8)
    ends = {name: np.array([rows[name] - by, rows[name] + by]) for name, by in off.items()}
    if "ratio" not in rows:
        return ends
    logs = {name: np.log1p(np.maximum(ends[name], -1 + 1e-9)) for name in ("estimate", "ci_low", "ci_high")}
    return ends | logs | {"std_error": ends["std_error"] / (1 + ends["estimate"][::-1])}


def follows(rows: pd.DataFrame, df: pd.Series | float) -> np.ndarray:
    """Whether p and interval may be those of estimate and error before each of them was rounded."""
    ends = behind(rows)
    (least_error, most_error), (least_p, most_p) = ends["std_error"], ends["p_value"]
    near = np.where(np.sign(ends["estimate"]).prod(axis=0) > 0, np.abs(ends["estimate"]).min(axis=0), 0)
    far = np.abs(ends["estimate"]).max(axis=0)
    least, most = 2 * student.sf(far / least_error, df), 2 * student.sf(near / most_error, df)
    same_p = (most_p + UNDERFLOW >= least) & (least_p <= most)
    t, (low, high) = student.ppf(0.975, df), (ends["ci_low"], ends["ci_high"])
    # Limits are multiples of a twentieth of an error from the estimate.
    slack = 0.05 * most_error
    wide_enough = high[1] - low[0] >= 2 * t * least_error - slack
    return np.asarray(same_p & wide_enough & (high[0] - low[1] <= 2 * t * most_error + slack))


def test_an_interval_that_does_not_follow_is_seen() -> None:
    """0.12 with an error of 0.05: p .019 and .02 to .22 at 50 degrees of freedom, not .03, and not .05 to .19."""
    rows = pd.DataFrame({"estimate": [0.12] * 3, "std_error": [0.05] * 3, "p_value": [0.0202, 0.202, 0.0202]})
    rows = rows.assign(ci_low=[0.0196, 0.0196, 0.0502], ci_high=[0.2204, 0.2204, 0.1898])
    assert follows(rows.assign(std_error=0.0501), 50.0).tolist() == [True, False, False]


def test_an_interval_of_a_rate_ratio_is_that_of_its_log() -> None:
    """A ratio of 1.5, error .15: log .4055, error .1, p .0001, and 1.227 and 1.834; not 1.349 and 1.668."""
    rows = pd.DataFrame(
        {"ratio": [1.5] * 3, "estimate": 0.5, "std_error": 0.1501, "p_value": [0.00018, 0.0017, 0.00018]}
    )
    rows = rows.assign(ci_low=[0.227, 0.227, 0.349], ci_high=[0.834, 0.834, 0.668])
    assert follows(rows, 50.0).tolist() == [True, False, False]


def test_an_estimate_outside_its_interval_is_seen() -> None:
    """Theil's H of .0850 in .0777 to .0821, as it once was published."""
    h = pd.DataFrame({"estimate": [0.085, 0.619, np.nan], "ci_low": [0.0777, 0.609, 1], "ci_high": [0.0821, 0.626, 2]})
    spread = pd.DataFrame({"sd_schools": [0.2, 0.1], "sd_low": [0.1, np.nan], "sd_high": [0.15, 0.2]})
    assert outside(h).tolist() == [True, False, False]
    assert outside(spread).tolist() == [True, False]


def test_no_estimate_is_outside_its_interval(tables: dict[str, pd.DataFrame]) -> None:
    checked = sum(len(numbers(table, names)) for table in tables.values() for names in intervals(table))
    assert checked > 2000
    assert {name: int(found.sum()) for name, table in tables.items() if (found := outside(table)).any()} == {}


def test_no_interval_of_a_share_leaves_the_unit_interval(tables: dict[str, pd.DataFrame]) -> None:
    beyond, checked = {}, 0
    for name, table in tables.items():
        if not {"estimate", "ci_low", "ci_high", "unit", "term"} <= set(table):
            continue
        rows = numbers(table, ("estimate", "ci_low", "ci_high"))
        difference = sum(
            rows[name].astype(str).str.contains(words)
            for name, words in zip(("model", "term"), DIFFERENCES, strict=True)
            if name in rows
        )
        rows = rows[rows["unit"].astype(str).str.contains(SHARES) & (difference == 0)]
        wrong = (rows["ci_low"] < 0) | (rows["ci_high"] > 1)
        checked += len(rows)
        if wrong.any():
            beyond[name] = rows.loc[wrong, ["model", "term"]].drop_duplicates().to_numpy().tolist()
    assert checked > 200
    assert not beyond


def test_a_p_value_and_an_interval_follow_from_estimate_error_and_degrees_of_freedom(
    tables: dict[str, pd.DataFrame],
) -> None:
    """Both have n_clusters - 1 degrees of freedom, or those of ``df``, where it is empty the normal's.

    P-values of segregation come from a randomisation and not from the error beside them.
    """
    wrong, checked = {}, 0
    for name, table in tables.items():
        columns = ("estimate", "std_error", "p_value", "n_clusters", "ci_low", "ci_high")
        if not set(columns) <= set(table) or name.startswith("segregation"):
            continue
        rows = numbers(table, columns)
        rows = rows[rows["std_error"] > 0]
        if rows.empty:
            continue
        df = rows["df"].fillna(np.inf) if "df" in rows else rows["n_clusters"] - 1
        fits = np.zeros(len(rows), bool)
        for free in (*(df + off for off in ROUNDED), *((np.inf,) if name.startswith("school_choice") else ())):
            fits |= follows(rows, free)
        checked += len(rows)
        if not fits.all():
            wrong[name] = sorted(set(rows.loc[~fits, "model"] if "model" in rows else ["all"]))
    assert checked > 1000
    assert not wrong
