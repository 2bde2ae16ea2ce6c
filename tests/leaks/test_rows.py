"""Values of single rows under every disguise: as they are, changed, rounded, written out, in parts and at the ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from analysis.errors import DisclosureError
from analysis.publish.order import own_cells
from analysis.publish.raw import Loaded
from analysis.publish.release import Release

RNG = np.random.default_rng(7)
SCHOOLS = pd.DataFrame(
    {
        "location": [f"s{number}" for number in range(40)],
        "region": ["north", "south"] * 20,
        "weging": np.round(RNG.uniform(20, 40, 40), 2),
        "share": RNG.binomial(np.arange(151, 431, 7), 0.4) / np.arange(151, 431, 7),
        "money": RNG.lognormal(11, 1, 40),
        "pupils": RNG.permutation(np.arange(80, 1000, 23)[:40]),
    }
)
PUPILS = pd.DataFrame({"score": RNG.normal(530, 10, 300), "region": ["north", "south", "west"] * 100})
TEN = SCHOOLS.iloc[:10]


def loaded(release: Release, name: str = "by_school", rows: pd.DataFrame = SCHOOLS) -> Release:
    release._loaded.add(name, rows)
    return release


DISGUISES: dict[str, Callable[[], object]] = {
    "as they are": lambda: TEN["money"],
    "one more": lambda: TEN["money"] + 1,
    "shifted by any number": lambda: TEN["money"] - 1234.567,
    "twice as much": lambda: 2 * TEN["money"],
    "doubled and shifted": lambda: 2 * TEN["money"] + 3.7,
    "in per cents": lambda: 100 * TEN["share"],
    "the rest of a share": lambda: 1 - TEN["share"],
    "with another sign": lambda: -TEN["money"],
    "logarithms": lambda: np.log(TEN["money"]),
    "standardised": lambda: (TEN["money"] - SCHOOLS["money"].mean()) / SCHOOLS["money"].std(),
    "of the mean": lambda: TEN["money"] / SCHOOLS["money"].mean(),
    "sorted": lambda: TEN["money"].sort_values().to_numpy(),
    "rounded to whole euros": lambda: TEN["money"].round(),
    "whole numbers of all schools": lambda: SCHOOLS["pupils"],
    "all schools, rounded": lambda: SCHOOLS["weging"].round(1),
    "among others": lambda: [*TEN["money"].iloc[:7], 1.5, 2.5, 3.5],
    "as text": lambda: [f"{value:.6f}" for value in TEN["money"]],
    "in a sentence": lambda: [f"money of {value:.6f} euro" for value in TEN["money"]],
    "with a decimal comma": lambda: [f"{value:.6f} euro".replace(".", ",") for value in TEN["money"]],
    "categories": lambda: pd.Categorical(TEN["money"]),
    "complex numbers": lambda: TEN["money"].to_numpy() + 1j,
    "durations": lambda: pd.to_timedelta(TEN["money"], unit="s"),
    "missing in between": lambda: [*TEN["money"].iloc[:9], np.nan],
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
def test_values_of_rows_are_refused_however_they_are_changed(release: Release, disguise: Callable[[], object]) -> None:
    frame = pd.DataFrame({"typical": disguise()})
    frame = frame.assign(group=[f"g{chr(97 + number % 26)}" for number in range(len(frame))], n=120)
    with pytest.raises(DisclosureError, match="column 'typical'") as refused:
        loaded(release).table("x", frame, caption="Groups", counts=["n"])
    assert not any(str(value)[:6] in str(refused.value) for value in SCHOOLS["money"])
    assert not list(release.workspace.write.rglob("*.csv"))


@pytest.mark.parametrize("name", ["by_teacher", "by_board_year", "by_home", "by_stay", "by_situation", "a_new_table"])
def test_rows_of_every_table_that_is_no_aggregate_are_persons_or_schools(release: Release, name: str) -> None:
    frame = pd.DataFrame({"group": list("abcdefghij"), "n": 120, "typical": TEN["money"]})
    with pytest.raises(DisclosureError, match=f"column 'typical' shows values of the rows of {name}"):
        loaded(release, name).table("x", frame, caption="Groups", counts=["n"])


def test_a_column_in_long_form_is_looked_at_by_its_parts(release: Release) -> None:
    own = pd.DataFrame({"what": "own", "value": TEN["money"]})
    other = pd.DataFrame({"what": "other", "value": RNG.normal(0, 1, 30)})
    frame = pd.concat([own, other], ignore_index=True).assign(n=120)
    with pytest.raises(DisclosureError, match="column 'value' shows values of the rows of by_school"):
        loaded(release).table("x", frame, caption="Groups", counts=["n"])


ENDS = {
    "the lowest": lambda v: v.min(),
    "the highest": lambda v: v.max(),
    "the second lowest": lambda v: v.nsmallest(2).iloc[-1],
    "the ninth highest": lambda v: v.nlargest(9).iloc[-1],
    "a quantile of few": lambda v: v.quantile(0.01, interpolation="lower"),
    "the highest, per cent": lambda v: 100 * v.max(),
    "the highest, with another sign": lambda v: -v.max(),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("name", ["typical", "bound", "x"])
def test_a_value_at_an_end_is_withheld_under_any_name(
    release: Release, end: Callable[[pd.Series], float], name: str
) -> None:
    frame = pd.DataFrame({"group": ["all"], "n": [300], name: [end(PUPILS["score"])], "ci_low": [1.0]})
    gated = loaded(release, "by_pupil", PUPILS).gated(frame, ["n"])
    assert gated[[name, "ci_low"]].isna().all(axis=None)
    assert name in gated["suppressed"].iloc[0]


def test_a_value_at_an_end_of_the_rows_own_group_is_withheld(release: Release) -> None:
    north = PUPILS.loc[PUPILS["region"] == "north", "score"].max()
    assert (PUPILS["score"] > north).sum() >= 0
    frame = pd.DataFrame({"region": ["north", "south"], "n": [100, 100], "typical": [north, 530.12345]})
    gated = loaded(release, "by_pupil", PUPILS).gated(frame, ["n"])
    assert gated["typical"].isna().tolist() == [True, False]


def test_a_median_of_enough_is_published(release: Release) -> None:
    frame = pd.DataFrame({"group": ["all"], "n": [299], "typical": [PUPILS["score"].iloc[:299].median()]})
    assert loaded(release, "by_pupil", PUPILS).gated(frame, ["n"])["typical"].notna().all()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), rows=st.integers(60, 400), groups=st.integers(2, 9), decimals=st.integers(1, 12))
def test_means_and_shares_of_random_rows_are_no_false_alarm(seed: int, rows: int, groups: int, decimals: int) -> None:
    rng = np.random.default_rng(seed)
    persons = pd.DataFrame(
        {
            "score": np.round(rng.normal(530, 10, rows), decimals % 3),
            "yes": (rng.random(rows) < rng.random()).astype(float),
            "group": rng.integers(0, groups, rows).astype(str),
        }
    )
    known = Loaded()
    known.add("by_pupil", persons)
    known.add("by_school", persons.groupby(rng.integers(0, rows // 12, rows))[["score", "yes"]].mean().reset_index())
    told = persons.groupby("group")[["score", "yes"]].agg(["mean", "std"]).round(decimals)
    told.columns = ["a", "b", "c", "d"]
    counts = persons.groupby("group").size()
    frame = told.assign(n=counts).loc[counts >= 10].reset_index()
    assume(len(frame))
    known.columns_of_rows(frame)
    assert own_cells(frame, known, ["n"]).to_numpy().mean() <= 0.5
