"""Files that count pupils of regular primary schools (Bo) in several years, put in the municipalities of 2017.

Municipalities merge and split: a location is put where the files of 2017 have it by BRIN and number, else in the
municipality in which most pupils of its postcode lived in 2017. What fits neither is counted, and in no municipality.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from analysis.data import duo
from analysis.data.cards import verify_files
from analysis.data.columns import PC4, brin, code, location, open_contract, text, whole
from analysis.data.contracts import AGES, UNKNOWN, check, require_columns
from analysis.data.files import read_delimited, read_features, stripped, whole_numbers
from analysis.data.institution_files import (
    CROSSING,
    FUNDED,
    FUNDED_CARD,
    KEY,
    NEITHER,
    by_area,
    placed_institutions,
    read_funded,
)
from analysis.errors import InputError

REGULAR = "Bo"
BASE = 2017
FIRST_AGE, LAST_AGE = 4, 12
FILES = {
    "vestigingen-bo-2013": "duo/vestigingen-bo-2013-rd.csv",
    "gemiddelde-afstand-2019-2020": (
        "duo/gemiddelde-afstand-tussen-woonadres-leerling-en-schoolvestiging-2019-2020.csv"
    ),
    "scholen-2024-11-22": "geo/scholen-2024-11-22.geo.json",
    "alle-vestigingen-bo-2019": "duo/alle-vestigingen-bo-2019-09-03.csv",
}
PUPIL_CARD = "leerlingen-po-postcode-leeftijd-2017-2018"
PUPIL_FOLDER = f"duo/{PUPIL_CARD}"
POSTCODE = "postcode"

_BY_AREA_AGE_YEAR = open_contract(
    "by_area_age_year",
    ["area", "age", "year"],
    area=text("municipality of 2017"),
    region=text("COROP area"),
    province=text("province"),
    age=whole("years on 1 October; 4 with younger, 12 with older", FIRST_AGE, LAST_AGE),
    year=whole("year of the 1 October", 2012, BASE),
    pupils=whole("of regular primary schools", 0),
)
_BY_LOCATION_COUNT = open_contract(
    "by_location_count",
    ["location", "year"],
    location=location(),
    area=text("municipality of 2017", missing=True),
    placed=code("how the municipality was found", (KEY, POSTCODE, NEITHER)),
    year=whole("year of the 1 October; of the file of 2024, whose date is not stated, 2024", 2012, 2024),
    pupils=whole("missing where the file tells none", 0, missing=True),
    young=whole("aged up to 7; missing where not told", 0, missing=True),
)
_BY_AREA_COUNT = open_contract(
    "by_area_count",
    ["area", "year"],
    area=text("municipality of 2017"),
    year=whole("year of the 1 October", 2010, 2024),
    pupils=whole("of regular primary schools", 0),
    without=whole("schools on the list of which the file tells no pupils", 0),
)
_BY_INSTITUTION_COUNT = open_contract(
    "by_institution_count",
    ["brin", "year"],
    brin=brin(),
    year=whole("year of the 1 October", *FUNDED),
    area=text("municipality of 2017 whose count it is in", missing=True),
    placed=code("how the municipality was found, or why it has no count", (KEY, CROSSING, NEITHER)),
    pupils=whole("of regular primary schools", 0),
)


def read_counts_over_years(
    folder: Path, cards_folder: Path, allow_changed: bool
) -> tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]:
    """Read the counts of 2010, 2012, 2017, 2018, 2019 and 2024, each file compared with its card first.

    Returns
    -------
    tuple
        ``by_area_age_year`` (2012 and 2017), ``by_location_count`` (2012, 2017, 2019, 2024), ``by_institution_count``
        (2010, 2018) and ``by_area_count``, of all these years. And one record a file for the manifest.
    """
    pupil_files = [f"{PUPIL_FOLDER}/{path.name}" for path in duo.pupil_files(folder / PUPIL_FOLDER).values()]
    funded = [path for path, _ in FUNDED.values()]
    cards = {PUPIL_CARD: pupil_files, FUNDED_CARD: funded, **{id: [path] for id, path in FILES.items()}}
    records = verify_files(cards, folder, cards_folder, allow_changed)
    rows_2017 = duo.read_pupils(folder / PUPIL_FOLDER, None)
    rows_2017 = rows_2017[rows_2017["SOORT_PO"] == REGULAR]
    ages = {2012: read_ages_2012(folder / FILES["vestigingen-bo-2013"]), BASE: _ages_2017(rows_2017)}
    of_location, of_postcode = areas_2017(rows_2017)
    years = {
        **{year: _of_ages(rows) for year, rows in ages.items()},
        2019: read_pupils_2019(folder / FILES["gemiddelde-afstand-2019-2020"]),
        2024: read_pupils_2024(folder / FILES["scholen-2024-11-22"]),
    }
    counts = pd.concat(
        [placed(rows, of_location, of_postcode).assign(year=year) for year, rows in years.items()], ignore_index=True
    )
    by_location = counts[list(_BY_LOCATION_COUNT.columns)]
    by_institution = pd.concat(
        [
            placed_institutions(read_funded(folder / path, column), by_location).assign(year=year)
            for year, (path, column) in FUNDED.items()
        ]
    )
    tables = {
        "by_area_age_year": _by_age(ages, by_location, read_regions(folder / FILES["alle-vestigingen-bo-2019"])),
        "by_location_count": by_location,
        "by_institution_count": by_institution,
        "by_area_count": pd.concat([_totals(by_location), by_area(by_institution)], ignore_index=True),
    }
    contracts = (_BY_AREA_AGE_YEAR, _BY_LOCATION_COUNT, _BY_INSTITUTION_COUNT, _BY_AREA_COUNT)
    return {schema.name: check(tables[schema.name], schema, schema.name) for schema in contracts}, records


def read_ages_2012(path: Path) -> pd.DataFrame:
    """Read pupils by age of every location on 1 October 2012: ``location, pc4``, and an age a column (4 to 12).

    Locations of which the file tells no ages have none.
    """
    names = {age: f"lftd_{age}_jaar" for age in range(3, 15)}
    columns = ["vestigingsnummer", "pc6", *names.values()]
    rows = stripped(read_delimited(path, columns, encoding="mac_roman", separator=","))
    told = rows[(rows[[*names.values()]] != "").all(axis=1)]
    _refuse_twice(rows["vestigingsnummer"], path)
    by_age = {age: _counts(told[name], told["vestigingsnummer"], path) for age, name in names.items()}
    grouped = pd.DataFrame(by_age).T.groupby(lambda age: min(max(age, FIRST_AGE), LAST_AGE)).sum().T
    counts = grouped.astype("Int64").reindex(rows.index)
    return counts.assign(location=rows["vestigingsnummer"], pc4=rows["pc6"].str[:4])


def _ages_2017(rows: pd.DataFrame) -> pd.DataFrame:
    numbers = {"LEEFTIJD_JONGER": FIRST_AGE, "LEEFTIJD_OUDER": LAST_AGE}
    age = {name: numbers.get(name) or min(int(name.removeprefix("LEEFTIJD_")), LAST_AGE) for name in AGES}
    sums = rows.groupby("location")[list(AGES)].sum()
    return sums.T.groupby(pd.Series(age)).sum().T.reset_index().assign(pc4="")


def _of_ages(rows: pd.DataFrame) -> pd.DataFrame:
    ages = list(range(FIRST_AGE, LAST_AGE + 1))
    young = rows[list(range(FIRST_AGE, 8))].sum(axis=1, skipna=False)
    return rows[["location", "pc4"]].assign(pupils=rows[ages].sum(axis=1, skipna=False), young=young)


def read_pupils_2019(path: Path) -> pd.DataFrame:
    """Read pupils of every location on 1 October 2019: ``location, pc4, pupils``."""
    columns = ["BRIN_NUMMER", "VESTIGINGSNUMMER", "POSTCODE_VESTIGING", "SOORT_PO", "LEERLINGEN"]
    rows = stripped(read_delimited(path, columns, encoding="cp1252", separator=";"))
    rows = rows[rows["SOORT_PO"] == REGULAR]
    key = rows["BRIN_NUMMER"] + rows["VESTIGINGSNUMMER"]
    _refuse_twice(key, path)
    pupils = _counts(rows["LEERLINGEN"], key, path)
    return pd.DataFrame({"location": key, "pc4": rows["POSTCODE_VESTIGING"].str[:4], "pupils": pupils})


def read_pupils_2024(path: Path) -> pd.DataFrame:
    """Read pupils of every location on the list of November 2024: ``location, pc4, pupils``.

    The file has a feature per address, each with all pupils of the location: they count once. It does not state the
    date of its counts; of some locations it has none.

    Raises
    ------
    InputError : Two addresses of one location have other numbers of pupils.
    """
    every = [feature["properties"] for feature in read_features(path)]
    rows = pd.DataFrame([one for one in every if one.get("type") == "basisschool"])
    require_columns([*map(str, rows.columns)], ["vestigingscode", "postcode", "leerlingen"], str(path))
    told = rows["leerlingen"].notna()
    counts = _counts(rows.loc[told, "leerlingen"], rows["vestigingscode"], path)
    rows = rows.assign(pupils=counts.astype("Int64"))
    of_location = rows.groupby("vestigingscode", sort=False)["pupils"]
    differ = (of_location.max() > of_location.min()).fillna(value=False).astype(bool)
    if differ.any():
        raise InputError(
            str(path),
            f"{int(differ.sum())} locations have other numbers of pupils at other addresses",
            given=differ.index[differ].tolist()[:5],
            hint="give each address of a location the same number, or none",
        )
    pc4 = rows.drop_duplicates("vestigingscode").set_index("vestigingscode")["postcode"].str[:4]
    return pd.DataFrame({"pc4": pc4, "pupils": of_location.first()}).rename_axis("location").reset_index()


def _counts(column: pd.Series, key: pd.Series, path: Path) -> pd.Series:
    """Turn a column into numbers of pupils; what is no whole number from zero up stops, with the keys of its rows."""
    numbers = whole_numbers(column, str(path))
    below = numbers < 0
    if below.any():
        raise InputError(
            str(path),
            f"a number of pupils is below zero in column {column.name!r}",
            given=key.loc[below.index[below]].tolist()[:5],
            hint="the file is damaged: fetch it again",
        )
    return numbers


def _refuse_twice(key: pd.Series, path: Path) -> None:
    twice = sorted(set(key[key.duplicated()]))
    if twice:
        raise InputError(
            str(path), "a location is in the file twice", given=twice[:5], hint="leave one row of each location"
        )


def read_regions(path: Path) -> pd.DataFrame:
    """Read in which COROP area and province every location of 2019 stands: ``location, region, province``."""
    names = {"VESTIGINGSNUMMER": "location", "COROPGEBIED NAAM": "region", "PROVINCIE": "province"}
    rows = stripped(read_delimited(path, list(names), encoding="cp1252", separator=";", last_line_ends=True))
    return rows.rename(columns=names)


def areas_2017(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the municipality of every location and of every postcode in the files of 2017.

    Parameters
    ----------
    rows : ``by_location_pc4`` of regular schools. A postcode is where most of its pupils live, and only where that
        municipality has schools in the files.
    """
    of_location = rows.drop_duplicates("location").set_index("location")["GEMEENTENAAM"]
    homes = rows[rows["POSTCODE_LEERLING"].str.fullmatch(PC4) & (rows["GEMEENTENAAM_LEERLING"] != UNKNOWN)]
    sums = homes.groupby(["POSTCODE_LEERLING", "GEMEENTENAAM_LEERLING"])["TOTAAL"].sum().reset_index()
    most = sums.sort_values(["TOTAAL", "GEMEENTENAAM_LEERLING"]).drop_duplicates("POSTCODE_LEERLING", keep="last")
    of_postcode = most.set_index("POSTCODE_LEERLING")["GEMEENTENAAM_LEERLING"]
    return of_location, of_postcode[of_postcode.isin(of_location)]


