"""Values planted in an office's registers, which are broken in every way: no message, page or record may hold one."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyreadstat
import pytest
import yaml

from analysis import cli
from analysis.edition.checking import WRONG, check_edition
from analysis.errors import InputError, RegisterError
from analysis.registers import profile, read_intake, verbs
from analysis.registers.deliver import deliver
from analysis.registers.locate import locate
from analysis.registers.suggest import suggest

PLANTED = ("Klaassenplant", "741852963", "99ZQ", "20071231", "1987", "533,0417", "RAREQ7", "533.0417", "31-12-2007")
PUPIL = {
    "leerlingnummer": "741852963",
    "naam": "Klaassenplant",
    "vestiging": "99ZQ00",
    "geboren": "20071231",
    "postcode": "1987",
    "score": "533,0417",
    "herkomst": "1",
    "geslacht": "m",
}
ROWS = 30
WRITE: dict[str, Callable[[pd.DataFrame, Path], object]] = {
    ".parquet": lambda frame, path: frame.to_parquet(path),
    ".sav": lambda frame, path: pyreadstat.write_sav(frame, str(path)),
    ".dta": lambda frame, path: frame.to_stata(path, write_index=False),
    ".xlsx": lambda frame, path: frame.to_excel(path, index=False),
}
MAPPING = """
intake: own
synthetic: false
years: [2019]
files:
  pupils: {path: "*pupils.csv", keys: [leerlingnummer]}
  homes: {path: homes.csv}
tables:
  by_pupil_advice:
    from: pupils
    joins: [{file: homes, by: [leerlingnummer]}]
    columns:
      pupil: {number: [leerlingnummer]}
      year: {year: calendar}
      location: {key: [vestiging]}
      cet: {decimal: score}
      advice_first: {decimal: advies}
      sex: {code: geslacht, codes: {m: [m], v: [v]}}
      background: {code: herkomst, codes: {none: ["0"], western: ["1"]}}
"""
PARAMS = {
    "edition": "own",
    "title": "Registers",
    "region": "Amsterdam",
    "school_years": ["2019/20"],
    "publisher": "An office",
    "seed": 1,
    "data": {"source": "own", "intake": "own"},
    "advisering": {"table": "by_pupil_advice"},
}
Frames = dict[str, pd.DataFrame]


class Registers:
    """A folder with the files of an office, in which one pupil is planted, its mapping and its edition."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "Klaassenplant"
        self.params, self.mapping = folder / "own.yml", folder / "intake" / "own.yml"
        for made in (self.folder, self.mapping.parent):
            made.mkdir()
        others = pd.DataFrame(PUPIL, index=range(ROWS)).assign(
            leerlingnummer=[f"{at:09d}" for at in range(ROWS)],
            naam="x",
            vestiging=[f"{at % 3:02d}AB00" for at in range(ROWS)],
            geboren="20080101",
            postcode="1011",
            score="540,0",
            herkomst=[str(at % 2) for at in range(ROWS)],
        )
        pupils = pd.concat([others, pd.DataFrame([PUPIL])], ignore_index=True).assign(advies="3,0")
        self.refused = False
        self.frames: Frames = {"99ZQ_741852963_pupils.csv": pupils, "homes.csv": pupils[["leerlingnummer", "postcode"]]}
        self.mapping.write_text(MAPPING, "utf8")
        self.write()

    @property
    def pupils(self) -> pd.DataFrame:
        return self.frames["99ZQ_741852963_pupils.csv"]

    def write(self) -> None:
        for name, frame in self.frames.items():
            frame.to_csv(self.folder / name, sep=";", index=False, encoding="cp1252")
        data = {**PARAMS["data"], "folder": str(self.folder)}  # type: ignore[dict-item]
        self.params.write_text(yaml.safe_dump({**PARAMS, "data": data}), "utf8")

    def plant(self, **values: str) -> None:
        last = self.pupils.index[-1]
        for column, value in values.items():
            self.pupils.loc[last, column] = value
        self.write()

    def maps(self, old: str, new: str) -> None:
        text = self.mapping.read_text("utf8")
        assert old in text
        self.mapping.write_text(text.replace(old, new), "utf8")

    def checked(self) -> str:
        """Return the report of the check; whether it refuses is in `refused`."""
        self.refused = True
        report, code = check_edition(self.params, (), self.params.parent, self.params.parent / "memory")
        self.refused = code == WRONG
        return report

    def says(self, capfd: pytest.CaptureFixture[str]) -> str:
        """Return all that is said of these files: the check, the delivery, the profile, the warnings."""
        said = []
        for look in (
            self.checked,
            lambda: deliver_of(self),
            lambda: str(locate(read_intake(self.mapping), self.folder)).replace(str(self.folder), "").count("csv"),
            lambda: "\n".join(line for line in profile.as_lines(profile.profile(self.folder)) if line.startswith(" ")),
            # The mapping that is suggested names files by their roles: that is what it is for.
            lambda: "\n".join(line for line in suggest(self.folder).splitlines() if "{file: " not in line).partition(
                "tables:"
            )[2],
        ):
            with warnings.catch_warnings(record=True) as warned:
                try:
                    said.append(str(look()))
                except InputError as error:  # anything else is a leak: its words are a library's
                    said.append(str(error).replace(str(self.folder), ""))
            said += [str(each.message) for each in warned]
        printed = capfd.readouterr()
        return "\n".join([*said, printed.out, printed.err])


