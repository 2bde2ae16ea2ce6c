"""A truth as a table: every number under its path."""

from dataclasses import dataclass, field

import numpy as np

from analysis.synthetic.truth_rows import truth_rows


@dataclass(frozen=True)
class Inner:
    slope: float = -0.25
    names: tuple[str, ...] = ("a", "b")


@dataclass(frozen=True)
class Outer:
    inner: Inner = field(default_factory=Inner)
    by_group: dict[str, float] = field(default_factory=lambda: {"laag": 1.5})
    cuts: np.ndarray = field(default_factory=lambda: np.array([0.1, 0.2]))


def test_every_number_stands_under_its_path():
    found = truth_rows(Outer()).set_index("parameter")["value"].to_dict()
    assert found == {
        "inner.slope": "-0.25",
        "inner.names.0": "a",
        "inner.names.1": "b",
        "by_group.laag": "1.5",
        "cuts.0": "0.1",
        "cuts.1": "0.2",
    }
