"""Moments of the M- and E-tests, to compare with published figures.

Growth is the change in national percentile between the M- and the E-test of a year. The composite is, as in the
benchmark, the mean of those of lezen, rekenen and spelling in which a pupil has both results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from analysis.errors import ModelError, Reason
from analysis.synthetic.learning import analysed
from analysis.synthetic.learning_truth import CLOSURE_YEAR, SCHOOL_YEARS, YEARS
from analysis.synthetic.once import once_per_frame

Frames = Mapping[str, pd.DataFrame]
Moment = Callable[[Frames], float]

COMPOSITE = ("lezen", "rekenen", "spelling")
PERCENTILES = ["m_percentile", "e_percentile", "prior_percentile"]
PNAS_COLUMNS = ["growth", "closure", "year", "days"]
TRAITS = {"laag": ("education", "laag"), "girls": ("sex", "v")}
PRIOR = ("bottom", "middle")
CONTROL, CLOSED = YEARS[:-1], (CLOSURE_YEAR,)


def growth_rows(frames: Frames, subject: str) -> pd.DataFrame:
    """Select the rows with both results in a subject, or make those of the ``composite``.

    As ``by_pupil_test``, but ``year`` is the first calendar year of the school year, with ``growth`` (percentile
    points), ``days`` between the tests and ``closure`` (0 or 1).
    """
    return _growth_rows(frames["by_pupil_test"], subject)


@once_per_frame
def _growth_rows(frame: pd.DataFrame, subject: str) -> pd.DataFrame:
    rows = _analysed(frame)
    rows = rows.assign(days=rows["e_day"] - rows["m_day"])
    rows = _composite(rows) if subject == "composite" else rows[rows["subject"] == subject]
    return rows.assign(
        growth=rows["e_percentile"] - rows["m_percentile"],
        closure=(rows["year"] == CLOSURE_YEAR).astype(float),
    )


@once_per_frame
def _analysed(frame: pd.DataFrame) -> pd.DataFrame:
    # Categories: every selection from these rows would copy their text otherwise.
    rows = analysed(frame.astype(dict.fromkeys(frame.columns[frame.dtypes == "str"], "category")))
    year = rows["year"].map(dict(zip(SCHOOL_YEARS, YEARS, strict=True)))
    return rows.assign(year=year.astype(np.int64))


def pnas_design(rows: pd.DataFrame, *interactions: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Regress growth on the closure year, the year and the days between the tests (least squares).

    `rows` are those of `growth_rows`; year and days are standardised over them. Each interaction, a named 0/1 column,
    enters as such and times the closure year (``closure:<name>``). Returns the coefficients in percentile points, by
    term (``intercept, closure, year, days`` and the interactions), and the residuals. A year that does not vary is
    left out.
    """
    terms = {"intercept": 1.0, "closure": rows["closure"], "year": _std(rows["year"]), "days": _std(rows["days"])}
    if rows["year"].nunique() == len(CLOSED) + 1:
        del terms["year"]  # one control year: the year says what the closure says
    for column in interactions:
        terms |= {str(column.name): column.astype(float), f"closure:{column.name}": column * rows["closure"]}
    X = pd.DataFrame(terms, index=rows.index)
    coefficients, _, rank, _ = np.linalg.lstsq(X.to_numpy(), rows["growth"].to_numpy(), rcond=None)
    if rank < X.shape[1]:
        raise ModelError(
            f"growth on {', '.join(X.columns)}: too few pupils or schools to tell the terms apart", Reason.COLLINEAR
        )
    return pd.Series(coefficients, index=X.columns), rows["growth"] - X.to_numpy() @ coefficients


def _composite(rows: pd.DataFrame) -> pd.DataFrame:
    parts = rows[rows["subject"].isin(COMPOSITE)]
    grouped = parts.groupby(["pupil", "year"])
    means = grouped[[*PERCENTILES, "days"]].mean()
    # Without the prior test in a subject the prior would be one of another composite.
    means["prior_percentile"] = means["prior_percentile"].where(grouped["prior_percentile"].count() == grouped.size())
    first = parts.drop_duplicates(["pupil", "year"]).drop(columns=[*PERCENTILES, "days"])
    return first.merge(means, left_on=["pupil", "year"], right_index=True).assign(subject="composite")