def deliver_of(registers: Registers) -> str:
    from analysis.codes import Codes

    delivery = deliver(read_intake(registers.mapping), registers.folder, codes=Codes(), seed=1)
    return f"{delivery.report}{delivery.inputs}"


@pytest.fixture
def registers(tmp_path: Path) -> Registers:
    return Registers(tmp_path)


def _not_mapped(registers: Registers) -> None:
    registers.plant(herkomst="RAREQ7")


def _no_number(registers: Registers) -> None:
    registers.plant(score="Klaassenplant")


def _out_of_range(registers: Registers) -> None:
    registers.plant(score="9e300", advies="741852963")


def _two_of_one(registers: Registers) -> None:
    registers.frames["99ZQ_741852963_pupils.csv"] = pd.concat([registers.pupils, registers.pupils.tail(1)])
    registers.write()


def _two_in_the_join(registers: Registers) -> None:
    registers.frames["homes.csv"] = pd.concat([registers.frames["homes.csv"], registers.frames["homes.csv"].tail(1)])
    registers.maps("columns:\n", "columns:\n      share_hoog: {decimal: postcode}\n")
    registers.maps("      cet: {decimal: score}\n", "")
    del registers.pupils["postcode"]
    registers.write()


def _no_such_column(registers: Registers) -> None:
    registers.maps("{decimal: score}", "{decimal: skore}")


def _no_header(registers: Registers) -> None:
    registers.pupils.to_csv(registers.folder / "99ZQ_741852963_pupils.csv", sep=";", index=False, header=False)


def _two_files(registers: Registers) -> None:
    registers.frames["Klaassenplant_pupils.csv"] = registers.pupils
    registers.write()


def _no_such_file(registers: Registers) -> None:
    registers.maps('"*pupils.csv"', '"99_741852_pupils.csv"')


def _wrong_encoding(registers: Registers) -> None:
    registers.plant(naam="Klaassenplänt Klaassenplant")
    registers.pupils.to_csv(registers.folder / "99ZQ_741852963_pupils.csv", sep=";", index=False, encoding="utf-16")


def _cut_off(registers: Registers) -> None:
    path = registers.folder / "99ZQ_741852963_pupils.csv"
    path.write_bytes(path.read_bytes()[:-9] + b';Klaassenplant;"')


def _no_day(registers: Registers) -> None:
    registers.maps("{decimal: score}", "{date: geboren, written: dd-mm-yyyy}")


def _spells_without_end(registers: Registers) -> None:
    registers.maps(
        "{path: homes.csv}", '{path: homes.csv, on_day: {day: "2019-10-01", begins: postcode, ends: leerlingnummer}}'
    )


