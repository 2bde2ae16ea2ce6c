"""The places of the synthetic city: stadsdelen, wijken, PC4 areas and the buurten of which they consist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.synthetic.shapes import Floats, degrees, district_of, district_outlines, sunflower

BACKGROUNDS = ("none", "moroccan", "turkish", "surinamese", "other_nonwestern", "western")
NONWESTERN = ("moroccan", "turkish", "surinamese", "other_nonwestern")
FIRST_PC4 = 1011
LEAST_PER_DISTRICT = 4  # postcodes a stadsdeel, so that every type of neighbourhood has some in a small city
# Homes of pupils from elsewhere; the postcodes are left free in the city.
ELSEWHERE = {"Zaanstad": ("1501", "1502", "1503"), "Amstelveen": ("1181", "1182"), "Diemen": ("1111", "1112")}


@dataclass(frozen=True)
class Stadsdeel:
    """Who lives in a stadsdeel."""

    children: float  # share of the city's children, relative to the others
    status: float  # mean social status of its buurten
    background: Mapping[str, float]  # how many times as common as elsewhere at the same status; 1 where not named


STADSDELEN: Mapping[str, Stadsdeel] = {
    "Centrum": Stadsdeel(0.065, 1.8, {"western": 1.3, "turkish": 0.5}),
    "Noord": Stadsdeel(0.145, -0.4, {"turkish": 2.2, "moroccan": 0.8}),
    "Oost": Stadsdeel(0.175, 0.4, {"moroccan": 1.2}),
    "Zuidoost": Stadsdeel(0.115, -0.6, {"surinamese": 6.0, "other_nonwestern": 3.5, "turkish": 0.3, "moroccan": 0.2}),
    "Zuid": Stadsdeel(0.150, 1.8, {"western": 1.4, "turkish": 0.6}),
    "Nieuw-West": Stadsdeel(0.225, -0.5, {"turkish": 2.4, "moroccan": 1.6}),
    "West": Stadsdeel(0.125, 0.5, {"moroccan": 1.5, "turkish": 1.1}),
}


@dataclass(frozen=True)
class CityTruth:
    """How the city is laid out."""

    postcodes: int = 80  # PC4 areas at scale 1
    # Buurten in a PC4 area and PC4 areas in a wijk.
    buurten_per_postcode: int = 6
    postcodes_per_wijk: int = 2
    radius_km: float = 7.0  # radius of the city with that many postcodes; every PC4 area is equally large
    # Standard deviation of a buurt about its PC4 point and of a home about its buurt, per axis, km.
    buurt_km: float = 0.28
    home_km: float = 0.10
    # Standard deviations of social status between the wijken of a stadsdeel, the PC4 areas of a wijk and the buurten of
    # a PC4 area; its unit is that of the coefficients on status elsewhere.
    status_wijk: float = 0.60
    status_postcode: float = 0.30
    status_buurt: float = 0.30
    # Standard deviations between wijken and between buurten of the log-odds of each background.
    background_wijk: float = 0.58
    background_buurt: float = 0.40
    # Who lives in each: the first is the centre, the others lie about it clockwise from the north.
    stadsdelen: Mapping[str, Stadsdeel] = field(default_factory=lambda: dict(STADSDELEN))


@dataclass(frozen=True)
class SyntheticCity:
    """Where people live."""

    # ``pc4, wijk, stadsdeel, lat, lon, weight`` (share of the city's children), ``status`` and, per background,
    # ``log_<background>``: the log of how common it is there beside what status explains.
    by_buurt: pd.DataFrame
    by_pc4: pd.DataFrame  # indexed by pc4: ``lat, lon, wijk, stadsdeel``
    by_outline_point: pd.DataFrame  # ``area, ring, lon, lat``: the outlines of the stadsdelen


def make_city(
    truth: CityTruth, scale: float, seed: np.random.SeedSequence, backgrounds: Sequence[str] = BACKGROUNDS
) -> SyntheticCity:
    """Lay out a city whose postcodes and area grow in proportion to `scale`; a stadsdeel has some."""
    for_places, for_people = (np.random.default_rng(s) for s in seed.spawn(2))
    parts = tuple(truth.stadsdelen)
    number = max(LEAST_PER_DISTRICT * len(parts), round(truth.postcodes * scale))
    radius = truth.radius_km * np.sqrt(number / truth.postcodes)
    by_pc4 = _postcodes(truth, number, radius, for_places)
    by_buurt = _buurten(truth, by_pc4, backgrounds, for_people)
    return SyntheticCity(by_buurt, by_pc4.drop(columns=["x", "y", "weight"]), district_outlines(radius, parts))


def _postcodes(truth: CityTruth, number: int, radius: float, rng: np.random.Generator) -> pd.DataFrame:
    x, y = sunflower(number, radius)
    x, y = x + rng.normal(0, 0.1, number), y + rng.normal(0, 0.1, number)
    taken = {int(code) for codes in ELSEWHERE.values() for code in codes}
    codes = [code for code in range(FIRST_PC4, FIRST_PC4 + number + len(taken)) if code not in taken][:number]
    frame = pd.DataFrame(
        {"x": x, "y": y, **degrees(x, y), "stadsdeel": district_of(x, y, radius, tuple(truth.stadsdelen))}
    )
    frame["weight"] = _within(frame["stadsdeel"], rng.gamma(8.0, 1.0, number), truth)
    frame["wijk"] = _wijken(frame, truth.postcodes_per_wijk)
    return frame.set_index(pd.Index([str(code) for code in codes], name="pc4"))


def _within(stadsdeel: pd.Series, mass: Floats, truth: CityTruth) -> pd.Series:
    """Share the children of each stadsdeel among its postcodes, in proportion to `mass`."""
    weight = pd.Series(mass, index=stadsdeel.index)
    children = stadsdeel.map({name: kind.children for name, kind in truth.stadsdelen.items()})
    share = weight / weight.groupby(stadsdeel).transform("sum") * children
    return share / share.sum()


def _wijken(frame: pd.DataFrame, size: int) -> pd.Series:
    """Join neighbouring postcodes of a stadsdeel into wijken."""
    order = np.lexsort((np.hypot(frame["x"], frame["y"]), np.arctan2(frame["y"], frame["x"]), frame["stadsdeel"]))
    sorted_names = frame["stadsdeel"].iloc[order]
    number = sorted_names.groupby(sorted_names).cumcount() // size + 1
    return (sorted_names + " " + number.astype(str)).sort_index()


def _buurten(
    truth: CityTruth, by_pc4: pd.DataFrame, backgrounds: Sequence[str], rng: np.random.Generator
) -> pd.DataFrame:
    size = truth.buurten_per_postcode
    buurt = by_pc4.loc[by_pc4.index.repeat(size)].reset_index()
    number = len(buurt)
    x, y = (buurt[axis].to_numpy() + rng.normal(0, truth.buurt_km, number) for axis in ("x", "y"))
    mass = rng.gamma(6.0, 1.0, number)
    weight = buurt["weight"] * mass / pd.Series(mass).groupby(buurt["pc4"]).transform("sum")
    frame = buurt[["pc4", "wijk", "stadsdeel"]].assign(**degrees(x, y), weight=weight / weight.sum())
    mean = frame["stadsdeel"].map({name: kind.status for name, kind in truth.stadsdelen.items()}).to_numpy(float)
    frame["status"] = (
        mean
        + truth.status_wijk * _per(frame["wijk"], frame["stadsdeel"], rng)
        + truth.status_postcode * _per(frame["pc4"], frame["stadsdeel"], rng)
        + truth.status_buurt * rng.normal(size=number)
    )
    for name in backgrounds:
        times = frame["stadsdeel"].map({key: kind.background.get(name, 1.0) for key, kind in truth.stadsdelen.items()})
        of_wijk = truth.background_wijk * _per(frame["wijk"], frame["stadsdeel"], rng)
        of_buurt = truth.background_buurt * rng.normal(size=number)
        frame[f"log_{name}"] = np.log(times.to_numpy(float)) + of_wijk + of_buurt
    return frame


def _per(key: pd.Series, within: pd.Series, rng: np.random.Generator) -> Floats:
    """Give every value of `key` a standard normal score: the same set of scores in every world, dealt out anew.

    Independent draws would make one world much more segregated than another; here worlds differ in where, not how much.
    """
    keys = pd.DataFrame({"key": key, "within": within}).drop_duplicates()
    order = pd.Series(rng.random(len(keys)), index=keys.index).groupby(keys["within"])
    scores = ndtri((order.rank() - 0.5) / order.transform("size"))
    return key.map(dict(zip(keys["key"], scores, strict=True))).to_numpy(float)
