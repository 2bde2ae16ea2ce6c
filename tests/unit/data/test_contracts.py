import pandas as pd
import pandera.pandas as pa
import pytest

from analysis.data.columns import contract, flag, if_known, key, open_contract, text, whole, with_office_keys
from analysis.data.contracts import AGES, PC4_POINTS, POPULATION, PUPILS, SCHOOL_POINTS, SCHOOLWEGING, check
from analysis.errors import InputError


def pupils(make_row, **changes):
    return pd.DataFrame([make_row(), make_row(POSTCODE_LEERLING="1012") | changes])


def weging(**changes):
    return pd.DataFrame(
        [{"location": "01AA00", "year": 2017, "schoolweging": 25.0, "spread": 6.0, "pupils": 90} | changes]
    )


def test_a_good_frame_comes_back_with_the_contracts_columns_in_order(make_row):
    frame = pupils(make_row)
    shuffled = frame[frame.columns[::-1]].set_axis([7, 3])
    assert list(check(shuffled, PUPILS, "f.csv").columns) == list(PUPILS.columns)
    assert check(shuffled, PUPILS, "f.csv").index.tolist() == [0, 1]


def test_country_codes_and_a_blank_are_known_homes(make_row):
    for code in ("10", "20", "30", "40", ""):
        assert len(check(pupils(make_row, POSTCODE_LEERLING=code), PUPILS, "f.csv")) == 2


@pytest.mark.parametrize(
    ("changes", "column", "rule"),
    [
        ({"POSTCODE_LEERLING": "0999"}, "POSTCODE_LEERLING", "four digits"),
        ({"POSTCODE_LEERLING": "101"}, "POSTCODE_LEERLING", "four digits"),
        ({"POSTCODE_LEERLING": "1012AB"}, "POSTCODE_LEERLING", "four digits"),
        ({"location": "01AA0"}, "location", "BRIN and vestigingsnummer"),
        ({"SOORT_PO": "Basis"}, "SOORT_PO", "one of the known codes: 'Bo'"),
        ({"DENOMINATIE_VESTIGING": "Boeddhistisch"}, "DENOMINATIE_VESTIGING", "one of the known codes"),
        ({"BEVOEGD_GEZAG_NUMMER": "4001"}, "BEVOEGD_GEZAG_NUMMER", "five digits"),
        ({"GEMEENTENAAM_LEERLING": " "}, "GEMEENTENAAM_LEERLING", "a name"),
        ({"LEEFTIJD_4": -1, "LEEFTIJD_5": 4}, "LEEFTIJD_4", "0 or more"),
        ({"LEEFTIJD_4": 0, "LEEFTIJD_5": 0, "TOTAAL": 0}, "TOTAAL", "1 or more"),
    ],
)
def test_a_wrong_value_is_told_by_file_column_rule_and_row(make_row, changes, column, rule):
    with pytest.raises(InputError) as error:
        check(pupils(make_row, **changes), PUPILS, "Dorp.csv")
    message = str(error.value)
    assert message.startswith("Dorp.csv: by_location_pc4")
    assert f"column {column}" in message
    assert rule in message
    assert "1 rows fail" in message
    assert repr(changes[column]) in message


def test_ages_must_sum_to_the_total(make_row):
    with pytest.raises(InputError, match=r"the ages sum to TOTAAL; 1 rows fail, the first: location '01AA00'.*'1012'"):
        check(pupils(make_row, TOTAAL=4), PUPILS, "Dorp.csv")


def test_a_location_has_one_denomination_and_board(make_row):
    with pytest.raises(InputError, match="BEVOEGD_GEZAG_NUMMER a location; 2 rows fail"):
        check(pupils(make_row, BEVOEGD_GEZAG_NUMMER="40002"), PUPILS, "Dorp.csv")


