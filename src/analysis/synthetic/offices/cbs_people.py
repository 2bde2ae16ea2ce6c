"""People in the registers of CBS: keys, births, parents, households and homes, in the files that have them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.data.export import Writer
from analysis.registers.rd import metres_of
from analysis.synthetic.offices import cbs_codes as codes
from analysis.synthetic.offices.files import sav

YEAR = 2019
"""Of the pupils of a world, on 1 October."""
SEED = 20191001
LARGEST_KEY = 300_000_000
UNKNOWN_PARENT = 0.06
MOVED = 0.3
"""Shares: of pupils whose father is not in the register; of homes in which somebody else lived before."""
GROEP_STARTS_AT = 4
ELSEWHERE = "elsewhere"
TRAITS = ["sex", "education", "background", "continent", "income", "one_parent", "at_risk"]
HOME = ["lat", "lon", "pc4", "wijk"]
GENDERS = {"1": "Mannen", "2": "Vrouwen"}
HOUSEHOLDS = {"1": "Eenpersoonshuishouden", "6": "Eenouderhuishouden", "4": "Gehuwd paar met kinderen"}


@dataclass(frozen=True)
class People:
    """The persons of a world, with their keys.

    Parameters
    ----------
    pupils : One row per pupil of any table, indexed by its number: ``key``, ``born``, traits and home.
    teachers : One row per teacher, indexed by number: ``key``, ``born``, ``sex``, ``background``.
    """

    pupils: pd.DataFrame
    teachers: pd.DataFrame

    @property
    def countries(self) -> codes.Countries:
        """The countries that they may come from, by background and continent."""
        known = self.pupils[["background", "continent"]].dropna(subset="background").fillna(ELSEWHERE)
        placed = known[known["continent"] != ELSEWHERE]
        others = known[~known["background"].isin(placed["background"])]
        return codes.countries_of(pd.concat([placed, others]).itertuples(index=False, name=None))

    def key_of(self, table: str, numbers: pd.Series[int]) -> pd.Series[str]:
        """Return the keys of numbers in a table of pupils or teachers."""
        people = self.teachers if table == "by_teacher" else self.pupils
        return numbers.map(people["key"])


def people_of(tables: Mapping[str, pd.DataFrame]) -> People:
    """Gather the persons of a world's tables, each once, and give them keys and days of birth."""
    rng = np.random.default_rng(SEED)
    pupils = _each_pupil(tables)
    teachers = tables["by_teacher"].drop_duplicates("teacher").set_index("teacher")
    keys = _keys(rng, len(pupils) + len(teachers))
    ages = pupils["age"].fillna(pupils["groep"] + GROEP_STARTS_AT).to_numpy(float)
    years = np.where(pupils["age"].notna(), YEAR, pupils["year"])
    return People(
        pupils.assign(key=keys[: len(pupils)], born=_born(rng, years - ages)),
        teachers.assign(key=keys[len(pupils) :], born=_born(rng, (teachers["year"] - teachers["age"]).to_numpy(float))),
    )


def register_files(people: People) -> dict[str, Writer]:
    """Return the files on persons and homes of a register.

    Parameters
    ----------
    people : All persons.
    """
    rng = np.random.default_rng(SEED + 1)
    pupils, homes = people.pupils, people.pupils.dropna(subset=["lat"])
    parents = _parents(pupils, rng)
    objects = [object_key(f"home {number}") for number in homes.index]
    persons = _persons(people, rng)
    return {
        **versions(f"Bevolking/GBAPERSOONTAB/{YEAR}/GBAPERSOON{YEAR}TABV", persons, {"GBAGESLACHT": GENDERS}),
        f"Bevolking/KINDOUDERTAB/KINDOUDER{YEAR}TABV1.sav": sav(_children(pupils, parents)),
        f"Onderwijs/HOOGSTEOPLTAB/HOOGSTEOPL{YEAR}TABV1.sav": sav(_educated(parents)),
        f"Bevolking/GBAHUISHOUDENSBUS/GBAHUISHOUDENS{YEAR}BUSV1.sav": sav(
            _households(pupils, rng), {"TYPHH": HOUSEHOLDS}
        ),
        f"InkomenBestedingen/KOPPELPERSOONHUISHOUDEN{YEAR}V1.sav": sav(_links(pupils, parents)),
        f"InkomenBestedingen/INHATAB/INHA{YEAR}TABV1.sav": sav(_incomes(pupils, parents, rng)),
        f"BouwenWonen/GBAADRESOBJECTBUS/GBAADRESOBJECT{YEAR}BUSV1.sav": sav(_addresses(homes, objects, rng)),
        f"BouwenWonen/VSLPOSTCODEBUS/VSLPOSTCODEBUSV{YEAR}101.sav": sav(_postcodes(homes, objects)),
    }


