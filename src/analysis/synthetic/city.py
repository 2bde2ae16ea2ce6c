"""The places of the synthetic city: postcodes, schools and city districts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.synthetic.truth import Truth

CENTRE_LAT, CENTRE_LON = 52.37, 4.90
KM_PER_DEGREE = 111.195
FIRST_PC4 = 1011
CENTRE_SHARE = 0.35  # radius of the central district, as a share of the city's
DISTRICTS = ("Centrum", "Noord", "Oost", "Zuidoost", "Zuid", "Nieuw-West", "West")

# Denominations as DUO spells them, and how often they occur: half openbaar, over a tenth RK and PC each.
DENOMINATIONS = {
    "Openbaar": 0.50,
    "Rooms-Katholiek": 0.14,
    "Protestants-Christelijk": 0.14,
    "Algemeen bijzonder": 0.15,
    "Islamitisch": 0.05,
    "Antroposofisch": 0.02,
}


@dataclass(frozen=True)
class City:
    """Where people live and where the schools stand.

    Parameters
    ----------
    by_pc4
        Indexed by pc4: ``lat, lon, population, share_nonwestern, weight`` (share of the city's children).
    by_school
        Indexed by location: ``lat, lon, schoolweging, spread, DENOMINATIE_VESTIGING, BEVOEGD_GEZAG_NUMMER``.
    by_outline_point
        ``area, ring, lon, lat``: the borders of the districts.
    """

    by_pc4: pd.DataFrame
    by_school: pd.DataFrame
    by_outline_point: pd.DataFrame


def make_city(truth: Truth, scale: float, seed: np.random.SeedSequence) -> City:
    """Lay out a city; its area, postcodes and schools grow in proportion to `scale`."""
    for_homes, for_schools = (np.random.default_rng(s) for s in seed.spawn(2))
    radius = truth.radius_km * np.sqrt(scale)
    by_pc4 = _homes(max(8, round(truth.postcodes * scale)), radius, for_homes)
    by_school = _schools(max(12, round(truth.schools * scale)), by_pc4, for_schools)
    return City(by_pc4, by_school, _districts(radius))


def location_keys(first_digits: int, number: int) -> list[str]:
    """Make location keys of DUO's form (``99AA00``), from a range that DUO does not use."""
    keys = [
        f"{digits:02d}{chr(65 + a)}{chr(65 + b)}00"
        for digits in range(first_digits, first_digits - 1 - number // 676, -1)
        for a in range(26)
        for b in range(26)
    ]
    return keys[:number]


def _homes(number: int, radius: float, rng: np.random.Generator) -> pd.DataFrame:
    x, y = _sunflower(number, radius)
    x, y = x + rng.normal(0, 0.15, number), y + rng.normal(0, 0.15, number)
    # Two poor flanks, in the west and the south-east, and a rich middle: the shape of residential segregation.
    angle, away = np.arctan2(y, x), np.hypot(x, y) / radius
    pull = 1.6 * np.cos(angle - np.pi) + 1.3 * np.cos(angle + np.pi / 4)
    share = 1 / (1 + np.exp(1.3 - 1.1 * away * pull - rng.normal(0, 0.45, number)))
    weight = rng.gamma(5.0, 1.0, number)
    population = np.round(weight / weight.mean() * 10_000 / 5) * 5
    return pd.DataFrame(
        {
            **_degrees(x, y),
            "population": population.astype(np.int64),
            "share_nonwestern": np.round(share * population / 5) * 5 / population,
            "weight": weight / weight.sum(),
        },
        index=pd.Index([str(FIRST_PC4 + i) for i in range(number)], name="pc4"),
    )


def _schools(number: int, by_pc4: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    home = rng.choice(len(by_pc4), number, p=by_pc4["weight"].to_numpy())
    near = by_pc4.iloc[home]
    offset = rng.normal(0, 0.45, (2, number))
    weging = np.clip(22 + 22 * near["share_nonwestern"] + rng.normal(0, 3.5, number), 19.5, 40.5)
    names, shares = list(DENOMINATIONS), list(DENOMINATIONS.values())
    return pd.DataFrame(
        {
            "lat": near["lat"].to_numpy() + offset[1] / KM_PER_DEGREE,
            "lon": near["lon"].to_numpy() + offset[0] / _km_per_degree_lon(),
            "schoolweging": np.round(weging.to_numpy(), 2),
            "spread": np.round(rng.uniform(4.5, 8.0, number), 2),
            "DENOMINATIE_VESTIGING": rng.choice(names, number, p=shares),
            "BEVOEGD_GEZAG_NUMMER": rng.integers(90_001, 90_029, number).astype(str),
        },
        index=pd.Index(location_keys(99, number), name="location"),
    )


def _sunflower(number: int, radius: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Spread points evenly over a disc (Vogel's spiral)."""
    place = np.arange(number) + 0.5
    distance, angle = radius * np.sqrt(place / number), place * np.pi * (3 - np.sqrt(5))
    return distance * np.cos(angle), distance * np.sin(angle)


def _districts(radius: float) -> pd.DataFrame:
    """Draw a round centre and six sectors about it."""
    inner, outer = CENTRE_SHARE * radius, 1.12 * radius
    turn = np.linspace(0, 2 * np.pi, 73)
    rings = [_ring("Centrum", inner * np.cos(turn), inner * np.sin(turn))]
    for place, name in enumerate(DISTRICTS[1:]):
        arc = np.pi / 2 - np.linspace(place, place + 1, 13) * np.pi / 3 + np.pi / 6
        x = np.concatenate([inner * np.cos(arc), outer * np.cos(arc[::-1])])
        y = np.concatenate([inner * np.sin(arc), outer * np.sin(arc[::-1])])
        rings.append(_ring(name, np.append(x, x[0]), np.append(y, y[0])))
    return pd.concat(rings, ignore_index=True)


def _ring(name: str, x: NDArray[np.float64], y: NDArray[np.float64]) -> pd.DataFrame:
    return pd.DataFrame({"area": name, "ring": 0, **_degrees(x, y)})[["area", "ring", "lon", "lat"]]


def _degrees(x: NDArray[np.float64], y: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    return {"lat": CENTRE_LAT + y / KM_PER_DEGREE, "lon": CENTRE_LON + x / _km_per_degree_lon()}


def _km_per_degree_lon() -> float:
    return float(KM_PER_DEGREE * np.cos(np.radians(CENTRE_LAT)))
