import numpy as np
import pandas as pd

from analysis.synthetic.labels import numbers_of, texts


def test_numbers_are_looked_up_for_every_label():
    labels = pd.Series(["b", "a", "b", "c", None], dtype="str")
    np.testing.assert_array_equal(numbers_of(labels, {"a": 1.0, "b": 2.0}), [2, 1, 2, np.nan, np.nan])
    np.testing.assert_array_equal(numbers_of(labels, pd.Series({"c": 3.0})), [np.nan, np.nan, np.nan, 3, np.nan])


def test_numbered_labels_are_spelled_out():
    spelled = pd.Series(texts(np.array([1, 0, -1]), ("I", "II")))
    assert spelled.dtype == "str"
    assert spelled.isna().tolist() == [False, False, True]
    assert spelled[:2].tolist() == ["II", "I"]
