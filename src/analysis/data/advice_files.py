"""Files of DUO about advices: counts per school and year, mean end-test scores, and where schools are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from analysis.data import cbs
from analysis.data.cards import read_card, verified
from analysis.data.contracts import LOCATION, check
from analysis.data.files import decimals, read_delimited, stripped, whole_numbers
from analysis.errors import InputError

FILES = {
    "schooladviezen-per-brin-2019-2022": "duo/schooladviezen-per-brin-2019-2022.csv",
    "gemiddelde-eindscores-2018-2019": "duo/gemiddelde-eindscores-bo-sbo-2018-2019.csv",
    "alle-vestigingen-bo-2019": "duo/alle-vestigingen-bo-2019-09-03.csv",
    "schoolweging-2017-2019": "cbs/schoolweging-2017-2019.xlsx",
}
WEGING_YEAR = 2019
BRIN = r"\d{2}[A-Z]{2}"

# The numbers of the levels are those of `advice_levels`, to which a test holds them.
LEVEL_OF_COLUMN = {
    "VSO": -1.0,
    "PRO": 0.0,
    "VMBO_B": 1.0,
    "VMBO_B_K": 1.5,
    "VMBO_K": 2.0,
    "VMBO_K_GT": 2.5,
    "VMBO_GT": 3.0,
    "VMBO_GT_HAVO": 3.5,
    "HAVO": 4.0,
    "HAVO_VWO": 4.5,
    "VWO": 5.0,
}
NOT_POSSIBLE, TOTAL = "ADVIES_NIET_MOGELIJK", "LEERLINGEN"
FEWEST_TOLD = 5  # DUO tells no mean of fewer pupils
HIGHEST_SCORE = 600
PROVIDERS = ("CET", "IEP", "ROUTE8", "DIA", "AMN")


def _brin() -> pa.Column:
    return pa.Column(str, pa.Check.str_matches(f"^{BRIN}$", error="BRIN of four characters"))


def _whole(low: int) -> pa.Column:
    return pa.Column("int64", pa.Check.ge(low, error=f"{low} or more"))


ADVICES = pa.DataFrameSchema(
    {"brin": _brin(), "year": _whole(2015), **{name: _whole(0) for name in (*LEVEL_OF_COLUMN, NOT_POSSIBLE, TOTAL)}},
    checks=pa.Check(
        lambda frame: frame[[*LEVEL_OF_COLUMN, NOT_POSSIBLE]].sum(axis=1) == frame[TOTAL],
        error=f"the levels and {NOT_POSSIBLE} sum to {TOTAL}",
    ),
    unique=["brin", "year"],
    strict=True,
    name="by_brin_year",
)
SCORES = pa.DataFrameSchema(
    {
        "location": pa.Column(str, pa.Check.str_matches(f"^{LOCATION}$", error="BRIN and vestigingsnummer")),
        "provider": pa.Column(str, pa.Check.isin(PROVIDERS, error=f"one of {', '.join(PROVIDERS)}")),
        "pupils": _whole(1),
        "score": pa.Column("float64", pa.Check.in_range(0, HIGHEST_SCORE, error=f"between 0 and {HIGHEST_SCORE}")),
    },
    unique=["location", "provider"],
    strict=True,
    name="by_location_provider",
)
BY_SCHOOL_ADVICE = pa.DataFrameSchema(
    {
        "brin": _brin(),
        "year": pa.Column("int64", pa.Check.ge(2015), description="year in which the school year starts"),
        "municipality": pa.Column(str, nullable=True, description="of the school; missing if it is not on the list"),
        "locations": pa.Column("int64", pa.Check.ge(0), description="locations on the list of September 2019"),
        "advices": pa.Column("int64", pa.Check.ge(0), description="pupils with an advice"),
        "level": pa.Column("float64", pa.Check.in_range(-1, 5), nullable=True, description="mean number of the level"),
        "score": pa.Column(
            "float64", nullable=True, description="mean end-test score of 2018/19, sd of schools within the provider"
        ),
        "schoolweging": pa.Column("float64", pa.Check.in_range(15, 45), nullable=True, description="CBS, 2019"),
    },
    unique=["brin", "year"],
    strict=True,
    name="by_school_advice",
)


def read_school_advice(
    folder: Path, cards_folder: Path, allow_changed: bool
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Read the advices of all schools of the country, with their end-test score and schoolweging.

    Parameters
    ----------
    folder, cards_folder
        The data folder and the folder with source cards.
    allow_changed
        Whether to go on with files that differ from their card.

    Returns
    -------
    tuple of DataFrame and list
        ``by_school_advice`` as its contract `BY_SCHOOL_ADVICE` says, one row per BRIN and school year (schools that
        could not be joined keep their row, with missing values), and one record per file for the manifest.

    Raises
    ------
    InputError
        A file is missing, changed, unreadable or breaks its contract.
    """
    inputs = [
        {**record}
        for id, path in FILES.items()
        for record in verified(read_card(id, cards_folder), folder, [path], allow_changed)
    ]
    file = {id: folder / path for id, path in FILES.items()}
    weging = cbs.read_schoolweging(file["schoolweging-2017-2019"])
    joined = joined_by_school(
        read_advices(file["schooladviezen-per-brin-2019-2022"]),
        read_locations(file["alle-vestigingen-bo-2019"]),
        standardised(read_end_scores(file["gemiddelde-eindscores-2018-2019"])),
        weging[weging["year"] == WEGING_YEAR],
    )
    return check(joined, BY_SCHOOL_ADVICE, "by_school_advice"), inputs


