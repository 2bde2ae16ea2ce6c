from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest

from analysis.registers import extract, formats
from analysis.registers.mapping import File

ROWS = 11
KEYS = [f"{at:09d}" for at in range(ROWS)]
EVERY = pd.DataFrame({"soort": "R", "key": KEYS, "groep": "8", "pc4": "1011", "score": np.arange(ROWS) / 2})
MAPPING = (
    "years: [2018, 2019]\nintake: own\nsynthetic: false\n"
    "files: {pupils: {path: 'p{year}.sav'}, homes: {path: h.sav}}\n"
    "tables: {by_pupil: {from: pupils, joins: [{file: homes, by: [soort, key]}],\n"
    "  columns: {pupil: {number: [key]}, groep: {whole: groep}, pc4: {text: pc4}}}}"
)


def put(office) -> None:
    for year in (2018, 2019):
        office.put(f"p{year}.sav", EVERY.drop(columns="pc4").assign(groep=str(year - 2011)))
    office.put("h.sav", EVERY.drop(columns="groep"))
    office.maps(MAPPING)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[str, ...]]]:
    """The rows of SPSS files that were read, as the file and the columns asked of it."""
    found, read = [], pyreadstat.read_sav

    def spy(path: Path, **options: object) -> object:
        if not options.get("metadataonly"):
            found.append((path.name, tuple(options["usecols"])))
        return read(path, **options)

    monkeypatch.setattr(pyreadstat, "read_sav", spy)
    return found


def test_only_the_columns_of_the_mapping_are_read(office, asked) -> None:
    put(office)
    office.deliver()
    assert {name: set(columns) for name, columns in asked} == {
        "p2018.sav": {"soort", "key", "groep"},
        "p2019.sav": {"soort", "key", "groep"},
        "h.sav": {"soort", "key", "pc4"},
    }


def test_a_file_of_all_years_is_read_once(office, asked) -> None:
    put(office)
    delivered = office.deliver(cached=True).tables["by_pupil_year"]
    assert [name for name, _ in asked] == ["p2018.sav", "h.sav", "p2019.sav"]
    assert len(delivered) == 2 * ROWS
    assert delivered["pc4"].notna().all()


@pytest.mark.parametrize("name", ["p.sav", "p.dta", "p.parquet"])
def test_a_file_is_read_in_chunks(office, name: str) -> None:
    office.put(name, EVERY)
    read = list(formats.chunks(office.folder / name, "p", File(path=name), ["key", "score"], 4))
    assert [len(chunk) for chunk in read] == [4, 4, 3]
    assert [key for chunk in read for key in chunk["key"].to_pylist()] == KEYS
    assert {tuple(chunk.column_names) for chunk in read} == {("key", "score")}


def test_a_chunk_without_any_number_holds_numbers_all_the_same(office) -> None:
    office.put("p.sav", EVERY.assign(score=[np.nan] * 4 + [1.5] * (ROWS - 4)))
    first, second, _ = formats.chunks(office.folder / "p.sav", "p", File(path="p.sav"), ["score"], 4)
    assert first.schema == second.schema


def test_rows_of_others_are_left_out_before_the_join(office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a key of two columns the one with more values tells who is asked for: the other says R of everybody."""
    put(office)
    others = EVERY.drop(columns="groep").assign(key=[f"9{key[1:]}" for key in KEYS])
    office.put("h.sav", pd.concat([EVERY.drop(columns="groep"), others]))
    read, reached = extract.OfficeFiles.rows, []

    def spy(self: extract.OfficeFiles, role: str, *given: object) -> pd.DataFrame:
        frame = read(self, role, *given)
        reached.append((role, len(frame)))
        return frame

    monkeypatch.setattr(extract.OfficeFiles, "rows", spy)
    office.deliver(cached=True)
    assert set(reached) == {("pupils", ROWS), ("homes", ROWS)}


def test_the_cache_holds_parts_of_few_rows(office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "ROWS", 5)
    put(office)
    office.deliver(cached=True)
    groups = [pq.ParquetFile(path).num_row_groups for path in office.cache.glob("*.parquet") if "-" not in path.name]
    assert groups == [3, 3, 3]


def test_a_file_without_rows_is_kept_as_one(office) -> None:
    put(office)
    for year in (2018, 2019):
        office.put(f"p{year}.sav", EVERY.rename(columns={"pc4": "was"}).assign(groep=str(year - 2011)))
    office.put("h.sav", EVERY.drop(columns="groep").head(0))
    office.maps(MAPPING.replace("{text: pc4}", "{text: [pc4, was]}"))
    first, second = (str(office.deliver(cached=is_kept).report) for is_kept in (False, True))
    assert first == second
    assert "join homes 2018-19       all rows without a row" in first


@pytest.mark.parametrize("other", ["7", None])
def test_of_several_files_one_may_hold_text_and_another_numbers(office, other: str | None) -> None:
    office.put("a.parquet", pd.DataFrame({"key": ["1"], "groep": [8]}))
    office.put("b.parquet", pd.DataFrame({"key": ["2"], "groep": [other]}))
    office.maps(
        "files: {p: {path: '*.parquet', several: true}}\n"
        "tables: {by_pupil: {from: p, columns: {pupil: {number: key}, distance_km: {decimal: groep}}}}"
    )
    table = office.deliver().tables["by_pupil"]
    assert sorted(table["distance_km"].dropna()) == ([7.0, 8.0] if other else [8.0])