def _several_widths(registers: Registers) -> None:
    registers.maps("{key: [vestiging]}", "{key: [naam, vestiging]}")


def _a_book_of_numbers(registers: Registers) -> None:
    sheets = {"Klaassenplant": registers.pupils, "99ZQ": registers.pupils.assign(leerlingnummer=741852963)}
    with pd.ExcelWriter(registers.folder / "book.xlsx") as book:
        for name, frame in sheets.items():
            frame.to_excel(book, sheet_name=name, index=False)
    registers.maps('"*pupils.csv"', "book.xlsx")


def _numbers_in_a_book(registers: Registers) -> None:
    registers.pupils.assign(leerlingnummer=741852963).to_excel(registers.folder / "book.xlsx", index=False)
    registers.maps('"*pupils.csv"', "book.xlsx")


def _half(name: str) -> Callable[[Registers], None]:
    def breaks(registers: Registers) -> None:
        path = registers.folder / name
        WRITE[path.suffix](registers.pupils, path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        registers.maps('"*pupils.csv"', name)

    breaks.__name__ = f"half a {name.partition('.')[2]}"
    return breaks


def _keys_as_numbers(registers: Registers) -> None:
    WRITE[".sav"](registers.pupils.assign(leerlingnummer=registers.pupils["leerlingnummer"].astype(float)),
                  registers.folder / "pupils.sav")  # fmt: skip
    registers.maps('"*pupils.csv"', "pupils.sav")


def _keys_too_wide(registers: Registers) -> None:
    _keys_as_numbers(registers)
    registers.maps("keys: [leerlingnummer]", "keys: [leerlingnummer], widths: {leerlingnummer: 8}")


def _overlapping_spells(registers: Registers) -> None:
    last = registers.pupils[["leerlingnummer", "postcode"]].tail(1)
    spells = pd.concat([registers.frames["homes.csv"], last]).assign(begins="20071231", ends="")
    registers.frames["homes.csv"] = spells.rename(columns={"postcode": "pc"})
    registers.maps("{path: homes.csv}", '{path: homes.csv, on_day: {day: "2019-10-01", begins: begins, ends: ends}}')
    registers.maps("columns:\n", "columns:\n      share_hoog: {decimal: pc}\n")
    registers.write()


def _fixed_width_shifted(registers: Registers) -> None:
    lines = (f"{row.leerlingnummer}{row.score}é{row.naam}\n" for row in registers.pupils.itertuples())
    (registers.folder / "pupils.txt").write_text("".join(lines), "utf8")
    layout = (
        "layout: {leerlingnummer: [1, 9], score: [10, 15], vestiging: [16, 30], herkomst: [3, 3], geslacht: [4, 4], "
    )
    registers.maps('"*pupils.csv"', f"pupils.txt, format: fixed, encoding: utf-8, {layout} advies: [5, 5]}}")


def _a_list_in_a_cell(registers: Registers) -> None:
    rows = pa.Table.from_pandas(registers.pupils).append_column("lijst", pa.array([["Klaassenplant"]] * (ROWS + 1)))
    pa.parquet.write_table(rows, registers.folder / "pupils.parquet")
    registers.maps('"*pupils.csv"', "pupils.parquet")
    registers.maps("{decimal: score}", "{decimal: lijst}")


def _columns_called_after_schools(registers: Registers) -> None:
    registers.pupils["99ZQ00"] = "1"
    registers.write()


BREAKS: list[Callable[[Registers], None]] = [
    *(_not_mapped, _no_number, _out_of_range, _two_of_one, _two_in_the_join, _no_such_column, _no_header, _two_files),
    *(_no_such_file, _wrong_encoding, _cut_off, _no_day, _spells_without_end, _several_widths, _a_book_of_numbers),
    *(_numbers_in_a_book, _a_list_in_a_cell, _keys_as_numbers, _keys_too_wide, _overlapping_spells),
    *(
        _columns_called_after_schools,
        _fixed_width_shifted,
        *map(_half, ("half.parquet", "half.sav", "half.dta", "half.xlsx")),
    ),
]


def leaked(text: str) -> list[str]:
    return [value for value in PLANTED if value.casefold() in text.casefold()]


@pytest.mark.parametrize("breaks", BREAKS, ids=lambda breaks: breaks.__name__.strip("_").replace("_", " "))
def test_registers_that_are_broken_are_refused_without_a_value(
    registers: Registers, breaks: Callable[[Registers], None], capfd: pytest.CaptureFixture[str]
) -> None:
    breaks(registers)
    said = registers.says(capfd)
    assert leaked(said) == []
    assert registers.refused, "nothing was wrong with it"


def test_registers_that_are_whole_are_told_without_a_value(
    registers: Registers, capfd: pytest.CaptureFixture[str]
) -> None:
    report = registers.checked()
    assert not registers.refused, report
    assert leaked(registers.says(capfd)) == []


def test_an_office_without_a_secret_is_told_what_that_costs(
    registers: Registers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "who guesses a small file can verify its hash" in registers.checked()
    (registers.folder / "staat-secret.txt").write_text("a long random text", "utf8")
    assert "secret" not in registers.checked()
    (registers.folder / "staat-secret.txt").unlink()
    monkeypatch.setenv("STAAT_SECRET", "another")
    assert "secret" not in registers.checked()


@pytest.mark.parametrize("raised", [KeyError, ValueError, pd.errors.MergeError, UnicodeError, OSError])
def test_a_fault_of_ours_or_of_a_library_says_its_kind_and_place(
    registers: Registers, raised: type[Exception], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> None:
        warnings.warn("Klaassenplant 741852963", stacklevel=1)
        raise raised("741852963 of Klaassenplant")

    monkeypatch.setattr(verbs, "texts_of", fails)
    with pytest.raises(RegisterError, match=f"stopped with {raised.__name__} at test_planted.py, line") as error:
        deliver_of(registers)
    assert error.value.__suppress_context__
    assert leaked(registers.says(capfd)) == []


def test_a_folder_that_is_closed_is_told_without_its_name(
    registers: Registers, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def closed(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", closed)
    assert leaked(registers.says(capfd)) == []


def test_a_command_that_stops_with_a_fault_shows_no_word_of_it(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise KeyError("741852963 of Klaassenplant")

    monkeypatch.setattr(cli, "app", fails)
    monkeypatch.setattr(cli.signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 1
    said = capfd.readouterr().err
    assert "stopped with KeyError at test_planted.py, line" in said
    assert leaked(said) == []


def test_a_suggested_role_is_not_called_after_a_person_or_school(registers: Registers) -> None:
    for name in ("99ZQ_99XX_pupils.csv", "99ZQ_pupils.csv", "99ZQ.csv"):
        registers.pupils.to_csv(registers.folder / name, sep=";", index=False)
    roles = [line.partition(":")[0].strip() for line in suggest(registers.folder).splitlines() if "{path:" in line]
    assert roles == ["file", "pupils", "pupils_csv", "pupils_csv_2", "homes"]


def test_no_key_is_among_the_codes_of_a_column(registers: Registers) -> None:
    """Where a pupil has ten rows and more, such as of tests, its key occurs as often as a code does."""
    frame = pd.concat([pd.DataFrame([PUPIL])] * 20, ignore_index=True)
    frame.assign(groep="8").to_csv(registers.folder / "tests.csv", sep=";", index=False)
    for column in (*PUPIL, "groep"):
        if column in ("postcode", "score", "herkomst", "geslacht"):
            continue  # twenty rows have it: codes, as far as anybody can tell
        try:
            said = "\n".join(profile.codes(registers.folder, column))
        except InputError as error:
            said = str(error)
        assert leaked(said.replace("99ZQ_741852963_pupils.csv", "")) == []
    assert '"8": 20' in "\n".join(profile.codes(registers.folder, "groep"))
    shutil.rmtree(registers.folder)
