import pandas as pd
import pytest

from analysis.data.tables import load, save
from analysis.errors import InputError
from analysis.run.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    return Workspace(stem="data", read=tmp_path, write=tmp_path, facts={"edition": "ci"})


@pytest.fixture
def frame():
    return pd.DataFrame({"location": ["01AA00", "01AB00"], "pupils": [3, 5], "schoolweging": [25.0, 35.5]})


def test_what_is_handed_over_is_what_is_loaded(workspace, frame):
    save(workspace, "by_school", frame)
    pd.testing.assert_frame_equal(load(workspace, "by_school"), frame)
    assert [path.name for path in (workspace.write / "internal").iterdir()] == ["by_school.parquet"]


def test_the_same_frame_gives_the_same_bytes(workspace, frame):
    save(workspace, "a", frame)
    filtered = pd.concat([frame, frame]).iloc[2:].reset_index(drop=True)
    filtered.attrs["left_out"] = 2
    save(workspace, "b", filtered)
    assert workspace.table_path("a").read_bytes() == workspace.table_path("b").read_bytes()
    assert filtered.attrs == {"left_out": 2}


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame.set_index("location"),
        lambda frame: frame.iloc[1:],
        lambda frame: frame.rename_axis("school"),
        lambda frame: frame.groupby(["location", "pupils"]).sum(),
        lambda frame: frame.set_axis(["a", "a", "b"], axis=1),
        lambda frame: frame.set_axis([1, 2, 3], axis=1),
    ],
)
def test_labels_that_would_be_lost_are_refused(workspace, frame, change):
    with pytest.raises(InputError, match="table by_school"):
        save(workspace, "by_school", change(frame))
    assert not (workspace.write / "internal" / "by_school.parquet").exists()


def test_a_column_of_mixed_kinds_is_refused(workspace):
    with pytest.raises(InputError, match="table mixed: has a column that cannot be stored"):
        save(workspace, "mixed", pd.DataFrame({"a": ["x", 1]}, dtype=object))


def test_an_unreadable_file_says_how_to_make_it_again(workspace, frame):
    save(workspace, "by_school", frame)
    path = workspace.table_path("by_school")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(InputError, match=r"(?s)by_school\.parquet: cannot be read.*make run EDITION=ci"):
        load(workspace, "by_school")
