import pytest

from analysis.data.cbs import read_population, read_schoolweging
from analysis.errors import InputError

ROWS = (["01AA", "00", "40001", 25.5, 6.1, 90], ["01AB", "00*", "40002", 35, 7, 12])


def test_schoolweging_of_every_year_and_the_star_goes(tmp_path, write_xlsx, weging_sheet):
    sheets = {
        "Voorblad": [["Schoolweging"]],
        "Tabel 1": weging_sheet(2017, *ROWS),
        "Tabel 2": weging_sheet(2018, ROWS[0]),
    }
    frame = read_schoolweging(write_xlsx(tmp_path / "w.xlsx", sheets))
    assert frame["location"].tolist() == ["01AA00", "01AB00", "01AA00"]
    assert frame["year"].tolist() == [2017, 2017, 2018]
    assert frame["schoolweging"].tolist() == [25.5, 35.0, 25.5]
    assert frame["pupils"].tolist() == [90, 12, 90]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda rows: rows[:-1], "the sheet was cut off"),
        (lambda rows: [*rows[:3], ["School", *rows[3][1:]], *rows[4:]], "the header in row 4 has changed"),
        (
            lambda rows: [*rows[:5], ["01AA", "00", "40001", ".", 6.1, 90], *rows[6:]],
            "'Schoolweging' must hold numbers",
        ),
        (lambda rows: [*rows[:5], ["01AA", 0, "40001", 25.5, 6.1, 90], *rows[6:]], "must be text in every row"),
        (lambda rows: [*rows[:5], rows[5], *rows[5:]], "unique key"),
        (lambda rows: [rows[0], ["Schoolweging per onderwijslocatie, 2017"], *rows[2:]], "no sheet is titled"),
    ],
)
def test_a_changed_sheet_of_schoolweging_stops(tmp_path, write_xlsx, weging_sheet, change, problem):
    path = write_xlsx(tmp_path / "w.xlsx", {"Tabel 1": change(weging_sheet(2017, *ROWS))})
    with pytest.raises(InputError, match=problem) as error:
        read_schoolweging(path)
    assert "w.xlsx" in str(error.value)


def test_half_a_workbook_is_one_message(tmp_path, write_xlsx, weging_sheet):
    path = write_xlsx(tmp_path / "w.xlsx", {"Tabel 1": weging_sheet(2017, *ROWS)})
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(InputError, match="cannot be read as a workbook"):
        read_schoolweging(path)


def population(
    path, *rows, header="ID,PostcodesOp1Januari,TotaalMannenEnVrouwen_1,NietWesterseAllochtoon_66,Gemeentenaam_73"
):
    path.write_bytes("\r".join([header, *rows]).encode("mac_roman"))
    return path


def test_population_keeps_inhabited_pc4s_and_counts_the_rest(tmp_path):
    rows = ["0,1011,200,50,   Dorp", "1,1012,0,0,Dorp", "2,10363,205,50,Dorp", "3,80363,5,0,Skarsterlân"]
    frame = read_population(population(tmp_path / "b.csv", *rows))
    assert frame.to_dict("list") == {"pc4": ["1011"], "population": [200], "share_nonwestern": [0.25]}
    assert frame.attrs["left_out"] == {
        "PC4 without inhabitants": 1,
        "total of a municipality": 1,
        "remainder of a municipality": 1,
    }


def test_population_of_another_form_stops(tmp_path):
    path = tmp_path / "b.csv"
    with pytest.raises(InputError, match="codes of no known kind"):
        read_population(population(path, "0,1011,200,50,Dorp", "1,50000,10,0,Dorp"))
    with pytest.raises(InputError, match="share_nonwestern must satisfy: between 0"):
        read_population(population(path, "0,1011,200,250,Dorp"))
    with pytest.raises(InputError, match="one column must be called NietWesterseAllochtoon and a number"):
        read_population(population(path, "0,1011,200,50", header="ID,PostcodesOp1Januari,TotaalMannenEnVrouwen_1,X_66"))
    path.write_text("ID,PostcodesOp1Januari\n0,é", encoding="utf-8")
    with pytest.raises(InputError, match="wrong encoding"):
        read_population(path)
