import pandas as pd

from analysis.chapters.leergroei.models import closure, counting, growth


def test_a_pupil_counts_once_however_many_years_and_subjects():
    rows = pd.DataFrame({"pupil": [1, 1, 2, 3], "subject": ["a", "b", "a", "b"], "level": ["I", "V", "I", "II"]})
    assert counting.pupils(rows) == 3
    assert counting.pupils(rows, subject="a") == 2
    assert counting.pupils(rows, level=["I", "V"]) == 2


def test_estimates_count_pupil_years_and_pupils(simulate, design):
    """Of 1,200 rows half are of pupils who are in both years: 1,200 pupil-years, 900 pupils."""
    rows = simulate()
    rows["pupil"] = rows["pupil"].where(rows["pupil"] % 4 > 0, rows["pupil"] // 80 * 10 + rows["pupil"] % 20)
    row = growth.change(growth.standardised(rows, design), design).iloc[0]
    assert row["n_obs"] == 1200
    assert row["n_pupils"] == rows["pupil"].nunique() < 1200


def test_a_difference_rests_on_both_groups():
    rows = pd.DataFrame(
        {
            "pupil": [1, 2, 3, 4, 5, 6, 1, 2] * 10,
            "outcome": "rekenen",
            "year": (["2018/19"] * 6 + ["2019/20"] * 2) * 10,
            "start": ([2018] * 6 + [2019] * 2) * 10,
            "closure": ([0.0] * 6 + [1.0] * 2) * 10,
            "location": [school for school in "abcdefghij" for _ in range(8)],
            "education": ["laag", "hoog"] * 40,
            "days": range(80),
            "growth": [float(number * number % 7) for number in range(80)],
        }
    )
    estimates = closure.estimate(rows, "pnas_ses").set_index(["term", "category"])
    assert estimates.loc[("closure", "laag"), ["n_obs", "n_pupils"]].tolist() == [40, 3]
    assert estimates.loc[("difference", "laag"), ["n_obs", "n_pupils"]].tolist() == [80, 6]
    assert estimates.loc[("difference", "laag"), "n_least"] == 10  # of the smaller group
