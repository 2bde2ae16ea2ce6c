import pandas as pd
import pytest

from analysis.chapters.leergroei import findings as wording
from analysis.chapters.leergroei import phrases
from analysis.errors import WithheldError
from analysis.language import speaking

COLUMNS = ["model", "by", "outcome", "category", "term", "estimate", "ci_low", "ci_high", "n_pupils"]
NOTHING = pd.DataFrame(columns=["outcome", "category", "sd_schools", "low_tenth", "high_tenth", "n_pupils"])
NO_EXAMPLES = pd.DataFrame(columns=["share_at_risk", "term", "estimate"])
NOBODY = pd.DataFrame(columns=["outcome", "year", "level_m", "share_present", "n_m_test"])


NO_SHOCKS = pd.DataFrame(columns=["model", "outcome", "estimate"])
NO_CONSENT = pd.DataFrame(columns=["consent", "n_schools"])


def pupils(**values):
    """Stand for the count of pupils: it says what was asked for."""
    return sum(len(value) if isinstance(value, list) else 1 for value in values.values())


def findings(*rows, spread=NOTHING, examples=NO_EXAMPLES, missing=NOBODY, shocks=NO_SHOCKS, consent=NO_CONSENT):
    frame = wording.findings(
        pd.DataFrame(rows, columns=COLUMNS),
        examples,
        spread,
        missing,
        shocks,
        consent,
        compared=pupils,
        with_m_test=pupils,
        before="2018/19",
        closed="2019/20",
        levels=["I", "II", "V"],
    )
    assert list(frame.columns)[:4] == ["name", "sentence", "n", "unit"]
    return frame.set_index("name")


def sentences_of(*rows, **tables):
    return findings(*rows, **tables)["sentence"]


def overall(estimate, low, high):
    return ("ois_standardised", "", "rekenen", "", "closure", estimate, low, high, 1200)


def test_a_loss_is_told_with_its_interval_and_without_a_sign():
    sentence = sentences_of(overall(-0.156, -0.195, -0.117))["growth_rekenen"]
    assert "pupils grew 0.16 (95% interval 0.12 to 0.20) less in 2019/20" in sentence
    assert "Only pupils who sat both tests are in this number" in sentence


def test_a_gain_is_more():
    assert "grew 0.10 (95% interval 0.02 to 0.18) more" in sentences_of(overall(0.1, 0.02, 0.18))["growth_rekenen"]


def test_what_cannot_be_measured_is_not_claimed():
    sentence = sentences_of(overall(-0.02, -0.1, 0.06))["growth_rekenen"]
    minus = "\N{MINUS SIGN}"
    assert f"neither measurably less nor more ({minus}0.02, 95% interval {minus}0.10 to 0.06)" in sentence


def test_a_withheld_number_is_not_told():
    assert sentences_of(overall(float("nan"), float("nan"), float("nan"))).empty


def test_levels_and_bands_farthest_apart():
    rows = [
        ("ois_standardised", "level_m", "lezen", f"level {level}", "closure", value, value - 0.05, value + 0.05, 400)
        for level, value in (("I", 0.12), ("II", -0.1), ("V", -0.2))
    ]
    rows += [
        ("ois_standardised", "band", "lezen", band, "closure", value, value - 0.01, value + 0.01, 500)
        for band, value in (("below 20% at risk", -0.05), ("80% or more at risk", -0.35))
    ]
    sentences = sentences_of(*rows)
    assert "pupils of level V grew 0.20 (95% interval 0.15 to 0.25) less" in sentences["levels_lezen"]
    assert "pupils of level I grew 0.12 (95% interval 0.07 to 0.17) more" in sentences["levels_lezen"]
    assert "schools with fewer than 20% at risk grew 0.05" in sentences["bands_lezen"]
    assert "schools with 80% or more at risk grew 0.35" in sentences["bands_lezen"]
    assert "absent" in sentences["bands_lezen"]