def places(
    frame: pd.DataFrame, objects: Collection[str], wijken: Mapping[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of VSLCOORDTAB (whole metres) and VSLGWBTAB of objects at ``lat, lon`` in a ``wijk``."""
    keys = pd.DataFrame({"SOORTOBJECTNUMMER": "B", "RINOBJECTNUMMER": [*objects]})
    x, y = np.rint(metres_of(frame["lat"].to_numpy(float), frame["lon"].to_numpy(float)))
    wijk = frame["wijk"].map(dict(wijken))
    return (
        keys.assign(XCOORDADRES=x, YCOORDADRES=y),
        keys.assign(**{f"gem{YEAR}": wijk.str[:4].to_numpy(), f"wc{YEAR}": wijk.to_numpy()}),
    )


def object_key(of: str) -> str:
    """Return the key of an address or school: 32 hexadecimal digits."""
    return hashlib.blake2s(of.encode(), digest_size=16).hexdigest()


def versions(
    path: str, frame: pd.DataFrame, labels: Mapping[str, Mapping[str, str]] | None = None
) -> dict[str, Writer]:
    """Return a file in two versions, of which the newest holds: the first lacks rows."""
    return {f"{path}1.sav": sav(frame.head(len(frame) // 2), labels), f"{path}2.sav": sav(frame, labels)}


def by_key(frame: pd.DataFrame) -> pd.DataFrame:
    """Put a file in the order of its persons."""
    return frame.sort_values("RINPERSOON", kind="stable", ignore_index=True)


def persons(keys: Collection[str]) -> pd.DataFrame:
    """Begin a file about persons of the register."""
    return pd.DataFrame({"RINPERSOONS": "R", "RINPERSOON": [*keys]})


def _each_pupil(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    tests = tables["by_pupil_test"].assign(year=lambda rows: rows["year"].str[:4].astype(int))
    advised = tables["by_pupil_advice"].assign(groep=8)
    every = pd.concat([tables["by_pupil"].assign(year=YEAR), tests, advised], ignore_index=True)
    return every.drop_duplicates("pupil").set_index("pupil").reindex(columns=["age", "groep", "year", *TRAITS, *HOME])


def _keys(rng: np.random.Generator, size: int) -> list[str]:
    return [f"{number:09d}" for number in rng.choice(LARGEST_KEY, size, replace=False)]


def _born(rng: np.random.Generator, year: np.ndarray[Any, Any]) -> pd.DatetimeIndex:
    """Draw a day of birth of who reaches on 1 October of the year of the table the age that it has."""
    turned = pd.to_datetime([f"{int(number)}-10-01" for number in year])
    return turned - pd.to_timedelta(rng.integers(0, 365, len(year)), unit="D")


def _persons(people: People, rng: np.random.Generator) -> pd.DataFrame:
    pupils = people.pupils
    pairs = zip(pupils["background"], pupils["continent"], strict=True)
    countries = people.countries
    origins = [_country(rng, countries, *pair) for pair in pairs]
    taught = [str(rng.choice(codes.TEACHERS[background])) for background in people.teachers["background"]]
    every = pd.concat([pupils, people.teachers])
    born = every["born"].dt
    return by_key(
        persons(every["key"]).assign(
            GBAGEBOORTEJAAR=born.strftime("%Y").to_numpy(),
            GBAGEBOORTEMAAND=born.strftime("%m").to_numpy(),
            GBAGEBOORTEDAG=born.strftime("%d").to_numpy(),
            GBAGESLACHT=every["sex"].map({own: theirs for own, (theirs,) in codes.SEX.items()}).to_numpy(),
            GBAHERKOMSTGROEPERING=[*origins, *taught],
        )
    )


def _country(rng: np.random.Generator, countries: codes.Countries, background: object, continent: object) -> str:
    """Draw a country of a background, of the continent where that is known; of any where nothing is."""
    fitting = [names for (group, _), names in countries.items() if pd.isna(background) or group == background]
    return str(rng.choice(countries.get((background, continent)) or fitting[0]))


def _parents(pupils: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Give every pupil a mother and most a father; the highest education of both is that of the parents."""
    keys = _keys(rng, 3 * len(pupils))
    own = {*pupils["key"]}
    free = [key for key in keys if key not in own][: 2 * len(pupils)]
    order = [*codes.EDUCATION]
    highest = pupils["education"].map({level: rank for rank, level in enumerate(order)}).to_numpy(float)
    other = np.floor(rng.random(len(pupils)) * (highest + 2)) - 1  # from unknown up to the highest
    father = rng.random(len(pupils)) >= UNKNOWN_PARENT
    first = (rng.random(len(pupils)) < 0.5) | ~father
    return pd.DataFrame(
        {
            "mother": free[: len(pupils)],
            "father": np.where(father, free[len(pupils) :], codes.NOT_IN_REGISTER),
            "of_mother": _levels(np.where(first, highest, other), rng),
            "of_father": _levels(np.where(first, other, highest), rng),
        },
        index=pupils.index,
    )


def _levels(ranks: np.ndarray[Any, Any], rng: np.random.Generator) -> list[str]:
    levels = [*codes.EDUCATION.values()]
    return [str(rng.choice(levels[int(rank)])) if rank >= 0 else codes.NOT_KNOWN for rank in ranks]


def _children(pupils: pd.DataFrame, parents: pd.DataFrame) -> pd.DataFrame:
    known = parents["father"] != codes.NOT_IN_REGISTER
    return by_key(
        persons(pupils["key"]).assign(
            RINPERSOONSMa="R",
            RINPERSOONMa=parents["mother"].to_numpy(),
            RINPERSOONSpa=np.where(known, "R", "-"),
            RINPERSOONpa=parents["father"].to_numpy(),
        )
    )


def _educated(parents: pd.DataFrame) -> pd.DataFrame:
    """List parents; every third of those whose education is not known has no row at all."""
    both = [parents[[who, f"of_{who}"]].set_axis(["key", "level"], axis=1) for who in ("mother", "father")]
    every = pd.concat(both, ignore_index=True)
    every = every[every["key"] != codes.NOT_IN_REGISTER]
    every = every[(every["level"] != codes.NOT_KNOWN) | (np.arange(len(every)) % 3 > 0)]
    return by_key(persons(every["key"]).assign(OPLNIVSOI2021AGG4HBmetNIRWO=every["level"].to_numpy()))


def _households(pupils: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    known = pupils.dropna(subset=["one_parent"])
    alone = known["one_parent"].to_numpy(bool)
    kinds = np.where(alone, *codes.ONE_PARENT, rng.choice(["4", "5"], len(known)))
    rows = persons(known["key"]).assign(DATUMAANVANGHH="20000101", DATUMEINDEHH=codes.OPEN_END, TYPHH=kinds)
    return by_key(rows)


def _links(pupils: pd.DataFrame, parents: pd.DataFrame) -> pd.DataFrame:
    return by_key(persons(pupils["key"]).assign(RINPERSOONSHKW="R", RINPERSOONHKW=parents["mother"].to_numpy()))


def _incomes(pupils: pd.DataFrame, parents: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    known = pupils["income"].notna()
    lowest = dict(zip(codes.INCOME_NAMES, (1, *codes.INCOME_EDGES), strict=True))
    highest = dict(zip(codes.INCOME_NAMES, (*codes.INCOME_EDGES, 101), strict=True))
    income = pupils.loc[known, "income"]
    percentile = rng.integers(income.map(lowest).to_numpy(int), income.map(highest).to_numpy(int))
    rows = pd.DataFrame({"RINPERSOONSHKW": "R", "RINPERSOONHKW": parents.loc[known, "mother"].to_numpy()})
    rows = rows.assign(INHP100HGEST=percentile.astype(float))
    return rows.sort_values("RINPERSOONHKW", ignore_index=True)


def _addresses(homes: pd.DataFrame, objects: Collection[str], rng: np.random.Generator) -> pd.DataFrame:
    """Give everybody a spell at the home of 1 October, some an earlier one at the home of another pupil."""
    spell = persons(homes["key"]).assign(SOORTOBJECTNUMMER="B", RINOBJECTNUMMER=[*objects])
    moved = rng.random(len(homes)) < MOVED
    begin = np.where(moved, "20160401", "20140815")
    now = spell.assign(GBADATUMAANVANGADRESHOUDING=begin, GBADATUMEINDEADRESHOUDING=codes.OPEN_END)
    before = spell.assign(RINOBJECTNUMMER=np.roll([*objects], 1))[moved]
    before = before.assign(GBADATUMAANVANGADRESHOUDING="20140815", GBADATUMEINDEADRESHOUDING="20160331")
    return by_key(pd.concat([before, now]))


def _postcodes(homes: pd.DataFrame, objects: Collection[str]) -> pd.DataFrame:
    """Give every address its postcode, and every tenth a spell before in which it had none."""
    rows = pd.DataFrame({"SOORTOBJECTNUMMER": "B", "RINOBJECTNUMMER": [*objects]})
    now = rows.assign(
        DATUMAANVPOSTCODENUMADRES="20100101",
        DATUMEINDPOSTCODENUMADRES=codes.OPEN_END,
        POSTCODENUM=homes["pc4"].to_numpy(),
    )
    before = now[::10].assign(
        DATUMAANVPOSTCODENUMADRES="20090101", DATUMEINDPOSTCODENUMADRES="20091231", POSTCODENUM=codes.NOT_KNOWN
    )
    return pd.concat([before, now], ignore_index=True)