def placed(rows: pd.DataFrame, of_location: pd.Series, of_postcode: pd.Series) -> pd.DataFrame:
    """Put locations in municipalities of 2017, by their key, else their postcode.

    Parameters
    ----------
    rows : ``location, pc4, pupils``, and ``young`` if known.
    of_location, of_postcode : Of `areas_2017`.

    Returns
    -------
    DataFrame
        With ``area`` (missing where neither knows it), ``placed`` and ``young``.
    """
    by_key, by_postcode = rows["location"].map(of_location), rows["pc4"].map(of_postcode)
    how = pd.Series(NEITHER, index=rows.index).mask(by_postcode.notna(), POSTCODE).mask(by_key.notna(), KEY)
    numbers = {name: rows.get(name, pd.Series(pd.NA, index=rows.index)).astype("Int64") for name in ("pupils", "young")}
    return rows[["location"]].assign(area=by_key.fillna(by_postcode), placed=how, **numbers)


def _totals(by_location: pd.DataFrame) -> pd.DataFrame:
    known = by_location.dropna(subset="area")
    known = known.assign(without=known["pupils"].isna().astype("int64"), pupils=known["pupils"].fillna(0))
    sums = known.groupby(["area", "year"], as_index=False)[["pupils", "without"]].sum()
    return sums.astype({"pupils": "int64"})[["area", "year", "pupils", "without"]]


def _by_age(ages: dict[int, pd.DataFrame], by_location: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    """Sum pupils by age over the locations of each municipality that has some in both years."""
    columns = list(range(FIRST_AGE, LAST_AGE + 1))
    sums = []
    for year, rows in ages.items():
        area = by_location[by_location["year"] == year].set_index("location")["area"]
        sums.append(rows.groupby(rows["location"].map(area))[columns].sum().assign(year=year).rename_axis("area"))
    long = pd.concat(sums).reset_index().melt(["area", "year"], var_name="age", value_name="pupils")
    both = long.groupby("area")["year"].transform("nunique") == len(ages)
    at = _regions_of_areas(by_location, regions)
    return long[both].astype({"age": "int64"}).merge(at, on="area").sort_values(["area", "year", "age"])


def _regions_of_areas(by_location: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    """Put each municipality where most of its locations stand."""
    joined = by_location[["location", "area"]].drop_duplicates().merge(regions, on="location")
    sizes = joined.groupby(["area", "region", "province"], as_index=False).size()
    return sizes.sort_values(["size", "region"]).drop_duplicates("area", keep="last").drop(columns="size")