def test_levels_and_norms_whose_rank_is_not_established_are_not_called_the_farthest():
    # Standard errors of .05 / 1.96: of three levels .02 apart none is known to be the lowest.
    rows = [
        ("ois_standardised", "level_m", "lezen", f"level {level}", "closure", value, value - 0.05, value + 0.05, 400)
        for level, value in (("I", 0.12), ("II", -0.18), ("V", -0.2))
    ]
    assert "it is not established which levels are farthest apart" in sentences_of(*rows)["levels_lezen"]
    norm = [
        ("norm_growth", "groep", "lezen", f"groep {groep}", "mean", value, value - 0.05, value + 0.05, 400)
        for groep, value in ((4, 0.12), (5, -0.02), (6, -0.13))
    ]
    sentence = sentences_of(*norm)["norm_growth"]
    assert "groep 6, lay 0.13 (95% interval 0.08 to 0.18) national standard deviations below" in sentence
    assert "not established" in sentence
    far = [*norm[:2], ("norm_growth", "groep", "lezen", "groep 6", "mean", 0.4, 0.35, 0.45, 400)]
    assert "growth was farthest from the national norm in reading" in sentences_of(*far)["norm_growth"]


@pytest.mark.parametrize(("second", "established"), [(0.24, False), (0.05, True)])
def test_where_schools_differ_most_is_said_where_it_is_established(second, established):
    spread = pd.DataFrame({"sd_schools": [0.25, second], "outcome": "lezen", "category": "below 20% at risk"})
    spread = spread.assign(sd_low=spread["sd_schools"] - 0.04, sd_high=spread["sd_schools"] + 0.04)
    sentence = sentences_of(spread=spread.assign(low_tenth=-0.38, high_tenth=0.26, n_pupils=4500))["schools"]
    assert ("not established" in sentence) is not established


def test_schools_whose_spread_may_be_zero_are_not_said_to_differ():
    chance = spread(-0.1, 0.1).assign(sd_schools=0.08, sd_low=0.0, sd_high=0.2)
    assert sentences_of(spread=chance)["schools"].startswith(
        "That comparable schools differ by more than chance is not establ"
    )


def test_an_estimate_that_may_be_on_the_norm_is_not_said_to_be_off_it():
    sentence = sentences_of(("norm_growth", "groep", "lezen", "groep 4", "mean", -0.02, -0.05, 0.01, 400))[
        "norm_growth"
    ]
    assert "is not measurably off it: −0.02 (95% interval −0.05 to 0.01) national standard deviations" in sentence
    assert "below" not in sentence


def test_the_choice_of_years_is_told():
    rows = [
        ("pnas_overall", "", "composite", "", "closure", -3.16, -3.5, -2.8, 90_000),
        ("pnas_one_control", "", "composite", "", "closure", -2.51, -2.8, -2.2, 50_000),
        ("pnas_overall", "", "composite", "", "year", 0.7, 0.5, 0.9, 90_000),
        ("pnas_ses", "parental education", "composite", "laag", "difference", -1.2, -2.0, -0.4, 9_000),
    ]
    sentences = sentences_of(*rows)
    assert "was 3.2 (95% interval 2.8 to 3.5) percentile points lower in 2019/20" in sentences["pnas"]
    assert "year before alone it was 2.5 (95% interval 2.2 to 2.8) percentile points lower" in sentences["pnas"]
    assert "1.2 (95% interval 0.4 to 2.0) percentile points lower for pupils whose parents" in sentences["education"]


def test_regression_to_the_mean_is_taken_off():
    rows = [
        ("regression_to_mean", "level_m", "rekenen", "level I", term, value, value - 0.02, value + 0.02, 900)
        for term, value in (("drop_expected", 0.268), ("drop_closure", 0.374))
    ]
    sentence = sentences_of(*rows)["regression_to_mean"]
    assert "37% dropped a level in 2019/20; 27% would have without any closure" in sentence
    assert "subject" not in sentence.split("luck.")[1]
    other = [(*row[:2], "lezen", *row[3:5], *(value - 0.1 for value in row[5:8]), 900) for row in rows[:1]]
    both = [*rows, *other, (*other[0][:4], "drop_closure", 0.2, 0.18, 0.22, 900)]
    assert "In no other subject is the difference as large" in sentences_of(*both)["regression_to_mean"]