def test_two_rows_with_one_key_stop_but_two_types_of_education_do_not(make_row):
    with pytest.raises(InputError, match=r"unique key \(location, SOORT_PO, POSTCODE_LEERLING.*2 rows fail"):
        check(pupils(make_row, POSTCODE_LEERLING="1011"), PUPILS, "Dorp.csv")
    assert len(check(pupils(make_row, POSTCODE_LEERLING="1011", SOORT_PO="Sbo"), PUPILS, "Dorp.csv")) == 2


def test_a_missing_column_names_the_nearest(make_row):
    frame = pupils(make_row).rename(columns={"LEEFTIJD_4": "LEEFTIJD4"})
    with pytest.raises(InputError, match=r"'LEEFTIJD_4' is missing\n.*the nearest column is 'LEEFTIJD"):
        check(frame, PUPILS, "Dorp.csv")


def test_another_column_is_refused():
    with pytest.raises(InputError, match="by_location_weging has no column 'name': no other columns"):
        check(weging(name="School"), SCHOOLWEGING, "w.xlsx")


def test_counts_that_are_not_whole_are_refused_by_type(make_row):
    frame = pupils(make_row).astype(dict.fromkeys(AGES[:3], float))
    with pytest.raises(InputError, match=r"column LEEFTIJD_JONGER .*int64.*all 2 rows fail, of type float64"):
        check(frame, PUPILS, "Dorp.csv")


def test_at_most_five_rows_are_shown():
    frame = pd.concat([weging(location=f"01AA{i:02}", schoolweging=99.0) for i in range(8)])
    with pytest.raises(InputError) as error:
        check(frame, SCHOOLWEGING, "w.xlsx")
    assert "8 rows fail" in str(error.value)
    assert str(error.value).count("schoolweging 99.0") == 5


def test_a_missing_value_stops():
    with pytest.raises(InputError, match="column schoolweging must satisfy: a value in every row"):
        check(weging(schoolweging=float("nan")), SCHOOLWEGING, "w.xlsx")


def test_a_frame_without_rows_stops():
    with pytest.raises(InputError, match="by_location_weging has no rows"):
        check(weging().iloc[:0], SCHOOLWEGING, "w.xlsx")


def test_several_broken_rules_are_counted():
    with pytest.raises(InputError, match="1 other rules are broken too"):
        check(weging(schoolweging=99.0, pupils=0), SCHOOLWEGING, "w.xlsx")


@pytest.mark.parametrize(
    ("schema", "row"),
    [
        (SCHOOL_POINTS, {"location": "01AA00", "lat": 5.1, "lon": 52.1, "point_source": "2022"}),
        (SCHOOL_POINTS, {"location": "01AA00", "lat": 52.1, "lon": 5.1, "point_source": "2023"}),
        (PC4_POINTS, {"pc4": "1011", "lat": 0.0, "lon": 0.0}),
        (POPULATION, {"pc4": "1011", "population": 0, "share_nonwestern": 0.5}),
        (POPULATION, {"pc4": "1011", "population": 10, "share_nonwestern": 1.01}),
        (POPULATION, {"pc4": "80363", "population": 10, "share_nonwestern": 0.1}),
    ],
)
def test_the_other_contracts_refuse_what_cannot_be(schema, row):
    with pytest.raises(InputError, match="1 rows fail"):
        check(pd.DataFrame([row]), schema, "f")


def test_a_row_of_a_person_is_in_no_message():
    """Column, rule and how many are enough to look it up; the value and the number of the pupil are theirs."""
    contract = pa.DataFrameSchema(
        {"pupil": pa.Column(int), "pc4": pa.Column(int, pa.Check.isin([1011], error="a postcode of the city"))},
        unique=["pupil"],
        strict=True,
        name="by_pupil",
    )
    rows = pd.DataFrame({"pupil": [471, 472, 473], "pc4": [1030, 1031, 1011]})
    with pytest.raises(InputError) as error:
        check(rows, contract, "pupils.csv")
    message = str(error.value)
    assert "by_pupil: column pc4 must satisfy: a postcode of the city; fewer than 10 rows fail" in message
    assert not any(value in message for value in ("471", "472", "1030", "1031"))


