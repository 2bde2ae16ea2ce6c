import pytest

from analysis.data.duo import pupil_files, read_pupils
from analysis.errors import InputError


def test_codes_are_stripped_blanks_are_unknown_and_names_repaired(tmp_path, make_row, write_duo):
    write_duo(
        tmp_path / "S˙dwest-Frysl‚n.csv",
        make_row(GEMEENTENAAM="Sudwest-Fryslan", GEMEENTENAAM_LEERLING="S·dwest-FryslÔn"),
        make_row(GEMEENTENAAM="Sudwest-Fryslan", GEMEENTENAAM_LEERLING="ander land", POSTCODE_LEERLING="  30"),
        make_row(
            GEMEENTENAAM="Sudwest-Fryslan", GEMEENTENAAM_LEERLING=" ", location="01AB00", DENOMINATIE_VESTIGING=" "
        ),
    )
    frame = read_pupils(tmp_path, "Súdwest-Fryslân")
    assert frame["GEMEENTENAAM"].tolist() == ["Súdwest-Fryslân"] * 3
    assert frame["GEMEENTENAAM_LEERLING"].tolist() == ["Súdwest-Fryslân", "ander land", "Onbekend"]
    assert frame["POSTCODE_LEERLING"].tolist() == ["1011", "30", "1011"]
    assert frame["DENOMINATIE_VESTIGING"].tolist() == ["Openbaar", "Openbaar", "Onbekend"]
    assert frame["location"].tolist() == ["01AA00", "01AA00", "01AB00"]
    assert frame["TOTAAL"].tolist() == [3, 3, 3]


def test_none_reads_all_files_together(tmp_path, make_row, write_duo):
    write_duo(tmp_path / "Dorp.csv", make_row())
    write_duo(tmp_path / "s-Gravenhage.csv", make_row(GEMEENTENAAM="'s-Gravenhage", location="02AA00"))
    assert list(pupil_files(tmp_path)) == ["Dorp", "'s-Gravenhage"]
    assert read_pupils(tmp_path, None)["GEMEENTENAAM"].tolist() == ["Dorp", "'s-Gravenhage"]


def test_a_misspelt_municipality_gives_the_nearest(tmp_path, make_row, write_duo):
    write_duo(tmp_path / "Amsterdam.csv", make_row(GEMEENTENAAM="Amsterdam"))
    with pytest.raises(InputError, match="did you mean Amsterdam"):
        read_pupils(tmp_path, "Amstredam")
    with pytest.raises(InputError, match="no files of pupils here"):
        read_pupils(tmp_path / "elsewhere", None)


def test_a_file_of_another_municipality_stops(tmp_path, make_row, write_duo):
    write_duo(tmp_path / "Stad.csv", make_row(GEMEENTENAAM="Dorp"))
    with pytest.raises(InputError, match=r"Stad\.csv: every row must have GEMEENTENAAM 'Stad'"):
        read_pupils(tmp_path, "Stad")


def test_two_reference_dates_in_one_folder_stop(tmp_path, make_row, write_duo):
    write_duo(tmp_path / "Dorp.csv", make_row())
    write_duo(tmp_path / "Stad.csv", make_row(GEMEENTENAAM="Stad", location="02AA00"), date="20181001")
    with pytest.raises(InputError, match="PEILDATUM must be one date"):
        read_pupils(tmp_path, None)


def test_a_file_cut_off_anywhere_in_its_last_line_stops(tmp_path, make_row, write_duo):
    path = write_duo(tmp_path / "Dorp.csv", make_row(), make_row(POSTCODE_LEERLING="1012"))
    whole = path.read_bytes()
    last_line = len(whole.split(b"\r\n")[-2]) + 2
    for cut in range(1, last_line):
        path.write_bytes(whole[:-cut])
        if not path.read_bytes().endswith((b"\r", b"\n")):
            with pytest.raises(InputError, match="cut off"):
                read_pupils(tmp_path, "Dorp")


def test_a_renamed_column_and_a_count_that_is_no_number_stop(tmp_path, make_row, write_duo):
    path = write_duo(tmp_path / "Dorp.csv", make_row())
    good = path.read_bytes()
    path.write_bytes(good.replace(b"SOORT_PO", b"SOORTPO"))
    with pytest.raises(InputError, match=r"'SOORT_PO' is missing\n.*'SOORTPO'"):
        read_pupils(tmp_path, "Dorp")
    path.write_bytes(good.replace(b";2;1;", b";<5;1;"))
    with pytest.raises(InputError, match=r"column 'LEEFTIJD_4' must hold numbers; .*the first is row 1$"):
        read_pupils(tmp_path, "Dorp")
