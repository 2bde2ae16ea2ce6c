"""The notebook alone, through the gate, in Dutch; in English the edition `ci` runs it."""

import pandas as pd
from tests.unit.chapters.school_levels import made


def test_the_notebook_publishes_its_tables_and_findings_and_withholds_a_band_of_two_schools(run_cells):
    pupils = pd.concat([made.pupils(24, seed=k, subject=name) for k, name in enumerate(("lezen", "taal", "rekenen"))])
    tables = {"by_pupil_level": pupils.drop(columns="schoolweging"), "by_school_level": made.schools_of(pupils)}
    third = float(tables["by_school_level"].drop_duplicates("location")["schoolweging"].nsmallest(3).iloc[-1])
    ran = run_cells("04_school_levels", tables, language="nl", weging_edges=[third, 31.0])
    contrasts = ran.table("contrasts")
    assert set(contrasts["model"]) == {"latent scale", "at target", "below 1F", "from 1F to target"}
    assert len(contrasts) == 3 * 4 * 2
    by_band = ran.table("shares")
    alone = by_band["band"] == by_band["band"].iloc[0]
    assert by_band.loc[alone, "estimate"].isna().all()
    assert by_band.loc[~alone, "estimate"].notna().any()
    for name in ("gap_lezen", "shift_taal", "cuts_lezen", "apart_rekenen", "masked", "luck_taal"):
        assert f"finding {name}" in ran.shown
    few = ran.table("outside")
    assert few.loc[few["schools_least"].isna(), ["observed", "freed"]].isna().all(axis=None)  # of one or two schools
