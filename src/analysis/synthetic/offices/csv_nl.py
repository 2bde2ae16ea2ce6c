"""The world as a municipal office has it: CSV with ``;`` and decimal comma, Dutch column names, codes and dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.synthetic.offices.beside import beside
from analysis.synthetic.offices.contract import YEARS, verb
from analysis.synthetic.offices.files import NO, YES, semicolons
from analysis.synthetic.offices.office import Office, Tables

NOTES = (
    "CSV as a Dutch spreadsheet saves it: `;` between fields, decimal comma, code page 1252, `J` and `N`, days as"
    " 31-12-2019, Dutch names and codes. Numbers have all their digits, so that the edition on these files equals the"
    " synthetic one, but for the list of source files.",
    "The file of the schools has a column with their names, which the mapping leaves alone: names have the accents and"
    " curly quotes by which a wrong encoding shows.",
)
HEADERS = {
    "pupil": "leerlingnummer",
    "groep": "jaargroep",
    "age": "leeftijd",
    "pc4": "postcode4",
    "lat": "breedtegraad",
    "lon": "lengtegraad",
    "education": "opleiding_ouders",
    "background": "herkomst",
    "income": "inkomensklasse",
    "one_parent": "éénoudergezin",
    "sex": "geslacht",
    "continent": "werelddeel",
    "motive": "migratiemotief",
    "generation": "generatie",
    "at_risk": "risico_op_achterstand",
    "location": "vestiging",
    "distance_km": "afstand_km",
    "denomination": "denominatie",
    "board": "bevoegd_gezag",
    "capacity": "capaciteit",
    "pupils": "leerlingen",
    "special": "speciaal",
    "year": "jaar",
    "subject": "vakgebied",
    "m_day": "afnamedatum_m",
    "e_day": "afnamedatum_e",
    "consent": "toestemming",
    "revised": "bijgesteld",
    "teacher": "personeelsnummer",
    "salary": "salaris",
    "came": "instroom",
    "left": "uitstroom",
    "municipality": "gemeente",
    "area": "wijk_van_wonen",
    "nearest": "dichtstbijzijnde_vestiging",
    "household": "huishouden",
    "newcomer": "nieuwkomer",
}
"""Names of columns; those that are not here keep theirs."""
CODES: Mapping[str, Mapping[str, str]] = {
    "education": {"laag": "laag (t/m vmbo)", "middelbaar": "midden", "hoog": "hoog (hbo/wo)", "onbekend": "onbekend"},
    "background": {
        "none": "Nederlands",
        "moroccan": "Marokkaans",
        "turkish": "Turks",
        "surinamese": "Surinaams",
        "other_nonwestern": "overig niet-westers",
        "western": "westers (o.a. België, Indonesië)",
        "nonwestern": "niet-westers",
    },
    "income": {"low": "01", "middle": "02", "high": "03"},
    "sex": {"m": "1", "v": "2"},
    "concept": {
        "none": "geen",
        "Montessori": "Montessori",
        "Dalton": "Dalton",
        "Jenaplan": "Jenaplan",
        "Vrije School": "‘vrije school’",
    },
    "size_class": {"small": "klein", "medium": "middelgroot", "large": "groot"},
    "came": {"none": "geen", "starter": "starter", "other city": "andere gemeente"},
    "left": {"none": "geen", "other city": "andere gemeente", "left education": "onderwijs uit"},
}
DAYS = ("m_day", "e_day")
FIRST_DAY = "-08-01"
NAMES = ("’t Fort", "De Zeeën", "Café de École", "“Het Kompas”")


def csv_nl(tables: Tables) -> Office:
    """Return the office that holds every table of the contract as a Dutch CSV."""
    mapped, along = beside(tables)
    written = {name: {str(column): _written(frame, str(column)) for column in frame} for name, frame in mapped.items()}
    return Office(
        files={f"{name}.csv": semicolons(_file(name, columns)) for name, columns in written.items()} | along,
        intake={
            "years": YEARS,
            "files": {name: {"path": f"{name}.csv"} for name in written},
            "tables": {
                name: {"from": name, "columns": {column: how for column, (_, how) in columns.items()}}
                for name, columns in written.items()
            },
        },
        notes=NOTES,
    )


def _file(name: str, columns: Mapping[str, tuple[pd.Series[Any], Any]]) -> pd.DataFrame:
    frame = pd.DataFrame({_header(column): values for column, (values, _) in columns.items()})
    if name == "by_location":
        frame.insert(1, "schoolnaam", [f"{NAMES[row % len(NAMES)]} {row + 1}" for row in range(len(frame))])
    return frame


def _header(column: str) -> str:
    side, _, base = column.rpartition("_")
    return f"{side}_{HEADERS[base]}" if side in ("first", "last") else HEADERS.get(column, column)


def _written(frame: pd.DataFrame, column: str) -> tuple[pd.Series[Any], dict[str, Any]]:
    """Return a column as the office writes it, and the verb that reads it."""
    header, values = _header(column), frame[column]
    codes = CODES.get(column.rpartition("_")[2] if column.startswith(("first_", "last_")) else column)
    if codes is not None:
        known = {own: codes.get(own, own) for own in sorted(values.unique())}
        return values.map(known), {"code": header, "codes": {own: [code] for own, code in known.items()}}
    if column in DAYS:
        first = pd.to_datetime(frame["year"].str[:4] + FIRST_DAY)
        days = first + pd.to_timedelta(values, unit="D")
        return days, {"date": header, "written": "dd-mm-yyyy", "gives": "day_of_school_year"}
    how: dict[str, Any] = verb(values, header)
    return values, how | ({"yes_codes": [YES], "no_codes": [NO]} if "flag" in how else {})
