"""Whose growth changed, in sentences: levels, schools by their pupils and shortage, comparable schools, examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from analysis.chapters.leergroei.findings_rows import Count, Finding, by_outcome, rows_of, signs_of
from analysis.chapters.leergroei.phrases import (
    Row,
    band,
    change_of,
    gap,
    grew,
    percent,
    short,
    signed,
    size,
    tenth_above,
    tenth_below,
)
from analysis.language import joined, term, text
from analysis.publish import units
from analysis.publish.declared import sentences_beside
from analysis.publish.findings import listed, number_of
from analysis.publish.ranked import furthest_apart, leads, trails
from analysis.publish.tables import number

say = sentences_beside(__file__)

LISTED = 2
"""Changes that a sentence lists one by one; of more it gives the ends."""
SPREAD = ("sd_schools", "sd_low", "sd_high")


def changes(rows: Sequence[Row]) -> str:
    """List changes by subject: the first with its interval, and each with its side where sides differ."""
    both = len(signs_of(rows)) > 1
    return listed(
        [_change(row, size(row) if row is rows[0] else number(abs(row["estimate"]), 2), both) for row in rows]
    )


def _change(row: Row, written: str, with_side: bool) -> str:
    values = {"size": written, "subject": short(row)}
    if not with_side:
        return text("{size} in {subject}", **values)
    if row["estimate"] > 0:
        return text("{size} more in {subject}", **values)
    return text("{size} less in {subject}", **values)


def not_measurable(rows: Sequence[Row]) -> str:
    """Name the subjects of rows that establish no difference; nothing where there are none."""
    unclear = [short(row) for row in rows if not units.direction(row)]
    return say("not_in", subjects=listed(unclear)) if unclear else ""


def known_and_not(rows: Sequence[Row], withheld: Sequence[str]) -> dict[str, str]:
    """Name the subjects that are known, and in a sentence those that are withheld."""
    names = [short({"outcome": outcome}) for outcome in withheld]
    return {
        "subjects": listed([short(row) for row in rows]),
        "withheld": say("subjects_withheld", subjects=listed(names)) if names else "",
    }


def levels(rows: Sequence[Row], closed: str, compared: Count) -> Iterator[Finding]:
    """Say of every subject which ability levels fared worst and best, else at which ones growth changed."""
    for outcome, of in by_outcome(rows):
        moved = [row for row in of if units.direction(row)]
        if moved and not furthest_apart(of):
            sentence = _moved_levels(moved, closed, of)
            yield f"levels_{outcome}", sentence, compared(subject=outcome, level_m=_named(moved))
            continue
        low, high = (choose(of, key=lambda row: row["estimate"]) for choose in (min, max))
        yield (
            f"levels_{outcome}",
            say(
                "levels_apart" if furthest_apart(of) else "levels_perhaps_apart",
                subject=short(low),
                closed=closed,
                low=term(low["category"]),
                grew_low=grew(low),
                high=term(high["category"]),
                grew_high=grew(high),
                signed_low=signed(low),
                signed_high=signed(high),
            ),
            compared(subject=outcome, level_m=_named((low, high))),
        )


def _moved_levels(moved: Sequence[Row], closed: str, shown: Sequence[Row]) -> str:
    """Say at which levels growth changed, where it is not established which fared worst and which best."""
    signs, every = signs_of(moved), len(moved) == len(shown)
    return say(
        "levels_rose" if signs == (1,) else "levels_fell" if signs == (-1,) else "levels_moved",
        subject=short(moved[0]),
        closed=closed,
        levels=say("every_level") if every and len(moved) > 1 else _levels(moved),
        changes=signed(moved[0]) if len(moved) == 1 else _changes(moved),
        others="" if len(shown) == 1 else joined("", ["" if every else say("other_levels"), _end_of_levels(shown)]),
    )


def _end_of_levels(shown: Sequence[Row]) -> str:
    """Say which level fared worst, or best, where one of the two is established."""
    if trails(shown):
        return say("worst_level", level=term(min(shown, key=lambda row: float(row["estimate"]))["category"]))
    if leads(shown):
        return say("best_level", level=term(max(shown, key=lambda row: float(row["estimate"]))["category"]))
    return say("which_level")


def _levels(moved: Sequence[Row]) -> str:
    if len(moved) == 1:
        return term(moved[0]["category"])
    return say("some_levels", levels=listed(_named(moved)))


def _changes(moved: Sequence[Row]) -> str:
    """Give the change of two levels, of more the least and the greatest."""
    ordered = sorted(moved, key=lambda row: float(row["estimate"]))
    ends = [say("at_level", level=term(row["category"]), size=signed(row)) for row in (ordered[0], ordered[-1])]
    return listed(ends) if len(moved) == LISTED else say("from_level", first=ends[0], last=ends[1])


def _named(rows: Sequence[Row]) -> list[str]:
    return [row["category"].removeprefix("level ") for row in rows]


def bands(rows: Sequence[Row], closed: str, compared: Count) -> Iterator[Finding]:
    """Compare schools with the most pupils at risk with those with the fewest, in all subjects at once."""
    by_subject = {outcome: {row["category"]: row for row in of} for outcome, of in by_outcome(rows)}
    common = [name for name in dict.fromkeys(row["category"] for row in rows) if _in_all(name, by_subject)]
    if len(common) < 2:
        return
    few, many = common[0], common[-1]
    gaps = [{**of[few], **change_of(of[few], of[many])} for of in by_subject.values()]
    apart = [
        _against(of[few], of[many]) for of, by in zip(by_subject.values(), gaps, strict=True) if units.direction(by)
    ]
    yield (
        "bands",
        say(
            {(1,): "bands_higher", (-1,): "bands_lower", (-1, 1): "bands_mixed"}.get(signs_of(gaps), "bands_unclear"),
            closed=closed,
            few=band(few),
            many=band(many),
            changes=listed(apart),
            others=not_measurable(gaps),
            subjects=listed([short(of) for of in gaps]),
        ),
        compared(subject=[*by_subject], band=[name.removesuffix(" at risk") for name in (few, many)]),
    )


def _in_all(category: str, by_subject: Mapping[str, Mapping[str, Row]]) -> bool:
    return all(category in of for of in by_subject.values())


def _against(few: Row, many: Row) -> str:
    """Write the change at schools with many pupils at risk beside that at schools with few."""
    ends = {name: number(row["estimate"], 2) for name, row in (("few", few), ("many", many))}
    return text("{subject} ({many} against {few})", subject=short(few), **ends)


def schools(spread: pd.DataFrame, closed: str) -> Iterator[Finding]:
    """Say how far comparable schools differ beyond chance."""
    rows = rows_of(spread)
    if rows:
        most = max(rows, key=lambda row: row["sd_schools"])
        established, differ = leads(rows, *SPREAD), bool(most["sd_low"] > 0)
        yield (
            "schools",
            say(
                ("schools_differ_most" if established else "schools_differ") if differ else "schools_alike",
                subject=short(most),
                band=band(most["category"]),
                low=tenth_below(most["low_tenth"]),
                closed=closed,
                high=tenth_above(most["high_tenth"]),
                sd=most["sd_schools"],
            ),
            number_of(most["n_pupils"]),
        )


def shortage(rows: Sequence[Row], closed: str, compared: Count, withheld: Sequence[str] = ()) -> Iterator[Finding]:
    """Say how growth goes with the teacher shortage, in all subjects at once."""
    if not rows:
        return
    linked = sorted((row for row in rows if units.direction(row)), key=lambda row: -abs(row["estimate"]))
    yield (
        "shortage",
        say(
            {(1,): "shortage_more", (-1,): "shortage_less", (-1, 1): "shortage_mixed"}.get(
                signs_of(rows), "shortage_unclear"
            ),
            closed=closed,
            changes=changes(linked),
            others=not_measurable(rows),
            **known_and_not(rows, withheld),
            low=number(min(row["ci_low"] for row in rows), 2),
            high=number(max(row["ci_high"] for row in rows), 2),
        ),
        compared(subject=[row["outcome"] for row in rows]),
    )


def examples(examples: pd.DataFrame) -> Iterator[Finding]:
    """Say how likely an example pupil was to drop a level before and in the closure year."""
    most = examples["share_at_risk"].max()
    for at_risk, rows in examples.groupby("share_at_risk", sort=True):
        by_term = {row["term"]: row for row in rows_of(rows)}
        if {"before", "closure", "difference"} <= set(by_term):
            old, new, change = (by_term[term] for term in ("before", "closure", "difference"))
            yield (
                # The figure of all examples has one title: that of the school with the most pupils at risk.
                "example_most" if at_risk == most else f"example_{at_risk:.0%}".rstrip("%"),
                say(
                    {1: "example_more", -1: "example_less"}.get(units.direction(change), "example_unclear"),
                    groep=new["groep"],
                    level=new["level"],
                    subject=short(new),
                    share=new["share_at_risk"],
                    old=percent(old),
                    before=old["year"],
                    new=percent(new),
                    closed=new["year"],
                    gap=gap(change),
                ),
                number_of(change["n_pupils"]),
            )
