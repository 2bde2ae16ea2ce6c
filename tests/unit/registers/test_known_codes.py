"""Codes of the contract in a mapping, told before a file is read."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from analysis.codes import Codes
from analysis.registers.known_codes import unknown_codes
from analysis.registers.mapping import read_intake


def said(office, column: str, verb: str, table: str = "by_pupil_advice") -> str:
    office.maps(
        f"files: {{pupils: {{path: p.csv}}}}\ntables: {{{table}: {{from: pupils, columns: {{{column}: {verb}}}}}}}"
    )
    faults = unknown_codes(read_intake(office.mapping), Codes(), Path("own.yml"))
    return "\n".join(map(str, faults))


@pytest.mark.parametrize(
    ("column", "verb", "told"),
    [
        ("education", '{code: a, codes: {low: "1"}}', "no such code: 'low'"),
        ("education", "{code: a, codes: {hoog: 1h}, others: onbekent}", "did you mean 'onbekend'?"),
        ("background", "{code: a, codes: {polish: P}}", "in its params file, in codes.background"),
        ("income", "{cut: a, edges: [34], names: [low, hihg]}", "did you mean 'high'?"),
        ("advice_first", "{code: a, codes: {tl: TL}}", "allowed vso, pro, vmbo-b, "),
        ("advice_first", '{code: a, codes: {"0.5": PB}}', "no such code: '0.5'"),
    ],
)
def test_a_code_that_the_contract_does_not_have_is_told(office, column: str, verb: str, told: str) -> None:
    assert told in said(office, column, verb)


@pytest.mark.parametrize(
    ("column", "verb"),
    [
        ("education", "{code: a, codes: {hoog: 1h}, others: missing, missing: onbekend}"),
        ("advice_first", '{code: a, codes: {vwo: V, "4.5": HV}}'),
        ("test", "{code: a, codes: {anything: A}}"),
    ],
)
def test_a_code_of_the_contract_is_none_to_tell(office, column: str, verb: str) -> None:
    assert said(office, column, verb) == ""


def test_the_name_of_a_level_stands_for_its_number(office) -> None:
    office.put("p.csv", "key;school;advice\na;X;TL\nb;X;VWO\nc;X;\n")
    office.maps(
        "files: {pupils: {path: p.csv}}\n"
        "tables: {by_pupil_advice: {from: pupils, columns: {pupil: {number: key}, year: {year: calendar},\n"
        "  location: {key: school}, advice_first: {code: advice, codes: {vmbo-gt: TL, vwo: VWO}}}}}"
    )
    advice = office.deliver().tables["by_pupil_advice"]["advice_first"]
    assert sorted(advice.dropna()) == [3.0, 5.0]
    assert advice.isna().sum() == 1


def test_the_levels_suggested_for_cbs_are_those_of_its_codes() -> None:
    from analysis.advice_levels import NUMBER_OF_LEVEL
    from analysis.plain_yaml import read_yaml
    from analysis.registers.suggest import NAMES
    from analysis.synthetic.offices.cbs_codes import ADVICE

    entry = next(entry for entry in read_yaml(NAMES) if entry["name"] == "WPOADVIESVO")
    codes = yaml.safe_load(entry["columns"]["by_pupil_advice.advice_first"])["codes"]
    suggested = {NUMBER_OF_LEVEL[level]: tuple(theirs) for level, theirs in codes.items()}
    assert suggested == {float(level): theirs for level, theirs in ADVICE.items() if level != "-1"}
