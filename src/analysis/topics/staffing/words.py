"""The words of the chapter on staffing that charts, tables and sentences share, in the edition's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from analysis.language import term, text
from analysis.publish import units
from analysis.publish.reasons import no_estimate
from analysis.topics.staffing.models.eligibility import UNITS

# That of `stats.panel`; a test compares them.
STANDARD_ERRORS = "clustered (CR1), t with clusters less one degrees of freedom; effects of years count, of schools not"

BINS = "schools"
"""What a bin of schools is called in the picture of the money, as in `oab_pictures`; the rest are lines."""
AT_CUTOFF = "toelage, at the cut-off"
MIRROR = "retention"  # of who left: not stated twice


def outcomes() -> Mapping[str, str]:
    """Name every outcome, in the order of tables and charts."""
    return {
        "log_wage": text("Hourly wage"),
        "inflow": text("Teachers who came"),
        "outflow": text("Teachers who left"),
        "retention": text("Teachers who stayed"),
        "hours": text("Hours per teacher"),
        "pupils_per_teacher": text("Pupils per teacher"),
        "shortage": text("Teacher shortage"),
        "unqualified": text("Unqualified staff"),
        "teachers_per_100": text("Teachers per 100 pupils"),
    }


def axes() -> Mapping[str, str]:
    """Name the unit of a difference in every outcome, for an axis or a cell."""
    along = {outcome: units.shown(unit) for outcome, unit in UNITS.items()}
    # Along an axis a logarithm stays one, a hundred times: its distances are those of the estimates.
    return along | {"log_wage": text("per cent, approximately")}


def measures() -> Mapping[str, str]:
    """Name the measures of the shortage."""
    return {
        "mean_employment": text("Shortage, share of employment"),
        "mean_schools": text("Shortage, mean over schools"),
        "zero": text("Schools without a shortage"),
        "above_30": text("Schools with a shortage above 30%"),
    }


def verdict_labels() -> dict[str, str]:
    """Name the columns of the table of verdicts."""
    return {
        "group": text("comparison"),
        "p_corrected": text("p of an effect, corrected"),
        "p_tost_corrected": text("p of equivalence, corrected"),
        "falls_at": text("falls at drift"),
        "mde": text("smallest detectable effect"),
        "power_at_margin": text("power at the margin"),
    }


def word(code: str) -> str:
    """Return a code of the data, or several with commas between, in the edition's language."""
    return ", ".join(term(part) for part in code.split(", "))


def errors_note(estimates: pd.DataFrame | None = None) -> str:
    """State the convention of standard errors, and why some rows have no estimate, for the note under a table."""
    note = text("Standard errors: {convention}.", convention=term(STANDARD_ERRORS))
    return note if estimates is None else f"{note} {no_estimate(estimates, 'outcome')}".rstrip()


def named(codes: Iterable[str]) -> dict[str, str]:
    """Give codes their words, each once, in the order in which they come."""
    return {code: word(code) for code in dict.fromkeys(codes)}
