"""Leaks that the gate answers by withholding: what would give somebody away is missing, and its sign is there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from analysis.disclosure import PROFILES, Gated, suppress
from analysis.disclosure.rules.extremes import withhold_tails
from analysis.publish.release import Release

PROFILE = PROFILES["default"]


def gated(counts: list[str] | None = None, totals: list[str] | None = None, **columns: object) -> Gated:
    frame = pd.DataFrame({"group": list("abcdef"[: len(next(iter(columns.values())))]), **columns})
    return suppress(frame, counts or ["n"], PROFILE, totals=totals)


WITHHELD: dict[str, tuple[Callable[[], Gated], str, int, str]] = {
    "a group of one": (lambda: gated(n=[120, 234, 1]), "n", 2, "< 10"),
    "a mean of one": (lambda: gated(n=[120, 1], mean=[0.5, 0.7]), "mean", 1, "×"),
    "a group of nine": (lambda: gated(n=[120, 9]), "n", 1, "< 10"),
    "a total minus the rest": (lambda: gated(n=[120, 40, 7], totals=[]), "n", 1, "×"),
    "the mean that rests on the other one": (lambda: gated(n=[120, 40, 7], x=[1.0, 2, 3], totals=[]), "x", 1, "×"),
    "a group at two schools": (lambda: gated(["n", "n_schools"], n=[99, 88], n_schools=[9, 2]), "n_schools", 1, "< 3"),
    "a mean over two schools": (
        lambda: gated(["n", "n_schools"], n=[99, 88], n_schools=[9, 2], mean=[0.5, 0.7]),
        "mean",
        1,
        "×",
    ),
    "a model on five schools": (
        lambda: gated(["n_schools", "df_resid"], n_schools=[50, 5], df_resid=[48, 3], estimate=[0.1, 0.2]),
        "estimate",
        1,
        "×",
    ),
    "a saturated model": (lambda: gated(["n", "df_resid"], n=[90, 90], df_resid=[80, 0]), "df_resid", 1, "< 10"),
    "a model on five clusters": (
        lambda: gated(["n", "n_clusters"], n=[90, 90], n_clusters=[12, 5]),
        "n_clusters",
        1,
        "< 10",
    ),
    "an estimate with errors clustered by five schools": (
        lambda: gated(["n_obs", "n_clusters"], n_obs=[900, 90], n_clusters=[50, 5], estimate=[0.1, 0.2]),
        "estimate",
        1,
        "×",
    ),
}


@pytest.mark.parametrize(("leak", "column", "row", "sign"), WITHHELD.values(), ids=WITHHELD)
def test_a_cell_that_gives_somebody_away_is_withheld(
    leak: Callable[[], Gated], column: str, row: int, sign: str
) -> None:
    told = leak()
    assert pd.isna(told.frame[column].iloc[row])
    assert told.suppressed[column].iloc[row] == sign
    assert column in told.frame["suppressed"].iloc[row].split(";")


@pytest.mark.parametrize("name", ["n_situations", "situations", "n_alternatives", "alternatives"])
def test_a_name_that_could_count_persons_has_their_threshold(name: str) -> None:
    # a pupil at an own address is a situation: 7 of them are 7 pupils, and 43 are told as 45
    told = gated([name], **{name: [43, 7]})
    assert told.frame[name].tolist() == [45, pd.NA]
    assert told.suppressed[name].tolist() == ["", "< 10"]


@pytest.mark.parametrize("name", ["clusters", "n_clusters_left", "clusters_of_pupils"])
def test_clusters_of_any_kind_are_ten_at_least_and_rounded(name: str) -> None:
    told = gated([name], **{name: [43, 7]})
    assert told.frame[name].tolist() == [45, pd.NA]


QUANTILES = {
    "the 90th percentile of forty": ({"n": [40], "p90": [7.5]}, "p90"),  # 4 lie beyond it
    "a quartile of thirty": ({"n": [30], "score_q25": [7.5]}, "score_q25"),  # 7.5
    "the median of three": ({"n": [3], "p50": [7.5]}, "p50"),  # 1.5
    "a tenth of twenty schools": ({"schools": [20], "quantile": [0.1], "value_added": [0.4]}, "value_added"),  # 2
    "the highest percentile": ({"n": [900], "percentile_99": [7.5]}, "percentile_99"),  # 9
}


@pytest.mark.parametrize(("columns", "quantile"), QUANTILES.values(), ids=QUANTILES)
def test_a_quantile_with_few_beyond_it_is_withheld(
    release: Release, columns: dict[str, list[float]], quantile: str
) -> None:
    count = next(iter(columns))
    frame = pd.DataFrame({"group": ["a", "b"], **{name: [*value, *value] for name, value in columns.items()}})
    frame[count] = [frame[count].iloc[0], 5000]
    told = release.gated(frame, {count: [name for name in columns if name not in (count, "quantile")]})
    assert told[quantile].isna().tolist() == [True, False]
    assert told["suppressed"].tolist()[0].split(";")[-1] == quantile


def test_a_quantile_with_enough_beyond_it_is_told() -> None:
    frame = pd.DataFrame({"group": ["a"], "n": [100], "p90": [7.5]})  # 10 lie beyond it
    assert withhold_tails(frame, ["n"], PROFILE) is frame


def test_what_is_withheld_is_nowhere_in_what_is_written(release: Release) -> None:
    scores = np.array([0.123456, 0.654321, 0.918273])
    frame = pd.DataFrame({"group": ["a", "b", "c"], "n": [120, 234, 7], "mean": scores})
    html = release.table("groups", frame, caption="Groups", counts=["n"]).html
    written = [path.read_bytes() for path in release.workspace.write.rglob("*") if path.is_file()]
    assert len(written) >= 3  # CSV, sidecar, notes for the manifest
    for hidden in ("0.918273", "0.918", ">7<", '"7"'):
        assert hidden not in html
        assert all(hidden.encode() not in content for content in written)
