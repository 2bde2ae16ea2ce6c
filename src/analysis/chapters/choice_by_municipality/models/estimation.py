"""The model of every municipality, each with the reason if it has no estimate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analysis.chapters.choice_by_municipality.models.constants import Decay, fit_with_constants
from analysis.chapters.choice_by_municipality.models.flows import Municipality
from analysis.errors import ModelError, Reason
from analysis.stats.conditional_logit import ChoiceDesign, design_from_formula
from analysis.stats.conditional_logit.design import Term
from analysis.stats.conditional_logit.factored import available_threads
from analysis.stats.conditional_logit.input import Floats, listed

ESTIMATED = "estimated"
NO_INTERVAL = "too few postcodes for an interval"
ONE_SCHOOL = "fewer than two schools"
ONE_POSTCODE = "fewer than two postcodes"
COLLINEAR = "terms cannot be told apart"
NO_MAXIMUM = "no finite maximum"
HELD = "held by the school constants"
UNSETTLED = "the data do not settle the coefficients"
OUTCOMES = (ESTIMATED, NO_INTERVAL, UNSETTLED, ONE_POSTCODE, ONE_SCHOOL)
"""What can become of a municipality, in the order of the table."""
TOGETHER = {COLLINEAR: UNSETTLED, NO_MAXIMUM: UNSETTLED}
"""Few municipalities have either, so that their schools could be derived from the total: they are counted together."""

COLLINEAR_BELOW = 1e-9  # smallest eigenvalue of the correlations, means of postcodes and schools taken off
OUTCOME_OF = {Reason.SEPARATED: NO_MAXIMUM, Reason.COLLINEAR: COLLINEAR}


@dataclass(frozen=True)
class Fitted:
    """The estimates of a municipality, or why it has none.

    Parameters
    ----------
    municipality : The choices.
    outcome : One of `OUTCOMES`, with its reason where they are counted `TOGETHER`.
    result : The coefficients with their errors; None unless the outcome is `ESTIMATED`.
    probability : Of every school, postcodes x schools; None unless the likelihood has one finite maximum.
    absorbed
        Terms of the formula that are the same for every postcode, so that the constants of the schools hold them.
    reference : What each term of a category is compared with, in this municipality; empty for a term of numbers.
    """

    municipality: Municipality
    outcome: str
    result: Decay | None = None
    probability: Floats | None = None
    absorbed: tuple[str, ...] = ()
    reference: Mapping[str, str] = field(default_factory=dict)


def estimate(
    country: Sequence[Municipality],
    formula: str,
    *,
    min_postcodes: int = 10,
    tolerance: float = 1e-10,
    max_iterations: int = 100,
    threads: int | None = None,
) -> list[Fitted]:
    r"""Estimate the conditional logit of a formula, with a constant for every school, in every municipality.

    Parameters
    ----------
    country : The municipalities.
    formula
        Right-hand side, over ``distance_km``, the columns of `Municipality.schools` and those of `Municipality.homes`;
        see `conditional_logit.design_from_formula`.
    min_postcodes
        Errors are clustered by postcode; with fewer postcodes than this, or not more than terms, there is no interval.
    tolerance, max_iterations : As in `conditional_logit.fit`.
    threads : Municipalities side by side; as many as processors where None.

    Returns
    -------
    list of Fitted
        In the order of the municipalities.

    Raises
    ------
    ModelError
        No term differs between postcodes: the constants of the schools absorb them all (``ABSORBED``).

    Notes
    -----
    Per municipality the model of `constants`, over all schools that any of its pupils attends: a school that none
    attends would have a constant of minus infinity, and its probability is zero. Nothing that a school is to every
    postcode alike moves the estimates, whether it is measured or not: such a term has no coefficient, and is named in
    ``absorbed``.
    """
    built = list(designs(country, formula))
    absorbed = _absorbed([(one, _whole(design)) for one, design in built if one.n_postcodes > 1])

    def one(pair: tuple[Municipality, ChoiceDesign]) -> Fitted:
        municipality, design = pair
        differing = {term: values for term, values in _whole(design).items() if term not in absorbed}
        return replace(
            _fitted(municipality, differing, min_postcodes, tolerance, max_iterations),
            absorbed=tuple(term for term in design.pairs if term in absorbed),
            reference={term: design.about[term].reference for term in differing},
        )

    with ThreadPoolExecutor(threads or available_threads()) as pool:
        fitted = {each.municipality.name: each for each in pool.map(one, built)}
    return [fitted[one.name] for one in country]


def _absorbed(pairs: Sequence[tuple[Municipality, Mapping[str, Floats]]]) -> set[str]:
    """Name the terms that differ between the postcodes of no municipality."""
    terms = {term for _, values in pairs for term in values}
    differing = {term for _, values in pairs for term, by_pair in values.items() if np.ptp(by_pair, axis=0).any()}
    if terms and not differing:
        raise ModelError(
            f"{listed(sorted(terms))}: the same for every postcode, so that the constants of the schools hold all of "
            "the formula. Give choice_by_municipality.formula a term that differs between postcodes, such as "
            "distance_km.",
            Reason.ABSORBED,
        )
    return terms - differing


def designs(country: Iterable[Municipality], formula: str) -> Iterator[tuple[Municipality, ChoiceDesign]]:
    """Build the designs of all municipalities, reading the formula once per set of denominations.

    Reading a formula takes longer than estimating a small municipality. So the pairs of postcode and school of all
    municipalities with the same denominations are stacked: the formula sees one long table.

    Parameters
    ----------
    country, formula : As in `estimate`.

    Returns
    -------
    iterator
        Municipalities with their designs, postcodes x schools x terms, those of the same denominations together.
    """
    alike: dict[tuple[str, ...], list[Municipality]] = {}
    for one in country:
        alike.setdefault(tuple(sorted(set(one.schools["denomination"]))), []).append(one)
    for members in alike.values():
        terms, about, values = _terms_of_pairs(members, formula)
        ends = np.cumsum([one.pupils.size for one in members])
        for one, rows in zip(members, np.split(values, ends[:-1]), strict=True):
            pairs = {term: np.ascontiguousarray(rows[:, k].reshape(one.pupils.shape)) for k, term in enumerate(terms)}
            plain = ChoiceDesign.plain(pairs, pd.DataFrame(index=one.schools.index), situations=one.homes.index)
            yield one, replace(plain, about=about)


def _terms_of_pairs(members: Sequence[Municipality], formula: str) -> tuple[list[str], Mapping[str, Term], Floats]:
    """Return the names of the terms, what each is of, and their values at every pair of the members: pairs x terms."""
    schools = {
        name: np.concatenate([np.tile(one.schools[name].to_numpy(), one.n_postcodes) for one in members])
        for name in ("schoolweging", "denomination")
    }
    share = np.concatenate([np.repeat(one.homes["share_nonwestern"].to_numpy(), one.n_schools) for one in members])
    pairs = {
        "distance_km": np.concatenate([one.distance_km.ravel() for one in members]),
        "schoolweging": schools["schoolweging"].astype(np.float64),
        "denomination": schools["denomination"].astype(object),
    }
    homes = pd.DataFrame({"share_nonwestern": share.astype(np.float64)})
    alone = pd.DataFrame(index=["school"])  # to the formula a pair is a chooser with one school
    built = design_from_formula(formula, {name: values[:, None] for name, values in pairs.items()}, alone, homes)
    return list(built.terms), built.about, built.rows().to_numpy(float)


def _fitted(
    one: Municipality, pairs: Mapping[str, Floats], min_postcodes: int, tolerance: float, max_iterations: int
) -> Fitted:
    if one.n_schools < 2 or one.n_postcodes < 2:
        return Fitted(one, ONE_SCHOOL if one.n_schools < 2 else ONE_POSTCODE)
    if _collinear(np.stack(list(pairs.values()), axis=-1)):
        return Fitted(one, COLLINEAR)
    enough = one.n_postcodes >= max(min_postcodes, len(pairs) + 1)
    try:
        probability, result = fit_with_constants(
            pairs, one.pupils, robust=enough, tolerance=tolerance, max_iterations=max_iterations
        )
    except ModelError as error:
        if error.reason not in OUTCOME_OF:
            raise
        return Fitted(one, OUTCOME_OF[error.reason])
    return Fitted(one, ESTIMATED if enough else NO_INTERVAL, result, probability)


def _collinear(values: Floats) -> bool:
    """Whether some combination of the terms is a sum of one number per postcode and one per school."""
    within = values - values.mean(axis=1, keepdims=True)
    within = (within - within.mean(axis=0)).reshape(-1, values.shape[-1])
    size = np.sqrt((within**2).sum(axis=0))
    if (size <= COLLINEAR_BELOW * np.abs(values).max(axis=(0, 1))).any():
        return True
    scaled = within / size
    return bool(np.linalg.eigvalsh(scaled.T @ scaled)[0] < COLLINEAR_BELOW)


def account(fitted: Sequence[Fitted]) -> pd.DataFrame:
    """Count what became of the municipalities.

    Parameters
    ----------
    fitted : Of `estimate`.

    Returns
    -------
    DataFrame
        One row per outcome that occurs: ``outcome, municipalities, pupils, schools, postcodes, share`` (of all pupils).
    """
    outcomes = [TOGETHER.get(each.outcome, each.outcome) for each in fitted]
    rows = pd.DataFrame([{"municipalities": 1, **each.municipality.numbers} for each in fitted])
    counted = rows.groupby(pd.Series(outcomes, name="outcome")).sum()
    by_outcome = counted.reindex(OUTCOMES).dropna().astype("int64").reset_index()
    return by_outcome.assign(share=by_outcome["pupils"] / by_outcome["pupils"].sum())


def terms(fitted: Sequence[Fitted]) -> pd.DataFrame:
    """Count the municipalities in which a term has a coefficient with an interval.

    Parameters
    ----------
    fitted : Of `estimate`.

    Returns
    -------
    DataFrame
        One row per term: ``term, municipalities, reason`` (empty, or that the constants of the schools hold it).
    """
    known = [term for each in fitted if each.result is not None for term in each.result.params.index]
    absorbed = {term for each in fitted for term in each.absorbed}
    counted = pd.Series(known, dtype=object).value_counts(sort=False)
    rows = [(term, int(number), "") for term, number in counted.items()]
    rows += [(term, 0, HELD) for term in sorted(absorbed)]
    return pd.DataFrame(rows, columns=["term", "municipalities", "reason"])


def coefficients(fitted: Sequence[Fitted]) -> pd.DataFrame:
    """Tabulate the coefficients of every municipality with an interval.

    Parameters
    ----------
    fitted : Of `estimate`.

    Returns
    -------
    DataFrame
        Tidy estimates; the group is the municipality. A category is compared with its ``reference``, which is another
        one where a municipality has no school of the first.
    """
    rows = pd.concat(
        [each.result.estimates(each.municipality.name) for each in fitted if each.result is not None],
        ignore_index=True,
    )
    known = {(each.municipality.name, term): level for each in fitted for term, level in each.reference.items()}
    return rows.assign(reference=[known.get(key, "") for key in zip(rows["group"], rows["term"], strict=True)])


def _whole(design: ChoiceDesign) -> dict[str, Floats]:
    """Return the values of the terms: postcodes x schools of a municipality are few."""
    return {term: values[:] for term, values in design.pairs.items()}
