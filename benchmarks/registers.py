"""Time and memory of `staat check` on made-up registers of a country, the first time and from its cache.

python -m benchmarks.registers --pupils 150000 --years 3 --as cbs --to DIR

Registers that DIR holds already, whole, are measured as they are.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyreadstat

from analysis.registers.marks import MARK, mark

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
Columns: TypeAlias = Mapping[str, Array]

BLOCK = 500_000  # rows made at a time
FIRST_YEAR, GROEPEN, BIRTHS = 2010, 8, 0.125
CASES = slice(80, 84)  # where the header of a `.sav` file has its number of rows
SCHOOLS = 6_000
FATHER, MOTHER = 1_000_000_000, 2_000_000_000  # where the keys of parents begin to count
PARAMS = """edition: country
title: Made-up registers of a country
region: Netherlands
school_years: ["{last}/{next}"]
seed: 20201101
data: {{source: own, intake: country, folder: {folder}, synthetic: true}}
segregation:
  weging_edges: [24.0, 28.0, 32.0, 36.0]
  share_edges: [0.2, 0.4, 0.6, 0.8]
  size_edges: [196, 401]
  mirror_points: [0.1, 0.2]
  capacity_slack: 1.05
  bootstrap_draws: 100
  random_draws: 50
summary: {{}}
"""
MAPPING = """intake: country
synthetic: true
years: {years}
files:
  enrolment: {{path: "INSCHRWPOTAB{{year}}V1.{ext}", keep: {{RINPERSOONS: [R], WPOTYPEPO: [BO]}}}}
  person: {{path: "GBAPERSOON{last}TABV1.{ext}"}}
  parents: {{path: "KINDOUDER{last}TABV1.{ext}"}}
  educated: {{path: "HOOGSTEOPL{last}TABV1.{ext}"}}
  household:
    path: "GBAHUISHOUDENS{last}BUSV1.{ext}"
    on_day: {{day: "{{year}}-10-01", begins: DATUMAANVANGHH, ends: DATUMEINDEHH, open_codes: ["88888888"]}}
  earner: {{path: "KOPPELPERSOONHUISHOUDEN{{year}}V1.{ext}"}}
  income: {{path: "INHA{{year}}TABV1.{ext}"}}
  address:
    path: "GBAADRESOBJECT{last}BUSV1.{ext}"
    on_day: {{day: "{{year}}-10-01", begins: DATUMAANVANG, ends: DATUMEINDE, open_codes: ["88888888"]}}
  postcode: {{path: "VSLPOSTCODE{last}V1.{ext}"}}
  schools: {{path: "SCHOLEN.csv"}}
tables:
  by_pupil:
    from: enrolment
    joins:
      - {{file: person, by: [RINPERSOONS, RINPERSOON]}}
      - {{file: parents, by: [RINPERSOONS, RINPERSOON]}}
      - {{file: educated, by: {{RINPERSOONSMa: RINPERSOONS, RINPERSOONMa: RINPERSOON}}, as: mother}}
      - {{file: educated, by: {{RINPERSOONSpa: RINPERSOONS, RINPERSOONpa: RINPERSOON}}, as: father}}
      - {{file: household, by: [RINPERSOONS, RINPERSOON]}}
      - {{file: earner, by: [RINPERSOONS, RINPERSOON]}}
      - {{file: income, by: [RINPERSOONSHKW, RINPERSOONHKW]}}
      - {{file: address, by: [RINPERSOONS, RINPERSOON]}}
      - {{file: postcode, by: [SOORTOBJECTNUMMER, RINOBJECTNUMMER]}}
    columns:
      pupil: {{number: [RINPERSOON]}}
      groep: {{whole: WPOLEERJAAR}}
      age: {{age_on: "{{year}}-10-01", born: [GBAGEBOORTEJAAR, GBAGEBOORTEMAAND, GBAGEBOORTEDAG]}}
      sex: {{code: GBAGESLACHT, codes: {{m: ["1"], v: ["2"]}}}}
      background:
        code: GBAHERKOMSTGROEPERING
        codes: {{none: ["6030"], moroccan: ["5022"], turkish: ["6043"], surinamese: ["5007"], western: ["5002"]}}
        missing_codes: ["6024"]
      education:
        highest: [mother.OPLNIVSOI2021AGG4HBmetNIRWO, father.OPLNIVSOI2021AGG4HBmetNIRWO]
        order: [laag, middelbaar, hoog]
        codes: {{laag: ["1111", "1211"], middelbaar: ["2111", "2131"], hoog: ["3111", "3211"]}}
        missing_codes: ["----"]
        missing: onbekend
      income: {{cut: INHP100HGEST, edges: [34, 67], names: [low, middle, high], missing_below: 1}}
      one_parent: {{flag: TYPHH, yes_codes: ["6"], no_codes: ["3", "4"]}}
      pc4: {{text: POSTCODENUM, missing_codes: ["----"]}}
      location: {{key: [WPOBRIN_crypt, WPOBRINVEST]}}
  by_location:
    from: schools
    columns:
      location: {{key: [BRIN, VEST]}}
      board: {{text: board}}
      denomination: {{code: denomination, codes: {{Openbaar: [OPB], Rooms-Katholiek: [RK]}}}}
      special: {{flag: special, yes_codes: [J], no_codes: ["N"]}}
