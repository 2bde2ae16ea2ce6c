"""What the chapter on segregation finds, in sentences; a sentence whose numbers are withheld or absent is left out."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.chapters.segregation import words
from analysis.chapters.segregation.findings_by_postcode import by_postcode
from analysis.chapters.segregation.models.estimates import CORRECTED
from analysis.codes import Codes
from analysis.language import joined, term, text
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import LEVEL, frame, interval, number_of, where_known
from analysis.publish.ranked import ranks as ranked
from analysis.publish.ranked import spread

say = sentences_beside(__file__)

PUPILS, SCHOOLS = "pupils", "schools"
RULES = ("nearest", "nearest_with_capacity")
EXPECTED = "expected_composition"
CODES = Codes()
Finding = tuple[str, str, int, str]


def segregation(
    indices: pd.DataFrame,
    scenarios: pd.DataFrame,
    bands: pd.DataFrame,
    mirrors: pd.DataFrame,
    changes: pd.DataFrame,
    by_weging_band: pd.DataFrame,
    codes: Codes = CODES,
) -> pd.DataFrame:
    """Say how unevenly pupils are spread over schools, how that changed, and what homes have to do with it.

    Parameters
    ----------
    indices, scenarios, bands, mirrors, changes, by_weging_band : The chapter's tables, as the gate let them through.
    codes : The backgrounds of the edition.

    Returns
    -------
    DataFrame
        One row per finding: ``name, sentence, n, unit``.
    """
    expected = indices[indices["model"] == EXPECTED]
    if len(expected):
        return by_postcode(expected, by_weging_band)
    city = indices[indices["place"] == "city"]
    # Sentences on bands and mirrors are about education, which not every edition knows.
    made_up_of = (_bands(bands), _sizes(bands), _mirrors(mirrors)) if "laag" in set(indices["group"]) else ()
    parts = (
        _apart(city, changes, codes),
        _own_group(city, codes),
        _stadsdelen(indices[indices["place"] != "city"]),
        *made_up_of,
        _nearest(scenarios, codes),
        _changes(changes),
    )
    return frame([*where_known(*parts)])


def _apart(city: pd.DataFrame, changes: pd.DataFrame, codes: Codes) -> Iterator[Finding]:
    rows = _by("group", city[(city["term"] == f"{CORRECTED}_now") & (city["year"] == city["year"].max())])
    totals = _parts(changes, "total")
    for group in [name for name in ("laag", *words.in_sentences(codes)) if name in rows]:
        sentence = _now(_pair(group, codes), rows[group], totals.get(group))
        yield f"dissimilarity_{group}", sentence, number_of(rows[group]["n_obs"]), PUPILS


def _now(pair: str, now: pd.Series, total: pd.Series | None) -> str:
    values = {"year": number_of(now["year"]), "pair": pair, "now": interval(now, 2)}
    if not now["p_value"] < LEVEL:
        return say("dissimilarity_of_chance", p=now["p_value"], **values)
    sentence = say("dissimilarity", **values)
    return sentence if total is None else joined(" ", (sentence, _since(total)))


def _since(total: pd.Series) -> str:
    values = {"first_year": number_of(total["first_year"]), "size": _size(total, 3)}
    if _across_zero(total):
        return say("since_unclear", **values)
    if total["estimate"] < 0:
        return text("It is {size} lower than in {first_year}.", **values)
    return text("It is {size} higher than in {first_year}.", **values)


def _pair(group: str, codes: Codes) -> str:
    if group == "laag":
        return text("pupils with low- and with highly educated parents")
    return text("{group} and those without a migration background", group=term(words.pupils(codes)[group]))


def _own_group(city: pd.DataFrame, codes: Codes) -> Iterator[Finding]:
    last = city[city["year"] == city["year"].max()]
    for group in ("hoog", "laag", *words.shown(codes)[:2]):
        rows = _by("term", last[last["group"] == group])
        if {"isolation_now", "isolation_random_allocation"} <= set(rows):
            now, floor = rows["isolation_now"], rows["isolation_random_allocation"]["estimate"]
            yield (
                f"isolation_{group}",
                _schoolmates(words.pupils(codes)[group], now, floor),
                number_of(now["n_obs"]),
                PUPILS,
            )


def _schoolmates(pupils: str, now: pd.Series, floor: float) -> str:
    values = {"group": term(pupils), "own": now["estimate"], "floor": floor}
    if now["p_value"] < LEVEL:
        return say("isolation", **values)
    return say("isolation_of_chance", **values)


def _stadsdelen(indices: pd.DataFrame) -> Iterator[Finding]:
    rows = _known(indices[(indices["term"] == f"{CORRECTED}_now") & (indices["group"] == "laag")])
    rows = rows[rows["year"] == indices["year"].max()].sort_values("estimate", ascending=False).reset_index(drop=True)
    if len(rows) > 1:
        records = rows.to_dict("records")
        apart, ranks = spread(records), ranked(records)
        if apart.p_value < LEVEL:
            sentence = say(
                "stadsdelen",
                most=_one_of(rows[ranks["rank_low"] == 1]),
                least=_one_of(rows[ranks["rank_high"] == len(rows)].iloc[::-1]),
            )
        else:
            sentence = say("stadsdelen_alike", range=apart.observed, expected=apart.expected)
        yield "stadsdelen", sentence, number_of(rows["n_obs"].sum()), PUPILS


def _one_of(rows: pd.DataFrame) -> str:
    """Name the place that is first, or those of which it is not established which is first."""
    names = [
        text("{place} ({value:.2f})", place=term(str(place)), value=value)
        for place, value in zip(rows["place"], rows["estimate"], strict=True)
    ]
    if len(names) == 1:
        return names[0]
    return say("one_of", places=joined(", ", names[:-1]), last=names[-1])


def _bands(bands: pd.DataFrame) -> Iterator[Finding]:
    rows = bands[(bands["size"] == "all") & bands["share_now"].notna()]
    last = rows[rows["year"] == bands["year"].max()].reset_index(drop=True)
    first = rows[rows["year"] == bands["year"].min()].reset_index(drop=True)
    whole = bands["band"].nunique()
    if len(last) < whole or len(first) < whole or bands["year"].min() == bands["year"].max():
        return
    bottom, top, middle = last.iloc[0], last.iloc[-1], last.iloc[whole // 2]
    sentence = say(
        "bands",
        year=number_of(bottom["year"]),
        low=bottom["share_now"],
        lowest=term(str(bottom["band"])),
        mid=middle["share_now"],
        middle=term(str(middle["band"])),
        high=top["share_now"],
        highest=term(str(top["band"])),
        first_year=number_of(first["year"].iloc[0]),
        low_then=first["share_now"].iloc[0],
        high_then=first["share_now"].iloc[-1],
    )
    yield ("bands", sentence, number_of(last["pupils_now"].sum()), PUPILS)


def _sizes(bands: pd.DataFrame) -> Iterator[Finding]:
    rows = bands[bands["year"] == bands["year"].max()]
    small, large = rows[rows["size"] == "small"], rows[rows["size"] == "large"]
    if len(small) and len(large):
        low, high = small.iloc[0], large.iloc[-1]
        if pd.concat([low, high])[["share_now", "pupils_now_all"]].notna().all():
            sentence = say(
                "sizes",
                few=number_of(low["pupils_now_all"]),
                many=number_of(high["pupils_now_all"]),
                low=low["share_now"],
                lowest=term(str(low["band"])),
                high=high["share_now"],
                highest=term(str(high["band"])),
            )
            yield "sizes", sentence, number_of(low["pupils_now_all"] + high["pupils_now_all"]), PUPILS


def _mirrors(mirrors: pd.DataFrame) -> Iterator[Finding]:
    rows = mirrors[(mirrors["situation"] == "now") & (mirrors["year"] == mirrors["year"].max())].dropna()
    if len(rows) > 1:
        near, far = rows.sort_values("allowed_difference").iloc[0], rows.sort_values("allowed_difference").iloc[-1]
        sentence = say(
            "mirrors",
            near=near["share_schools"],
            near_points=100 * near["allowed_difference"],
            far=far["share_schools"],
            far_points=100 * far["allowed_difference"],
        )
        yield ("mirror", sentence, number_of(near["schools"]), SCHOOLS)


def _nearest(scenarios: pd.DataFrame, codes: Codes) -> Iterator[Finding]:
    rows = scenarios[scenarios["index"] == CORRECTED]
    for group in ("laag", *words.in_sentences(codes)[:1]):
        found = _by("scenario", rows[rows["group"] == group])
        if {*RULES, *(f"now_minus_{rule}" for rule in RULES)} <= set(found):
            near, full = (found[rule]["estimate"] for rule in RULES)
            sentence = say(
                "nearest",
                pair=_pair(group, codes),
                near=near,
                than_near=_than_now(found[f"now_minus_{RULES[0]}"]),
                full=full,
                than_full=_than_now(found[f"now_minus_{RULES[1]}"]),
            )
            yield f"nearest_{group}", sentence, number_of(found[RULES[0]]["n_obs"]), PUPILS


def _than_now(now_minus: pd.Series) -> str:
    if _across_zero(now_minus):
        return say("unlike_now_unclear", size=interval(_mirrored(now_minus), 2))
    if now_minus["estimate"] > 0:
        return text("{size} lower than now", size=_size(now_minus, 2))
    return text("{size} higher than now", size=_size(now_minus, 2))


def _changes(changes: pd.DataFrame) -> Iterator[Finding]:
    total, sorting, composition = (_parts(changes, part) for part in ("total", "sorting", "composition"))
    if all("laag" in part for part in (total, sorting, composition)):
        row = total["laag"]
        values: dict[str, str | int] = {
            "first_year": number_of(row["first_year"]),
            "last_year": number_of(row["last_year"]),
            "size": _size(row, 3),
            "sorting": interval(sorting["laag"], 3),
            "composition": interval(composition["laag"], 3),
        }
        yield "change", _changed(row, values), number_of(row["n_obs"]), PUPILS


def _changed(row: pd.Series, values: dict[str, str | int]) -> str:
    if _across_zero(row):
        return say("changed_unclear", **values)
    if row["estimate"] < 0:
        return say("fell", **values)
    return say("rose", **values)


def _parts(changes: pd.DataFrame, part: str) -> dict[str, pd.Series]:
    """Return a part of the change in dissimilarity, by group."""
    if changes.empty:
        return {}
    return _by("group", changes[(changes["index"] == CORRECTED) & (changes["term"] == part)])


def _by(column: str, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the rows of which something is published, by their value in a column."""
    return {str(row[column]): row for _, row in _known(rows).iterrows()}


def _across_zero(row: pd.Series) -> bool:
    return bool(row["ci_low"] <= 0 <= row["ci_high"])


def _size(row: pd.Series, digits: int) -> str:
    """Write an estimate without its sign, which the words beside it say; one that may be zero keeps it."""
    if _across_zero(row) or row["estimate"] > 0:
        return interval(row, digits)
    return interval(_mirrored(row), digits)


def _mirrored(row: pd.Series) -> pd.Series:
    return pd.Series({"estimate": -row["estimate"], "ci_low": -row["ci_high"], "ci_high": -row["ci_low"]})


def _known(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["estimate"].notna()]