def test_example_pupils():
    rows = pd.DataFrame(
        {
            "share_at_risk": 0.6,
            "term": ["before", "closure", "difference"],
            "year": ["2018/19", "2019/20", "both"],
            "estimate": [0.28, 0.44, 0.16],
            "ci_low": [0.25, 0.4, 0.13],
            "ci_high": [0.31, 0.48, 0.2],
            "n_pupils": [1090, 1040, 2100],
            "outcome": "rekenen",
            "groep": 7,
            "level": "I",
        }
    )
    sentence = sentences_of(examples=rows)["example_60"]
    assert "school with 60% of pupils at risk, had a probability of 28% (95% interval 25% to 31%)" in sentence
    assert "in 2018/19 and of 44% (95% interval 40% to 48%) in 2019/20" in sentence


def test_absence_of_the_subject_with_the_largest_fall():
    rows = pd.DataFrame(
        [
            (outcome, year, level, present, 500)
            for outcome, fall in (("lezen", 0.1), ("rekenen", 0.2))
            for year, less in (("2018/19", 0.0), ("2019/20", fall))
            for level, present in (("I", 0.95), ("V", 0.9 - less))
        ],
        columns=["outcome", "year", "level_m", "share_present", "n_m_test"],
    )
    sentence = sentences_of(missing=rows)["absent"]
    assert (
        "arithmetic (rekenen-wiskunde), 70% of those at level V sat the E-test in 2019/20 (90% in 2018/19)" in sentence
    )


def test_the_spread_between_schools():
    sentence = sentences_of(spread=spread(-0.38, 0.26))["schools"]
    assert "a tenth of them grew at least 0.38 less in 2019/20" in sentence
    assert "another tenth at least 0.26 more" in sentence


@pytest.mark.parametrize(
    ("low", "high", "first", "second"),
    [
        (-0.62, -0.019, "at least 0.62 less", "at most 0.02 less"),
        (0.03, 0.4, "at most 0.03 more", "at least 0.40 more"),
        (-0.3, -0.001, "at least 0.30 less", "no less"),
        (0.001, 0.3, "no more", "at least 0.30 more"),
    ],
)
def test_a_tenth_beyond_a_limit_is_at_least_or_at_most_by_its_side(low, high, first, second):
    """A tenth above -0.019 grew at most 0.02 less; it was written as "at least 0.02 less"."""
    sentence = sentences_of(spread=spread(low, high))["schools"]
    assert f"a tenth of them grew {first} in 2019/20" in sentence
    assert sentence.endswith(f"another tenth {second}.")


def spread(low, high):
    return pd.DataFrame(
        {
            "outcome": ["lezen"],
            "category": ["below 20% at risk"],
            "sd_schools": [0.25],
            "sd_low": [0.2],
            "sd_high": [0.3],
            "low_tenth": [low],
            "high_tenth": [high],
            "n_pupils": [4500],
        }
    )


@pytest.mark.parametrize(("low", "high", "words"), [(-0.3, -0.1, "grew 0.20"), (-0.3, 0.1, "neither measurably")])
def test_the_shortage_is_told_for_all_subjects_at_once(low, high, words):
    row = ("ois_shortage", "", "lezen", "", "closure:shortage", (low + high) / 2, low, high, 900)
    assert words in sentences_of(row)["shortage"]


def test_findings_are_told_in_dutch_with_dutch_numbers_and_codes():
    bands = [
        ("ois_standardised", "band", "lezen", band, "closure", value, value - 0.01, value + 0.01, 500)
        for band, value in (("below 20% at risk", -0.05), ("80% or more at risk", 0.35))
    ]
    with speaking("nl"):
        sentences = sentences_of(overall(-0.02, -0.1, 0.06), *bands)
    minus = "\N{MINUS SIGN}"
    same = f"niet meetbaar minder of meer ({minus}0,02, 95%-betrouwbaarheidsinterval {minus}0,10 tot 0,06)"
    assert f"Bij rekenen-wiskunde groeiden leerlingen in 2019/20 {same}" in sentences["growth_rekenen"]
    assert "scholen met minder dan 20% met risico" in sentences["bands_lezen"]
    assert "scholen met 80% of meer met risico 0,35" in sentences["bands_lezen"]


