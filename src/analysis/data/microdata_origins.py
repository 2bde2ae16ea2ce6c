"""The table of where pupils come from, year by year: who is a newcomer, who is of an international family."""

from __future__ import annotations

import pandera.pandas as pa

from analysis.data.columns import code, contract, flag, if_known, key, whole, year

CONTINENTS = (
    *("Netherlands", "Africa", "America", "America and Oceania", "Asia", "Europe", "Europe and Oceania", "Oceania"),
)
"""Continents as an office may divide them; those of no migration background stand first."""


def by_pupil_origin() -> pa.DataFrameSchema:
    """Return the contract of the pupils of each year with their origin: all of them, whatever it is."""
    return contract(
        "by_pupil_origin",
        ["pupil", "year"],
        pupil=whole("number of the pupil, made for this table; the same in all years", 0),
        year=year("year of the 1 October"),
        location=key("school location: BRIN and vestigingsnummer, or the office's own key"),
        **if_known(
            household=whole("number of the household, made for this table", 0, missing=True),
            continent=code("continent of origin of the pupil or parents", CONTINENTS, missing=True),
            newcomer=flag("less than a year in the Netherlands", missing=True),
            international=flag(
                "child of a migrant of the first generation who is at most ten years in the Netherlands", missing=True
            ),
        ),
    )
