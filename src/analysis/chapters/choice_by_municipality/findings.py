"""What the chapter on the choice of a school in every municipality finds, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

import pandas as pd

from analysis.language import Text, joined, term, text
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import as_rows, frame, number_of, one, where_known
from analysis.publish.tables import number
from analysis.publish.units import Row

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
    rows = [
        *where_known(
            _covered(account),
            _fall(mean, from_km, to_km),
            _spread(mean, spread, from_km, to_km),
            _density(one(estimates, model="density", term="log2_density"), others, from_km, to_km),
            _weging(one(estimates, model="density", term="sd_schoolweging"), others, from_km, to_km),
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
        times = {name: exp(mean[name] * (to_km - from_km)) for name in ("estimate", "ci_low", "ci_high")}
        yield (
            "fall",
            say(
                "fall",
                near_km=_km(from_km),
                far_km=_km(to_km),
                times=number(times["estimate"], 1),
                low=number(times["ci_low"], 1),
                high=number(times["ci_high"], 1),
            ),
            number_of(mean["n_obs"]),
            MUNICIPALITIES,
        )


def _spread(mean: Row | None, spread: pd.DataFrame, from_km: float, to_km: float) -> Iterator[Finding]:
    found = [row for row in as_rows(spread.dropna(subset=["tau", "tau_low", "tau_high"])) if row["model"] == "mean"]
    if not (mean and found):
        return
    tau = found[0]["tau"]
    if found[0]["tau_low"] > 0:
        low, high = (exp((mean["estimate"] + sign * tau) * (to_km - from_km)) for sign in (-1, 1))
        sentence = say(
            "municipalities_differ", near_km=_km(from_km), far_km=_km(to_km), low=number(low, 1), high=number(high, 1)
        )
    else:
        sentence = say("municipalities_alike", high=number(found[0]["tau_high"], 2))
    yield "spread", sentence, number_of(found[0]["n_obs"]), MUNICIPALITIES


def _density(row: Row | None, others: pd.DataFrame, from_km: float, to_km: float) -> Iterator[Finding]:
    if not row:
        return
    values = _values(row, from_km, to_km)
    if row["ci_low"] <= 0 <= row["ci_high"]:
        sentence = say("density_unclear", **values)
    elif row["estimate"] > 0:
        sentence = say("density_faster", **values)
    else:
        sentence = say("density_slower", **values)
    sentence = joined(" ", (sentence, _elsewhere(row, others, from_km, to_km)))
    yield "density", sentence, number_of(row["n_obs"]), MUNICIPALITIES


def _weging(row: Row | None, others: pd.DataFrame, from_km: float, to_km: float) -> Iterator[Finding]:
    if not row:
        return
    values = _values(row, from_km, to_km)
    if row["ci_low"] <= 0 <= row["ci_high"]:
        sentence = say("weging_unclear", **values)
    elif row["estimate"] > 0:
        sentence = say("weging_faster", **values)
    else:
        sentence = say("weging_slower", **values)
    yield (
        "spread_of_schoolweging",
        joined(" ", (sentence, _elsewhere(row, others, from_km, to_km))),
        number_of(row["n_obs"]),
        MUNICIPALITIES,
    )


def _values(row: Row, from_km: float, to_km: float) -> dict[str, str]:
    ends = (row["ci_low"], row["ci_high"])
    if ends[1] < 0:  # the words give the direction, and the interval turns with it
        ends = (-ends[1], -ends[0])
    values = {"estimate": row["estimate"], "size": abs(row["estimate"]), "low": ends[0], "high": ends[1]}
    return {"near_km": _km(from_km), "far_km": _km(to_km), **{name: number(value, 2) for name, value in values.items()}}


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
        yield (
            "distances",
            say(
                "distances",
                modelled=number(modelled["estimate"], 2),
                low=number(modelled["ci_low"], 2),
                high=number(modelled["ci_high"], 2),
                straight=number(straight["estimate"], 2),
            ),
            number_of(modelled["n_obs"]),
            SCHOOLS,
        )


def _postcodes(means: pd.DataFrame) -> Iterator[Finding]:
    known = {row["urbanicity"]: row for row in as_rows(means.dropna(subset=["published_to_straight"]))}
    if {URBAN, RURAL, "all"} <= set(known):
        yield (
            "postcode_points",
            say(
                "postcode_points",
                urban=number(known[URBAN]["published_to_straight"], 2),
                rural=number(known[RURAL]["published_to_straight"], 2),
            ),
            number_of(known["all"]["schools"]),
            SCHOOLS,
        )


def _km(distance: float) -> str:
    return number(distance, 0 if distance == number_of(distance) else 1)