def _std(column: pd.Series) -> pd.Series:
    return (column - column.mean()) / column.std()


def _coefficient(frames: Frames, subject: str, term: str) -> float:
    return float(_plain(growth_rows(frames, subject))[0][term])


@once_per_frame
def _plain(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    return pnas_design(rows)


def _by_groep(frames: Frames, subject: str, groep: int) -> float:
    rows = growth_rows(frames, subject)
    return float(pnas_design(rows.loc[rows["groep"] == groep, PNAS_COLUMNS])[0]["closure"])


def _one_control_year(frames: Frames) -> float:
    rows = growth_rows(frames, "composite")
    return float(pnas_design(rows.loc[rows["year"] >= CLOSURE_YEAR - 1, PNAS_COLUMNS])[0]["closure"])


def _less_for(frames: Frames, name: str) -> float:
    """Compute how much more (negative) or less the closure took on the composite from a group than from the others."""
    rows = growth_rows(frames, "composite")
    return float(_by_prior(rows)[f"closure:{name}"] if name in PRIOR else _by_trait(rows, name))


def _by_trait(rows: pd.DataFrame, name: str) -> float:
    column, value = TRAITS[name]
    rows = rows.loc[rows[column] != "onbekend", [*PNAS_COLUMNS, column]]
    return float(pnas_design(rows, (rows[column] == value).rename(name))[0][f"closure:{name}"])


@once_per_frame
def _by_prior(rows: pd.DataFrame) -> pd.Series:
    """Coefficients by third of the percentile of the year before; the top third is the reference."""
    rows = rows.loc[rows["prior_percentile"].notna(), [*PNAS_COLUMNS, "prior_percentile"]]
    third = pd.qcut(rows["prior_percentile"], 3, labels=[*PRIOR, "top"])
    return pnas_design(rows, *((third == part).rename(part) for part in PRIOR))[0]


def _root_mean_square(frames: Frames, subject: str) -> float:
    return float(np.sqrt((_plain(growth_rows(frames, subject))[1] ** 2).mean()))


def _mean_growth(frames: Frames, subject: str, year: int) -> float:
    rows = growth_rows(frames, subject)
    return float(rows.loc[rows["year"] == year, "growth"].mean())


def _correlation(frames: Frames, first: str, second: str, years: tuple[int, ...]) -> float:
    rows = growth_rows(frames, "composite")
    rows = rows.loc[rows["year"].isin(years) & rows["prior_percentile"].notna(), [first, second]]
    return float(rows[first].corr(rows[second]))


def _m_sd(frames: Frames, subject: str) -> float:
    return float(growth_rows(frames, subject)["m_percentile"].std())


def _m_mean(frames: Frames, *education: str) -> float:
    rows = growth_rows(frames, "composite")
    return float(rows.loc[rows["education"].isin(education), "m_percentile"].mean())


def _girls_ahead(frames: Frames, subject: str) -> float:
    by_sex = growth_rows(frames, subject).groupby("sex")["m_percentile"].mean()
    return float(by_sex["v"] - by_sex["m"])


def _between_schools(frames: Frames, part: str) -> float:
    return _variances(growth_rows(frames, "composite"))[part]


@once_per_frame
def _variances(rows: pd.DataFrame) -> dict[str, float]:
    """Compute variance components of growth by moments: random intercept and closure per school."""
    left = _plain(rows)[1]
    cells = left.groupby([rows["location"], rows["closure"]]).agg(["mean", "var", "size"]).query("size > 1")
    residual = float(((cells["size"] - 1) * cells["var"]).sum() / (cells["size"] - 1).sum())
    cells = cells.assign(noise=residual / cells["size"]).reset_index()
    means, noise = (
        cells.pivot_table(index="location", columns="closure", values=value).dropna() for value in ("mean", "noise")
    )
    slope = (means[1.0] - means[0.0]).var() - noise.sum(axis=1).mean()
    intercept = means[0.0].var() - noise[0.0].mean()
    return {"residual": residual, "slope_sd": float(np.sqrt(max(slope, 0.0))), "intercept": float(intercept)}


def _both_results(frames: Frames, subject: str, year: str) -> float:
    rows = frames["by_pupil_test"]
    rows = rows.loc[
        (rows["subject"] == subject) & (rows["year"] == year), ["m_score", "e_score", "consent", "adaptive"]
    ]
    return len(analysed(rows)) / len(rows)


def _composite_missing(frames: Frames, years: tuple[str, ...]) -> float:
    """Compute the share of pupils in groep 4-7 at schools with consent who lack both results in every subject."""
    rows = frames["by_pupil_test"]
    tested = rows["year"].isin(years) & rows["subject"].isin(COMPOSITE) & rows["consent"] & ~rows["adaptive"]
    rows = rows.loc[tested, ["pupil", "year", "m_score", "e_score"]]
    some = rows["m_score"].notna() & rows["e_score"].notna()
    return float(1 - some.groupby([rows["pupil"], rows["year"]]).any().mean())


def _growth_on_year_before(frames: Frames, subject: str, groep: int) -> float:
    """Compute growth in 2019/20 minus that in 2018/19, in standard deviations of growth in 2018/19 (skill score)."""
    rows = growth_rows(frames, subject)
    rows = rows.loc[rows["groep"] == groep, ["year", "m_score", "e_score"]]
    growth = (rows["e_score"] - rows["m_score"]).groupby(rows["year"])
    mean, (before, closed) = growth.mean(), YEARS[-2:]
    return float((mean[closed] - mean[before]) / growth.std()[before])


def _moments() -> dict[str, Moment]:
    moments: dict[str, Moment] = {}
    for name in ("composite", *COMPOSITE):
        for term in ("intercept", "closure", "year", "days"):
            moments[f"learning_{term}_{name}"] = partial(_coefficient, subject=name, term=term)
        for year in YEARS:
            moments[f"learning_growth_{name}_{year}"] = partial(_mean_growth, subject=name, year=year)
        moments[f"learning_m_sd_{name}"] = partial(_m_sd, subject=name)
        moments[f"learning_rmse_{name}"] = partial(_root_mean_square, subject=name)
    for subject, groepen in {"rekenen": (4, 5, 6, 7), "dmt": (4,), "lezen": (5, 6, 7)}.items():
        for groep in groepen:
            moments[f"learning_closure_{subject}_{groep}"] = partial(_by_groep, subject=subject, groep=groep)
    for name in ("laag", "girls", "middle", "bottom"):
        moments[f"learning_closure_more_{name}"] = partial(_less_for, name=name)
    return moments


PAIRS = {
    "m_e": ("m_percentile", "e_percentile"),
    "m_growth": ("m_percentile", "growth"),
    "prior_m": ("prior_percentile", "m_percentile"),
    "prior_e": ("prior_percentile", "e_percentile"),
    "prior_growth": ("prior_percentile", "growth"),
}

MOMENTS: dict[str, Moment] = {
    **_moments(),
    "learning_closure_one_control_year": _one_control_year,
    **{
        f"learning_corr_{pair}_{when}": partial(_correlation, first=first, second=second, years=years)
        for pair, (first, second) in PAIRS.items()
        for when, years in {"control": CONTROL, "closure": CLOSED}.items()
    },
    "learning_m_laag": lambda frames: _m_mean(frames, "laag"),
    "learning_m_middelbaar_hoog": lambda frames: _m_mean(frames, "middelbaar", "hoog"),
    "learning_girls_ahead_lezen": partial(_girls_ahead, subject="lezen"),
    "learning_girls_ahead_rekenen": partial(_girls_ahead, subject="rekenen"),
    "learning_school_slope_sd": partial(_between_schools, part="slope_sd"),
    "learning_school_intercept_variance": partial(_between_schools, part="intercept"),
    "learning_residual_variance": partial(_between_schools, part="residual"),
    "learning_both_lezen_2018": partial(_both_results, subject="lezen", year="2018/19"),
    "learning_both_lezen_2019": partial(_both_results, subject="lezen", year="2019/20"),
    "learning_both_rekenen_2018": partial(_both_results, subject="rekenen", year="2018/19"),
    "learning_composite_missing_control": partial(_composite_missing, years=SCHOOL_YEARS[:-1]),
    "learning_composite_missing_closure": partial(_composite_missing, years=SCHOOL_YEARS[-1:]),
    "learning_same_growth_lezen_7": partial(_growth_on_year_before, subject="lezen", groep=7),
}
