"""What the chapter on segregation finds, in sentences; a sentence whose numbers are withheld or absent is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.chapters.segregation import words
from analysis.chapters.segregation.findings_by_postcode import by_postcode
from analysis.chapters.segregation.findings_make_up import made_up, mirroring, sizes
from analysis.chapters.segregation.models.estimates import CORRECTED
from analysis.codes import Codes
from analysis.language import Text, joined, term
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import LEVEL, Finding, frame, interval, number_of, where_known
from analysis.publish.ranked import ranks as ranked
from analysis.publish.ranked import spread
from analysis.publish.tables import number
from analysis.publish.units import ENDS, direction

say = sentences_beside(__file__)

PUPILS = "pupils"
NEAREST, PLACED = "nearest", "nearest_with_capacity"
EXPECTED = "expected_composition"
CODES = Codes()


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
        One row per finding, as `publish.findings.frame` has them.
    """
    expected = indices[indices["model"] == EXPECTED]
    if len(expected):
        return by_postcode(expected, by_weging_band)
    city = indices[indices["place"] == "city"]
    # Sentences on bands and mirrors are about education, which not every edition knows.
    made_up_of = (made_up(bands), sizes(bands), mirroring(mirrors)) if "laag" in set(indices["group"]) else ()
    parts = (
        _apart(city, changes),
        _backgrounds(city, codes),
        _own_group(city, codes),
        _stadsdelen(indices[indices["place"] != "city"]),
        *made_up_of,
        _nearest(scenarios, codes),
        _changes(changes),
    )
    return frame(where_known(*parts))


def _apart(city: pd.DataFrame, changes: pd.DataFrame) -> Iterator[Finding]:
    now = _now(city, f"{CORRECTED}_now").get("laag")
    if now is not None:
        sentence = _since(now, _parts(changes, "total").get("laag"), city)
        yield Finding("dissimilarity_laag", sentence, number_of(now["n_obs"]), PUPILS)


def _since(now: pd.Series, total: pd.Series | None, city: pd.DataFrame) -> Text:
    value = {"now": now["estimate"]}
    even = say("even", low=now["ci_low"], high=now["ci_high"], **value)
    floor = _now(city, f"{CORRECTED}_random_allocation").get("laag", {"estimate": np.nan})["estimate"]
    if _by_chance(now):
        return say("apart_of_chance", even=even, floor=floor, p=now["p_value"], **value)
    if total is None:
        return say("apart", even=even, floor=floor, **value)
    first = city[(city["term"] == f"{CORRECTED}_now") & (city["year"] == total["first_year"])]
    then = _by("group", first).get("laag", {"estimate": np.nan})["estimate"]
    size = _sizes_of(100 * total[[*ENDS]].astype(float), "points", 1)
    values = {**value, **size, "even": even, "then": then, "first_year": number_of(total["first_year"])}
    return say(("apart_as_before", "apart_more", "apart_less")[direction(total)], **values)


def _backgrounds(city: pd.DataFrame, codes: Codes) -> Iterator[Finding]:
    known = _now(city, f"{CORRECTED}_now")
    rows = {group: known[group] for group in words.in_sentences(codes) if group in known}
    if rows:
        sentence = say(
            ("backgrounds_of_chance", "backgrounds_some", "backgrounds")[_beyond_chance(rows)],
            groups=_listed([_of_background(row, words.pupils(codes)[group]) for group, row in rows.items()]),
            value=next(iter(rows.values()))["estimate"],
            who=term(words.pupils(codes)[next(iter(rows))]),
            education=known.get("laag", {"estimate": np.nan})["estimate"],
        )
        # Backgrounds overlap in those they are compared with.
        pupils = max(number_of(row["n_obs"]) for row in rows.values())
        yield Finding("backgrounds", sentence, pupils, PUPILS, p_value=_of_all(rows))


def _of_background(row: pd.Series, pupils: str) -> Text:
    return say(
        "of_background_of_chance" if _by_chance(row) else "of_background", value=row["estimate"], group=term(pupils)
    )


def _own_group(city: pd.DataFrame, codes: Codes) -> Iterator[Finding]:
    now, floors = _now(city, "isolation_now"), _now(city, "isolation_random_allocation")
    named = [name for name in ("hoog", "laag", *words.shown(codes)) if {name} <= now.keys() & floors.keys()]
    rows = {group: now[group] for group in named[:2]}
    if rows:
        said = [_schoolmates(row, floors[group], words.pupils(codes)[group]) for group, row in rows.items()]
        first = next(iter(rows))
        values = {"own": rows[first]["estimate"], "floor": floors[first]["estimate"]}
        sentence = say(
            ("isolation_of_chance", "isolation_some", "isolation")[_beyond_chance(rows)],
            groups=_listed(said),
            group=term(words.pupils(codes)[first]),
            **values,
        )
        pupils = sum(number_of(row["n_obs"]) for row in rows.values())
        yield Finding("isolation", sentence, pupils, PUPILS, p_value=_of_all(rows))


def _schoolmates(now: pd.Series, floor: pd.Series, pupils: str) -> Text:
    return say(
        "schoolmates_of_chance" if _by_chance(now) else "schoolmates",
        group=term(pupils),
        own=now["estimate"],
        floor=floor["estimate"],
    )


def _beyond_chance(rows: Mapping[str, pd.Series]) -> int:
    """Return whether all groups (2), some (1) or none (0) are apart by more than chance."""
    beyond = [not _by_chance(row) for row in rows.values()]
    return all(beyond) + any(beyond)


