"""Processor time of the closure and mixed models on the tests of a world of full size (or another).

python benchmarks/leergroei.py [SCALE]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from analysis.chapters.leergroei.models import closure, mixed
from analysis.chapters.leergroei.models.design import Design, percentile_growth
from analysis.synthetic.learning import make_learning, schools_with_shortage
from analysis.synthetic.learning_truth import NORMS
from analysis.synthetic.people import make_people
from analysis.synthetic.truth import Truth

DESIGN = Design({subject: norm.groepen for subject, norm in NORMS.items()})


def tests(scale: float) -> pd.DataFrame:
    """Make the tests of a world."""
    truth = Truth()
    for_people, for_tests = np.random.SeedSequence(20201101).spawn(2)
    _, frames = make_people(truth, scale, for_people)
    schools = schools_with_shortage(frames["by_location"], frames["by_location_shortage"])
    return make_learning(frames["by_pupil"], schools, truth.learning, for_tests)


def seconds(step: Callable[[], object]) -> float:
    """Return the processor time of a step: what others do on the machine does not count."""
    started = time.process_time()
    step()
    return time.process_time() - started


def main() -> None:
    """Print seconds of processor time per model, of all outcomes together."""
    by_pupil_test = tests(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
    rows = percentile_growth(by_pupil_test, DESIGN)
    sys.stdout.write(f"{len(by_pupil_test):,} rows of tests, {len(rows):,} of growth\n")
    steps: dict[str, Callable[[], object]] = {"percentile_growth": partial(percentile_growth, by_pupil_test, DESIGN)}
    steps |= {model: partial(closure.estimate, rows, model) for model in closure.VARIATIONS}
    steps |= {f"mixed {name}": partial(mixed.closure_slopes, rows, name) for name in rows["outcome"].unique()}
    taken = {name: seconds(step) for name, step in steps.items()}
    for name, time_of in {**taken, "together": sum(taken.values())}.items():
        sys.stdout.write(f"{name:<20} {time_of:6.2f}\n")


if __name__ == "__main__":
    main()
