import numpy as np
import pandas as pd
import pytest

from analysis.chapters.advisering.models.ecological import school_level
from analysis.chapters.advisering.models.sample import Sample


def sample(slope: float) -> Sample:
    """Schools whose mean advice is 3 + slope * share_hoog in tens, apart from the score; pupils differ within them."""
    rng, schools, each = np.random.default_rng(1), 40, 20
    location = np.repeat(np.arange(schools), each)
    share = rng.uniform(0.1, 0.9, schools)
    luck = np.tile(np.linspace(-1, 1, each), schools)  # sums to zero in every school
    score = rng.normal(535, 3, schools)
    rows = pd.DataFrame({"location": location.astype(str), "year": 2016, "share_hoog": share[location]})
    rows["cet"], rows["advice_first"] = score[location] + 5 * luck, 3 + slope * 10 * share[location] + luck
    return Sample("under", rows, pd.DataFrame())


def test_the_slope_of_schools_is_found_whatever_pupils_do_within_them() -> None:
    estimates = school_level(sample(0.05)).set_index(["controls", "term"])
    assert estimates.loc[("mutual", "share_hoog"), "estimate"] == pytest.approx(0.05, abs=1e-9)
    assert estimates.loc[("mutual", "score"), "estimate"] == pytest.approx(0, abs=1e-9)
    assert set(estimates.index.get_level_values("controls")) == {"mutual", "alone"}
    assert (estimates["n_obs"] == 800).all()
    assert (estimates["n_clusters"] == 40).all()
