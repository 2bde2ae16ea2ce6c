"""Priority is counted among the eight nearest of all schools, whoever attends them; anew where one closes or opens."""

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.school_choice.models.attended import nearest_by_pc4
from analysis.chapters.school_choice.models.choosers import Choosers
from analysis.chapters.school_choice.models.constants import fit_constants
from analysis.chapters.school_choice.models.counterfactuals import by_rule
from analysis.chapters.school_choice.models.distances import distances
from analysis.chapters.school_choice.models.groups import fit_groups
from analysis.chapters.school_choice.models.logit import fit_logit
from analysis.chapters.school_choice.models.scenarios import closes, opens
from analysis.chapters.school_choice.models.willingness import willingness_to_travel
from analysis.stats.allocation import PRIORITY

TRUTH = {"distance_km": -0.6, "within_eight": 1.5}


def line(attended):
    """One home at the end of a line of twelve schools, 1 to 12 km away; some of them are attended."""
    names = [f"s{number:02}" for number in range(1, 13)]
    schools = pd.DataFrame({"location": names, "lat": 52.0 + np.arange(1, 13) / 111.195, "lon": 4.9})
    homes = pd.DataFrame({"situation": [1], "group": "all", "pc4": "1011", "lat": 52.0, "lon": 4.9})
    chosen = pd.DataFrame({"situation": 1, "location": attended, "age": 4, "pupils": range(1, len(attended) + 1)})
    return Choosers.from_tables(homes, schools, chosen)


def test_schools_that_nobody_attends_count_in_ranks():
    """Of twelve schools the second and every further even one is attended: ranks 2, 4, ... 12, four with priority."""
    pairs = line([f"s{number:02}" for number in range(2, 13, 2)]).pairs
    assert pairs["travel_rank"].tolist() == [[2, 4, 6, 8, 10, 12]]
    assert pairs["within_eight"].tolist() == [[1, 1, 1, 1, 0, 0]]


def test_leaving_schools_or_choosers_out_leaves_ranks_as_they_are():
    all_twelve = line([f"s{number:02}" for number in range(1, 13)])
    part = all_twelve.to_schools(["s03", "s11"])
    assert part.pairs["travel_rank"].tolist() == [[3, 11]]
    assert part.schools_without == 10
    assert part.where(np.array([True])).to_schools(["s11"]).pairs["within_eight"].tolist() == [[0]]


def test_where_a_school_closes_the_others_move_up():
    choosers = line(["s02", "s09", "s11"])
    closed = closes(choosers, "smallest")  # s02, of one pupil
    assert closed.school == "s02"
    assert choosers.pairs["travel_rank"].tolist() == [[2, 9, 11]]
    assert closed.choosers.pairs["travel_rank"].tolist() == [[8, 10]]
    assert closed.choosers.pairs["within_eight"].tolist() == [[1, 0]]


def test_where_a_school_opens_those_behind_it_move_down():
    """The school opens where the homes are: it is the nearest of thirteen."""
    opened = opens(line(["s07", "s08", "s09"])).choosers
    assert opened.pairs["travel_rank"].tolist() == [[8, 9, 10, 1]]
    assert opened.pairs["within_eight"].tolist() == [[1, 0, 0, 1]]


def test_of_schools_at_one_distance_the_first_by_name_is_nearer_whoever_attends_them():
    schools = pd.DataFrame({"location": list("abc"), "lat": 52.01, "lon": 4.9})
    homes = pd.DataFrame({"situation": [1], "group": "all", "pc4": "1011", "lat": 52.0, "lon": 4.9})
    chosen = pd.DataFrame({"situation": 1, "location": ["c", "b"], "age": [4, 5], "pupils": 1})
    assert Choosers.from_tables(homes, schools, chosen, 4).pairs["travel_rank"].tolist() == [[3]]
    assert Choosers.from_tables(homes, schools, chosen, None).pairs["travel_rank"].tolist() == [[2, 3]]


def test_the_nearest_school_is_that_of_all_schools():
    table = nearest_by_pc4(line(["s02", "s05"]))
    assert table[["pupils", "at_nearest"]].to_numpy().tolist() == [[3, 0]]
    assert nearest_by_pc4(line(["s01", "s05"]))["at_nearest"].tolist() == [1]


