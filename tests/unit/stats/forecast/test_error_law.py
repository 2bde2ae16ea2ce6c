import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.stats.forecast.error_law import ErrorLaw, fit_error_law

GENERATOR = np.random.default_rng(7)
N = 6000
HORIZON = GENERATOR.choice([1.0, 2.0, 5.0], N)
SIZE = np.exp(GENERATOR.uniform(4, 10, N))
ERROR = 0.01 * HORIZON + 0.4 * HORIZON**0.7 * SIZE**-0.3 * GENERATOR.normal(size=N)
GROUP = GENERATOR.integers(0, 12, N)


def test_the_law_that_made_errors_is_found():
    law = fit_error_law(ERROR, HORIZON, SIZE, GROUP, [0.67, 0.95])
    assert law.bias == pytest.approx(0.01, abs=0.001)
    assert law.kappa == pytest.approx(0.7, abs=0.05)
    assert law.decay == pytest.approx(0.3, abs=0.02)
    assert law.sigma == pytest.approx(0.4, rel=0.1)
    assert law.quantiles[0.95] == pytest.approx(1.96, abs=0.1)


def test_an_interval_by_hand():
    law = ErrorLaw(bias=0.01, sigma=0.5, kappa=1.0, decay=0.5, quantiles={0.95: 2.0})
    low, high = law.interval(1000.0, 2.0, 400.0, 0.95)
    # sd .5 x 2 / sqrt(400) = .05; middle 1000 exp(-.02); limits exp(+-.1) about it.
    assert (low, high) == pytest.approx((1000 * np.exp(-0.12), 1000 * np.exp(0.08)))


def test_errors_of_one_horizon_need_a_power():
    five = np.full(N, 5.0)
    with pytest.raises(ModelError, match="how they grow"):
        fit_error_law(ERROR, five, SIZE, GROUP, [0.95])
    law = fit_error_law(0.1 * SIZE**-0.3 * GENERATOR.normal(size=N) * 5**0.5, five, SIZE, GROUP, [0.95], kappa=0.5)
    assert law.kappa == 0.5
    assert law.decay == pytest.approx(0.3, abs=0.02)


def test_few_errors_or_one_group_are_refused():
    with pytest.raises(ModelError, match="of two groups"):
        fit_error_law(np.ones(5), np.ones(5), np.ones(5), np.arange(5), [0.95], kappa=1.0)
    with pytest.raises(ModelError, match="of two groups"):
        fit_error_law(ERROR, HORIZON, SIZE, np.zeros(N), [0.95])
