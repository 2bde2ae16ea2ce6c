"""Digits that give a count back: a reader tries every n that is published alike, and every part of it.

The reader knows the rules, so a row gives its n away when no other n of the rounding interval would have been published
with the same numbers. `alike` publishes all of them and looks at what cannot be told apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.chapter import Chapter
from analysis.disclosure import PROFILES, Profile, suppress
from analysis.disclosure.steps import nice, relative_step, to_step
from analysis.errors import DisclosureError
from analysis.run.workspace import Workspace

DEFAULT = PROFILES["default"]
FIRST = [(23, 27), (58, 62), (148, 152), (403, 407), (998, 1002)]
"""Numbers of pupils that are published as 25, 60, 150, 405 and 1000."""
RNG = np.random.default_rng(20211101)

Columns = dict[str, np.ndarray]
Made = Callable[[np.ndarray, np.ndarray], Columns]


def pairs(first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """Every n and every part of it of which neither the part nor the rest counts too few."""
    found = [(n, k) for n in range(first, last + 1) for k in range(10, n - 9)]
    return np.array([n for n, _ in found]), np.array([k for _, k in found])


def alike(columns: Columns, n: np.ndarray, other: np.ndarray, *, exact: bool = False) -> pd.DataFrame:
    """How many n and how many other numbers are behind each row that is published, by row."""
    frame = pd.DataFrame({"row": np.arange(len(n)).astype(str), "n": n, **columns})
    told = suppress(frame, {"n": list(columns)}, DEFAULT).frame if not exact else frame.assign(n=(n + 2) // 5 * 5)
    shown = told[["n", *columns]].astype(float).round(12)
    assert shown.notna().all(axis=None)
    rows = shown.assign(true=n, other=other).groupby(list(shown), dropna=False)
    return pd.DataFrame({"n": rows["true"].nunique(), "other": rows["other"].nunique(), "rows": rows.size()})


def share(n: np.ndarray, k: np.ndarray) -> Columns:
    return {"share": k / n}


def with_error(n: np.ndarray, k: np.ndarray) -> Columns:
    return {"estimate": k / n, "std_error": np.sqrt(k / n * (1 - k / n) / n)}


def with_t_interval(n: np.ndarray, k: np.ndarray) -> Columns:
    found = with_error(n, k)
    half = 1.96 * found["std_error"]
    return {**found, "ci_low": found["estimate"] - half, "ci_high": found["estimate"] + half}


def log_likelihood(n: np.ndarray, _: np.ndarray) -> Columns:
    """Of no model at all, among fourteen schools: -n ln 14."""
    return {"loglik_null": -n * np.log(14)}


def criteria(n: np.ndarray, size: np.ndarray) -> Columns:
    """BIC - AIC = p ln n - 2 p, of models with three parameters."""
    loglik = -n * (0.5 + size)
    return {"loglik": loglik, "aic": 6 - 2 * loglik, "bic": 3 * np.log(n) - 2 * loglik}


def determination(n: np.ndarray, size: np.ndarray) -> Columns:
    """Of five terms: 1 - adjusted = (1 - R2) (n - 1) / (n - 6)."""
    r2 = 0.2 + 0.4 * size
    return {"r2": r2, "adjusted_r2": 1 - (1 - r2) * (n - 1) / (n - 6)}


def half_levels(n: np.ndarray, k: np.ndarray) -> Columns:
    return {"level": (2 * n + k) / (2 * n)}


def sum_of_whole(n: np.ndarray, k: np.ndarray) -> Columns:
    return {"total_km": 1.25 * n, "level": (3 * n + k) / n}


WAYS: dict[str, Made] = {
    "a share": share,
    "a share and its standard error": with_error,
    "a log-likelihood of nothing": log_likelihood,
    "a mean of half levels": half_levels,
    "a total that scales with n, and a mean of whole numbers": sum_of_whole,
}
OF_MODELS: dict[str, Made] = {"AIC, BIC and log-likelihood": criteria, "R2 and adjusted R2": determination}


@pytest.mark.parametrize("made", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize(("first", "last"), FIRST)
def test_no_row_gives_its_number_of_pupils_away(made: Made, first: int, last: int) -> None:
    n, k = pairs(first, last)
    found = alike(made(n, k), n, k)
    assert (found["n"] >= 2).all()


@pytest.mark.parametrize("made", WAYS.values(), ids=WAYS)
def test_with_all_digits_every_row_gives_its_number_away(made: Made) -> None:
    """39 of 97 to 39 of 101 are five different shares: the reader who tries all of them finds n."""
    n = np.arange(98, 103)
    found = alike(made(n, np.full(5, 39)), n, np.full(5, 39), exact=True)
    assert (found["n"] == 1).all()


@pytest.mark.parametrize("made", OF_MODELS.values(), ids=OF_MODELS)
@pytest.mark.parametrize(("first", "last"), FIRST)
def test_no_model_gives_its_number_of_pupils_away(made: Made, first: int, last: int) -> None:
    """Among models of any fit, those that are published alike have several n: but for one in a hundred, at an edge."""
    n, size = np.repeat(np.arange(first, last + 1), 2000), np.tile(RNG.uniform(0, 1, 2000), 5)
    found = alike(made(n, size), n, size)
    assert found.loc[found["n"] == 1, "rows"].sum() <= 0.01 * len(n)


@pytest.mark.parametrize("made", OF_MODELS.values(), ids=OF_MODELS)
def test_with_all_digits_every_model_gives_its_number_away(made: Made) -> None:
    n, size = np.repeat(np.arange(98, 103), 100), np.tile(RNG.uniform(0, 1, 100), 5)
    assert (alike(made(n, size), n, size, exact=True)["n"] == 1).all()


@pytest.mark.parametrize(("first", "last"), FIRST)
def test_an_interval_beside_a_share_gives_no_more_than_the_share(first: int, last: int) -> None:
    """Limits that are a constant times the error away add nothing: what is alike by share stays alike."""
    n, k = pairs(first, last)
    assert len(alike(with_t_interval(n, k), n, k)) == len(alike(share(n, k), n, k).index)


@pytest.mark.parametrize(("first", "last"), FIRST)
def test_wilson_limits_at_an_effective_number_give_no_number_away(first: int, last: int) -> None:
    """As chapters have them: the error is that of clustered pupils, a design effect of 0.7 to 2.5 that nobody knows."""
    n, k = pairs(first, last)
    n, k = np.tile(n, 20), np.tile(k, 20)
    p, effect = k / n, RNG.uniform(0.7, 2.5, len(n))
    some = n / effect
    middle, half = (p + 1.92 / some) / (1 + 3.84 / some), np.sqrt(3.84 * p * (1 - p) / some + 3.69 / some**2)
    half /= 1 + 3.84 / some
    error = np.sqrt(p * (1 - p) / some)
    columns = {"estimate": p, "std_error": error, "ci_low": middle - half, "ci_high": middle + half}
    frame = pd.DataFrame({"row": np.arange(len(n)).astype(str), "n": n, **columns})
    told = suppress(frame, {"n": list(columns)}, DEFAULT).frame
    # Both limits solve (1 + c) x^2 - (2 p + c) x + p^2 = 0 with c = 3.84 / n*: two equations for p and n*.
    low, high = told["ci_low"].to_numpy(float), told["ci_high"].to_numpy(float)
    solved, exact = _solved(low, high), _solved(middle - half, middle + half)
    assert np.allclose(exact, p, atol=1e-3)
    assert (_nearest(solved, first, last) == n).mean() < 0.3  # guessing is right one time in five


def _solved(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The share from Wilson's limits: with (1 + c) low high = p^2 and (1 + c) (low + high) = 2 p + c."""
    total, product = low + high, low * high
    # p^2 (total - 1) / product - 2 p + 1 = 0
    a = np.where(np.abs(total - 1) < 1e-9, 1e-9, (total - 1) / product)
    return (1 - np.sqrt(np.maximum(1 - a, 0))) / a