def test_a_rule_places_at_the_nearest_of_all_schools_with_priority_at_the_eight_nearest(village):
    """The school of the fewest becomes none of the alternatives: by the first rule pupils go there all the same."""
    counts = pd.Series(village.counts.sum(axis=0), village.schools.index)
    part = village.to_schools(village.schools.index.drop(counts.idxmin()))
    indices, account = by_rule(part, draws=2, seed=1)
    first = np.isin(part.everywhere.schools[part.everywhere.distance_km.argmin(axis=1)], counts.idxmin())
    assert first.sum() > 0
    assert list(part.everywhere.schools) == list(village.schools.index)
    group = (part.situations["education"] == "hoog").to_numpy()
    at = part.everywhere.distance_km.argmin(axis=1)
    one, other = (np.bincount(at[rows], minlength=7) for rows in (group, ~group))
    assert indices["nearest"][0, 0] == pytest.approx(0.5 * np.abs(one / one.sum() - other / other.sum()).sum())
    each = np.ceil(1000 * part.number / part.schools["pupils"].sum())
    assert account["places"].item() == 6 * each  # the seventh has no places for them


def simulated(seed):
    """Pupils whose choices know priority at the eight nearest of 60 schools, of which few attend many."""
    rng = np.random.default_rng(seed)
    homes = pd.DataFrame(rng.uniform([52.33, 4.85], [52.40, 4.96], (900, 2)), columns=["lat", "lon"])
    homes = homes.assign(situation=np.arange(900), group="all", pc4=np.arange(900) % 60)
    spot = rng.uniform([52.33, 4.85], [52.40, 4.96], (60, 2))
    schools = pd.DataFrame(spot, columns=["lat", "lon"]).assign(location=[f"s{number:02}" for number in range(60)])
    quality = np.where(rng.random(60) < 0.25, -8.0, 0.0)  # a quarter of the schools hardly anybody attends
    km = distances(homes, schools)
    rank = km.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    utility = TRUTH["distance_km"] * km + TRUTH["within_eight"] * (rank < PRIORITY) + quality
    chosen = (utility + rng.gumbel(size=km.shape)).argmax(axis=1)
    choices = pd.DataFrame({"situation": homes["situation"], "location": schools["location"][chosen].to_numpy()})
    return Choosers.from_tables(homes, schools, choices.assign(age=4, pupils=1))


def test_the_truth_is_recovered_among_the_schools_that_are_attended():
    """Given who attends what, choices follow the logit among these schools, with ranks among all."""
    estimates, errors, among = [], [], []
    for seed in range(6):
        choosers = simulated(seed)
        assert choosers.schools_without > 5
        result = fit_logit(choosers, "distance_km + within_eight")
        estimates.append(result.params)
        errors.append(np.sqrt(np.diag(result.covariance_cluster)))
        alone = Choosers(choosers.situations, choosers.schools, choosers.distance_km, choosers.chosen)
        among.append(fit_logit(alone, "distance_km + within_eight").params["within_eight"])
    mean, error = pd.concat(estimates, axis=1).mean(axis=1), np.mean(errors, axis=0) / np.sqrt(6)
    assert np.abs(mean - pd.Series(TRUTH)).to_numpy() / error == pytest.approx(0, abs=3)
    # Ranks among the attended schools alone call others near too: the estimate is pulled towards zero.
    assert np.mean(among) < TRUTH["within_eight"] - 0.2


def test_the_constants_of_attended_schools_keep_priority():
    """Only the attended schools get a constant; who has priority there does not change by it."""
    choosers = simulated(1)
    twenty = choosers.to_schools(choosers.schools.index[:20])
    same = choosers.situations.index.isin(twenty.situations.index)
    assert (twenty.pairs["within_eight"] == choosers.pairs["within_eight"][same, :20]).all()
    first = fit_constants(choosers, "distance_km + within_eight")
    assert first.params["within_eight"] == pytest.approx(TRUTH["within_eight"], abs=0.4)


def test_the_nearest_school_of_the_willingness_to_travel_is_that_of_all(village):
    """Where the nearest school is no option, the chance to attend it is zero."""
    fit = fit_groups({"entry_cohort": village}, "distance_km + share_hoog").of("entry_cohort")[0]
    own = fit.choosers
    row = willingness_to_travel(fit, village).iloc[0]
    by_hand = fit.probabilities[np.arange(len(own.situations)), own.distance_km.argmin(axis=1)].mean()
    assert row["probability"] == pytest.approx(by_hand)
