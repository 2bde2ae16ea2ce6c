"""All municipalities on the files themselves: the account, and Amsterdam against the chapter on one municipality."""

import numpy as np
import pandas as pd
import pytest

from analysis.data.country_files import read_country_files
from analysis.data.prepare import choice_tables
from analysis.data.sources import COUNTRY, read_duo
from analysis.models import conditional_logit, school_choice
from analysis.models.choice_by_municipality.estimation import account, coefficients, estimate
from analysis.models.choice_by_municipality.flows import municipalities
from analysis.models.geography import pairwise_km

pytestmark = pytest.mark.real

FORMULA = "distance_km + log(distance_km + 0.1) + schoolweging + C(denomination)"
TERM_OF = {
    "distance_km": "distance_km",
    "log_distance": "log(distance_km + 0.1)",
    "schoolweging": "schoolweging",
    "schoolweging_x_nonwestern": "schoolweging:share_nonwestern",
    **{f"denomination_{name}": f"C(denomination)[T.{name}]" for name in school_choice.DENOMINATIONS},
}


@pytest.fixture(scope="module")
def country(real_data_folder, cards_folder):
    tables = choice_tables(read_duo(real_data_folder, cards_folder, COUNTRY, 2017, allow_changed=False), COUNTRY)
    files, _ = read_country_files(real_data_folder, cards_folder, allow_changed=False)
    frames = (tables.by_school, tables.by_pc4, tables.by_pc4_school)
    return tables, municipalities(*frames, files["by_pc4_density"], files["by_location_distance"])


def test_nobody_leaves_without_a_reason(country):
    tables, split = country
    assert tables.accounting["pupils_kept"].tolist()[-1] == 1_306_589
    assert sum(one.n_pupils for one in split) == 1_306_589
    assert len(split) == 386
    told = account(estimate(split, FORMULA)).set_index("outcome")["municipalities"]
    assert told.sum() == 386
    assert told["estimated"] == 133


@pytest.mark.parametrize("interaction", [False, True])
def test_amsterdam_has_the_coefficients_of_the_chapter_on_one_municipality(country, interaction):
    """With the interaction the formula is that of chapter 03's model of all ages, and so must be all that it finds."""
    _, split = country
    amsterdam = [one for one in split if one.name == "Amsterdam"]
    formula = FORMULA + (" + schoolweging:share_nonwestern" if interaction else "")
    told = coefficients(estimate(amsterdam, formula)).set_index("term")

    tables, _ = country
    by_school, by_pc4 = tables.by_school.set_index("location"), tables.by_pc4.set_index("pc4")
    here = by_school[by_school["municipality"] == "Amsterdam"]
    pairs = tables.by_pc4_school[tables.by_pc4_school["location"].isin(here.index)]
    homes = by_pc4.loc[pairs["pc4"].unique()]
    choices = school_choice.select("all_ages", pairs, "TOTAAL", pairwise_km(homes, here))
    terms = school_choice.attributes(choices, here, homes)
    if not interaction:
        terms = terms.drop(columns="schoolweging_x_nonwestern")
    pc4 = pd.Series(choices.distance.index, index=choices.distance.index)
    expected = conditional_logit.fit(terms, choices.pupils, grouped=True, cluster=pc4).estimates("all_ages")
    ours = told.loc[[TERM_OF[term] for term in expected["term"]]]
    for column in ("estimate", "std_error", "std_error_classical"):
        np.testing.assert_allclose(ours[column], expected[column], rtol=1e-6)
    assert ours["n_obs"].unique().tolist() == [58_428]


def test_density_and_distances_are_read_whole(real_data_folder, cards_folder):
    files, records = read_country_files(real_data_folder, cards_folder, allow_changed=False)
    density, distance = files["by_pc4_density"], files["by_location_distance"]
    assert len(density) == 4070 - 9  # nine are secret
    assert (density["density"].min(), density["density"].max()) == (2, 11_760)
    weighed = (distance["km"] * distance["pupils"]).sum() / distance["pupils"].sum()
    assert 1.0 < weighed < 1.1
    assert {record["status"] for record in records} == {"verified"}
