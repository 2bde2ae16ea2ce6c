"""The words and charts of the chapter on segregation."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.segregation import charts as charts_segregation
from analysis.chapters.segregation import findings as wording_segregation
from analysis.language import speaking


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
        "p_value": 0.005,
    }


@pytest.fixture
def indices():
    return pd.DataFrame(
        [
            estimate("dissimilarity_corrected_now", "turkish", 0.6),
            estimate("dissimilarity_corrected_now", "turkish", 0.65, 2015),
            estimate("dissimilarity_corrected_now", "laag", 0.56, place="Noord"),
            estimate("dissimilarity_corrected_now", "laag", 0.41, place="Centrum"),
            estimate("dissimilarity_now", "turkish", 0.62) | {"ci_low": np.nan, "ci_high": np.nan},
            estimate("isolation_now", "turkish", 0.17),
            estimate("isolation_random_allocation", "turkish", 0.07),
        ]
    )


@pytest.fixture
def scenarios():
    rows = [("now", 0.62), ("nearest", 0.48), ("nearest_with_capacity", 0.4), ("random_allocation", 0.03)]
    rows += [("now_minus_nearest", 0.14), ("now_minus_nearest_with_capacity", 0.22)]
    estimates = [
        estimate("", "laag", value) | {"index": "dissimilarity_corrected", "scenario": name} for name, value in rows
    ]
    return pd.DataFrame(estimates)


@pytest.fixture
def bands():
    rows = [
        (year, size, band, share, 1000)
        for year, shares in ((2015, (0.22, 0.5, 0.28)), (2019, (0.14, 0.51, 0.35)))
        for size in ("all", "small", "medium", "large")
        for band, share in zip(("below 20%", "20%-80%", "80% or more"), shares, strict=True)
    ]
    return pd.DataFrame(rows, columns=["year", "size", "band", "share_now", "pupils_now"]).assign(pupils_now_all=5000)


@pytest.fixture
def mirrors():
    rows = [(2019, "now", 0.1, 200, 100, 0.5, 0.12), (2019, "now", 0.2, 200, 160, 0.8, 0.12)]
    names = ["year", "situation", "allowed_difference", "schools", "schools_mirroring", "share_schools"]
    return pd.DataFrame(rows, columns=[*names, "mean_difference"])


@pytest.fixture
def changes():
    rows = [("composition", -0.002), ("sorting", -0.011), ("total", -0.013), ("schools", 0.0)]
    estimates = [estimate(name, "laag", value) | {"index": "dissimilarity_corrected"} for name, value in rows]
    return pd.DataFrame(estimates).assign(first_year=2015, last_year=2019)


@pytest.fixture
def sentences(indices, scenarios, bands, mirrors, changes):
    def write(**other):
        frames = {
            "indices": indices,
            "scenarios": scenarios,
            "bands": bands,
            "mirrors": mirrors,
            "changes": changes,
            "by_weging_band": pd.DataFrame(),
        }
        findings = wording_segregation.segregation(**{**frames, **other})
        return findings.set_index("name")["sentence"]

    return write


def test_the_sentences_of_the_report(sentences):
    text = sentences()
    assert text["dissimilarity_turkish"] == (
        "In 2019 the dissimilarity between pupils with a Turkish background and those without a migration background "
        "is 0.60 (95% interval 0.59 to 0.61), corrected for the size of schools."
    )
    assert "17% are of the same group on average, more than the 7% of a random allocation" in text["isolation_turkish"]
    assert "largest in Noord (0.56) and smallest in Centrum (0.41)" in text["stadsdelen"]
    assert "14% of the pupils attend a school whose share of highly educated parents is below 20%" in text["bands"]
    assert "is below 20% (22% in 2015)" in text["bands"]
    assert "is 80% or more (28% in 2015)" in text["bands"]
    assert "Of the 5,000 pupils of small schools 14% attend" in text["sizes"]
    assert "of the 5,000 pupils of large schools 35% attend" in text["sizes"]
    assert "Of the schools 50% mirror" in text["mirror"]
    assert "80% are within 20" in text["mirror"]
    assert "would be 0.48: 0.14 (95% interval 0.13 to 0.15) lower than now" in text["nearest_laag"]
    assert "it would be 0.40: 0.22 (95% interval 0.21 to 0.23) lower than now" in text["nearest_laag"]
    assert "fell by 0.013" in text["change"]


@pytest.mark.parametrize(
    ("total", "change", "since"),
    [
        (-0.013, "fell by 0.013 (95% interval 0.003 to 0.023)", "It is 0.013 (95% interval 0.003 to 0.023) lower than"),
        (0.013, "rose by 0.013 (95% interval 0.003 to 0.023)", "It is 0.013 (95% interval 0.003 to 0.023) higher than"),
        (-0.004, "did not measurably change (by \N{MINUS SIGN}0.004", "It is not measurably other than in 2015"),
    ],
)
def test_words_on_change_follow_its_sign_and_interval(sentences, indices, changes, total, change, since):
    rows = changes.assign(estimate=total, ci_low=total - 0.01, ci_high=total + 0.01)
    now = indices.assign(group="laag")
    text = sentences(changes=rows, indices=now[now["place"] == "city"])
    assert change in text["change"]
    assert since in text["dissimilarity_laag"]


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (-0.14, "0.14 (95% interval 0.13 to 0.15) higher than now"),
        (
            0.06,
            "not measurably other than now (difference \N{MINUS SIGN}0.06 (95% interval \N{MINUS SIGN}0.13 to 0.01))",
        ),
    ],
)
def test_words_on_the_nearest_school_follow_sign_and_interval(sentences, scenarios, difference, words):
    minus = scenarios["scenario"].str.startswith("now_minus")
    half = 0.07 if "measurably" in words else 0.01
    values = {"estimate": difference, "ci_low": difference - half, "ci_high": difference + half}
    text = sentences(scenarios=scenarios.assign(**{k: scenarios[k].mask(minus, v) for k, v in values.items()}))
    assert words in text["nearest_laag"]


def test_what_a_random_allocation_may_give_as_well_is_not_more_than_chance(sentences, indices):
    text = sentences(indices=indices.assign(p_value=0.3))
    assert "not measurably more than a random allocation" in text["dissimilarity_turkish"]
    assert "not measurably more than in a random allocation" in text["isolation_turkish"]


def stadsdelen(**values):
    return pd.DataFrame(
        [estimate("dissimilarity_corrected_now", "laag", at, place=name) for name, at in values.items()]
    )


def test_a_stadsdeel_is_the_first_or_last_only_where_that_is_established(sentences):
    # Standard errors of .01 / 1.96 = .005, of a difference .007: .005 apart is nothing, .15 apart is.
    sentence = sentences(indices=stadsdelen(Noord=0.562, West=0.557, Oost=0.5, Centrum=0.41))["stadsdelen"]
    assert "largest in Noord (0.56) or West (0.56) (which of these is not established)" in sentence
    assert sentence.endswith("and smallest in Centrum (0.41).")
    alike = sentences(indices=stadsdelen(Noord=0.51, West=0.505, Oost=0.5, Centrum=0.505))["stadsdelen"]
    # The range of four equal ones is 2.06 standard errors of .0051 on average: .01.
    assert "do not measurably differ" in alike
    assert "at most 0.01 apart, and would be 0.01 apart on average" in alike


def test_what_is_withheld_or_absent_is_not_reported(sentences, bands, indices):
    withheld = bands.assign(share_now=bands["share_now"].where(bands["band"] != "below 20%"))
    assert not {"bands", "sizes"} & set(sentences(bands=withheld).index)
    assert "change" not in sentences(changes=pd.DataFrame())
    assert "dissimilarity_turkish" not in sentences(indices=indices.assign(estimate=np.nan))


def test_the_sentences_in_dutch(sentences):
    with speaking("nl"):
        text = sentences()
    assert "leerlingen met een Turkse achtergrond" in text["dissimilarity_turkish"]
    assert "0,60" in text["dissimilarity_turkish"]
    assert "afspiegeling" in text["mirror"]


def test_bars_leave_a_withheld_place_open(bands):
    rows = bands[bands["size"] == "all"].reset_index(drop=True)
    rows.loc[1, "share_now"] = np.nan
    axes = charts_segregation.bands_beside(rows, "year", "share").axes[0]
    by_year = [{round(bar.get_x()): [] for bar in axes.patches}][0]
    for bar in sorted(axes.patches, key=lambda bar: bar.get_x()):
        by_year[round(bar.get_x() + bar.get_width() / 2)].append(bar.get_height())
    assert by_year == {0: [0.22, 0.28], 1: [0.14, 0.51, 0.35]}
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2015", "2019"]


def test_lines_and_points_are_those_of_the_frames(indices, scenarios, mirrors, changes):
    panels = charts_segregation.indices_by_year(indices[indices["place"] == "city"]).axes
    drawn = [line.get_ydata() for panel in panels for line in panel.lines]
    assert [values[~np.isnan(values)].tolist() for values in drawn] == [[0.65, 0.6], [0.17]]
    corners = panels[0].collections[0].get_paths()[0].vertices[:, 1]
    assert (corners.min(), corners.max()) == (0.59, 0.66)  # the intervals that stand beside these estimates
    assert [line.get_ydata().tolist() for line in charts_segregation.mirroring(mirrors).axes[0].lines] == [[0.8], [0.5]]
    points = [line.get_xdata().tolist() for line in charts_segregation.by_scenario(scenarios).axes[0].lines]
    assert points == [[0.62], [0.48], [0.4], [0.03]]
    at = [list(line.get_xdata()) for line in charts_segregation.change(changes).axes[0].lines]
    assert [-0.002] in at
    assert [-0.011] in at
    within = indices[indices["place"] != "city"]
    assert len(charts_segregation.by_stadsdeel(within).axes[0].get_yticklabels()) == 2


def test_the_share_in_focus_is_named_for_what_it_is():
    assert charts_segregation.focus("composition") == "share of pupils with highly educated parents"
    assert charts_segregation.focus("expected_composition").startswith("expected share")
