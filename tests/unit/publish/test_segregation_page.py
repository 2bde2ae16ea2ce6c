"""The words and charts of the chapter on segregation."""

import numpy as np
import pandas as pd
import pytest

from analysis.publish import charts_segregation, wording_segregation
from analysis.publish.language import speaking


def estimate(term, group, value, year=2019, place="city"):
    return {
        "model": "composition",
        "term": term,
        "group": group,
        "estimate": value,
        "ci_low": value - 0.01,
        "ci_high": value + 0.01,
        "year": year,
        "place": place,
        "n_obs": 4000,
    }


@pytest.fixture
def indices():
    return pd.DataFrame(
        [
            estimate("dissimilarity_corrected", "turkish", 0.6),
            estimate("dissimilarity_corrected", "turkish", 0.65, 2015),
            estimate("dissimilarity_corrected", "laag", 0.56, place="Noord"),
            estimate("dissimilarity_corrected", "laag", 0.41, place="Centrum"),
            estimate("dissimilarity_now", "turkish", 0.62),
            estimate("isolation_now", "turkish", 0.17),
            estimate("isolation_random_allocation", "turkish", 0.07),
        ]
    )


@pytest.fixture
def scenarios():
    rows = [("now", 0.62), ("nearest", 0.48), ("nearest_with_capacity", 0.4), ("random_allocation", 0.06)]
    told = [estimate("", "laag", value) | {"index": "dissimilarity", "scenario": name} for name, value in rows]
    return pd.DataFrame(told)


@pytest.fixture
def bands():
    rows = [
        (year, size, band, share, 1000)
        for year, shares in ((2015, (0.22, 0.5, 0.28)), (2019, (0.14, 0.51, 0.35)))
        for size in ("all", "small", "medium", "large")
        for band, share in zip(("below 20%", "20%-80%", "80% or more"), shares, strict=True)
    ]
    return pd.DataFrame(rows, columns=["year", "size", "band", "share_now", "pupils_now"])


@pytest.fixture
def mirrors():
    rows = [(2019, "now", 0.1, 200, 100, 0.5, 0.12), (2019, "now", 0.2, 200, 160, 0.8, 0.12)]
    names = ["year", "situation", "allowed_difference", "schools", "schools_mirroring", "share_schools"]
    return pd.DataFrame(rows, columns=[*names, "mean_difference"])


@pytest.fixture
def changes():
    rows = [("composition", -0.002), ("sorting", -0.011), ("total", -0.013), ("schools", 0.0)]
    told = [estimate(name, "laag", value) | {"index": "dissimilarity"} for name, value in rows]
    return pd.DataFrame(told).assign(first_year=2015, last_year=2019)


@pytest.fixture
def sentences(indices, scenarios, bands, mirrors, changes):
    def tell(**other):
        told = {
            "indices": indices,
            "scenarios": scenarios,
            "bands": bands,
            "mirrors": mirrors,
            "changes": changes,
            "by_weging_band": pd.DataFrame(),
        }
        found = wording_segregation.segregation(**{**told, **other})
        return found.set_index("name")["sentence"]

    return tell


def test_the_sentences_of_the_report(sentences):
    told = sentences()
    assert "is 0.60 (95% interval 0.59 to 0.61)" in told["dissimilarity_turkish"]
    assert "in 2015 it was 0.65" in told["dissimilarity_turkish"]
    assert "17% of all pupils" in told["isolation_turkish"]
    assert "by chance it would be 7%" in told["isolation_turkish"]
    assert "largest in Noord (0.56) and smallest in Centrum (0.41)" in told["stadsdelen"]
    assert "14% of the pupils attend a school whose share of highly educated parents is below 20%" in told["bands"]
    assert "in 2015 it was 22% and 28%" in told["bands"]
    assert "Of the schools 50% mirror" in told["mirror"]
    assert "80% are within 20" in told["mirror"]
    assert "would be 0.48 in place of 0.62" in told["nearest_laag"]
    assert "changed by \N{MINUS SIGN}0.013" in told["change"]


def test_what_is_withheld_or_absent_is_not_told(sentences, bands, indices):
    withheld = bands.assign(share_now=bands["share_now"].where(bands["band"] != "below 20%"))
    assert not {"bands", "sizes"} & set(sentences(bands=withheld).index)
    assert "change" not in sentences(changes=pd.DataFrame())
    assert "dissimilarity_turkish" not in sentences(indices=indices[indices["year"] == 2019])


def test_the_sentences_in_dutch(sentences):
    with speaking("nl"):
        told = sentences()
    assert "leerlingen met een Turkse achtergrond" in told["dissimilarity_turkish"]
    assert "0,60" in told["dissimilarity_turkish"]
    assert "afspiegeling" in told["mirror"]


def test_bars_leave_a_withheld_place_open(bands):
    rows = bands[bands["size"] == "all"].reset_index(drop=True)
    rows.loc[1, "share_now"] = np.nan
    axes = charts_segregation.bands_beside(rows, "year", "share").axes[0]
    heights = [bar.get_height() for bar in axes.patches]
    np.testing.assert_array_equal(heights, [0.22, 0.14, np.nan, 0.51, 0.28, 0.35])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2015", "2019"]


def test_lines_and_points_are_those_of_the_frames(indices, scenarios, mirrors, changes):
    panels = charts_segregation.indices_by_year(indices).axes
    assert [line.get_ydata().tolist() for panel in panels for line in panel.lines] == [[0.62], [0.17]]
    assert [line.get_ydata().tolist() for line in charts_segregation.mirroring(mirrors).axes[0].lines] == [[0.8], [0.5]]
    points = [line.get_xdata().tolist() for line in charts_segregation.by_scenario(scenarios).axes[0].lines]
    assert points == [[0.62], [0.48], [0.4], [0.06]]
    at = [list(line.get_xdata()) for line in charts_segregation.change(changes).axes[0].lines]
    assert [-0.002] in at
    assert [-0.011] in at
    within = indices[indices["place"] != "city"]
    assert len(charts_segregation.by_stadsdeel(within).axes[0].get_yticklabels()) == 2


def test_the_share_in_focus_is_named_for_what_it_is():
    assert charts_segregation.focus("composition") == "share of pupils with highly educated parents"
    assert charts_segregation.focus("expected_composition").startswith("expected share")
