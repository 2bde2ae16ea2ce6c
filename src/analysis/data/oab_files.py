"""Files of CBS and DUO about money against disadvantage (OAB): scores, money received, accounts of boards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from analysis.data import cbs
from analysis.data.cards import verify_files
from analysis.data.columns import board, brin, location, number, open_contract, text, whole
from analysis.data.contracts import check, require_columns
from analysis.data.duo import read_locations
from analysis.data.files import FETCH_AGAIN, decimals, read_delimited, read_workbook, stripped, whole_numbers
from analysis.errors import InputError

SCORES_FILE = "cbs/achterstandsscores-scholen-2019.xlsx"
MONEY_FILES = {
    2011: "duo/03.-personele-bekostiging-bo-2011-2012.xls",
    2019: "duo/03-personele-bekostiging-bo-2019-2020.xls",
}
ACCOUNTS_FILE = "duo/lasten.csv"
LOCATIONS_FILE = "duo/alle-vestigingen-bo-2019-09-03.csv"
WEGING_FILE = "cbs/schoolweging-2017-2019.xlsx"
FILES = {
    "achterstandsscores-2019": [SCORES_FILE],
    "personele-bekostiging": [*MONEY_FILES.values()],
    "lasten-2014-2018": [ACCOUNTS_FILE],
    "alle-vestigingen-bo-2019": [LOCATIONS_FILE],
    "schoolweging-2017-2019": [WEGING_FILE],
}
WEGING_YEAR = 2017

WITH_THRESHOLD = ["School (BRIN vestiging)", "Aantal bekostigde leerlingen", "Achterstandsscore"]
WITHOUT_THRESHOLD = ["School (BRIN vestiging)", "Achterstandsscore zonder drempel"]
BRIN_COLUMN = {2011: "BRIN_NUMMER", 2019: "Brin"}
# What a school's money is based on: pupils with a weight until 2019, the score of CBS from then on.
SCORE_COLUMN = {2011: "SCHOOLGEWICHT", 2019: "ACHTERSTANDSSCORE"}
MONEY, PUPILS, MEAN_AGE = (
    "BESTRIJDING_ONDERWIJSACHTERSTANDEN",
    "TOTAAL_AANTAL_LEERLINGEN",
    "GEMIDDELDE_GEWOGEN_LEEFTIJD",
)
PRIMARY = "PO"
STAFF, HIRED, WAGES = (
    "Personeelslasten",
    "Lasten personeel niet in loondienst",
    "Lonen salarissen sociale lasten en pensioenlasten",
)
OTHER_COSTS = ["Afschrijvingen", "Huisvestingslasten", "Overige lasten"]


_MUNICIPALITY = text("in capitals; missing if the school is not on the list", missing=True)
_BY_LOCATION_SCORE = open_contract(
    "by_location_score",
    ["location"],
    pa.Check(lambda frame: frame["score"] <= frame["score_raw"], error="the threshold lowers a score"),
    location=location(),
    pupils=whole("funded pupils", 1),
    score=number("achterstandsscore with threshold", 0),
    score_raw=number("achterstandsscore without threshold", 0),
    board=board(missing=True),
    municipality=_MUNICIPALITY,
)
_BY_SCHOOL_MONEY = open_contract(
    "by_school_money",
    ["brin", "year"],
    brin=brin(),
    year=pa.Column("int64", pa.Check.isin(list(MONEY_FILES)), description="year in which the school year starts"),
    pupils=whole("pupils", 0),
    mean_age=number("mean weighted age of the teachers, years", 0),
    score=number("schoolgewicht in 2011, achterstandsscore in 2019", 0),
    oab_euro=number("money, euro", 0),
    raw_per_pupil=number("score without threshold of 2019 per pupil", 0, missing=True),
    municipality=_MUNICIPALITY,
)
_BY_BOARD_YEAR = open_contract(
    "by_board_year",
    ["board", "year"],
    board=board(),
    year=whole("year of the accounts", 2014),
    wage_share=pa.Column(float, nullable=True, description="wages, share of all costs"),
    hired_share=pa.Column(float, nullable=True, description="hired staff, share of the costs of staff"),
    schoolweging=number("mean of the pupils in 2017", 15, 45, missing=True),
)


def read_oab(
    folder: Path, cards_folder: Path, allow_changed: bool
) -> tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]:
    """Read scores of all school locations, money of all schools and accounts of all boards; see `cards.verify_files`.

    Returns
    -------
    tuple of dict and list
        ``by_location_score`` (1 October 2019), ``by_school_money`` (a BRIN in 2011/12 and 2019/20; ``score`` is the
        schoolgewicht of 2010 and the achterstandsscore of 2018, ``raw_per_pupil`` the score of 2019 without threshold),
        ``by_board_year`` (2014-2018; schoolweging is the mean over the board's pupils in 2017, shares of costs).
    """
    inputs = verify_files(FILES, folder, cards_folder, allow_changed)
    locations = read_locations(folder / LOCATIONS_FILE)
    scores = with_board(read_scores(folder / SCORES_FILE), locations)
    money = pd.concat([read_money(folder / path, year) for year, path in MONEY_FILES.items()], ignore_index=True)
    weging = cbs.read_schoolweging(folder / WEGING_FILE)
    boards = with_weging(read_accounts(folder / ACCOUNTS_FILE), weging[weging["year"] == WEGING_YEAR], locations)
    tables = ((scores, _BY_LOCATION_SCORE), (with_score(money, scores), _BY_SCHOOL_MONEY), (boards, _BY_BOARD_YEAR))
    return {schema.name: check(rows, schema, schema.name) for rows, schema in tables}, inputs


def read_scores(path: Path) -> pd.DataFrame:
    """Read the score of every location with and without threshold: ``location, pupils, score, score_raw``."""
    sheets = read_workbook(path)
    score = _table(sheets, "Tabel 1", WITH_THRESHOLD, path).set_axis(["location", "pupils", "score"], axis=1)
    raw = _table(sheets, "Tabel 2", WITHOUT_THRESHOLD, path).set_axis(["location", "score_raw"], axis=1)
    if set(score["location"]) != set(raw["location"]):
        alone = set(score["location"]) ^ set(raw["location"])
        raise InputError(str(path), "Tabel 1 and Tabel 2 have other locations", given=f"{len(alone)} on one only")
    both = score.merge(raw, on="location", validate="one_to_one")
    numbers = {name: decimals(both[name], str(path)) for name in ("score", "score_raw")}
    return both.assign(pupils=whole_numbers(both["pupils"], str(path)), **numbers)


def _table(sheets: Mapping[str, pd.DataFrame], name: str, header: list[str], path: Path) -> pd.DataFrame:
    if name not in sheets or len(sheets[name]) <= cbs.HEADER_ROW:
        raise InputError(str(path), f"no sheet {name!r} with a table", hint=FETCH_AGAIN)
    return cbs.table_of_sheet(sheets[name], header, f"{path} [{name}]")


def read_money(path: Path, year: int) -> pd.DataFrame:
    """Read the money of one school year: ``brin, year, pupils, mean_age, score, oab_euro``; see `SCORE_COLUMN`."""
    sheet = next(iter(read_workbook(path).values()))
    header = [str(name).strip() for name in sheet.iloc[0]]
    numbers = {"mean_age": MEAN_AGE, "score": SCORE_COLUMN[year], "oab_euro": MONEY}
    require_columns(header, [BRIN_COLUMN[year], PUPILS, *numbers.values()], str(path))
    rows = sheet.iloc[1:].set_axis(header, axis=1).reset_index(drop=True)
    return pd.DataFrame(
        {
            "brin": rows[BRIN_COLUMN[year]].astype("str"),
            "year": year,
            **{name: decimals(rows[column], str(path)) for name, column in numbers.items()},
            "pupils": whole_numbers(rows[PUPILS], str(path)),
        }
    )


def read_accounts(path: Path) -> pd.DataFrame:
    """Read the accounts of boards of primary schools: ``board, year, wage_share, hired_share``.

    Wages (with social charges and pensions) as a share of all costs, hired staff as a share of the costs of staff. A
    share is missing where a board reports no such amount, a negative one, or no costs; an unreported item among the
    other costs is none.
    """
    columns = ["Bevoegd Gezag", "Sector", "Jaar", STAFF, HIRED, WAGES, *OTHER_COSTS]
    rows = stripped(read_delimited(path, columns, encoding="utf-8", separator=",", last_line_ends=True))
    rows = rows[rows["Sector"] == PRIMARY].reset_index(drop=True)
    file = str(path)
    amount = {name: _amounts(rows[name], file) for name in columns[3:]}
    staff, hired, wages = (amount[name].where(amount[name] >= 0) for name in (STAFF, HIRED, WAGES))
    total = staff + sum(amount[name].fillna(0.0) for name in OTHER_COSTS)
    return pd.DataFrame(
        {
            "board": rows["Bevoegd Gezag"],
            "year": whole_numbers(rows["Jaar"], file),
            "wage_share": (wages / total.where(total > 0)).where(lambda share: share <= 1),
            "hired_share": (hired / staff.where(staff > 0)).where(lambda share: share <= 1),
        }
    )


def _amounts(column: pd.Series[Any], file: str) -> pd.Series[float]:
    reported = column != ""
    return decimals(column[reported], file).reindex(column.index)


def with_board(scores: pd.DataFrame, locations: pd.DataFrame) -> pd.DataFrame:
    """Add board and municipality to locations; those that are not on the list have none."""
    return scores.merge(locations.drop(columns="brin"), on="location", how="left", validate="one_to_one")


def with_score(money: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Add the score without threshold of 2019 per pupil, over all locations of the school, and its municipality."""
    of = scores.assign(brin=scores["location"].str[:4]).groupby("brin")
    by_brin = of.agg(raw=("score_raw", "sum"), of=("pupils", "sum"), municipality=("municipality", "first"))
    joined = money.join(by_brin, on="brin")
    return joined.assign(raw_per_pupil=joined["raw"] / joined["of"]).drop(columns=["raw", "of"])


def with_weging(accounts: pd.DataFrame, weging: pd.DataFrame, locations: pd.DataFrame) -> pd.DataFrame:
    """Add to boards the mean schoolweging of their pupils; a board without any school on both lists has none."""
    schools = weging.merge(locations, on="location", validate="one_to_one")
    total = (schools["schoolweging"] * schools["pupils"]).groupby(schools["board"]).sum()
    mean = total / schools.groupby("board")["pupils"].sum()
    return accounts.assign(schoolweging=accounts["board"].map(mean))