def _nearest(p: np.ndarray, first: int, last: int) -> np.ndarray:
    wholes = np.arange(first, last + 1)
    parts = p[:, None] * wholes
    return wholes[np.abs(parts - np.round(parts)).argmin(axis=1)]


SMALL = {
    "two of forty": (40, 2, DEFAULT),
    "all but three of 150": (150, 147, DEFAULT),
    "two of forty, n not rounded": (40, 2, PROFILES["open-data"]),
    "nobody of forty, where zeros are withheld": (40, 0, PROFILES["acro"]),
    "seven of 400, threshold eight": (400, 7, PROFILES["opensafely"]),
}


@pytest.mark.parametrize(("n", "k", "profile"), SMALL.values(), ids=SMALL)
def test_a_share_of_a_part_that_counts_too_few_is_withheld_with_its_error(n: int, k: int, profile: Profile) -> None:
    columns = {"estimate": [k / n, 100 / 301], "std_error": [0.03, 0.02]}
    frame = pd.DataFrame({"group": ["a", "b"], "n": [n, 301], **columns})
    told = suppress(frame, {"n": ["estimate", "std_error"]}, profile)
    assert told.frame["estimate"].isna().tolist() == [True, False]
    assert told.frame["std_error"].isna().tolist() == [True, False]
    assert (told.suppressed["estimate"] == "×").tolist() == [True, False]


