import pandas as pd
import pytest

from analysis.chapters.school_levels.findings import school_levels
from analysis.chapters.school_levels.models.latent import LATENT
from analysis.chapters.school_levels.models.shares import BELOW, TARGET
from analysis.chapters.school_levels.models.spread import KNOWN, MIDDLE, SUMMED

ESTIMATES = ["model", "group", "term", "estimate", "ci_low", "ci_high", "p_value", "n_obs", "n_clusters"]
NONE = {
    "contrasts": pd.DataFrame(columns=ESTIMATES),
    "spread": pd.DataFrame(columns=ESTIMATES),
    "apart": pd.DataFrame(columns=["subject", "outcome", "middle", "tenth", "ninetieth", "schools"]),
    "luck": pd.DataFrame(columns=["subject", "outcome", "averaged", "luck", "schools"]),
    "outside": pd.DataFrame(columns=["subject", "outcome", "limit", "expected", "observed", "freed", "schools"]),
}


def found(**tables):
    return school_levels(**(NONE | {name: pd.DataFrame(rows) for name, rows in tables.items()}), masked=0.6)


def said(name, **tables):
    return found(**tables).set_index("name").loc[name, "sentence"]


def row(model, term, estimate, half, group="lezen"):
    ends = {"estimate": estimate, "ci_low": estimate - half, "ci_high": estimate + half}
    return {"model": model, "group": group, "term": term, **ends, "p_value": 0.01, "n_obs": 9000, "n_clusters": 200}


def moved(term, latent, target, below, half=0.05):
    return [row(scale, term, value, half) for scale, value in ((LATENT, latent), (TARGET, target), (BELOW, below))]


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
    sentence = said("gap_lezen", contrasts=moved("gap", latent, -0.2, 0.08))
    assert headline in str(sentence.beside["headline"])
    assert words in str(sentence)


@pytest.mark.parametrize(
    ("latent", "headline"), [(0.1, "Results rose"), (-0.1, "Results fell"), (0.02, "That results rose or fell is not")]
)
def test_results_rose_or_fell_only_where_the_interval_says_so(latent, headline):
    assert str(said("shift_lezen", contrasts=moved("shift", latent, 0.03, -0.01)).beside["headline"]).startswith(
        headline
    )


def test_one_gap_at_two_cuts_is_told_where_all_signs_are_established():
    assert "20.0 percentage points at the target level and 8.0 below 1F" in str(
        said("cuts", contrasts=moved("gap", -0.5, -0.2, 0.08))
    )
    assert "cuts" not in set(found(contrasts=moved("gap", -0.5, -0.2, 0.04))["name"])  # 0.04 is within 0.05 of zero


@pytest.mark.parametrize(("low", "words"), [(0.3, "differ by more than luck"), (0.0, "differ is not established")])
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
    rows = [{"subject": "taal", "outcome": TARGET, "limit": 0.95, "expected": 0.05, "observed": observed}]
    sentence = said("outside", outside=[{**rows[0], "freed": 0.04, "schools": 200}])
    assert str(sentence.beside["headline"]).startswith(headline)


def test_luck_is_told_with_its_ends_over_subjects():
    rows = [
        {"subject": subject, "outcome": TARGET, "averaged": years, "luck": part, "schools": 200}
        for subject, one, three in (("lezen", 0.48, 0.23), ("taal", 0.51, 0.25))
        for years, part in ((1, one), (3, three))
    ]
    assert "48% to 51% (by subject) is luck in one year; averaged over 3 years it is 23% to 25%" in str(
        said("luck", luck=rows)
    )
