"""Why pupils mind distance more in one municipality than in another: density of addresses and how schools differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.chapters.choice_by_municipality.models.estimation import Fitted
from analysis.chapters.choice_by_municipality.models.flows import URBANICITY
from analysis.chapters.choice_by_municipality.models.sensitivity import FALL, UNITS, sensitivities
from analysis.stats.meta_regression import MetaRegression, fit_meta

BASE = "moderately urban"  # the class with which the others are compared, if there is any municipality in it
OTHER_DISTANCES = ((0.5, 1.0), (0.5, 1.5), (1.0, 2.0), (1.0, 3.0), (2.0, 4.0))
DENSITY, SD_SCHOOLWEGING = "log2_density", "sd_schoolweging"
LINE_POINTS = 60


@dataclass(frozen=True)
class Explained:
    """Meta-regressions of the fall per km, by name, and what they rest on.

    Parameters
    ----------
    models
        ``mean`` (no terms), ``density`` (log2 of addresses per km2 and the standard deviation of schoolweging),
        ``urbanicity`` (classes with more than one municipality, and that standard deviation) and ``unweighted`` (as
        ``density``, all municipalities alike).
    by_municipality : One row per municipality with an interval: the columns of `flows.described` and its fall per km.
    """

    models: dict[str, MetaRegression]
    by_municipality: pd.DataFrame

    @property
    def estimates(self) -> pd.DataFrame:
        """All coefficients as tidy estimates."""
        return pd.concat([_estimates(fit, name) for name, fit in self.models.items()], ignore_index=True)

    @property
    def heterogeneity(self) -> pd.DataFrame:
        """How far true values differ, and which share of that variance the terms explain, per weighted model."""
        alone = self.models["mean"].tau ** 2
        rows = [
            {
                "model": name,
                "tau": fit.tau,
                "tau_low": fit.tau_low,
                "tau_high": fit.tau_high,
                "share_explained": max(0.0, 1 - fit.tau**2 / alone) if alone > 0 and name != "mean" else np.nan,
                "n_obs": fit.n_obs,
                "df_resid": fit.df_resid,
            }
            for name, fit in self.models.items()
            if name != "unweighted"
        ]
        return pd.DataFrame(rows)

    def line(self) -> pd.DataFrame:
        """Return the fall per km that density implies at the mean of ``sd_schoolweging``, with its interval."""
        known = self.by_municipality
        density = np.geomspace(known["density"].min(), known["density"].max(), LINE_POINTS)
        terms = pd.DataFrame({DENSITY: np.log2(density), SD_SCHOOLWEGING: known[SD_SCHOOLWEGING].mean()})
        return self.models["density"].predicted(terms).assign(density=density)


def _estimates(fit: MetaRegression, model: str) -> pd.DataFrame:
    return fit.estimates(model, "all", UNITS[FALL]).assign(df=fit.df)


def explain(sensitivity: pd.DataFrame, described: pd.DataFrame) -> Explained:
    """Regress the fall per km on density (or urbanicity) and the standard deviation of schoolweging over schools.

    Parameters
    ----------
    sensitivity, described : Of `sensitivity.sensitivities` and of `flows.described`.

    Returns
    -------
    Explained
        The meta-regressions.
    """
    fall = sensitivity[sensitivity["term"] == FALL].drop(columns=["model", "term"])
    rows = fall.merge(described, left_on="group", right_on="municipality", validate="one_to_one")
    effect, variance = rows["estimate"], rows["std_error"] ** 2
    density = pd.DataFrame({DENSITY: np.log2(rows["density"]), SD_SCHOOLWEGING: rows[SD_SCHOOLWEGING]})
    models = {
        "mean": fit_meta(effect, variance, pd.DataFrame(index=rows.index)),
        "density": fit_meta(effect, variance, density),
        "urbanicity": _by_class(rows),
        "unweighted": fit_meta(effect, variance, density, weighted=False),
    }
    return Explained(models, rows)


def _by_class(rows: pd.DataFrame) -> MetaRegression:
    """Regress on classes of urbanicity; a class of a single municipality would have no error, and is left out."""
    rows = rows[rows.groupby("urbanicity")["urbanicity"].transform("size") > 1]
    present = [name for name in (BASE, *URBANICITY) if (rows["urbanicity"] == name).any()]
    others = [name for name in URBANICITY if name in present and name != present[0]]
    classes = pd.DataFrame({name: (rows["urbanicity"] == name).astype(float) for name in others}, index=rows.index)
    terms = classes.assign(**{SD_SCHOOLWEGING: rows[SD_SCHOOLWEGING]})
    return fit_meta(rows["estimate"], rows["std_error"] ** 2, terms)


def at_other_distances(fitted: Sequence[Fitted], described: pd.DataFrame) -> pd.DataFrame:
    """Estimate whether what density explains depends on the distances between which the fall is taken.

    Parameters
    ----------
    fitted, described : Of `estimation.estimate` and of `flows.described`.

    Returns
    -------
    DataFrame
        Tidy estimates: the slopes on density and on the standard deviation of schoolweging for every pair of
        `OTHER_DISTANCES`, with ``from_km, to_km``.
    """
    rows = []
    for near, far in OTHER_DISTANCES:
        slopes = _estimates(explain(sensitivities(fitted, near, far), described).models["density"], "density")
        rows.append(slopes[slopes["term"].isin([DENSITY, SD_SCHOOLWEGING])].assign(from_km=near, to_km=far))
    return pd.concat(rows, ignore_index=True)


def picture(points: pd.DataFrame, line: pd.DataFrame) -> pd.DataFrame:
    """Stack the municipalities and the line of a figure.

    Parameters
    ----------
    points, line : `Explained.by_municipality`, and `Explained.line`, which rests on all of them.

    Returns
    -------
    DataFrame
        The rows; ``part`` is ``municipality`` or ``line``.
    """
    shown = points[["municipality", "density", "estimate", "ci_low", "ci_high", "n_obs", "n_clusters"]]
    whole = line.assign(n_obs=shown["n_obs"].sum(), n_clusters=shown["n_clusters"].sum())
    frame = pd.concat([shown.assign(part="municipality"), whole.assign(part="line")], ignore_index=True)
    return frame.astype({"n_obs": "Int64", "n_clusters": "Int64"})


def by_urbanicity(explained: Explained, described: pd.DataFrame) -> pd.DataFrame:
    """Count per class of urbanicity the municipalities with an interval, and average their fall per km.

    Parameters
    ----------
    explained, described : Of `explain` and of `flows.described`.

    Returns
    -------
    DataFrame
        ``urbanicity, all_municipalities, municipalities`` (with an interval), ``pupils, schools`` (of those),
        ``share_of_pupils`` (those among all of the class), and the mean fall per km (random effects): ``estimate,
        ci_low, ci_high, tau``; missing with fewer than two municipalities.
    """
    rows = []
    for name in URBANICITY:
        every, known = (frame[frame["urbanicity"] == name] for frame in (described, explained.by_municipality))
        row = {
            "urbanicity": name,
            "all_municipalities": len(every),
            "municipalities": len(known),
            "pupils": int(known["pupils"].sum()),
            "schools": int(known["schools"].sum()),
            "share_of_pupils": known["pupils"].sum() / every["pupils"].sum() if len(every) else np.nan,
        }
        if len(known) > 1:
            fit = fit_meta(known["estimate"], known["std_error"] ** 2, pd.DataFrame(index=known.index))
            mean = _estimates(fit, "mean").iloc[0]
            row |= {name: mean[name] for name in ("estimate", "ci_low", "ci_high")} | {"tau": fit.tau}
        rows.append(row)
    return pd.DataFrame(rows)
