"""What the chapter on reference levels finds, in sentences; which one follows from sign and interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from scipy.stats import binom

from analysis.chapters.school_levels.models.latent import GAP, LATENT, SHIFT
from analysis.chapters.school_levels.models.shares import BELOW, BETWEEN, TARGET
from analysis.chapters.school_levels.models.spread import KNOWN, MIDDLE, SUMMED
from analysis.language import End, term
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import Finding, as_rows, frame, number_of, one, where_known
from analysis.publish.units import ENDS, OF_SHARES, direction
from analysis.reference_levels import SUBJECTS

say = sentences_beside(__file__)

Row = Mapping[str, Any]
SCHOOLS, PUPILS = "schools", "pupils"
TAIL = 0.025
FEWEST_MASKED = 0.005
"""Part of the rows with a masked count that would be written as 0%."""


def school_levels(
    *,
    contrasts: pd.DataFrame,
    spread: pd.DataFrame,
    apart: pd.DataFrame,
    luck: pd.DataFrame,
    outside: pd.DataFrame,
    masked: pd.DataFrame,
) -> pd.DataFrame:
    """Say what goes with schoolweging, what moved, how far schools lie apart and what masking costs.

    Parameters
    ----------
    contrasts, spread, apart, luck, outside, masked : The chapter's tables, gated.

    Returns
    -------
    DataFrame
        One row per finding, as `publish.findings.frame` makes them; none about a withheld number.
    """
    return frame(
        where_known(
            *(_moved(contrasts, subject, kind) for kind in (GAP, SHIFT) for subject in SUBJECTS),
            _cuts(contrasts),
            *(_apart(apart, spread, subject) for subject in SUBJECTS),
            _masked(spread, masked),
            *(_luck(luck, subject) for subject in SUBJECTS),
            *(_outside(outside, subject) for subject in SUBJECTS),
        )
    )


def _moved(contrasts: pd.DataFrame, subject: str, kind: str) -> Iterator[Finding]:
    """Say the gap or shift of a subject; its direction only where the interval of the latent scale excludes zero."""
    latent, target, below = (one(contrasts, model=scale, group=subject, term=kind) for scale in (LATENT, TARGET, BELOW))
    if not (latent and target and below):
        return
    sign = direction(latent)
    size, low, high = (abs(latent[end]) if sign else latent[end] for end in ENDS)
    sentence = say(
        ("gap_unclear", "gap_up", "gap_down")[sign]
        if kind == GAP
        else ("shift_unclear", "shift_up", "shift_down")[sign],
        subject=term(subject),
        size=size,
        low=min(low, high),
        high=max(low, high),
        **_points(target, "target", "target_low", "target_high"),
        **_points(below, "below", "below_low", "below_high"),
    )
    yield Finding(f"{kind.split()[0]}_{subject}", sentence, number_of(latent["n_obs"]), PUPILS)


def _points(row: Row, *names: str) -> dict[str, float]:
    """Return an estimate and its interval in percentage points, by the names that a sentence has for them."""
    return {name: OF_SHARES * row[end] for name, end in zip(names, ENDS, strict=True)}


def _cuts(contrasts: pd.DataFrame) -> Iterator[Finding]:
    """Say of the subject with the largest gap whether it differs between the cuts, where both signs are established.

    What the middle share gains the other two lose: where these move against each other, its gap is what they differ.
    """
    known = {}
    for subject in SUBJECTS:
        rows = [one(contrasts, model=scale, group=subject, term=GAP) for scale in (TARGET, BELOW, BETWEEN)]
        found = [row for row in rows if row]
        if len(found) == len(rows) and direction(found[0]) * direction(found[1]) < 0:
            known[subject] = found
    if known:
        subject = max(known, key=lambda name: abs(known[name][0]["estimate"]))
        target, below, between = known[subject]
        values = {
            **_points(target, "target", "target_low", "target_high"),
            **_points(below, "below", "below_low", "below_high"),
            **_points(between, "between", "between_low", "between_high"),
        }
        sentence = say("cuts" if direction(between) else "cuts_alike", subject=term(subject), **values)
        yield Finding(f"cuts_{subject}", sentence, number_of(target["n_obs"]), PUPILS)


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
            tenth=row["tenth"],
            ninetieth=row["ninetieth"],
            tau=tau["estimate"],
            tau_low=tau["ci_low"],
            tau_high=tau["ci_high"],
        )
        yield Finding(f"apart_{subject}", sentence, number_of(row["schools"]), SCHOOLS)


def _masked(spread: pd.DataFrame, masked: pd.DataFrame) -> Iterator[Finding]:
    """Say of the subject where 2.5 for each masked count is furthest from what summing over them gives, below 1F."""
    known: dict[str, list[Row]] = {}
    for name in SUBJECTS:
        rows = (one(spread, model=model, group=name, term=BELOW) for model in (SUMMED, MIDDLE, KNOWN))
        known[name] = [row for row in rows if row]
    known = {name: rows for name, rows in known.items() if len(rows) == len((SUMMED, MIDDLE, KNOWN))}
    part = masked["part"].dropna()
    if not known or not (part >= FEWEST_MASKED).any():
        return
    subject = max(known, key=lambda name: abs(known[name][0]["estimate"] - known[name][1]["estimate"]))
    summed, middle, register = known[subject]
    inside = summed["ci_low"] <= middle["estimate"] <= summed["ci_high"]
    sentence = say(
        "masked_inside" if inside else "masked_outside",
        subject=term(subject),
        part=part.iloc[0],
        summed=summed["estimate"],
        low=End(summed["ci_low"], middle["estimate"]),
        high=End(summed["ci_high"], middle["estimate"]),
        middle=middle["estimate"],
        register=register["estimate"],
    )
    yield Finding("masked", sentence, number_of(summed["n_obs"]), PUPILS)


def _luck(luck: pd.DataFrame, subject: str) -> Iterator[Finding]:
    """Say what part of the variance is of sampling; that anything else is, only where schools are known to differ."""
    own = luck[(luck["outcome"] == TARGET) & (luck["subject"] == subject)]
    rows = as_rows(own.dropna(subset=["luck", "ci_low", "ci_high"]).sort_values("averaged"))
    if rows:
        first, last = rows[0], rows[-1]
        ends = {"low": End(first["ci_low"], 1.0), "high": End(first["ci_high"], 1.0)}
        words: dict[str, Any] = {"subject": term(subject), "part": first["luck"], **ends}
        more = {"averaged": last["luck"], "averaged_low": last["ci_low"], "averaged_high": End(last["ci_high"], 1.0)}
        years = number_of(last["averaged"])
        if first["ci_high"] >= 1:
            sentence = say("luck_unclear", **words)
        else:
            sentence = say("luck", **words, **more, years=years) if years > 1 else say("luck_once", **words)
        yield Finding(f"luck_{subject}", sentence, number_of(first["schools"]), SCHOOLS)


def _outside(outside: pd.DataFrame, subject: str) -> Iterator[Finding]:
    """Say of a subject whether more schools lie outside limits of luck than luck puts there."""
    known = outside[(outside["outcome"] == TARGET) & (outside["subject"] == subject)]
    for row in as_rows(known.dropna(subset=["expected", "observed", "freed", "schools"])):
        schools = number_of(row["schools"])
        more = binom.sf(round(row["observed"] * schools) - 1, schools, row["expected"]) < TAIL
        parts = {name: row[name] for name in ("observed", "expected", "freed")}
        sentence = say("outside_more" if more else "outside_luck", subject=term(subject), **parts)
        yield Finding(f"outside_{subject}", sentence, number_of(row["schools"]), SCHOOLS)