def _by_chance(row: pd.Series) -> bool:
    return not row["p_value"] < LEVEL


def _of_all(rows: Mapping[str, pd.Series]) -> float:
    """Return the p-value of what is said of all groups at once: that of the one which is least apart."""
    return float(max(row["p_value"] for row in rows.values()))


def _listed(parts: Sequence[Text]) -> Text:
    """Write parts one after another, with a conjunction before the last."""
    if len(parts) == 1:
        return parts[0]
    return say("listed", most=joined(", ", parts[:-1]), last=parts[-1])


def _stadsdelen(indices: pd.DataFrame) -> Iterator[Finding]:
    rows = _known(indices[(indices["term"] == f"{CORRECTED}_now") & (indices["group"] == "laag")])
    rows = rows[rows["year"] == indices["year"].max()].sort_values("estimate", ascending=False).reset_index(drop=True)
    if len(rows) > 1:
        sentence = _between(rows)
        yield Finding("stadsdelen", sentence, number_of(rows["n_obs"].sum()), PUPILS)


def _between(rows: pd.DataFrame) -> Text:
    records = rows.to_dict("records")
    apart, ranks = spread(records), ranked(records)
    if apart.p_value >= LEVEL:
        return say("stadsdelen_alike", range=apart.observed, expected=apart.expected)
    first, last = rows[ranks["rank_low"] == 1], rows[ranks["rank_high"] == len(rows)].iloc[::-1]
    values = {"most": _one_of(first), "least": _one_of(last)}
    if len(first) > 1:
        return say("stadsdelen_several", **values)
    return say("stadsdelen", place=term(str(first["place"].iloc[0])), **values)


def _one_of(rows: pd.DataFrame) -> Text:
    """Name the place that is first, or those of which it is not established which is first."""
    if len(rows) == 1:
        return _place(rows.iloc[0], interval(rows.iloc[0], 2))
    names = [_place(row, number(row["estimate"], 2)) for _, row in rows.iterrows()]
    return say("one_of", places=joined(", ", names[:-1]), last=names[-1])


def _place(row: pd.Series, value: str) -> Text:
    return say("place", place=term(str(row["place"])), value=value)


def _nearest(scenarios: pd.DataFrame, codes: Codes) -> Iterator[Finding]:
    rows = scenarios[scenarios["index"] == CORRECTED]
    for group in ("laag", *words.in_sentences(codes)):
        found = _by("scenario", rows[rows["group"] == group])
        if {"now", NEAREST, PLACED, f"now_minus_{NEAREST}"} <= set(found):
            now_minus = found[f"now_minus_{NEAREST}"]
            sentence = say(
                ("nearest_as_now", "nearest_lower", "nearest_higher")[direction(now_minus)],
                pair=_pair(group, codes),
                by=say("by_education") if group == "laag" else say("of_group", group=term(words.pupils(codes)[group])),
                now=found["now"]["estimate"],
                near=found[NEAREST]["estimate"],
                full=found[PLACED]["estimate"],
                **_sizes_of(now_minus, "size", 2),
            )
            yield Finding(f"nearest_{group}", sentence, number_of(found[NEAREST]["n_obs"]), PUPILS)
            return


def _pair(group: str, codes: Codes) -> Text:
    if group == "laag":
        return say("low_and_high")
    return say("with_and_without", group=term(words.pupils(codes)[group]))


def _changes(changes: pd.DataFrame) -> Iterator[Finding]:
    total, sorting, composition = (_parts(changes, part) for part in ("total", "sorting", "composition"))
    if all("laag" in part for part in (total, sorting, composition)):
        row, by_sorting, by_composition = (part["laag"] for part in (total, sorting, composition))
        sentence = say(
            ("sorted_as_before", "sorted_more", "sorted_less")[direction(by_sorting)],
            first_year=number_of(row["first_year"]),
            last_year=number_of(row["last_year"]),
            total=number(row["estimate"], 3),
            sorting=interval(by_sorting, 3),
            composition=number(by_composition["estimate"], 3),
            by_sorting=number(by_sorting["estimate"], 3),
            by_composition=number(by_composition["estimate"], 3),
        )
        yield Finding("change", sentence, number_of(row["n_obs"]), PUPILS)


def _parts(changes: pd.DataFrame, part: str) -> dict[str, pd.Series]:
    """Return a part of the change in dissimilarity, by group."""
    if changes.empty:
        return {}
    return _by("group", changes[(changes["index"] == CORRECTED) & (changes["term"] == part)])


def _now(city: pd.DataFrame, name: str) -> dict[str, pd.Series]:
    """Return an index of the last year, by group."""
    return _by("group", city[(city["term"] == name) & (city["year"] == city["year"].max())])


def _by(column: str, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the rows of which something is published, by their value in a column."""
    return {str(row[column]): row for _, row in _known(rows).iterrows()}


def _sizes_of(row: pd.Series, name: str, digits: int) -> dict[str, str]:
    """Write an estimate and the ends of its interval; without a sign where the words beside it say that."""
    turned = -1 if direction(row) < 0 else 1
    ends = [turned * row["estimate"], *sorted(turned * row[end] for end in ("ci_low", "ci_high"))]
    return {key: number(end, digits) for key, end in zip((name, f"from_{name}", f"to_{name}"), ends, strict=True)}


def _known(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["estimate"].notna()]