def read_advices(path: Path) -> pd.DataFrame:
    """Read the number of advices per level, by BRIN and school year."""
    counts = [*LEVEL_OF_COLUMN, NOT_POSSIBLE, TOTAL]
    rows = read_delimited(
        path, ["SCHOOLJAAR", "BRIN_NUMMER", *counts], encoding="utf-8", separator=",", last_line_ends=True
    )
    years = rows["SCHOOLJAAR"].str.extract(r"^(\d{4})-\d{4}$")[0].rename("SCHOOLJAAR")
    told = {"brin": rows["BRIN_NUMMER"], "year": whole_numbers(years, str(path))}
    return check(
        pd.DataFrame({**told, **{name: whole_numbers(rows[name], str(path)) for name in counts}}), ADVICES, str(path)
    )


def read_end_scores(path: Path) -> pd.DataFrame:
    """Read the mean end-test score of 2018/19 of basisscholen: ``location, provider, pupils, score``.

    A mean of fewer than five pupils is not in the file, and has no row.
    """
    columns = [f"{name}_{what}" for name in PROVIDERS for what in ("AANTAL", "GEM")]
    codes = ["BRIN_NUMMER", "VESTIGINGSNUMMER", "SOORT_PO"]
    rows = stripped(read_delimited(path, [*codes, *columns], encoding="cp1252", separator=";", last_line_ends=True))
    rows = rows[rows["SOORT_PO"] == "Bo"]
    parts = [_of_provider(rows, name, str(path)) for name in PROVIDERS]
    return check(pd.concat(parts, ignore_index=True), SCORES, str(path))


def _of_provider(rows: pd.DataFrame, provider: str, file: str) -> pd.DataFrame:
    pupils = whole_numbers(rows[f"{provider}_AANTAL"], file)
    sat = rows[pupils >= FEWEST_TOLD]
    return pd.DataFrame(
        {
            "location": sat["BRIN_NUMMER"] + sat["VESTIGINGSNUMMER"],
            "provider": provider,
            "pupils": pupils[pupils >= FEWEST_TOLD],
            "score": decimals(sat[f"{provider}_GEM"], file, sign=",", largest=HIGHEST_SCORE),
        }
    )


def read_locations(path: Path) -> pd.DataFrame:
    """Read where basisscholen are: ``brin, location, municipality`` (in capitals, as on the list)."""
    columns = ["BRIN NUMMER", "VESTIGINGSNUMMER", "GEMEENTENAAM"]
    rows = stripped(read_delimited(path, columns, encoding="cp1252", separator=";", last_line_ends=True))
    names = {"BRIN NUMMER": "brin", "VESTIGINGSNUMMER": "location", "GEMEENTENAAM": "municipality"}
    told = rows.rename(columns=names)
    twice = told.loc[told["location"].duplicated(), "location"]
    if len(twice):
        raise InputError(str(path), "a location is listed twice", given=twice.iloc[0])
    return told


def standardised(scores: pd.DataFrame) -> pd.DataFrame:
    """Put the scores of all providers on one scale: ``location, score``.

    The scale of each provider is its own, so a score is told in standard deviations of schools from the mean of the
    provider, both weighted by pupils; a location with two providers has their mean. That schools with different
    providers do not differ on average is thereby assumed.
    """
    weighted = scores.assign(total=scores["score"] * scores["pupils"])
    sums = weighted.groupby("provider")[["total", "pupils"]].transform("sum")
    off = scores["score"] - sums["total"] / sums["pupils"]
    spread = (scores["pupils"] * off**2).groupby(scores["provider"]).transform("sum") / sums["pupils"]
    told = scores.assign(total=off / spread**0.5 * scores["pupils"]).groupby("location")[["total", "pupils"]].sum()
    return (told["total"] / told["pupils"]).rename("score").reset_index()


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
    given = schools[list(LEVEL_OF_COLUMN)].sum(axis=1)
    total = schools[list(LEVEL_OF_COLUMN)] @ pd.Series(LEVEL_OF_COLUMN)
    return pd.DataFrame(
        {
            "brin": schools["brin"],
            "year": schools["year"],
            "municipality": schools["municipality"],
            "locations": schools["locations"],
            "advices": given,
            "level": (total / given).where(given > 0),
            "score": single.map(_by_location(scores, "score")),
            "schoolweging": single.map(_by_location(weging, "schoolweging")),
        }
    )


def _by_location(frame: pd.DataFrame, column: str) -> pd.Series:
    return frame.set_index("location")[column]
