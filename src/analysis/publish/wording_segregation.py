"""What the chapter on segregation finds, in sentences; a sentence whose numbers are withheld or absent is not told."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.publish import wording
from analysis.publish.language import term, text, word
from analysis.publish.tables import number
from analysis.publish.wording import COLUMNS

PUPILS, SCHOOLS = "pupils", "schools"
EXPECTED = "expected_composition"
OF = {
    "moroccan": word("pupils with a Moroccan background"),
    "turkish": word("pupils with a Turkish background"),
    "surinamese": word("pupils with a Surinamese background"),
    "hoog": word("pupils with highly educated parents"),
    "laag": word("pupils with low-educated parents"),
}
Finding = tuple[str, str, int, str]


def segregation(
    indices: pd.DataFrame,
    scenarios: pd.DataFrame,
    bands: pd.DataFrame,
    mirrors: pd.DataFrame,
    changes: pd.DataFrame,
    by_weging_band: pd.DataFrame,
) -> pd.DataFrame:
    """Tell how unevenly pupils are spread over schools, how that changed, and what homes have to do with it.

    Parameters
    ----------
    indices, scenarios, bands, mirrors, changes, by_weging_band
        The chapter's tables, as the gate let them through.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    expected = indices[indices["model"] == EXPECTED]
    if len(expected):
        return wording.segregation(expected, by_weging_band)
    city = indices[indices["place"] == "city"]
    rows = [
        *_apart(city),
        *_own_group(city),
        *_stadsdelen(indices[indices["place"] != "city"]),
        *_bands(bands),
        *_sizes(bands),
        *_mirrors(mirrors),
        *_nearest(scenarios),
        *_changes(changes),
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _apart(city: pd.DataFrame) -> Iterator[Finding]:
    rows = _told(city[city["term"] == "dissimilarity_corrected"])
    for group in ("laag", "turkish", "moroccan", "surinamese"):
        years = rows[rows["group"] == group].sort_values("year")
        if len(years) < 2:
            continue
        first, last = years.iloc[0], years.iloc[-1]
        said = {
            "now": wording.interval(last, 2),
            "year": int(last["year"]),
            "then": number(first["estimate"], 2),
            "first": int(first["year"]),
        }
        if group == "laag":
            sentence = text(
                "In {year} the dissimilarity between pupils with low- and with highly educated parents is {now}, "
                "corrected for the size of schools; in {first} it was {then}.",
                **said,
            )
        else:
            sentence = text(
                "In {year} the dissimilarity between {group} and those without a migration background is {now}, "
                "corrected for the size of schools; in {first} it was {then}.",
                group=term(OF[group]),
                **said,
            )
        yield (f"dissimilarity_{group}", sentence, int(last["n_obs"]), PUPILS)


def _own_group(city: pd.DataFrame) -> Iterator[Finding]:
    last = _told(city[city["year"] == city["year"].max()])
    for group in ("hoog", "laag", "moroccan", "turkish"):
        rows = last[last["group"] == group].set_index("term")
        if {"isolation_now", "isolation_random_allocation"} <= set(rows.index):
            sentence = text(
                "On average, {group} attend a school where {own:.0%} of all pupils are of the same group; if "
                "pupils were spread by chance it would be {floor:.0%}.",
                group=term(OF[group]),
                own=rows.loc["isolation_now", "estimate"],
                floor=rows.loc["isolation_random_allocation", "estimate"],
            )
            yield (f"isolation_{group}", sentence, round(rows["n_obs"].astype(float)["isolation_now"]), PUPILS)


def _stadsdelen(indices: pd.DataFrame) -> Iterator[Finding]:
    rows = _told(indices[(indices["term"] == "dissimilarity_corrected") & (indices["group"] == "laag")])
    rows = rows[rows["year"] == indices["year"].max()].sort_values("estimate")
    if len(rows) > 1:
        low, high = rows.iloc[0], rows.iloc[-1]
        sentence = text(
            "Within stadsdelen the dissimilarity between pupils with low- and with highly educated parents is largest "
            "in {high} ({most:.2f}) and smallest in {low} ({least:.2f}).",
            high=term(str(high["place"])),
            most=high["estimate"],
            low=term(str(low["place"])),
            least=low["estimate"],
        )
        yield ("stadsdelen", sentence, round(rows["n_obs"].astype(float).sum()), PUPILS)


def _bands(bands: pd.DataFrame) -> Iterator[Finding]:
    rows = bands[(bands["size"] == "all") & bands["share_now"].notna()]
    last = rows[rows["year"] == bands["year"].max()].reset_index(drop=True)
    first = rows[rows["year"] == bands["year"].min()].reset_index(drop=True)
    whole = bands["band"].nunique()
    if len(last) < whole or len(first) < whole or bands["year"].min() == bands["year"].max():
        return
    bottom, top, middle = last.iloc[0], last.iloc[-1], last.iloc[whole // 2]
    sentence = text(
        "In {year}, {low:.0%} of the pupils attend a school whose share of highly educated parents is {lowest}, "
        "{mid:.0%} one where it is {middle} and {high:.0%} one where it is {highest}; in {first} it was "
        "{low_then:.0%} and {high_then:.0%} at the two ends.",
        year=int(bottom["year"]),
        low=bottom["share_now"],
        lowest=term(str(bottom["band"])),
        mid=middle["share_now"],
        middle=term(str(middle["band"])),
        high=top["share_now"],
        highest=term(str(top["band"])),
        first=int(first["year"].iloc[0]),
        low_then=first["share_now"].iloc[0],
        high_then=first["share_now"].iloc[-1],
    )
    yield ("bands", sentence, int(last["pupils_now"].sum()), PUPILS)


def _sizes(bands: pd.DataFrame) -> Iterator[Finding]:
    rows = bands[bands["year"] == bands["year"].max()]
    small, large = rows[rows["size"] == "small"], rows[rows["size"] == "large"]
    if len(small) and len(large):
        low, high = small.iloc[0], large.iloc[-1]
        if pd.notna(low["share_now"]) and pd.notna(high["share_now"]):
            sentence = text(
                "Of the pupils of small schools {low:.0%} attend one whose share of highly educated parents is "
                "{lowest}; of the pupils of large schools {high:.0%} attend one where it is {highest}.",
                low=low["share_now"],
                lowest=term(str(low["band"])),
                high=high["share_now"],
                highest=term(str(high["band"])),
            )
            yield ("sizes", sentence, int(low["pupils_now"] + high["pupils_now"]), PUPILS)


def _mirrors(mirrors: pd.DataFrame) -> Iterator[Finding]:
    rows = mirrors[(mirrors["situation"] == "now") & (mirrors["year"] == mirrors["year"].max())].dropna()
    if len(rows) > 1:
        near, far = rows.sort_values("allowed_difference").iloc[0], rows.sort_values("allowed_difference").iloc[-1]
        sentence = text(
            "Of the schools {near:.0%} mirror the children of their wijk: the share of highly educated parents differs "
            "by at most {few:.0f} percentage points; {far:.0%} are within {many:.0f}.",
            near=near["share_schools"],
            few=100 * near["allowed_difference"],
            far=far["share_schools"],
            many=100 * far["allowed_difference"],
        )
        yield ("mirror", sentence, int(near["schools"]), SCHOOLS)


def _nearest(scenarios: pd.DataFrame) -> Iterator[Finding]:
    rows = _told(scenarios[scenarios["index"] == "dissimilarity"])
    for group in ("laag", "turkish"):
        found = rows[rows["group"] == group].set_index("scenario")
        if {"now", "nearest", "nearest_with_capacity"} <= set(found.index):
            said = {
                "now": found.loc["now", "estimate"],
                "near": found.loc["nearest", "estimate"],
                "full": found.loc["nearest_with_capacity", "estimate"],
            }
            if group == "laag":
                sentence = text(
                    "If all pupils attended the school nearest to their home, the dissimilarity by parental education "
                    "would be {near:.2f} in place of {now:.2f}; with the places that schools have it would be "
                    "{full:.2f}. Homes are taken as they are: some were chosen for a school.",
                    **said,
                )
            else:
                sentence = text(
                    "Between pupils with a Turkish and without a migration background it would be {near:.2f} in place "
                    "of {now:.2f}, and {full:.2f} with the places that schools have.",
                    **said,
                )
            yield (f"nearest_{group}", sentence, round(found["n_obs"].astype(float)["now"]), PUPILS)


def _changes(changes: pd.DataFrame) -> Iterator[Finding]:
    if changes.empty:
        return
    rows = _told(changes[(changes["index"] == "dissimilarity") & (changes["group"] == "laag")]).set_index("term")
    if {"composition", "sorting", "total"} <= set(rows.index):
        parts = {name: wording.interval(row, 3) for name, row in rows.iterrows()}
        sentence = text(
            "Between {first} and {last} the dissimilarity by parental education changed by {total}; {sorting} of this "
            "is sorting and {composition} a change in how many pupils groups and schools have.",
            first=int(rows["first_year"].iloc[0]),
            last=int(rows["last_year"].iloc[0]),
            total=parts["total"],
            sorting=parts["sorting"],
            composition=parts["composition"],
        )
        yield ("change", sentence, int(rows["n_obs"].iloc[0]), PUPILS)


def _told(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["estimate"].notna()]