N, K = np.array([37, 301, 222, 58]), np.array([2, 101, 100, 55])
"""2 of 37 are few, and so are the 3 of 58 that are not among 55; 101 of 301 and 100 of 222 are not."""
DISGUISED: dict[str, tuple[str, Any]] = {
    "in per cent": ("x", 100 * K / N),
    "in per mille": ("x", 1000 * K / N),
    "as odds": ("x", K / (N - K)),
    "in single precision": ("x", (K / N).astype("float32")),
    "in single precision, in per cent": ("x", (100 * K / N).astype("float32")),
    "rounded to three decimals": ("x", np.round(K / N, 3)),
    "rounded to two, by its name": ("share_moved", np.round(K / N, 2)),
    "in whole per cents, by its name": ("percentage", np.round(100 * K / N, 1)),
}


@pytest.mark.parametrize(("name", "values"), DISGUISED.values(), ids=DISGUISED)
def test_a_share_of_few_is_withheld_in_whatever_form_it_is_told(name: str, values: Any) -> None:
    frame = pd.DataFrame({"group": list("abcd"), "n": N, name: values})
    told = suppress(frame, {"n": [name]}, DEFAULT).frame[name]
    assert told.isna().tolist() == [True, False, False, True]


@pytest.mark.parametrize("values", [100 * K / N, 1000 * K / N], ids=["in per cent", "in per mille"])
def test_a_share_in_another_unit_has_the_digits_of_a_share(values: np.ndarray) -> None:
    # 101 of 301: 2 / 298 is .0067, so in steps of .01 it is .34; 100 of 222: 2 / 218, .45
    frame = pd.DataFrame({"group": list("abcd"), "n": N, "x": values})
    told = suppress(frame, {"n": ["x"]}, DEFAULT).frame["x"]
    assert (told / values.max() * (K / N).max()).dropna().round(9).tolist() == [0.34, 0.45]


