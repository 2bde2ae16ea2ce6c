"""Sentences follow from sign and interval, and turn with them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.chapters.newcomers import findings
from analysis.chapters.newcomers.models import rates
from analysis.chapters.newcomers.models.apart import CHANCE, DENSITY, FREED, OBSERVED, apart
from analysis.language import speaking
from analysis.synthetic.origins import ContinentTruth, OriginTruth, make_origins
from analysis.synthetic.pupils import CONTINENTS

N = 30_000
LESS = OriginTruth()
TURNED = replace(
    LESS,
    continents={
        name: ContinentTruth(one.international, -0.4, one.newcomers, -0.6) for name, one in LESS.continents.items()
    },
)


def said(truth, seed=1):
    rng = np.random.default_rng(seed)
    by_pupil = pd.DataFrame(
        {
            "pupil": np.arange(1, N + 1),
            "groep": rng.integers(1, 9, N),
            "location": rng.choice([f"s{number:03d}" for number in range(100)], N),
            "continent": rng.choice(CONTINENTS, N, p=[0.4, 0.23, 0.18, 0.08, 0.11]),
        }
    )
    pupils, _ = rates.select(
        make_origins(by_pupil, pd.Series(dtype=float), truth, np.random.SeedSequence(seed)), 2017, 2019
    )
    indices, most = apart(pupils, 2019, draws=100, seed=1)
    rows = findings.newcomers(rates.changes(pupils, 2017, 2019), indices, most, first_year=2017, last_year=2019)
    return rows.set_index("name")["sentence"].map(str), indices.set_index(["group", "term"])


@pytest.fixture(scope="module")
def grown():
    return said(LESS)


def test_every_topic_is_told_of_both_groups(grown):
    sentences, indices = grown
    topics = ("change", "continents", "apart", "most")
    assert sorted(sentences.index) == sorted(f"{topic}_{group}" for topic in topics for group in rates.KINDS)
    assert set(indices.index.get_level_values("term")) == {OBSERVED, CHANCE, DENSITY, FREED}
    assert "rose by" in sentences["change_newcomers"]
    assert "rose by" in sentences["change_internationals"]


def test_where_numbers_fall_the_sentences_turn():
    sentences, _ = said(TURNED)
    for group in rates.KINDS:
        assert "fell by" in sentences[f"change_{group}"]
        assert "-" not in sentences[f"change_{group}"].split("fell by")[1]
        assert "fell for" in sentences[f"continents_{group}"]
        assert "rose for none" in sentences[f"continents_{group}"]


def test_where_nothing_changes_and_schools_are_alike_neither_is_said():
    alike = replace(
        LESS,
        apart_international=0.0,
        apart_newcomers=0.0,
        apart_year=0.0,
        continents={
            name: ContinentTruth(one.international, 0.0, one.newcomers, 0.0) for name, one in LESS.continents.items()
        },
    )
    sentences, indices = said(alike, seed=3)
    for group in rates.KINDS:
        assert "did not measurably" in sentences[f"change_{group}"]
        assert "none" in sentences[f"continents_{group}"]
        assert "not measurably more" in sentences[f"apart_{group}"]
        assert indices.loc[(group, FREED), "ci_low"] == 0
        assert indices.loc[(group, FREED), "estimate"] < 0.1


def test_in_dutch_they_are_dutch():
    with speaking("nl"):
        sentences, _ = said(LESS)
        assert "kinderen van internationals" in sentences["change_internationals"]
        assert "steeg met" in sentences["change_newcomers"]


def test_pupils_at_the_schools_with_most_are_those_of_three_or_more():
    rng = np.random.default_rng(1)
    rows = [
        pd.DataFrame({"location": f"s{number}", "newcomer": rng.random(200) < 0.1, "year": 2019, "continent": "Asia"})
        for number in range(12)
    ]
    pupils = pd.concat(rows, ignore_index=True).assign(pupil=lambda own: np.arange(len(own)))
    _, most = apart(pupils, 2019, draws=100, seed=1)
    largest = pupils.groupby("location")["newcomer"].sum().sort_values().tail(3).sum()
    assert most[["schools", "pupils_of_group"]].to_numpy().tolist() == [[3, pupils["newcomer"].sum()]]
    assert most["share"].iloc[0] == pytest.approx(largest / pupils["newcomer"].sum())


def test_a_group_that_hardly_a_school_has_is_not_told_apart():
    rows = pd.DataFrame({"location": np.repeat([f"s{number}" for number in range(30)], 100), "year": 2019})
    rows = rows.assign(newcomer=rows["location"].isin(["s1", "s2"]), continent="Asia", pupil=np.arange(3000))
    indices, most = apart(rows, 2019, draws=100, seed=1)
    assert set(indices["reason"]) == {"too few clusters"}
    assert most.empty
