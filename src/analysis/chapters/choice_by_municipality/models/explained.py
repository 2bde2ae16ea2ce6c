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

BASE = "moderately urban"  # the class against which the others are told, if there is any municipality in it
OTHER_DISTANCES = ((0.5, 1.0), (0.5, 1.5), (1.0, 2.0), (1.0, 3.0), (2.0, 4.0))
DENSITY, SPREAD = "log2_density", "sd_schoolweging"


@dataclass(frozen=True)
class Explained:
    """Meta-regressions of the fall per km, by name, and what they rest on.

    Parameters
    ----------
    models
        ``mean`` (no terms), ``density`` (log2 of addresses per km2 and the spread of schoolweging), ``urbanicity``
        (classes with more than one municipality, and the spread) and ``unweighted`` (as ``density``, all
        municipalities alike).
    by_municipality
        One row per municipality with an interval: the columns of `flows.described` and its fall per km.
    """

    models: dict[str, MetaRegression]
    by_municipality: pd.DataFrame

    @property
    def estimates(self) -> pd.DataFrame:
        """All coefficients in the one form."""
        return pd.concat([_estimates(found, name) for name, found in self.models.items()], ignore_index=True)

    @property
    def spread(self) -> pd.DataFrame:
        """How far true values differ, and which share of that variance the terms explain, per weighted model."""
        alone = self.models["mean"].tau ** 2
        rows = [
            {
                "model": name,
                "tau": found.tau,
                "tau_low": found.tau_low,
                "tau_high": found.tau_high,
                "share_explained": max(0.0, 1 - found.tau**2 / alone) if alone > 0 and name != "mean" else np.nan,
                "n_obs": found.n_obs,
                "df_resid": found.df_resid,
            }
            for name, found in self.models.items()
            if name != "unweighted"
        ]
        return pd.DataFrame(rows)

    def line(self, points: int = 60) -> pd.DataFrame:
        """Return the fall per km that density implies at the mean spread of schoolweging, with its interval."""
        known = self.by_municipality
        density = np.geomspace(known["density"].min(), known["density"].max(), points)
        terms = pd.DataFrame({DENSITY: np.log2(density), SPREAD: known[SPREAD].mean()})
        return self.models["density"].predicted(terms).assign(density=density)


def _estimates(found: MetaRegression, model: str) -> pd.DataFrame:
    return found.estimates(model, "all", UNITS[FALL]).assign(df=found.df)


def explain(sensitivity: pd.DataFrame, described: pd.DataFrame) -> Explained:
    """Regress the fall per km on density (or urbanicity) and the spread of schoolweging over schools.

    Parameters
    ----------
    sensitivity
        What `sensitivity.sensitivities` tells.
    described
        What `flows.described` tells.
    """
    fall = sensitivity[sensitivity["term"] == FALL].drop(columns=["model", "term"])
    rows = fall.merge(described, left_on="group", right_on="municipality", validate="one_to_one")
    effect, variance = rows["estimate"], rows["std_error"] ** 2
    density = pd.DataFrame({DENSITY: np.log2(rows["density"]), SPREAD: rows[SPREAD]})
    models = {
        "mean": fit_meta(effect, variance, pd.DataFrame(index=rows.index)),
        "density": fit_meta(effect, variance, density),
        "urbanicity": _by_class(rows),
        "unweighted": fit_meta(effect, variance, density, weighted=False),
    }
    return Explained(models, rows)


def _by_class(rows: pd.DataFrame) -> MetaRegression:
    """Regress on classes of urbanicity; a class of a single municipality would have no error, and is left out."""
    kept = rows[rows.groupby("urbanicity")["urbanicity"].transform("size") > 1]
    present = [name for name in (BASE, *URBANICITY) if (kept["urbanicity"] == name).any()]
    others = [name for name in URBANICITY if name in present and name != present[0]]
    classes = pd.DataFrame({name: (kept["urbanicity"] == name).astype(float) for name in others}, index=kept.index)
    return fit_meta(kept["estimate"], kept["std_error"] ** 2, classes.assign(**{SPREAD: kept[SPREAD]}))


def at_other_distances(fitted: Sequence[Fitted], described: pd.DataFrame) -> pd.DataFrame:
    """Ask whether what density explains depends on the distances between which the fall is taken.

    Returns
    -------
    DataFrame
        In the one form: the slopes on density and on the spread of schoolweging for every pair of `OTHER_DISTANCES`,
        with ``from_km, to_km``.
    """
    told = []
    for near, far in OTHER_DISTANCES:
        slopes = _estimates(explain(sensitivities(fitted, near, far), described).models["density"], "density")
        told.append(slopes[slopes["term"].isin([DENSITY, SPREAD])].assign(from_km=near, to_km=far))
    return pd.concat(told, ignore_index=True)


def picture(points: pd.DataFrame, line: pd.DataFrame) -> pd.DataFrame:
    """Put the municipalities and the line of a picture in one frame, ``part`` tells which.

    Parameters
    ----------
    points
        `Explained.by_municipality`.
    line
        `Explained.line`; it rests on all of them.
    """
    shown = points[["municipality", "density", "estimate", "ci_low", "ci_high", "n_obs", "n_clusters"]]
    whole = line.assign(n_obs=shown["n_obs"].sum(), n_clusters=shown["n_clusters"].sum())
    frame = pd.concat([shown.assign(part="municipality"), whole.assign(part="line")], ignore_index=True)
    return frame.astype({"n_obs": "Int64", "n_clusters": "Int64"})


def by_urbanicity(explained: Explained, described: pd.DataFrame) -> pd.DataFrame:
    """Tell per class of urbanicity how many municipalities there are, have an interval, and how far they fall.

    Returns
    -------
    DataFrame
        ``urbanicity, all_municipalities, municipalities`` (with an interval), ``pupils, schools`` (of those),
        ``share_of_pupils`` (those among all of the class), and the mean fall per km (random effects): ``estimate,
        ci_low, ci_high, tau``; missing with fewer than ten municipalities.
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
            found = fit_meta(known["estimate"], known["std_error"] ** 2, pd.DataFrame(index=known.index))
            told = _estimates(found, "mean").iloc[0]
            row |= {name: told[name] for name in ("estimate", "ci_low", "ci_high")} | {"tau": found.tau}
        rows.append(row)
    return pd.DataFrame(rows)
