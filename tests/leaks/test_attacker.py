"""The hostile reader of `attacker`: it finds what can be found, and in whole editions nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from attacker import Rules, attack

from analysis.disclosure import Gated
from analysis.edition.chain import ROWS
from analysis.publish.release import Release
from analysis.publish.tables import write_csv, write_sidecar
from analysis.run.workspace import Workspace

ROOT = Path(__file__).parents[2]
EXACT = Rules(base=1, zeros=False)
WORDS, LEVELS = ["reading", "maths", "spelling", "words"], ["I", "II", "III", "IV"]


def lay(folder: Path, name: str, counts: list[str], **columns: list[object]) -> None:
    """Write a table that never passed a gate: missing counts are withheld as small."""
    frame = pd.DataFrame(columns).convert_dtypes()
    signs = pd.DataFrame("", index=frame.index, columns=frame.columns, dtype=object).mask(frame.isna(), "< 10")
    keys = tuple(column for column in frame if column not in counts)
    named = [";".join(row.index[row]) for _, row in frame.isna().iterrows()]
    path = folder / "tables" / "chapter" / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    gated = Gated(frame.assign(suppressed=named), signs, dict.fromkeys(counts, ()), keys)
    write_csv(gated.frame, path)
    write_sidecar(gated, path.with_suffix(".json"), edition="ci", caption=name, synthetic=False)


def test_it_finds_a_part_of_a_total_whatever_it_is_called(tmp_path: Path) -> None:
    # 93 - 50 - 40 = 3
    lay(tmp_path, "one", ["n"], group=["a", "b", "c", "Nederland"], n=[50, 40, None, 93])
    assert [(one.row, one.low) for one in attack(tmp_path, EXACT).exactly] == [(3, 3)]


def test_it_finds_a_cell_that_another_table_tells(tmp_path: Path) -> None:
    lay(tmp_path, "one", ["n"], group=["a", "b", "c"], n=[150, 240, None])
    lay(tmp_path, "two", ["n"], soort=["a", "b", "c"], n=[150, 240, 7])
    assert [(one.table, one.low) for one in attack(tmp_path, EXACT).exactly] == [("chapter/one", 7)]


def test_what_cannot_be_found_is_not_claimed(tmp_path: Path) -> None:
    lay(tmp_path, "one", ["n"], group=["a", "b", "c", "d"], n=[150, 240, None, None])
    assert attack(tmp_path, EXACT).pinned == []


def test_it_counts_what_is_said_twice_once(tmp_path: Path) -> None:
    # 15 twice by accident in two tables, once for each outcome: that hardly shows that the third number is nobody
    rows = [(kind, outcome, n) for outcome in "xyz" for kind, n in (("a", 15), ("b", None))]
    lay(
        tmp_path,
        "one",
        ["schools"],
        **dict(zip(["group", "outcome", "schools"], map(list, zip(*rows, strict=True)), strict=True)),
    )
    lay(tmp_path, "two", ["schools"], outcome=list("xyz"), schools=[15, 15, 15])
    assert attack(tmp_path, EXACT).pinned == []


EDITIONS = [
    pytest.param(["params/amsterdam-2020.yml"], Rules(), id="the default edition"),
    pytest.param(["params/ci.yml", "--set", "disclosure=acro"], Rules(zeros=False), id="ci under acro"),
    pytest.param(["params/ci.yml", "--set", "disclosure=duo"], Rules(least=5), id="ci under duo"),
]


FALSE = 0.001
"""A reader who takes what agrees for the same concludes something of a few withheld numbers, and is wrong."""


def assert_nothing_is_found(edition: Path, rules: Rules) -> None:
    """Assert that no withheld number is found exactly; what seems narrow by chance is little, and false (docs)."""
    found = attack(edition, rules)
    assert found.withheld > 0
    assert found.exactly == []
    assert len(found.pinned) <= FALSE * found.withheld


def test_nothing_that_is_withheld_can_be_found_in_ci(ci_edition: Path) -> None:
    assert_nothing_is_found(ci_edition, Rules())


@pytest.mark.slow
@pytest.mark.parametrize(("words", "rules"), EDITIONS)
def test_nothing_that_is_withheld_can_be_found_in_an_edition(tmp_path: Path, words: list[str], rules: Rules) -> None:
    run = [sys.executable, "-m", "analysis.cli", "run", *words, "--outputs", str(tmp_path)]
    subprocess.run(run, cwd=ROOT, check=True)
    (edition,) = [path.parent for path in tmp_path.glob("[!.]*/manifest.json")]
    assert_nothing_is_found(edition, rules)


@pytest.mark.parametrize(
    ("profile", "rules"),
    [
        pytest.param("cbs", Rules(zeros=False), id="cbs"),
        pytest.param("duo", Rules(least=5), id="duo"),
    ],
)
def test_tables_of_the_same_persons_do_not_give_away_what_profiles_of_offices_withhold(
    tmp_path: Path, profile: str, rules: Rules
) -> None:
    """Cross-tables with their totals under another name: of small numbers, of nearly all of a group, and of shares."""
    facts = {"edition": "x", "disclosure": profile, "synthetic": False, "tables": ROWS}
    release = Release(Workspace("chapter", tmp_path, tmp_path, facts, needs=frozenset(), produces=frozenset()))
    draws = np.random.default_rng(1).multinomial(4000, [0.3, 0.3, 0.3, 0.1], size=4) // np.array([1, 10, 100, 400])
    draws[0] = [1900, 30, 40, 20]
    persons = pd.DataFrame(
        [
            (subject, level, n)
            for subject, row in zip(WORDS, draws, strict=True)
            for level, n in zip(LEVELS, row, strict=True)
        ],
        columns=["subject", "level", "n"],
    )
    release.table("cross", persons, caption="By subject and level", counts=["n"])
    by_subject = (
        persons.groupby("subject", as_index=False, sort=False)["n"].sum().rename(columns={"subject": "outcome"})
    )
    release.table("subjects", by_subject, caption="By subject", counts=["n"])
    by_level = persons.groupby("level", as_index=False, sort=False)["n"].sum()
    release.table("levels", by_level, caption="By level", counts=["n"])
    found = attack(tmp_path, rules)
    assert found.withheld > 0
    assert found.exactly == []
    assert not [one for one in found.pinned if one.low < rules.least]
