import pandas as pd
import pytest

from analysis import language
from analysis.chapters.choice_by_municipality.findings import choice_by_municipality

NO_ROWS = pd.DataFrame(
    columns=["outcome", "model", "term", "tau", "tau_low", "tau_high", "urbanicity", "published_to_straight"]
)


def row(model, term, estimate, low, high, n=133):
    return {"model": model, "term": term, "estimate": estimate, "ci_low": low, "ci_high": high, "n_obs": n}


def findings_of(estimates=(), *, others=(), account=NO_ROWS, spread=NO_ROWS, correlations=(), means=NO_ROWS, to_km=2.0):
    columns = ["model", "term", "estimate", "ci_low", "ci_high", "n_obs"]
    frames = (pd.DataFrame(list(rows), columns=columns) for rows in (estimates, correlations))
    estimates, correlations = frames
    others = pd.DataFrame(list(others), columns=["term", "ci_low", "ci_high", "from_km", "to_km"])
    findings = choice_by_municipality(account, estimates, others, spread, correlations, means, from_km=1.0, to_km=to_km)
    return findings.set_index("name")["sentence"]


@pytest.fixture
def dutch():
    language.speak("nl")
    yield
    language.speak(language.SOURCE)


def test_the_fall_is_reported_as_how_many_times_as_often():
    # exp(1.2) = 3.32, exp(1.1) = 3.00, exp(1.3) = 3.67
    finding = findings_of([row("mean", "intercept", 1.2, 1.1, 1.3)])["fall"]
    assert "a school at 1 km is attended 3.3 times as often as one like it at 2 km (95% interval 3.0 to 3.7)" in finding
    far = findings_of([row("mean", "intercept", 1.2, 1.1, 1.3)], to_km=1.5)["fall"]  # exp(0.6) = 1.82
    assert "1.8 times as often as one like it at 1.5 km" in far


def test_the_spread_is_one_standard_deviation_to_each_side():
    heterogeneity = pd.DataFrame([{"model": "mean", "tau": 0.2, "tau_low": 0.1, "tau_high": 0.3, "n_obs": 133}])
    finding = findings_of([row("mean", "intercept", 1.2, 1.1, 1.3)], spread=heterogeneity)["spread"]
    assert (
        "the school at 1 km is attended 2.7 to 4.1 times as often as the one at 2 km" in finding
    )  # exp(1.0) and exp(1.4)


def test_a_spread_that_may_be_none_is_no_difference():
    heterogeneity = pd.DataFrame([{"model": "mean", "tau": 0.05, "tau_low": 0.0, "tau_high": 0.3, "n_obs": 133}])
    finding = findings_of([row("mean", "intercept", 1.2, 1.1, 1.3)], spread=heterogeneity)["spread"]
    assert finding.startswith("It is not established that municipalities differ")
    assert "at most 0.30" in finding


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.01, 0.15, "falls faster from 1 to 2 km, by 0.08 log odds per km (95% interval 0.01 to 0.15)"),
        (-0.15, -0.01, "falls more slowly from 1 to 2 km, by 0.08 log odds per km (95% interval 0.01 to 0.15)"),
        (-0.01, 0.15, "does not measurably fall faster or slower"),
    ],
)
def test_the_words_on_density_follow_its_interval(low, high, words):
    assert words in findings_of([row("density", "log2_density", (low + high) / 2 + 1e-9, low, high)])["density"]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.01, 0.09, "nothing measurable"),
        (0.01, 0.09, "falls faster from 1 to 2 km, by 0.05"),
        (-0.09, -0.01, "falls more slowly from 1 to 2 km, by 0.05"),
    ],
)
def test_the_words_on_the_spread_of_schoolweging_follow_its_sign_and_interval(low, high, words):
    middle = (low + high) / 2
    assert words in findings_of([row("density", "sd_schoolweging", middle, low, high)])["spread_of_schoolweging"]


def test_what_holds_between_other_distances_is_counted():
    columns = ("term", "ci_low", "ci_high", "from_km", "to_km")
    rows = [
        ("log2_density", 0.01, 0.2, 0.5, 1.0),
        ("log2_density", 0.01, 0.2, 1.0, 2.0),  # the pair of the sentence itself
        ("log2_density", -0.1, 0.2, 1.0, 3.0),
        ("log2_density", -0.2, -0.1, 2.0, 4.0),
        ("sd_schoolweging", 0.01, 0.2, 0.5, 1.0),
    ]
    others = [dict(zip(columns, values, strict=True)) for values in rows]
    finding = findings_of([row("density", "log2_density", 0.08, 0.01, 0.15)], others=others)["density"]
    assert finding.endswith(
        "Taken between 3 other pairs of distances, the fall is then measurably faster for 1 of these and measurably "
        "slower for 1."
    )


def test_distances_are_compared_with_straight_lines():
    rows = [row("log", "expected_published", 0.36, 0.33, 0.39, 5983), row("log", "straight_published", 0.53, 0.5, 0.6)]
    assert "correlates 0.36" in findings_of(correlations=rows)["distances"]
    assert "distances" not in findings_of(correlations=rows[:1])


def test_coverage_and_postcode_points_are_reported_where_nothing_is_withheld():
    account = pd.DataFrame(
        [
            {"outcome": "estimated", "municipalities": 133, "share": 0.612},
            {"outcome": "the data do not settle the coefficients", "municipalities": 2, "share": None},
        ]
    )
    means = pd.DataFrame(
        {"urbanicity": ["all", "very strongly urban", "not urban"], "published_to_straight": [0.94, 1.13, 0.73]}
    ).assign(schools=100)
    findings = findings_of(account=account, means=means)
    assert findings["covered"].startswith("In 133 of the 135 municipalities the model")
    assert "61% of all pupils" in findings["covered"]
    assert findings["covered"].endswith("The others have none: the data do not settle the coefficients (2).")
    assert "1.13 times the straight line" in findings["postcode_points"]
    assert "postcode_points" not in findings_of(means=means.assign(published_to_straight=[0.94, None, 0.73]))


@pytest.mark.usefixtures("dutch")
def test_dutch_has_its_own_numbers():
    finding = findings_of([row("density", "log2_density", 0.08, 0.01, 0.15)])["density"]
    assert "0,08 meer" in finding
    assert "0,01 tot 0,15" in finding