"""


@dataclass(frozen=True)
class Register:
    """One file: how many rows it has, and the columns of the rows from a first to a last."""

    name: str
    rows: int
    columns: Callable[[Array], Columns]


@dataclass(frozen=True)
class Used:
    """What a command used: seconds of wall clock and processor, GB at its peak, and what it said."""

    wall: float
    cpu: float
    peak: float
    said: str


def registers(pupils: int, years: int) -> Iterator[Register]:
    """Give the registers of a country with so many pupils a year: of all years, those of one year each last."""
    last = FIRST_YEAR + years - 1
    children = pupils + int(pupils * BIRTHS) * (years - 1)
    adults = round(pupils * 11.5 / 1.5)
    yield Register(f"GBAPERSOON{last}TABV1", children + adults, partial(_person, int(pupils * BIRTHS)))
    yield Register(f"KINDOUDER{last}TABV1", 2 * children, _parents)
    yield Register(f"HOOGSTEOPL{last}TABV1", adults, partial(_educated, children))
    yield Register(f"GBAHUISHOUDENS{last}BUSV1", 3 * children, partial(_household, children))
    yield Register(f"GBAADRESOBJECT{last}BUSV1", 4 * children, partial(_address, children))
    yield Register(f"VSLPOSTCODE{last}V1", 2 * children, _postcode)
    for at in range(years):
        first = int(pupils * BIRTHS) * at
        yield Register(f"INSCHRWPOTAB{FIRST_YEAR + at}V1", pupils, partial(_enrolment, first, int(pupils * BIRTHS)))
        yield Register(f"KOPPELPERSOONHUISHOUDEN{FIRST_YEAR + at}V1", 2 * pupils, partial(_earner, first))
        yield Register(f"INHA{FIRST_YEAR + at}TABV1", 2 * pupils, partial(_income, first))


def _digits(numbers: Array, width: int) -> Array:
    places = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    signs = (numbers[:, None] // places % 10 + ord("0")).astype(np.uint8)
    return np.ascontiguousarray(signs).view(f"S{width}")[:, 0]


def _keys(people: Array, begin: int = 0) -> dict[str, Array]:
    """Give persons nine digits in an order that is none, each another."""
    numbers = (people.astype(np.int64) * 387_420_489 + begin % 999_999_937) % 1_000_000_000
    return {"RINPERSOONS": _one("R", people), "RINPERSOON": _digits(numbers, 9)}


def _one(text: str, rows: Array) -> Array:
    return np.full(len(rows), text.encode(), f"S{len(text)}")


def _among(texts: str, rows: Array, step: int = 7919) -> Array:
    """Give each row one of some texts of one width, without chance."""
    codes = np.array(texts.encode().split())
    return codes[(rows * step + rows // 13) % len(codes)]


def _renamed(columns: Columns, ending: str) -> dict[str, Array]:
    return {f"{name}{ending}": values for name, values in columns.items()}


def _parent(child: Array, begin: int) -> dict[str, Array]:
    return _keys(child * 10 // 17, begin)  # 1.7 children each


def _object(person: Array) -> dict[str, Array]:
    ending = _digits(person * 10 // 17, 12)
    return {"SOORTOBJECTNUMMER": _one("B", person), "RINOBJECTNUMMER": np.char.add(b"0a1b2c3d4e5f60718293", ending)}


def _person(births: int, rows: Array) -> Columns:
    month = 1 + rows % 12
    return {
        **_keys(rows),
        "GBAGEBOORTEJAAR": _digits(FIRST_YEAR + rows // births - 11 - (month > 9), 4),  # 11 on 1 October of groep 8
        "GBAGEBOORTEMAAND": _digits(month, 2),
        "GBAGEBOORTEDAG": _digits(1 + rows % 28, 2),
        "GBAGESLACHT": _among("1 2", rows),
        "GBAGEBOORTELAND": _among("6030 5022 6043", rows),
        "GBAHERKOMSTGROEPERING": _among("6030 6030 6030 5022 6043 5007 5002 6024", rows),
        "GBAGENERATIE": _among("0 1 2", rows),
    }


def _parents(rows: Array) -> Columns:
    mother, father = _renamed(_parent(rows, MOTHER), "Ma"), _renamed(_parent(rows, FATHER), "pa")
    return {**_keys(rows), "XKOPPELNUMMER": _digits(rows, 8), **father, **mother}


def _educated(children: int, rows: Array) -> Columns:
    mothers = children * 10 // 17 + 1
    is_mother = rows < mothers
    keys = np.where(
        is_mother, _keys(rows, MOTHER)["RINPERSOON"], _keys(np.maximum(rows - mothers, 0), FATHER)["RINPERSOON"]
    )
    return {
        "RINPERSOONS": _one("R", rows),
        "RINPERSOON": keys,
        "OPLNIVSOI2021AGG4HBmetNIRWO": _among("1111 1211 2111 2131 3111 3211 ----", rows),
        "OPLNIVSOI2021AGG4HGMETNIRWO": _among("1111 1211 2111 2131 3111 3211 ----", rows, 31),
        "GEWICHTHOOGSTEOPL": 1 + rows % 50 / 10,
    }


def _spells(people: int, rows: Array, begins: str, ends: str) -> dict[str, Array]:
    """Give persons a spell that has ended, and from the next day on one that lasts; those after them are others."""
    is_second = rows >= people
    return {
        **_keys(np.where(is_second, rows - people, rows)),
        begins: np.where(is_second, b"20090302", b"19950101"),
        ends: np.where(is_second, b"88888888", b"20090301"),
    }


def _household(children: int, rows: Array) -> Columns:
    held = _spells(children, rows, "DATUMAANVANGHH", "DATUMEINDEHH")
    return {**held, "TYPHH": _among("3 4 4 6", rows), "HUISHOUDNR": _digits(rows, 9), "PLHH": _one("1", rows)}


def _address(children: int, rows: Array) -> Columns:
    return {**_spells(children, rows, "DATUMAANVANG", "DATUMEINDE"), **_object(rows % children)}


def _postcode(rows: Array) -> Columns:
    distinct = rows * 17 // 10 + (rows * 17 % 10 > 0)  # the first person of each address
    return {**_object(distinct), "POSTCODENUM": _digits(1000 + rows % 9000, 4), "POSTCODELTR": _among("AB CD", rows)}


def _enrolment(first: int, births: int, rows: Array) -> Columns:
    person = rows + first
    groep = np.maximum(GROEPEN - rows // births, 1)  # the oldest have the lowest numbers
    return {
        **_keys(person),
        "WPOBRIN_crypt": _digits(person % SCHOOLS, 4),
        "WPOBRINVEST": _one("00", rows),
        "WPOTYPEPO": np.where(rows % 50 == 0, b"SO", b"BO"),
        "WPOLEERJAAR": _digits(groep, 1),
        "WPOGEWICHT": _among("0.00 0.30 1.20", rows),
        "WPOADVIESVO": _among("10 22 30 42 60 70", rows),
        "WPOADVIESHERZ": _among("00 60", rows),
        "WPOTOETSADVIES": _among("10 22 30 42 60 70", rows),
        "WPOSOORTEINDTOETS": _among("CET IEP", rows),
        "WPODATUMINSCHR": _digits(20090801 + rows % 28, 8),
        "WPOTOETSSCORE": 501.0 + rows % 50,
    }


def _earner(first: int, rows: Array) -> Columns:
    return {**_keys(rows + first), **_renamed(_parent(rows + first, MOTHER), "HKW")}


def _income(first: int, rows: Array) -> Columns:
    earners = _renamed(_keys(rows + first * 10 // 17, MOTHER), "HKW")
    return {**earners, "INHP100HGEST": (rows % 101).astype(float), "INHBESTINKH": 20000.0 + rows % 50000}


def write_sav(register: Register, path: Path) -> None:
    """Write a register as SPSS does; the library writes the header, which takes it a second per thousand rows else."""
    first = {name: values[0] for name, values in register.columns(np.arange(1)).items()}
    plain = {name: [value.decode() if isinstance(value, bytes) else float(value)] for name, value in first.items()}
    pyreadstat.write_sav(pa.table(plain).to_pandas(), str(path), file_label=MARK)
    widths = {name: 8 * math.ceil(len(text[0]) / 8) if isinstance(text[0], str) else 8 for name, text in plain.items()}
    header = bytearray(path.read_bytes()[: -sum(widths.values())])
    header[CASES] = register.rows.to_bytes(4, "little")
    with path.open("wb") as stream:
        stream.write(header)
        for rows in _blocks(register.rows):
            stream.write(_cases(register.columns(rows), widths))


def _cases(columns: Columns, widths: Mapping[str, int]) -> bytes:
    rows = len(next(iter(columns.values())))
    cases, at = np.full((rows, sum(widths.values())), ord(" "), np.uint8), 0
    for name, values in columns.items():
        kept = np.ascontiguousarray(values)
        cases[:, at : at + kept.itemsize] = kept.view(np.uint8).reshape(rows, kept.itemsize)
        at += widths[name]
    return cases.tobytes()


def write_csv(register: Register, path: Path) -> None:
    """Write a register as a Dutch spreadsheet would, all of it as text."""
    options = pacsv.WriteOptions(delimiter=";", quoting_style="none")
    writer = None
    for rows in _blocks(register.rows):
        table = pa.table({name: _texts(values) for name, values in register.columns(rows).items()})
        writer = writer or pacsv.CSVWriter(path, table.schema, write_options=options)
        writer.write(table)
    if writer:
        writer.close()


def _texts(values: Array) -> pa.Array:
    return pa.array(values if values.dtype.kind == "S" else values.astype(np.int64)).cast(pa.string())


def _blocks(rows: int) -> Iterator[Array]:
    yield from (np.arange(start, min(start + BLOCK, rows)) for start in range(0, rows, BLOCK))


def write(pupils: int, years: int, kind: str, to: Path) -> None:
    """Write the registers of a country, marked as made up, with a mapping and params."""
    folder, last, ext = to / "registers", FIRST_YEAR + years - 1, {"cbs": "sav", "csv": "csv"}[kind]
    shutil.rmtree(to, ignore_errors=True)
    (to / "intake").mkdir(parents=True)
    folder.mkdir()
    mark(folder)
    for register in registers(pupils, years):
        {"sav": write_sav, "csv": write_csv}[ext](register, folder / f"{register.name}.{ext}")
    lines = [f"{school:04d};00;bestuur {school % 900};{'OPB' if school % 2 else 'RK'};N" for school in range(SCHOOLS)]
    (folder / "SCHOLEN.csv").write_text("\r\n".join(["BRIN;VEST;board;denomination;special", *lines, ""]), "ascii")
    every = list(range(FIRST_YEAR, last + 1))
    (to / "intake" / "country.yml").write_text(MAPPING.format(years=every, last=last, ext=ext), "utf8")
    (to / "params.yml").write_text(PARAMS.format(last=last, next=f"{(last + 1) % 100:02d}", folder=folder), "utf8")


def check(to: Path) -> Used:
    """Run `staat check` in a process of its own."""
    words = [sys.executable, "-m", "analysis.cli", "check", str(to / "params.yml"), "--outputs", str(to / "outputs")]
    said, begun = to / "report.txt", time.perf_counter()
    with said.open("wb") as stream:
        child = subprocess.Popen(words, stdout=stream)  # noqa: S603 - fixed words
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 1):  # 1: some chapters lack a table
        raise SystemExit(f"staat check failed: {child.returncode}; see {said}")
    wall = time.perf_counter() - begun
    return Used(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6, said.read_text("utf8"))


def main() -> None:
    """Write registers if there are none, check them twice, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pupils", type=int, default=150_000)
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--as", dest="kind", choices=["cbs", "csv"], default="cbs")
    parser.add_argument("--to", type=Path, required=True)
    given = parser.parse_args()
    to = given.to.resolve()
    if not (to / "params.yml").exists():
        write(given.pupils, given.years, given.kind, to)
    shutil.rmtree(to / "outputs", ignore_errors=True)
    first, cached = check(to), check(to)
    if first.said != cached.said:
        raise SystemExit("the cache gives another report")
    rows = sum(register.rows for register in registers(given.pupils, given.years)) / 1e6
    size = sum(path.stat().st_size for path in (to / "registers").iterdir()) / 1e9
    kept = sum(path.stat().st_size for path in (to / "outputs").rglob("*") if path.is_file()) / 1e9
    sys.stdout.write(f"{rows:.1f} million rows, {size:.2f} GB in files, {kept:.2f} GB in the cache\n")
    sys.stdout.write("            wall s    cpu s  cpu s a year  cpu s a million rows  peak GB\n")
    for name, used in {"first": first, "cached": cached}.items():
        each = f"{used.cpu / given.years:>14.1f}{used.cpu / rows:>22.2f}{used.peak:>9.2f}"
        sys.stdout.write(f"{name:<10}{used.wall:>9.1f}{used.cpu:>9.1f}{each}\n")
    sys.stdout.write(f"ratio registers_first_to_cached {first.cpu / cached.cpu:.1f}\n")


if __name__ == "__main__":
    main()
