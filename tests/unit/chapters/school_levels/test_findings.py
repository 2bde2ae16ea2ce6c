import pandas as pd
import pytest

from analysis.chapters.school_levels.findings import school_levels
from analysis.chapters.school_levels.models.latent import GAP, LATENT, SHIFT
from analysis.chapters.school_levels.models.shares import BELOW, BETWEEN, TARGET
from analysis.chapters.school_levels.models.spread import KNOWN, MIDDLE, SUMMED

ESTIMATES = ["model", "group", "term", "estimate", "ci_low", "ci_high", "p_value", "n_obs", "n_clusters"]
NONE = {
    "contrasts": pd.DataFrame(columns=ESTIMATES),
    "spread": pd.DataFrame(columns=ESTIMATES),
    "apart": pd.DataFrame(columns=["subject", "outcome", "middle", "tenth", "ninetieth", "schools"]),
    "luck": pd.DataFrame(columns=["subject", "outcome", "averaged", "luck", "ci_low", "ci_high", "schools"]),
    "outside": pd.DataFrame(columns=["subject", "outcome", "expected", "observed", "freed", "schools"]),
    "masked": pd.DataFrame([{"part": 0.6, "schools": 200}]),
}


def found(**tables):
    return school_levels(**(NONE | {name: pd.DataFrame(rows) for name, rows in tables.items()}))


def said(name, **tables):
    return found(**tables).set_index("name").loc[name, "sentence"]


def row(model, term, estimate, half, group="lezen"):
    ends = {"estimate": estimate, "ci_low": estimate - half, "ci_high": estimate + half}
    return {"model": model, "group": group, "term": term, **ends, "p_value": 0.01, "n_obs": 9000, "n_clusters": 200}


def moved(term, latent, target, below, half=0.05):
    scales = ((LATENT, latent), (TARGET, target), (BELOW, below), (BETWEEN, -target - below))
    return [row(scale, term, value, half) for scale, value in scales]


def test_without_numbers_nothing_is_said():
    assert found().empty


@pytest.mark.parametrize(
    ("latent", "headline", "words"),
    [
        (-0.5, "results are lower in", "0.50 standard deviations lower (95% interval 0.45 to 0.55)"),
        (0.5, "results are higher in", "0.50 standard deviations higher (95% interval 0.45 to 0.55)"),
        (-0.04, "is not established", "\N{MINUS SIGN}0.04 standard deviations per ten points"),
        (-0.05, "is not established", "95% interval \N{MINUS SIGN}0.10 to 0.00"),
    ],
)
def test_a_gap_has_a_direction_only_where_its_interval_excludes_zero(latent, headline, words):
    sentence = said("gap_lezen", contrasts=moved(GAP, latent, -0.2, 0.08))
    assert headline in str(sentence.beside["headline"])
    assert words in str(sentence)


@pytest.mark.parametrize(
    ("latent", "headline"), [(0.1, "Results rose"), (-0.1, "Results fell"), (0.02, "That results rose or fell is not")]
)
def test_results_rose_or_fell_only_where_the_interval_says_so(latent, headline):
    assert str(said("shift_lezen", contrasts=moved(SHIFT, latent, 0.03, -0.01)).beside["headline"]).startswith(headline)


@pytest.mark.parametrize(
    ("target", "below", "headline"),
    [
        (-0.2, 0.08, "How large a gap looks depends"),  # between the cuts 0.12 with half a width of 0.05
        (0.2, -0.08, "How large a gap looks depends"),
        (-0.1, 0.08, "is not established"),  # 0.02
        (-0.2, 0.04, None),  # below 1F within 0.05 of zero
        (-0.2, -0.08, None),  # both fall: what they differ is not what is between them
    ],
)
def test_one_gap_is_said_to_look_different_only_where_the_share_between_the_cuts_is(target, below, headline):
    rows = moved(GAP, -0.5, target, below)
    if headline is None:
        assert "cuts_lezen" not in set(found(contrasts=rows)["name"])
        return
    sentence = said("cuts_lezen", contrasts=rows)
    assert headline in str(sentence.beside["headline"])
    assert f"{100 * target:.1f}".replace("-", "\N{MINUS SIGN}") in str(sentence)


