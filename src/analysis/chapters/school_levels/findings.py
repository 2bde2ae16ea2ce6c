"""What the chapter on reference levels finds, in sentences; which one follows from sign and interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.chapters.school_levels.models.latent import LATENT
from analysis.chapters.school_levels.models.outside import LIMITS
from analysis.chapters.school_levels.models.shares import BELOW, TARGET
from analysis.chapters.school_levels.models.spread import KNOWN, MIDDLE, SUMMED
from analysis.language import term
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import Finding, as_rows, frame, number_of, one, where_known
from analysis.publish.units import ENDS, OF_SHARES, direction
from analysis.reference_levels import SUBJECTS

say = sentences_beside(__file__)

Row = Mapping[str, Any]
SCHOOLS = "schools"
CRITICAL = 1.96


def school_levels(
    *,
    contrasts: pd.DataFrame,
    spread: pd.DataFrame,
    apart: pd.DataFrame,
    luck: pd.DataFrame,
    outside: pd.DataFrame,
    masked: float,
) -> pd.DataFrame:
    """Say what goes with schoolweging, what moved, how far schools lie apart and what masking costs.

    Parameters
    ----------
    contrasts, spread, apart, luck, outside : The chapter's tables, gated.
    masked : Part of the rows of the school file in which a count is masked.

    Returns
    -------
    DataFrame
        One row per finding, as `publish.findings.frame` makes them; none about a withheld number.
    """
    return frame(
        where_known(
            *(_moved(contrasts, subject, kind) for kind in ("gap", "shift") for subject in SUBJECTS),
            _cuts(contrasts),
            *(_apart(apart, spread, subject) for subject in SUBJECTS),
            _masked(spread, masked),
            _luck(luck),
            _outside(outside),
        )
    )


def _moved(contrasts: pd.DataFrame, subject: str, kind: str) -> Iterator[Finding]:
    """Say the gap or shift of a subject; its direction only where the interval of the latent scale excludes zero."""
    latent, target, below = (one(contrasts, model=scale, group=subject, term=kind) for scale in (LATENT, TARGET, BELOW))
    if not (latent and target and below):
        return
    sign, is_gap = direction(latent), kind == "gap"
    size, low, high = (abs(latent[end]) if sign else latent[end] for end in ENDS)
    sentence = say(
        (
            {1: "gap_up", -1: "gap_down", 0: "gap_unclear"}
            if is_gap
            else {1: "shift_up", -1: "shift_down", 0: "shift_unclear"}
        )[sign],
        subject=term(subject),
        size=size,
        low=min(low, high),
        high=max(low, high),
        target=OF_SHARES * target["estimate"],
        target_low=OF_SHARES * target["ci_low"],
        target_high=OF_SHARES * target["ci_high"],
        below=OF_SHARES * below["estimate"],
        below_low=OF_SHARES * below["ci_low"],
        below_high=OF_SHARES * below["ci_high"],
    )
    yield Finding(f"{kind}_{subject}", sentence, number_of(latent["n_clusters"]), SCHOOLS)


def _cuts(contrasts: pd.DataFrame) -> Iterator[Finding]:
    """Say of the subject whose gap differs most between the cuts that it does, of those whose signs are established."""
    known = {}
    for subject in SUBJECTS:
        rows = [one(contrasts, model=scale, group=subject, term="gap") for scale in (LATENT, TARGET, BELOW)]
        sizes = [abs(row["estimate"]) for row in rows if row and direction(row)]
        if len(sizes) == len(rows):
            known[subject] = sizes
    if known:
        subject = max(known, key=lambda name: abs(known[name][1] - known[name][2]))
        size, target, below = known[subject]
        words = {"subject": term(subject), "target": OF_SHARES * target, "below": OF_SHARES * below}
        schools = contrasts.loc[contrasts["group"] == subject, "n_clusters"].iloc[0]
        yield Finding("cuts", say("cuts", size=size, **words), number_of(schools), SCHOOLS)


def _apart(apart: pd.DataFrame, spread: pd.DataFrame, subject: str) -> Iterator[Finding]:
    tau = one(spread, model=SUMMED, group=subject, term=TARGET)
    if not tau:
        return
    known = apart[(apart["subject"] == subject) & (apart["outcome"] == TARGET)].dropna(subset=["tenth", "ninetieth"])
    differ = tau["ci_low"] > 0
    for row in as_rows(known):
        sentence = say(
            "apart" if differ else "apart_unclear",
            subject=term(subject),
            low=row["tenth"],
            high=row["ninetieth"],
            tau=tau["estimate"],
            tau_low=tau["ci_low"],
            tau_high=tau["ci_high"],
        )
        yield Finding(f"apart_{subject}", sentence, number_of(row["schools"]), SCHOOLS)


def _masked(spread: pd.DataFrame, masked: float) -> Iterator[Finding]:
    """Say of the subject where 2.5 for each masked count is furthest from what summing over them gives, below 1F."""
    known: dict[str, list[Row]] = {}
    for name in SUBJECTS:
        rows = (one(spread, model=model, group=name, term=BELOW) for model in (SUMMED, MIDDLE, KNOWN))
        known[name] = [row for row in rows if row]
    known = {name: rows for name, rows in known.items() if len(rows) == len((SUMMED, MIDDLE, KNOWN))}
    if not known:
        return
    subject = max(known, key=lambda name: abs(known[name][0]["estimate"] - known[name][1]["estimate"]))
    summed, middle, register = known[subject]
    inside = summed["ci_low"] <= middle["estimate"] <= summed["ci_high"]
    sentence = say(
        "masked_inside" if inside else "masked_outside",
        subject=term(subject),
        part=masked,
        summed=summed["estimate"],
        low=summed["ci_low"],
        high=summed["ci_high"],
        middle=middle["estimate"],
        register=register["estimate"],
    )
    yield Finding("masked", sentence, number_of(summed["n_clusters"]), SCHOOLS)


def _luck(luck: pd.DataFrame) -> Iterator[Finding]:
    known = luck[luck["outcome"] == TARGET].dropna(subset=["luck"])
    one_year, more = (known[known["averaged"] == years] for years in (1, known["averaged"].max()))
    if one_year.empty:
        return
    sentence = say(
        "luck",
        least=one_year["luck"].min(),
        most=one_year["luck"].max(),
        years=int(more["averaged"].iloc[0]),
        least_averaged=more["luck"].min(),
        most_averaged=more["luck"].max(),
    )
    yield Finding("luck", sentence, number_of(one_year["schools"].min()), SCHOOLS)


def _outside(outside: pd.DataFrame) -> Iterator[Finding]:
    """Say of the subject with most schools outside limits of luck whether more are than luck puts there."""
    known = outside[(outside["outcome"] == TARGET) & (outside["limit"] == LIMITS[0])]
    known = known.dropna(subset=["expected", "observed", "freed", "schools"])
    for row in as_rows(known.sort_values("observed", kind="stable").tail(1)):
        error = np.sqrt(row["expected"] * (1 - row["expected"]) / row["schools"])
        more = row["observed"] - row["expected"] > CRITICAL * error
        parts = {name: row[name] for name in ("observed", "expected", "freed")}
        sentence = say("outside_more" if more else "outside_luck", subject=term(row["subject"]), **parts)
        yield Finding("outside", sentence, number_of(row["schools"]), SCHOOLS)