def test_zeros_in_per_cent_are_withheld_where_zeros_are() -> None:
    frame = pd.DataFrame({"group": list("abc"), "n": [40, 301, 222], "x": [0.0, 10100 / 301, 10000 / 222]})
    assert suppress(frame, {"n": ["x"]}, DEFAULT).frame["x"].isna().tolist() == [False, False, False]
    assert suppress(frame, {"n": ["x"]}, PROFILES["acro"]).frame["x"].isna().tolist() == [True, False, False]


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_estimates_and_means_are_not_taken_for_shares_in_disguise(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = rng.integers(20, 900, 12)
    estimates = pd.DataFrame({"effect": rng.normal(0, 1, 12), "money": rng.lognormal(5, 1, 12)})
    means = pd.DataFrame({"score": [rng.integers(500, 550, size).mean() for size in n]})
    means["level"] = [rng.integers(0, 9, size).mean() for size in n]
    frame = pd.concat([estimates, means], axis=1).assign(n=n, row=np.arange(12).astype(str))
    assert suppress(frame, {"n": [*estimates, *means]}, DEFAULT).frame.notna().all(axis=None)


def test_two_means_that_differ_by_one_school_do_not_give_its_shortage() -> None:
    """A moved band edge (0.2 to 0.205): 20 schools with mean .1183, 21 with .1207; 21 x .1207 - 20 x .1183 = .1687."""
    shortage = RNG.beta(2, 14, 21)
    frame = pd.DataFrame(
        {
            "band": ["to 0.2", "to 0.205"],
            "schools": [20, 21],
            "estimate": [shortage[:20].mean(), shortage.mean()],
            "std_error": [shortage[:20].std(ddof=1) / np.sqrt(20), shortage.std(ddof=1) / np.sqrt(21)],
        }
    )
    exact = 21 * frame["estimate"][1] - 20 * frame["estimate"][0]
    assert exact == pytest.approx(shortage[20])
    told = suppress(frame, {"schools": ["estimate", "std_error"]}, DEFAULT).frame["estimate"]
    step = nice(0.2 * frame["std_error"].max(), up=False)
    assert step / 2 * (20 + 21) > shortage.std() / 3  # what the two roundings leave open of this school
    assert (np.abs(told - frame["estimate"]) <= step / 2 + 1e-12).all()


@settings(deadline=None)
@given(st.integers(10, 5000), st.integers(10, 5000), st.sampled_from([5, 7]))
def test_a_rounded_share_is_near(n: int, k: int, rows: int) -> None:
    k = min(k, n - 10) if n >= 20 else n // 2
    frame = pd.DataFrame({"g": list("abcdefg")[:rows], "n": [n] * rows, "share": [k / n] * rows})
    once = suppress(frame, ["n"], DEFAULT)
    step = nice(2 / max((n + 2) // 5 * 5 - 2, 1), up=True)
    told = once.frame["share"].dropna()
    assert (np.abs(told - k / n) <= step / 2 + 1e-12).all()


@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=20), st.floats(1e-4, 0.1))
def test_rounding_keeps_the_order_and_is_done_once(values: list[float], part: float) -> None:
    numbers = np.sort(np.array([*values, np.nan, np.inf, -np.inf]))
    told = to_step(numbers, relative_step(numbers, part))
    known = np.isfinite(numbers)
    assert (np.diff(told[known]) >= 0).all()
    assert np.array_equal(told[~known], numbers[~known], equal_nan=True)
    assert np.allclose(to_step(told, relative_step(told, part)), told, rtol=1e-12, atol=0, equal_nan=True)
    assert (np.abs(told - numbers)[known] <= relative_step(numbers, part)[known] / 2 * (1 + 1e-6) + 1e-300).all()


def published(edition: Path) -> Iterator[tuple[str, pd.DataFrame, list[str]]]:
    """Every table of an edition with the columns that count persons in it, as it says itself."""
    for path in sorted((edition / "tables").glob("*/*.csv")):
        about = json.loads(path.with_suffix(".json").read_text("utf8")) if path.with_suffix(".json").exists() else {}
        persons = [name for name in about.get("counts", ()) if DEFAULT.base(name) > 1]
        if persons:
            yield f"{path.parent.name}/{path.stem}", pd.read_csv(path), persons


def pinned(values: pd.Series, n: pd.Series) -> pd.Series:
    """Which values are k / n for one n only of those published alike, in steps of shares or as finely as printed."""
    found = pd.Series(data=False, index=values.index)
    for row in values.index[values.between(0, 1, inclusive="neither") & (n >= 10)]:
        value, first = values[row], int(n[row]) - 2
        printed = repr(float(value)).partition(".")[2]
        half = 0.5 * 10.0 ** -len(printed) if len(printed) > 5 else nice(2 / first, up=True) / 2
        wholes = np.arange(first, first + 5)
        fits = np.abs(np.round(value * wholes) / wholes - value) <= half * (1 + 1e-9)
        found[row] = fits.sum() == 1
    return found


def test_the_reader_of_files_finds_the_number_behind_full_digits() -> None:
    """45 of 81 = 0.5555... fits 81 alone of 78 to 82; 0.56 fits several."""
    assert pinned(pd.Series([45 / 81, 0.56]), pd.Series([80, 80])).tolist() == [True, False]


@pytest.mark.slow
def test_no_share_of_a_published_edition_gives_its_number_away(ci_edition: Path) -> None:
    given_away, asked = {}, 0
    for name, table, persons in published(ci_edition):
        for column in table.select_dtypes("float"):
            if not column.startswith(("share", "observed", "estimate", "mean")):
                continue
            for n in persons:
                rows = table[[column, n]].apply(pd.to_numeric, errors="coerce").dropna()
                asked += len(rows)
                if found := int(pinned(rows[column], rows[n]).sum()):
                    given_away[name, column, n] = found
    assert asked > 3000
    assert given_away == {}


@pytest.mark.parametrize(("n", "schools", "part"), [(36, 6, 3), (24, 3, 2), (36, 6, 12)])
def test_a_share_that_is_one_of_the_schools_too_is_judged_by_its_persons(n: int, schools: int, part: int) -> None:
    # 3 / 36 is half a sixth, 2 / 24 a quarter of a third: a mean of halves or twelfths over the schools, by accident
    columns = {"group": ["a", "b"], "n": [n, 222], "n_schools": [schools, 7], "share": [part / n, 100 / 222]}
    gated = suppress(pd.DataFrame(columns), {"n": ["share"], "n_schools": ["share"]}, PROFILES["default"]).frame
    # 12 of 33 to 37 is .32 to .36: in steps of 2 / 33 at least it is .3.
    assert gated["share"].fillna(-1).iloc[0] == (-1 if part < 10 else 0.3)


def test_a_number_without_end_is_no_count() -> None:
    with pytest.raises(DisclosureError, match="no whole number"):
        suppress(pd.DataFrame({"group": ["a", "b"], "n": [np.inf, 40]}), ["n"], PROFILES["default"])


@pytest.mark.parametrize(
    ("each", "told"),
    [
        (1, [1235, 25, 1210]),  # a row is a pupil: 1,234 - 23 = 1,211
        (2, [2470, 45, 2420]),  # two rows a pupil: 2,468 - 46 = 2,422
        (0.5, [615, 10, 605]),  # a row of two pupils: 617 - 11 = 606
    ],
)
def test_rows_of_an_account_are_rounded_as_pupils_are(workspace: Workspace, each: float, told: list[int]) -> None:
    step = {"step": "all", "reason": "why"}
    for side, n in (("in", 1234), ("out", 23), ("kept", 1211)):
        rows = int(n * each) if side != "kept" else step["rows_in"] - step["rows_out"]
        step |= {
            f"rows_{side}": rows,
            f"pupils_{side}": n,
            f"pupils4_{side}": n,
            f"schools_{side}": 7 * (side != "out"),
        }
    Chapter(workspace).account("accounting", pd.DataFrame([step]), caption="Who leaves")
    (written,) = pd.read_csv(workspace.write / "tables/segregation/accounting.csv").to_dict("records")
    assert [written[f"pupils_{side}"] for side in ("in", "out", "kept")] == [1235, 25, 1210]
    assert [written[f"rows_{side}"] for side in ("in", "out", "kept")] == told


@pytest.mark.parametrize("columns", [33, 70])
def test_of_a_table_with_many_count_columns_every_share_has_few_digits(columns: int) -> None:
    """As many as a cross-table may have columns: more than NumPy chooses among."""
    frame = pd.DataFrame({f"n_{column}": [211 + 7 * column, 307 + 11 * column] for column in range(columns)})
    last = f"n_{columns - 1}"
    frame["share"] = 101 / frame[last]
    gated = suppress(frame, {name: (["share"] if name == last else []) for name in frame if name != "share"}, DEFAULT)
    assert (gated.frame["share"] - frame["share"]).abs().between(0, 0.01, inclusive="right").all()