@pytest.mark.parametrize(
    ("low", "words"), [(0.3, "differ by more than sampling variation"), (0.0, "differ is not established")]
)
def test_schools_differ_only_where_the_interval_of_the_spread_excludes_zero(low, words):
    ends = {"subject": "lezen", "outcome": TARGET, "middle": 0.6, "tenth": 0.45, "ninetieth": 0.73, "schools": 200}
    spread = [{**row(SUMMED, TARGET, 0.45, 0.1), "ci_low": low}]
    sentence = said("apart_lezen", apart=[ends], spread=spread)
    assert words in str(sentence.beside["headline"])


@pytest.mark.parametrize(("middle", "words"), [(0.3, "outside the interval"), (0.5, "all that they may be gives")])
def test_that_2_5_misjudges_is_said_where_it_is_outside_the_interval(middle, words):
    rows = [row(SUMMED, BELOW, 0.6, 0.15), row(MIDDLE, BELOW, middle, 0.1), row(KNOWN, BELOW, 0.58, 0.1)]
    sentence = str(said("masked", spread=rows))
    assert sentence.startswith("In 60% of the rows")
    assert words in sentence


@pytest.mark.parametrize(("observed", "headline"), [(0.2, "More schools"), (0.06, "Not measurably more schools")])
def test_more_schools_outside_than_luck_puts_there(observed, headline):
    rows = [{"subject": "taal", "outcome": TARGET, "expected": 0.05, "observed": observed}]
    sentence = said("outside_taal", outside=[{**rows[0], "freed": 0.04, "schools": 200}])
    assert str(sentence.beside["headline"]).startswith(headline)


def part(years, share, low, high, subject="lezen"):
    ends = {"luck": share, "ci_low": low, "ci_high": high}
    return {"subject": subject, "outcome": TARGET, "averaged": years, **ends, "schools": 200}


def test_luck_is_averaged_over_the_years_that_there_are():
    rows = [part(1, 0.48, 0.3, 0.7), part(3, 0.23, 0.12, 0.44), part(1, 0.51, 0.3, 0.999, "taal")]
    words = (
        "48% is sampling variation in one year (95% interval 30% to 70%); averaged over 3 years it is 23% (12% to 44%)"
    )
    assert words in str(said("luck_lezen", luck=rows))
    assert "averaged" not in str(said("luck_taal", luck=rows))
    assert "30% to 99.9%" in str(said("luck_taal", luck=rows))


def test_where_all_may_be_sampling_variation_no_part_of_it_leads():
    sentence = said("luck_lezen", luck=[part(1, 0.8, 0.5, 1.0), part(3, 0.57, 0.25, 1.0)])
    assert "is not established" in str(sentence)
    assert "key" not in sentence.beside


def test_nothing_is_said_of_masks_where_hardly_a_count_is_masked():
    rows = [row(SUMMED, BELOW, 0.6, 0.15), row(MIDDLE, BELOW, 0.3, 0.1), row(KNOWN, BELOW, 0.58, 0.1)]
    for part in (0.0, 0.004, float("nan")):
        assert "masked" not in set(found(spread=rows, masked=[{"part": part, "schools": 200}])["name"])


def test_an_end_is_told_apart_from_zero_and_from_what_it_is_compared_with():
    """0.003 to 0.60 excludes zero, and 2.5 for masked counts gives 0.498 where the interval begins at 0.502."""
    ends = {"subject": "lezen", "outcome": TARGET, "middle": 0.6, "tenth": 0.45, "ninetieth": 0.73, "schools": 200}
    spread = [{**row(SUMMED, TARGET, 0.3, 0.3), "ci_low": 0.003}]
    assert "0.003 to 0.60" in str(said("apart_lezen", apart=[ends], spread=spread))
    rows = [row(SUMMED, BELOW, 0.602, 0.1), row(MIDDLE, BELOW, 0.498, 0.1), row(KNOWN, BELOW, 0.58, 0.1)]
    sentence = str(said("masked", spread=rows))
    assert "outside the interval" in sentence
    assert "0.50 log odds" in sentence
    assert "0.502 to 0.70" in sentence
