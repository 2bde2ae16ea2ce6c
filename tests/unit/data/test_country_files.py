import pytest

from analysis.data.country_files import FILES, read_density, read_mean_distance
from analysis.errors import InputError

TOP = [["Tabel", "titel"]] * 6
NAMES = [[None, "Dichtheid"], [None, "Omgevingsadressendichtheid"], ["Postcode-4", None], ["Code", "adressen/km2"]]
HEADER = "PEILDATUM;BRIN_NUMMER;VESTIGINGSNUMMER;SOORT_PO;AFSTAND;LEERLINGEN\r\n"


@pytest.fixture
def density_file(tmp_path, write_xlsx):
    def write(*rows, names=NAMES):
        return write_xlsx(tmp_path / "cbs" / "pc4_2023_v2.xlsx", {"PC4": [*TOP, *names, *rows]})

    return write


@pytest.fixture
def distance_file(tmp_path):
    def write(*rows):
        path = tmp_path / FILES["gemiddelde-afstand-2019-2020"]
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEADER + "".join(f"20191001;{row}\r\n" for row in rows), "cp1252")
        return path

    return write


def test_density_is_read_by_its_name_and_secret_ones_are_left_out(density_file):
    by_pc4 = read_density(density_file([1011, 7150], [1012, -99997], [1013, 6614]))
    assert by_pc4.to_dict("list") == {"pc4": ["1011", "1013"], "density": [7150.0, 6614.0]}


def test_density_in_another_unit_stops(density_file):
    names = [*NAMES[:3], ["Code", "categorie"]]
    with pytest.raises(InputError, match="Omgevingsadressendichtheid, in adressen/km2"):
        read_density(density_file([1011, 1], names=names))


def test_distances_of_regular_schools_are_in_km_and_zero_is_none(distance_file):
    by_location = read_mean_distance(
        distance_file("00AA;00;Bo;1234,5;100", "00AB;01;Vso;9000;20", "00AC;00;Bo;0;7", "00AD;02;Bo;800;50")
    )
    assert by_location["location"].tolist() == ["00AA00", "00AD02"]
    assert by_location["km"].tolist() == [1.2345, 0.8]
    assert by_location["pupils"].tolist() == [100, 50]


def test_a_distance_that_is_no_number_stops(distance_file):
    with pytest.raises(InputError, match="must hold numbers"):
        read_mean_distance(distance_file("00AA;00;Bo;far;100"))


def test_thousands_with_points_are_no_kilometres(distance_file):
    """1.383 metres is one kilometre and 383 metres, and was read as 1.383 metres: 0.001383 km."""
    with pytest.raises(InputError, match="column 'AFSTAND' may hold thousands: three digits follow each"):
        read_mean_distance(distance_file("00AA;00;Bo;1.383;100", "00AB;00;Bo;950;40"))
    with pytest.raises(InputError, match="column 'LEERLINGEN' may hold thousands"):
        read_mean_distance(distance_file("00AA;00;Bo;1383;1.000", "00AB;00;Bo;950;40"))


@pytest.mark.parametrize(("distance", "rule"), [("1,3831", "a median of 0.1 to 10 km"), ("138300", "at most 60 km")])
def test_a_distance_in_another_unit_is_refused(distance_file, distance, rule):
    with pytest.raises(InputError, match=rule):
        read_mean_distance(distance_file(f"00AA;00;Bo;{distance};100"))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (NAMES[1:], r"the first postcode must be in row 11.*\n.*in row 10"),  # it would pass for part of the header
        ([["Nog een regel", None], *NAMES], "one column must be called Omgevingsadressendichtheid, in adressen/km2"),
    ],
)
def test_a_header_that_moved_loses_no_postcode(density_file, names, message):
    with pytest.raises(InputError, match=message):
        read_density(density_file([1011, 7150], [1012, 6614], names=names))


def test_a_density_that_is_missing_is_counted(density_file):
    with pytest.raises(InputError, match="1 rows lack the postcode or the Omgevingsadressendichtheid"):
        read_density(density_file([1011, 7150], [1012, None]))


def test_a_total_at_the_end_is_refused(density_file, distance_file):
    with pytest.raises(InputError, match="a postcode of four digits"):
        read_density(density_file([1011, 7150], ["Nederland", 2000]))
    with pytest.raises(InputError, match="BRIN and vestigingsnummer"):
        read_mean_distance(distance_file("00AA;00;Bo;1383;100", "Totaal;;Bo;1383;100"))
