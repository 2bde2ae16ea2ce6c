from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.synthetic.moments_city import MOMENTS, at_risk, between, isolated, mirroring, uneven
from analysis.synthetic.people import make_people
from analysis.synthetic.retention import make_retention
from analysis.synthetic.truth import Truth

PUBLISHED = Path(__file__).parents[3] / "params" / "published" / "amsterdam-po-2020-city.yml"


@pytest.fixture
def town():
    """Two schools in one wijk: a with three of four highly educated, b with one of four and two unknown."""
    by_pupil = pd.DataFrame(
        {
            "location": ["a"] * 4 + ["b"] * 6,
            "wijk": "w",
            "education": ["hoog", "hoog", "hoog", "laag", "hoog", "laag", "laag", "laag", "onbekend", "onbekend"],
            "background": ["none"] * 4 + ["turkish"] * 2 + ["none"] * 4,
            "at_risk": [False] * 3 + [True] * 7,
        }
    )
    by_location = pd.DataFrame(
        {
            "location": ["a", "b", "s"],
            "wijk": "w",
            "pupils": [4, 6, 9],
            "size_class": ["small", "large", "small"],
            "share_hoog": [0.75, 0.25, np.nan],
            "special": [False, False, True],
        }
    )
    return {"by_pupil": by_pupil, "by_location": by_location}


def test_segregation_by_hand(town):
    # hoog 3 and 1 of 4, laag 1 and 3 of 4: half of |1/4 - 3/4| + |3/4 - 1/4|
    assert uneven(town, "education", "laag", "hoog") == pytest.approx(0.5)
    # Of four highly educated three have 2 of their own among 3 schoolmates and one has none among 5: unknown education
    # counts among those at school.
    assert isolated(town, "education", "hoog") == pytest.approx((3 * 2 / 3 + 0 / 5) / 4)


def test_mirroring_by_hand(town):
    # The wijk has 4 of 8 highly educated, and either school is a quarter away from that.
    assert mirroring(town, 0.2) == 0.0
    assert mirroring(town, 0.25) == 1.0


def test_bands_and_risk_by_hand(town):
    assert between(town, "share_hoog", 0.6, 0.8) == pytest.approx(0.4)
    assert between(town, "share_hoog", 0.6, 0.8, size="large") == 0.0
    assert between(town, "share_hoog", 0.2, 0.25) == pytest.approx(0.6)
    assert at_risk(town, "small") == 0.25


@pytest.fixture(scope="module")
def frames():
    truth, seed = Truth(), np.random.SeedSequence(1)
    _, made = make_people(truth, 0.3, seed)
    retained = make_retention(made["by_pupil"], truth.retention, 0.3, np.random.SeedSequence(2))
    return {**made, "by_pupil_retention": retained}


def test_every_published_figure_has_its_moment_and_the_other_way_round(frames):
    figures = yaml.safe_load(PUBLISHED.read_text("utf8"))["figures"]
    assert sorted(figure["id"] for figure in figures) == sorted(MOMENTS)
    assert len(figures) >= 22
    assert all(np.isfinite(moment(frames)) for moment in MOMENTS.values())


def test_a_tolerance_is_at_least_the_rounding_and_a_contradiction_is_named():
    figures = {figure["id"]: figure for figure in yaml.safe_load(PUBLISHED.read_text("utf8"))["figures"]}
    for figure in figures.values():
        assert figure["tolerance"] >= figure["rounding"] > 0
        assert figure["why"]
        if "contradicts" in figure:
            assert figure["contradicts"] in figures
            assert figure["note"]
