import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.data.prepare import choice_tables
from analysis.data.sources import COUNTRY
from analysis.errors import InputError


def test_every_row_that_leaves_is_accounted_for(make_row, make_town):
    sources = make_town(
        [
            make_row(GEMEENTENAAM="Stad", location="02AA00"),  # school elsewhere
            make_row(SOORT_PO="Sbo", location="02AB00"),  # not Bo
            make_row(POSTCODE_LEERLING="10", GEMEENTENAAM_LEERLING="Belgie"),  # abroad
            make_row(POSTCODE_LEERLING="40", GEMEENTENAAM_LEERLING="Onbekend"),  # unknown
            make_row(POSTCODE_LEERLING="1100", GEMEENTENAAM_LEERLING="Onbekend"),  # unknown municipality
            make_row(POSTCODE_LEERLING="2011", GEMEENTENAAM_LEERLING="Stad"),  # elsewhere
            make_row(POSTCODE_LEERLING="1099"),  # no point for the PC4
            make_row(location="02AC00"),  # no point for the school
            make_row(),
            make_row(POSTCODE_LEERLING="1012", LEEFTIJD_4=0, LEEFTIJD_5=5, TOTAAL=5),
            make_row(location="01AB00", DENOMINATIE_VESTIGING="Islamitisch"),
        ]
    )
    tables = choice_tables(sources, "Dorp")
    account = tables.accounting.set_index("reason")
    assert account["rows_out"].tolist() == [1, 1, 1, 2, 1, 0, 1, 1, 0, 0]
    assert account["schools_out"].tolist() == [1, 1, 0, 0, 0, 0, 0, 1, 0, 0]
    assert account.loc["home unknown", ["pupils_in", "pupils_out", "pupils_kept"]].tolist() == [26, 6, 20]
    assert account.loc["no population figure", ["pupils_kept", "pupils4_kept", "schools_kept"]].tolist() == [11, 4, 2]
    assert tables.by_school["pupils"].tolist() == [8, 3]
    assert tables.by_school["denomination"].tolist() == ["openbaar", "other"]
    assert tables.by_school["schoolweging"].tolist() == [25.0, 35.0]
    assert tables.by_pc4["pupils"].tolist() == [6, 5]
    assert tables.by_pc4["share_nonwestern"].tolist() == [0.1, 0.4]
    assert tables.by_pc4_school["LEEFTIJD_4"].tolist() == [2, 2, 0]
    assert tables.by_pc4_school[["pc4", "location"]].to_numpy().tolist() == [
        ["1011", "01AA00"],
        ["1011", "01AB00"],
        ["1012", "01AA00"],
    ]


def test_of_a_country_every_pupil_stays_who_lives_in_the_municipality_of_the_school(make_row, make_town):
    sources = make_town(
        [
            make_row(),
            make_row(GEMEENTENAAM_LEERLING="Stad", POSTCODE_LEERLING="1012"),  # lives in the other municipality
            make_row(GEMEENTENAAM="Stad", GEMEENTENAAM_LEERLING="Stad", location="01AB00", POSTCODE_LEERLING="1012"),
        ]
    )
    tables = choice_tables(sources, COUNTRY)
    assert tables.accounting["step"].iloc[0] == "regular primary school"
    assert tables.accounting.set_index("reason").loc["home elsewhere", "rows_out"] == 1
    assert tables.by_school[["location", "municipality"]].to_numpy().tolist() == [
        ["01AA00", "Dorp"],
        ["01AB00", "Stad"],
    ]
    assert tables.by_pc4_school["TOTAAL"].tolist() == [3, 3]


@pytest.mark.parametrize(
    ("frame", "reason"),
    [("by_location_weging", "no schoolweging"), ("by_pc4_population", "no population figure")],
)
def test_without_a_figure_the_row_leaves_and_no_missing_value_stays(make_row, make_town, frame, reason):
    sources = make_town([make_row(), make_row(location="01AB00", POSTCODE_LEERLING="1012")])
    short = getattr(sources, frame).iloc[:1]
    tables = choice_tables(type(sources)(**{**vars(sources), frame: short}), "Dorp")
    assert tables.accounting.set_index("reason").loc[reason, "rows_out"] == 1
    assert tables.by_school["location"].tolist() == ["01AA00"]
    assert not tables.by_school.isna().any(axis=None)


def test_denominations_fall_in_four_groups(make_row, make_town):
    names = {"Openbaar": "openbaar", "Rooms-Katholiek": "rk", "Protestants-Christelijk": "pc", "Onbekend": "other"}
    for name, group in names.items():
        tables = choice_tables(make_town([make_row(DENOMINATIE_VESTIGING=name)]), "Dorp")
        assert tables.by_school["denomination"].tolist() == [group]


def test_a_misspelt_municipality_and_an_empty_step_stop(make_row, make_town):
    with pytest.raises(InputError, match=r"there is no such municipality\n.*'Drop'\n.*Dorp"):
        choice_tables(make_town([make_row()]), "Drop")
    with pytest.raises(InputError, match="no pupils are left after the step 'home in the municipality'"):
        choice_tables(make_town([make_row(GEMEENTENAAM_LEERLING="Stad")]), "Dorp")


def test_schoolweging_of_two_years_stops(make_row, make_town):
    sources = make_town([make_row()])
    two = pd.concat([sources.by_location_weging, sources.by_location_weging.assign(year=2018)])
    with pytest.raises(InputError, match="must be of one year"):
        type(sources)(**{**vars(sources), "by_location_weging": two})


# The fixtures are functions without state; a busy machine says nothing about the account.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(
    keys=st.lists(
        st.tuples(
            st.sampled_from(["01AA00", "01AB00", "02AA00"]),
            st.sampled_from(["Bo", "Sbo"]),
            st.sampled_from(["1011", "1012", "1099", "10", "40", ""]),
            st.sampled_from(["Dorp", "Stad", "Onbekend"]),
            st.integers(0, 30),
        ),
        unique_by=lambda key: key[:4],
        max_size=25,
    )
)
def test_the_account_always_adds_up(make_row, make_town, keys):
    fields = ("location", "SOORT_PO", "POSTCODE_LEERLING", "GEMEENTENAAM_LEERLING", "LEEFTIJD_4")
    rows = [
        make_row(**dict(zip(fields, key, strict=True))) for key in keys if key[:4] != ("01AA00", "Bo", "1011", "Dorp")
    ]
    tables = choice_tables(make_town([*rows, make_row()]), "Dorp")
    account = tables.accounting
    for unit in ("rows", "pupils", "pupils4", "schools"):
        assert (account[f"{unit}_in"] - account[f"{unit}_out"] == account[f"{unit}_kept"]).all()
        assert account[f"{unit}_kept"].tolist()[:-1] == account[f"{unit}_in"].tolist()[1:]
    last = account.iloc[-1]
    assert last["pupils_kept"] == tables.by_school["pupils"].sum() == tables.by_pc4["pupils"].sum()
    assert last["pupils_kept"] == tables.by_pc4_school["TOTAAL"].sum()
    assert last["pupils4_kept"] == tables.by_pc4_school["LEEFTIJD_4"].sum()
    assert last["schools_kept"] == len(tables.by_school)
