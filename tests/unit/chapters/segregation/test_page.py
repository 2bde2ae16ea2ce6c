"""The words and charts of the chapter on segregation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.segregation import charts as charts_segregation
from analysis.chapters.segregation import findings as wording_segregation
from analysis.language import speaking
from analysis.publish.declared import FILE, read_declared


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
            estimate("dissimilarity_corrected_now", "laag", 0.619),
            estimate("dissimilarity_corrected_now", "laag", 0.632, 2015),
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
    said = sentences()
    assert said["dissimilarity_laag"] == (
        "For an even spread over schools, 62% of the pupils with low-educated parents would have to change schools "
        "(95% interval 61% to 63%), or as large a share of those with highly educated parents. That is 1.3 percentage "
        "points less than in 2015 (95% interval 0.3 to 2.3)."
    )
    assert said["dissimilarity_laag"].beside["yardstick"] == "63% in 2015"
    assert said["backgrounds"].endswith("(0 is even, 1 is separate) is 0.60 for pupils with a Turkish background.")
    assert said["isolation"] == (
        "On average, 17% of the schoolmates of pupils with a Turkish background (7% in a random allocation) are of "
        "their own group."
    )
    assert (
        "largest in Noord with 0.56 (95% interval 0.55 to 0.57) and smallest in Centrum with 0.41" in said["stadsdelen"]
    )
    assert "highly educated parents is 80% or more rose from 28% to 35%" in said["bands"]
    assert "At schools where it is below 20%, it was 22% and is 14%" in said["bands"]
    assert "Of the pupils of small schools, 14% are at one where the share" in said["sizes"]
    assert (
        "schools (50%) the share of highly educated parents differs by at most 10 percentage points" in said["mirror"]
    )
    assert "would be 0.48: 0.14 lower than now (95% interval 0.13 to 0.15)" in said["nearest_laag"]
    assert "changed by \N{MINUS SIGN}0.013" in said["change"]
    assert "Of this, \N{MINUS SIGN}0.011 (95% interval" in said["change"]


def test_the_first_finding_is_the_one_that_answers_the_question():
    declared = read_declared(Path(wording_segregation.__file__).with_name(FILE))
    assert declared.kind("dissimilarity_laag").rank < declared.kind("nearest_laag").rank < declared.kind("bands").rank


def headline(sentence):
    return sentence.beside["headline"]


@pytest.mark.parametrize(
    ("total", "half", "words", "since"),
    [
        (-0.013, 0.01, "less segregated", "1.3 percentage points less than in 2015 (95% interval 0.3 to 2.3)"),
        (0.013, 0.01, "more segregated", "1.3 percentage points more than in 2015 (95% interval 0.3 to 2.3)"),
        (-0.004, 0.01, "not measurably changed since 2015", "not measurably different from 2015 (difference −0.4"),
    ],
)
def test_words_on_change_follow_its_sign_and_interval(sentences, changes, total, half, words, since):
    rows = changes.assign(estimate=total, ci_low=total - half, ci_high=total + half)
    said = sentences(changes=rows)
    assert words in headline(said["dissimilarity_laag"])
    assert since in said["dissimilarity_laag"]
    sorting = {"less segregated": "sorted less", "more segregated": "sorted more"}.get(words, "not measurably")
    assert sorting in headline(said["change"])


def test_one_year_is_compared_with_chance(sentences, indices):
    floor = estimate("dissimilarity_corrected_random_allocation", "laag", 0.03)
    said = sentences(changes=pd.DataFrame(), indices=pd.concat([indices, pd.DataFrame([floor])]))["dissimilarity_laag"]
    assert headline(said) == "Schools are more segregated by parents' education than chance explains"
    assert said.endswith("would give 3%.")


@pytest.mark.parametrize(
    ("difference", "half", "words", "said"),
    [
        (0.14, 0.01, "less segregated", "0.14 lower than now (95% interval 0.13 to 0.15)"),
        (-0.14, 0.01, "more segregated", "0.14 higher than now (95% interval 0.13 to 0.15)"),
        (0.06, 0.07, "not measurably", "not measurably different from now (difference 0.06, 95% interval −0.01 to"),
    ],
)
def test_words_on_the_nearest_school_follow_sign_and_interval(sentences, scenarios, difference, half, words, said):
    minus = scenarios["scenario"].str.startswith("now_minus")
    values = {"estimate": difference, "ci_low": difference - half, "ci_high": difference + half}
    sentence = sentences(scenarios=scenarios.assign(**{k: scenarios[k].mask(minus, v) for k, v in values.items()}))
    assert words in headline(sentence["nearest_laag"])
    assert said in sentence["nearest_laag"]


def test_what_a_random_allocation_may_give_as_well_is_not_more_than_chance(sentences, indices):
    said = sentences(indices=indices.assign(p_value=0.3))
    for name in ("dissimilarity_laag", "backgrounds", "isolation"):
        assert "not measurably" in said[name]
        assert "not measurably" in headline(said[name])


def test_of_several_groups_some_may_be_apart_by_chance(sentences, indices):
    other = estimate("dissimilarity_corrected_now", "moroccan", 0.5) | {"p_value": 0.3}
    said = sentences(indices=pd.concat([indices, pd.DataFrame([other])]))["backgrounds"]
    assert headline(said) == "Not for every migration background is segregation measurably more than chance"
    assert "0.50 for pupils with a Moroccan background (not measurably more than chance)" in said


@pytest.mark.parametrize(("shift", "words"), [(0.0, "More pupils"), (-0.2, "Fewer pupils"), (-0.07, "As many pupils")])
def test_words_on_bands_follow_what_was_counted(sentences, bands, shift, words):
    last = (bands["year"] == 2019) & (bands["band"] == "80% or more")
    said = sentences(bands=bands.assign(share_now=bands["share_now"] + shift * last))["bands"]
    assert headline(said).startswith(words)


@pytest.mark.parametrize(("shift", "words"), [(0.1, "more often"), (-0.1, "less often"), (0.0, "equally often")])
def test_words_on_small_schools_follow_what_was_counted(sentences, bands, shift, words):
    few = (bands["size"] == "small") & (bands["band"] == "below 20%")
    assert words in headline(sentences(bands=bands.assign(share_now=bands["share_now"] + shift * few))["sizes"])


@pytest.mark.parametrize(("share", "words"), [(0.5, "Half"), (0.4, "Fewer than half"), (0.6, "Most")])
def test_words_on_mirrors_follow_what_was_counted(sentences, mirrors, share, words):
    rows = mirrors.assign(share_schools=[share, 0.8])
    assert headline(sentences(mirrors=rows)["mirror"]).startswith(words)


def stadsdelen(**values):
    return pd.DataFrame(
        [estimate("dissimilarity_corrected_now", "laag", at, place=name) for name, at in values.items()]
    )


def test_a_stadsdeel_is_the_first_or_last_only_where_that_is_established(sentences):
    # Standard errors of .01 / 1.96 = .005, of a difference .007: .005 apart is nothing, .15 apart is.
    sentence = sentences(indices=stadsdelen(Noord=0.562, West=0.557, Oost=0.5, Centrum=0.41))["stadsdelen"]
    assert "largest in Noord with 0.56 or West with 0.56 (which of these is not established)" in sentence
    assert sentence.endswith("and smallest in Centrum with 0.41 (95% interval 0.40 to 0.42).")
    assert headline(sentence) == "Districts differ in how segregated their schools are by parents' education"
    one = sentences(indices=stadsdelen(Noord=0.562, Oost=0.5, Centrum=0.41))["stadsdelen"]
    assert headline(one) == "Within districts, segregation by parents' education is highest in Noord"
    alike = sentences(indices=stadsdelen(Noord=0.51, West=0.505, Oost=0.5, Centrum=0.505))["stadsdelen"]
    # The range of four equal ones is 2.06 standard errors of .0051 on average: .01.
    assert "do not measurably differ" in alike
    assert "at most 0.01 apart, and would be 0.01 apart on average" in alike
    assert "do not measurably differ" in headline(alike)


def test_what_is_withheld_or_absent_is_not_reported(sentences, bands, indices):
    withheld = bands.assign(share_now=bands["share_now"].where(bands["band"] != "below 20%"))
    assert not {"bands", "sizes"} & set(sentences(bands=withheld).index)
    assert "change" not in sentences(changes=pd.DataFrame())
    assert not {"dissimilarity_laag", "backgrounds"} & set(sentences(indices=indices.assign(estimate=np.nan)).index)


def test_the_sentences_in_dutch(sentences):
    with speaking("nl"):
        said = sentences()
    assert "0,60 voor leerlingen met een Turkse achtergrond" in said["backgrounds"]
    assert "1,3 procentpunt minder dan in 2015" in said["dissimilarity_laag"]
    assert headline(said["mirror"]) == "De helft weerspiegelt naar opleiding van de ouders de kinderen in hun wijk"


def test_lines_and_points_are_those_of_the_frames(indices, scenarios, mirrors, changes):
    # Of two years the last is drawn, as points: dissimilarity now, isolation now and by chance.
    panels = charts_segregation.indices_by_year(
        indices[(indices["place"] == "city") & (indices["group"] == "turkish")]
    ).axes
    drawn = [line.get_xdata() for panel in panels for line in panel.lines if line.get_marker() not in ("None", "")]
    assert sorted(value for values in drawn for value in values if not np.isnan(value)) == [0.07, 0.17, 0.6]
    mirrored = charts_segregation.mirroring(mirrors).axes[0].lines  # one year, and so points
    assert {0.8, 0.5} <= {float(value) for line in mirrored for value in line.get_xdata()}
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