PERSONS = contract(
    "by_pupil",
    ["pupil", "area"],
    pupil=whole("number", 0),
    **if_known(
        area=text("wijk", missing=True), alone=flag("one parent", missing=True), rank=whole("r", 1, missing=True)
    ),
)


def persons(**columns):
    return pd.DataFrame({"pupil": [1, 2, 3], **columns})


def test_an_optional_column_may_be_absent_and_the_key_is_what_is_left_of_it():
    assert list(check(persons(), PERSONS, "f").columns) == ["pupil"]
    with pytest.raises(InputError, match=r"unique key \(pupil\)"):
        check(persons().assign(pupil=1), PERSONS, "f")
    assert len(check(persons(area=["A", "B", "C"]).assign(pupil=1), PERSONS, "f")) == 3


def test_a_flag_or_number_has_the_type_with_missing_values_only_where_some_are_missing():
    full = check(
        persons(alone=pd.array([True, False, True], "boolean"), rank=pd.array([1, 2, 3], "Int64")), PERSONS, "f"
    )
    assert [str(full[name].dtype) for name in ("alone", "rank")] == ["bool", "int64"]
    gaps = check(
        persons(alone=pd.array([True, None, True], "boolean"), rank=pd.array([1, None, 3], "Int64")), PERSONS, "f"
    )
    assert [str(gaps[name].dtype) for name in ("alone", "rank")] == ["boolean", "Int64"]
    assert gaps["alone"].to_numpy(float).tolist()[::2] == [1.0, 1.0]


@pytest.mark.parametrize("alone", [[True, None, False], [1, 0, 1], [1.0, float("nan"), 0.0], ["ja", "nee", "ja"]])
def test_a_flag_of_another_type_is_refused_and_not_read_as_true(alone):
    with pytest.raises(InputError, match=r"column alone must satisfy: dtype\('bool'\); all fewer than 10 rows fail"):
        check(persons(alone=alone), PERSONS, "f")


def test_the_rules_hold_for_values_beside_missing_ones():
    with pytest.raises(InputError, match="column rank must satisfy: 1 or more; fewer than 10 rows fail"):
        check(persons(rank=pd.array([0, None, 3], "Int64")), PERSONS, "f")


def test_of_other_tables_than_open_data_no_row_is_shown():
    """The key of a school is an office's secret, as that of a pupil."""
    columns = {"location": key("school"), "size": whole("pupils", 1)}
    rows = pd.DataFrame({"location": [f"{n:032x}00" for n in range(40)], "size": [0] * 31 + [5] * 9})
    with pytest.raises(InputError) as error:
        check(rows, contract("by_location", ["location"], **columns), "f")
    assert "column size must satisfy: 1 or more; all but fewer than 10 of 40 rows fail; they are not" in str(
        error.value
    )
    assert "00000000" not in str(error.value)
    with pytest.raises(InputError, match="31 rows fail, the first: location '0000"):
        check(rows, open_contract("by_location", ["location"], **columns), "f")


def test_what_pandas_itself_says_of_a_value_is_not_passed_on():
    class Odd:
        def __lt__(self, other):
            raise KeyError("SECRET-471")

        __eq__ = __le__ = __gt__ = __ge__ = __hash__ = __lt__

    with pytest.raises(InputError) as error:
        check(persons(area=[Odd(), Odd(), Odd()]), PERSONS, "f")
    assert "SECRET" not in str(error.value)
    assert error.value.__suppress_context__


def test_open_data_of_another_origin_may_have_any_keys():
    rows = weging(location="9f" * 16 + "00")
    with pytest.raises(InputError, match="BRIN and vestigingsnummer"):
        check(rows, SCHOOLWEGING, "w.xlsx")
    assert len(check(rows, with_office_keys(SCHOOLWEGING), "sources.by_location_weging")) == 1
    with pytest.raises(InputError, match="a key, without blanks around it; fewer than 10 rows fail"):
        check(weging(location=" 9f"), with_office_keys(SCHOOLWEGING), "f")
