from __future__ import annotations

import pandas as pd
import pytest

from analysis.errors import InputError
from analysis.registers import kept
from analysis.registers.deliver import deliver
from analysis.registers.marks import mark
from analysis.registers.secret import SECRET_VARIABLE

KEYS = [f"{at:09d}" for at in range(12)]
TABLE = pd.DataFrame(
    {"key": KEYS, "groep": "8", "age": "11", "risk": ["1", "2", ""] * 4, "lat": "52,5", "pc4": ["1011", ""] * 6}
)
TYPES = {"pupil": "int64", "groep": "int64", "age": "int64", "at_risk": "boolean", "lat": "float64", "pc4": "str"}
MAPPING = (
    "files: {pupils: {path: p.csv}}\ntables: {by_pupil: {from: pupils, columns: {pupil: {number: [key]},\n"
    "  groep: {whole: groep}, age: {age_given: age}, at_risk: {flag: risk, yes_codes: ['1'], no_codes: ['2']},\n"
    "  lat: {decimal: lat}, pc4: {text: pc4}}}}"
)


def put(office, rows: int = 12) -> None:
    office.put("p.csv", TABLE.head(rows).to_csv(index=False, sep=";", lineterminator="\n"))
    office.maps(MAPPING)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was made anew, and not taken from what is kept."""
    import importlib

    module, found = importlib.import_module(deliver.__module__), []
    make = module._made
    monkeypatch.setattr(module, "_made", lambda *given: (found.append("made"), make(*given))[1])
    return found


def test_what_is_kept_has_the_types_of_what_was_made(office, made) -> None:
    put(office)
    first, second = office.deliver(cached=True), office.deliver(cached=True)
    assert made == ["made"]
    pd.testing.assert_frame_equal(first.tables["by_pupil"], second.tables["by_pupil"])
    assert second.tables["by_pupil"].dtypes.astype(str)[list(TYPES)].to_dict() == TYPES
    assert str(first.report) == str(second.report)
    assert first.inputs == second.inputs


@pytest.mark.parametrize("what", ["seed", "secret", "file", "mapping", "program"])
def test_whatever_decides_a_table_makes_it_anew(office, made, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    put(office)
    office.deliver(cached=True)
    if what == "secret":
        monkeypatch.setenv(SECRET_VARIABLE, "of the office")
    if what == "file":
        put(office, 11)
    if what == "mapping":
        office.maps(office.mapping.read_text("utf8").replace("yes_codes: ['1']", "yes_codes: ['1', '3']"))
    if what == "program":
        monkeypatch.setattr(kept, "_program", lambda: "another")
    office.deliver(cached=True, seed=2 if what == "seed" else 1)
    assert made == ["made", "made"]


def test_a_delivery_with_errors_is_not_kept(office) -> None:
    put(office)
    office.maps(office.mapping.read_text("utf8").replace("no_codes: ['2']", "no_codes: ['4']"))
    for _ in range(2):
        with pytest.raises(InputError, match="not mapped"):
            office.deliver(cached=True)


def test_a_mark_of_made_up_data_counts_for_what_is_kept_too(office) -> None:
    put(office)
    office.deliver(cached=True)
    mark(office.folder)
    with pytest.raises(InputError, match="bears the mark of made-up data"):
        office.deliver(cached=True)