def shocked(model, low, high, df=1, outcome="rekenen", ends=(-0.21, -0.13)):
    row = {"model": model, "outcome": outcome, "estimate": -0.2, "shock_low": low, "shock_high": high, "shock_df": df}
    row |= dict(zip(("ci_low", "ci_high"), ends, strict=True))
    return pd.DataFrame([{**row, "control_years": df + 2}])


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.55, 0.21, "0.55 less to 0.21 more"),
        (-0.55, -0.02, "0.02 to 0.55 less"),
        (0.05, 0.55, "0.05 to 0.55 more"),
    ],
)
def test_the_error_of_a_year_stands_beside_the_headline(low, high, words):
    sentence = sentences_of(overall(-0.17, -0.21, -0.13), shocks=shocked("ois_standardised", low, high))[
        "growth_rekenen"
    ]
    assert f"If years differ by shocks as the 3 control years did, the 95% interval is {words}." in sentence


def test_shocks_that_widen_nothing_are_not_told_as_another_interval():
    """Three years near a line by luck: the interval is the one that stands there already, 0.08 wide."""
    same = shocked("ois_standardised", -0.21, -0.13)
    sentence = sentences_of(overall(-0.17, -0.21, -0.13), shocks=same)["growth_rekenen"]
    assert (
        "The 3 control years lie so near their own trend that shocks of a year do not widen this interval" in sentence
    )
    assert "the 95% interval is" not in sentence


def test_where_nothing_shows_how_much_years_differ_the_sentence_says_so():
    none = shocked("ois_standardised", float("nan"), float("nan"), df=0).assign(control_years=1)
    sentence = sentences_of(overall(-0.17, -0.21, -0.13), shocks=none)["growth_rekenen"]
    assert "With so few control years (1) nothing shows how much years differ by themselves" in sentence


def pnas(many, one, trend):
    rows = [("pnas_overall", many, "closure"), ("pnas_one_control", one, "closure"), ("pnas_overall", trend, "year")]
    return [(model, "", "composite", "", term, v, v - 0.1, v + 0.1, 9000) for model, v, term in rows]


@pytest.mark.parametrize(
    ("many", "one", "trend", "words"),
    [
        (-3.0, -2.3, 0.5, "Growth rose over the control years"),
        (3.0, 3.7, 0.5, "Growth rose over the control years"),
        (-3.0, -3.7, -0.5, "Growth fell over the control years"),
        (-3.0, -2.3, 0.05, None),  # no trend can be measured
        (-3.0, -3.3, 0.5, None),  # the two comparisons do not show it
    ],
)
def test_what_one_year_leaves_out_follows_the_trend(many, one, trend, words):
    sentence = sentences_of(*pnas(many, one, trend))["pnas"]
    assert ("over the control years" in sentence) == bool(words)
    assert words is None or words in sentence
    assert "hides" not in sentence


def test_with_one_control_year_there_is_no_trend_to_compare_with():
    sentence = sentences_of(*[row for row in pnas(-2.3, -2.3, 0.5) if row[4] == "closure"])["pnas"]
    assert sentence.startswith("Against the year before, growth in the mean of the tests was 2.3")
    assert "trend" not in sentence


def test_schools_without_consent_are_told_with_weights_and_bounds():
    kinds = [("with consent", 170, 0.394), ("without consent", 43, 0.4325)]
    consent = pd.DataFrame(kinds, columns=["consent", "n_schools", "share_at_risk"])
    rows = [
        ("consent_ipw", "ois_standardised", "rekenen", "consent_ipw", "closure", -0.172, -0.21, -0.13, 900),
        ("consent_bounds", "ois_standardised", "rekenen", "", "lower", -0.27, -0.31, -0.23, 900),
        ("consent_bounds", "ois_standardised", "rekenen", "", "upper", 0.07, 0.03, 0.11, 900),
    ]
    frame = findings(*rows, consent=consent).loc["consent"]
    assert "Of 213 schools with tests 43 schools gave no consent" in frame["sentence"]
    assert "43% at these and 39% at the others" in frame["sentence"]
    assert "pupils grew 0.17 (95% interval 0.13 to 0.21) less in arithmetic" in frame["sentence"]
    assert "the most that these schools may have grown it is 0.27 less to 0.07 more." in frame["sentence"]
    assert (frame["n"], frame["unit"]) == (213, "schools")


