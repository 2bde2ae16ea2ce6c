"""Files of CBS and DUO about money against disadvantage (OAB): scores, money received, accounts of boards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from analysis.data import cbs
from analysis.data.cards import read_card, verified
from analysis.data.contracts import LOCATION, check, require_columns
from analysis.data.files import FETCH_AGAIN, decimals, read_bytes, read_delimited, stripped, whole_numbers
from analysis.errors import InputError

SCORES_FILE = "cbs/achterstandsscores-scholen-2019.xlsx"
MONEY_FILES = {
    2011: "duo/03.-personele-bekostiging-bo-2011-2012.xls",
    2019: "duo/03-personele-bekostiging-bo-2019-2020.xls",
}
ACCOUNTS_FILE = "duo/lasten.csv"
PLACES_FILE = "duo/alle-vestigingen-bo-2019-09-03.csv"
WEGING_FILE = "cbs/schoolweging-2017-2019.xlsx"
CARD_OF = {
    SCORES_FILE: "achterstandsscores-2019",
    **dict.fromkeys(MONEY_FILES.values(), "personele-bekostiging"),
    ACCOUNTS_FILE: "lasten-2014-2018",
    PLACES_FILE: "alle-vestigingen-bo-2019",
    WEGING_FILE: "schoolweging-2017-2019",
}
SCORE_YEAR, WEGING_YEAR = 2019, 2017

BRIN = r"\d{2}[A-Z]{2}"
HEADER_ROW, FIRST_ROW, END = 3, 5, "Bron: CBS"
WITH_THRESHOLD = ["School (BRIN vestiging)", "Aantal bekostigde leerlingen", "Achterstandsscore"]
WITHOUT_THRESHOLD = ["School (BRIN vestiging)", "Achterstandsscore zonder drempel"]
BRIN_COLUMN = {2011: "BRIN_NUMMER", 2019: "Brin"}
# What a school's money was reckoned by: pupils with a weight until 2019, the score of CBS from then on.
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


def _text(pattern: str, rule: str, *, missing: bool = False) -> pa.Column:
    return pa.Column(str, pa.Check.str_matches(f"^(?:{pattern})$", error=rule), nullable=missing)


def _amount(*, low: float = 0.0, missing: bool = False) -> pa.Column:
    return pa.Column("float64", pa.Check.ge(low, error=f"{low:g} or more"), nullable=missing)


def _whole(low: int) -> pa.Column:
    return pa.Column("int64", pa.Check.ge(low, error=f"{low} or more"))


PLACE = {
    "board": _text(r"\d{5}", "a board number of five digits", missing=True),
    "municipality": pa.Column(str, nullable=True, description="in capitals; missing if the school is not on the list"),
}
BY_LOCATION_SCORE = pa.DataFrameSchema(
    {
        "location": _text(LOCATION, "BRIN and vestigingsnummer"),
        "pupils": _whole(1),
        "score": _amount(),
        "score_raw": _amount(),
        **PLACE,
    },
    checks=pa.Check(lambda frame: frame["score"] <= frame["score_raw"], error="the threshold lowers a score"),
    unique=["location"],
    strict=True,
    name="by_location_score",
)
BY_SCHOOL_MONEY = pa.DataFrameSchema(
    {
        "brin": _text(BRIN, "BRIN of four characters"),
        "year": pa.Column("int64", pa.Check.isin(list(MONEY_FILES))),
        "pupils": _whole(0),
        "mean_age": _amount(),
        "score": _amount(),
        "oab_euro": _amount(),
        "raw_per_pupil": _amount(missing=True),
        "municipality": PLACE["municipality"],
    },
    unique=["brin", "year"],
    strict=True,
    name="by_school_money",
)
BY_BOARD_YEAR = pa.DataFrameSchema(
    {
        "board": _text(r"\d{5}", "a board number of five digits"),
        "year": _whole(2014),
        "wage_share": pa.Column("float64", nullable=True),
        "hired_share": pa.Column("float64", nullable=True),
        "schoolweging": pa.Column("float64", pa.Check.in_range(15, 45), nullable=True),
    },
    unique=["board", "year"],
    strict=True,
    name="by_board_year",
)


@dataclass(frozen=True)
class OabFiles:
    """What open data tell of money against disadvantage, and one record per file for the manifest."""

    by_location_score: pd.DataFrame
    by_school_money: pd.DataFrame
    by_board_year: pd.DataFrame
    inputs: list[dict[str, Any]]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by the name under which they are handed over."""
        names = ("by_location_score", "by_school_money", "by_board_year")
        return {name: getattr(self, name) for name in names}


def read_oab(folder: Path, cards_folder: Path, allow_changed: bool) -> OabFiles:
    """Read scores of all school locations, money of all schools and accounts of all boards of primary schools.

    Parameters
    ----------
    folder, cards_folder
        The data folder and the folder with source cards.
    allow_changed
        Whether to go on with files that differ from their card.

    Returns
    -------
    OabFiles
        ``by_location_score`` (1 October 2019), ``by_school_money`` (a BRIN in 2011/12 and 2019/20; ``score`` is the
        schoolgewicht of 2010 and the achterstandsscore of 2018, ``raw_per_pupil`` the score of 2019 without threshold),
        ``by_board_year`` (2014-2018; schoolweging is the mean over the board's pupils in 2017, shares of costs).

    Raises
    ------
    InputError
        A file is missing, changed, unreadable or breaks its contract.
    """
    inputs = [
        {**record}
        for path, id in CARD_OF.items()
        for record in verified(read_card(id, cards_folder), folder, [path], allow_changed)
    ]
    places = read_places(folder / PLACES_FILE)
    scores = with_place(read_scores(folder / SCORES_FILE), places)
    money = pd.concat([read_money(folder / path, year) for year, path in MONEY_FILES.items()], ignore_index=True)
    weging = cbs.read_schoolweging(folder / WEGING_FILE)
    accounts = read_accounts(folder / ACCOUNTS_FILE)
    return OabFiles(
        check(scores, BY_LOCATION_SCORE, "by_location_score"),
        check(with_score(money, scores), BY_SCHOOL_MONEY, "by_school_money"),
        check(with_weging(accounts, weging[weging["year"] == WEGING_YEAR], places), BY_BOARD_YEAR, "by_board_year"),
        inputs,
    )


