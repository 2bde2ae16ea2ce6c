"""What a table declares of itself: which columns count, what rests on them, who contributed, what identifies rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import pandas as pd

from analysis.disclosure.profiles import BOARD_COUNT, COUNTING_NAME, RESIDUAL_DF, SCHOOL_COUNT
from analysis.errors import DisclosureError, InputError

Counts = Mapping[str, Sequence[str]] | Sequence[str]
Resting = Mapping[str, Sequence[str]]
Totals = Sequence[str] | Sequence[Sequence[str]]
Contributors = Mapping[str, tuple[str, str]]
Free = Sequence[str]

WITHHELD = "suppressed"
COUNTS = re.compile(r"(?:n|pupils|schools|teachers|boards|postcodes|municipalities|clusters)(?:_(?!per_).+)?")
CALENDAR = re.compile(r"(?:.+_)?(?:year|jaar)(?:_.+)?")
YEARS = (1900, 2100)
NEAR = 30
PER_YEAR = ("n_", "pupils_", "teachers_")
"""How numbers of persons in a year begin."""
MEASURE = re.compile(
    r"\W*\d[\d.,]*(?:e[-+]?\d+)?\s*(?:%|‰|per ?cent|procent|pp|km|m|euro|fte|points?|punten|punt)?\W*", re.IGNORECASE
)


def by_convention(frame: pd.DataFrame, free: Free = ()) -> dict[str, list[str]]:
    """Return what counts in a frame by the names of its columns, and what rests on it: every other number.

    What begins with ``n``, ``pupils``, ``schools``, ``teachers``, ``boards``, ``postcodes``, ``municipalities`` or
    ``clusters`` counts, unless it is so many per something else or the part of the largest in it, and so do residual
    degrees of freedom. Years are no numbers here: of the calendar, or counted from another by less than `NEAR`.

    Parameters
    ----------
    frame : One row per published row.
    free : Numeric columns that say nothing of anybody.
    """
    parts = [*chain(*contributors_of(frame, None).values())]
    spared = {*names_of(free), *parts}
    numeric = [str(column) for column in frame.select_dtypes("number") if str(column) not in spared]
    # In a small city a count may be missing in every row, or there are no rows: such a column has no kind of its own.
    empty = [str(column) for column in frame if frame[column].isna().all() and str(column) not in {*numeric, *spared}]
    counting = [column for column in [*numeric, *empty] if COUNTS.fullmatch(column) or column in RESIDUAL_DF]
    others = [column for column in numeric if column not in counting and not _is_year(frame[column])]
    return dict.fromkeys(counting, others)


def _is_year(values: pd.Series) -> bool:
    """Whether a column holds years, of the calendar or counted from another, by its name and its numbers."""
    name = str(values.name)
    if is_calendar(values):
        return True
    named = CALENDAR.fullmatch(name) and not name.startswith(PER_YEAR)
    known = values.dropna()
    return bool(named) and bool(((known.abs() < NEAR) & (known % 1 == 0)).all())


def counted(counts: Counts) -> tuple[str, ...]:
    """Return the columns that count."""
    return (counts,) if isinstance(counts, str) else tuple(counts)


def flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with everything in columns: named index levels become columns, rows are numbered."""
    columns = list(frame.columns)
    if frame.columns.nlevels > 1 or len({str(column) for column in columns}) < len(columns):
        raise InputError("table", "the column names are not unique single names", given=columns)
    named = [name for name in frame.index.names if name is not None]
    if not named and not pd.api.types.is_integer_dtype(frame.index):
        hint = "name it, or reset_index(drop=True)"
        raise InputError("table", "the index holds something and has no name", hint=hint)
    return frame.reset_index(drop=not named).rename(columns=str)


def resting(frame: pd.DataFrame, counts: Counts) -> dict[str, tuple[str, ...]]:
    """Return per count column the columns that rest on it."""
    columns = list(frame.columns)
    if isinstance(counts, Mapping):
        rests_on = {column: names_of(values) for column, values in counts.items()}
    else:
        named = names_of(counts)
        numeric = [column for column in frame.select_dtypes("number").columns if column not in named]
        rests_on = {column: tuple(numeric) for column in named}
    for name in chain(rests_on, *rests_on.values()):
        if name not in columns:
            raise InputError("counts", f"the table has no column {name!r}", allowed=", ".join(columns))
    return rests_on


