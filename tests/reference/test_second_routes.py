"""Headlines of the edition `ci` by a second route: internal tables, pandas, statsmodels, pyfixest; no models of ours.

Every test recomputes published numbers from the rows that the chapter was given, to every published digit. What is
written out here is what docs/methods.md says; nothing of `analysis.stats` is imported.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyfixest
import pytest
import statsmodels.formula.api as smf
from scipy.optimize import minimize
from scipy.stats import norm

HALF = 2.5
"""Half of the widest step in which numbers are published, 1, 2 or 5 units of their last digit."""
OWN_TERMS = pyfixest.ssc(k_fixef="none")
"""Degrees of freedom: the terms written out; effects of schools lie within the clusters and are not counted."""


@pytest.fixture(scope="module")
def internal(ci_edition: Path):
    """The internal tables, by name."""
    return lambda name: pd.read_parquet(ci_edition / "internal" / f"{name}.parquet")


@pytest.fixture(scope="module")
def row(ci_edition: Path):
    """The one published row of a table that has these values."""

    def find(table: str, **values: object) -> pd.Series:
        frame = pd.read_csv(ci_edition / "tables" / f"{table}.csv", keep_default_na=False, na_values=[""])
        for name, value in values.items():
            frame = frame[frame[name].isna() if value is None else frame[name].astype(str) == str(value)]
        assert len(frame) == 1, (table, values, len(frame))
        return frame.iloc[0]

    return find


def ols(frame: pd.DataFrame, formula: str, cluster: str = "location"):
    """Least squares with statsmodels' own clustered errors (CR1) and Student's t."""
    codes = pd.factorize(frame[cluster])[0]
    return smf.ols(formula, frame).fit(cov_type="cluster", cov_kwds={"groups": codes}, use_t=True)


def same(published: pd.Series, estimate: float, std_error: float | None = None) -> None:
    rounds(published["estimate"], estimate)
    if std_error is not None:
        rounds(published["std_error"], std_error)


def rounds(published: float, exact: float) -> None:
    """A number is published in steps of its last digit, as the gate rounds it."""
    last = 10.0 ** Decimal(repr(float(published))).as_tuple().exponent
    assert abs(published - exact) <= HALF * last * (1 + 1e-6)


# --- 02 segregation ---


def test_dissimilarity_of_the_last_year(internal, row):
    """D = half the sum over schools of |a_j / A - b_j / B|: low- against highly educated parents."""
    rows = internal("by_attendance")
    last = rows[rows["year"] == rows["year"].max()]
    by_school = last.pivot_table(index="location", columns="education", values="pupils", aggfunc="sum", fill_value=0)
    shares = by_school / by_school.sum()
    d = (shares["laag"] - shares["hoog"]).abs().sum() / 2
    same(row("segregation/indices_latest", term="dissimilarity_now", characteristic="education"), d)


def test_dissimilarity_if_all_attended_the_nearest_school(internal, row):
    rows = internal("by_attendance")
    last = rows[rows["year"] == rows["year"].max()]
    by_school = last.pivot_table(index="nearest", columns="education", values="pupils", aggfunc="sum", fill_value=0)
    shares = by_school / by_school.sum()
    d = (shares["laag"] - shares["hoog"]).abs().sum() / 2
    same(row("segregation/counterfactuals", term="dissimilarity_nearest", characteristic="education"), d)


# --- 03 school choice ---


def km(lat: np.ndarray, lon: np.ndarray, to_lat: np.ndarray, to_lon: np.ndarray) -> np.ndarray:
    """Great-circle distance by the law of haversines, R = 6371.0088 km."""
    lat, lon, to_lat, to_lon = (np.radians(each) for each in (lat, lon, to_lat, to_lon))
    a = np.sin((to_lat - lat) / 2) ** 2 + np.cos(lat) * np.cos(to_lat) * np.sin((to_lon - lon) / 2) ** 2
    return 2 * 6371.0088 * np.arcsin(np.sqrt(a))


@pytest.mark.parametrize("group", ["hoog_none", "laag_migration", "hoog_migration"])
def test_conditional_logit_of_a_group_of_parents(internal, row, group):
    """The likelihood written out, by Newton's method; errors by the sandwich over postcodes, factor G / (G - 1)."""
    homes, schools, choice = internal("by_situation"), internal("by_choice_school"), internal("by_choice")
    homes, choice = homes[homes["group"] == group], choice[(choice["age"] == 4) & (choice["pupils"] > 0)]
    pairs = choice.merge(homes, on="situation")
    assert (pairs["pupils"] == 1).all()
    attended = schools.reset_index(drop=True)
    home = [pairs[name].to_numpy()[:, None] for name in ("lat", "lon")]
    d = km(*home, attended["lat"].to_numpy(), attended["lon"].to_numpy())
    x = np.stack([d, np.log(d + 0.1), np.broadcast_to(attended["share_hoog"].to_numpy() / 0.1, d.shape)], axis=-1)
    chosen = attended.set_index("location").index.get_indexer(pairs["location"])
    rows = np.arange(len(pairs))

    def moments(b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        v = x @ b
        e = np.exp(v - v.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        return p, np.einsum("ij,ijk->ik", p, x)

    def loss(b: np.ndarray) -> float:
        return float(-np.log(moments(b)[0][rows, chosen]).sum())

    b = minimize(loss, np.zeros(3), method="BFGS").x
    for _ in range(5):  # Newton's method from there, to the last digits
        p, mean = moments(b)
        information = np.einsum("ij,ijk,ijl->kl", p, x, x) - mean.T @ mean
        b = b + np.linalg.solve(information, (x[rows, chosen] - mean).sum(axis=0))
    scores = pd.DataFrame(x[rows, chosen] - mean).groupby(pairs["pc4"].to_numpy()).sum().to_numpy()
    bread = np.linalg.inv(information)
    covariance = bread @ scores.T @ scores @ bread * len(scores) / (len(scores) - 1)
    for number, term in enumerate(["distance_km", "log_distance", "share_hoog"]):
        published = row("school_choice/estimates", group=group, term=term)
        same(published, b[number])
        rounds(published["std_error"], np.sqrt(covariance[number, number]))


# --- 04 learning growth ---


def growth_rows(internal) -> pd.DataFrame:
    """Rows with both results, with consent and not tested adaptively, in the groepen of ci."""
    groepen = {"lezen": (5, 6, 7), "rekenen": (4, 5, 6, 7), "spelling": (4, 5, 6, 7), "dmt": (3, 4)}
    rows = internal("by_pupil_test")
    counted = [groep in groepen[subject] for subject, groep in zip(rows["subject"], rows["groep"], strict=True)]
    known = rows["m_percentile"].notna() & rows["e_percentile"].notna() & rows["consent"] & ~rows["adaptive"]
    rows = rows[known & np.array(counted)].assign(start=lambda r: r["year"].astype(str).str[:4].astype(int))
    return rows.assign(
        growth=rows["e_percentile"] - rows["m_percentile"],
        days=rows["e_day"] - rows["m_day"],
        closure=(rows["start"] == 2019).astype(float),
    )


def pnas(rows: pd.DataFrame):
    """Growth on closure, trend and days, both in standard deviations; errors clustered by school."""
    scales = {name: (rows[name] - rows[name].mean()) / rows[name].std(ddof=0) for name in ("start", "days")}
    scaled = rows.assign(**scales)
    return ols(scaled, "growth ~ closure + start + days")


@pytest.mark.parametrize("subject", ["lezen", "rekenen", "spelling"])
def test_loss_of_growth_in_percentiles(internal, row, subject):
    rows = growth_rows(internal)
    fitted = pnas(rows[rows["subject"] == subject])
    published = row("leergroei/estimates", model="pnas_overall", outcome=subject, term="closure")
    same(published, fitted.params["closure"], fitted.bse["closure"])
    rounds(published["p_value"], fitted.pvalues["closure"])


def test_loss_of_growth_of_the_composite(internal, row):
    """The mean percentile over the subjects in which a pupil has both results in a year."""
    rows = growth_rows(internal)
    parts = rows[rows["subject"].isin(["lezen", "rekenen", "spelling"])]
    means = parts.groupby(["pupil", "start"]).agg(
        growth=("growth", "mean"), days=("days", "mean"), closure=("closure", "first"), location=("location", "first")
    )
    fitted = pnas(means.reset_index())
    published = row("leergroei/estimates", model="pnas_overall", outcome="composite", term="closure")
    same(published, fitted.params["closure"], fitted.bse["closure"])


@pytest.mark.parametrize("subject", ["rekenen", "dmt"])
def test_change_of_standardised_growth(internal, row, subject):
    """Growth in normal scores, standardised on the year before within groep and level; mean of 2019/20 less 2018/19."""
    rows = growth_rows(internal)
    rows = rows[(rows["subject"] == subject) & rows["start"].isin([2018, 2019])]
    rows = rows.assign(growth=norm.ppf(rows["e_percentile"] / 100) - norm.ppf(rows["m_percentile"] / 100))
    before = rows[rows["start"] == 2018].groupby(["groep", "level_m"])["growth"].agg(["mean", "std"])
    joined = rows.join(before, on=["groep", "level_m"])
    fitted = ols(joined.assign(z=(joined["growth"] - joined["mean"]) / joined["std"]), "z ~ closure")
    published = row("leergroei/estimates", model="ois_standardised", outcome=subject, term="closure", by=None)
    same(published, fitted.params["closure"], fitted.bse["closure"])


# --- 05 school advice ---


def advice_rows(internal, outcome: str) -> pd.DataFrame:
    """Pupils in whom the outcome can happen, in years with bijstelling, and the terms of the linear model."""
    rows = internal("by_pupil_advice")
    rows = rows[(rows["year"] >= 2014) & rows["cet"].notna()]
    difference = rows["advice_first"] - (rows["test_advice_low"] + rows["test_advice_high"]) / 2
    low, high = rows["test_advice_low"], rows["test_advice_high"]
    possible, y = {
        "under": (low != low.min(), difference <= -0.5),
        "over": (low != low.max(), difference >= 0.5),
    }[outcome]
    rows = rows.assign(y=y.astype(float), band=low.astype(str) + "-" + high.astype(str))[possible]
    share = rows.groupby("band")["y"].transform("mean")
    rows = rows[(share > 0) & (share < 1)]
    background = rows["background"]
    return rows.assign(
        laag=(rows["education"] == "laag") * 1.0,
        middelbaar=(rows["education"] == "middelbaar") * 1.0,
        onbekend=(rows["education"] == "onbekend") * 1.0,
        western=(background == "western") * 1.0,
        nonwestern=(~background.isin(["none", "western"])) * 1.0,
        low_income=(rows["income"] == "low") * 1.0,
        high_income=(rows["income"] == "high") * 1.0,
        one_parent=rows["one_parent"].astype(float),
        girl=(rows["sex"] == "v") * 1.0,
    )


@pytest.mark.parametrize("outcome", ["under", "over"])
@pytest.mark.parametrize("term", ["laag", "nonwestern", "girl"])
def test_linear_probability_with_school_effects(internal, row, outcome, term):
    rows = advice_rows(internal, outcome)
    terms = "laag + middelbaar + onbekend + nonwestern + western + low_income + high_income + one_parent + girl"
    fitted = pyfixest.feols(
        f"y ~ {terms} + C(band) + C(year) | location", rows, vcov={"CRV1": "location"}, ssc=OWN_TERMS
    )
    published = row("advisering/headline", model=f"{outcome}_lpm_fe", term=term, controls="mutual")
    same(published, fitted.coef()[term], fitted.se()[term])


# --- 06 staffing ---


def panel_of_schools_with_a_score(internal) -> pd.DataFrame:
    """School-years of schools with a score in 2016; eligible: the 15% with the highest score in 2020, ties in."""
    rows = internal("by_location_year")
    score = rows[rows["year"] == 2020].set_index("location")["score_per_pupil"]
    cutoff = score.nlargest(max(1, round(0.15 * len(score)))).iloc[-1]
    base = rows[rows["year"] == 2016].set_index("location")["score_per_pupil"]
    rows = rows[rows["location"].isin(score.index) & (rows["location"].map(base) > 0)]
    eligible = rows["location"].map(score) >= cutoff
    return rows.assign(
        treated_after=(eligible & (rows["year"] >= 2021)).astype(float),
        pupils_per_teacher=rows["pupils"] / rows["teachers_fte"],
        log_wage=np.log(rows["wage"]),
    )


@pytest.mark.parametrize("outcome", ["log_wage", "inflow", "outflow", "hours", "pupils_per_teacher", "shortage"])
def test_toelage_before_and_after(internal, row, outcome):
    """Two-way effects of schools and years by pyfixest, clustered by board."""
    rows = panel_of_schools_with_a_score(internal)
    fitted = pyfixest.feols(
        f"{outcome} ~ treated_after + C(year) | location", rows, vcov={"CRV1": "board"}, ssc=OWN_TERMS
    )
    published = row("staffing/estimates", model="amt_did", outcome=outcome, cluster="board", term="treated_after")
    same(published, fitted.coef()["treated_after"])
    rounds(published["std_error"], fitted.se()["treated_after"])


@pytest.mark.parametrize("where", ["G5", "outside the G5"])
def test_shortage_in_the_last_year(internal, row, where):
    """Fte not filled as a share of employment; schools without any, and with more than 30%."""
    rows = internal("by_location_year")
    last = rows[(rows["year"] == rows["year"].max()) & (rows["g5"] == (where == "G5"))]
    shortage = last["shortage"]
    shares = {
        "mean_employment": np.average(shortage, weights=last["teachers_fte"]),
        "mean_schools": shortage.mean(),
        "zero": (shortage == 0).mean(),
        "above_30": (shortage > 0.3).mean(),
    }
    for outcome, value in shares.items():
        same(row("staffing/shortage_distribution", year=last["year"].max(), category=where, outcome=outcome), value)


# --- 06 teachers ---


def test_traits_of_teachers_by_year(internal, row):
    rows = internal("by_teacher")
    for year, teachers in rows.groupby("year"):
        shares = {
            "fte": teachers["fte"].mean(),
            "scale_L10": (teachers["scale"] == "L10").mean(),
            "in_city": teachers["in_city"].mean(),
            "distance_km": teachers["distance_km"].mean(),
        }
        for outcome, value in shares.items():
            same(row("teachers/traits", outcome=outcome, by="year", category=year), value)


def test_hours_of_teachers(internal, row):
    """Fte on sex, age, background and year together, errors clustered by school."""
    rows = internal("by_teacher")
    nonwestern = ~rows["background"].isin(["none", "western"])
    terms = {
        "man": rows["sex"] == "m",
        "age 35-45": rows["age"].between(35, 45, inclusive="left"),
        "age 45-55": rows["age"].between(45, 55, inclusive="left"),
        "age 55 or more": rows["age"] >= 55,
        "nonwestern": nonwestern,
        "western": rows["background"] == "western",
        "last_year": rows["year"] == rows["year"].max(),
    }
    columns = {f"x{number}": member.astype(float) for number, member in enumerate(terms.values())}
    fitted = ols(rows.assign(**columns), f"fte ~ {' + '.join(columns)}")
    for term, column in zip(terms, columns, strict=True):
        same(row("teachers/hours", term=term), fitted.params[column], fitted.bse[column])