def test_a_comparison_of_two_groups_counts_these_two():
    """Levels and bands in between, and their pupils, are not in the sentence."""
    rows = [
        ("ois_standardised", "level_m", "lezen", f"level {level}", "closure", value, value - 0.05, value + 0.05, 400)
        for level, value in (("I", 0.12), ("II", -0.1), ("V", -0.2))
    ]
    rows += [
        ("ois_standardised", "band", "lezen", f"{band} at risk", "closure", value, value - 0.05, value + 0.05, 400)
        for band, value in (("below 20%", 0.12), ("20%-40%", -0.1), ("80% or more", -0.2))
    ]
    frame = findings(*rows)["n"]
    assert frame["levels_lezen"] == pupils(subject="lezen", level_m=["V", "I"])
    assert frame["bands_lezen"] == pupils(subject="lezen", band=["below 20%", "80% or more"])


def dropped(subject, expected, observed, half):
    return [
        ("regression_to_mean", "level_m", subject, "level I", term, value, value - half, value + half, 900)
        for term, value in (("drop_expected", expected), ("drop_closure", observed))
    ]


@pytest.mark.parametrize(("half", "established"), [(0.01, True), (0.05, False)])
def test_the_subject_chosen_by_its_gap_says_whether_that_is_known_to_be_the_largest(half, established):
    """Gaps of .10 and .05: .05 apart, known to sqrt(4) x half / 1.96 = .010 or .051."""
    sentence = sentences_of(*dropped("lezen", 0.2, 0.25, half), *dropped("rekenen", 0.2, 0.3, half))[
        "regression_to_mean"
    ]
    assert "arithmetic (rekenen-wiskunde) 30% dropped" in sentence
    assert ("In no other subject is the difference as large." in sentence) is established
    assert ("largest here is not established" in sentence) is not established
    alone = sentences_of(*dropped("rekenen", 0.2, 0.3, half))["regression_to_mean"]
    assert alone.endswith("in part luck.")


def presence(half):
    shares = {"lezen": (0.9, 0.85), "rekenen": (0.9, 0.75)}
    years = ("2018/19", "2019/20")
    counted = [
        (subject, year, level, share if level == "V" else 0.9, 500)
        for subject, of in shares.items()
        for year, share in zip(years, of, strict=True)
        for level in ("I", "V")
    ]
    rows = [
        ("e_test_share", "level_m", subject, "level V", year, share, share - half, share + half, 500)
        for subject, of in shares.items()
        for year, share in zip(years, of, strict=True)
    ]
    return rows, pd.DataFrame(counted, columns=NOBODY.columns)


@pytest.mark.parametrize(("half", "established"), [(0.01, True), (0.1, False), (None, False)])
def test_the_subject_chosen_by_its_absence_says_whether_that_is_known_to_be_the_most(half, established):
    """Changes of -.05 and -.15; without intervals of the shares nothing is known of their rank."""
    rows, counted = presence(half or 0.01)
    sentence = sentences_of(*(rows if half else []), missing=counted)["absent"]
    assert "75% of those at level V" in sentence
    assert ("Of all subjects the change at level V is lowest here." in sentence) is established
    assert ("lowest here is not established" in sentence) is not established


@pytest.mark.parametrize("phrase", [phrases.grew, phrases.points])
def test_without_an_interval_nothing_is_said(phrase):
    with pytest.raises(WithheldError):  # else the page reads "95% interval nan to nan"
        phrase({"estimate": 0.1, "ci_low": float("nan"), "ci_high": float("nan")})
