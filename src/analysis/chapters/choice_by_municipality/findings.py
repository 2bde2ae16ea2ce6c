"""What the chapter on the choice of a school in every municipality finds, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

import numpy as np
import pandas as pd

from analysis.language import Text, joined, term, text
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import as_rows, frame, number_of, one, where_known
from analysis.publish.tables import number
from analysis.publish.units import ENDS, Row, direction, log_points

say = sentences_beside(__file__)

Finding = tuple[str, str, int, str]
MUNICIPALITIES, SCHOOLS = "municipalities", "schools"
URBAN, RURAL = "very strongly urban", "not urban"


def choice_by_municipality(
    account: pd.DataFrame,
    estimates: pd.DataFrame,
    others: pd.DataFrame,
    spread: pd.DataFrame,
    correlations: pd.DataFrame,
    means: pd.DataFrame,
    *,
    from_km: float,
    to_km: float,
) -> pd.DataFrame:
    """Say how far attendance falls with distance, where more, and how near the model's distances are to real ones.

    Parameters
    ----------
    account, estimates, others, spread, correlations, means
        The chapter's tables (`others`: between other distances), as the gate let them through; a finding that rests on
        a withheld number is left out.
    from_km, to_km : The distances between which attendance falls.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    mean = one(estimates, model="mean", term="intercept")
    terms = {name: one(estimates, model="density", term=name) for name in ("log2_density", "sd_schoolweging")}
    rows = [
        *where_known(
            _covered(account),
            _fall(mean, from_km, to_km),
            _spread(mean, spread, from_km, to_km),
            _density(terms["log2_density"], others, from_km, to_km),
            _weging(terms["sd_schoolweging"], others, from_km, to_km),
            _distances(one(correlations, model="log", term="expected_published"), correlations),
            _postcodes(means),
        )
    ]
    return frame(rows)


def _covered(account: pd.DataFrame) -> Iterator[Finding]:
    known = {row["outcome"]: row for row in as_rows(account)}
    row = known.pop("estimated", None)
    if row and not pd.isna(row["share"]):
        counts = ({"why": term(why), "municipalities": number_of(of["municipalities"])} for why, of in known.items())
        without = joined(", ", (Text("{why} ({municipalities})", values) for values in counts))
        covered = say(
            "covered",
            municipalities=number_of(row["municipalities"]),
            all_municipalities=number_of(account["municipalities"].sum()),
            share=row["share"],
        )
        others = text("The others have none: {reasons}.", reasons=without) if without else ""
        yield "covered", joined(" ", (covered, others)), number_of(row["municipalities"]), MUNICIPALITIES


def _fall(mean: Row | None, from_km: float, to_km: float) -> Iterator[Finding]:
    if mean:
        low, high = (number(exp(mean[end] * (to_km - from_km)), 1) for end in ("ci_low", "ci_high"))
        sentence = say(
            ("fall_none", "fall", "fall_reversed")[direction(mean)],
            estimate=number(mean["estimate"], 2),
            low=low,
            high=high,
            **_mean(mean, from_km, to_km),
        )
        yield "fall", sentence, number_of(mean["n_obs"]), MUNICIPALITIES


def _mean(mean: Row, from_km: float, to_km: float) -> dict[str, str]:
    """Write between which distances attendance falls, and how many times it is larger at the nearer one."""
    times = exp(mean["estimate"] * (to_km - from_km))
    return {"near_km": _km(from_km), "far_km": _km(to_km), "times": number(times, 1)}


def _spread(mean: Row | None, spread: pd.DataFrame, from_km: float, to_km: float) -> Iterator[Finding]:
    found = [row for row in as_rows(spread.dropna(subset=["tau", "tau_low", "tau_high"])) if row["model"] == "mean"]
    if not (mean and found):
        return
    tau, values = found[0]["tau"], _mean(mean, from_km, to_km)
    if found[0]["tau_low"] > 0:
        low, high = (exp((mean["estimate"] + sign * tau) * (to_km - from_km)) for sign in (-1, 1))
        ends = {"low": number(low, 1), "high": number(high, 1), "tau": number(tau, 3)}
        sentence = say("municipalities_differ", **ends, **values)
    else:
        sentence = say("municipalities_alike", most=number(found[0]["tau_high"], 3), **values)
    yield "spread", sentence, number_of(found[0]["n_obs"]), MUNICIPALITIES


