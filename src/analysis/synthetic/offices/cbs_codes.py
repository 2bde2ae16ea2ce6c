"""Codes of CBS's files: by code of the contract, those of the file that stand for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

Codes = Mapping[str, tuple[str, ...]]
Countries = Mapping[tuple[str, str], tuple[str, ...]]

NOT_KNOWN = "----"
NOT_IN_REGISTER = "---------"
"""The key of a parent who is not known."""
OPEN_END = "88888888"
"""The last day of a spell that goes on."""

SEX: Codes = {"m": ("1",), "v": ("2",)}
EDUCATION: Codes = {
    "laag": ("1111", "1112", "1211", "1212", "1213", "1221"),
    "middelbaar": ("1222", "2111", "2112", "2121", "2131", "2132"),
    "hoog": ("3111", "3112", "3113", "3211", "3212", "3213"),
}
COUNTRIES: Countries = {
    ("none", "Netherlands"): ("6030",),
    ("moroccan", "Africa"): ("5022",),
    ("turkish", "Europe"): ("6043",),
    ("surinamese", "America and Oceania"): ("5007",),
    ("other_nonwestern", "Africa"): ("5024", "5020"),
    ("other_nonwestern", "Asia"): ("5027", "5012"),
    ("other_nonwestern", "America and Oceania"): ("5021",),
    ("western", "Europe"): ("5002", "5010"),
    ("western", "America and Oceania"): ("5001", "5013"),
    ("western", "Asia"): ("6024",),
}
"""Countries of origin by background and continent; Turkey counts to Europe where the contract has a continent."""
MADE_UP = 9901
"""The first of the codes that no country has."""
TEACHERS: Codes = {"none": ("6030",), "nonwestern": ("5022", "6043", "5007"), "western": ("5002", "5010")}
ONE_PARENT, OTHER_HOUSEHOLDS = ("6",), ("1", "2", "3", "4", "5", "7", "8")
INCOME_EDGES, INCOME_NAMES = (34, 67), ("low", "middle", "high")
DENOMINATION: Codes = {
    "Openbaar": ("OPB",),
    "Rooms-Katholiek": ("RK",),
    "Protestants-Christelijk": ("PC",),
    "Algemeen bijzonder": ("ABZ",),
    "Interconfessioneel": ("INT",),
    "Islamitisch": ("ISL",),
    "Antroposofisch": ("ANT",),
    "Evangelisch": ("EV",),
    "Hindoeistisch": ("HIN",),
    "Joods": ("JOO",),
    "Gereformeerd vrijgemaakt": ("GEV",),
    "Reformatorisch": ("REF",),
}
NO_ADVICE = "00"
ADVICE: Codes = {
    "-1": ("80",),
    "0": ("10", "11"),
    "1": ("20", "21"),
    "1.5": ("22", "23"),
    "2": ("30", "31"),
    "2.5": ("32", "33", "34", "35"),
    "3": ("40", "41", "42", "43", "50", "51"),
    "3.5": ("44", "45", "52", "53"),
    "4": ("60",),
    "4.5": ("61",),
    "5": ("70",),
}
"""By number of the level; odd codes are with support. Who cannot have an advice (80) stands for the level vso."""
TEST_ADVICE: Mapping[str, tuple[str, str]] = {
    "10": ("0", "0"),
    "11": ("0", "1"),
    "20": ("1", "1"),
    "22": ("1", "2"),
    "30": ("2", "2"),
    "34": ("2", "3"),
    "42": ("3", "3"),
    "44": ("3", "4"),
    "60": ("4", "4"),
    "61": ("4", "5"),
    "70": ("5", "5"),
}
"""The lowest and highest level of each test advice."""
CET, OTHER_TEST = ("01", "11"), "12"
POSITION: Codes = {
    "-1": ("VSO",),
    "0": ("PRO",),
    "1": ("VMBO-B",),
    "1.5": ("VMBO-BK",),
    "2": ("VMBO-K",),
    "2.5": ("VMBO-KGT",),
    "3": ("VMBO-GT", "VMBO-G", "VMBO-T"),
    "3.5": ("VMBO-T/HAVO",),
    "4": ("HAVO",),
    "4.5": ("HAVO/VWO",),
    "5": ("VWO",),
}
SUBJECT: Codes = {"lezen": ("BL",), "rekenen": ("RW",), "dmt": ("TL",), "spelling": ("SP",)}
LEVEL: Codes = {"I": ("1",), "II": ("2",), "III": ("3",), "IV": ("4",), "V": ("5",)}
NO_LEVEL = "99"
SCALE: Codes = {"L10": ("010",), "L11": ("011",), "L12": ("012",)}
CAME: Codes = {"none": ("0",), "starter": ("1",), "other city": ("2",)}
LEFT: Codes = {"none": ("0",), "other city": ("1",), "left education": ("2",)}


def listed(codes: Codes) -> dict[str, list[str]]:
    """Return codes as a mapping has them."""
    return {own: [*theirs] for own, theirs in codes.items()}


def countries_of(origins: Iterable[tuple[str, str]]) -> Countries:
    """Return the countries of origins (background, continent); those of another city's backgrounds are made up."""
    free = count(MADE_UP)
    return {origin: COUNTRIES.get(origin) or (str(next(free)),) for origin in sorted({*origins})}


def by_part(countries: Countries, part: int) -> dict[str, list[str]]:
    """Return the countries of each background (part 0) or continent (part 1)."""
    found: dict[str, list[str]] = {}
    for parts, codes in countries.items():
        found.setdefault(parts[part], []).extend(codes)
    return found


def of_tests(side: int) -> dict[str, list[str]]:
    """Return the test advices by their lowest (0) or highest level (1)."""
    found: dict[str, list[str]] = {}
    for code, levels in TEST_ADVICE.items():
        found.setdefault(levels[side], []).append(code)
    return found
