"""Files of DUO about advices: counts per school and year, mean end-test scores, and where schools are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from analysis.advice_levels import NUMBER_OF_LEVEL
from analysis.data import cbs
from analysis.data.cards import verify_files
from analysis.data.columns import brin, code, location, number, open_contract, text, whole
from analysis.data.contracts import check
from analysis.data.duo import read_locations
from analysis.data.files import decimals, read_delimited, stripped, whole_numbers

FILES = {
    "schooladviezen-per-brin-2019-2022": "duo/schooladviezen-per-brin-2019-2022.csv",
    "gemiddelde-eindscores-2018-2019": "duo/gemiddelde-eindscores-bo-sbo-2018-2019.csv",
    "alle-vestigingen-bo-2019": "duo/alle-vestigingen-bo-2019-09-03.csv",
    "schoolweging-2017-2019": "cbs/schoolweging-2017-2019.xlsx",
}
WEGING_YEAR = 2019

LEVEL_OF_COLUMN = {re.sub("[-/]", "_", name.upper()): number for name, number in NUMBER_OF_LEVEL.items()}
NOT_POSSIBLE, TOTAL = "ADVIES_NIET_MOGELIJK", "LEERLINGEN"
FEWEST_PUPILS = 5  # DUO gives no mean of fewer
HIGHEST_SCORE = 600
PROVIDERS = ("CET", "IEP", "ROUTE8", "DIA", "AMN")


_ADVICES = open_contract(
    "by_brin_year",
    ["brin", "year"],
    pa.Check(
        lambda frame: frame[[*LEVEL_OF_COLUMN, NOT_POSSIBLE]].sum(axis=1) == frame[TOTAL],
        error=f"the levels and {NOT_POSSIBLE} sum to {TOTAL}",
    ),
    brin=brin(),
    year=whole("year in which the school year starts", 2015),
    **{name: whole("pupils", 0) for name in (*LEVEL_OF_COLUMN, NOT_POSSIBLE, TOTAL)},
)
_SCORES = open_contract(
    "by_location_provider",
    ["location", "provider"],
    location=location(),
    provider=code("provider of the test", PROVIDERS),
    pupils=whole("pupils with a score", 1),
    score=number("mean score", 0, HIGHEST_SCORE),
)
_BY_SCHOOL_ADVICE = open_contract(
    "by_school_advice",
    ["brin", "year"],
    brin=brin(),
    year=whole("year in which the school year starts", 2015),
    municipality=text("of the school; missing if it is not on the list", missing=True),
    locations=whole("locations on the list of September 2019", 0),
    advices=whole("pupils with an advice", 0),
    level=number("mean number of the level", -1, 5, missing=True),
    score=pa.Column(float, nullable=True, description="mean end-test score of 2018/19, sd of schools of the provider"),
    schoolweging=number("CBS, 2019", 15, 45, missing=True),
)


def read_school_advice(
    folder: Path, cards_folder: Path, allow_changed: bool
) -> tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]:
    """Read the advices of all schools, with their end-test score and schoolweging; see `cards.verify_files`.

    Returns
    -------
    tuple of dict and list
        ``by_school_advice`` as its contract `_BY_SCHOOL_ADVICE` says, one row per BRIN and school year (schools that
        could not be joined keep their row, with missing values), and one record per file for the manifest.
    """
    inputs = verify_files({id: [path] for id, path in FILES.items()}, folder, cards_folder, allow_changed)
    file = {id: folder / path for id, path in FILES.items()}
    weging = cbs.read_schoolweging(file["schoolweging-2017-2019"])
    joined = joined_by_school(
        read_advices(file["schooladviezen-per-brin-2019-2022"]),
        read_locations(file["alle-vestigingen-bo-2019"]),
        standardised(read_end_scores(file["gemiddelde-eindscores-2018-2019"])),
        weging[weging["year"] == WEGING_YEAR],
    )
    return {"by_school_advice": check(joined, _BY_SCHOOL_ADVICE, "by_school_advice")}, inputs


def read_advices(path: Path) -> pd.DataFrame:
    """Read the number of advices per level, by BRIN and school year."""
    counts = [*LEVEL_OF_COLUMN, NOT_POSSIBLE, TOTAL]
    rows = read_delimited(
        path, ["SCHOOLJAAR", "BRIN_NUMMER", *counts], encoding="utf-8", separator=",", last_line_ends=True
    )
    years = rows["SCHOOLJAAR"].str.extract(r"^(\d{4})-\d{4}$")[0].rename("SCHOOLJAAR")
    codes = {"brin": rows["BRIN_NUMMER"], "year": whole_numbers(years, str(path))}
    numbers = {name: whole_numbers(rows[name], str(path)) for name in counts}
    return check(pd.DataFrame(codes | numbers), _ADVICES, str(path))


def read_end_scores(path: Path) -> pd.DataFrame:
    """Read the mean end-test score of 2018/19 of basisscholen: ``location, provider, pupils, score``.

    A mean of fewer than five pupils is not in the file, and has no row.
    """
    columns = [f"{name}_{what}" for name in PROVIDERS for what in ("AANTAL", "GEM")]
    codes = ["BRIN_NUMMER", "VESTIGINGSNUMMER", "SOORT_PO"]
    rows = stripped(read_delimited(path, [*codes, *columns], encoding="cp1252", separator=";", last_line_ends=True))
    rows = rows[rows["SOORT_PO"] == "Bo"]
    parts = [_of_provider(rows, name, str(path)) for name in PROVIDERS]
    return check(pd.concat(parts, ignore_index=True), _SCORES, str(path))


def _of_provider(rows: pd.DataFrame, provider: str, file: str) -> pd.DataFrame:
    pupils = whole_numbers(rows[f"{provider}_AANTAL"], file)
    sat = rows[pupils >= FEWEST_PUPILS]
    return pd.DataFrame(
        {
            "location": sat["BRIN_NUMMER"] + sat["VESTIGINGSNUMMER"],
            "provider": provider,
            "pupils": pupils[pupils >= FEWEST_PUPILS],
            "score": decimals(sat[f"{provider}_GEM"], file, sign=",", largest=HIGHEST_SCORE),
        }
    )


def standardised(scores: pd.DataFrame) -> pd.DataFrame:
    """Put the scores of all providers on one scale: ``location, score``.

    The scale of each provider is its own, so a score is in standard deviations of schools from the mean of the
    provider, both weighted by pupils; a location with two providers has their mean. That schools with different
    providers do not differ on average is thereby assumed.
    """
    weighted = scores.assign(total=scores["score"] * scores["pupils"])
    sums = weighted.groupby("provider")[["total", "pupils"]].transform("sum")
    off = scores["score"] - sums["total"] / sums["pupils"]
    variance = (scores["pupils"] * off**2).groupby(scores["provider"]).transform("sum") / sums["pupils"]
    by_location = scores.assign(total=off / variance**0.5 * scores["pupils"]).groupby("location")
    sums = by_location[["total", "pupils"]].sum()
    return (sums["total"] / sums["pupils"]).rename("score").reset_index()


def joined_by_school(
    advices: pd.DataFrame, locations: pd.DataFrame, scores: pd.DataFrame, weging: pd.DataFrame
) -> pd.DataFrame:
    """Join advices per BRIN to scores and schoolweging per location; only a BRIN with one location can be joined."""
    by_brin = locations.groupby("brin").agg(
        locations=("location", "size"), location=("location", "first"), municipality=("municipality", "first")
    )
    schools = advices.join(by_brin, on="brin")
    schools["locations"] = schools["locations"].fillna(0).astype("int64")
    single = schools["location"].where(schools["locations"] == 1)
    advised = schools[list(LEVEL_OF_COLUMN)].sum(axis=1)
    total = schools[list(LEVEL_OF_COLUMN)] @ pd.Series(LEVEL_OF_COLUMN)
    return pd.DataFrame(
        {
            **schools[["brin", "year", "municipality", "locations"]],
            "advices": advised,
            "level": (total / advised).where(advised > 0),
            "score": single.map(scores.set_index("location")["score"]),
            "schoolweging": single.map(weging.set_index("location")["schoolweging"]),
        }
    )
