"""A world as files: stamped, with dictionary and truth, and never over something else."""

import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis.data.export import write_world
from analysis.data.microdata import MICRODATA, dictionary
from analysis.errors import InputError

PUPILS = pd.DataFrame({"pupil": [1, 2], "groep": [3, 4]})
TRUTH = pd.DataFrame({"parameter": ["city.radius_km"], "value": [7.0]})


def test_every_table_comes_as_csv_and_parquet_and_says_that_it_is_synthetic(tmp_path):
    files = write_world(tmp_path / "world", {"by_pupil": PUPILS}, dictionary(), TRUTH, "A tiny world.")
    names = {path.name for path in files}
    assert names == {"by_pupil.csv", "by_pupil.parquet", "dictionary.csv", "truth.csv", "README.md"}
    assert pd.read_csv(tmp_path / "world" / "by_pupil.csv").equals(PUPILS)
    table = pq.read_table(tmp_path / "world" / "by_pupil.parquet")
    assert table.schema.metadata[b"staat.data"] == b"synthetic"
    assert (tmp_path / "world" / "README.md").read_text("utf8").startswith("# SYNTHETIC")


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(InputError, match="is not empty"):
        write_world(tmp_path, {"by_pupil": PUPILS}, dictionary(), TRUTH, "A tiny world.")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_dictionary_explains_every_column():
    columns = dictionary()
    assert len(columns) == sum(len(schema.columns) for schema in MICRODATA.values())
    assert columns["meaning"].str.len().min() > 5