def read_scores(path: Path) -> pd.DataFrame:
    """Read the score of every location with and without threshold: ``location, pupils, score, score_raw``.

    Raises
    ------
    InputError
        No such sheets, another header, a sheet that is cut off, or locations that stand on one sheet only.
    """
    told = _sheet(path, "Tabel 1", WITH_THRESHOLD).set_axis(["location", "pupils", "score"], axis=1)
    raw = _sheet(path, "Tabel 2", WITHOUT_THRESHOLD).set_axis(["location", "score_raw"], axis=1)
    if set(told["location"]) != set(raw["location"]):
        alone = sorted(set(told["location"]) ^ set(raw["location"]))
        raise InputError(str(path), "Tabel 1 and Tabel 2 tell of other locations", given=f"{len(alone)} on one only")
    both = told.merge(raw, on="location", validate="one_to_one")
    numbers = {name: decimals(both[name], str(path)) for name in ("score", "score_raw")}
    return both.assign(pupils=whole_numbers(both["pupils"], str(path)), **numbers)


def _sheet(path: Path, name: str, header: list[str]) -> pd.DataFrame:
    sheet = _workbook(path).get(name)
    if sheet is None or len(sheet) <= HEADER_ROW:
        raise InputError(str(path), f"no sheet {name!r} with a table", hint=FETCH_AGAIN)
    found = [str(told).strip() for told in sheet.iloc[HEADER_ROW, : len(header)]]
    if found != header:
        raise InputError(f"{path} [{name}]", f"the header in row {HEADER_ROW + 1} has changed", given=found)
    if not sheet.iloc[HEADER_ROW + 1 : FIRST_ROW, : len(header)].isna().all(axis=None):
        raise InputError(f"{path} [{name}]", f"row {FIRST_ROW} below the header must be empty", hint=FETCH_AGAIN)
    body = sheet.iloc[FIRST_ROW:, : len(header)].dropna(how="all")
    ends = body.index[body[0] == END]
    if not len(ends):
        raise InputError(f"{path} [{name}]", f"no row reads {END!r}: the sheet was cut off", hint=FETCH_AGAIN)
    return body.loc[: ends[0] - 1].set_axis(header, axis=1)


def _workbook(path: Path) -> dict[str, pd.DataFrame]:
    read_bytes(path)
    try:
        return pd.read_excel(path, sheet_name=None, header=None, engine="calamine")
    except Exception as error:  # calamine has its own kinds of errors; all mean that this is no workbook
        raise InputError(str(path), f"cannot be read as a workbook: {error}", hint=FETCH_AGAIN) from error


def read_money(path: Path, year: int) -> pd.DataFrame:
    """Read the money of one school year: ``brin, year, pupils, mean_age, score, oab_euro``; see `SCORE_COLUMN`."""
    ((_, sheet),) = list(_workbook(path).items())[:1]
    header = [str(name).strip() for name in sheet.iloc[0]]
    numbers = {"mean_age": MEAN_AGE, "score": SCORE_COLUMN[year], "oab_euro": MONEY}
    require_columns(header, [BRIN_COLUMN[year], PUPILS, *numbers.values()], str(path))
    rows = sheet.iloc[1:].set_axis(header, axis=1).reset_index(drop=True)
    read = {name: decimals(rows[column], str(path)) for name, column in numbers.items()}
    brin = rows[BRIN_COLUMN[year]].astype("str")
    pupils = whole_numbers(rows[PUPILS], str(path))
    return pd.DataFrame({"brin": brin, "year": year, **read, "pupils": pupils})


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


def read_places(path: Path) -> pd.DataFrame:
    """Read whose and where basisscholen are: ``location, board, municipality``."""
    names = {"VESTIGINGSNUMMER": "location", "BEVOEGD GEZAG NUMMER": "board", "GEMEENTENAAM": "municipality"}
    rows = stripped(read_delimited(path, list(names), encoding="cp1252", separator=";", last_line_ends=True))
    places = rows.rename(columns=names)
    twice = int(places["location"].duplicated().sum())
    if twice:
        raise InputError(str(path), f"column 'VESTIGINGSNUMMER' must name a location once; {twice} stand again")
    return places


def with_place(scores: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Add board and municipality to locations; those that are not on the list have none."""
    return scores.merge(places, on="location", how="left", validate="one_to_one")


def with_score(money: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Add the score without threshold of 2019 per pupil, over all locations of the school, and its municipality."""
    of = scores.assign(brin=scores["location"].str[:4]).groupby("brin")
    by_brin = of.agg(raw=("score_raw", "sum"), of=("pupils", "sum"), municipality=("municipality", "first"))
    joined = money.join(by_brin, on="brin")
    return joined.assign(raw_per_pupil=joined["raw"] / joined["of"]).drop(columns=["raw", "of"])


def with_weging(accounts: pd.DataFrame, weging: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Add to boards the mean schoolweging of their pupils; a board without any school on both lists has none."""
    schools = weging.merge(places, on="location", validate="one_to_one")
    total = (schools["schoolweging"] * schools["pupils"]).groupby(schools["board"]).sum()
    mean = total / schools.groupby("board")["pupils"].sum()
    return accounts.assign(schoolweging=accounts["board"].map(mean))
