from dataclasses import replace

import pytest
from tests.unit.chapters.landscape.conftest import exact

from analysis.chapters.landscape import charts
from analysis.chapters.landscape.models.change import change, cohort_ratios


def test_parts_add_up_to_the_change_of_every_place(data):
    rows = change(data, "a03", exact)
    moved = rows["moved_share"] * rows["pupils_before"]
    parts = rows["n_entries"] - rows["n_leavers"] + moved
    assert parts.to_numpy() == pytest.approx((rows["pupils_after"] - rows["pupils_before"]).to_numpy())
    together = rows["flow_share"] + rows["moved_share"]
    assert together.to_numpy() == pytest.approx(rows["change_share"].to_numpy())
    assert rows["kind"].tolist() == ["country", "municipality", *["province"] * 12]


def test_the_ratio_of_a_cohort_is_of_the_same_pupils_five_years_on(data):
    ratios = cohort_ratios(data, "a03", exact, 10).set_index(["place", "age"])
    row = ratios.loc[("a03", 4)]
    assert row["pupils_before"] == data.before[3, 0]
    assert row["pupils_after"] == data.base[3, 5]
    assert row["ratio"] == pytest.approx(data.base[3, 5] / data.before[3, 0])


def test_a_municipality_with_the_name_of_its_province_has_a_line_of_its_own(data):
    """Utrecht and Groningen are both."""
    own = data.areas["area"] == "a03"
    areas = data.areas.assign(area=data.areas["area"].mask(own, data.areas["province"]))
    named = replace(data, areas=areas)
    place = areas.loc[own, "area"].item()
    rows = change(named, place, exact)
    assert (rows["place"] == place).sum() == 2
    labels = [label.get_text() for label in charts.change(rows).axes[0].get_yticklabels()]
    assert labels.count(place) == 2
