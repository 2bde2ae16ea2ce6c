"""Small countries in the form of chapter 01's tables, with known coefficients in every municipality."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from analysis.stats.geography import great_circle_km

KM_PER_DEGREE = 111.19
SIDE_KM = 4.0
MIDDLE = 10.0  # log2 of the density at which the mean of the coefficients holds


@dataclass(frozen=True)
class Truth:
    """What generates a country; the coefficient of distance is -(mean + per_doubling * (log2 - 10) + noise)."""

    mean: float = 1.2
    per_doubling: float = 0.08
    tau: float = 0.15
    log_distance: float = -0.6
    schoolweging: float = -0.2
    rk: float = 0.4
    quality: float = 0.0  # standard deviation of what makes a school attractive beside its attributes
    alike: float = 0.0  # correlation between the choices of two pupils of a postcode, beside what the model knows


@dataclass(frozen=True)
class Place:
    """How large a municipality is: kilometres, points of homes, pupils by postcode and number of schools."""

    side_km: float
    pupils: np.ndarray
    n_schools: int


def of_any_size(postcodes: tuple[int, int]) -> Callable[[np.random.Generator, float], Place]:
    """Return what draws a municipality of 4 by 4 km with some 150 pupils a postcode, whatever its density."""

    def drawn(rng: np.random.Generator, _: float) -> Place:
        n = int(rng.integers(*postcodes, endpoint=True))
        return Place(SIDE_KM, rng.integers(75, 300, n), int(rng.integers(7, 13)))

    return drawn


def as_they_are(rng: np.random.Generator, log2: float) -> Place:
    """Draw a municipality as the 133 of at least ten postcodes are in the Netherlands, 1 October 2017.

    Fitted on their numbers: 10 to 78 postcodes (median 16), 5 to 193 schools (20), 28 to 873 pupils a postcode (248,
    within a municipality very unequal: the standard deviation of the logarithm is 1.3), 1.3 schools a postcode, and
    homes on average 5.6 km from a school; schools and pupils are more numerous, and distances shorter, where addresses
    are denser.
    """
    denser = log2 - MIDDLE
    n = int(np.clip(9.5 + np.exp(1.72 + 0.21 * denser + rng.normal(0, 1.05)), 10, 78))
    schools = int(np.clip(n * np.exp(0.30 + 0.29 * denser + rng.normal(0, 0.31)), 5, 193))
    mean = np.exp(5.52 + 0.58 * denser + rng.normal(0, 0.38))
    pupils = np.ceil(mean * np.exp(rng.normal(-(1.3**2) / 2, 1.3, n))).clip(5, 4000).astype(int)
    return Place(float(np.exp(1.65 - 0.2 * denser + rng.normal(0, 0.3)) / 0.52), pupils, schools)


@dataclass(frozen=True)
class World:
    """The five tables of `flows.municipalities`, in its order, and the coefficients by municipality."""

    tables: tuple[pd.DataFrame, ...]
    coefficients: pd.DataFrame


def make_world(
    seed: int,
    *,
    truth: Truth | None = None,
    municipalities: int = 8,
    postcodes: tuple[int, int] = (12, 30),
    real_sizes: bool = False,
) -> World:
    """Make a country of municipalities; `postcodes` is how many each has, unless their sizes are drawn as real ones."""
    rng = np.random.default_rng(seed)
    sizes = as_they_are if real_sizes else of_any_size(postcodes)
    towns = [_municipality(rng, number, truth or Truth(), sizes) for number in range(municipalities)]
    tables = [pd.concat([tables[number] for tables, _ in towns], ignore_index=True) for number in range(4)]
    published = tables[0][["location"]].assign(pupils=100, km=1.0)
    return World((*tables, published), pd.DataFrame([row for _, row in towns]).set_index("municipality"))


def _municipality(
    rng: np.random.Generator, number: int, truth: Truth, sizes: Callable[[np.random.Generator, float], Place]
) -> tuple[list[pd.DataFrame], dict[str, float | str]]:
    name, log2 = f"Plaats {number:02d}", rng.uniform(MIDDLE - 2, MIDDLE + 2)
    town = sizes(rng, log2)
    n_homes, n_schools = len(town.pupils), town.n_schools
    per_km = -(truth.mean + truth.per_doubling * (log2 - MIDDLE) + rng.normal(0, truth.tau))
    home, school = ((52.0, 5.0) + rng.uniform(0, town.side_km, (n, 2)) / KM_PER_DEGREE for n in (n_homes, n_schools))
    km = great_circle_km(home[:, :1], home[:, 1:], school[:, 0], school[:, 1])
    weging, kind = rng.uniform(22, 38, n_schools), np.resize(["openbaar", "rk"], n_schools)
    utility = per_km * km + truth.log_distance * np.log(km + 0.1) + truth.schoolweging * weging / 5
    utility += truth.rk * (kind == "rk") + rng.normal(0, truth.quality, n_schools)
    share = np.exp(utility - utility.max(axis=1, keepdims=True))
    pupils = _drawn(rng, town.pupils, share / share.sum(axis=1, keepdims=True), truth.alike)
    pc4 = [str(1000 + 100 * number + k) for k in range(n_homes)]
    location = [f"{10 + number}AA{k:02d}" for k in range(n_schools)]
    at_home, at_school = np.nonzero(pupils)
    by_school = {"location": location, "municipality": name, "schoolweging": weging, "denomination": kind}
    by_pc4 = {"pc4": pc4, "lat": home[:, 0], "lon": home[:, 1], "share_nonwestern": rng.uniform(0, 0.5, n_homes)}
    by_pair = {
        "pc4": np.array(pc4)[at_home],
        "location": np.array(location)[at_school],
        "TOTAAL": pupils[at_home, at_school],
    }
    tables = [
        pd.DataFrame({**by_school, "lat": school[:, 0], "lon": school[:, 1]}),
        pd.DataFrame(by_pc4),
        pd.DataFrame(by_pair),
        pd.DataFrame({"pc4": pc4, "density": 2.0**log2}),
    ]
    return tables, {
        "municipality": name,
        "distance_km": per_km,
        "log(distance_km + 0.1)": truth.log_distance,
    }


def _drawn(rng: np.random.Generator, pupils: np.ndarray, share: np.ndarray, alike: float) -> np.ndarray:
    """Let pupils choose; those of a postcode are alike by a Dirichlet draw around its shares, whose mean is right."""
    if alike:
        share = rng.gamma(np.maximum(share * (1 / alike - 1), 1e-12))
        share /= share.sum(axis=1, keepdims=True)
    return rng.multinomial(pupils, share)


@pytest.fixture(scope="session")
def make_country() -> Callable[..., World]:
    return make_world


@pytest.fixture(scope="session")
def planted() -> type[Truth]:
    return Truth


@pytest.fixture(scope="session")
def small_country() -> World:
    return make_world(1)
