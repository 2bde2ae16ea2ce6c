"""Small countries in the form of chapter 01's tables, with known coefficients in every municipality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.models.geography import great_circle_km

KM_PER_DEGREE = 111.19
MEAN, PER_DOUBLING, TAU = 1.2, 0.08, 0.15  # of the coefficient of distance_km, with its sign turned
LOG, WEGING, RK = -0.6, -0.2, 0.4
MIDDLE = 10.0  # log2 of the density at which the mean holds


@dataclass(frozen=True)
class World:
    """The five tables of `flows.municipalities`, in its order, and the coefficients by municipality."""

    tables: tuple[pd.DataFrame, ...]
    truth: pd.DataFrame


def country(
    seed: int, municipalities: int = 8, postcodes: tuple[int, int] = (12, 30), pupils: int = 150, quality: float = 0.0
) -> World:
    """Make a country; `quality` is the standard deviation of what makes a school attractive beside its attributes."""
    rng = np.random.default_rng(seed)
    schools, homes, flows, density, truth = [], [], [], [], []
    for number in range(municipalities):
        name = f"Plaats {number}"
        n_homes, n_schools = int(rng.integers(*postcodes, endpoint=True)), int(rng.integers(7, 13))
        log2 = rng.uniform(MIDDLE - 2, MIDDLE + 2)
        km = -(MEAN + PER_DOUBLING * (log2 - MIDDLE) + rng.normal(0, TAU))
        side = 4.0
        middle = 52.0 + number / 100, 5.0
        at = {kind: middle + rng.uniform(-side / 2, side / 2, (n, 2)) / KM_PER_DEGREE for kind, n in
              (("home", n_homes), ("school", n_schools))}
        weging = rng.uniform(22, 38, n_schools)
        kind = np.array(["openbaar", "rk"])[np.arange(n_schools) % 2]
        d = great_circle_km(*(at["home"].T[:, :, None]), *(at["school"].T[:, None, :]))
        v = km * d + LOG * np.log(d + 0.1) + WEGING * weging / 5 + RK * (kind == "rk") + rng.normal(0, quality, n_schools)
        p = np.exp(v - v.max(axis=1, keepdims=True))
        n = rng.multinomial(rng.integers(pupils // 2, 2 * pupils, n_homes), p / p.sum(axis=1, keepdims=True))
        keys = [f"{10 + number:02d}AA{place:02d}" for place in range(n_schools)]
        codes = [f"{1000 + 100 * number + place}" for place in range(n_homes)]
        schools.append(pd.DataFrame({"location": keys, "municipality": name, "lat": at["school"][:, 0],
                                     "lon": at["school"][:, 1], "schoolweging": weging, "denomination": kind}))
        homes.append(pd.DataFrame({"pc4": codes, "lat": at["home"][:, 0], "lon": at["home"][:, 1],
                                   "share_nonwestern": rng.uniform(0, 0.5, n_homes)}))
        i, j = np.nonzero(n)
        flows.append(pd.DataFrame({"pc4": np.array(codes)[i], "location": np.array(keys)[j], "TOTAAL": n[i, j]}))
        density.append(pd.DataFrame({"pc4": codes, "density": 2.0**log2}))
        truth.append({"municipality": name, "distance_km": km, "log(distance_km + 0.1)": LOG, "schoolweging": WEGING,
                      "C(denomination)[T.rk]": RK, "log2_density": log2})
    by_school = pd.concat(schools, ignore_index=True)
    published = by_school[["location"]].assign(km=1.0, pupils=100)
    rest = (pd.concat(frames, ignore_index=True) for frames in (homes, flows, density))
    return World((by_school, *rest, published), pd.DataFrame(truth).set_index("municipality"))
