"""Small countries in the form of chapter 01's tables, with known coefficients in every municipality."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from analysis.models.geography import great_circle_km

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


@dataclass(frozen=True)
class World:
    """The five tables of `flows.municipalities`, in its order, and the coefficients by municipality."""

    tables: tuple[pd.DataFrame, ...]
    coefficients: pd.DataFrame


def make_world(
    seed: int, *, truth: Truth | None = None, municipalities: int = 8, postcodes: tuple[int, int] = (12, 30)
) -> World:
    """Make a country of municipalities of 4 by 4 km with some 150 pupils a postcode."""
    rng = np.random.default_rng(seed)
    made = [_municipality(rng, number, truth or Truth(), postcodes) for number in range(municipalities)]
    tables = [pd.concat([tables[place] for tables, _ in made], ignore_index=True) for place in range(4)]
    published = tables[0][["location"]].assign(pupils=100, km=1.0)
    return World((*tables, published), pd.DataFrame([row for _, row in made]).set_index("municipality"))


def _municipality(
    rng: np.random.Generator, number: int, truth: Truth, postcodes: tuple[int, int]
) -> tuple[list[pd.DataFrame], dict[str, float | str]]:
    name, n_homes, n_schools = f"Plaats {number:02d}", int(rng.integers(*postcodes, endpoint=True)), rng.integers(7, 13)
    log2 = rng.uniform(MIDDLE - 2, MIDDLE + 2)
    per_km = -(truth.mean + truth.per_doubling * (log2 - MIDDLE) + rng.normal(0, truth.tau))
    home, school = ((52.0, 5.0) + rng.uniform(0, SIDE_KM, (n, 2)) / KM_PER_DEGREE for n in (n_homes, n_schools))
    km = great_circle_km(home[:, :1], home[:, 1:], school[:, 0], school[:, 1])
    weging, kind = rng.uniform(22, 38, n_schools), np.resize(["openbaar", "rk"], n_schools)
    utility = per_km * km + truth.log_distance * np.log(km + 0.1) + truth.schoolweging * weging / 5
    utility += truth.rk * (kind == "rk") + rng.normal(0, truth.quality, n_schools)
    share = np.exp(utility - utility.max(axis=1, keepdims=True))
    pupils = rng.multinomial(rng.integers(75, 300, n_homes), share / share.sum(axis=1, keepdims=True))
    location = [f"{10 + number}AA{place:02d}" for place in range(n_schools)]
    pc4 = [str(1000 + 100 * number + place) for place in range(n_homes)]
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
        "schoolweging": truth.schoolweging,
        "C(denomination)[T.rk]": truth.rk,
    }


@pytest.fixture(scope="session")
def make_country() -> Callable[..., World]:
    return make_world


@pytest.fixture(scope="session")
def planted() -> type[Truth]:
    return Truth


@pytest.fixture(scope="session")
def small_country() -> World:
    return make_world(1)