def on_schools(rests_on: Resting) -> dict[str, tuple[str, ...]]:
    """Let numbers of persons rest on the schools and boards behind them: those of the same name, else those of all."""
    with_schools = {column: tuple(values) for column, values in rests_on.items()}
    for pattern in (SCHOOL_COUNT, BOARD_COUNT):
        entities = {column: match[1] for column in rests_on if (match := pattern.fullmatch(column))}
        for persons in rests_on:
            if persons in RESIDUAL_DF or SCHOOL_COUNT.fullmatch(persons) or BOARD_COUNT.fullmatch(persons):
                continue
            named = [column for column, kind in entities.items() if kind and persons.endswith(f"_{kind}")]
            for column in named or [column for column, kind in entities.items() if not kind]:
                with_schools[column] = tuple(dict.fromkeys((*with_schools[column], persons)))
    return with_schools


def contributors_of(frame: pd.DataFrame, declared: Contributors | None) -> dict[str, tuple[str, str]]:
    """Return per count column the columns of its two largest contributions, where there are any."""
    named = {column: (f"{column}_largest", f"{column}_second") for column in frame.columns}
    pairs = {column: pair for column, pair in named.items() if set(pair) <= set(frame.columns)} | dict(declared or {})
    for column, pair in pairs.items():
        for name in (column, *pair):
            if name not in frame.columns:
                raise InputError("contributors", f"the table has no column {name!r}", allowed=", ".join(frame.columns))
    return pairs


def keys_of(frame: pd.DataFrame, rests_on: Resting) -> tuple[str, ...]:
    """Return the columns that identify rows."""
    others = frame.columns.difference([*rests_on, *chain(*rests_on.values())], sort=False)
    return tuple(column for column in others if not pd.api.types.is_float_dtype(frame[column]))


def independent(keys: pd.DataFrame) -> list[str]:
    """Return the columns that identify rows without those that follow from the others, such as labels made of them."""
    varied = [str(key) for key in keys if len(set(keys[key])) > 1]
    joined = [key for key in varied if keys[key].str.contains(", ").mean() > 0.5]
    others = sorted((key for key in varied if key not in joined), key=lambda key: keys[key].nunique())
    distinct = len(keys[varied].drop_duplicates())
    for key in (*joined, *others):
        rest = [name for name in varied if name != key]
        if rest and len(keys[rest].drop_duplicates()) == distinct:
            varied = rest
    return varied


def names_of(names: str | Iterable[str]) -> tuple[str, ...]:
    """Return names as a tuple, a single one too."""
    return (names,) if isinstance(names, str) else tuple(names)


def refuse_undeclared(frame: pd.DataFrame, rests_on: Resting, contributors: Contributors) -> None:
    """Refuse a column that counts by its name and is not declared, and rows of postcodes that nothing counts."""
    for column in set(frame.columns) - {*rests_on, *chain(*rests_on.values()), *chain(*contributors.values())}:
        if COUNTING_NAME.fullmatch(column.lower()) or column in RESIDUAL_DF:
            problem = f"column {column!r} seems to count something and is not named in counts="
            raise DisclosureError(f"{problem}\n  do      name it there, or rename it if it counts nobody")
        if re.search(r"pc4|postcode_?4", column.lower()) and not rests_on:
            raise DisclosureError(f"column {column!r}: rows per postcode are published with a count column only")


def refuse_uncounted(frame: pd.DataFrame, counted: Sequence[str]) -> None:
    """Refuse a column that counts by its name, and that the gate would take for a value that rests on another count."""
    for column in frame.columns:
        counts = COUNTING_NAME.fullmatch(column.lower()) and not column.endswith(("_largest", "_second"))
        if counts and column not in counted:
            problem = f"column {column!r} seems to count something and is not a count of its own in counts="
            raise DisclosureError(f"{problem}\n  do      name it there, or rename it if it counts nobody")


def refuse_whole(frame: pd.DataFrame, counts: Counts, free: Free, contributors: Contributors | None) -> None:
    """Refuse, by type and name alone, a column of whole numbers that the gate would take for a value: it may count."""
    parts = contributors_of(frame, contributors)
    rests_on = resting(frame.drop(columns=[*chain(*parts.values())]), counts)
    for column in sorted({*chain(*rests_on.values())} - {*rests_on, *names_of(free)}):
        if pd.api.types.is_integer_dtype(frame[column]) and not NO_COUNT.fullmatch(column.lower()):
            problem = f"column {column!r} holds whole numbers that rest on a count, and may count persons itself"
            hint = "name it as a count of its own in counts=, or make it floats if it is a mean or a median"
            raise DisclosureError(f"{problem}\n  do      {hint}")


