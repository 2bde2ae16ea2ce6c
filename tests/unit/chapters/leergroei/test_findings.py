import re

import pandas as pd
import pytest

from analysis.chapters.leergroei import findings as wording
from analysis.chapters.leergroei import phrases
from analysis.errors import WithheldError
from analysis.language import speaking

COLUMNS = ["model", "by", "outcome", "category", "term", "estimate", "ci_low", "ci_high", "n_pupils"]
NOTHING = pd.DataFrame(columns=["outcome", "category", "sd_schools", "low_tenth", "high_tenth", "n_pupils"])
NO_EXAMPLES = pd.DataFrame(columns=["share_at_risk", "term", "estimate"])


NO_SHOCKS = pd.DataFrame(columns=["model", "outcome", "estimate"])
NO_CONSENT = pd.DataFrame(columns=["consent", "n_schools"])


def pupils(**values):
    """Stand for the count of pupils: it says what was asked for."""
    return sum(len(value) if isinstance(value, list) else 1 for value in values.values())


def findings(*rows, spread=NOTHING, examples=NO_EXAMPLES, shocks=NO_SHOCKS, consent=NO_CONSENT):
    frame = wording.findings(
        pd.DataFrame(rows, columns=COLUMNS),
        examples,
        spread,
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
    sentence = sentences_of(overall(-0.156, -0.195, -0.117))["growth"]
    assert "pupils grew less than pupils of the same groep and level in 2018/19: 0.16 (95% interval 0.12 to" in sentence
    assert sentence.endswith("0.20) in arithmetic, in standard deviations of growth.")


def test_a_gain_is_more():
    sentence = sentences_of(overall(0.1, 0.02, 0.18))["growth"]
    assert "grew more than" in sentence
    assert "2018/19: 0.10 (95% interval 0.02 to 0.18) in arithmetic" in sentence


def test_what_cannot_be_measured_is_not_claimed():
    sentence = sentences_of(overall(-0.02, -0.1, 0.06))["growth"]
    assert "did not grow measurably differently from" in sentence
    assert "the 95% intervals lie between −0.10 and 0.06 standard deviations of growth" in sentence


def subjects(**changes):
    """Changes by subject, each known to 0.04."""
    return [
        (*overall(v, v - 0.04, v + 0.04)[:2], name, *overall(v, v - 0.04, v + 0.04)[3:]) for name, v in changes.items()
    ]


@pytest.mark.parametrize(
    ("changes", "headline", "key", "yardstick"),
    [
        ({"lezen": -0.1, "rekenen": -0.2}, "In every subject pupils learned less", "0.20 sd", "0.10 sd in reading"),
        ({"lezen": 0.1, "rekenen": 0.2}, "In every subject pupils learned more", "0.20 sd", "0.10 sd in reading"),
        ({"lezen": 0.01, "rekenen": -0.2}, "In 1 of 2 subjects pupils learned less", "0.20 sd", None),
        ({"lezen": 0.1, "rekenen": -0.2}, "growth moved in different directions by subject", None, None),
        (
            {"lezen": 0.01, "rekenen": -0.02},
            "did not measurably change in the closure year: reading and arithmetic",
            None,
            None,
        ),
    ],
)
def test_the_headline_of_growth_turns_with_the_signs(changes, headline, key, yardstick):
    sentence = sentences_of(*subjects(**changes))["growth"]
    assert headline in sentence.beside["headline"]
    assert sentence.beside.get("key") == key
    assert sentence.beside.get("yardstick") == yardstick
    assert ("In reading no difference is measurable." in sentence) == (changes == {"lezen": 0.01, "rekenen": -0.2})


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
    assert (
        "pupils of level V fared worst: in 2019/20 they grew 0.20 (95% interval 0.15 to 0.25) less"
        in sentences["levels_lezen"]
    )
    assert "Pupils of level I fared best: they grew 0.12 (95% interval 0.07 to 0.17) more" in sentences["levels_lezen"]
    assert (
        sentences["levels_lezen"].beside["headline"]
        == "In reading, pupils of level V fared worst and those of level I best"
    )
    assert (
        "At schools with 80% or more at risk growth changed less favourably in 2019/20 than at schools with fewer"
        in sentences["bands"]
    )
    assert "than 20% at risk: in reading (−0.35 against −0.05)" in sentences["bands"]
    assert "absent" in sentences["bands"].beside["caveat"]


@pytest.mark.parametrize(
    ("many", "headline"),
    [
        ({"lezen": -0.3, "rekenen": -0.3}, "Growth changed less favourably"),
        ({"lezen": 0.3, "rekenen": 0.3}, "Growth changed more favourably"),
        ({"lezen": 0.3, "rekenen": -0.3}, "How schools with many pupils at risk fared differs by subject"),
        ({"lezen": 0.02, "rekenen": -0.02}, "No measurable difference between schools"),
    ],
)
def test_the_headline_on_schools_with_many_pupils_at_risk_turns(many, headline):
    """Few: 0 in both subjects; a difference is known to sqrt(2) x 0.04 = 0.06."""
    rows = [
        ("ois_standardised", "band", subject, band, "closure", value, value - 0.04, value + 0.04, 500)
        for subject, most in many.items()
        for band, value in (("below 20% at risk", 0.0), ("80% or more at risk", most))
    ]
    assert sentences_of(*rows)["bands"].beside["headline"].startswith(headline)


def test_levels_and_norms_whose_rank_is_not_established_are_not_called_the_farthest():
    # Standard errors of .05 / 1.96: of two levels .02 apart neither is known to be the lowest; the third is highest.
    rows = [
        ("ois_standardised", "level_m", "lezen", f"level {level}", "closure", value, value - 0.05, value + 0.05, 400)
        for level, value in (("I", 0.12), ("II", -0.18), ("V", -0.2))
    ]
    sentence = sentences_of(*rows)["levels_lezen"]
    assert "changed measurably in 2019/20 at every level, in both directions" in sentence
    assert "Pupils of level I fared best; which level fared worst is not established." in sentence
    turned = [(*row[:5], -row[5], -row[7], -row[6], 400) for row in rows]
    sentence = sentences_of(*turned)["levels_lezen"]
    assert "Pupils of level I fared worst; which level fared best is not established." in sentence
    alike = [
        (*row[:5], value, value - 0.05, value + 0.05, 400)
        for row, value in zip(rows, (-0.19, -0.18, -0.2), strict=True)
    ]
    assert "Which level fared worst or best is not established." in sentences_of(*alike)["levels_lezen"]
    wide = [(*row[:6], row[5] - 0.5, row[5] + 0.5, 400) for row in rows]
    sentence = sentences_of(*wide)["levels_lezen"]
    assert "growth did not measurably change at any level shown" in sentence
    assert "did not measurably change at any level" in sentence.beside["headline"]
    norm = [
        ("norm_growth", "groep", "lezen", f"groep {groep}", "mean", value, value - 0.05, value + 0.05, 400)
        for groep, value in ((4, 0.12), (5, -0.02), (6, -0.13))
    ]
    sentence = sentences_of(*norm)["norm_growth"]
    assert "in 2 of 3 combinations: above it by 0.12 (95% interval 0.07 to 0.17) in reading" in sentence
    assert "below it by 0.13 (95% interval 0.08 to 0.18) in reading, groep 6" in sentence
    above = sentences_of(*norm[:2], ("norm_growth", "groep", "lezen", "groep 6", "mean", 0.13, 0.08, 0.18, 400))
    assert above["norm_growth"].beside["headline"].endswith("lay above the national norm in 2 of 3 combinations")
    far = [*norm[:2], ("norm_growth", "groep", "lezen", "groep 6", "mean", 0.4, 0.35, 0.45, 400)]
    assert "growth was farthest from the national norm in reading" in sentences_of(*far)["norm_growth"]


@pytest.mark.parametrize(("sign", "moved"), [(-1, "fell"), (1, "rose")])
def test_a_level_that_changed_is_named_where_the_farthest_is_not_established(sign, moved):
    """Level I is .38 off zero, known to .18; level II is .26 off, known to .31."""
    rows = [
        ("ois_standardised", "level_m", "rekenen", level, "closure", sign * v, sign * v - half, sign * v + half, 400)
        for level, v, half in (("level I", 0.38, 0.18), ("level II", 0.26, 0.31))
    ]
    sentence = sentences_of(*rows)["levels_rekenen"]
    assert sentence.beside["headline"] == f"In arithmetic growth {moved} measurably at level I"
    assert "At the other levels shown no change is measurable." in sentence
    assert "level II" not in sentence


def test_where_growth_changed_at_every_level_the_ends_are_given():
    values = {"level I": -0.4, "level II": -0.5, "level III": -0.6}
    rows = [
        ("ois_standardised", "level_m", "rekenen", level, "closure", value, value - 0.3, value + 0.3, 400)
        for level, value in values.items()
    ]
    sentence = sentences_of(*rows)["levels_rekenen"]
    assert sentence.beside["headline"] == "In arithmetic growth fell measurably at every level"
    assert "level III" in sentence
    assert "level I " in sentence
    assert "level II " not in sentence


def test_a_subject_that_is_withheld_is_named_and_no_sentence_is_about_every_subject():
    hidden = ("ois_standardised", "", "lezen", "", "closure", *[float("nan")] * 3, 1000)
    still = sentences_of(overall(-0.02, -0.1, 0.06), hidden)["growth"]
    assert still.endswith("standard deviations of growth. Withheld: reading.")
    assert still.beside["headline"].endswith("did not measurably change in the closure year: arithmetic")
    fell = sentences_of(*subjects(rekenen=-0.2, dmt=-0.3), hidden)["growth"]
    assert fell.beside["headline"].startswith("In technical reading and arithmetic pupils learned less")


def test_shocks_are_given_of_all_known_subjects_or_of_none():
    of_one = shocked("ois_standardised", -0.55, 0.21)
    two = subjects(rekenen=-0.2, dmt=-0.3)
    assert sentences_of(*two, shocks=of_one)["growth"].beside["caveat"] == "Only pupils who sat both tests count."
    both = pd.concat([of_one, shocked("ois_standardised", -0.9, 0.3, outcome="dmt")])
    caveat = sentences_of(*two, shocks=both)["growth"].beside["caveat"]
    assert "is 0.55 less to 0.21 more in arithmetic and 0.90 less to 0.30 more in technical reading, in" in caveat


@pytest.mark.parametrize(("second", "established"), [(0.24, False), (0.05, True)])
def test_where_schools_differ_most_is_said_where_it_is_established(second, established):
    spread = pd.DataFrame({"sd_schools": [0.25, second], "outcome": "lezen", "category": "below 20% at risk"})
    spread = spread.assign(sd_low=spread["sd_schools"] - 0.04, sd_high=spread["sd_schools"] + 0.04)
    sentence = sentences_of(spread=spread.assign(low_tenth=-0.38, high_tenth=0.26, n_pupils=4500))["schools"]
    assert ("not established" in sentence) is not established


def test_schools_whose_spread_may_be_zero_are_not_said_to_differ():
    chance = spread(-0.1, 0.1).assign(sd_schools=0.08, sd_low=0.0, sd_high=0.2)
    sentence = sentences_of(spread=chance)["schools"]
    assert sentence.startswith("Comparable schools do not measurably differ by more than chance")
    assert sentence.beside["headline"] == "Comparable schools do not measurably differ beyond chance"


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
    assert sentences["pnas"].startswith(
        "By the mean of the tests, the growth of pupils in 2019/20 was 3.2 (95% interval"
    )
    assert (
        "2.8 to 3.5) percentile points less than the trend of the control years implies, and 2.5" in sentences["pnas"]
    )
    assert sentences["pnas"].endswith("and 2.5 less against the year before alone.")
    assert sentences["pnas"].beside["key"] == "3.2 percentile points"
    assert sentences["pnas"].beside["yardstick"] == "2.5 percentile points compared with the year before alone"
    assert (
        "low-educated parents in 2019/20 was 1.2 (95% interval 0.4 to 2.0) percentile points less"
        in sentences["education"]
    )


@pytest.mark.parametrize(
    ("value", "pnas_says", "education_says"),
    [
        (-1.0, "Pupils grew 1.0 percentile points less than the year before", "fared worse"),
        (1.0, "Pupils grew 1.0 percentile points more than the year before", "fared better"),
        (0.1, "Growth was not measurably less or more than the year before", "No measurable difference by"),
    ],
)
def test_the_headlines_of_the_design_of_several_years_turn(value, pnas_says, education_says):
    limits = (value, value - 0.5, value + 0.5, 9000)
    rows = [(model, "", "composite", "", "closure", *limits) for model in ("pnas_overall", "pnas_one_control")]
    rows.append(("pnas_ses", "parental education", "composite", "laag", "difference", *limits))
    sentences = sentences_of(*rows)
    assert sentences["pnas"].beside["headline"] == pnas_says
    assert education_says in sentences["education"].beside["headline"]


def test_regression_to_the_mean_is_taken_off():
    rows = [
        ("regression_to_mean", "level_m", "rekenen", "level I", term, value, value - 0.02, value + 0.02, 900)
        for term, value in (("drop_expected", 0.268), ("drop_closure", 0.374))
    ]
    sentence = sentences_of(*rows)["regression_to_mean"]
    assert "37% dropped a level in 2019/20; 27% would have without any closure" in sentence
    # .106, known to sqrt(2) x .02 = .028
    assert sentence.endswith("closure. The difference is 10.6 (95% interval 7.8 to 13.4) percentage points.")
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
    sentence = sentences_of(examples=rows)["example_most"]
    assert "school with 60% at risk, a pupil in groep 7 at level I in arithmetic drops a level" in sentence
    assert "28% (95% interval 25% to 31%)" in sentence
    assert sentence.endswith("The difference is 16.0 (95% interval 13.0 to 20.0) percentage points.")
    assert "was likelier to drop a level" in sentence.beside["headline"]
    for change, words in ((-0.16, "was less likely to drop"), (0.01, "did not measurably change")):
        turned = rows.assign(ci_low=change - 0.03, ci_high=change + 0.03)
        assert words in sentences_of(examples=turned)["example_most"].beside["headline"]
    assert "in 2018/19 and 44% (95% interval 40% to 48%) in 2019/20" in sentence


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


@pytest.mark.parametrize(
    ("low", "high", "words", "headline"),
    [
        (-0.3, -0.1, "grew less in 2019/20: 0.20", "Pupils grew less at schools with a larger teacher shortage"),
        (0.1, 0.3, "grew more in 2019/20: 0.20", "Pupils grew more at schools with a larger teacher shortage"),
        (
            -0.3,
            0.1,
            "between −0.30 and 0.10",
            "Growth in reading is not measurably associated with the teacher shortage",
        ),
    ],
)
def test_the_shortage_is_told_for_all_subjects_at_once(low, high, words, headline):
    row = ("ois_shortage", "", "lezen", "", "closure:shortage", (low + high) / 2, low, high, 900)
    sentence = sentences_of(row)["shortage"]
    assert words in sentence
    assert sentence.beside["headline"] == headline


def test_findings_are_told_in_dutch_with_dutch_numbers_and_codes():
    bands = [
        ("ois_standardised", "band", "lezen", band, "closure", value, value - 0.01, value + 0.01, 500)
        for band, value in (("below 20% at risk", -0.05), ("80% or more at risk", 0.35))
    ]
    with speaking("nl"):
        sentences = sentences_of(overall(-0.17, -0.21, -0.13), *bands)
    same = "0,17 (95%: 0,13 tot 0,21) bij rekenen, in standaarddeviaties van de groei."
    assert sentences["growth"].endswith(same)
    assert (
        sentences["growth"].beside["headline"]
        == "Bij rekenen leerden leerlingen minder in het jaar van de schoolsluiting"
    )
    assert "Op scholen met 80% of meer met risico veranderde de groei in 2019/20 gunstiger" in sentences["bands"]
    assert "minder dan 20% met risico: bij lezen (0,35 tegenover −0,05)" in sentences["bands"]


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
    sentences = sentences_of(overall(-0.17, -0.21, -0.13), shocks=shocked("ois_standardised", low, high))
    sentence = sentences["growth"].beside["caveat"]
    assert (
        f"If years differ by shocks as the 3 control years did, the 95% interval is {words}, in standard deviations"
        in sentence
    )


def test_shocks_that_widen_nothing_are_not_told_as_another_interval():
    """Three years near a line by chance: the interval is the one that stands there already, 0.08 wide."""
    same = shocked("ois_standardised", -0.21, -0.13)
    sentence = sentences_of(overall(-0.17, -0.21, -0.13), shocks=same)["growth"].beside["caveat"]
    assert "The 3 control years happen to lie close to their trend; with so few years that may be chance" in sentence
    assert "the 95% interval is" not in sentence


def test_where_nothing_shows_how_much_years_differ_the_sentence_says_so():
    none = shocked("ois_standardised", float("nan"), float("nan"), df=0).assign(control_years=1)
    sentence = sentences_of(overall(-0.17, -0.21, -0.13), shocks=none)["growth"].beside["caveat"]
    assert "With so few control years (1) nothing shows how much years differ by themselves" in sentence


def pnas(many, one, trend):
    rows = [("pnas_overall", many, "closure"), ("pnas_one_control", one, "closure"), ("pnas_overall", trend, "year")]
    return [(model, "", "composite", "", term, v, v - 0.1, v + 0.1, 9000) for model, v, term in rows]


def test_with_one_control_year_there_is_no_trend_to_compare_with():
    sentence = sentences_of(*[row for row in pnas(-2.3, -2.3, 0.5) if row[4] == "closure"])["pnas"]
    assert sentence.endswith("percentile points less than the year before.")
    shaken = sentences_of(*pnas(-2.3, -2.3, 0.5), shocks=shocked("pnas_overall", -5.0, 0.4, outcome="composite"))[
        "pnas"
    ]
    assert shaken.beside["caveat"].endswith(
        "as the 3 control years did, the 95% interval is 5.0 less to 0.4 more, in percentile points."
    )
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
    assert "the change in growth in 2019/20 is 0.27 less to 0.07 more in arithmetic, in standard" in frame["sentence"]
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
    assert frame["bands"] == pupils(subject=["lezen"], band=["below 20%", "80% or more"])


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
    assert "arithmetic 30% dropped" in sentence
    assert ("In no other subject is the difference as large." in sentence) is established
    assert ("In which subject the difference is largest cannot be determined." in sentence) is not established
    alone = sentences_of(*dropped("rekenen", 0.2, 0.3, half))["regression_to_mean"]
    assert alone.endswith("percentage points.")


@pytest.mark.parametrize(
    ("observed", "words"),
    [
        (0.3, "More of the best"),
        (0.1, "Fewer of the best"),
        (0.201, "dropped more than regression to the mean explains is not established"),
    ],
)
def test_the_headline_on_luck_turns(observed, words):
    assert words in sentences_of(*dropped("lezen", 0.2, observed, 0.01))["regression_to_mean"].beside["headline"]


def presence(half, years=("2018/19", "2019/20")):
    """At level V 90% and then 85% in reading, and 90% and then 75% in arithmetic; at level I 90% in both years."""
    shares = {"lezen": (0.9, 0.85), "rekenen": (0.9, 0.75)}
    return [
        ("e_test_share", "level_m", subject, f"level {level}", year, share, share - half, share + half, 500)
        for subject, of in shares.items()
        for level, by_year in (("I", (0.9, 0.9)), ("V", of))
        for year, share in zip(years, by_year, strict=True)
    ]


@pytest.mark.parametrize(("half", "established"), [(0.01, True), (0.1, False), (float("nan"), False)])
def test_the_subject_chosen_by_its_absence_says_whether_that_is_known_to_be_the_most(half, established):
    """Changes of -.05 and -.15; without intervals of the shares nothing is known of their rank."""
    sentence = sentences_of(*presence(half))["absent"]
    assert "in arithmetic, 75% of those at level V sat the E-test in 2019/20 (90% in 2018/19)" in sentence
    assert ("Of all subjects the change at level V is lowest here." in sentence) is established
    assert ("In which subject the change at level V is lowest cannot be determined." in sentence) is not established
    assert ("Fewer pupils of the lowest level" in sentence.beside["headline"]) is (half == half)
    assert ("did not measurably change" in sentence.beside["headline"]) is (half != half)


def test_more_pupils_at_the_test_have_another_headline():
    sentence = sentences_of(*presence(0.01, years=("2019/20", "2018/19")))["absent"]
    assert sentence.beside["headline"].startswith("More pupils of the lowest level sat the E-test")


def test_absence_says_the_shares_that_its_figure_draws():
    """A count of its own would be rounded by itself, and say 84% beside a dot at 85%."""
    drawn = {f"{row[5]:.0%}" for row in presence(0.01) if row[2] == "rekenen"}
    said = set(re.findall(r"\d+%", sentences_of(*presence(0.01))["absent"]))
    assert said == drawn


def test_absence_is_not_said_where_a_share_is_withheld():
    rows = [row for row in presence(0.01) if row[3:5] != ("level V", "2019/20")]
    assert "absent" not in sentences_of(*rows)


@pytest.mark.parametrize(
    ("value", "headline"),
    [(0.2, "lay above the national norm"), (-0.2, "lay below the national norm"), (0.01, "is not measurable")],
)
def test_the_headline_on_the_norm_turns(value, headline):
    row = ("norm_growth", "groep", "lezen", "groep 4", "mean", value, value - 0.05, value + 0.05, 400)
    second = (
        "norm_growth",
        "groep",
        "lezen",
        "groep 5",
        "mean",
        0.9 * value,
        0.9 * value - 0.05,
        0.9 * value + 0.05,
        400,
    )
    assert headline in sentences_of(row, second)["norm_growth"].beside["headline"]


@pytest.mark.parametrize("phrase", [phrases.grew, phrases.points])
def test_without_an_interval_nothing_is_said(phrase):
    with pytest.raises(WithheldError):  # else the page reads "95% interval nan to nan"
        phrase({"estimate": 0.1, "ci_low": float("nan"), "ci_high": float("nan")})
