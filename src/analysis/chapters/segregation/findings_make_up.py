"""Findings on the make-up of schools by the education of parents, counted, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.language import term
from analysis.publish.alternative import visibly
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import Finding, number_of

say = sentences_beside(__file__)

PUPILS, SCHOOLS = "pupils", "schools"


def made_up(bands: pd.DataFrame) -> Iterator[Finding]:
    """Say how many pupils are at schools with many and with few highly educated parents, and how many were.

    Parameters
    ----------
    bands : As the gate let them through; years of which a band is withheld are not compared.
    """
    rows = bands[(bands["size"] == "all") & bands["share_now"].notna()]
    last = rows[rows["year"] == bands["year"].max()]
    first = rows[rows["year"] == bands["year"].min()]
    whole = bands["band"].nunique()
    if len(last) < whole or len(first) < whole or bands["year"].min() == bands["year"].max():
        return
    (low, high), (low_then, high_then) = ((year.iloc[0], year.iloc[-1]) for year in (last, first))
    values = {
        "year": number_of(high["year"]),
        "first_year": number_of(high_then["year"]),
        "highest": term(str(high["band"])),
        "lowest": term(str(low["band"])),
        "high": high["share_now"],
        "low": low["share_now"],
        "high_then": high_then["share_now"],
        "low_then": low_then["share_now"],
    }
    side = visibly(high["share_now"], high_then["share_now"])
    sentence = say(("bands_as_before", "bands_more", "bands_fewer")[side], **values)
    yield Finding("bands", sentence, number_of(last["pupils_now"].sum()), PUPILS)


def sizes(bands: pd.DataFrame) -> Iterator[Finding]:
    """Compare pupils of small and large schools by whether these have few highly educated parents.

    Parameters
    ----------
    bands : As of `made_up`.
    """
    rows = bands[bands["year"] == bands["year"].max()]
    small, large = rows[rows["size"] == "small"], rows[rows["size"] == "large"]
    if len(small) and len(large):
        few, many = small.iloc[0], large.iloc[0]
        if pd.concat([few, many])[["share_now", "pupils_now_all"]].notna().all():
            shares = few["share_now"], many["share_now"]
            sentence = say(
                ("sizes_alike", "sizes_more", "sizes_fewer")[visibly(*shares)],
                small=shares[0],
                large=shares[1],
                band=term(str(few["band"])),
            )
            yield Finding("sizes", sentence, number_of(few["pupils_now_all"] + many["pupils_now_all"]), PUPILS)


def mirroring(mirrors: pd.DataFrame) -> Iterator[Finding]:
    """Say how many schools look like the children who live around them.

    Parameters
    ----------
    mirrors : As the gate let them through.
    """
    every = mirrors[mirrors["situation"] == "now"].dropna().sort_values("allowed_difference", kind="stable")
    rows, first = every[every["year"] == mirrors["year"].max()], every[every["year"] == mirrors["year"].min()]
    if len(rows) > 1:
        near, far = rows.iloc[0], rows.iloc[-1]
        before = first[first["allowed_difference"] == near["allowed_difference"]]
        then = before["share_schools"].iloc[0] if len(before) and before["year"].iloc[0] < near["year"] else np.nan
        share = near["share_schools"]
        sentence = say(
            ("mirrors_half", "mirrors_most", "mirrors_few")[visibly(share, 0.5)],
            near=share,
            schools=number_of(near["schools"]),
            near_schools=number_of(near["schools_mirroring"]),
            far_schools=number_of(far["schools_mirroring"]),
            near_points=100 * near["allowed_difference"],
            far=far["share_schools"],
            far_points=100 * far["allowed_difference"],
            then=then,
            first_year=number_of(mirrors["year"].min()),
        )
        yield Finding("mirror", sentence, number_of(near["schools"]), SCHOOLS)