def _density(row: Row | None, others: pd.DataFrame, from_km: float, to_km: float) -> Iterator[Finding]:
    if row:
        said = say(
            ("density_unclear", "density_faster", "density_slower")[direction(row)], **_ratio(row, from_km, to_km)
        )
        words = joined(" ", (said, _elsewhere(row, others, from_km, to_km)))
        yield "density", words, number_of(row["n_obs"]), MUNICIPALITIES


def _weging(row: Row | None, others: pd.DataFrame, from_km: float, to_km: float) -> Iterator[Finding]:
    if row:
        said = say(("weging_unclear", "weging_faster", "weging_slower")[direction(row)], **_ratio(row, from_km, to_km))
        words = joined(" ", (said, _elsewhere(row, others, from_km, to_km)))
        yield "spread_of_schoolweging", words, number_of(row["n_obs"]), MUNICIPALITIES


def _ratio(row: Row, from_km: float, to_km: float) -> dict[str, str]:
    """Write what a term makes of the ratio between attendance at the two distances: how much larger, in per cent.

    Without a sign where the words say that it is smaller.
    """
    turned = -1 if direction(row) < 0 else 1
    size, *ends = (turned * log_points(row[end] * (to_km - from_km)) for end in ENDS)
    numbers = (size, *sorted(ends))
    return {
        "near_km": _km(from_km),
        "far_km": _km(to_km),
        "estimate": number(row["estimate"], 2),
        **{name: number(each, 1) for name, each in zip(("size", "low", "high"), numbers, strict=True)},
    }


def _elsewhere(row: Row, others: pd.DataFrame, from_km: float, to_km: float) -> str:
    """Say between how many other pairs of distances the same term goes with a faster or slower fall."""
    known = others[others["term"] == row["term"]].dropna(subset=["ci_low", "ci_high"])
    known = known[(known["from_km"] != from_km) | (known["to_km"] != to_km)]
    if known.empty:
        return ""
    return say(
        "other_distances",
        distances=len(known),
        faster_distances=number_of((known["ci_low"] > 0).sum()),
        slower_distances=number_of((known["ci_high"] < 0).sum()),
    )


def _distances(modelled: Row | None, correlations: pd.DataFrame) -> Iterator[Finding]:
    straight = one(correlations, model="log", term="straight_published")
    if modelled and straight:
        less, more = (a["ci_high"] < b["ci_low"] for a, b in ((modelled, straight), (straight, modelled)))
        names = ("modelled", "low", "high"), ("straight", "straight_low", "straight_high")
        values = {
            name: number(row[end], 2)
            for row, of_row in zip((modelled, straight), names, strict=True)
            for name, end in zip(of_row, ENDS, strict=True)
        }
        sentence = say("distances_less" if less else "distances_more" if more else "distances_alike", **values)
        yield "distances", sentence, number_of(modelled["n_obs"]), SCHOOLS


def _postcodes(means: pd.DataFrame) -> Iterator[Finding]:
    known = {row["urbanicity"]: row for row in as_rows(means.dropna(subset=["published_to_straight"]))}
    if {URBAN, RURAL, "all"} <= set(known):
        urban, rural = (known[where]["published_to_straight"] for where in (URBAN, RURAL))
        side = int(np.sign(round(100 * urban) - round(100 * rural)))
        sentence = say(
            ("postcode_points_alike", "postcode_points_longer", "postcode_points_shorter")[side],
            urban=number(urban, 2),
            rural=number(rural, 2),
        )
        yield "postcode_points", sentence, number_of(known["all"]["schools"]), SCHOOLS


def _km(distance: float) -> str:
    return number(distance, 0 if distance == number_of(distance) else 1)
