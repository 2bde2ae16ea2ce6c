"""A synthetic town in the formats of the sources: small enough to count by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZipFile

import pandas as pd
import pytest

from analysis.data.contracts import AGES
from analysis.data.sources import Sources

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def pupils_row(**changes: object) -> dict[str, object]:
    """One row of by_location_pc4: two pupils of 4 and one of 5, unless said otherwise."""
    row: dict[str, object] = {
        "GEMEENTENAAM": "Dorp",
        "POSTCODE_LEERLING": "1011",
        "GEMEENTENAAM_LEERLING": "Dorp",
        "location": "01AA00",
        "SOORT_PO": "Bo",
        "DENOMINATIE_VESTIGING": "Openbaar",
        "BEVOEGD_GEZAG_NUMMER": "40001",
        **dict.fromkeys(AGES, 0),
        "LEEFTIJD_4": 2,
        "LEEFTIJD_5": 1,
    }
    row |= changes
    row.setdefault("TOTAAL", sum(int(row[age]) for age in AGES))  # type: ignore[call-overload]
    return row


def town(pupils: list[dict[str, object]]) -> Sources:
    """Sources with points, schoolweging and population for 01AA00, 01AB00 and for 1011 and 1012."""
    locations, pc4s = ["01AA00", "01AB00"], ["1011", "1012"]
    points = {"lat": [52.1, 52.2], "lon": [5.1, 5.2]}
    weging = {"year": 2017, "schoolweging": [25.0, 35.0], "spread": 6.0, "pupils": 90}
    return Sources(
        by_location_pc4=pd.DataFrame(pupils),
        by_location_point=pd.DataFrame({"location": locations, **points, "point_source": "2022"}),
        by_location_weging=pd.DataFrame({"location": locations, **weging}),
        by_pc4_population=pd.DataFrame({"pc4": pc4s, "population": [100, 200], "share_nonwestern": [0.1, 0.4]}),
        by_pc4_point=pd.DataFrame({"pc4": pc4s, **points}),
        by_outline_point=pd.DataFrame({"area": "Dorp", "ring": 0, "lon": [5.1, 5.2, 5.1], "lat": [52.1, 52.1, 52.1]}),
        inputs=[],
    )


@pytest.fixture
def make_row() -> Callable[..., dict[str, object]]:
    return pupils_row


@pytest.fixture
def make_town() -> Callable[[list[dict[str, object]]], Sources]:
    return town


@pytest.fixture
def write_duo() -> Callable[..., Path]:
    """Write a DUO file of pupils; the first argument is the path, the rest are rows of by_location_pc4."""

    def write(path: Path, *rows: dict[str, object], date: str = "20171001") -> Path:
        frame = pd.DataFrame(rows)
        frame.insert(0, "PEILDATUM", date)
        frame["BRIN_NUMMER"], frame["VESTIGINGSNUMMER"] = frame["location"].str[:4], frame["location"].str[4:]
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.drop(columns="location").to_csv(path, sep=";", index=False, encoding="cp1252", lineterminator="\r\n")
        return path

    return write


@pytest.fixture
def write_xlsx() -> Callable[[Path, dict[str, list[list[object]]]], Path]:
    """Write a workbook of strings and numbers: name of sheet to rows. The smallest that the format allows."""
    return _write_xlsx


def _write_xlsx(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    numbers = range(1, len(sheets) + 1)
    names = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="r{i}"/>' for i, n in zip(numbers, sheets, strict=True))
    links = "".join(f'<Relationship Id="r{i}" Type="{OFFICE}/worksheet" Target="worksheets/{i}.xml"/>' for i in numbers)
    parts = "".join(
        f'<Override PartName="/xl/worksheets/{i}.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for i in numbers
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, "w") as book:
        book.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/xl/workbook.xml" ContentType='
            f'"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>{parts}</Types>',
        )
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" Type="{OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>'
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'
        )
        for i, rows in zip(numbers, sheets.values(), strict=True):
            book.writestr(f"xl/worksheets/{i}.xml", _sheet(rows))
    return path


def _sheet(rows: list[list[object]]) -> str:
    lines = [
        f'<row r="{r}">' + "".join(_cell(f"{'ABCDEF'[c]}{r}", value) for c, value in enumerate(row)) + "</row>"
        for r, row in enumerate(rows, start=1)
    ]
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _cell(reference: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{reference}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{reference}"><v>{value}</v></c>'


@pytest.fixture
def weging_sheet() -> Callable[..., list[list[object]]]:
    """A sheet of schoolweging as CBS lays it out; the arguments are year and rows (BRIN, Vestiging, ...)."""

    def sheet(year: int, *rows: list[object]) -> list[list[object]]:
        header = ["BRIN ", "Vestiging", "Nummer bevoegd gezag", "Schoolweging", "Spreiding", "Aantal leerlingen"]
        top: list[list[object]] = [["Tabel 1"], [f"Schoolweging per BRIN vestiging, {year}"], [None], header, [None]]
        return [*top, *rows, [None], ["Bron: CBS"]]

    return sheet


@pytest.fixture
def write_points() -> Callable[..., Path]:
    """Write a GeoJSON of school points: path, name of the key, then (location, lon, lat)."""

    def write(path: Path, key: str, *points: tuple[str, float, float]) -> Path:
        features = [
            {
                "type": "Feature",
                "properties": {"naam": "School", key: location},
                "geometry": {"type": "Point", "coordinates": [lon, lat]},
            }
            for location, lon, lat in points
        ]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        return path

    return write
