import pandas as pd
import pytest

from analysis.data.files import decimals, read_delimited, read_features, read_text, whole_numbers
from analysis.errors import InputError


def read(path, **options):
    return read_delimited(path, ["a", "b"], encoding="cp1252", separator=";", **options)


def test_any_line_end_will_do(tmp_path):
    for end in (b"\n", b"\r\n", b"\r"):
        (tmp_path / "f.csv").write_bytes(end.join([b"a;b", b"1;NA", b"2; "]))
        frame = read(tmp_path / "f.csv")
        assert frame.to_dict("list") == {"a": ["1", "2"], "b": ["NA", " "]}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b"a;b\n1;2\n3", "the last line is not complete"),
        (b"a;b\n1;2\n3\n", "fewer than 10 rows do not have the 2 fields of the header"),
        (b"a;b\n1;2;3\n", "fewer than 10 rows do not have the 2 fields"),
        (b"a;b\n1;2\n1;2;3\n", "the first is row 2"),
        (b'a;b\n1;"2\n', "not a table"),
        (b"\n\n", "not a table"),
        (b"a;bb\n1;2\n", "'b' is missing"),
        ("a;b\n1;é\n".encode(), "wrong encoding"),
        ("a;b\n1;é\n".encode("utf-16"), "wrong encoding"),
        (b"a;b\n1;\x81\n", "wrong encoding"),
    ],
)
def test_a_bad_file_is_one_message_that_names_it(tmp_path, content, problem):
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem) as error:
        read(path, last_line_ends=True)
    assert str(path) in str(error.value)


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=r"absent\.csv: cannot be read"):
        read(tmp_path / "absent.csv")


def test_utf8_is_read_and_cp1252_bytes_in_it_are_refused(tmp_path):
    path = tmp_path / "f.txt"
    path.write_bytes("é".encode())
    assert read_text(path, "utf-8") == "é"
    path.write_bytes("é".encode("cp1252"))
    with pytest.raises(InputError, match="wrong encoding"):
        read_text(path, "utf-8")


@pytest.mark.parametrize(
    "content",
    ['{"features": [', "[]", '{"features": []}', '{"features": [{"properties": {"a": 1}, "geometry": null}]}'],
)
def test_a_bad_geojson_is_refused(tmp_path, content):
    path = tmp_path / "f.json"
    path.write_text(content)
    with pytest.raises(InputError, match="JSON"):
        read_features(path)


def test_numbers_are_numbers_or_a_message():
    assert whole_numbers(pd.Series(["1", "20"], name="n"), "f").tolist() == [1, 20]
    assert decimals(pd.Series(["1.5"], name="n"), "f").tolist() == [1.5]
    with pytest.raises(
        InputError, match=r"column 'n' must hold whole numbers; fewer than 10 rows do not, the first is row 2"
    ):
        whole_numbers(pd.Series(["1", "1.5"], name="n"), "f")
    for bad in ("", "x", "1,5", "inf"):
        with pytest.raises(InputError, match="must hold numbers"):
            decimals(pd.Series([bad], name="n"), "f")


@pytest.mark.parametrize(
    ("values", "options"),
    [
        (["1.383", "950"], {}),  # 1383 and 950, or 1.383 and 950
        (["1.000"], {}),
        (["1.234.567", "12.000"], {}),
        (["1,383", "950"], {}),
        (["1.383", "950"], {"sign": ","}),
        (["1,383", "12,500"], {"sign": ","}),
        ([1, "1.000"], {}),  # a sheet in which one cell is text
    ],
)
def test_what_may_be_thousands_is_refused(values, options):
    with pytest.raises(InputError, match=r"f: column 'n' may hold thousands: three digits follow each '[.,]'"):
        decimals(pd.Series(values, name="n"), "f", **options)


@pytest.mark.parametrize(
    ("values", "options", "numbers"),
    [
        (["1.383", "1.5"], {}, [1.383, 1.5]),
        (["0.123", "1.383"], {}, [0.123, 1.383]),  # no thousands begin with a zero
        (["9562,58992805755", "6373"], {"sign": ","}, [9562.58992805755, 6373.0]),
        (["52.336", "51.924"], {"largest": 90}, [52.336, 51.924]),  # 52,336 degrees there are not
        ([1.383, 12.5], {}, [1.383, 12.5]),  # numbers of a sheet are what they are
        (["1e3", "-.5"], {}, [1000.0, -0.5]),
    ],
)
def test_what_can_only_be_decimals_is_read(values, options, numbers):
    assert decimals(pd.Series(values, name="n"), "f", **options).tolist() == numbers


@pytest.mark.parametrize("value", ["1.0", "1e3", "1_000", "1 000", "0x10", True, pd.Timestamp("2019-10-01"), "12-1"])
def test_a_whole_number_is_written_in_digits(value):
    with pytest.raises(InputError, match=r"column 'n' must hold (whole )?numbers; fewer than 10 rows do not"):
        whole_numbers(pd.Series([5, value], name="n", dtype=object), "f")


def test_a_column_that_occurs_twice_is_refused(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("n;m;n\n1;2;3\n", "utf8")
    with pytest.raises(InputError, match="the column 'n' occurs 2 times"):
        read_delimited(path, ["n"], encoding="utf-8", separator=";")
    assert read_delimited(path, ["m"], encoding="utf-8", separator=";")["m"].tolist() == ["2"]


def test_a_mark_of_the_byte_order_is_no_part_of_a_name(tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes(b"\xef\xbb\xbfn;m\n1;2\n")
    assert read_delimited(path, ["n"], encoding="utf-8", separator=";")["n"].tolist() == ["1"]


def test_a_title_above_the_header_is_refused(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("Leerlingen per school\nn;m\n1;2\n", "utf8")
    with pytest.raises(InputError, match="fewer than 10 rows do not have the 1 fields of the header"):
        read_delimited(path, ["n"], encoding="utf-8", separator=";")