def counted_by_values(frame: pd.DataFrame, rests_on: Resting) -> list[str]:
    """Return the columns of floats that are counts by their values: all whole, and nowhere more than they rest on."""
    counting = []
    for column in dict.fromkeys(chain(*rests_on.values())):
        counts = [name for name, values in rests_on.items() if column in values]
        named = NO_COUNT.fullmatch(column.lower()) or MEAN_NAME.fullmatch(column.lower())
        if column in rests_on or named or not pd.api.types.is_float_dtype(frame[column]):
            continue
        values = frame[column].dropna()
        least = frame.loc[values.index, counts].apply(pd.to_numeric, errors="coerce").astype(float).min(axis=1)
        if ((values % 1 == 0) & (values >= 0) & (values <= least)).all() and (values > 1).any():
            counting.append(column)
    return counting


def refuse_unfounded(frame: pd.DataFrame, counts: Counts, free: Free, contributors: Contributors | None) -> None:
    """Refuse numbers of a flat frame that are no count, rest on none and are not named as free of persons.

    `free` are columns that say nothing of anybody: constants of the method, parameters, published figures, locations of
    areas. For `counts` and `contributors` see `analysis.disclosure.suppress`.
    """
    absent = [name for name in names_of(free) if name not in frame]
    if absent:
        raise InputError("free", f"the table has no column {absent[0]!r}", allowed=", ".join(frame.columns))
    parts = contributors_of(frame, contributors)
    rests_on = resting(frame.drop(columns=[*chain(*parts.values())]), counts)
    declared = {*rests_on, *chain(*rests_on.values()), *chain(*parts.values()), *names_of(free), WITHHELD}
    for column in frame.columns:
        if column not in declared and _is_numeric(frame[column]) and not is_calendar(frame[column]):
            problem = f"column {column!r} holds numbers that are no count, rest on none and are not named as free"
            hint = "name it in counts= under the count it rests on"
            only = "in free= only if it says nothing of persons or schools"
            raise DisclosureError(f"{problem}\n  do      {hint}; {only}")


def _is_numeric(values: pd.Series) -> bool:
    """Whether a column holds numbers, in whatever disguise: yes-no, durations, categories, text."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.cat.categories.to_series()
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_timedelta64_dtype(values):
        return True  # of pandas, yes-no and complex numbers are numeric
    known = values.dropna()
    words = {str(value) for value in known if isinstance(value, str)}
    values_besides = (value for value in known if not isinstance(value, str))
    others = any(hasattr(value, "__float__") or isinstance(value, complex) for value in values_besides)
    written = len(words) > 1 and all(map(MEASURE.fullmatch, words)) and not all(map(_YEAR.fullmatch, words))
    return others or (written and not AREA_NAME.search(str(values.name).lower()))


def is_calendar(values: pd.Series) -> bool:
    """Whether a column holds calendar years, by its name and its numbers."""
    if not CALENDAR.fullmatch(str(values.name).lower()) or pd.api.types.is_bool_dtype(values):
        return False
    numbers = pd.to_numeric(values.dropna(), errors="coerce")
    return bool((numbers.between(*YEARS) & (numbers % 1 == 0)).all())


TOTAL_WORDS = frozenset({"all", "total", "everyone", "alle", "allen", "totaal"})
"""Words of a row that counts what the other rows count together, besides those that are found by their numbers."""
_YEAR = re.compile(r"(?:19|20)\d\d")
NO_COUNT = re.compile(r"(?!(?:n|pupils|teachers)_)(?:.+_)?(?:df|rank|rang|order|volgorde|year|jaar)(?:_.+)?")
"""Names of whole numbers that are no counts, though they rest on one."""
MEAN_NAME = re.compile(r"(?:.+_)?(?:mean|gemiddelde|median|mediaan|estimate|sd)(?:_.+)?")
"""Names of numbers that are whole by accident."""
AREA_NAME = re.compile(r"pc4|postcode_?4|wijk|buurt|gemeente|cbs")
